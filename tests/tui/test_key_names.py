"""How keys are written for people."""

import pytest

from zcbulk_tui.tui.key_names import CHARACTERS, shown
from zcbulk_tui.tui.keys import KEYS


@pytest.mark.parametrize(
    ("keys", "written"),
    [
        ("", ""),
        ("j", "j"),
        ("G", "G"),
        ("é", "é"),
        ("7", "7"),
        ("j,down", "j ↓"),
        ("k,up", "k ↑"),
        ("g,home", "g Home"),
        ("pagedown", "PgDn"),
        ("pageup", "PgUp"),
        ("ctrl+d", "ctrl+d"),
        ("space", "Space"),
        ("enter", "Enter"),
        ("escape", "Esc"),
        ("shift+tab", "shift+Tab"),
        ("slash", "/"),
        ("asterisk", "*"),
        ("question_mark", "?"),
        ("plus,equals_sign", "+"),
        ("equals_sign", "="),
        ("minus", "-"),
        ("comma,full_stop", ", ."),
        ("colon,ctrl+p", ": ctrl+p"),
        ("ctrl+backslash", "ctrl+\\"),
        ("f5", "F5"),
        ("ctrl+f12", "ctrl+F12"),
        ("alt+shift+x", "alt+shift+x"),
        ("section_sign", "§"),
        ("no_such_character", "no_such_character"),
    ],
)
def test_keys_as_people_write_them(keys: str, written: str) -> None:
    assert shown(keys) == written


def test_the_characters_of_a_keyboard_have_the_names_that_textual_gives_them() -> None:
    from textual.binding import Binding

    signs = [c for c in map(chr, range(33, 127)) if not c.isalnum() and c != ","]
    made = Binding.make_bindings([Binding(sign, "x") for sign in signs])
    assert [CHARACTERS[binding.key] for binding in made] == signs
    assert set(CHARACTERS.values()) == {*signs, ","}


def test_no_key_of_an_action_has_the_name_that_only_textual_knows() -> None:
    assert [key.action for key in KEYS if "_" in shown(key.keys)] == []
