"""The request variants of start and abort: the sources contradict each other [START][OAS].

Three methods, two shapes of the body and two cases of the action are documented. They are tried in
the order of how likely they are, and the next one only after an answer that proves that nothing
happened; each such answer rules out every way that shares the refused part. Last comes the URL
of the samples of [START], which names a report instead of the form, at another host.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Literal, Protocol

from zcbulk_tui.domain.contract import Contract, Question
from zcbulk_tui.domain.job import Action
from zcbulk_tui.errors import BetweenVariantError, VariantRefusedError

Method = Literal["PATCH", "PUT", "POST"]
Shape = Literal["wrapped", "flat"]

_METHODS: tuple[Method, ...] = ("PATCH", "PUT", "POST")
_SHAPES: tuple[Shape, ...] = ("wrapped", "flat")


@dataclass(frozen=True, slots=True)
class Variant:
    """One way of putting a start or an abort.

    Attributes:
        method: HTTP method.
        shape: ``wrapped`` is ``{"data": {"action": …}}``, ``flat`` is ``{"action": …}``.
        capital: Whether the action begins with a capital, as in the prose of [START].
        report: Whether the URL is that of a report, as in the samples of [START].
    """

    method: Method = "PATCH"
    shape: Shape = "wrapped"
    capital: bool = False
    report: bool = False

    def body(self, action: Action) -> dict[str, object]:
        """The JSON to send; never both shapes at once, which has been seen to give 401/2945."""
        word = action.value.capitalize() if self.capital else action.value
        inner: dict[str, object] = {"action": word}
        return {"data": inner} if self.shape == "wrapped" else inner

    def request(self, action: Action) -> str:
        """The call in one line: method and body."""
        where = " to the report" if self.report else ""
        return f"{self.method}{where} {json.dumps(self.body(action))}"


_ALL = tuple(
    Variant(method, shape, capital)
    for method in _METHODS
    for capital in (False, True)
    for shape in _SHAPES
)


_REPORT = Variant("POST", report=True)


class VariantStore(Protocol):
    """Keeps the ways that worked beyond the process, by origin."""

    def load(self) -> Mapping[str, object]:
        """Returns what was saved, whatever it is."""

    def save(self, values: Mapping[str, object]) -> None:
        """Keeps `values`, which are JSON."""


class VariantMemory:
    """Which way to begin with, by origin.

    First comes the way that worked last, since nothing is newer; then what the user has set, since
    who sets it has a reason; then what a probe has found out; then the likeliest.

    Args:
        method: What the user has set; None for nothing.
        shape: The same.
        store: Where it outlives the process; None to forget it with the process.
    """

    def __init__(
        self,
        method: Method | None = None,
        shape: Shape | None = None,
        *,
        store: VariantStore | None = None,
    ) -> None:
        self._method = method
        self._shape = shape
        self._store = store
        saved = store.load() if store else {}
        ways = {origin: _from_json(value) for origin, value in saved.items()}
        self._worked = {origin: way for origin, way in ways.items() if way is not None}

    def recall(self, origin: str, known: Variant | None = None) -> Variant:
        """Returns the way to try first.

        Args:
            origin: Where it goes.
            known: The way that is known to be accepted there; None while that is open.
        """
        likely = known or Variant()
        first = replace(
            likely, method=self._method or likely.method, shape=self._shape or likely.shape
        )
        return self._worked.get(origin, first)

    def save(self, origin: str, variant: Variant) -> None:
        """Remembers the way that the server at `origin` accepted.

        That of a report is never tried first: where its name is wrong, no other way would follow.
        """
        if variant.report or self._worked.get(origin) == variant:
            return
        self._worked[origin] = variant
        if self._store:
            self._store.save({key: asdict(way) for key, way in self._worked.items()})


def _from_json(value: object) -> Variant | None:
    """Only a way that is among the documented ones; anything else is forgotten."""
    return next((way for way in _ALL if asdict(way) == value), None)


def known_way(contract: Contract) -> Variant | None:
    """Returns the way that a server is known to accept, the likeliest in what is not known of it.

    None while nothing is known.
    """
    method = contract.value(Question.CONTROL_METHOD, "method")
    body = contract.value(Question.CONTROL_BODY, "body")
    case = contract.value(Question.CONTROL_BODY, "case")
    likely = Variant()
    way = Variant(
        next((it for it in _METHODS if it == method), likely.method),
        next((it for it in _SHAPES if it == body), likely.shape),
        capital=case == "capital",
    )
    return None if method is body is case is None else way


def seen_in(way: Variant) -> list[tuple[Question, Mapping[str, str]]]:
    """Returns what a way that was accepted shows of the contract."""
    case = "capital" if way.capital else "lower"
    return [
        (Question.CONTROL_METHOD, {"method": way.method}),
        (Question.CONTROL_BODY, {"body": way.shape, "case": case}),
    ]


def candidates(
    first: Variant, known: Variant | None = None, *, with_report: bool = False
) -> list[Variant]:
    """Returns all ways: `first`, then the known one and those most like it, then the likeliest.

    So the way that is taken in the end differs from the known one only in what was refused.
    """
    ways = _ALL if known is None else sorted(_ALL, key=lambda way: _differences(way, known))
    report = [_REPORT] if with_report else []
    return list(dict.fromkeys((first, *ways, *report)))


def _differences(one: Variant, other: Variant) -> int:
    pairs = zip(asdict(one).values(), asdict(other).values(), strict=True)
    return sum(mine != its for mine, its in pairs)


def follow(
    remaining: Sequence[Variant],
    refused: Variant,
    refusal: VariantRefusedError | BetweenVariantError,
) -> list[Variant]:
    """Returns the ways that are still worth trying after `refused` was.

    What one URL does not take says nothing of the other.
    """
    elsewhere = [way for way in remaining if way.report != refused.report]
    here = [way for way in remaining if way.report == refused.report]
    left = {*elsewhere, *_not_refused(here, refused, refusal)}
    return [way for way in remaining if way in left]


def _not_refused(
    remaining: Sequence[Variant],
    refused: Variant,
    refusal: VariantRefusedError | BetweenVariantError,
) -> list[Variant]:
    answer = refusal.answer
    code = answer.code if answer and answer.from_zoho else None
    status = answer.http_status if answer else 0
    if code == 1020 or status in (405, 501):
        return [way for way in remaining if way.method != refused.method]
    if status == 415:
        # "Not supported by this method" (RFC 9110, 15.5.16): method or shape may be the reason.
        same = (refused.method, refused.shape)
        return [way for way in remaining if (way.method, way.shape) != same]
    if code == 9350 or code is None:
        return [way for way in remaining if way.shape != refused.shape]
    return [
        way for way in remaining if (way.shape, way.capital) != (refused.shape, refused.capital)
    ]
