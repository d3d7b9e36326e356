"""The tree of errors: exit codes, and the one paragraph that each of them makes."""

import errno

import pytest

from zcbulk_tui.errors import (
    AlertNotSentError,
    AlreadyEndedError,
    Answer,
    BetweenError,
    BetweenVariantError,
    BusyError,
    ConfigError,
    DataError,
    EncodingUnknownError,
    FaultError,
    FormBusyError,
    HeldError,
    IncompatibleError,
    JobRefusedError,
    JobUnknownError,
    LimitError,
    NoRoomError,
    Occasion,
    OutputError,
    QuotaSpentError,
    RefusedError,
    ResultGoneError,
    ResultNotReadyError,
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
    AlertNotSentError: 1,
    FaultError: 1,
    LimitError: 1,
    JobRefusedError: 1,
    JobUnknownError: 1,
    AlreadyEndedError: 1,
    QuotaSpentError: 1,
    ResultNotReadyError: 1,
    ResultGoneError: 1,
    VariantRefusedError: 1,
    UndocumentedError: 1,
    FormBusyError: 1,
    UsageError: 2,
    ConfigError: 2,
    DataError: 2,
    EncodingUnknownError: 2,
    NoRoomError: 5,
    HeldError: 2,
    IncompatibleError: 1,
    OutputError: 5,
    SignInError: 3,
    SignedOutError: 3,
    ServiceError: 4,
    UnreachableError: 4,
    UnclearError: 4,
    BusyError: 4,
    BetweenError: 4,
    BetweenVariantError: 4,
    SignInBusyError: 4,
    UnreadableError: 4,
}

PARENTS = {
    ConfigError: UsageError,
    DataError: UsageError,
    EncodingUnknownError: DataError,
    NoRoomError: DataError,
    HeldError: UsageError,
    JobRefusedError: RefusedError,
    JobUnknownError: JobRefusedError,
    AlreadyEndedError: RefusedError,
    QuotaSpentError: RefusedError,
    ResultNotReadyError: RefusedError,
    ResultGoneError: RefusedError,
    VariantRefusedError: RefusedError,
    UndocumentedError: RefusedError,
    FormBusyError: UndocumentedError,
    UnreachableError: ServiceError,
    UnclearError: ServiceError,
    BusyError: ServiceError,
    BetweenError: ServiceError,
    BetweenVariantError: BetweenError,
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
        pytest.param(
            BetweenError("No", answer=Answer(403, None, "Not here", from_zoho=False)),
            "No. A server in between answered: HTTP 403: “Not here”.",
            id="a server in between",
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


@pytest.mark.parametrize("error", EXIT_CODES)
def test_only_the_dashboard_repeats_and_nothing_promises_it_elsewhere(
    error: type[ZcbulkError],
) -> None:
    poll, command, once = (error("No").another_try(occasion) for occasion in Occasion)
    # Where a poll is repeated, the row shows when.
    assert bool(poll) is issubclass(error, JobRefusedError)
    may_pass = issubclass(
        error, ServiceError | SignInError | UndocumentedError | ResultNotReadyError
    )
    may_pass = may_pass and error is not SignedOutError
    assert bool(once) is may_pass
    # What may have been carried out is not to be given again.
    assert bool(command) is (may_pass and error is not UnclearError)
    assert once == "" or once.startswith("Try again in ")
    assert command == "" or command.startswith("It is not sent again by itself: ")
    assert str(error("No")) == "No."
    assert error("No").told(Occasion.ONCE) == f"No. {once}".strip()


@pytest.mark.parametrize(
    ("error", "when"),
    [
        (BusyError("429"), "in a minute"),
        (BusyError("429", retry_after=7), "in a minute"),
        (BusyError("429", retry_after=150), "in 3 minutes"),
        (SignInBusyError("throttle"), "in ten minutes"),
        (SignInBusyError("throttle", retry_after=600), "in 10 minutes"),
        (UnclearError("503", retry_after=3600), "in 60 minutes"),
        (UnclearError("503", retry_after=7201), "in 3 hours"),
        (BusyError("429", retry_after=86_400), "in 24 hours"),
        (ServiceError("2930"), "in a while"),
    ],
)
def test_another_try_is_named_for_when_the_server_allows_it(error: ZcbulkError, when: str) -> None:
    assert error.another_try(Occasion.ONCE) == f"Try again {when}."


@pytest.mark.parametrize(
    ("error", "what"),
    [
        (OSError(errno.EMFILE, "any"), "open files"),
        (OSError(errno.ENFILE, "any"), "open files"),
        (OSError(errno.ENOMEM, "any"), "memory"),
        (MemoryError(), "memory"),
        (RuntimeError("can't start new thread"), "threads"),
    ],
)
def test_a_limit_of_the_system_is_seen_behind_other_errors(error: Exception, what: str) -> None:
    behind = ValueError("any")
    behind.__cause__ = error
    for shown in (error, behind):
        limit = LimitError.of(shown)
        assert limit is not None
        assert str(limit).startswith(f"The system gives this program no more {what}. Raise")


def test_no_other_error_is_called_a_limit() -> None:
    circle = ValueError("any")
    circle.__context__ = KeyError("any")
    circle.__context__.__context__ = circle
    for error in (None, OSError(errno.ENOENT, "any"), RuntimeError("any"), circle):
        assert LimitError.of(error) is None
