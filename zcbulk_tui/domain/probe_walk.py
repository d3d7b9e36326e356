"""The steps that a job of a probe takes: from its creation to its results, or to its abort.

A walk goes over the transcript: a step that has an answer returns it, and the first one that has
none is yielded. It ends with `TooFewCallsError` where the calls do not suffice for a step.

A job that was started ends by itself, and its results are kept for days, so that a later run reads
them. One that was not holds its form for 3 hours: a call is always kept to abort it.
"""

from collections.abc import Generator, Sequence
from datetime import datetime, timedelta

from zcbulk_tui.domain import probe_answers as answers
from zcbulk_tui.domain import probe_files as files
from zcbulk_tui.domain.job import JobState
from zcbulk_tui.domain.probe import Act, Exchange, Step
from zcbulk_tui.domain.probe_answers import is_accepted, is_refused, is_unclear
from zcbulk_tui.domain.probe_trail import STILL_HAS_RESULTS, STILL_STARTS, Trail
from zcbulk_tui.domain.probe_ways import WaysLeft

Answer = Exchange | None
Asked = Generator[Step, None, Answer]
Done = Generator[Step, None, bool]
Parts = Generator[Step, None, None]

EARLY = "early start"

_POLLS = (1.0, 5.0, 15.0, 45.0, 120.0, 300.0)
"""Seconds before each status call that waits for the end of a job."""

_RESULT_WAITS = (0.0, 20.0, 40.0)
"""Seconds before each call for a result that is still being made."""

_MOST_WAYS = 6
"""Ways of putting a start or an abort that are tried, one after the other."""

_TO_ABORT, _TO_ABORT_SOMEHOW = 1, 4
"""Calls that are kept to abort a job, where it is known how that is put, and where it is not."""

_UPLOADS = {
    files.CONTROLS_1252: "dates, a bad record and good ones, in Windows-1252",
    files.CONTROLS: "dates, a bad record and good ones, in UTF-8",
    files.GOOD: "good records",
    files.SEMICOLON: "good records with semicolons",
    files.LARGE: "ZIP with more than 100 MB in it",
    files.BAD: "bad records alone",
}
"""What each file is to show."""

_EXPIRES = timedelta(hours=3)

_NEXT_RUN = timedelta(minutes=1)
"""After a create that was refused: what held the form, if anything, may have ended by then."""

_MOST_ASKED = 3
"""Times that the same is asked out of turn, each of another job."""

_BEFORE_AGAIN = 20.0
"""Seconds before a refused file is uploaded again."""

_MOST_CREATES = 3
"""Creates that may be refused for one job, each in another run."""


class TooFewCallsError(Exception):
    """Too few calls are left for the next step; never shown."""


class Walk:
    """One walk over a transcript.

    Args:
        transcript: The steps that were sent, in their order.
        columns: Those of the files; None where they are not known.
        calls_left: Calls that may be made now.
        all_left: Those that may be made at all.
        now: Aware.

    Attributes:
        ways: How a start or an abort may be put.
        seen: What need not be asked again: the moments of which the word was seen, and the calls
            out of turn that were answered.
    """

    def __init__(
        self,
        transcript: Sequence[Exchange],
        columns: files.Columns | None,
        calls_left: int,
        all_left: int,
        now: datetime,
    ) -> None:
        self.ways = WaysLeft()
        self.seen: set[str] = set()
        self._transcript = transcript
        self._known = {it.step.key: it for it in transcript}
        self._columns = columns
        self._left, self._all_left = calls_left, all_left
        self._now = now
        self._trails: dict[str, Trail] = {}
        self._created: dict[str, Exchange] = {}
        self._is_shut = False
        """Whether the server was seen to create no more jobs."""
        self._is_one_lost = False
        """Whether the answer to the creation of a job was lost."""
        self._asked: dict[str, list[Exchange]] = {}
        """What was answered out of turn, by its name."""
        self._polls = 0
        """Status calls that the first job took to its end."""
        self._results: dict[tuple[str, str], list[Exchange]] = {}
        self._is_result_slow = False

    @property
    def jobs(self) -> tuple[str, ...]:
        """Those that were created, as far as the walk has come."""
        return tuple(self._created)

    def trail(self, job: str) -> Trail:
        """Returns what has happened to a job so far, whatever of it the walk has come to."""
        if job not in self._trails:
            self._trails[job] = Trail(job, self._transcript, self._columns)
        return self._trails[job]

    def is_known(self, key: str) -> bool:
        """Whether a step was made."""
        return key in self._known

    def upload_of(self, job: str, name: str) -> Answer:
        """Returns the last answer to the upload of a file."""
        key = f"{job} upload {name}"
        return self._known.get(f"{key} again", self._known.get(key))

    def is_settled(self, job: str, *kinds: str) -> bool:
        """Whether another job with the same file would show no more than this one did.

        Args:
            job: One that nothing more can be asked of.
            kinds: The results that it is for.
        """
        trail = self.trail(job)
        if trail.is_given_up:
            return False
        if trail.start_sent_at is None:
            if self._is_start_refused(job):
                # Perhaps of the moment: once another job was refused so, it is not.
                same = [
                    it for it in self._created if it[0] == job[0] and self._is_start_refused(it)
                ]
                return len(same) > 1
            return any(is_refused(it) for it in trail.uploads)
        return trail.aborted or (
            trail.ended_by is not None and all(trail.call(kind) is not None for kind in kinds)
        )

    def _is_start_refused(self, job: str) -> bool:
        calls = [it for it in self.trail(job).calls if it.step.key.startswith(f"{job} start")]
        return bool(calls) and is_refused(calls[-1])

    def settle(self, name: str, answer: Answer) -> None:
        """Takes the answer to a call out of turn; notes whether it need not be made again.

        Args:
            name: A key of `answers.EXPECTED`.
            answer: It; None where the call was not made.
        """
        if answer is None:
            return
        asked = self._asked.setdefault(name, [])
        asked.append(answer)
        if is_accepted(answer) or len(asked) == _MOST_ASKED or answers.confirmed(name, asked):
            self.seen.add(name)

    # -- a job's beginning ----------------------------------------------------------------------

    def fields(self, need: int) -> Parts:
        """Reads the fields of the form, if so many calls are left."""
        if self._left >= need or self.is_known("fields"):
            yield from self.ask("fields", Act.FIELDS, "", "fields of the form")

    def create(self, job: str, need: int) -> Done:
        """Creates a job, if so many calls are left at all; returns whether it is there for sure.

        Raises:
            TooFewCallsError: So many are left, but not now: what comes later does not go first.
        """
        if self._is_shut or self.ways.is_blocked:
            return False
        key = f"{job} create"
        if self._left < need <= self._all_left and not self.is_known(key):
            raise TooFewCallsError
        answer = yield from self._ask_for(need, key, Act.CREATE, job, "new job")
        for _ in range(_MOST_CREATES - 1):
            if answer is None or not is_refused(answer):
                break
            # A job that nobody knows the id of holds the form until it expires.
            passed, until = self._now - answer.sent_at, _EXPIRES if self._is_one_lost else _NEXT_RUN
            key += " again"
            if not self.is_known(key) and passed <= until:
                break
            answer = yield from self._ask_for(need, key, Act.CREATE, job, "new job")
        if answer is not None and not is_accepted(answer):
            # What was lost may be there: the server judges whether there may be another.
            self._is_one_lost = self._is_one_lost or is_unclear(answer)
            self._is_shut = not is_unclear(answer)
        if answer is None or not is_accepted(answer):
            return False
        self._created[job] = answer
        return True

    def twin_of(self, twin: str) -> str | None:
        """Returns the job that another was created beside; None where it was not created yet."""
        before = None
        for it in self._transcript:
            if it.step.act is Act.CREATE:
                if it.step.job == twin:
                    return before
                before = it.step.job
        return None

    def create_twin(self, job: str, other: str) -> Parts:
        """Creates a second job while another is active, which most servers refuse."""
        key = f"{job} create"
        if not self.is_known(key) and not self._is_waiting(other):
            return
        # One that is created is aborted, and the other must be aborted, too.
        twin = yield from self._ask_for(4, key, Act.CREATE, job, "second job on a busy form")
        self.settle("busy", twin)
        if twin is not None and is_accepted(twin):
            self._created[job] = twin
            yield from self.close(job)

    def status(self, job: str, label: str, purpose: str, wait: float = 0.0) -> Asked:
        """Reads the status of a job."""
        return (yield from self.ask(f"{job} status {label}", Act.STATUS, job, purpose, wait=wait))

    def see_word(self, moment: str, status: Answer) -> None:
        """Notes that the word of a moment was seen, if it was."""
        word = answers.word_of(status)
        if word is not None and answers.meaning_of(word) is not JobState.EXPIRED:
            self.seen.add(moment)

    def upload(self, job: str, names: Sequence[str]) -> Generator[Step, None, str | None]:
        """Uploads the first of the files that is taken; returns its name, None for none."""
        for name in names:
            key = f"{job} upload {name}"
            answer = yield from self.ask(key, Act.UPLOAD, job, _UPLOADS[name], name)
            if answer is not None and is_refused(answer) and answer.code not in answers.OF_STATES:
                # It may be of the moment, not of the file.
                key, purpose = f"{key} again", f"{_UPLOADS[name]}, again"
                answer = yield from self.ask(
                    key, Act.UPLOAD, job, purpose, name, wait=_BEFORE_AGAIN
                )
            if answer is None:
                return None
            if is_refused(answer):
                continue
            if is_accepted(answer):
                return name
            status = yield from self.status(job, "unclear", "whether the file is there", 5.0)
            counts = answers.counts_of(status)
            return name if counts is not None and counts[0] > 0 else None
        return None

    # -- its end --------------------------------------------------------------------------------

    def upload_and_run(self, job: str, name: str, kind: str) -> Asked:
        """Brings a job with one file to its end; see `run`."""
        if (yield from self.upload(job, [name])) is None:
            yield from self.close(job)
            return None
        return (yield from self.run(job, kind))

    def run(self, job: str, kind: str) -> Asked:
        """Starts a job, and waits for its end.

        Returns:
            Its last status; None where it has not ended, and was aborted.
        """
        start = yield from self.control(job, Act.START, "start", "start")
        if start is None or not (is_accepted(start) or is_unclear(start)):
            yield from self.close(job)
            return None
        has_ended, last = yield from self._wait_for_end(job, kind, start)
        if not has_ended:
            yield from self.close(job)
            return None
        return last or start

    def end_word(self, job: str, last: Exchange) -> Parts:
        """Reads the word of a job that has ended, where it is not one of the documents."""
        if not answers.is_final(answers.word_of(last)):
            yield from self.status(job, "ended", "word of a job that has ended")

    def _wait_for_end(
        self, job: str, kind: str, start: Exchange
    ) -> Generator[Step, None, tuple[bool, Answer]]:
        """Polls a job until it has ended; returns whether it has, and the last status.

        One whose start proves nothing is not waited for where it has not begun.
        """
        last: Answer = None
        skipped = max(self._polls - 1, 0)  # the first job showed that these would come too early
        for number, wait in enumerate(_POLLS[skipped:], start=1):
            wait = sum(_POLLS[: skipped + 1]) if number == 1 else wait
            status = yield from self.status(job, f"running {number}", "how the job goes on", wait)
            if status is None:
                return False, last
            before, last = last, status
            word = answers.word_of(status)
            meaning = answers.meaning_of(word)
            has_ended = answers.is_final(word)
            if meaning is None and (answers.is_full(status) or answers.is_still(before, status)):
                # A word that is in no document: only a result proves that this is the end.
                # One kind of them may be refused for want of records.
                result = yield from self.result(job, kind)
                if is_refused(result) and result is not None and result.code != answers.BEING_MADE:
                    other = "failure" if kind == "success" else "success"
                    result = yield from self.result(job, other)
                has_ended = is_accepted(result)
            if has_ended:
                self._polls = self._polls or number
                return True, last
            is_unmoved = number > 1 and is_unclear(start) and self._is_unstarted(job, status)
            if meaning is JobState.EXPIRED or is_unmoved:
                return False, last
        return is_accepted((yield from self.result(job, kind))), last

    def _is_unstarted(self, job: str, status: Exchange) -> bool:
        """Whether a status says what it said before a start."""
        word = answers.word_of(status)
        meaning = answers.meaning_of(word)
        before = {
            said for moment, said, _ in self.trail(job).words if moment in ("new", "uploaded")
        }
        counts = answers.counts_of(status)
        return (word in before or (meaning is not None and meaning.is_waiting)) and (
            counts is None or counts[1] + counts[2] == 0
        )

    def result(self, job: str, kind: str) -> Asked:
        """Reads a result; waits while it is being made."""
        before = self._results.setdefault((job, kind), [])
        if before and is_accepted(before[-1]):
            return before[-1]
        answer: Answer = None
        waits = list(_RESULT_WAITS)
        if self._is_result_slow and not before:
            waits[0] = _RESULT_WAITS[1]
        for wait in waits:
            key = f"{job} result {kind} {len(before) + 1}"
            asked = yield from self.ask(key, Act.RESULT, job, f"result: {kind}", kind, wait=wait)
            if asked is None:
                break
            answer = asked
            before.append(asked)
            if asked.code != answers.BEING_MADE:
                break
            self._is_result_slow = True
        return answer

    def close(self, job: str) -> Parts:
        """Aborts a job that may be active."""
        started = self.trail(job).start_sent_at
        if started is None:
            has_ended = self._now - self._created[job].sent_at > _EXPIRES
        else:
            has_ended = self._now - started > STILL_HAS_RESULTS
        if self.ways.is_blocked or has_ended:
            return
        answer = yield from self.control(job, Act.ABORT, "abort", "abort", is_last=True)
        # What became of one that ran may be its own end: its word is none of an abort.
        if answer is not None and (
            is_unclear(answer) or (started is None and "aborted" not in self.seen)
        ):
            key, purpose = f"{job} status aborted", "word of an aborted job"
            status = yield from self.ask(key, Act.STATUS, job, purpose, wait=5.0, is_last=True)
            self.see_word("aborted", status)

    def close_waiting(self) -> Parts:
        """Aborts the jobs that would hold the form."""
        for job in reversed(self._created):
            if self._is_waiting(job):
                yield from self.close(job)

    def control(
        self, job: str, act: Act, label: str, purpose: str, *, is_last: bool = False
    ) -> Asked:
        """Starts or aborts a job, in other ways until one is understood; returns its answer."""
        for _ in range(_MOST_WAYS):
            way = self.ways.next()
            if way is None:
                break
            key = f"{job} {label} {way}"
            answer = yield from self.ask(key, act, job, purpose, str(way), is_last=is_last)
            if answer is None or self.ways.take(way, answer):
                if label == EARLY and answer is not None and is_unclear(answer):
                    self.ways.give_up(may_be_early=True)
                return answer
        self.ways.give_up(may_be_early=label == EARLY)
        return None

    # -- one call -------------------------------------------------------------------------------

    def ask(
        self,
        key: str,
        act: Act,
        job: str,
        purpose: str,
        detail: str = "",
        *,
        wait: float = 0.0,
        is_last: bool = False,
    ) -> Asked:
        """Returns the answer to a step, or yields the step.

        Args:
            key: Names it; one that only reads is made again under another.
            act: Which call.
            job: Of which job.
            purpose: What it is to show.
            detail: What is sent.
            wait: Seconds to let pass first.
            is_last: Whether it may be made of a job that was aborted.

        Returns:
            None where it is too late for it; or, of what is last, where too few calls are left.

        Raises:
            TooFewCallsError: Too few calls are left.
        """
        answer: Answer = None
        for attempt in ("", " again"):
            answer = self._known.get(key + attempt)
            if answer is None:
                if not self._is_in_time(act, job, is_last=is_last):
                    return None
                if self._left < 1 + (0 if is_last else self._kept_for(job)):
                    if is_last:
                        return None
                    raise TooFewCallsError
                yield Step(key + attempt, act, job, purpose, detail, wait)
            if act.changes or answer is None or (answer.is_answered and not _is_fault(answer)):
                return answer
        return answer

    def _ask_for(self, need: int, key: str, act: Act, job: str, purpose: str) -> Asked:
        """The same of what is begun only if so many calls are left; None where they are not."""
        if self._left < need and not self.is_known(key):
            return None
        return (yield from self.ask(key, act, job, purpose))

    def _is_in_time(self, act: Act, job: str, *, is_last: bool) -> bool:
        if self.trail(job).is_closed and not is_last:
            return False
        created = self._created.get(job)
        if act in (Act.UPLOAD, Act.START):
            return created is None or self._now - created.sent_at < STILL_STARTS
        # After days a job counts as expired, and an abort is refused for that [LIMB].
        started = self.trail(job).start_sent_at
        return started is None or self._now - started < STILL_HAS_RESULTS

    def _kept_for(self, job: str) -> int:
        """Calls that are kept to abort a job."""
        if not self._is_waiting(job):
            return 0
        return _TO_ABORT if self.ways.understood is not None else _TO_ABORT_SOMEHOW

    def _is_waiting(self, job: str) -> bool:
        """Whether a job holds its form until it is started, or aborted."""
        created = self._created.get(job)
        return (
            created is not None
            and self._now - created.sent_at < STILL_STARTS
            and self.trail(job).is_waiting
        )


def _is_fault(answer: Exchange) -> bool:
    """Whether an answer to a call that reads says nothing of what was asked."""
    return not answer.is_accepted and not is_refused(answer)
