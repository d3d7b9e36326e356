"""Why a record failed, in the words of a result.

Creator's own words are in no source. Both styles are carried over: codes from the bulk write of
other Zoho products, sentences from what forms show to whoever fills them in.
"""

from collections.abc import Mapping, Sequence
from enum import Enum

from zcbulk_tui.simulator.cells import DIGITS, DUPLICATE, MISSING, NOT_ALONE, TOO_LONG, Flaw
from zcbulk_tui.simulator.fields import Field, Kind


class ReasonStyle(Enum):
    """How reasons are written."""

    CODES = "codes"
    """``CODE-Column,Column:CODE-Column``"""
    SENTENCES = "sentences"
    """A sentence for each bad cell, with the value that was sent."""


_VALID: Mapping[Kind, str] = {
    Kind.EMAIL: "a valid email address",
    Kind.NUMBER: "a valid number",
    Kind.DECIMAL: "a valid decimal number",
    Kind.PERCENT: "a valid percentage",
    Kind.CURRENCY: "a valid amount",
    Kind.DATE: "a date as dd-MMM-yyyy",
    Kind.DATE_TIME: "a date and time as dd-MMM-yyyy HH:mm:ss",
    Kind.DECISION_BOX: "true or false",
    Kind.URL: "a valid URL",
}


class Reasons:
    """Writes the reasons of the records of one file.

    Args:
        style: How.
        columns: The header of the file.
        fields: Those of the form.
    """

    def __init__(self, style: ReasonStyle, columns: Sequence[str], fields: Sequence[Field]) -> None:
        self._style = style
        self._places = {name: place for place, name in enumerate(columns)}
        self._fields = {name: one for one in fields for name in one.columns()}

    def of(self, cells: Sequence[str], flaws: Sequence[Flaw]) -> str:
        """The reason of a record with these flaws."""
        if self._style is ReasonStyle.CODES:
            return _in_codes(flaws)
        return " ".join(self._sentence(flaw, cells) for flaw in flaws)

    def _sentence(self, flaw: Flaw, cells: Sequence[str]) -> str:
        code, column = flaw
        if code == NOT_ALONE:
            return "Another record of the batch failed."
        if not column:
            return "The record has more values than there are columns."
        if code == MISSING:
            return f"Enter a value for '{column}'."
        field = self._fields[column]
        value = cells[self._places[column]]
        if code == DUPLICATE:
            return f"'{column}' must be unique, and '{value}' is there already."
        if code == TOO_LONG:
            unit = "digits" if field.kind in DIGITS else "characters"
            return f"'{column}' takes up to {field.max_char:,} {unit}: '{value}'"
        if field.choices:
            return f"'{value}' is none of the choices of '{column}'."
        if field.kind is Kind.AUTO_NUMBER:
            return f"'{column}' is numbered by itself and takes no value: '{value}'"
        return f"Enter {_VALID[field.kind]} for '{column}': '{value}'"


def _in_codes(flaws: Sequence[Flaw]) -> str:
    columns: dict[str, list[str]] = {}
    for code, column in flaws:
        columns.setdefault(code, []).append(column)
    return ":".join(f"{code}-{','.join(names)}" for code, names in columns.items())
