"""Which character parts the cells: the one whose header has the form's link names."""

from collections.abc import Collection
from dataclasses import dataclass

from zcbulk_tui.data.rows import cut_line
from zcbulk_tui.domain.preflight import DELIMITERS
from zcbulk_tui.domain.text import one_line
from zcbulk_tui.errors import DataError

COMMA = ","


@dataclass(frozen=True, slots=True)
class HeaderCut:
    """The header as one delimiter cuts it.

    Attributes:
        character: The delimiter.
        columns: Columns of the header.
        matches: Those of them that are link names of the form; 0 where no link names are known.
    """

    character: str
    columns: int
    matches: int = 0


@dataclass(frozen=True, slots=True)
class Delimiter:
    """The delimiter of a file, and what speaks for others.

    Attributes:
        chosen: The header as it is cut.
        others: As the others would cut it; those with the most columns first.
    """

    chosen: HeaderCut
    others: tuple[HeaderCut, ...]

    @property
    def character(self) -> str:
        """The character itself."""
        return self.chosen.character


def choose(header_line: str, link_names: Collection[str] = ()) -> Delimiter:
    """Returns the delimiter whose header has the most link names; among equals the comma is first.

    Where no link names are known it is the comma: the report says what others would make of the
    header, and nothing acts on it.

    Args:
        header_line: The first line of the file, as text.
        link_names: Names of fields, subfields included [UPLOAD]; empty when the form is not known.
    """
    wanted = {name.casefold() for name in link_names}
    cuts = [_cut(header_line, character, wanted) for character in DELIMITERS]
    return _delimiter(max(cuts, key=lambda cut: cut.matches), cuts)


def use(header_line: str, given: str, link_names: Collection[str] = ()) -> Delimiter:
    """Returns the delimiter that the user named, by its character or its name.

    Raises:
        DataError: It is none of those in `DELIMITERS`.
    """
    by_name = {name: character for character, name in DELIMITERS.items()} | {"\\t": "\t"}
    character = by_name.get(given.strip().lower(), given)
    if character not in DELIMITERS:
        raise DataError(
            f"“{one_line(given, 20)}” is no delimiter that is used here",
            f"Used are {', '.join(DELIMITERS.values())}.",
            "Name one of these: --delimiter semicolon.",
        )
    wanted = {name.casefold() for name in link_names}
    cuts = [_cut(header_line, each, wanted) for each in DELIMITERS]
    chosen = next(cut for cut in cuts if cut.character == character)
    return _delimiter(chosen, cuts)


def _delimiter(chosen: HeaderCut, cuts: list[HeaderCut]) -> Delimiter:
    others = sorted((cut for cut in cuts if cut != chosen), key=lambda cut: -cut.columns)
    return Delimiter(chosen, tuple(others))


def _cut(header_line: str, character: str, wanted: set[str]) -> HeaderCut:
    names = cut_line(header_line, character)
    matches = len(wanted & {name.strip().casefold() for name in names})
    return HeaderCut(character, len(names), matches)
