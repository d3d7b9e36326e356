"""What a probe does next, by its transcript.

The plan is walked from its beginning each time, so that a probe that was cut goes on where it
stopped, and no step is made twice. A job that comes to nothing for no reason of the server's, as
where an answer was lost, or nobody went on while its results were kept, gives way to another.

A form may have one active job, so that a job is brought to an end, or aborted, before the next is
created.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta

from zcbulk_tui.domain import probe_answers as answers
from zcbulk_tui.domain import probe_files as files
from zcbulk_tui.domain.contract import Question
from zcbulk_tui.domain.form import FormFields
from zcbulk_tui.domain.probe import MOST_CALLS, Act, Exchange, Step, calls_made
from zcbulk_tui.domain.probe_answers import is_accepted, is_refused
from zcbulk_tui.domain.probe_findings import findings
from zcbulk_tui.domain.probe_trail import TWIN, trails_of
from zcbulk_tui.domain.probe_walk import EARLY, Done, Parts, TooFewCallsError, Walk

_MOST_JOBS = 4
"""Jobs that are made for the same questions, one after the other."""

_HOLDS = timedelta(hours=3)
"""How long a job that is not started holds its form [LIMB]."""

# The least calls with which a job is begun: what it takes where nothing goes wrong.
_FIRST_JOB, _CONTROLS_JOB, _GOOD_JOB, _LARGE_JOB, _SEMICOLON_JOB, _BAD_JOB = 14, 8, 7, 3, 5, 5

_FILES = {
    "a": files.CONTROLS,
    "b": files.GOOD,
    "c": files.LARGE,
    "d": files.SEMICOLON,
    "e": files.BAD,
}
"""The jobs, each with its file."""

_OUT_OF_TURN = frozenset({"created", "early", "busy", "second", "uploaded"})
"""What is asked besides, with the first job: see `Walk.seen`."""


def next_step(transcript: Sequence[Exchange], calls_left: int, now: datetime) -> Step | None:
    """Returns what to do next.

    Args:
        transcript: What was done, in its order.
        calls_left: Calls that may be made; those beyond `MOST_CALLS` of the whole are never made.
        now: Aware.

    Returns:
        None where nothing more can be learnt, or the calls do not suffice.
    """
    return next(_Plan(transcript, calls_left, now).steps(), None)


def least_calls(transcript: Sequence[Exchange], now: datetime) -> int:
    """Returns the least calls with which a probe goes on; 0 where nothing is left to learn.

    Args:
        transcript: What was done, in its order.
        now: Aware.
    """
    if next_step(transcript, MOST_CALLS, now) is None:
        return 0
    left = range(1, MOST_CALLS - calls_made(transcript) + 1)
    return next((it for it in left if next_step(transcript, it, now) is not None), 0)


def outlook() -> tuple[int, int]:
    """Returns how many jobs a probe creates, and how many records these insert, at most.

    More are created only where one comes to nothing, and gives way to another.
    """
    return len({TWIN, *_FILES}), sum(files.most_records(name) for name in _FILES.values())


def open_job(transcript: Sequence[Exchange], now: datetime) -> str | None:
    """Returns the probe's own name of a job that may hold the form still; None for none.

    Args:
        transcript: What was done, in its order.
        now: Aware.
    """
    for trail in trails_of(transcript, None):
        created = trail.created
        is_young = created is not None and now - created.sent_at < _HOLDS
        if is_young and not trail.is_closed and trail.ended_by is None:
            return trail.job
    return None


def reason_to_end(transcript: Sequence[Exchange], form: FormFields | None = None) -> str:
    """Returns why nothing more can be asked now, in full sentences; empty where all was asked.

    Args:
        transcript: What was done, in its order; nothing is left to do of it now.
        form: The fields of the form; those that the probe has read itself take their place.
    """
    known = files.form_of(transcript) or form
    if known is None:
        return "The fields of the form could not be read." if transcript else ""
    if files.columns_of(known) is None:
        return (
            "The form has no field for a marker of each record: a single line or multi line text "
            "without choices, of 14 characters or more."
        )
    creates = [it for it in answers.made(transcript) if it.step.act is Act.CREATE]
    asked = [it for it in creates if not it.step.job.startswith(TWIN)]
    if not asked or is_accepted(asked[-1]):
        return ""
    if is_refused(asked[-1]):
        return (
            f"The last new job was refused: HTTP {asked[-1].http_status}, code {asked[-1].code}. "
            f"The form may have an active job; once that has ended, run the same command again."
        )
    return (
        "The answer to the last create proves nothing: its job may keep the form busy for 3 hours. "
        "After that, run the same command again."
    )


class _Plan:
    """One walk through the plan."""

    def __init__(self, transcript: Sequence[Exchange], calls_left: int, now: datetime) -> None:
        self._transcript = answers.made(transcript)
        self._form = files.form_of(transcript)
        self._columns = None if self._form is None else files.columns_of(self._form)
        self._all_left = MOST_CALLS - calls_made(transcript)
        left = min(calls_left, self._all_left)
        self._walk = Walk(self._transcript, self._columns, left, self._all_left, now)

    def steps(self) -> Iterator[Step]:
        """Yields the next step, then whatever; nothing where there is none."""
        try:
            yield from self._all()
        except TooFewCallsError:
            yield from self._walk.close_waiting()

    def _all(self) -> Parts:
        if self._form is None:
            yield from self._walk.fields(_FIRST_JOB)
            return  # with an answer there were fields by now
        if self._columns is None:
            return
        yield from self._jobs("a", self._controls_need, self._controls)
        if self._walk.ways.understood is None:
            return
        # That semicolons are refused is proven by other records that are taken afterwards.
        need = _SEMICOLON_JOB + self._asked_again()
        spare = _GOOD_JOB + _LARGE_JOB
        yield from self._jobs("d", lambda: need, self._semicolons, spare)
        yield from self._jobs("b", lambda: _GOOD_JOB + self._asked_again(), self._good)
        yield from self._jobs("c", lambda: _LARGE_JOB, self._large)
        if self._wants_bad():
            yield from self._jobs("e", lambda: _BAD_JOB, self._bad)

    def _jobs(
        self, name: str, need: Callable[[], int], part: Callable[[str], Done], spare: int = 0
    ) -> Parts:
        """Makes a job, and others in its place as long as it comes to nothing.

        Args:
            name: Of the first one.
            need: Returns the least calls with which it is begun.
            part: What is done with it.
            spare: Calls that are left to what follows, of all that may be made.
        """
        for job in (name, *(f"{name}{number}" for number in range(2, _MOST_JOBS + 1))):
            if not self._walk.is_known(f"{job} create") and self._all_left < need() + spare:
                return
            if (yield from self._walk.create(job, need())):
                is_settled = yield from part(job)
            else:
                is_settled = not self._walk.trail(job).is_given_up
            if is_settled:
                return

    # -- the jobs, each of which returns whether it is settled -----------------------------------

    def _controls_need(self) -> int:
        return _CONTROLS_JOB + len(_OUT_OF_TURN - self._walk.seen)

    def _controls(self, job: str) -> Done:
        """A job of records that ask something each; the calls out of turn are made with it."""
        walk = self._walk
        if "created" not in walk.seen:
            walk.see_word("created", (yield from walk.status(job, "created", "word of a new job")))
        if not (yield from self._early(job)):
            return walk.ways.is_blocked
        if walk.ways.is_blocked:
            return True  # it cannot be started, nor aborted: it expires
        yield from self._busy(job)
        name = yield from walk.upload(job, self._names(job))
        if name is None:
            yield from walk.close(job)
            return False
        if not (yield from self._after_upload(job, name)):
            yield from walk.close(job)  # the second file was added to the first
            return False
        last = yield from walk.run(job, "failure")
        trail = walk.trail(job)
        if last is None:
            # One that has not ended in time: another would take as long.
            has_said = trail.started is not None and trail.aborted
            return has_said and name != files.CONTROLS_1252
        failure = yield from walk.result(job, "failure")
        yield from walk.end_word(job, last)
        success = yield from walk.result(job, "success")
        yield from self._late(job)
        has_results = failure is not None and success is not None
        return has_results and (name != files.CONTROLS_1252 or trail.has_rows)

    def _asked_again(self) -> int:
        """Calls out of turn whose answer may have been of the moment."""
        return len({"busy", "early", "second", "late"} - self._walk.seen)

    def _early(self, job: str) -> Done:
        """Starts a job without a file, and aborts one that may have begun; returns whether none."""
        walk = self._walk
        if "early" in walk.seen:
            return True
        purpose = "start before the upload"
        if (way := walk.ways.understood) is None:
            early = yield from walk.control(job, Act.START, EARLY, purpose)
        else:  # no answer to it says anything of how a start is put
            early = yield from walk.ask(f"{job} {EARLY} {way}", Act.START, job, purpose, str(way))
        asked = [it for it in walk.trail(job).calls if EARLY in it.step.key]
        walk.settle("early", asked[-1] if asked else None)
        if early is not None and not is_refused(early):
            yield from walk.status(job, "early", "whether the job had a file")
            yield from walk.close(job)
            return False
        return True

    def _busy(self, job: str) -> Parts:
        """Creates a second job beside one."""
        walk = self._walk
        if walk.ways.understood is None or "busy" in walk.seen:
            return
        twins = (TWIN, *(f"{TWIN}{number}" for number in range(2, _MOST_JOBS + 1)))
        twin = next((it for it in twins if walk.twin_of(it) in (None, job)), None)
        if twin is not None:
            yield from walk.create_twin(twin, job)

    def _late(self, job: str) -> Parts:
        """Aborts a job that has ended."""
        walk = self._walk
        if walk.ways.understood is not None and "late" not in walk.seen:
            way = str(walk.ways.understood)
            key, purpose = f"{job} late abort", "abort after the end"
            walk.settle("late", (yield from walk.ask(key, Act.ABORT, job, purpose, way)))

    def _names(self, job: str) -> list[str]:
        """The files to try: once one in Windows-1252 came to nothing, perhaps for its encoding."""
        if self._columns is None or not self._columns.fits_windows_1252:
            return [files.CONTROLS]
        refused = 0
        for other in self._walk.jobs:
            trail = self._walk.trail(other)
            tried = [it for it in trail.uploads if it.step.detail == files.CONTROLS_1252]
            if other != job and answers.is_refused_again(tried):
                return [files.CONTROLS]
            if other == job or trail.file != files.CONTROLS_1252 or trail.has_rows:
                continue
            is_cut = trail.started is not None and trail.ended_by is None and not trail.aborted
            if trail.start_sent_at is not None and not is_cut:
                return [files.CONTROLS]
            # One refusal, or one lost answer, may be of the moment.
            refused += not is_cut
        return [files.CONTROLS] if refused > 1 else [files.CONTROLS_1252, files.CONTROLS]

    def _after_upload(self, job: str, name: str) -> Done:
        """Uploads a file again, and reads the word then; returns whether there is still one."""
        walk = self._walk
        # What was lost on its way, and found to be there, is not sent again.
        is_second = "second" not in walk.seen and is_accepted(walk.upload_of(job, name))
        if is_second:
            key = f"{job} second upload"
            second = yield from walk.ask(key, Act.UPLOAD, job, "second upload", name)
            walk.settle("second", second)
        if not is_second and "uploaded" in walk.seen:
            return True
        status = yield from walk.status(job, "uploaded", "word of a job with its file", 2.0)
        walk.see_word("uploaded", status)
        counts = answers.counts_of(status)
        records = 0 if self._columns is None else len(files.roles_of(name, self._columns))
        return counts is None or counts[0] <= records

    def _good(self, job: str) -> Done:
        """A job of good records."""
        walk = self._walk
        if not (yield from self._early(job)):
            return False
        yield from self._busy(job)
        if (yield from walk.upload(job, [files.GOOD])) is None:
            yield from walk.close(job)
            return walk.is_settled(job, "success")
        if "second" not in walk.seen and not (yield from self._after_upload(job, files.GOOD)):
            yield from walk.close(job)
            return False
        last = yield from walk.run(job, "success")
        if last is not None:
            yield from walk.result(job, "success")
            yield from walk.end_word(job, last)
            yield from walk.result(job, "failure")
            yield from self._late(job)
        return walk.is_settled(job, "success")

    def _large(self, job: str) -> Done:
        """A ZIP that is large unpacked alone; it is never started."""
        yield from self._walk.upload(job, [files.LARGE])
        yield from self._walk.close(job)
        uploads = self._walk.trail(job).uploads
        return bool(uploads) and uploads[-1].is_answered

    def _semicolons(self, job: str) -> Done:
        """A job of good records with semicolons."""
        walk = self._walk
        if not (yield from self._early(job)):
            return False
        yield from self._busy(job)
        name = yield from walk.upload(job, [files.SEMICOLON, files.GOOD])
        if name != files.SEMICOLON:
            yield from walk.close(job)  # what it took instead was to show that it takes files
        elif (yield from walk.run(job, "success")) is not None:
            yield from walk.result(job, "success")
            if not walk.trail(job).has_rows:
                yield from walk.result(job, "failure")
            yield from self._late(job)
        return walk.is_settled(job, "success")

    def _wants_bad(self) -> bool:
        """Whether no other job showed how one ends that the system aborts."""
        found = findings(self._transcript)
        is_known = found.value(Question.STATE_WORDS, "aborted by system") is not None
        return found.one_fails_its_batch is False and (
            not is_known or self._walk.is_known("e create")
        )

    def _bad(self, job: str) -> Done:
        """A job of bad records."""
        last = yield from self._walk.upload_and_run(job, files.BAD, "failure")
        if last is not None:
            yield from self._walk.end_word(job, last)
        return self._walk.is_settled(job)
