"""Every error answer becomes the error that the table says, with the server's own words in it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.creator.calls import TOKEN, failed_status, met
from tests.support.contract import REFUSALS, Refusal
from tests.support.stub_server import Reply
from tests.support.text import HOSTILE, is_one_safe_line
from zcbulk_tui.creator.between import words
from zcbulk_tui.creator.faults import RULES, to_error
from zcbulk_tui.domain.commands import for_profile
from zcbulk_tui.errors import (
    Answer,
    BetweenError,
    BetweenVariantError,
    BusyError,
    Occasion,
    SignInError,
    UnclearError,
    UndocumentedError,
    UnreadableError,
    ZcbulkError,
)

SAID = "Zoho's own words."
HTML = b"<html><head><title>502 Bad Gateway</title></head></html>"


@pytest.mark.parametrize("row", REFUSALS, ids=str)
async def test_each_row_of_the_contract(row: Refusal) -> None:
    error = await failed_status(Reply.of({"code": row.code, "message": SAID}, row.http))
    assert type(error) is met(row)
    assert error.exit_code == row.exit_code
    assert error.title
    assert error.next_step or error.another_try(Occasion.ONCE)
    assert error.answer == Answer(row.http, row.code, SAID)
    assert SAID in str(error)


@pytest.mark.parametrize(("key", "rule"), RULES.items(), ids=lambda value: str(value)[:12])
def test_each_rule_of_the_program(
    key: tuple[int | None, int],
    rule: object,
) -> None:
    http, code = key
    documented = {(row.http, row.code): row for row in REFUSALS}
    row = documented[http or 200, code]
    error = to_error(Answer(row.http, code, SAID))
    assert rule is RULES[key]
    assert type(error) is row.error
    assert (error.title, error.next_step) == (RULES[key].title, RULES[key].next_step)
    assert error.title
    assert not error.title.endswith(".")
    said = for_profile(error.told(Occasion.ONCE), "eu")
    assert said.endswith((".", "zcbulk-tui login --profile eu", "zcbulk-tui doctor --profile eu"))


@pytest.mark.parametrize("key", ["message", "description", "status"])
async def test_the_words_may_stand_under_any_key(key: str) -> None:
    assert SAID in str(await failed_status(Reply.of({"code": 7120, key: SAID})))


@pytest.mark.parametrize("words", [None, 5, ["a"], {"a": "b"}, ""], ids=repr)
async def test_words_that_are_no_text_are_left_out(words: object) -> None:
    error = await failed_status(Reply.of({"code": 7120, "message": words}))
    assert str(error).count("Zoho said HTTP 200, code 7120.") == 1


async def test_the_code_may_come_as_text() -> None:
    error = await failed_status(Reply.of({"code": "7130", "message": SAID}))
    assert error.answer == Answer(200, 7130, SAID)


@pytest.mark.parametrize(
    ("http", "code"),
    [(200, 3001), (200, 12345), (400, 9999), (404, 9350), (409, 1234), (418, 1000)],
)
async def test_a_code_that_no_document_explains_keeps_what_the_server_said(
    http: int, code: int
) -> None:
    error = await failed_status(Reply.of({"code": code, "message": SAID}, http))
    assert type(error) is UndocumentedError
    assert error.exit_code == 1
    assert f"Zoho said HTTP {http}, code {code}: “{SAID}”" in str(error)
    assert error.next_step


async def test_a_success_that_is_none_by_its_status_makes_no_sense() -> None:
    error = await failed_status(Reply.of({"code": 3000, "message": SAID}, 400))
    assert type(error) is UnreadableError


BETWEEN = {
    **dict.fromkeys((301, 302, 303, 307, 308), UnreadableError),
    **dict.fromkeys((400, 405, 415, 422, 501), BetweenVariantError),
    401: SignInError,
    **dict.fromkeys((402, 403, 404, 406, 407, 409, 410, 411, 412, 413, 414), BetweenError),
    **dict.fromkeys((418, 421, 423, 424, 425, 426, 428, 431, 451, 511), BetweenError),
    **dict.fromkeys((408, 419, 430, 440, 444, 449, 460, 494, 498, 499), UnclearError),
    **dict.fromkeys((500, 502, 503, 504, 505, 520, 524, 599), UnclearError),
    429: BusyError,
    **dict.fromkeys((600, 999), UnreadableError),
}
"""What an answer without Zoho's code means, by its HTTP status, written down a second time."""


@pytest.mark.parametrize(("http", "kind"), BETWEEN.items())
async def test_an_answer_without_zohos_code_is_another_servers(
    http: int, kind: type[ZcbulkError]
) -> None:
    for body in (
        f"<title>{SAID}</title>",
        f'{{"type":"about:blank","title":"{SAID}","status":0}}',
        f'{{"code":16,"message":"{SAID}"}}',  # a code of its own
    ):
        error = await failed_status(Reply(http, body.encode()))
        assert type(error) is kind, body
        assert error.exit_code == (3 if http == 401 else 4), body
        # The body of a redirect is not read.
        said = "" if 300 <= http < 400 else f": “{SAID}”"
        assert f"A server in between answered: HTTP {http}{said}." in str(error), body
        for untrue in ("Zoho said", "Zoho refused", "No document explains", "Zoho's support"):
            assert untrue not in str(error), body


@pytest.mark.parametrize("media_type", ["application/problem+json", "Application/Problem+JSON;v=1"])
@pytest.mark.parametrize("http", [403, 404, 429])
async def test_a_problem_document_is_another_servers_whatever_its_code(
    http: int, media_type: str
) -> None:
    problem = {"title": SAID, "status": http, "code": 1030}
    error = await failed_status(Reply.of(problem, http, Content_Type=media_type))
    assert type(error) is BETWEEN[http]
    assert f"A server in between answered: HTTP {http}: “{SAID}”." in str(error)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        pytest.param(b"", "", id="nothing"),
        pytest.param(b"  Method Not\r\n Allowed ", "Method Not Allowed", id="plain text"),
        pytest.param(b"\x1f\x8b\x08\x00\x00", "", id="compressed"),
        pytest.param(b"<html><head><TITLE\nid=a> 502 &amp; <b>Bad</b>", "502 &", id="title"),
        pytest.param(b"<html><style>h1{}</style><h1>Sign in</h1>", "Sign in", id="heading"),
        pytest.param(b"<script>x()</script><p>Go <b>away</b></p>", "Go away", id="neither"),
        pytest.param(
            b"<?xml version='1.0'?><Error><Code>Denied</Code><Message>No</Message></Error>",
            "Denied No",
            id="XML",
        ),
        pytest.param(b"<" * 20_000, "", id="markup without end"),
        pytest.param(b'{"title":"T","detail":"D","status":405}', "T: D", id="problem+json"),
        pytest.param(b'{"detail":"Not allowed."}', "Not allowed.", id="detail alone"),
        pytest.param(b'{"error":"e","error_description":"d"}', "e: d", id="OAuth"),
        pytest.param(b'{"error":{"code":405,"message":"m"}}', "m", id="nested error"),
        pytest.param(b'{"fault":{"faultstring":"f"}}', "f", id="fault"),
        pytest.param(b'{"message":"no Route matched"}', "no Route matched", id="message"),
        pytest.param(b'{"code":405,"message":"m"}', "m", id="the status as code"),
        pytest.param(b'[{"message":"m"}]', "m", id="list"),
        pytest.param(b'"text"', "text", id="JSON text"),
        pytest.param(b'{"title":' + b"[" * 5000, "", id="broken JSON"),
        pytest.param(b'{"title":5,"detail":null}', "", id="no text in it"),
        pytest.param("<title>Größe – Ende</title>".encode(), "Größe – Ende", id="not ASCII"),
    ],
)
def test_the_words_of_a_server_in_between(body: bytes, said: str) -> None:
    assert words(body) == said


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_its_words_are_one_safe_line_whatever_it_sends(body: bytes) -> None:
    for shown in (words(body), words(b"<title>" + body), words(b'{"title":"%s"}' % body)):
        assert is_one_safe_line(shown)
        assert len(shown) <= 200


async def test_a_server_that_quotes_the_request_does_not_make_us_show_the_token() -> None:
    said = f"You sent Authorization: Zoho-oauthtoken {TOKEN}"
    for reply in (Reply(403, said.encode()), Reply.of({"code": 2933, "message": said}, 403)):
        error = str(await failed_status(reply))
        assert "You sent Authorization" in error
        assert TOKEN not in error


@pytest.mark.parametrize("body", [HTML, b"", b'{"code":1}', b'{"code":3000}', b'{"code":4000}'])
@pytest.mark.parametrize("http", [500, 502, 503, 504])
async def test_a_server_fault_is_unclear_whatever_its_body(http: int, body: bytes) -> None:
    error = await failed_status(Reply(http, body))
    assert type(error) is UnclearError
    assert error.exit_code == 4
    assert f"HTTP {http}" in str(error)


@pytest.mark.parametrize("body", [HTML, b"", b'{"code":1}', b'{"code":8888}'])
async def test_an_unexplained_401_is_a_matter_of_sign_in(body: bytes) -> None:
    error = await failed_status(Reply(401, body))
    assert type(error) is SignInError
    assert error.exit_code == 3


@pytest.mark.parametrize("body", [HTML, b"", b'{"code":1}', b'{"code":2955}'])
async def test_429_is_busy_whatever_its_body(body: bytes) -> None:
    error = await failed_status(Reply(429, body))
    assert type(error) is BusyError
    assert error.retry_after is None


async def test_a_missing_scope_names_the_scopes() -> None:
    error = await failed_status(Reply.of({"code": 2945, "message": SAID}, 401))
    for scope in ("READ", "CREATE", "UPDATE"):
        assert f"ZohoCreator.bulk.{scope}" in error.next_step


@pytest.mark.parametrize("key", ["message", "description", "status"])
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
async def test_harmful_characters_do_not_survive_in_the_words(text: str, key: str) -> None:
    error = await failed_status(Reply.of({"code": 7120, key: f"Said {text} so"}))
    assert "Said" in str(error)
    assert is_one_safe_line(str(error))


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param({"code": 7120, "message": "long " * 10_000}, id="words"),
        pytest.param({"code": int("9" * 4000)}, id="code"),
    ],
)
async def test_an_answer_without_end_makes_no_error_without_end(answer: object) -> None:
    assert len(str(await failed_status(Reply.of(answer)))) < 600


def test_every_error_of_an_answer_is_one_of_the_tree() -> None:
    assert all(issubclass(rule.error, ZcbulkError) for rule in RULES.values())
