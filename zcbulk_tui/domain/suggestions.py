"""What may repair the records of a group: proposed only where its rows speak for it.

A proposal is looked at before it is used. Where the reason, the form's field and all samples do not
agree on one change, none is made: a wrong date is worse than a record that fails once more.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from zcbulk_tui.domain.date_formats import formats_of, has_time
from zcbulk_tui.domain.failures import FailureGroup
from zcbulk_tui.domain.form import FieldType, FormField, FormFields
from zcbulk_tui.domain.repair import Change, Rule


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A proposal for the records of a group.

    Attributes:
        rule: What is proposed.
        why: What speaks for it, as a sentence.
    """

    rule: Rule
    why: str


def suggest(
    group: FailureGroup, columns: Sequence[str], field: FormField | None
) -> Suggestion | None:
    """Returns what may repair the records of a group; None where nothing can be proposed.

    Args:
        group: The group, with samples.
        columns: The columns of its samples.
        field: The form's field of the column that it concerns; None where that is not known.
    """
    if not group.fields:
        if _IS_NEIGHBOUR.search(group.reason):
            return Suggestion(
                Rule(Change.KEEP, group.reason),
                "The reason names no column: nothing speaks against the records themselves.",
            )
        return None
    if _IS_DUPLICATE.search(group.reason):
        return Suggestion(
            Rule(Change.DROP, group.reason),
            f"The form has a record with this value of {group.fields[0]} already.",
        )
    # With several columns nobody knows which of them it is.
    if len(group.fields) > 1 or group.fields[0] not in columns:
        return None
    name = group.fields[0]
    at = list(columns).index(name)
    cells = [row.cells[at] for row in group.samples if at < len(row.cells)]
    if not cells:
        return None
    if _IS_LIMIT.search(group.reason):
        return _truncated(group.reason, name, cells, field)
    if _IS_INVALID.search(group.reason):
        return (
            _date(group.reason, name, cells, field)
            or _trimmed(group.reason, name, cells)
            or _lower(group.reason, name, cells, field)
        )
    return None


def field_of(name: str, fields: FormFields | None) -> FormField | None:
    """Returns the field that a column goes into; None for one that is not known, or a part."""
    listed = () if fields is None else fields.fields
    return next((each for each in listed if each.link_name == name), None)


_IS_DUPLICATE = re.compile(r"duplicate|already exist|not unique", re.IGNORECASE)

_IS_LIMIT = re.compile(
    r"limit[_ ]exceeded|exceed|too long|maximum|at most|characters", re.IGNORECASE
)

_IS_INVALID = re.compile(r"invalid|valid|format", re.IGNORECASE)

_IS_NEIGHBOUR = re.compile(
    r"(?:cannot|could not|not)[_ ]?(?:be[_ ])?process|batch|another record|rolled back",
    re.IGNORECASE,
)
"""Reasons that name no column: something else in the batch, or the service itself."""

_TEXTS = frozenset(
    {
        FieldType.SINGLE_LINE,
        FieldType.MULTI_LINE,
        FieldType.RICH_TEXT,
    }
)
"""Types of which the beginning is still a value; a cut number or address is another one."""

_DAYS = (
    "%Y-%m-%d",
    "%Y/%m/%d",
    "%Y.%m.%d",
    "%Y%m%d",
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%d.%m.%Y",
    "%m.%d.%Y",
    "%d-%m-%Y",
    "%m-%d-%Y",
    "%d/%m/%y",
    "%m/%d/%y",
    "%d.%m.%y",
    "%d %b %Y",
    "%d. %b %Y",
    "%d/%b/%Y",
    "%b %d, %Y",
    "%b %d %Y",
)

_TIMES = (" %H:%M:%S", " %H:%M", "T%H:%M:%S", "T%H:%M", " %I:%M %p", " %I:%M:%S %p")

_FORMATS = (*_DAYS, *(f"{day}{time}" for day in _DAYS for time in _TIMES))

_AS_TAKEN = ("%d-%b-%Y", "%d-%b-%Y %H:%M:%S")


def _truncated(
    reason: str, name: str, cells: Sequence[str], field: FormField | None
) -> Suggestion | None:
    limit = (field.max_char or 0) if field is not None and field.type in _TEXTS else 0
    if limit <= 0 or not all(len(cell) > limit for cell in cells):
        return None
    why = f"{name} takes {limit:,} characters, and all samples have more: the end is lost."
    return Suggestion(Rule(Change.TRUNCATE, reason, name, length=limit), why)


def _date(
    reason: str, name: str, cells: Sequence[str], field: FormField | None
) -> Suggestion | None:
    is_time = field is not None and field.type == FieldType.DATE_TIME
    if field is not None and not is_time and field.type != FieldType.DATE:
        return None
    filled = [cell for cell in cells if cell.strip()]
    if not filled or formats_of(filled, _AS_TAKEN):
        return None
    # Of a format with a time a date field would get one, and the other way round.
    fitting = [
        each for each in formats_of(filled, _FORMATS) if field is None or has_time(each) == is_time
    ]
    if len(fitting) != 1:
        return None
    written = "dd-MMM-yyyy HH:mm:ss" if has_time(fitting[0]) else "dd-MMM-yyyy"
    return Suggestion(
        Rule(Change.DATE, reason, name, formats=(fitting[0],)),
        f"All samples of {name} are dates as {fitting[0]} reads them, and by no other format "
        f"known here; they are written as {written}.",
    )


def _trimmed(reason: str, name: str, cells: Sequence[str]) -> Suggestion | None:
    if not all(cell != cell.strip() for cell in cells):
        return None
    return Suggestion(
        Rule(Change.TRIM, reason, name), f"All samples of {name} have spaces around them."
    )


def _lower(
    reason: str, name: str, cells: Sequence[str], field: FormField | None
) -> Suggestion | None:
    if field is None or field.type != FieldType.EMAIL:
        return None
    if not all(cell != cell.lower() and " " not in cell for cell in cells):
        return None
    return Suggestion(
        Rule(Change.LOWER, reason, name),
        f"All samples of {name} are addresses with capitals.",
    )
