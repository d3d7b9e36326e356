"""The tree of errors: exit codes, and the one paragraph that each of them makes."""

import pytest

from zcbulk_tui.errors import (
    AlreadyEndedError,
    Answer,
    BusyError,
    ConfigError,
    JobUnknownError,
    QuotaSpentError,
    RefusedError,
    ServiceError,
    SignedOutError,
    SignInBusyError,
    SignInError,
    UnclearError,
    UndocumentedError,
    UnreachableError,
    UnreadableError,
    UsageError,
    VariantRefusedError,
    ZcbulkError,
)

EXIT_CODES = {
    RefusedError: 1,
    JobUnknownError: 1,
    AlreadyEndedError: 1,
    QuotaSpentError: 1,
    VariantRefusedError: 1,
    UndocumentedError: 1,
    UsageError: 2,
    ConfigError: 2,
    SignInError: 3,
    SignedOutError: 3,
    ServiceError: 4,
    UnreachableError: 4,
    UnclearError: 4,
    BusyError: 4,
    SignInBusyError: 4,
    UnreadableError: 4,
}

PARENTS = {
    ConfigError: UsageError,
    JobUnknownError: RefusedError,
    AlreadyEndedError: RefusedError,
    QuotaSpentError: RefusedError,
    VariantRefusedError: RefusedError,
    UndocumentedError: RefusedError,
    UnreachableError: ServiceError,
    UnclearError: ServiceError,
    BusyError: ServiceError,
    SignInBusyError: BusyError,
    SignedOutError: SignInError,
    UnreadableError: ServiceError,
}


def descendants(root: type[ZcbulkError]) -> set[type[ZcbulkError]]:
    return {root}.union(*(descendants(child) for child in root.__subclasses__()))


def test_every_error_has_its_exit_code() -> None:
    tree = descendants(ZcbulkError) - {ZcbulkError}
    assert {error: error.exit_code for error in tree} == EXIT_CODES


@pytest.mark.parametrize("error", EXIT_CODES)
def test_every_error_stands_where_the_drawing_shows_it(error: type[ZcbulkError]) -> None:
    assert error.__bases__ == (PARENTS.get(error, ZcbulkError),)


@pytest.mark.parametrize(
    ("error", "text"),
    [
        pytest.param(ZcbulkError("It failed"), "It failed.", id="title"),
        pytest.param(
            ZcbulkError("It failed", "Because.", "Do this."),
            "It failed. Because. Do this.",
            id="cause and next step",
        ),
        pytest.param(
            ZcbulkError("It failed", next_step="Do this.", answer=Answer(404, 2893, "No form")),
            "It failed. Zoho said HTTP 404, code 2893: “No form”. Do this.",
            id="answer",
        ),
        pytest.param(
            ZcbulkError("It failed", answer=Answer(502)),
            "It failed. Zoho said HTTP 502, no code.",
            id="answer without code and text",
        ),
        pytest.param(
            BusyError("Busy", "Why.", "Wait.", answer=Answer(429, 2955), retry_after=5),
            "Busy. Why. Zoho said HTTP 429, code 2955. Wait.",
            id="busy",
        ),
    ],
)
def test_an_error_is_one_paragraph(error: ZcbulkError, text: str) -> None:
    assert str(error) == text


def test_the_parts_can_be_shown_apart() -> None:
    answer = Answer(404, 2893, "No form")
    error = JobUnknownError("Title", "Cause.", "Next.", answer=answer)
    assert (error.title, error.cause, error.next_step, error.answer) == (
        "Title",
        "Cause.",
        "Next.",
        answer,
    )


def test_a_busy_server_may_name_no_time() -> None:
    assert BusyError("Busy").retry_after is None
    assert BusyError("Busy", retry_after=0.0).retry_after == 0.0
