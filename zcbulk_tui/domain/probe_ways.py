"""The ways of putting a start or an abort, on which the sources contradict each other [START][OAS].

Each answer to one of them rules out what it has in common with others: its method, or its body.
"""

from dataclasses import dataclass

from zcbulk_tui.domain.probe import Exchange
from zcbulk_tui.domain.probe_answers import BAD_VALUE, NO_SCOPE, is_accepted, is_refused

METHODS = ("PATCH", "PUT", "POST")
SHAPES = ("wrapped", "flat")
CASES = ("lower", "capital")


@dataclass(frozen=True, slots=True)
class Way:
    """One way of putting a start or an abort [START][OAS].

    Attributes:
        method: HTTP method.
        shape: ``wrapped`` is ``{"data": {"action": …}}``, ``flat`` is ``{"action": …}``.
        case: ``lower`` or ``capital``: how the action is spelled.
    """

    method: str
    shape: str
    case: str

    def __str__(self) -> str:
        return f"{self.method} {self.shape} {self.case}"

    @classmethod
    def of(cls, detail: str) -> "Way | None":
        """Returns the way that a step's detail names; None for none."""
        match detail.split():
            case [method, shape, case] if method in METHODS and shape in SHAPES and case in CASES:
                return cls(method, shape, case)
        return None


ALL_WAYS = tuple(
    Way(method, shape, case) for method in METHODS for case in CASES for shape in SHAPES
)
"""The likeliest first."""


class WaysLeft:
    """Which way to try next.

    Attributes:
        understood: The way that was understood; None while there is none.
        is_blocked: Whether none is left.
    """

    def __init__(self) -> None:
        self.understood: Way | None = None
        self.is_blocked = False
        self._no_methods: set[str] = set()
        self._no_bodies: set[tuple[str, str]] = set()
        """Shapes and cases that were refused."""
        self._shapes: set[str] = set()
        """Those around a word that was refused: so they were understood."""
        self._no_scope: set[str] = set()
        """Those that were refused for the scope."""

    def next(self) -> Way | None:
        """Returns the way that was understood, else the likeliest that is left; None for none."""
        if self.understood is not None:
            return self.understood
        left = [
            it
            for it in ALL_WAYS
            if it.method not in self._no_methods and (it.shape, it.case) not in self._no_bodies
        ]
        return min(left, key=lambda it: it.shape not in self._shapes, default=None)

    def take(self, way: Way, answer: Exchange) -> bool:
        """Takes an answer; returns whether it is about the job, not about how it was put."""
        if not refuses_way(answer):
            if is_accepted(answer) or is_refused(answer):
                self.understood = way
            return True
        self.understood = None
        if _is_about_the_method(answer):
            self._no_methods.add(way.method)
            return False
        is_about_the_word = answer.code in (3020, BAD_VALUE)
        cases = (way.case,) if is_about_the_word else CASES
        self._no_bodies.update((way.shape, case) for case in cases)
        if answer.code == BAD_VALUE:
            self._shapes.add(way.shape)
        if answer.code == NO_SCOPE:
            self._no_scope.add(way.shape)
        return False

    def give_up(self, *, may_be_early: bool) -> None:
        """Notes that all ways were refused.

        Args:
            may_be_early: Whether it may have been the file that was missed. Only wrong methods
                stay ruled out then, unless it was the scope.
        """
        if may_be_early and len(self._no_scope) < len(SHAPES):
            self._no_bodies.clear()
        else:
            self.is_blocked = True


def refuses_way(exchange: Exchange) -> bool:
    """Whether an answer may be about how a start or an abort was put, not about the job."""
    if not is_refused(exchange):
        return False
    code, status = exchange.code, exchange.http_status
    if code in (1020, 3020, 9350, 11000, 1060, NO_SCOPE):
        return True
    return (code is None and status in (400, 404, 405, 415, 422, 501)) or (
        code == 1000 and status == 404
    )


def _is_about_the_method(exchange: Exchange) -> bool:
    code, status = exchange.code, exchange.http_status
    return code in (1020, 1000) or (code is None and status in (404, 405, 501))
