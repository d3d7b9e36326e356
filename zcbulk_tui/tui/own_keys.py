"""The user's own keys in the place of the default ones; Textual's keymap gets what passes here."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import NoReturn

from zcbulk_tui.domain.text import one_line
from zcbulk_tui.errors import ConfigError
from zcbulk_tui.tui.key_names import SIGNS, close_to, is_deliberate, key_of, shown
from zcbulk_tui.tui.keys import Context, Key

_KEPT = {
    "escape": "It leaves what is open.",
    "ctrl+c": "Dialogs copy with it.",
    "ctrl+q": "It quits, whatever is open.",
}
"""Keys that keep what they do, and why."""

_NEEDED = ("help", "leave")
"""Actions without which one is lost."""

Place = Callable[[str], str]


def _somewhere(_action: str) -> str:
    return "the configuration"


def remapped(
    keys: Sequence[Key], own: Mapping[str, str], place: Place = _somewhere
) -> tuple[Key, ...]:
    """Returns the actions, some with the user's own keys in the place of the default ones.

    Args:
        keys: All actions.
        own: By action the keys as people write them; an empty text for none.
        place: Returns where the keys of an action are set.

    Raises:
        ConfigError: There is no such action or key, or the action cannot have the key, because
            another action of one of its screens has it, or because it is too easily pressed.
    """
    actions = {key.action: key for key in keys}
    changed: dict[str, tuple[str, ...]] = {}
    for action, written in own.items():
        if action not in actions:
            _refuse_action(action, actions, place)
        changed[action] = _keys_for(actions[action], written, place)
    for context in Context:
        on_screen = [key for key in keys if context in key.contexts]
        _check_one_each(context, on_screen, changed, place)
    return tuple(
        key._replace(keys=",".join(changed[key.action])) if key.action in changed else key
        for key in keys
    )


def _keys_for(action: Key, written: str, place: Place) -> tuple[str, ...]:
    """Textual's names of the keys that the user has written for an action."""
    before = action.keys.split(",")
    names = []
    for word in _words(written):
        name, problem = key_of(word)
        if problem:
            close = close_to(word)
            _refuse(
                action.action,
                word,
                place,
                problem,
                f"Did you mean {close}?" if close else 'Write keys as in "ctrl+x", "f5", "PgDn".',
            )
        if name in _KEPT and name not in before:
            _refuse(action.action, word, place, _KEPT[name], "Take another key.")
        if action.controls and not is_deliberate(name):
            _refuse(
                action.action,
                word,
                place,
                "What may change something at Zoho is not on a key that is hit by mistake.",
                "Take a capital letter, a key with ctrl or alt, or F1 to F24.",
            )
        names.append(name)
    if action.action in _NEEDED and not names:
        raise ConfigError(
            f"{place(action.action)}: keys.{action.action} cannot be empty",
            f"Without a key for “{action.label}” there is no way to find out how to go on.",
            "Name a key, or take the line out.",
        )
    kept = (name for name in before if name in _KEPT)
    return tuple(dict.fromkeys((*names, *kept)))


def _words(written: str) -> list[str]:
    """The keys in a text that separates them by spaces or commas."""
    if written.strip() == ",":
        return ["comma"]
    return written.replace(",", " ").split()


def _check_one_each(
    context: Context, keys: Iterable[Key], changed: Mapping[str, tuple[str, ...]], place: Place
) -> None:
    """Checks that no key of a screen has two actions, one of them by the user's will."""
    where = "" if context is Context.JOBS else f", on the screen that {context} opens"
    taken: dict[str, Key] = {}
    for key in keys:
        for name in changed.get(key.action, key.keys.split(",")):
            other = taken.setdefault(name, key) if name else key
            if other is key or not {key.action, other.action} & changed.keys():
                continue
            mine, theirs = (key, other) if key.action in changed else (other, key)
            by_default = "" if theirs.action in changed else ", by default"
            _refuse(
                mine.action,
                shown(name),
                place,
                f"It is the key of {theirs.action}{by_default}{where}.",
                f"Take another key, or give {theirs.action} another one below [keys].",
            )


def _refuse(action: str, word: str, place: Place, cause: str, next_step: str) -> NoReturn:
    title = f"{place(action)}: keys.{action} cannot have “{one_line(word, 30)}”"
    raise ConfigError(title, cause, next_step)


def _refuse_action(action: str, actions: Iterable[str], place: Place) -> NoReturn:
    known = list(actions)
    close = get_close_matches(action.lower().replace("-", "_"), known, n=1)
    raise ConfigError(
        f"{place(action)}: there is no action “{one_line(action, 40)}”",
        next_step=f"Did you mean {close[0]}?" if close else f"There are: {', '.join(known)}.",
    )


_MOVING = frozenset({"down", "up", "top", "bottom", "page_down", "page_up", "half_down", "half_up"})
"""Actions that do no more than move the cursor."""


def moving_characters(keys: Sequence[Key]) -> frozenset[str]:
    """Returns what terminals send for those keys that only move the cursor and type a character."""
    names = [name for key in keys if key.action in _MOVING for name in key.keys.split(",")]
    held = (name.removeprefix("ctrl+") for name in names if name.startswith("ctrl+"))
    typed = (SIGNS.get(name, name) for name in names)
    return frozenset(
        {
            "\t",  # moves the focus
            *(character for character in typed if len(character) == 1),
            *(chr(ord(letter) & 0x1F) for letter in held if len(letter) == 1),
        }
    )
