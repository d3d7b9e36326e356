"""The ways of putting a start or an abort, on which the sources contradict each other [START][OAS].

Each answer to one of them rules out what it has in common with others: its method, or its body.
"""

from dataclasses import dataclass

from zcbulk_tui.domain.probe import Act, Exchange
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
        self._proven: Way | None = None
        """The way that was understood last, whatever was said of it since."""
        self._no_methods: set[str] = set()
        self._no_bodies: set[tuple[str, str]] = set()
        """Shapes and cases that were refused."""
        self._shapes: set[str] = set()
        """Those around a word that was refused: so they were understood."""
        self._no_scope: set[str] = set()
        """Those that were refused for the scope."""
        self._doubted: set[str] = set()
        """Methods and shapes that a server in between did not take."""

    def next(self) -> Way | None:
        """Returns the way that was understood, else the likeliest that is left; None for none."""
        if self.understood is not None:
            return self.understood
        left = [
            it
            for it in ALL_WAYS
            if it.method not in self._no_methods and (it.shape, it.case) not in self._no_bodies
        ]
        return min(
            left,
            key=lambda it: (
                bool({it.method, it.shape} & self._doubted),
                it.shape not in self._shapes,
            ),
            default=None,
        )

    def take(self, way: Way, answer: Exchange) -> bool:
        """Takes an answer; returns whether it is about the job, not about how it was put."""
        if not refuses_way(answer):
            if is_accepted(answer) or is_refused(answer):
                self.understood = self._proven = way
            elif self.understood is None and doubts_way(answer) and answer.step.act is Act.ABORT:
                # That nothing happened is not proven. An abort does no harm where the first one
                # was carried out; a start is not risked.
                self._doubted.add(way.method if answer.http_status in _OF_METHODS else way.shape)
                return False
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
        """Notes that all ways were refused; one that was understood before is returned to.

        Args:
            may_be_early: Whether it may have been the file that was missed. Only wrong methods
                stay ruled out then, unless it was the scope.
        """
        if self._proven is not None:
            self.understood = self._proven
        elif may_be_early and len(self._no_scope) < len(SHAPES):
            self._no_bodies.clear()
        else:
            self.is_blocked = True


def refuses_way(exchange: Exchange) -> bool:
    """Whether Zoho's answer may be about how a start or an abort was put, not about the job."""
    if not is_refused(exchange):
        return False
    code, status = exchange.code, exchange.http_status
    return code in (1020, 3020, 9350, 11000, 1060, NO_SCOPE) or (code == 1000 and status == 404)


def doubts_way(exchange: Exchange) -> bool:
    """Whether a server in between may not have taken how a start or an abort was put."""
    return not exchange.is_from_zoho and exchange.http_status in (*_OF_METHODS, 400, 415, 422)


_OF_METHODS = (404, 405, 501)
"""HTTP statuses that are about a method."""


def _is_about_the_method(exchange: Exchange) -> bool:
    return exchange.code in (1020, 1000)
