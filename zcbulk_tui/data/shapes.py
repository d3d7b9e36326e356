"""Shapes of values: which kinds of characters stand in which order.

``2024-05-17`` is ``9999-99-99``, ``Böhm`` is ``Aéa``, and ``K-1234567`` is ``A-N``: runs of letters
count as one letter, digits beyond four as ``N``. Values in a shape that few others of their column
have are mostly the ones that a form refuses. Many values are shaped together, as one text.
"""

from collections.abc import Sequence

_LOOKED_AT = 80
"""Characters of a value that its shape is made of."""

_SEPARATOR = "\0"
_REMEMBERED = 10_000
"""Characters whose kind is kept; no file has as many in use."""

_RUN = 4
"""Digits in a row that are told apart by their number, as in a year."""


class _Kinds(dict[int, str]):
    """Kinds of characters by their code points, as `str.translate` takes them."""

    def __missing__(self, code: int) -> str:
        kind = _kind(chr(code))
        if len(self) < _REMEMBERED:
            self[code] = kind
        return kind


def _kind(character: str) -> str:
    if character.isascii():
        if character.isalpha():
            return "A" if character.isupper() else "a"
        return "9" if character.isdigit() else character
    if ord(character) > 0xFFFF:
        return "☺"
    if character.isalpha():
        return "é"
    return "␣" if character.isspace() else "¤"


_KINDS = _Kinds()


def shapes(values: Sequence[str]) -> list[str]:
    """Returns the shapes of values, in their order."""
    if max(map(len, values), default=0) > _LOOKED_AT:
        values = [value[:_LOOKED_AT] for value in values]
    found = _shape(_SEPARATOR.join(values)).split(_SEPARATOR)
    if len(found) != len(values):  # the separator stands in a value
        return [_shape(value) for value in values]
    return found


def alphabet(shape: str) -> str:
    """Returns the kinds of characters in a shape, whatever their order and number."""
    return "".join(sorted(set(shape)))


def _shape(text: str) -> str:
    text = text.translate(_KINDS)
    for letter in "aAé":
        text = _without_runs(text, letter)
    text = text.replace("9" * (_RUN + 1), "N")
    while "N9" in text:
        text = text.replace("N9", "N")
    return _without_runs(text, "N")


def _without_runs(text: str, character: str) -> str:
    # Each pass halves all runs: several times as fast as a regular expression.
    while character * 2 in text:
        text = text.replace(character * 2, character)
    return text
