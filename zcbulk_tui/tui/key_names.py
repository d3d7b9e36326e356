"""How people write the names that Textual has for keys.

The key line of the first frame needs it: nothing is worked out before it is asked for.
"""

from contextlib import suppress
from functools import lru_cache
from itertools import product
from unicodedata import lookup

CHARACTERS = {
    "exclamation_mark": "!",
    "quotation_mark": '"',
    "number_sign": "#",
    "dollar_sign": "$",
    "percent_sign": "%",
    "ampersand": "&",
    "apostrophe": "'",
    "left_parenthesis": "(",
    "right_parenthesis": ")",
    "asterisk": "*",
    "plus": "+",
    "comma": ",",
    "minus": "-",
    "full_stop": ".",
    "slash": "/",
    "colon": ":",
    "semicolon": ";",
    "less_than_sign": "<",
    "equals_sign": "=",
    "greater_than_sign": ">",
    "question_mark": "?",
    "at": "@",
    "left_square_bracket": "[",
    "backslash": "\\",
    "right_square_bracket": "]",
    "circumflex_accent": "^",
    "underscore": "_",
    "grave_accent": "`",
    "left_curly_bracket": "{",
    "vertical_line": "|",
    "right_curly_bracket": "}",
    "tilde": "~",
}
"""The characters of a keyboard that Textual spells out."""

_NAMED = {
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
    "home": "Home",
    "end": "End",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "insert": "Ins",
    "delete": "Del",
    "backspace": "Backspace",
    "tab": "Tab",
    "enter": "Enter",
    "escape": "Esc",
    "space": "Space",
}


_MOST_GAPS = 14
"""Between the words of a character's name; each may be a hyphen."""


@lru_cache
def shown(keys: str) -> str:
    """Returns keys as people write them; empty for none.

    Args:
        keys: Textual's names, separated by commas.
    """
    names = keys.split(",")
    # On many keyboards this is the same key, without shift.
    if "plus" in names and "equals_sign" in names:
        names.remove("equals_sign")
    return " ".join(map(_one, names))


def _one(key: str) -> str:
    modifiers, plus, name = key.rpartition("+")
    written = CHARACTERS.get(name) or _NAMED.get(name) or name
    if name[1:].isdecimal():
        written = name.upper()
    elif len(written) > 1 and written is name:
        written = _character(name) or name
    return f"{modifiers}{plus}{written}"


def _character(name: str) -> str:
    """The character of a name of Unicode's, whose hyphens Textual does not tell from its blanks."""
    first, *words = name.split("_")
    if len(words) <= _MOST_GAPS:
        for gaps in product(" -", repeat=len(words)):
            with suppress(KeyError):
                return lookup(
                    first + "".join(f"{gap}{word}" for gap, word in zip(gaps, words, strict=True))
                )
    return ""
