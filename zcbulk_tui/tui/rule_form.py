"""What the dialog about a rule asks, and the rule that is made of its fields."""

from collections.abc import Collection, Mapping

from zcbulk_tui.domain.repair import Change, Rule, check
from zcbulk_tui.errors import UsageError

NAMES = {
    Change.TRIM: "trim spaces",
    Change.UPPER: "change to upper case",
    Change.LOWER: "change to lower case",
    Change.SET: "set a value",
    Change.REPLACE: "replace a text",
    Change.TRUNCATE: "truncate to a length",
    Change.DATE: "reformat a date",
    Change.COPY: "take the value of another column",
    Change.DROP: "leave the record out",
    Change.KEEP: "send the record again as it is",
}
"""What the changes are called."""

ASKED = {
    "find": ("Find", "the text that is replaced"),
    "value": ("Value", "empty for none"),
    "length": ("Characters", "the most that stay"),
    "formats": ("Formats", "as they are read, as in %d/%m/%Y, %Y-%m-%d"),
}
"""Labels and placeholders of the fields in which something is typed."""


def rule_of(
    change: Change,
    field: str,
    source: str,
    typed: Mapping[str, str],
    columns: Collection[str],
) -> Rule:
    """Returns the rule of a change, without a reason.

    Args:
        change: What it does.
        field: The column that it changes.
        source: The column that is copied.
        typed: What stands in the fields of `ASKED`.
        columns: The columns that there are.

    Raises:
        UsageError: Something is missing, or makes no sense.
    """
    match change:
        case Change.DROP | Change.KEEP:
            rule = Rule(change)
        case Change.SET:
            rule = Rule(change, field=field, value=typed["value"])
        case Change.REPLACE:
            if not typed["find"]:
                raise UsageError("The text that is replaced is missing")
            rule = Rule(change, field=field, value=typed["value"], find=typed["find"])
        case Change.TRUNCATE:
            written = typed["length"].strip()
            if not (written.isascii() and written.isdecimal() and int(written[:9]) > 0):
                raise UsageError("The number of characters is a whole number from 1")
            rule = Rule(change, field=field, length=int(written[:9]))
        case Change.DATE:
            formats = tuple(filter(None, (it.strip() for it in typed["formats"].split(","))))
            if not formats:
                raise UsageError(
                    "The format of the dates is missing",
                    next_step="Write it as in %d/%m/%Y; several are separated by commas.",
                )
            rule = Rule(change, field=field, formats=formats)
        case Change.COPY:
            if field == source:
                raise UsageError("A column cannot be taken from itself")
            rule = Rule(change, field=field, value=source)
        case _:
            rule = Rule(change, field=field)
    check([rule], columns, ())
    return rule
