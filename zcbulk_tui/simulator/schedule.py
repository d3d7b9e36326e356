"""Planned trouble: which call meets which fault."""

import math
import random
from dataclasses import dataclass

from zcbulk_tui.simulator.faults import Call
from zcbulk_tui.simulator.messages import Response


@dataclass(frozen=True, slots=True)
class Fault:
    """What happens to calls instead of, or on the way to, their proper answer.

    A fault that is not ``behind`` stands in front of Creator: the command is not carried out, the
    call neither checked nor counted. One ``behind`` spoils only the answer.
    """

    answer: Response | None = None
    """Given instead of the true answer; None keeps that one."""
    behind: bool = False
    delay: float = 0.0
    """Real seconds the answer is late."""
    late: float = 0.0
    """Simulated seconds after which a command that is carried out shows."""
    job_id: str | None = None
    """None = all jobs."""
    calls: frozenset[Call] = frozenset(Call)
    window: tuple[float, float] = (-math.inf, math.inf)
    """From and until, in simulated seconds since the start of the simulator."""
    times: int | None = None
    """How many calls it meets at most; None = no end."""
    chance: float = 1.0
    """Share of the calls in its reach that it meets."""

    def reaches(self, elapsed: float, job_id: str | None, call: Call) -> bool:
        """Whether a call is in its reach, chance and number aside."""
        begin, end = self.window
        return begin <= elapsed < end and self.job_id in (None, job_id) and call in self.calls


class Schedule:
    """The faults still to come. Of several that fit a call, the one added first meets it."""

    def __init__(self, seed: int) -> None:
        self._rng = random.Random(seed)  # noqa: S311 - repeatable trouble, not cryptography
        self._faults: list[Fault] = []
        self._met: list[int] = []

    def add(self, fault: Fault) -> None:
        """Plan a fault."""
        self._faults.append(fault)
        self._met.append(0)

    def take(self, elapsed: float, job_id: str | None, call: Call) -> Fault | None:
        """The fault this call meets, which is thereby used up once."""
        for index, fault in enumerate(self._faults):
            if (
                fault.reaches(elapsed, job_id, call)
                and (fault.times is None or self._met[index] < fault.times)
                and self._rng.random() < fault.chance
            ):
                self._met[index] += 1
                return fault
        return None
