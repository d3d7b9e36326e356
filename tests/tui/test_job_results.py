"""Results on the list, as a model: what keys are about, and what is said while they are fetched."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.jobs import NOW, reading
from tests.tui.failing import FakeFailures
from tests.tui.model import DONE, READY, RUNNING, UNREAD, Model, job
from zcbulk_tui.domain.job import Counts, JobState
from zcbulk_tui.domain.result import Result, ResultFile, ResultKind, ResultStage
from zcbulk_tui.domain.snapshot import JobSnapshot
from zcbulk_tui.errors import (
    ConfigError,
    QuotaSpentError,
    RefusedError,
    ResultNotReadyError,
)
from zcbulk_tui.monitor.events import ResultChanged
from zcbulk_tui.tui.notices import ErrorDialog, Notice, Toast

FAILED, LEFT, IN = ResultKind.FAILURE, ResultKind.UNPROCESSED, ResultKind.SUCCESS


def ended(number: int, failed: int, left: int) -> JobSnapshot:
    """A job that has ended with so many failed and unprocessed of 10,000."""
    made = job(number, JobState.SYSTEM_ABORTED)
    counts = Counts(10_000, 10_000 - failed - left, failed, left)
    return replace(made, readings=(replace(made.readings[0], counts=counts),))


BAD, HALF, EXPIRED = ended(5, 1_300, 0), ended(6, 0, 400), job(7, JobState.EXPIRED)


class Open:
    """A workspace with results."""

    def __init__(self, folder: Path, *jobs: JobSnapshot) -> None:
        self.model = Model(*(jobs or (READY, RUNNING, DONE, UNREAD, BAD, HALF, EXPIRED)))
        self.failures = FakeFailures(folder)
        (self.profile,) = self.model.workspace.profiles
        self.profile.failures = self.failures
        self.workspace = self.model.workspace

    def why(self, number: int, action: str) -> str:
        self.model.select(number)
        return self.workspace.can(action).why_not

    def say(
        self,
        kind: ResultKind,
        stage: ResultStage,
        *,
        got: int | None = None,
        of: JobSnapshot = BAD,
        **more: object,
    ) -> list[Notice]:
        """The monitor says how a result stands."""
        result = Result(of.ref, kind, stage)._replace(**more)  # type: ignore[arg-type]  # by name
        self.failures.change(result)
        return self.workspace.apply(self.profile, ResultChanged(result, got))

    def ask(self, of: JobSnapshot = BAD, *kinds: ResultKind) -> None:
        """The user asks for results of a job."""
        key = self.model.key(int(of.ref.job_id))
        self.workspace.results.fetch([self.workspace.rows[key]], kinds or (FAILED,))

    def arrive(self, kind: ResultKind, records: int, of: JobSnapshot = BAD) -> list[Notice]:
        """A result is on the disk."""
        file = ResultFile(kind, Path("/x"), 1_000, "ab", records, NOW)
        return self.say(kind, ResultStage.ON_DISK, of=of, file=file, expected=records)


@pytest.fixture
def opened(tmp_path: Path) -> Open:
    return Open(tmp_path)


def test_keys_about_results_say_why_they_do_nothing(opened: Open) -> None:
    for action in ("results", "failures", "repair"):
        assert "a job has results once it is over" in opened.why(1, action), action
        assert "running" in opened.why(2, action)
        assert "not read yet" in opened.why(4, action)
        assert "expired" in opened.why(7, action)
    assert opened.why(3, "failures") == "No record of Job 3 failed."
    assert opened.why(6, "failures") == "No record of Job 6 failed."
    assert opened.why(5, "failures") == opened.why(5, "results") == ""
    assert opened.why(3, "results") == ""


def test_a_repair_needs_something_that_is_not_in_and_what_inserts_files(opened: Open) -> None:
    assert opened.why(5, "repair") == "Files cannot be inserted here."
    opened.profile.inserting = object()  # type: ignore[assignment]  # only whether it is there
    assert opened.why(5, "repair") == opened.why(6, "repair") == ""
    made = replace(reading(0, 1), state=JobState.COMPLETED, counts=Counts(2_000, 2_000, 0, 0))
    opened.model.change(DONE, readings=(made,))
    assert "nothing to repair" in opened.why(3, "repair")


def test_what_a_chain_has_held_back_is_repaired_from_its_line(tmp_path: Path) -> None:
    first = ended(5, 1_300, 0)
    made = replace(reading(0, 1), state=JobState.COMPLETED, counts=Counts(138, 138, 0, 0))
    repair = job(8, JobState.COMPLETED)
    repair = replace(repair, job=repair.job._replace(repairs=first.ref.job_id), readings=(made,))
    opened = Open(tmp_path, first, repair)
    opened.profile.inserting = object()  # type: ignore[assignment]  # only whether it is there
    selected = opened.workspace.selected
    assert selected is not None
    assert selected.snapshot.ref == repair.ref, "keys are about the newest attempt"
    about = opened.workspace.results.about("repair", selected)
    assert about is not None
    assert about.snapshot.ref == first.ref
    assert opened.workspace.can("repair")
    assert opened.workspace.can("failures")


def test_without_a_connection_and_in_a_read_only_profile_there_are_none(tmp_path: Path) -> None:
    alone = Model(BAD, connected=False)
    assert "connection" in alone.workspace.can("results").why_not
    model = Model(BAD, change=lambda spec: spec._replace(read_only=True))
    assert model.workspace.can("repair").state is False
    assert model.workspace.can("results").why_not == "Results cannot be fetched here."
    assert model.workspace.can("failures").why_not == "Results cannot be fetched here."
    assert tmp_path.exists()


def test_of_marked_jobs_one_with_results_is_enough(opened: Open) -> None:
    opened.model.mark(1, 5)
    assert opened.workspace.can("results")
    opened.model.mark(5)
    opened.model.mark(2)
    assert opened.workspace.can("results").why_not == "None of the 2 marked jobs has results."


def test_what_is_missing_and_what_it_costs(opened: Open) -> None:
    results = opened.workspace.results
    bad = opened.workspace.rows[opened.model.key(5)]
    half = opened.workspace.rows[opened.model.key(6)]
    assert results.lacks(bad, (FAILED, LEFT)) == [FAILED], "nothing was left"
    assert results.lacks(half, (FAILED, LEFT)) == [LEFT]
    assert results.price([bad, half], (FAILED,)) == 2
    assert results.fetch([bad, half], (FAILED,)) == []
    assert opened.failures.fetched == [("5", "failure"), ("6", "failure")]
    opened.failures.put(BAD.ref, FAILED)
    assert results.lacks(bad, (FAILED, LEFT)) == []


def test_why_it_cannot_be_fetched_is_said(opened: Open) -> None:
    bad = opened.workspace.rows[opened.model.key(5)]
    for error in (
        QuotaSpentError("The day's calls are used up", "There are none.", "Wait."),
        ConfigError("The memory cannot be written", "The disk is full."),
    ):
        opened.failures.error = error
        (said,) = opened.workspace.results.fetch([bad], (FAILED,))
        assert said.title == error.title
        assert error.cause in said.text


def test_one_toast_says_what_has_come_of_a_job(opened: Open) -> None:
    of = ended(8, 1_300, 400)
    opened = Open(Path("/nowhere"), of)
    opened.ask(of, FAILED, LEFT)
    assert opened.say(LEFT, ResultStage.DUE, of=of) == []
    assert opened.say(FAILED, ResultStage.FETCHING, got=0, of=of) == []
    listed = opened.workspace.rows[opened.model.key(8)]
    assert opened.say(FAILED, ResultStage.FETCHING, got=70_000, of=of) == []
    assert opened.workspace.results.got(listed, FAILED) == 70_000
    assert opened.arrive(FAILED, 1_300, of) == []
    assert opened.workspace.results.got(listed, FAILED) is None
    assert opened.say(LEFT, ResultStage.FETCHING, got=0, of=of) == []
    (said,) = opened.arrive(LEFT, 400, of)
    assert isinstance(said, Toast)
    assert (said.title, said.severity) == ("Results of Job 8", "information")
    assert said.text == "1,300 failed, 400 unprocessed. f shows why."


def test_a_file_with_other_records_than_were_counted_is_a_warning(opened: Open) -> None:
    opened.ask()
    opened.say(FAILED, ResultStage.FETCHING, got=0)
    file = ResultFile(FAILED, Path("/x"), 1_000, "ab", 1_298, NOW)
    (said,) = opened.say(FAILED, ResultStage.ON_DISK, file=file, expected=1_300)
    assert isinstance(said, Toast)
    assert said.severity == "warning"
    assert "Zoho counted 1,300 failed, the file has 1,298" in said.text


def test_of_results_that_nobody_asked_for_nothing_is_said(opened: Open) -> None:
    assert opened.say(FAILED, ResultStage.FETCHING, got=0) == []
    assert opened.arrive(FAILED, 1_300) == []
    assert opened.say(FAILED, ResultStage.FETCHING, got=0, of=ended(99, 1, 1)) == []


def test_a_refusal_is_a_dialog_for_who_has_asked(opened: Open) -> None:
    error = RefusedError("Zoho refused the download", "It says no.")
    assert opened.say(FAILED, ResultStage.REFUSED, error=error) == []
    opened.ask()
    (said,) = opened.say(FAILED, ResultStage.REFUSED, error=error)
    assert isinstance(said, ErrorDialog)
    assert said.error is error


def test_what_zoho_still_prepares_is_said_once_to_who_has_asked(opened: Open) -> None:
    error = ResultNotReadyError("The result is still being made")
    opened.ask()
    opened.say(FAILED, ResultStage.FETCHING, got=0)
    (said,) = opened.say(FAILED, ResultStage.DUE, error=error, next_try=NOW)
    assert isinstance(said, Toast)
    assert "for 1 call" in said.text
    opened.say(FAILED, ResultStage.FETCHING, got=0)
    assert opened.say(FAILED, ResultStage.DUE, error=error, next_try=NOW) == []
    (said,) = opened.arrive(FAILED, 1_300)
    assert isinstance(said, Toast)
    assert said.text.startswith("1,300 failed")


def test_what_is_gone_is_said(opened: Open) -> None:
    opened.ask()
    opened.say(FAILED, ResultStage.FETCHING, got=0)
    (said,) = opened.say(FAILED, ResultStage.GONE)
    assert isinstance(said, Toast)
    assert said.text == "Zoho has none, or none any more: failed."
