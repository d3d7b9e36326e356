"""Notifications of the terminal: which one it takes, and what its sequence may hold."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.support.text import HOSTILE, is_one_safe_line
from zcbulk_tui.render.escapes import Around
from zcbulk_tui.render.notification import (
    Protocol,
    TerminalSays,
    can_be_asked,
    notification,
    protocol,
    support,
)
from zcbulk_tui.render.span import width

ESC, BEL, ST = "\x1b", "\x07", "\x1b\\"

anything = st.text(st.characters(exclude_categories=[])) | st.sampled_from(list(HOSTILE.values()))

XTERM = {"TERM": "xterm-256color"}
TMUX = {"TERM": "tmux-256color", "TMUX": "/tmp/tmux-0/default,1,0"}
ON, OFF = {"allow-passthrough": "on"}, {"allow-passthrough": "off"}


def unwrapped(sequence: str, around: Around) -> list[str]:
    """The control strings that the terminal gets, each without its frame."""
    match around:
        case Around.TMUX:
            pieces = re.findall(r"\x1bPtmux;((?:[^\x1b]|\x1b\x1b)*)\x1b\\", sequence)
            assert "".join(f"{ESC}Ptmux;{it}{ST}" for it in pieces) == sequence
            plain = "".join(pieces).replace(ESC * 2, ESC)
        case Around.SCREEN:
            pieces = re.findall(r"\x1bP((?:[^\x1b]|\x1b(?!\\))*)\x1b\\", sequence)
            assert "".join(f"{ESC}P{it}{ST}" for it in pieces) == sequence
            assert max(map(len, pieces)) <= 76
            plain = "".join(pieces)
        case Around.NOTHING:
            plain = sequence
    found = re.findall(r"\x1b\]([^\x1b\x07]*)(\x1b\\|\x07)", plain)
    assert "".join(f"{ESC}]{text}{end}" for text, end in found) == plain
    return [text for text, _ in found]


@pytest.mark.parametrize(
    ("taken", "expected"),
    [
        (Protocol.OSC_9, f"{ESC}]9;Orders EU: It is stuck; look{ST}"),
        (Protocol.OSC_777, f"{ESC}]777;notify;Orders EU;It is stuck, look{ST}"),
        (
            Protocol.OSC_99,
            f"{ESC}]99;i=zcbulk-7:d=0:p=title;Orders EU{ST}"
            f"{ESC}]99;i=zcbulk-7:d=1:p=body;It is stuck; look{ST}",
        ),
    ],
)
def test_examples(taken: Protocol, expected: str) -> None:
    sent = notification("Orders EU", "It is stuck; look", taken, Around.NOTHING, number="7")
    assert sent == expected


def test_examples_within_others() -> None:
    plain = f"{ESC}]9;a: b"
    assert notification("a", "b", Protocol.OSC_9, Around.TMUX) == (
        f"{ESC}Ptmux;{ESC}{plain}{ESC}{ST}{ST}"
    )
    assert notification("a", "b", Protocol.OSC_9, Around.SCREEN) == f"{ESC}P{plain}{BEL}{ST}"


@pytest.mark.parametrize("taken", Protocol)
@pytest.mark.parametrize("around", Around)
@given(title=anything, body=anything)
@example(title="4;1", body="50")
@example(title="", body="4")
@example(title="界" * 200, body="界" * 200)
def test_nothing_of_a_text_leaves_its_frame(
    taken: Protocol, around: Around, title: str, body: str
) -> None:
    strings = unwrapped(notification(title, body, taken, around), around)
    assert len(strings) == (2 if taken is Protocol.OSC_99 else 1)
    assert all(is_one_safe_line(it) for it in strings)
    assert sum(width(it) for it in strings) <= 200 + 70
    match taken:
        case Protocol.OSC_9:
            # With a digit in front, ConEmu's commands begin: "9;4;1;50" is progress.
            assert not re.match("9;[0-9]", strings[0])
        case Protocol.OSC_777:
            assert strings[0].split(";")[:2] == ["777", "notify"]
            assert strings[0].count(";") == 3
        case Protocol.OSC_99:
            heads = [it.split(";")[:2] for it in strings]
            assert heads == [
                ["99", "i=zcbulk-1:d=0:p=title"],
                ["99", "i=zcbulk-1:d=1:p=body"],
            ]


@pytest.mark.parametrize("label", ["4;1;50", "9", "2;hello", "12 of them", "٣;1"])
def test_a_label_of_digits_is_no_command_of_conemu(label: str) -> None:
    sent = notification(label, "It has ended", Protocol.OSC_9, Around.NOTHING)
    assert sent == f"{ESC}]9;zcbulk-tui: {label}: It has ended{ST}"


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({}, None),
        ({"TERM": "dumb"}, None),
        ({"TERM": "linux", "VTE_VERSION": "8000"}, None),
        (XTERM, None),
        ({"TERM": "xterm-kitty"}, Protocol.OSC_99),
        ({**XTERM, "KITTY_WINDOW_ID": "1"}, Protocol.OSC_99),
        ({"TERM": "foot"}, Protocol.OSC_777),
        ({"TERM": "foot-extra", "KITTY_WINDOW_ID": "1"}, Protocol.OSC_777),
        ({"TERM": "rxvt-unicode-256color"}, Protocol.OSC_777),
        ({"TERM": "xterm-ghostty"}, Protocol.OSC_777),
        ({**XTERM, "TERM_PROGRAM": "ghostty"}, Protocol.OSC_777),
        ({**XTERM, "TERM_PROGRAM": "WezTerm"}, Protocol.OSC_777),
        ({**XTERM, "TERM_PROGRAM": "iTerm.app"}, Protocol.OSC_9),
        ({**XTERM, "LC_TERMINAL": "iTerm2"}, Protocol.OSC_9),
        ({**XTERM, "VTE_VERSION": "7600"}, Protocol.OSC_777),
        ({**XTERM, "TERM_PROGRAM": "Apple_Terminal", "KITTY_WINDOW_ID": "1"}, None),
        ({**XTERM, "WT_SESSION": "6c1e3a9e-0000"}, None),
        ({**XTERM, "ConEmuANSI": "ON"}, None),
        ({**TMUX, "KITTY_WINDOW_ID": "1"}, Protocol.OSC_99),
        ({"TERM": "screen", "LC_TERMINAL": "iTerm2"}, Protocol.OSC_9),
    ],
)
def test_what_the_environment_says(environ: dict[str, str], expected: Protocol | None) -> None:
    assert protocol(environ) is expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("kitty(0.36.1)", Protocol.OSC_99),
        ("iTerm2 3.5.0", Protocol.OSC_9),
        ("WezTerm 20240203-110809-5046fc22", Protocol.OSC_777),
        ("ghostty 1.2.0", Protocol.OSC_777),
        ("foot(1.18.0)", Protocol.OSC_777),
        ("VTE(7600)", Protocol.OSC_777),
        ("xterm-kitty", Protocol.OSC_99),
        ("XTerm(390)", None),
        ("Konsole 24.08", None),
        ("tmux 3.4", Protocol.OSC_9),
        ("", Protocol.OSC_9),
    ],
)
def test_what_a_terminal_says_goes_before(name: str, expected: Protocol | None) -> None:
    environ = {**XTERM, "LC_TERMINAL": "iTerm2"}
    assert protocol(environ, TerminalSays(name)) is expected
    assert protocol(environ, TerminalSays(name, takes_osc_99=True)) is Protocol.OSC_99


@pytest.mark.parametrize(
    ("environ", "asked"),
    [
        (XTERM, True),
        ({**XTERM, "TERM_PROGRAM": "WezTerm"}, True),
        ({"TERM": "xterm-kitty"}, False),
        ({"TERM": "linux"}, False),
        ({}, False),
        ({**XTERM, "TERM_PROGRAM": "Apple_Terminal"}, False),
        (TMUX, False),
        ({"TERM": "screen-256color"}, False),
    ],
)
def test_who_is_asked(environ: dict[str, str], asked: bool) -> None:
    assert can_be_asked(environ) is asked


@pytest.mark.parametrize(
    ("environ", "tmux", "says", "words", "fixed"),
    [
        (XTERM, {}, TerminalSays(), "does not say", False),
        (XTERM, {}, TerminalSays("XTerm(390)"), "XTerm(390) is not known", False),
        (XTERM, {}, TerminalSays("foot(1.18)"), "(OSC 777).", False),
        (TMUX, ON, TerminalSays("kitty(0.36)"), "(OSC 99, through tmux).", False),
        (TMUX, OFF, TerminalSays("kitty(0.36)"), "takes OSC 99; tmux may keep it", True),
        (TMUX, {}, TerminalSays("kitty(0.36)"), "tmux may keep it", True),
        (TMUX, OFF, TerminalSays(), "does not say", False),
        ({"TERM": "screen", "LC_TERMINAL": "iTerm2"}, {}, TerminalSays(), "through screen", False),
    ],
)
def test_what_the_doctor_says(
    environ: dict[str, str], tmux: dict[str, str], says: TerminalSays, words: str, fixed: bool
) -> None:
    known = support(environ, tmux, says)
    assert words in known.said
    assert ("set -g allow-passthrough on" in known.fix) == fixed
