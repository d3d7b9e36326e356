"""Keys as people write them, and those that a terminal does not report."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from textual import events
from textual._xterm_parser import XTermParser
from textual.binding import Binding

from zcbulk_tui.tui.key_names import SIGNS, close_to, is_deliberate, key_of, shown
from zcbulk_tui.tui.keys import KEYS


@pytest.mark.parametrize(
    ("keys", "written"),
    [
        ("", ""),
        ("j", "j"),
        ("G", "G"),
        ("é", "é"),
        ("7", "7"),
        ("j,down", "j Down"),
        ("k,up", "k Up"),
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


def test_the_signs_of_a_keyboard_have_the_names_that_textual_gives_them() -> None:
    signs = [c for c in map(chr, range(33, 127)) if not c.isalnum() and c != ","]
    made = Binding.make_bindings([Binding(sign, "x") for sign in signs])
    assert [SIGNS[binding.key] for binding in made] == signs
    assert set(SIGNS.values()) == {*signs, ","}


def test_no_key_of_an_action_has_the_name_that_only_textual_knows() -> None:
    assert [key.action for key in KEYS if "_" in shown(key.keys)] == []


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("j", "j"),
        ("J", "J"),
        ("é", "é"),
        ("e\u0301", "é"),
        ("日", "日"),
        ("?", "question_mark"),
        ("question_mark", "question_mark"),
        ("/", "slash"),
        ("+", "plus"),
        ("-", "minus"),
        ("comma", "comma"),
        ("§", "section_sign"),
        ("ctrl+x", "ctrl+x"),
        ("Ctrl+X", "ctrl+x"),
        ("ctrl-x", "ctrl+x"),
        ("Control+x", "ctrl+x"),
        ("ctrl+\\", "ctrl+backslash"),
        ("ctrl+]", "ctrl+right_square_bracket"),
        ("alt+x", "alt+x"),
        ("Alt+X", "alt+x"),
        ("shift+alt+x", "alt+shift+x"),
        ("shift+x", "X"),
        ("f5", "f5"),
        ("F12", "f12"),
        ("Shift+F5", "shift+f5"),
        ("ctrl+PgDn", "ctrl+pagedown"),
        ("PgUp", "pageup"),
        ("PageUp", "pageup"),
        ("↓", "down"),
        ("Home", "home"),
        ("Del", "delete"),
        ("Esc", "escape"),
        ("Return", "enter"),
        ("Space", "space"),
        ("shift+Tab", "shift+tab"),
    ],
)
def test_what_people_write(written: str, key: str) -> None:
    assert key_of(written) == (key, "")


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("ctrl+i", "Terminals send it as Tab."),
        ("Ctrl+M", "Terminals send it as Enter."),
        ("ctrl+h", "Terminals send it as Backspace."),
        ("ctrl+[", "Terminals do not tell it from another key."),
        ("ctrl+shift+x", "Terminals do not tell it from another key."),
        ("ctrl+alt+x", "Terminals do not tell it from another key."),
        ("ctrl+5", "Terminals do not tell it from another key."),
        ("ctrl+é", "Terminals do not tell it from another key."),
        ("ctrl+space", "Terminals do not tell it from another key."),
        ("alt+/", "Terminals do not tell it from another key."),
        ("shift+enter", "Terminals do not tell it from another key."),
        ("shift+1", "Write the character that is typed with shift."),
        ("shft+x", "There is no such key."),
        ("ctrl+", "There is no such key."),
        ("f25", "There is no such key."),
        ("pagdown", "There is no such key."),
        ("jj", "There is no such key."),
        ("", "There is no such key."),
        ("\u00a0", "There is no such key."),
        ("\x1b", "There is no such key."),
        ("\u0301", "There is no such key."),
    ],
)
def test_what_cannot_be_pressed(written: str, why: str) -> None:
    assert key_of(written)[1] == why


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("PageDwn", "PgDn"),
        ("ctrl+pgdwn", "ctrl+PgDn"),
        ("escpae", "Esc"),
        ("spce", "Space"),
        ("shft+x", ""),
        ("jj", ""),
        ("ctrl+i", ""),
    ],
)
def test_what_may_have_been_meant(written: str, meant: str) -> None:
    assert close_to(written) == meant


@pytest.mark.parametrize(
    ("sent", "written"),
    [
        ("x", "x"),
        ("X", "shift+x"),
        ("é", "é"),
        ("?", "?"),
        ("§", "§"),
        (" ", "space"),
        ("\r", "enter"),
        ("\t", "tab"),
        ("\x1b[Z", "shift+tab"),
        ("\x7f", "backspace"),
        ("\x18", "ctrl+x"),
        ("\x1c", "ctrl+\\"),
        ("\x1d", "ctrl+]"),
        ("\x1e", "ctrl+^"),
        ("\x1f", "ctrl+_"),
        ("\x1bx", "alt+x"),
        ("\x1bX", "alt+shift+x"),
        ("\x1bOP", "f1"),
        ("\x1b[15;5~", "ctrl+f5"),
        ("\x1b[1;4A", "alt+shift+up"),
        ("\x1b[6;5~", "ctrl+PgDn"),
        ("\x1b[3~", "del"),
    ],
)
def test_what_terminals_send_has_this_name(sent: str, written: str) -> None:
    parser = XTermParser()
    told = [*parser.feed(sent), *parser.feed("")]
    assert [event.key for event in told if isinstance(event, events.Key)] == [key_of(written)[0]]


def test_the_keys_that_there_are_can_be_written_as_they_are_shown() -> None:
    names = [name for key in KEYS for name in key.keys.split(",") if name]
    assert [key_of(shown(name)) for name in names] == [(name, "") for name in names]


@given(st.text(max_size=12))
@example("»")
def test_any_text_is_a_key_or_is_answered(written: str) -> None:
    key, problem = key_of(written)
    if not problem:
        assert key_of(shown(key)) == (key, "")
        assert "," not in key
        assert key == key.strip() != ""


@pytest.mark.parametrize(
    ("key", "is_so"),
    [
        ("S", True),
        ("É", True),
        ("ctrl+x", True),
        ("alt+x", True),
        ("f5", True),
        ("shift+f5", True),
        ("s", False),
        ("é", False),
        ("5", False),
        ("日", False),
        ("question_mark", False),
        ("enter", False),
        ("shift+up", False),
    ],
)
def test_which_keys_are_not_pressed_by_mistake(key: str, is_so: bool) -> None:
    assert is_deliberate(key) is is_so
