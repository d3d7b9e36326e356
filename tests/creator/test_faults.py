"""Every error answer becomes the error that the table says, with the server's own words in it."""

import pytest

from tests.creator.calls import failed_status, met
from tests.support.contract import REFUSALS, Refusal
from tests.support.stub_server import Reply
from tests.support.text import HOSTILE, is_one_safe_line
from zcbulk_tui.creator.faults import RULES, to_error
from zcbulk_tui.errors import (
    Answer,
    BusyError,
    SignInError,
    UnclearError,
    UndocumentedError,
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
    assert error.next_step
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
    assert error.next_step.endswith((".", "zcbulk-tui login", "zcbulk-tui doctor"))


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
    [(200, 3001), (200, 12345), (200, -1), (400, 3000), (400, 99), (404, 9350), (409, 1), (418, 1)],
)
async def test_a_code_that_no_document_explains_keeps_what_the_server_said(
    http: int, code: int
) -> None:
    error = await failed_status(Reply.of({"code": code, "message": SAID}, http))
    assert type(error) is UndocumentedError
    assert error.exit_code == 1
    assert f"HTTP {http}, code {code}: “{SAID}”" in str(error)
    assert error.next_step


@pytest.mark.parametrize("http", [400, 403, 404, 409])
async def test_a_refusal_without_json_goes_by_its_http_status(http: int) -> None:
    error = await failed_status(Reply(http, HTML))
    assert type(error) is UndocumentedError
    assert f"HTTP {http}, no code" in str(error)


@pytest.mark.parametrize("body", [HTML, b"", b'{"code":1}', b'{"code":3000}', b'{"code":4000}'])
@pytest.mark.parametrize("http", [500, 502, 503, 504])
async def test_a_server_fault_is_unclear_whatever_its_body(http: int, body: bytes) -> None:
    error = await failed_status(Reply(http, body))
    assert type(error) is UnclearError
    assert error.exit_code == 4
    assert f"HTTP {http}" in str(error)


@pytest.mark.parametrize("http", [401, 407])
@pytest.mark.parametrize("body", [HTML, b"", b'{"code":1}'])
async def test_an_unexplained_401_is_a_matter_of_sign_in(http: int, body: bytes) -> None:
    error = await failed_status(Reply(http, body))
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
