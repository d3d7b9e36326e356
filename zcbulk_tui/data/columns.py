"""The header of a file beside the fields of a form: which column is which field."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from zcbulk_tui.domain.form import FieldType, FormField, FormFields
from zcbulk_tui.domain.preflight import Finding, Gap, Kind, NotChecked, Severity
from zcbulk_tui.domain.text import one_line

_LONGEST_NAME = 60
"""Characters of a name that are shown and compared; link names are shorter."""

_MOST_COMPARED = 100
"""Unknown names that a near match is looked for: a file of another kind may have thousands."""

_DOT = "."
"""Between a composite field and its part, as in ``Name.first_name`` [UPLOAD]."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a file.

    Attributes:
        position: From 0.
        name: As in the header, sanitised; for an empty one, its position in words.
        field: The field whose rules hold for the values; None where no rules are known.
    """

    position: int
    name: str
    field: FormField | None = None


@dataclass(frozen=True, slots=True)
class Header:
    """What a header says.

    Attributes:
        columns: In the order of the file.
        findings: What is wrong with it.
        not_checked: What could not be checked because of the fields' list.
    """

    columns: tuple[Column, ...]
    findings: tuple[Finding, ...]
    not_checked: tuple[NotChecked, ...]


def read_header(names: Sequence[str], line: int, fields: FormFields | None) -> Header:
    """Compares the names in a header with the fields of a form.

    Args:
        names: As they stand in the file.
        line: Where the header begins, from 1.
        fields: The form's; None where they are not known.
    """
    reading = _Reading(names, line, fields.fields if fields is not None else None)
    columns = tuple(reading.column(position, name) for position, name in enumerate(names))
    reading.look_for_missing()
    return Header(columns, tuple(reading.findings), tuple(reading.not_checked()))


class _Reading:
    """One reading of a header; findings in its order.

    Args:
        names: As they stand in the file.
        line: Where the header begins.
        fields: The form's; None where they are not known.
    """

    def __init__(
        self, names: Sequence[str], line: int, fields: tuple[FormField, ...] | None
    ) -> None:
        self.findings: list[Finding] = []
        self._line = line
        self._fields = fields
        every = fields or ()
        self._by_link = {field.link_name: field for field in every}
        self._by_folded = {field.link_name.casefold(): field for field in every}
        self._by_display = {_folded(field.display_name): field for field in every}
        self._first: dict[str, int] = {}
        for position, name in enumerate(names):
            self._first.setdefault(name.strip(), position)
        self._meant: dict[str, int] = {}
        self._present: set[str] = set()
        self._open: set[str] = set()
        self._compared = 0

    def column(self, position: int, raw: str) -> Column:
        """Returns the column of a name, and notes what is wrong with the name."""
        name = raw.strip()
        shown = one_line(name, _LONGEST_NAME) or f"column {position + 1}"
        column = Column(position, shown)
        if not name:
            self._note(Kind.BLANK_NAME, column)
            return column
        if (first := self._first[name]) != position:
            self._note(Kind.DUPLICATE_COLUMN, column, _as_column(first))
        if name != raw:
            self._note(Kind.SPACES_AROUND, column, shown)
        if self._fields is None:
            return column
        return Column(position, shown, self._field(name, column))

    def look_for_missing(self) -> None:
        """Notes the mandatory fields that have no column."""
        for field in self._fields or ():
            if field.is_mandatory and field.link_name not in self._present:
                hint = f"{field.link_name}.{field.subfields[0]}" if field.subfields else ""
                column = Column(0, one_line(field.link_name, _LONGEST_NAME))
                self._note(Kind.MISSING_MANDATORY, column, hint, at=None)

    def not_checked(self) -> Iterator[NotChecked]:
        """Yields what the list of fields leaves open."""
        if self._fields is None:
            yield NotChecked(Gap.NO_FIELDS)
            return
        present = [field for field in self._fields if field.link_name in self._present]
        open_parts = [field for field in present if field.link_name in self._open]
        yield from _gap(Gap.SUBFIELDS, open_parts)
        yield from _gap(
            Gap.UNKNOWN_TYPE,
            [
                field
                for field in present
                if field.link_name not in self._open
                and (field.type not in _KNOWN_TYPES or field.type == FieldType.IMAGE)
            ],
        )
        yield from _gap(
            Gap.CHOICES,
            [field for field in present if field.type in CHOICE_TYPES and not field.choices],
        )
        yield from _gap(Gap.EXISTING_RECORDS, [field for field in present if field.is_unique])

    def _field(self, name: str, column: Column) -> FormField | None:
        """Returns the field whose rules hold; one that is clearly meant counts as present."""
        whole, dot, part = name.partition(_DOT)
        if field := self._by_link.get(name):
            return self._whole(field, column)
        if dot and (field := self._by_link.get(whole)):
            self._part(field, part, column)
            return None
        if field := self._by_folded.get(name.casefold()):
            return self._other_name(Kind.OTHER_CASE, name, field, column)
        if field := self._by_display.get(_folded(name)):
            return self._other_name(Kind.DISPLAY_NAME, name, field, column)
        self._note(Kind.UNKNOWN_COLUMN, column, self._near(name, self._by_link))
        return None

    def _other_name(
        self, kind: Kind, name: str, field: FormField, column: Column
    ) -> FormField | None:
        """Notes the link name of a field; where another column has it, that there are two."""
        at = column.position
        first = self._first.get(field.link_name, self._meant.setdefault(field.link_name, at))
        if first == at:
            self._note(kind, column, field.link_name)
        elif self._first[name] == at:  # Else its name occurred before, which is noted already.
            self._note(Kind.DUPLICATE_COLUMN, column, _as_column(first))
        return self._whole(field, column)

    def _whole(self, field: FormField, column: Column) -> FormField | None:
        self._present.add(field.link_name)
        if field.subfields or field.type == FieldType.NAME:
            self._open.add(field.link_name)
            part = field.subfields[0] if field.subfields else "first_name"
            self._note(Kind.NEEDS_SUBFIELD, column, f"{field.link_name}.{part}")
            return None
        if field.type == FieldType.AUTO_NUMBER:
            self._note(Kind.CANNOT_BE_SET, column, severity=Severity.WARNS)
            return None
        return field

    def _part(self, field: FormField, part: str, column: Column) -> None:
        self._present.add(field.link_name)
        self._open.add(field.link_name)
        if field.subfields and part not in field.subfields:
            near = self._near(part, field.subfields)
            hint = f"{field.link_name}.{near}" if near else ""
            self._note(Kind.UNKNOWN_COLUMN, column, hint)

    def _near(self, name: str, known: Sequence[str] | dict[str, FormField]) -> str:
        if self._compared >= _MOST_COMPARED:
            return ""
        self._compared += 1
        folded = {each.casefold()[:_LONGEST_NAME]: each for each in known}
        found = get_close_matches(name.casefold()[:_LONGEST_NAME], folded, 1, 0.75)
        return folded[found[0]] if found else ""

    def _note(
        self,
        kind: Kind,
        column: Column,
        hint: str = "",
        *,
        severity: Severity = Severity.BLOCKS,
        at: int | None = 1,
    ) -> None:
        position = column.position + 1 if at is not None else None
        lines = (self._line,) if at is not None else ()
        safe = one_line(hint, _LONGEST_NAME)
        self.findings.append(
            Finding(kind, column.name, position, severity, 1, lines, (), safe),
        )


CHOICE_TYPES = frozenset(
    {FieldType.DROP_DOWN, FieldType.RADIO, FieldType.MULTI_SELECT, FieldType.CHECK_BOX}
)
"""Fields with choices; lookups are among them [FIELDS]."""

_KNOWN_TYPES = frozenset(FieldType)


def _as_column(position: int) -> str:
    return f"as column {position + 1}"


def _folded(name: str) -> str:
    return " ".join(name.split()).casefold()


def _gap(gap: Gap, fields: Sequence[FormField]) -> Iterator[NotChecked]:
    if fields:
        names = tuple(one_line(field.link_name, _LONGEST_NAME) for field in fields)
        yield NotChecked(gap, names)
