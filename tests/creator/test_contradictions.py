"""An answer to a command that says both yes and no proves neither, and nothing is sent after it."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.creator.calls import creator
from tests.support.jobs import REF
from tests.support.stub_server import Reply, StubTransport
from zcbulk_tui.creator.contradictions import contradiction
from zcbulk_tui.domain.job import Action
from zcbulk_tui.errors import UnclearError

OK = Reply.of({"code": 3000, "message": "Done"})

YES = b'{"code":3000,"message":"Job started successfully"}'

BOTH = [
    b'{"code":9350,"code":3000}',
    b'{"code":3000,"code":"1020"}',
    b'{"code":9350,"data":{"code":3000}}',
    b'{"code":3000,"errors":[{"code":11000}]}',
    b'{"code":"3000","details":"{\\"code\\":4000}"}',
    b'{"code":11000,"status":"success"}',
    b'{"code":3000,"success":false}',
    b'[{"code":3000},{"code":9350}]',
    b"<code>9350</code><code>3000</code>",
]

SHAPES = [
    YES,
    b'{"code":"3000"}',
    b'{"code":3000.0}',
    b'{"CODE":3000}',
    b'{"data":{"code":3000}}',
    b'[{"code":3000}]',
    b'"{\\"code\\":3000}"',
    b')]}\'\n{"code":3000}',
    b"<response><code>3000</code></response>",
    b"<pre>{&quot;code&quot;:3000}</pre>",
    b"code=3000&message=Done",
    YES.decode().encode("utf-8-sig"),
    YES.decode().encode("utf-16"),
    YES.decode().encode("utf-16-be"),
    YES.decode().encode("utf-32"),
]

NO = [400, 401, 404, 405, 408, 409, 415, 422, 429, 499, 500, 501, 502, 503, 504]


@pytest.mark.parametrize("http", [400, 401, 405, 408, 415, 422, 429, 500, 501, 503])
async def test_a_no_with_the_code_of_success_is_unclear_and_ends_the_tries(http: int) -> None:
    await _is_unclear(Reply(http, YES))


@pytest.mark.parametrize("body", SHAPES)
async def test_so_it_is_in_whatever_shape_it_comes(body: bytes) -> None:
    await _is_unclear(Reply(405, body))


@pytest.mark.parametrize("body", BOTH)
@pytest.mark.parametrize("http", [200, 400, 405])
async def test_a_body_that_says_both_is_unclear_and_ends_the_tries(http: int, body: bytes) -> None:
    await _is_unclear(Reply(http, body))


YES_WITHOUT_A_CODE = [
    b'{"status":"success","message":"aborted"}',
    b'{"status":"ok"}',
    b'{"result":"success","data":{"api_status":"User-aborted"}}',
    b'{"data":{"api_status":"User-aborted"}}',
    b'{"error":{"detail":"upstream said: {\\"code\\":3000,\\"message\\":\\"Done\\"}"}}',
    b'{"error_code":3000}',
    b'{"code":400,"message":"Job successfully aborted"}',
    b'<pre>"code" : <b>3000</b></pre>',
    b'<table><tr><td>code</td><td class="value">3000</td></tr></table>',
    b"code%22%3A3000",
    b"The operation succeeded",
]


@pytest.mark.parametrize("body", YES_WITHOUT_A_CODE)
@pytest.mark.parametrize("http", [400, 403, 405, 422])
async def test_so_is_a_no_with_a_yes_that_is_not_put_as_zoho_puts_it(
    http: int, body: bytes
) -> None:
    await _is_unclear(Reply(http, body))


NO_WITH_3000 = [
    b'{"code":3000,"status":"refused"}',
    b'{"code":3000,"data":{"status":"FAILURE."}}',
    b'{"code":3000,"message":"The job could not be aborted"}',
    b'{"code":3000,"ok":false}',
    b'{"code":3000,"success":0}',
    b'{"code":3000,"status":400}',
    b'{"code":3000,"errors":[{"message":"no"}]}',
    b'{"code":3000,"error":{"message":"no"}}',
    b'{"code":3000,"data":[{"code":"FAILURE"}]}',
]


@pytest.mark.parametrize("body", NO_WITH_3000)
async def test_so_is_the_code_of_success_with_a_no(body: bytes) -> None:
    await _is_unclear(Reply(200, body))


@pytest.mark.parametrize("body", [b'{"code":3000,"errors":[],"error":null,"success":true}'])
def test_an_error_that_is_none_is_no_contradiction(body: bytes) -> None:
    assert contradiction(200, body) is None


CUT = [b'{"co', b'{"code":10', b'[{"message":"no"}', b"[" * 100_000]


@pytest.mark.parametrize("body", CUT)
def test_a_no_in_json_that_was_cut_off_is_unclear(body: bytes) -> None:
    for http in NO:
        error = contradiction(http, body)
        assert error is not None
        assert "cut off" in error.title


def test_a_page_without_a_length_may_have_been_cut_off() -> None:
    page = b"<html><h1>Method not allowed</h1>"
    assert contradiction(405, page) is None
    assert contradiction(405, page, is_whole=False) is not None
    # Zoho's own no is whole if it can be parsed.
    assert contradiction(405, b'{"code":1020}', is_whole=False) is None


async def _is_unclear(reply: Reply) -> None:
    server = StubTransport([reply, OK])
    async with creator(None, transport=server) as client:
        with pytest.raises(UnclearError, match="contradicts itself"):
            await client.control(REF, Action.START)
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("http", "body"),
    [
        (200, YES),
        (200, b'{"code":3000,"status":"Job created successfully"}'),
        (200, b'{"code":3000,"message":"code: 1020 was not the matter"}'),
        (200, b'{"code":3000,"status":"success","data":{"code":200}}'),
        (405, b'{"code":1020,"message":"no"}'),
        (400, b'{"code":9350,"status":"failure"}'),
        (502, b"<h1>Bad Gateway</h1>"),
        (401, b'{"code":1030}'),
        (200, b""),
        (200, b"\xff\xfe\x00"),
        (405, b"unsuccessful, and nothing was done"),
        (405, b'{"title":"Method not allowed","detail":"Use POST."}'),
        (409, b'{"code":11080,"message":"The job was already aborted"}'),
    ],
)
def test_what_says_one_thing_is_no_contradiction(http: int, body: bytes) -> None:
    assert contradiction(http, body) is None


@given(http=st.sampled_from(NO), body=st.sampled_from(SHAPES))
def test_every_status_but_success_contradicts_the_code_of_success(http: int, body: bytes) -> None:
    error = contradiction(http, body)
    assert error is not None
    assert str(http) in error.cause


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["code", "status", "data", "x"]), inner, max_size=3)
    ),
    max_leaves=9,
)


@given(http=st.integers(100, 599), value=_JSON)
def test_any_json_is_read_without_an_error(http: int, value: object) -> None:
    contradiction(http, json.dumps(value).encode())


@given(http=st.integers(100, 599), body=st.binary(max_size=60))
def test_anything_is_read_without_an_error(http: int, body: bytes) -> None:
    contradiction(http, body)
