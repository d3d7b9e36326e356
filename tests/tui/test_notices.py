"""What deserves to be said of an event, and how loudly."""

import pytest

from tests.render.plans import spent
from tests.support.jobs import NOW, watched
from zcbulk_tui.domain.contract import BOTH, Contradiction, Question
from zcbulk_tui.domain.control import Command, Outcome
from zcbulk_tui.domain.job import Action
from zcbulk_tui.domain.snapshot import ServiceSnapshot
from zcbulk_tui.errors import (
    ConfigError,
    Occasion,
    QuotaSpentError,
    RefusedError,
    SignedOutError,
    SignInBusyError,
    UnreachableError,
    ZcbulkError,
)
from zcbulk_tui.monitor.events import ContractContradicted, ReportNotWritten
from zcbulk_tui.render.clipboard import Clipboard
from zcbulk_tui.tui import notices
from zcbulk_tui.tui.notices import ErrorDialog, Notice, Toast

JOB = watched()
OUT = SignedOutError("The sign-in has ended")
FINE = ServiceSnapshot(answered=True)


def about(error: ZcbulkError | None) -> ServiceSnapshot:
    """How calls go that cannot be signed, for this reason."""
    return ServiceSnapshot(held_by=error)


def sign_in(
    before: ServiceSnapshot, now: ServiceSnapshot, *, list_is_empty: bool = False
) -> list[Notice]:
    return notices.sign_in("acme", before, now, list_is_empty=list_is_empty)


@pytest.mark.parametrize("outcome", [it for it in Outcome if it is not Outcome.REFUSED])
def test_what_is_no_refusal_is_said_in_passing(outcome: Outcome) -> None:
    said = notices.command_ended(JOB, Command(Action.ABORT, NOW, outcome))
    assert isinstance(said, Toast)
    assert said.title == JOB.label
    fine = outcome in (Outcome.ACCEPTED, Outcome.TOOK_EFFECT)
    assert (said.severity, said.seconds) == (("information", 6) if fine else ("warning", 15))


def test_a_refusal_is_a_dialog_that_promises_no_other_try() -> None:
    error = RefusedError("The upload is not complete")
    command = Command(Action.START, NOW, Outcome.REFUSED, error=error)
    said = notices.command_ended(JOB, command)
    assert said == ErrorDialog(error, "Employees: start failed", Occasion.COMMAND)


def test_a_sign_out_is_said_once_for_each_reason() -> None:
    other = SignedOutError("The profile is not signed in")
    (said,) = sign_in(FINE, about(OUT))
    assert isinstance(said, ErrorDialog)
    assert (said.error, said.once) == (OUT, True)
    assert said.more.endswith("resumes by itself after: zcbulk-tui login --profile acme")
    assert sign_in(about(OUT), about(OUT)) == []
    assert sign_in(about(OUT), about(SignedOutError(OUT.title))) == []
    assert sign_in(about(OUT), FINE) == []
    (said,) = sign_in(about(OUT), about(other))
    assert isinstance(said, ErrorDialog)
    assert said.error is other


def test_a_setting_that_gives_no_token_is_no_sign_out() -> None:
    error = ConfigError("token_command cannot be run")
    for list_is_empty in (False, True):
        (said,) = sign_in(FINE, about(error), list_is_empty=list_is_empty)
        assert isinstance(said, ErrorDialog)
        assert said.more.endswith("resumes by itself once that is fixed.")


def test_where_there_are_no_jobs_the_list_says_how_to_sign_in() -> None:
    assert sign_in(FINE, about(OUT), list_is_empty=True) == []


@pytest.mark.parametrize(
    "error",
    [
        SignInBusyError("Zoho gives out no token", retry_after=432),
        UnreachableError("The accounts server does not answer"),
    ],
    ids=["busy", "away"],
)
def test_what_passes_is_said_in_passing(error: ZcbulkError) -> None:
    (said,) = sign_in(FINE, about(error))
    assert isinstance(said, Toast)
    assert error.title in said.text
    assert said.severity == "warning"
    assert sign_in(about(error), about(error)) == []


def test_calls_that_are_spent_are_no_sign_in_trouble() -> None:
    assert sign_in(FINE, about(QuotaSpentError("The day's calls are spent"))) == []


def test_that_nothing_is_saved_is_said_and_that_it_is_again() -> None:
    kept, unkept = ServiceSnapshot(spent()), ServiceSnapshot(spent(), unkept="The disk is full")
    other = ServiceSnapshot(spent(), unkept="The file is locked")
    assert notices.saving(kept, unkept, is_known=False) == [
        Toast("The disk is full", "Not saved", "warning", 15)
    ]
    (again,) = notices.saving(unkept, kept, is_known=False)
    assert isinstance(again, Toast)
    assert (again.title, again.severity) == ("Saved again", "information")
    assert notices.saving(kept, kept, is_known=False) == []
    assert notices.saving(unkept, other, is_known=False) == [], "it has been said"


def test_that_the_page_is_not_written_is_said_and_that_it_is_again() -> None:
    there, gone = ServiceSnapshot(), ServiceSnapshot(unpublished="The folder is not there")
    assert notices.publishing(there, gone) == [
        Toast("The folder is not there", "Not published", "warning", 15)
    ]
    assert notices.publishing(gone, gone) == notices.publishing(there, there) == []
    (again,) = notices.publishing(gone, there)
    assert isinstance(again, Toast)
    assert again.title == "Published again"


def test_what_the_dialog_at_the_start_says_is_not_said_again() -> None:
    unkept = ServiceSnapshot(spent(), unkept="The file is of a later version")
    assert notices.saving(ServiceSnapshot(), unkept, is_known=True) == []
    assert len(notices.saving(ServiceSnapshot(), unkept, is_known=False)) == 1
    assert len(notices.saving(ServiceSnapshot(spent()), unkept, is_known=True)) == 1


def test_what_is_said_in_passing_waits_for_the_dialog_at_the_start() -> None:
    problem, soon = (
        ConfigError("state.db was damaged"),
        Toast("Soon.", severity="warning", seconds=15),
    )
    assert notices.at_start(None, "") == []
    assert notices.at_start(None, "Soon.") == [soon]
    assert notices.at_start(problem, "") == [ErrorDialog(problem)]
    assert notices.at_start(problem, "Soon.") == [ErrorDialog(problem, then=(soon,))]


def test_what_the_budget_refuses_says_why_and_until_when() -> None:
    error = QuotaSpentError("Not asked", "It takes 7.", "Again at 00:00.")
    assert notices.quota(error) == Toast("It takes 7. Again at 00:00.", "Not asked", "warning", 10)
    assert notices.quota(QuotaSpentError("Not asked")).text == ""


@pytest.mark.parametrize("works", [True, None, False])
def test_a_copy_that_is_lost_is_a_warning(works: bool | None) -> None:
    said = notices.copied(Clipboard(works, "So it is."), "2 ids")
    lost = works is False
    assert "2 ids" in said.text
    assert (said.severity, said.seconds) == (("warning", 15) if lost else ("information", 4))


def test_a_report_that_is_not_written_is_said_with_its_reason() -> None:
    error = ConfigError("The report cannot be written", "The disk is full.")
    said = notices.about_profile("acme", ReportNotWritten(error))
    assert isinstance(said, Toast)
    assert said.title == "acme: the report is not written yet"
    assert said.text == "The report cannot be written. The disk is full."


@pytest.mark.parametrize("seen", ["beside", BOTH])
def test_an_answer_that_is_not_as_known_is_said_shortly(seen: str) -> None:
    found = Contradiction(Question.RECORD_DETAILS, "place", "inside", seen)
    said = notices.about_profile("acme", ContractContradicted(found, NOW))
    assert isinstance(said, Toast)
    assert (said.title, said.severity) == ("acme: Zoho has changed", "warning")
    assert "inside" in said.text
    assert seen in said.text or "not always" in said.text
    assert len(said.text) < 60


def test_a_toast_is_two_lines_at_most() -> None:
    assert notices.toast_text("Employees", "Accepted.", 80) == "Employees: Accepted."
    assert notices.toast_text("", "Accepted.", 80) == "Accepted."
    assert notices.toast_text("No calls", "", 80) == "No calls"
    cut = notices.toast_text("Warning", "many words " * 40, 80)
    assert cut.startswith("Warning: many words")
    assert cut.endswith("…")
    assert len(cut) <= 2 * 77


@pytest.mark.parametrize("key", ["l", ""])
def test_of_many_toasts_at_once_the_worst_is_shown_and_the_others_counted(key: str) -> None:
    news, other, worst = Toast("It has ended."), Toast("B", "Warning", "warning"), Toast("C")
    worst = worst._replace(severity="error")
    assert notices.in_turn([worst, news], key) == [news, worst]
    count, last = notices.in_turn([other, worst, news], key)
    assert last == worst
    where = "l shows the log" if key else "the log has what happened"
    assert count == Toast(f"2 more messages: {where}.", severity="warning")
