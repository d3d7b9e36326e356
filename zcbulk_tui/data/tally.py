"""Counting what is found: by column and kind, in memory that does not grow with the number."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from zcbulk_tui.domain.preflight import SAMPLES, SHOWN, Finding, Kind, Severity
from zcbulk_tui.domain.text import one_line

_LONGEST_SAMPLE = 40

_COMPARED = 200
"""Characters of a value by which two samples differ."""

_LOOKED_AT = 10
"""Different values that are looked at for samples; some may read the same when they are safe."""


@dataclass(slots=True)
class _Entry:
    severity: Severity
    hint: str
    count: int = 0
    is_exception: bool = False
    originals: tuple[int, ...] = ()
    lines: list[int] = field(default_factory=list)
    samples: list[str] = field(default_factory=list)
    seen: list[str] = field(default_factory=list)

    def take(self, values: Sequence[str]) -> None:
        """Takes samples as long as there is room."""
        for value in values:
            if len(self.samples) == SAMPLES or len(self.seen) == _LOOKED_AT:
                return
            short = value[:_COMPARED]
            if short in self.seen:
                continue
            self.seen.append(short)
            safe = one_line(short, _LONGEST_SAMPLE)
            if safe and safe not in self.samples:
                self.samples.append(safe)


class Tally:
    """Findings in the making, each by its kind and its column."""

    def __init__(self) -> None:
        self._entries: dict[tuple[Kind, int | None], _Entry] = {}
        self._names: dict[int | None, str] = {None: ""}

    def add(
        self,
        kind: Kind,
        severity: Severity,
        lines: Sequence[int],
        samples: Sequence[str] = (),
        *,
        position: int | None = None,
        column: str = "",
        hint: str = "",
        count: int | None = None,
        originals: tuple[int, ...] = (),
    ) -> None:
        """Counts records that have something.

        Args:
            kind: What they have.
            severity: What that means.
            lines: Where they begin, in the order of the file.
            samples: Their values, if these say something.
            position: Of the column, from 1; None for whole records.
            column: Its name, sanitised.
            hint: What is meant instead.
            count: How many they are, where not all have a line.
            originals: See `Finding.originals`.
        """
        if not lines and not count:
            return
        key = (kind, position)
        entry = self._entries.get(key)
        if entry is None:
            entry = self._entries[key] = _Entry(severity, hint, originals=originals)
            self._names[position] = column
        entry.count += len(lines) if count is None else count
        if len(entry.lines) < SHOWN:
            entry.lines += lines[: SHOWN - len(entry.lines)]
        entry.take(samples)

    def mark_exception(self, kind: Kind, position: int) -> None:
        """Notes that what was found in a column is an exception there."""
        self._entries[kind, position].is_exception = True

    def findings(self) -> list[Finding]:
        """Returns what was found, in no order."""
        return [
            Finding(
                kind,
                self._names[position],
                position,
                entry.severity,
                entry.count,
                tuple(entry.lines),
                tuple(entry.samples),
                entry.hint,
                entry.is_exception,
                entry.originals,
            )
            for (kind, position), entry in self._entries.items()
        ]
