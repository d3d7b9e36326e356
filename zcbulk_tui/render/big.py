"""Large letters for sign-in codes, which are typed on another device."""

_ROWS = 5

# Signs that are easily taken for one another differ in more than one pixel: the zero is slashed,
# the one has a flag, five and eight differ from S and B in their corners.
_SHEETS = (
    """
    A     B     C     D     E     F     G     H     I
    .###. ####. .#### ####. ##### ##### .#### #...# #####
    #...# #...# #.... #...# #.... #.... #.... #...# ..#..
    ##### ####. #.... #...# ####. ####. #..## ##### ..#..
    #...# #...# #.... #...# #.... #.... #...# #...# ..#..
    #...# ####. .#### ####. ##### #.... .#### #...# #####
    """,
    """
    J     K     L     M     N     O     P     Q     R
    ..### #...# #.... #...# #...# .###. ####. .###. ####.
    ...#. #..#. #.... ##.## ##..# #...# #...# #...# #...#
    ...#. ###.. #.... #.#.# #.#.# #...# ####. #...# ####.
    #..#. #..#. #.... #...# #..## #...# #.... #..#. #..#.
    .##.. #...# ##### #...# #...# .###. #.... .##.# #...#
    """,
    """
    S     T     U     V     W     X     Y     Z     -
    .#### ##### #...# #...# #...# #...# #...# ##### .....
    #.... ..#.. #...# #...# #...# .#.#. .#.#. ...#. .....
    .###. ..#.. #...# #...# #.#.# ..#.. ..#.. ..#.. .###.
    ....# ..#.. #...# .#.#. ##.## .#.#. ..#.. .#... .....
    ####. ..#.. .###. ..#.. #...# #...# ..#.. ##### .....
    """,
    """
    0     1     2     3     4     5     6     7     8     9
    .###. ..#.. .###. ####. ...#. ##### ..##. ##### .###. .###.
    #..## .##.. #...# ....# ..##. #.... .#... ....# #...# #...#
    #.#.# ..#.. ..##. ..##. .#.#. ##### ####. ...#. .###. .####
    ##..# ..#.. .#... ....# ##### ....# #...# ..#.. #...# ...#.
    .###. .###. ##### ####. ...#. ##### .###. ..#.. .###. .##..
    """,
)

# Upper and lower pixel of a cell.
_HALVES = {"  ": " ", "# ": "▀", " #": "▄", "##": "█"}


def big(text: str, *, ascii_only: bool = False) -> list[str] | None:
    """Returns `text` in large letters, as lines of equal width.

    Lower case is shown as upper case. Three lines of half blocks, or five lines in ASCII; None if
    there is no picture of a character.
    """
    # Upper case as ASCII knows it: "ß" would become two letters, and "ı" one that it is not.
    shown = text.upper() if text.isascii() else text
    if not all(character in _PICTURES for character in shown):
        return None
    rows = [" ".join(_PICTURES[character][row] for character in shown) for row in range(_ROWS)]
    if ascii_only:
        return rows
    blank = " " * len(rows[0])
    return [
        "".join(_HALVES[upper + lower] for upper, lower in zip(*pair, strict=True))
        for pair in zip(rows[::2], [*rows[1::2], blank], strict=True)
    ]


def _read(sheet: str) -> dict[str, list[str]]:
    """The five rows of pixels of each character of a sheet."""
    names, *rows = (line.split() for line in sheet.strip().splitlines())
    return {
        name: [row.replace(".", " ") for row in picture]
        for name, *picture in zip(names, *rows, strict=True)
    }


_PICTURES = {name: rows for sheet in _SHEETS for name, rows in _read(sheet).items()}
