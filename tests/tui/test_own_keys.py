"""The user's own keys: what they replace, and what they cannot be."""

from collections.abc import Mapping

import pytest

from tests.support.text import is_one_safe_line
from zcbulk_tui.errors import ConfigError
from zcbulk_tui.tui.keys import KEYS, Context, Key, keymap
from zcbulk_tui.tui.own_keys import remapped


def of(action: str, own: Mapping[str, str]) -> str:
    """The keys of an action, as Textual names them, among the user's own."""
    (key,) = (key for key in remapped(KEYS, own) if key.action == action)
    return key.keys


def refusal(own: Mapping[str, str]) -> ConfigError:
    """What is said of keys that cannot be used."""
    with pytest.raises(ConfigError) as caught:
        remapped(KEYS, own, lambda action: f"file, line of {action!a}")
    assert is_one_safe_line(str(caught.value))
    return caught.value


def test_without_own_keys_all_is_as_it_was() -> None:
    assert remapped(KEYS, {}) == KEYS


@pytest.mark.parametrize(
    ("action", "written", "keys"),
    [
        ("poll", "f5", "f5"),
        ("poll", "F5, ctrl+r", "f5,ctrl+r"),
        ("poll", " F5   ctrl+r ", "f5,ctrl+r"),
        ("poll", "r,r r", "r"),
        ("poll", ",", "comma"),
        ("poll", "comma .", "comma,full_stop"),
        ("poll", "; !", "semicolon,exclamation_mark"),
        ("poll", "", ""),
        ("start", "ctrl+x", "ctrl+x"),
        ("start", "Alt+S", "alt+s"),
        ("start", "F9", "f9"),
        ("abort", "", ""),
        ("palette", "ctrl+p", "ctrl+p"),
        ("back", "Backspace", "backspace,escape"),
        ("back", "", "escape"),
        ("back", "Esc", "escape"),
    ],
)
def test_own_keys_replace_those_of_the_action(action: str, written: str, keys: str) -> None:
    assert of(action, {action: written}) == keys


def test_all_else_of_a_key_stays_and_so_does_the_order() -> None:
    before = {key.action: key for key in KEYS}
    after = remapped(KEYS, {"poll": "f5", "zoom": ""})
    assert [key.action for key in after] == list(before)
    for key in after:
        if key.action not in ("poll", "zoom"):
            assert key is before[key.action]
        else:
            assert (key.label, key.help, key.price) == (
                before[key.action].label,
                before[key.action].help,
                before[key.action].price,
            )


def test_two_actions_may_change_places() -> None:
    own = {"poll": "h", "history": "r"}
    assert (of("poll", own), of("history", own)) == ("h", "r")


def test_a_key_that_was_given_up_is_free() -> None:
    assert of("poll", {"history": "", "poll": "h"}) == "h"
    assert of("zoom", {"palette": ":", "zoom": "ctrl+p"}) == "ctrl+p"


@pytest.mark.parametrize(
    ("own", "title", "said"),
    [
        ({"strat": "S"}, "line of 'strat': there is no action “strat”", "Did you mean start?"),
        ({"poll-all": "x"}, "line of 'poll-all': there is no action “poll-all”", "mean poll_all?"),
        ({"zzz\x1b": "x"}, "there is no action “zzz\ufffd”", "There are: down, up, top,"),
        ({"poll": "PageDwn"}, "keys.poll cannot have “PageDwn”", "Did you mean PgDn?"),
        ({"poll": "ctrl+i"}, "keys.poll cannot have “ctrl+i”", "send it as Tab."),
        ({"poll": "r jj\x1b"}, "keys.poll cannot have “jj\ufffd”", "There is no such key."),
        ({"poll": "escape"}, "keys.poll cannot have “escape”", "It leaves what is open."),
        ({"poll": "r Ctrl+C"}, "keys.poll cannot have “Ctrl+C”", "Dialogs copy with it."),
        ({"poll": "ctrl+q"}, "keys.poll cannot have “ctrl+q”", "It quits"),
        ({"start": "s"}, "keys.start cannot have “s”", "Take a capital letter"),
        ({"start": "ctrl+x s"}, "keys.start cannot have “s”", "Take a capital letter"),
        ({"abort": "!"}, "keys.abort cannot have “!”", "Take a capital letter"),
        ({"abort": "Del"}, "keys.abort cannot have “Del”", "Take a capital letter"),
        ({"help": ""}, "keys.help cannot be empty", "Name a key"),
        ({"leave": "  "}, "keys.leave cannot be empty", "“quit”"),
    ],
)
def test_what_cannot_be_is_named_with_its_place(
    own: Mapping[str, str], title: str, said: str
) -> None:
    error = refusal(own)
    assert error.title.startswith("file, line of ")
    assert title in error.title
    assert said in str(error)
    assert error.next_step


@pytest.mark.parametrize(
    ("own", "title", "said"),
    [
        ({"poll": "h"}, "line of 'poll': keys.poll cannot have “h”", "of history, by default."),
        (
            {"history": "r"},
            "line of 'history': keys.history cannot have “r”",
            "of poll, by default.",
        ),
        ({"poll": "X"}, "line of 'poll': keys.poll cannot have “X”", "of abort, by default."),
        ({"zoom": "?"}, "line of 'zoom': keys.zoom cannot have “?”", "of help, by default."),
        (
            {"poll": "f5", "zoom": "F5"},
            "line of 'zoom': keys.zoom cannot have “F5”",
            "key of poll.",
        ),
        ({"zoom": "ctrl+p"}, "keys.zoom cannot have “ctrl+p”", "of palette, by default."),
    ],
)
def test_one_key_cannot_do_two_things(own: Mapping[str, str], title: str, said: str) -> None:
    error = refusal(own)
    assert title in error.title
    assert said in error.cause
    assert "below [keys]" in error.next_step


def test_actions_without_keys_share_none() -> None:
    own = {"poll": "", "zoom": "", "history": ""}
    assert [of(action, own) for action in own] == ["", "", ""]


def test_two_keys_that_are_alike_by_default_are_no_fault_of_the_user() -> None:
    keys = (Key("a", "x", "a", "A."), Key("b", "x", "b", "B."), Key("c", "y", "c", "C."))
    assert [key.keys for key in remapped(keys, {"c": "z"})] == ["x", "x", "z"]


@pytest.mark.parametrize("context", Context)
def test_no_two_actions_of_a_screen_have_one_key_by_default(context: Context) -> None:
    names = [name for key in KEYS if context in key.contexts for name in key.keys.split(",")]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    ("own", "said"),
    [
        ({"theme": "T", "budget": "t"}, "of true_figure, by default, on the screen that budget"),
        ({"frugal": "f5", "budget": "-"}, ""),
        ({"eager": "f5", "frugal": "f6", "budget": "="}, ""),
        ({"log": "c", "unfold": "f9"}, "of calls, by default, on the screen that log opens."),
        ({"history": ","}, "of step_back, by default, on the screen that history opens."),
        ({"down": "left"}, "of step_back, by default, on the screen that history opens."),
        ({"leave": "Q", "log": "q"}, "of close, by default, on the screen that log opens."),
        ({"theme": "T", "budget": "t", "true_figure": "f"}, ""),
        ({"poll": "c", "unfold": "f9"}, ""),
    ],
)
def test_a_key_that_opens_a_screen_is_not_one_of_the_screen(
    own: Mapping[str, str], said: str
) -> None:
    if said:
        assert said in refusal(own).cause
    else:
        assert of("budget", own)


def test_the_keymap_has_what_differs() -> None:
    assert keymap(KEYS) == {}
    assert keymap(remapped(KEYS, {"poll": "f5 r", "zoom": ""})) == {
        "poll": "f5,r",
        "zoom": "no_key",
    }
