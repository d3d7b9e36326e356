"""Jobs of the simulator whose course is laid down, and a sign-in that can be revoked."""

from bisect import bisect_right
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from pydantic import SecretStr

from zcbulk_tui.errors import SignedOutError, SignInError
from zcbulk_tui.simulator.builder import JobBuilder
from zcbulk_tui.simulator.jobs import Job
from zcbulk_tui.simulator.physics import Counts, Run, State, Workload


class Point(NamedTuple):
    """How far a job is.

    Attributes:
        at: Seconds since its start.
        success: Records that are in.
        failed: Records that have failed.
    """

    at: float
    success: int
    failed: int = 0


class Course(Run):
    """A job that goes from point to point, evenly in between, and then ends.

    Args:
        records: All of its records.
        points: The first one at 0.
        ending: How it ends at the last one.
    """

    def __init__(self, records: int, points: Sequence[Point], ending: State) -> None:
        super().__init__(Workload(records, 1.0), "laid down")
        self._points = points
        self.duration, self.ending = points[-1].at, ending

    def counts(self, elapsed: float) -> Counts:
        """The counters so many seconds after the start."""
        place = bisect_right([point.at for point in self._points], elapsed)
        before = self._points[max(place - 1, 0)]
        after = self._points[min(place, len(self._points) - 1)]
        span = after.at - before.at
        share = (elapsed - before.at) / span if span > 0 else 0.0
        success, failed = (
            int(one + (other - one) * share)
            for one, other in zip(before[1:], after[1:], strict=True)
        )
        total = self.workload.records
        return Counts(total, success, failed, total - success - failed)


def by_rates(steps: Sequence[tuple[float, float]]) -> list[Point]:
    """Returns the points of a job that is so many records a second fast for so many seconds."""
    points = [Point(0.0, 0)]
    for seconds, rate in steps:
        last = points[-1]
        points.append(Point(last.at + seconds, last.success + int(seconds * rate)))
    assert all(one.at < other.at for one, other in pairwise(points))
    return points


def running(builder: JobBuilder, label: str, course: Course) -> Job:
    """Adds a job that starts on its course as the simulator begins."""
    job = builder.running(label, label, course.workload, done=0.0)
    job.run, job.started_at = course, job.created_at + 240.0
    return job


class Token:
    """An access token of the simulator, which its user can lose and get again.

    Args:
        value: What the simulator takes.
    """

    def __init__(self, value: str) -> None:
        self._value = SecretStr(value)
        self.is_revoked = False

    async def token(self) -> SecretStr:
        """Returns the token, unless it is revoked."""
        if self.is_revoked:
            raise SignedOutError("The sign-in was revoked")
        return self._value

    async def renew(self, _: SecretStr, refusal: SignInError) -> SecretStr:
        """Raises that there is no other."""
        raise self.give_up(refusal)

    def give_up(self, refusal: SignInError) -> SignedOutError:
        """Returns what the user is told."""
        return SignedOutError(refusal.title)
