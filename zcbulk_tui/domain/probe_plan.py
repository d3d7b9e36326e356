"""What a probe does next, by its transcript.

The plan is walked from its beginning each time: a step that has an answer gives way to what follows
from it, and the first one without is the next. So a probe that was cut goes on where it stopped,
and no step is made twice. A call whose answer was lost is given up with its job.

A form may have one active job, so that a job is brought to an end, or aborted, before the next is
created; a call is always kept for that.
"""

from collections.abc import Generator, Iterator, Sequence
from datetime import datetime, timedelta

from zcbulk_tui.domain import probe_answers as answers
from zcbulk_tui.domain import probe_files as files
from zcbulk_tui.domain.contract import Question
from zcbulk_tui.domain.form import FormFields
from zcbulk_tui.domain.probe import MOST_CALLS, Act, Exchange, Step
from zcbulk_tui.domain.probe_answers import is_accepted, is_refused, is_unclear
from zcbulk_tui.domain.probe_findings import findings
from zcbulk_tui.domain.probe_trail import STILL_HAS_RESULTS, STILL_STARTS, TWIN, Trail
from zcbulk_tui.domain.probe_ways import WaysLeft, refuses_way

Answer = Exchange | None
_Asked = Generator[Step, None, Answer]
_Done = Generator[Step, None, bool]
_Parts = Generator[Step, None, None]

_POLLS = (1.0, 5.0, 15.0, 45.0, 120.0, 300.0)
"""Seconds before each status call that waits for the end of a job."""

_RESULT_WAITS = (0.0, 20.0, 40.0)
"""Seconds before each call for a result that is still being made."""

_MOST_WAYS = 6
"""Ways of putting a start or an abort that are tried, one after the other."""

_EARLY = "early start"

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

# The least calls with which a job is begun: what it takes where nothing goes wrong.
_FIRST_JOB, _GOOD_JOB, _LARGE_JOB, _SEMICOLON_JOB, _BAD_JOB = 14, 7, 3, 5, 5


def next_step(
    transcript: Sequence[Exchange], form: FormFields | None, calls_left: int, now: datetime
) -> Step | None:
    """Returns what to do next.

    Args:
        transcript: What was done, in its order.
        form: The fields of the form; None lets the probe ask for them. Those that it has read
            itself take their place.
        calls_left: Calls that may be made; those beyond `MOST_CALLS` of the whole are never made.
        now: Aware.

    Returns:
        None where nothing more can be learnt, or the calls do not suffice.
    """
    return next(_Plan(transcript, form, calls_left, now).steps(), None)


def price(transcript: Sequence[Exchange], form: FormFields | None = None) -> int:
    """Returns the most calls that are still to come; 0 where nothing is left to learn."""
    left = MOST_CALLS - len(answers.made(transcript))
    if not transcript:
        return left
    now = transcript[-1].sent_at
    return 0 if next_step(transcript, form, left, now) is None else left


class _Plan:
    """One walk through the plan."""

    def __init__(
        self,
        transcript: Sequence[Exchange],
        form: FormFields | None,
        calls_left: int,
        now: datetime,
    ) -> None:
        self._transcript = answers.made(transcript)
        self._known = {it.step.key: it for it in self._transcript}
        self._form = files.form_of(transcript) or form
        self._columns = None if self._form is None else files.columns_of(self._form)
        self._left = min(calls_left, MOST_CALLS - len(self._transcript))
        self._now = now
        self._trails: dict[str, Trail] = {}
        self._created: dict[str, Exchange] = {}
        self._ways = WaysLeft()
        self._is_shut = False
        """Whether the server was seen to create no more jobs."""
        self._is_one_lost = False
        """Whether the answer to the creation of a job was lost."""
        self._is_early_known = False
        self._is_busy_known = False
        self._is_second_known = False
        self._words_seen: set[str] = set()
        """Moments at which the word of a state was seen."""
        self._polls = 0
        """Status calls that the first job took to its end."""
        self._results: list[Exchange] = []
        self._is_result_slow = False

    def steps(self) -> Iterator[Step]:
        """Yields the next step, then whatever; nothing where there is none."""
        if self._form is None:
            yield from self._ask("fields", Act.FIELDS, "", "fields of the form", need=_FIRST_JOB)
            return  # with an answer there were fields by now
        if self._columns is None:
            return
        yield from self._all_controls()
        if self._ways.understood is None:
            return
        parts = {"b": self._good, "c": self._large, "d": self._semicolons, "e": self._bad}
        for job, part in parts.items():
            yield from part(job)
            if self._trail(job).is_given_up:
                yield from part(f"{job}2")

    # -- the jobs -------------------------------------------------------------------------------

    def _all_controls(self) -> _Parts:
        names = [files.CONTROLS_1252, files.CONTROLS]
        for job in ("a", "a2", "a3"):
            has_ended = yield from self._controls(job, names)
            is_1252 = is_accepted(self._upload_of(job, files.CONTROLS_1252))
            if has_ended and (not is_1252 or self._trail(job).has_rows):
                return
            if is_1252 and any(it.step.key.startswith(f"{job} start") for it in self._transcript):
                # A start that was refused, and a job without results, may be so for the encoding.
                names = [files.CONTROLS]

    def _controls(self, job: str, names: Sequence[str]) -> _Done:
        """A job of records that ask something each; the calls out of turn are made with it."""
        if not (yield from self._create(job, _FIRST_JOB)):
            return False
        if "created" not in self._words_seen:
            status = yield from self._status(job, "created", "word of a new job")
            self._see_word("created", status)
        if not self._is_early_known:
            early = yield from self._control(job, Act.START, _EARLY, "start before the upload")
            self._is_early_known = early is not None and not is_unclear(early)
            if early is not None and not is_refused(early):
                yield from self._close(job)
                return False
        if self._ways.understood is not None and not self._is_busy_known:
            yield from self._busy(TWIN, job)
        uploaded = yield from self._upload(job, names)
        if uploaded is None:
            yield from self._close(job)
            return False
        # What was lost on its way, and found to be there, is not sent again.
        is_sure = is_accepted(self._upload_of(job, uploaded))
        is_second = is_sure and not self._is_second_known
        if is_second:
            second = yield from self._ask(
                f"{job} second upload", Act.UPLOAD, job, "second upload", uploaded, need=2
            )
            self._is_second_known = second is not None
        if is_second or "uploaded" not in self._words_seen:
            status = yield from self._status(job, "uploaded", "word of a job with its file", 2.0)
            self._see_word("uploaded", status)
            counts = answers.counts_of(status)
            if counts is not None and counts[0] > self._records_in(uploaded):
                yield from self._close(job)  # the second file was added to the first
                return False
        last = yield from self._run(job, "failure")
        if last is None:
            return self._trail(job).started is not None  # then another job would take as long
        yield from self._result(job, "failure")
        yield from self._end_word(job, last)
        yield from self._result(job, "success")
        if self._ways.understood is not None:
            yield from self._ask(
                f"{job} late abort",
                Act.ABORT,
                job,
                "abort after the end",
                str(self._ways.understood),
                is_last=True,
            )
        return True

    def _busy(self, job: str, other: str) -> _Parts:
        """A second job on the form while another is active, which most servers refuse."""
        key, is_old = f"{job} create", self._now - self._created[other].sent_at > STILL_STARTS
        if is_old and key not in self._known:
            return
        twin = yield from self._ask(key, Act.CREATE, job, "second job on a busy form", need=4)
        self._is_busy_known = twin is not None
        if twin is not None and is_accepted(twin):
            self._created[job] = twin
            yield from self._close(job)

    def _good(self, job: str) -> _Parts:
        """A job of good records."""
        if not (yield from self._create(job, _GOOD_JOB)):
            return
        if not self._is_busy_known:
            yield from self._busy(TWIN, job)
        last = yield from self._upload_and_run(job, files.GOOD, "success")
        if last is not None:
            yield from self._result(job, "success")
            yield from self._end_word(job, last)
            yield from self._result(job, "failure")

    def _semicolons(self, job: str) -> _Parts:
        """A job of good records with semicolons."""
        if not (yield from self._create(job, _SEMICOLON_JOB)):
            return
        if (yield from self._upload_and_run(job, files.SEMICOLON, "success")) is not None:
            yield from self._result(job, "success")
            if not self._trail(job).has_rows:
                yield from self._result(job, "failure")

    def _large(self, job: str) -> _Parts:
        """A ZIP that is large unpacked alone; it is never started."""
        if (yield from self._create(job, _LARGE_JOB)):
            name = files.LARGE
            yield from self._ask(
                f"{job} upload {name}", Act.UPLOAD, job, _UPLOADS[name], name, need=2
            )
            yield from self._close(job)

    def _bad(self, job: str) -> _Parts:
        """A job of bad records, where no other showed how one ends that the system aborts."""
        found = findings(self._transcript, self._form)
        is_begun = f"{job} create" in self._known
        is_known = found.value(Question.STATE_WORDS, "aborted by system") is not None
        if found.one_fails_its_batch is not False or (is_known and not is_begun):
            return
        if (yield from self._create(job, _BAD_JOB)):
            last = yield from self._upload_and_run(job, files.BAD, "failure")
            if last is not None:
                yield from self._end_word(job, last)

    # -- their parts ----------------------------------------------------------------------------

    def _create(self, job: str, need: int) -> _Done:
        if self._is_shut or self._ways.is_blocked:
            return False
        key = f"{job} create"
        answer = yield from self._ask(key, Act.CREATE, job, "new job", need=need)
        if self._is_one_lost and answer is not None and is_refused(answer):
            # A job that nobody knows the id of holds the form until it expires.
            key += " again"
            if key in self._known or self._now - answer.sent_at > _EXPIRES:
                answer = yield from self._ask(key, Act.CREATE, job, "new job", need=need)
        if answer is not None and not is_accepted(answer):
            # What was lost may be there: the server judges whether there may be another.
            self._is_one_lost = self._is_one_lost or is_unclear(answer)
            self._is_shut = not is_unclear(answer)
        if answer is None or not is_accepted(answer):
            return False
        self._created[job] = answer
        return True

    def _status(
        self, job: str, label: str, purpose: str, wait: float = 0.0, need: int = 2
    ) -> _Asked:
        return (
            yield from self._ask(
                f"{job} status {label}", Act.STATUS, job, purpose, need=need, wait=wait
            )
        )

    def _upload(self, job: str, names: Sequence[str]) -> Generator[Step, None, str | None]:
        """Uploads the first of the files that is taken; returns its name, None for none."""
        for name in names:
            answer = yield from self._ask(
                f"{job} upload {name}", Act.UPLOAD, job, _UPLOADS[name], name, need=2
            )
            if answer is None:
                return None
            if is_refused(answer):
                continue
            if is_accepted(answer):
                return name
            status = yield from self._status(job, "unclear", "whether the file is there", 5.0)
            counts = answers.counts_of(status)
            return name if counts is not None and counts[0] > 0 else None
        return None

    def _upload_and_run(self, job: str, name: str, kind: str) -> _Asked:
        """Brings a job with one file to its end; see `_run`."""
        if (yield from self._upload(job, [name])) is None:
            yield from self._close(job)
            return None
        return (yield from self._run(job, kind))

    def _run(self, job: str, kind: str) -> _Asked:
        """Starts a job, and waits for its end.

        Returns:
            Its last status; None where it has not ended, and was aborted.
        """
        start = yield from self._control(job, Act.START, "start", "start")
        if start is None or not (is_accepted(start) or is_unclear(start)):
            yield from self._close(job)
            return None
        has_ended, last = yield from self._wait_for_end(job, kind)
        if not has_ended:
            yield from self._close(job)
            return None
        return last or start

    def _end_word(self, job: str, last: Exchange) -> _Parts:
        """Reads the word of a job that has ended, where it is not one of the documents."""
        if not answers.is_final(answers.word_of(last)):
            yield from self._status(job, "ended", "word of a job that has ended", need=1)

    def _wait_for_end(self, job: str, kind: str) -> Generator[Step, None, tuple[bool, Answer]]:
        """Polls a job until it has ended; returns whether it has, and the last status."""
        last: Answer = None
        skipped = max(self._polls - 1, 0)  # the first job showed that these would come too early
        for number, wait in enumerate(_POLLS[skipped:], start=1):
            wait = sum(_POLLS[: skipped + 1]) if number == 1 else wait
            status = yield from self._status(
                job, f"running {number}", "how the job goes on", wait, need=3
            )
            if status is None:
                return False, last
            before, last = last, status
            word = answers.word_of(status)
            meaning = answers.meaning_of(word)
            has_ended = answers.is_final(word)
            if meaning is None and (answers.is_full(status) or answers.is_still(before, status)):
                # A word that is in no document: only a result proves that this is the end.
                has_ended = is_accepted((yield from self._result(job, kind)))
            if has_ended:
                self._polls = self._polls or number
                return True, last
            if meaning == "expired":
                return False, last
        return is_accepted((yield from self._result(job, kind))), last

    def _result(self, job: str, kind: str) -> _Asked:
        """Reads a result; waits while it is being made."""
        before = [it for it in self._results if (it.step.job, it.step.detail) == (job, kind)]
        if before and is_accepted(before[-1]):
            return before[-1]
        answer: Answer = None
        is_slow = self._is_result_slow
        for attempt, wait in enumerate(_RESULT_WAITS):
            asked = yield from self._ask(
                f"{job} result {kind} {len(before) + attempt + 1}",
                Act.RESULT,
                job,
                f"result: {kind}",
                kind,
                need=2,
                wait=_RESULT_WAITS[1] if is_slow and not before and not attempt else wait,
            )
            if asked is None:
                return answer
            answer = asked
            self._results.append(asked)
            self._is_result_slow = self._is_result_slow or asked.code == answers.BEING_MADE
            if asked.code != answers.BEING_MADE:
                break
        return answer

    def _close(self, job: str) -> _Parts:
        """Aborts a job that may be active."""
        started = self._trail(job).start_sent_at
        if started is None:
            has_ended = self._now - self._created[job].sent_at > _EXPIRES
        else:
            has_ended = self._now - started > STILL_HAS_RESULTS
        if self._ways.is_blocked or has_ended:
            return
        answer = yield from self._control(job, Act.ABORT, "abort", "abort", is_last=True)
        # What became of one that ran may be its own end: its word is none of an abort.
        if answer is not None and (
            is_unclear(answer) or (started is None and "aborted" not in self._words_seen)
        ):
            status = yield from self._ask(
                f"{job} status aborted",
                Act.STATUS,
                job,
                "word of an aborted job",
                wait=5.0,
                is_last=True,
            )
            self._see_word("aborted", status)

    def _control(
        self, job: str, act: Act, label: str, purpose: str, *, is_last: bool = False
    ) -> _Asked:
        """Starts or aborts a job, in other ways until one is understood; returns its answer."""
        for _ in range(_MOST_WAYS):
            way = self._ways.next()
            if way is None:
                break
            answer = yield from self._ask(
                f"{job} {label} {way}",
                act,
                job,
                purpose,
                str(way),
                need=1 if is_last else 2,
                is_last=is_last,
            )
            if answer is None or self._ways.take(way, answer):
                return answer
        self._ways.give_up(may_be_early=label == _EARLY)
        return None

    def _ask(
        self,
        key: str,
        act: Act,
        job: str,
        purpose: str,
        detail: str = "",
        *,
        need: int = 1,
        wait: float = 0.0,
        is_last: bool = False,
    ) -> _Asked:
        """Returns the answer to a step, or yields the step; None where it cannot be made.

        Args:
            key: Names it; one that only reads is made again under another.
            act: Which call.
            job: Of which job.
            purpose: What it is to show.
            detail: What is sent.
            need: Calls that must be left for it.
            wait: Seconds to let pass first.
            is_last: Whether it may be made of a job that was aborted.
        """
        answer: Answer = None
        for attempt in ("", " again"):
            answer = self._known.get(key + attempt)
            if answer is None:
                if not self._may(act, job, need, is_last=is_last):
                    return None
                yield Step(key + attempt, act, job, purpose, detail, wait)
            if act.changes or answer is None or (answer.is_answered and not _is_fault(answer)):
                return answer
        return answer

    def _see_word(self, moment: str, status: Answer) -> None:
        word = answers.word_of(status)
        if word is not None and answers.meaning_of(word) != "expired":
            self._words_seen.add(moment)

    def _may(self, act: Act, job: str, need: int, *, is_last: bool) -> bool:
        if self._left < need:
            return False
        if not is_last and any(
            it.step.job == job and it.step.act is Act.ABORT and not refuses_way(it)
            for it in self._transcript
        ):
            return False
        created = self._created.get(job)
        if act in (Act.UPLOAD, Act.START):
            return created is None or self._now - created.sent_at < STILL_STARTS
        if act in (Act.RESULT, Act.STATUS):
            started = self._trail(job).start_sent_at
            return started is None or self._now - started < STILL_HAS_RESULTS
        return True

    # -- what was said so far -------------------------------------------------------------------

    def _trail(self, job: str) -> Trail:
        if job not in self._trails:
            self._trails[job] = Trail(job, self._transcript, self._columns)
        return self._trails[job]

    def _upload_of(self, job: str, name: str) -> Answer:
        return self._known.get(f"{job} upload {name}")

    def _records_in(self, name: str) -> int:
        return 0 if self._columns is None else len(files.roles_of(name, self._columns))


def _is_fault(answer: Exchange) -> bool:
    """Whether an answer to a call that reads says nothing of what was asked."""
    return not answer.is_accepted and not is_refused(answer)
