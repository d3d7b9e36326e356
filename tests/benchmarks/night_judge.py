"""What is wrong with a night, by what the simulator and the network have seen of it."""

import json
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import groupby, pairwise
from typing import Any, NamedTuple

from tests.benchmarks.night_window import PERIOD, Window
from tests.benchmarks.night_wire import FINAL, End, Sent, Span, Trouble
from tests.benchmarks.night_world import Outcome, ended_counts
from tests.support.jobs import NOW
from zcbulk_tui.domain.alerts import AlertKind
from zcbulk_tui.domain.budget import Cause
from zcbulk_tui.simulator.jobs import Job
from zcbulk_tui.simulator.physics import State

_STEPS = ("create", "upload", "start")

_NOTICED = 6.0
"""Within so many times `Outcome.sure` a window has written what waited for room on the disk."""

_BAD_ENDS = FINAL - {State.COMPLETED}


class _Made(NamedTuple):
    """A call with what it was made for."""

    at: float
    cause: Cause
    day: date
    sent: Sent


@dataclass
class Verdict:
    """What was found in some nights.

    Attributes:
        figures: What was counted.
        wrong: What is wrong, by what it counts as.
        lateness: The longest that a heartbeat was sent for after it should have stopped, in
            seconds.
    """

    figures: Counter[str] = field(default_factory=Counter)
    wrong: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    lateness: float = 0.0

    def add(self, other: "Verdict", name: str) -> None:
        """Adds what was found in another night."""
        self.figures += other.figures
        self.lateness = max(self.lateness, other.lateness)
        for kind, texts in other.wrong.items():
            self.wrong[kind] += [f"{name}: {text}" for text in texts]


def judge(out: Outcome) -> Verdict:
    """Judges a night."""
    return Judge(out).verdict()


class Judge:
    """Judges a night.

    Args:
        out: What it has brought.
    """

    def __init__(self, out: Outcome) -> None:
        self._out = out
        self._sent = out.site.net.sent
        self._verdict = Verdict(Counter(out.met))
        self._windows = {it.name: it for it in out.windows}
        self._full = [it for it in out.site.net.spans if it.trouble is Trouble.DISK]

    def verdict(self) -> Verdict:
        """Returns what was found."""
        out, figures = self._out, self._verdict.figures
        figures["nights"] += 1
        figures["jobs"] += len(out.creator.jobs)
        figures["files"] += len(out.files)
        figures["calls"] += len(self._sent)
        figures["results fetched"] += out.fetched
        figures["heartbeats"] += len(out.site.pings)
        figures["alerts"] += len(out.alerts)
        self._doubled()
        for text in out.missing:
            self._wrong("results expired unfetched", text)
        self._reserve()
        self._heartbeat()
        self._alerts()
        self._calls()
        self._report()
        return self._verdict

    def _wrong(self, kind: str, text: str) -> None:
        self._verdict.wrong[kind].append(text)

    # What was sent.

    def _doubled(self) -> None:
        out = self._out
        for job in out.creator.jobs.values():
            if job.carried_out > 1:
                self._wrong("doubled", f"{job.label} was started {job.carried_out} times")
        of_files = Counter(it.label for it in out.creator.jobs.values() if it.uploads)
        for name, jobs in of_files.items():
            if jobs > 1:
                self._wrong("doubled", f"{name} is in {jobs} jobs")
        for form, records in out.records.items():
            self._verdict.figures["records in the forms"] += len(records)
            twice = [name for name, times in records.items() if times > 1]
            if twice:
                self._wrong("doubled", f"{len(twice)} records are twice in {form}")
        unanswered: set[tuple[str, str]] = set()
        for sent in self._sent:
            if sent.kind not in _STEPS:
                continue
            key = (sent.kind, sent.job_id or sent.form)
            if key in unanswered:
                self._wrong("doubled", f"{sent.kind} {key[1]} once more after no answer")
            if sent.end in (End.LOST, End.CUT):
                unanswered.add(key)
                self._verdict.figures["steps without an answer"] += 1

    def _reserve(self) -> None:
        """Polls take what is left beside the reserve, by the calls that the network has seen."""
        plan, lost = self._out.site.plan, self._uncounted()
        made = self._made()
        least = plan.ours
        for at, cause, day, _ in made:
            if cause is Cause.COMMAND:
                continue
            before = [
                it
                for it in made
                if it.day == day
                and it.sent.began < at
                and not (it.sent.end is End.REFUSED and it.sent.ended <= at)
            ]
            commands = sum(it.cause is Cause.COMMAND for it in before)
            left = plan.ours - len(before) - max(plan.kept_back - commands, 0)
            least = min(least, left)
            self._verdict.figures["polls and results made"] += 1
            if left < 1 and not lost:
                said = f"{len(before)} of {plan.ours} used, {commands} of them by commands"
                self._wrong("reserve", f"a poll at {at:.0f} s with {said}")
        self._verdict.figures["nights in which the calls got scarce"] += least <= 5

    def _made(self) -> list["_Made"]:
        """The calls that a window counted and that the network has seen at that moment."""
        seen = sorted(self._sent, key=lambda it: it.began)
        found, place = [], 0
        for at, cause, day in self._out.site.counted:
            while place < len(seen) and seen[place].began < at - 0.001:
                place += 1
            if place < len(seen) and seen[place].began <= at + 0.001:
                found.append(_Made(at, cause, day, seen[place]))
                place += 1
        self._verdict.figures["calls whose cause is known"] += len(found)
        return found

    def _uncounted(self) -> list[Sent]:
        """Calls that nobody can know of: their window was killed while the disk was full."""
        return [it for it in self._sent if self._is_unkept(it.window, it.began, it.ended)]

    def _is_unkept(self, window: str, began: float, ended: float) -> bool:
        """Whether what a window has learned then could not be written until it was killed."""
        killed = self._windows[window].killed
        return any(
            began < span.end and ended >= span.begin and killed is not None
            for span in self._full
            if killed is not None and span.begin <= killed <= span.end + _NOTICED * self._out.sure
        )

    def _calls(self) -> None:
        """All calls are counted but those without a connection; those killed on the way, too.

        Of those whose window was killed while nothing could be written, any number may be missing.
        """
        sent = self._sent
        reached = sum(it.end is not End.REFUSED for it in sent)
        lost = len(self._uncounted())
        if not reached - lost <= self._out.spent <= reached:
            said = f"{self._out.spent} calls are counted, {reached} were made"
            self._wrong("wrong numbers", f"{said}, {lost} of them while nothing could be written")
        self._verdict.figures["calls that nobody can know of"] += lost

    # The heartbeat.

    def _heartbeat(self) -> None:
        out = self._out
        for at, name in out.site.pings:
            killed = self._windows[name].killed
            if killed is not None and at > killed:
                self._wrong("heartbeat", f"one of {name} at {at:.0f} s, after its death")
        for window in out.windows:
            for span in out.site.net.spans:
                known = self._known(window, span)
                if known is None:
                    continue
                late = [at - known for at, name in self._pings(window) if known < at < span.end]
                self._verdict.figures["spans in which the heartbeat had to stop"] += 1
                longest = max(late, default=0.0)
                self._verdict.lateness = max(self._verdict.lateness, longest)
                if longest > 2 * PERIOD:
                    said = f"{longest:.0f} s after {span.trouble.value} was known"
                    self._wrong("heartbeat", f"one of {window.name}, {said}")
            self._goes_on(window)

    def _pings(self, window: Window) -> list[tuple[float, str]]:
        return [it for it in self._out.site.pings if it[1] == window.name]

    def _known(self, window: Window, span: Span) -> float | None:
        """When a window can first have known of a span of trouble; None where it could not."""
        match span.trouble:
            case Trouble.NETWORK:
                failed = [
                    it.ended
                    for it in self._sent
                    if it.window == window.name and it.end in (End.REFUSED, End.LOST)
                ]
            case Trouble.SIGN_IN:
                failed = window.token.refused
            case _:
                # Each window writes that it is there, again and again.
                failed = [max(span.begin, window.opened) + self._out.sure]
        return next((at for at in failed if span.begin <= at < span.end), None)

    def _goes_on(self, window: Window) -> None:
        """After a kill another window sends it, unless something fails."""
        out, killed = self._out, window.killed
        if killed is None or not out.is_alive(killed, window) or not self._pings(window):
            return
        bound = killed + self._out.silent + 2 * PERIOD
        heirs = [it for it in out.windows if it.opened < killed and it is not window]
        is_quiet = (
            killed - self._pings(window)[-1][0] < 1.5 * PERIOD
            and not any(
                span.begin < bound and span.end > killed - 900 for span in out.site.net.spans
            )
            and all(it.status == 200 for it in self._sent if killed - 900 < it.began < bound)
            and all(it.killed is None or it.killed > bound for it in heirs)
        )
        if not is_quiet or bound > out.until:
            return
        self._verdict.figures["heartbeats taken over"] += 1
        if not any(killed < at <= bound for at, _ in out.site.pings):
            self._wrong("heartbeat", f"none from another window after the death of {window.name}")

    # Alerts.

    def _alerts(self) -> None:
        by_subject = sorted(self._out.alerts, key=lambda it: (it.kind, str(it.ref), it.id))
        for (kind, _), group in groupby(by_subject, key=lambda it: (it.kind, str(it.ref))):
            alerts = list(group)
            for before, after in pairwise(alerts):
                if before.cleared_at is None or before.cleared_at > after.at:
                    self._wrong("alerts", f"{after.kind} {after.label}: raised while it was active")
            once = kind in (AlertKind.STARTED, AlertKind.ENDED_WELL, AlertKind.ENDED_BADLY)
            if once and len(alerts) > 1:
                self._wrong("alerts", f"{kind} {alerts[0].label}: raised {len(alerts)} times")

    # The report.

    def _report(self) -> None:
        out = self._out
        folder = sorted(it.name for it in out.report.parent.iterdir())
        if folder != ["night.json", "night.md"]:
            self._wrong("reports", f"there are {folder}")
            return
        # One whose end could not be noted is written anew by another window.
        noted = [at for at, name in out.site.reports if not self._is_unkept(name, at, at)]
        if len(noted) > 1:
            self._wrong("reports", f"{len(noted)} were written")
        self._verdict.figures["reports checked"] += 1
        said = json.loads(out.report.with_suffix(".json").read_text())
        began, ended = _seconds(said["began_at"]), _seconds(said["ended_at"])
        if ended < out.until - 0.01 or not self._is_in_time(ended):
            self._wrong("reports", f"the night ended at {ended:.0f} s, not at {out.until:.0f} s")
        self._jobs(said, ended)
        self._calls_said(said, began, ended, _seconds(said["made_at"]))
        self._needs(said, out.report.read_text(), ended)

    def _is_in_time(self, ended: float) -> bool:
        """Whether a night ended as soon as a window could end it."""
        out = self._out
        begin = out.until + 10 * self._out.silent
        return ended <= begin or not any(
            out.is_alive(at) and not any(it.begin - 60 < at < it.end + 60 for it in self._full)
            for at in (out.until + 1.0, (begin + ended) / 2)
        )

    def _equal(self, what: str, said: object, true: object) -> None:
        self._verdict.figures["numbers checked"] += 1
        if said != true:
            self._wrong("wrong numbers", f"{what}: {said} is said, {true} is true")

    def _jobs(self, said: dict[str, Any], ended: float) -> None:
        readings: dict[str, list[Sent]] = defaultdict(list)
        doubtful: set[str] = set()
        for it in self._sent:
            if it.kind != "status" or it.status != 200 or it.ended > ended or it.truth is None:
                continue
            if self._is_unkept(it.window, it.ended, it.ended):
                doubtful.add(it.job_id)
                continue
            readings[it.job_id].append(it)
        reported = {it["job_id"]: it for it in said["jobs"]}
        sums: Counter[str] = Counter()
        for job in self._out.creator.jobs.values():
            mine = sorted(readings[job.id], key=lambda it: it.ended)
            ran = [it for it in mine if it.truth and it.truth[0] in FINAL | {State.RUNNING}]
            if job.id in doubtful:
                self._verdict.figures["jobs read while nothing could be written"] += 1
            elif ran and job.id not in reported:
                self._wrong("wrong numbers", f"{job.label} is not in the report")
            if job.id not in reported:
                continue
            last = reported[job.id]["last"] or {}
            for name in ("success", "failed", "left"):
                sums[name] += last.get(name) or 0
            if mine and job.id not in doubtful:
                self._job(job, reported[job.id], mine)
        for name in ("success", "failed", "left"):
            self._equal(f"the sum of {name}", said["sums"][name], sums[name])
        self._equal("the number of jobs", said["sums"]["jobs"], len(reported))

    def _job(self, job: Job, said: dict[str, Any], readings: list[Sent]) -> None:
        state, counts = readings[-1].truth or (State.WAITING, job.counts(0.0))
        if state in FINAL and state is not State.EXPIRED:
            end = job.end(self._out.over)
            assert end is not None
            counts = ended_counts(job, end[1])
        last = said["last"]
        if not counts.total:
            return  # without a file there is nothing to count
        self._equal(f"success of {job.label}", last["success"], counts.success)
        self._equal(f"failed of {job.label}", last["failed"], counts.failed)
        self._equal(f"left of {job.label}", last["left"], counts.unprocessed)
        ends = [it.ended for it in readings if it.truth and it.truth[0] in FINAL]
        self._equal(f"whether {job.label} has ended", said["ended_at"] is not None, bool(ends))
        if ends and said["ended_at"]:
            away = abs(_seconds(said["ended_at"]) - ends[0])
            self._equal(f"when the end of {job.label} was read, within 1 s", away <= 1.0, True)

    def _calls_said(self, said: dict[str, Any], began: float, ended: float, made: float) -> None:
        """What is said is what has reached the network, and whose end was written down."""
        mine = [
            it
            for it in self._sent
            if began <= it.began <= ended and it.ended <= made and it.end is not End.CUT
        ]
        kept = [it for it in mine if not self._is_unkept(it.window, it.began, it.ended)]
        most, least = (sum(it.end is not End.REFUSED for it in some) for some in (mine, kept))
        total = said["calls"]["total"]
        if least == most:
            self._equal("the calls", total, most)
        elif not least <= total <= most:
            self._wrong("wrong numbers", f"{total} calls are said, {least} to {most} were made")

    def _needs(self, said: dict[str, Any], text: str, ended: float) -> None:
        needs = "\n".join(said["needs_person"])
        reported = {it["job_id"]: it for it in said["jobs"]}
        for job_id, job in reported.items():
            end = self._out.creator.jobs[job_id].end(self._out.over)
            is_bad = end is not None and end[0] in _BAD_ENDS and job["ended_at"] is not None
            if is_bad and job["label"] not in needs:
                self._wrong("needs a person", f"{job['label']} ended badly, and is not named")
        for file in said["waiting_files"]:
            if file["label"] not in needs or file["label"] not in text:
                self._wrong("needs a person", f"{file['label']} waits, and is not named")
        self._files(needs, ended)

    def _files(self, needs: str, ended: float) -> None:
        """A file is in a started job or on the queue, or a person is told of its job."""
        out = self._out
        jobs = {it.label: it for it in out.creator.jobs.values() if it.uploads}
        for file in out.files:
            job = jobs.get(file.source.name)
            if file.key in out.open or (job is not None and job.started_at is not None):
                continue
            if job is None:
                self._wrong("needs a person", f"{file.label} is lost: neither sent nor queued")
            elif self._is_known_to_wait(job, ended) and file.label not in needs:
                self._wrong("needs a person", f"{file.label} is not started, and is not named")

    def _is_known_to_wait(self, job: Job, ended: float) -> bool:
        """Whether a start was sent, and what was read since shows no effect."""
        starts = [it for it in self._sent if it.kind == "start" and it.job_id == job.id]
        read = [
            it
            for it in self._sent
            if it.job_id == job.id
            and it.kind == "status"
            and it.status == 200
            and it.ended <= ended
            and not self._is_unkept(it.window, it.ended, it.ended)
        ]
        return bool(starts and read) and read[-1].began > starts[-1].ended


def _seconds(moment: str) -> float:
    """Returns a moment of a report in seconds of the loop."""
    return (datetime.fromisoformat(moment) - NOW).total_seconds()
