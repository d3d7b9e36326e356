"""What becomes of each record of a repair: counted, and written where it is sent again."""

from collections.abc import Callable, Sequence
from pathlib import Path

from zcbulk_tui.data.outgoing import csv_bytes
from zcbulk_tui.domain import repair
from zcbulk_tui.domain.repair import RepairFile, Rules

UNPROCESSED = 1
"""The status of a record that was not reached."""

FIRST_GROUP = 2
"""The status of failed records of the first group; those of the others follow."""


class Outcome:
    """Counts what becomes of records, and writes those that are sent.

    Args:
        rules: What is done to the failed records.
        reasons: The reasons of the groups, in their order.
        with_unchanged: Whether failed records are sent again that no rule changes.

    Attributes:
        write: Writes bytes of the file; nowhere at first.
        notes: See `RepairFile`.
    """

    def __init__(self, rules: Rules, reasons: Sequence[str], with_unchanged: bool) -> None:
        self.write: Callable[[bytes], None] = lambda _: None
        self.notes: list[str] = []
        self.repaired = self.unchanged = self.unprocessed = 0
        self.dropped = self.held = self.unknown = self.resent = 0
        self._columns: tuple[str, ...] = ()
        self._reasons = reasons
        self._rules = [tuple(rule for rule in rules if rule.is_for(it)) for it in reasons]
        self._with_unchanged = with_unchanged

    @property
    def sent(self) -> int:
        """Records that are written."""
        return self.repaired + self.unchanged + self.unprocessed

    def action(self, status: int) -> object:
        """Returns what is done to records with a status: the same for what makes no difference."""
        if status == UNPROCESSED:
            return True
        return self._rules[status - FIRST_GROUP] or self._with_unchanged

    def begin(self, header: Sequence[str]) -> None:
        """Writes the header: the columns that records have from there on."""
        self._columns = _told_apart([name.strip() for name in header])
        self.write(csv_bytes(header))

    def take(self, status: int, fields: list[str]) -> bool:
        """Takes a record: its fields as they were sent, which may be fewer than the columns.

        Returns:
            Whether it is sent again.
        """
        before = self.sent
        self._take(status, fields)
        return self.sent > before

    def _take(self, status: int, fields: list[str]) -> None:
        if status == UNPROCESSED:
            self.unprocessed += 1
            self.write(csv_bytes(fields))
            return
        group = status - FIRST_GROUP
        is_sent = self._with_unchanged
        if rules := self._rules[group]:
            made = repair.apply(rules, self._reasons[group], by_name(self._columns, fields))
            if made.is_dropped:
                self.dropped += 1
                return
            if made.is_changed:
                self.repaired += 1
                more = fields[len(self._columns) :]
                self.write(csv_bytes([*made.row.values(), *more]))
                return
            is_sent = is_sent or made.is_kept
        if is_sent:
            self.unchanged += 1
            self.write(csv_bytes(fields))
        else:
            self.held += 1

    def file(self, path: Path) -> RepairFile:
        """Returns what became of every record."""
        return RepairFile(
            path,
            self.sent,
            self.repaired,
            self.unchanged,
            self.unprocessed,
            self.dropped,
            self.held,
            self.unknown,
            self.resent,
            tuple(dict.fromkeys(self.notes)),
        )


def _told_apart(columns: Sequence[str]) -> tuple[str, ...]:
    """Returns names of which none is there twice: rules mean the first column with a name."""
    seen: set[str] = set()
    told = []
    for at, name in enumerate(columns):
        told.append(f"{name}\0{at}" if name in seen else name)
        seen.add(name)
    return tuple(told)


def by_name(columns: Sequence[str], fields: Sequence[str]) -> dict[str, str]:
    """Returns the fields of a record by its columns; empty ones where it has fewer."""
    filled = [*fields[: len(columns)], *[""] * (len(columns) - len(fields))]
    return dict(zip(columns, filled, strict=True))
