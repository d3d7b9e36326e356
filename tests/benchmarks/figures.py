"""Figures beside what they are compared with, as a table and as JSON."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure.

    Attributes:
        what: Of what.
        unit: Of the figures.
        base: The figure it is compared with: the minimal app's, unless `what` says otherwise.
        ours: The figure.
        compared: The ratio of the two or their difference; None when there is nothing to compare.
        by: Which of the two it is. Without comparison the limit is for the figure itself.
        limit: The most it may be; None for a figure that is only told.
        runs: How many runs the figure is the median of, or how many samples it was made of.
    """

    what: str
    unit: str
    base: float | None
    ours: float
    compared: float | None
    by: Literal["ratio", "difference"] | None
    limit: float | None
    runs: int

    @property
    def verdict(self) -> Literal["ok", "over", ""]:
        """Whether it is within its limit."""
        if self.limit is None:
            return ""
        value = self.ours if self.compared is None else self.compared
        return "ok" if value <= self.limit else "over"

    def as_json(self) -> dict[str, Any]:
        """All of it."""
        return {**asdict(self), "verdict": self.verdict}


def ratio(
    what: str, unit: str, base: Sequence[float], ours: Sequence[float], limit: float | None = None
) -> Figure:
    """A figure by its ratio to another: the median of the ratios of runs made side by side.

    A machine that is busy for a while then slows both of a pair.
    """
    ratios = [mine / other for mine, other in zip(ours, base, strict=True)]
    return Figure(
        what, unit, median(base), median(ours), median(ratios), "ratio", limit, len(ratios)
    )


def difference(
    what: str, unit: str, base: Sequence[float], ours: Sequence[float], limit: float | None = None
) -> Figure:
    """A figure by its difference to another: the median of those of runs made side by side."""
    above = [mine - other for mine, other in zip(ours, base, strict=True)]
    return Figure(
        what, unit, median(base), median(ours), median(above), "difference", limit, len(above)
    )


def alone(
    what: str,
    unit: str,
    ours: float,
    limit: float | None = None,
    *,
    base: float | None = None,
    runs: int = 1,
) -> Figure:
    """A figure that is compared with its limit only."""
    return Figure(what, unit, base, ours, None, None, limit, runs)


def table(figures: Iterable[Figure]) -> str:
    """The figures, a line each."""
    rows = [("", "base", "ours", "compared", "limit", "", "runs")]
    rows += [
        (
            figure.what,
            _text(figure.base, figure.unit),
            _text(figure.ours, figure.unit),
            _comparison(figure.compared, figure),
            _comparison(figure.limit, figure),
            figure.verdict,
            str(figure.runs),
        )
        for figure in figures
    ]
    return aligned(rows, left=(0, 5))


def aligned(rows: Sequence[Sequence[str]], *, left: Collection[int]) -> str:
    """Returns rows as lines of columns; those of `left` begin below each other."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(
            text.ljust(width) if index in left else text.rjust(width)
            for index, (text, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )


def _text(value: float | None, unit: str) -> str:
    if value is None:
        return "–"
    digits = 0 if abs(value) >= 100 or value == int(value) else 1 if abs(value) >= 10 else 2
    return f"{value:,.{digits}f} {unit}".rstrip()


def _comparison(value: float | None, figure: Figure) -> str:
    if value is None:
        return "–"
    if figure.by == "ratio":
        return f"×{value:.2f}"
    if figure.by == "difference":
        return f"{value:+z.2f} {figure.unit}"
    return _text(value, figure.unit)
