"""Sequences for the terminal: whatever they carry, nothing gets out of its frame."""

import re
from base64 import b64decode, b64encode

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.support.text import HOSTILE, is_one_safe_line
from zcbulk_tui.domain.text import one_line
from zcbulk_tui.render.escapes import (
    Around,
    around,
    copy,
    link,
    progress,
    title,
    understands_progress,
)

ESC, BEL, ST = "\x1b", "\x07", "\x1b\\"

# Also halves of surrogate pairs: JSON from a server may hold them.
anything = st.text(st.characters(exclude_categories=[])) | st.sampled_from(list(HOSTILE.values()))

CLIPBOARD = re.compile(r"\x1b]52;c;([A-Za-z0-9+/=]*)\x07")
IN_TMUX = re.compile(r"\x1bPtmux;((?:[^\x1b]|\x1b\x1b)*)\x1b\\")
IN_SCREEN = re.compile(r"\x1bP((?:[^\x1b]|\x1b(?!\\))*)\x1b\\")
LINK = re.compile(r"\x1b]8;;([!-~]+)\x1b\\([^\x1b]*)\x1b]8;;\x1b\\")


def copied(sequence: str) -> str:
    """What a terminal puts into its clipboard."""
    match = CLIPBOARD.fullmatch(sequence)
    assert match
    return b64decode(match[1], validate=True).decode()


def as_bytes_go(text: str) -> str:
    """A text without what UTF-8 cannot say."""
    return text.encode("utf-8", "replace").decode()


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({}, Around.NOTHING),
        ({"TERM": "xterm-256color"}, Around.NOTHING),
        ({"TERM": "xterm", "TMUX": "", "STY": ""}, Around.NOTHING),
        ({"TERM": "screen-256color", "TMUX": "/tmp/tmux-0/default,1,0"}, Around.TMUX),
        ({"TERM": "screen", "TMUX": "/tmp/tmux-0/default,1,0", "STY": "1.pts-0"}, Around.TMUX),
        ({"TERM": "xterm", "STY": "1.pts-0"}, Around.SCREEN),
        ({"TERM": "tmux-256color", "STY": "1.pts-0"}, Around.SCREEN),
        ({"TERM": "screen.xterm-256color"}, Around.SCREEN),
        ({"TERM": "tmux-256color"}, Around.TMUX),
    ],
)
def test_what_stands_around(environ: dict[str, str], expected: Around) -> None:
    assert around(environ) is expected


def test_examples_of_copying() -> None:
    plain = f"{ESC}]52;c;NDI={BEL}"
    assert copy("42", Around.NOTHING) == plain
    assert copy("42", Around.TMUX) == f"{plain}{ESC}Ptmux;{ESC}{ESC}]52;c;NDI={BEL}{ST}"
    assert copy("42", Around.SCREEN) == f"{ESC}P{plain}{ST}"


@given(anything)
def test_a_terminal_gets_the_text(text: str) -> None:
    assert copied(copy(text, Around.NOTHING)) == as_bytes_go(text)


@given(anything)
def test_tmux_gets_the_text_for_itself_and_for_the_terminal(text: str) -> None:
    plain = copy(text, Around.NOTHING)
    sequence = copy(text, Around.TMUX)
    assert sequence.startswith(plain)
    wrapped = IN_TMUX.fullmatch(sequence.removeprefix(plain))
    assert wrapped
    assert wrapped[1].replace(ESC * 2, ESC) == plain


@given(anything)
@example("a" * 1000)
def test_screen_hands_on_the_text_in_small_pieces(text: str) -> None:
    sequence = copy(text, Around.SCREEN)
    pieces = IN_SCREEN.findall(sequence)
    assert "".join(f"{ESC}P{piece}{ST}" for piece in pieces) == sequence
    assert "".join(pieces) == copy(text, Around.NOTHING)
    assert max(map(len, pieces)) <= 76


@given(anything)
def test_what_is_copied_shows_no_control_character(text: str) -> None:
    content = b64encode(as_bytes_go(text).encode()).decode()
    assert copy(text, Around.NOTHING) == f"{ESC}]52;c;{content}{BEL}"
    for place in Around:
        frame = re.sub("[A-Za-z0-9+/=;\\]\\\\]", "", copy(text, place))
        assert set(frame) <= {ESC, BEL}


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("https://accounts.zoho.eu/oauth/v3/device", "https://accounts.zoho.eu/oauth/v3/device"),
        ("https://a.example/?q=%20&b=[1]#~;", "https://a.example/?q=%20&b=[1]#~;"),
        ("https://a.example/a b", "https://a.example/a%20b"),
        ("https://a.example/ü", "https://a.example/%C3%BC"),
        (f"https://a.example/{BEL}{ESC}\\", "https://a.example/%07%1B\\"),
        ("https://a.example/\x9c\x7f\ud800", "https://a.example/%C2%9C%7F%ED%A0%80"),
    ],
)
def test_examples_of_links(url: str, target: str) -> None:
    assert link(url, "here") == f"{ESC}]8;;{target}{ST}here{ESC}]8;;{ST}"


@given(anything.filter(bool), anything)
def test_a_link_is_one_frame_around_safe_text(url: str, text: str) -> None:
    match = LINK.fullmatch(link(url[:50], text))
    assert match
    assert match[2] == one_line(text)
    assert is_one_safe_line(match[2])


@pytest.mark.parametrize("url", ["u" * 700, "ü" * 116])
def test_the_longest_link_fits_into_the_strings_of_screen(url: str) -> None:
    assert LINK.fullmatch(link(url, "here"))
    assert len(link(url, "")) < 768


@pytest.mark.parametrize("url", ["u" * 701, "ü" * 117, "u" * 100_000])
def test_a_url_that_is_too_long_is_no_link(url: str) -> None:
    assert link(url, "here") == "here"


@given(anything)
def test_a_title_is_one_frame_around_safe_text(text: str) -> None:
    sequence = title(text)
    shown = sequence.removeprefix(f"{ESC}]2;").removesuffix(ST)
    assert sequence == f"{ESC}]2;{shown}{ST}"
    assert is_one_safe_line(shown)
    assert len(shown) <= 60


@pytest.mark.parametrize(
    ("percent", "failing", "expected"),
    [(41, False, "1;41"), (41, True, "2;41"), (0, False, "1;0"), (101, True, "2;100")],
)
def test_progress(percent: int, failing: bool, expected: str) -> None:
    assert progress(percent, failing=failing) == f"{ESC}]9;4;{expected}{ST}"
    assert progress(None, failing=failing) == f"{ESC}]9;4;0{ST}"


UNDERSTAND = [
    {"WT_SESSION": "6c1e3a9e-0000"},
    {"ConEmuANSI": "ON"},
    {"VTE_VERSION": "8000"},
    {"VTE_VERSION": "8203"},
    {"TERM_PROGRAM": "ghostty", "TERM_PROGRAM_VERSION": "1.2.0", "TERM": "xterm-ghostty"},
    {"TERM_PROGRAM": "ghostty", "TERM_PROGRAM_VERSION": "1.10.1-dev+0"},
    {"TERM_PROGRAM": "WezTerm", "TERM_PROGRAM_VERSION": "20250210-081500-abcdef12"},
    {"TERM_PROGRAM": "iTerm.app", "TERM_FEATURES": "T3LrMSc7UUw9Ts3BFGsSyHNoSxFP"},
    {"TERM_PROGRAM": "iTerm.app", "TERM_FEATURES": "PT3"},
]

DO_NOT = [
    {},
    {"TERM": "xterm-256color", "TERM_PROGRAM": "Apple_Terminal", "TERM_PROGRAM_VERSION": "455"},
    {"ConEmuANSI": "OFF"},
    {"VTE_VERSION": "7802"},
    {"VTE_VERSION": "new"},
    {"TERM_PROGRAM": "ghostty", "TERM_PROGRAM_VERSION": "1.1.3"},
    {"TERM_PROGRAM": "ghostty"},
    {"TERM_PROGRAM": "WezTerm", "TERM_PROGRAM_VERSION": "20240203-110809-5046fc22"},
    {"TERM_PROGRAM": "iTerm.app", "TERM_PROGRAM_VERSION": "3.5.0"},
    {"TERM_PROGRAM": "iTerm.app", "TERM_FEATURES": "T3Px"},
]


@pytest.mark.parametrize("environ", UNDERSTAND)
def test_terminals_that_show_progress(environ: dict[str, str]) -> None:
    assert understands_progress(environ)


@pytest.mark.parametrize("environ", DO_NOT)
def test_terminals_that_may_show_a_notification_instead(environ: dict[str, str]) -> None:
    assert not understands_progress(environ)


@pytest.mark.parametrize("environ", UNDERSTAND)
@pytest.mark.parametrize(
    "between",
    [
        {"TMUX": "/tmp/tmux-0/default,1,0"},
        {"STY": "1.pts-0"},
        {"TERM": "screen-256color"},
        {"TERM": "tmux-256color"},
        {"TERM": "xterm-kitty"},
        {"TERM": "foot"},
    ],
)
def test_nothing_goes_to_a_terminal_inside_of_another(
    environ: dict[str, str], between: dict[str, str]
) -> None:
    assert not understands_progress(environ | between)
