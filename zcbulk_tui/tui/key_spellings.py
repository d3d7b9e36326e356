"""Keys as people write them, and whether a terminal can tell that they are pressed."""

from difflib import get_close_matches
from unicodedata import category, name, normalize

from zcbulk_tui.tui.key_names import CHARACTERS, shown

_NAMES = {character: name for name, character in CHARACTERS.items()}

_MODIFIERS = {"ctrl": "ctrl", "control": "ctrl", "alt": "alt", "shift": "shift"}

_FUNCTION = frozenset(f"f{number}" for number in range(1, 25))

_WITH_ANY = _FUNCTION | {
    *("up", "down", "left", "right", "home", "end", "pageup", "pagedown", "insert", "delete")
}
"""Keys that are told apart with each of the modifiers."""

_ALONE = frozenset({"tab", "shift+tab", "enter", "space", "backspace", "escape"})
"""Keys that are only told as they stand here."""

_WITH_CTRL = {*"abcdefgjklnopqrstuvwxyz", "backslash", "right_square_bracket"} | {
    *("circumflex_accent", "underscore")
}
"""Characters that are told with ctrl; h, i and m come as other keys."""

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


def key_of(written: str) -> tuple[str, str]:
    """Returns Textual's name of a key, and why it cannot be pressed; empty where it can."""
    modifiers, base = _parts(normalize("NFC", written))
    key = _SPELLINGS.get(base.lower(), base.lower())
    character = CHARACTERS.get(key, "")
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
    """Returns how a key is written that may have been meant; empty for none."""
    modifiers, base = _parts(written)
    known = (*_WITH_ANY, *_ALONE, *_SPELLINGS, *CHARACTERS)
    close = get_close_matches(base.lower(), known, n=1, cutoff=0.7)
    meant = close and key_of("+".join((*sorted(modifiers), close[0])))
    return shown(meant[0]) if meant and not meant[1] and close[0] != base.lower() else ""


def _parts(written: str) -> tuple[set[str], str]:
    """The modifiers, and what they stand before."""
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


def _name_of(character: str) -> str:
    """Textual's name of the key that types a character."""
    if character in _NAMES or character.isalnum():
        return _NAMES.get(character, character)
    return name(character, character).lower().replace("-", "_").replace(" ", "_")
