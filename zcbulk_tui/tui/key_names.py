"""Textual's names of keys, how people write them, and which keys a terminal can report."""

from contextlib import suppress
from difflib import get_close_matches
from functools import lru_cache
from itertools import product
from string import punctuation
from unicodedata import category, lookup, name, normalize

from textual.keys import KEY_NAME_REPLACEMENTS, format_key

_WRITTEN = {
    # In words, since ASCII has no arrows, and what stands for them are other keys.
    "up": "Up",
    "down": "Down",
    "left": "Left",
    "right": "Right",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "insert": "Ins",
    "enter": "Enter",
    "backspace": "Backspace",
}
"""Keys that Textual writes in another way than is printed on them."""

_MOST_GAPS = 14
"""Between the words of a character's name; each may be a hyphen."""

_MODIFIERS = {"ctrl": "ctrl", "control": "ctrl", "alt": "alt", "shift": "shift"}

_FUNCTION = frozenset(f"f{number}" for number in range(1, 25))

_WITH_ANY = _FUNCTION | {
    *("up", "down", "left", "right", "home", "end", "pageup", "pagedown", "insert", "delete")
}
"""Keys that terminals report with each of the modifiers."""

_ALONE = frozenset({"tab", "shift+tab", "enter", "space", "backspace", "escape"})
"""Keys that terminals report only as they stand here."""

_WITH_CTRL = {*"abcdefgjklnopqrstuvwxyz", "backslash", "right_square_bracket"} | {
    *("circumflex_accent", "underscore")
}
"""Characters that terminals report with ctrl; h, i and m come as other keys."""

_SENT_AS = {"ctrl+h": "Backspace", "ctrl+i": "Tab", "ctrl+m": "Enter"}

_SPELLINGS = {
    "↑": "up",
    "↓": "down",
    "←": "left",
    "→": "right",
    "pgup": "pageup",
    "page_up": "pageup",
    "pgdn": "pagedown",
    "page_down": "pagedown",
    "ins": "insert",
    "del": "delete",
    "esc": "escape",
    "return": "enter",
}

_SAME = "Terminals do not tell it from another key."


def _name_of(character: str) -> str:
    """Textual's name of the key that types a character."""
    if character.isalnum():
        return character
    spelled = name(character, character).lower().replace("-", "_").replace(" ", "_")
    return KEY_NAME_REPLACEMENTS.get(spelled, spelled)


SIGNS = {_name_of(sign): sign for sign in punctuation}
"""The signs of a keyboard by Textual's names of their keys."""


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
    return " ".join(map(_written, names))


def _written(key: str) -> str:
    modifiers, plus, base = key.rpartition("+")
    written = _WRITTEN.get(base) or format_key(base)
    if base in _WITH_ANY | _ALONE and base not in _WRITTEN:
        written = written.capitalize()
    elif written == base and "_" in base:
        written = _character(base) or base
    return f"{modifiers}{plus}{written}"


def _character(spelled: str) -> str:
    """The character with a Unicode name in which Textual has replaced hyphens and blanks alike."""
    first, *words = spelled.split("_")
    if len(words) <= _MOST_GAPS:
        for gaps in product(" -", repeat=len(words)):
            with suppress(KeyError):
                return lookup(
                    first + "".join(f"{gap}{word}" for gap, word in zip(gaps, words, strict=True))
                )
    return ""


def key_of(written: str) -> tuple[str, str]:
    """Returns Textual's name of a key, and why it cannot be pressed; empty where it can."""
    modifiers, base = _parts(normalize("NFC", written))
    key = _SPELLINGS.get(base.lower(), base.lower())
    character = SIGNS.get(key, "")
    if len(base) == 1 and key not in _SPELLINGS.values():
        key, character = _name_of(base), base
    whole = "+".join((*sorted(modifiers), key))
    if key in _WITH_ANY or whole in _ALONE:
        return whole, ""
    if whole.lower() in _SENT_AS:
        return whole, f"Terminals send it as {_SENT_AS[whole.lower()]}."
    if not character:
        return whole, _SAME if key in _ALONE else "There is no such key."
    return _of_character(modifiers, key, character)


def is_deliberate(key: str) -> bool:
    """Whether a key, by Textual's name, is not pressed by mistake: no small letter, no sign."""
    *modifiers, base = key.split("+")
    return base in _FUNCTION or "ctrl" in modifiers or "alt" in modifiers or key.isupper()


def close_to(written: str) -> str:
    """Returns the key whose name is nearest to a misspelled one, as people write it; or empty."""
    modifiers, base = _parts(written)
    known = (*_WITH_ANY, *_ALONE, *_SPELLINGS, *SIGNS)
    close = get_close_matches(base.lower(), known, n=1, cutoff=0.7)
    if not close or close[0] == base.lower():
        return ""
    key, problem = key_of("+".join((*sorted(modifiers), close[0])))
    return "" if problem else shown(key)


def _parts(written: str) -> tuple[set[str], str]:
    """The modifiers of a key, and the key without them."""
    modifiers = set()
    base = written
    while True:
        for modifier, known_as in _MODIFIERS.items():
            head, rest = base[: len(modifier) + 1].lower(), base[len(modifier) + 1 :]
            if rest and head in (f"{modifier}+", f"{modifier}-"):
                modifiers.add(known_as)
                base = rest
                break
        else:
            return modifiers, base


def _of_character(modifiers: set[str], key: str, character: str) -> tuple[str, str]:
    is_letter = character.isalpha() and len(character.lower()) == len(character.upper()) == 1
    if not modifiers:
        fits = character.isprintable() and category(character)[0] not in "MZ"
        return key, "" if fits else "There is no such key."
    if modifiers == {"shift"}:
        if is_letter:
            return character.upper(), ""
        return f"shift+{key}", "Write the character that is typed with shift."
    whole = "+".join((*sorted(modifiers), key.lower()))
    can_be = (modifiers == {"ctrl"} and key.lower() in _WITH_CTRL) or (
        is_letter and "alt" in modifiers and "ctrl" not in modifiers
    )
    return whole, "" if can_be else _SAME
