"""The doctor on terminals: what answers mean, and how they are asked for."""

import os
import re
import select
import termios
import threading
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from zcbulk_tui.cli.doctor.findings import Finding, Grade
from zcbulk_tui.cli.doctor.terminal import findings, judge
from zcbulk_tui.cli.doctor.terminal_queries import TMUX_OPTIONS, Answers, Terminal, inquire
from zcbulk_tui.render.notification import TerminalSays
from zcbulk_tui.tui.terminal.tmux import tmux_options, tmux_terminal

XTERM = {"TERM": "xterm-256color"}
TMUX = {"TERM": "tmux-256color", "TMUX": "/tmp/tmux-0/default,1,0"}
GOOD = Answers(100, 30, "utf-8", frozenset({64}), wide=2, ambiguous=1, focus=True)
ALL_ON = {"focus-events": "on", "set-clipboard": "on", "allow-passthrough": "on"}
DEFAULTS = {"focus-events": "off", "set-clipboard": "external", "allow-passthrough": "off"}

# What the answers mean.


def finding(subject: str, environ: dict[str, str], answers: Answers = GOOD) -> Finding:
    found = {found.subject: found for found in judge(environ, answers)}
    return found[subject]


def test_a_good_terminal_passes() -> None:
    found = judge(XTERM, GOOD)
    subjects = "colours, Unicode, Unicode width, focus events, clipboard, notifications, size"
    assert ", ".join(one.subject for one in found) == subjects
    assert {one.grade for one in found} == {Grade.PASS}


def test_a_good_tmux_passes() -> None:
    found = judge(TMUX, replace(GOOD, focus=None, tmux=ALL_ON))
    subjects = (
        "colours, Unicode, Unicode width, focus events, clipboard, notifications, "
        "tmux passthrough, size"
    )
    assert ", ".join(one.subject for one in found) == subjects
    assert {one.grade for one in found} == {Grade.PASS}


@pytest.mark.parametrize("environ", [{}, XTERM, TMUX, {"TERM": "linux"}, {"TERM": "screen"}])
@pytest.mark.parametrize(
    "answers",
    [
        GOOD,
        Answers(),
        Answers(0, 0, ""),
        Answers(40, 10, "ascii"),
        replace(GOOD, ambiguous=2, focus=False),
        replace(GOOD, wide=1, tmux=DEFAULTS),
        replace(GOOD, tmux=ALL_ON),
    ],
)
def test_what_does_not_pass_has_a_fix_and_the_rest_has_none(
    environ: dict[str, str], answers: Answers
) -> None:
    for one in judge(environ, answers):
        assert bool(one.fix) == (one.grade is not Grade.PASS), one
        assert one.said.endswith(".")


@pytest.mark.parametrize(
    ("environ", "grade", "said"),
    [
        ({}, Grade.FAIL, "not set"),
        ({"TERM": "dumb"}, Grade.FAIL, "dumb"),
        ({"TERM": "dumb", "COLORTERM": "truecolor"}, Grade.FAIL, "dumb"),
        ({"TERM": "xterm"}, Grade.WARN, "16"),
        ({"TERM": "linux"}, Grade.WARN, "16"),
        ({"TERM": "xterm-256color"}, Grade.PASS, "256"),
        ({"TERM": "xterm-kitty"}, Grade.PASS, "256"),
        ({"TERM": "xterm", "COLORTERM": "truecolor"}, Grade.PASS, "16 million"),
        ({"TERM": "xterm", "COLORTERM": "24bit"}, Grade.PASS, "16 million"),
        ({"TERM": "xterm", "COLORTERM": "yes"}, Grade.WARN, "16"),
        ({"TERM": "xterm", "NO_COLOR": "1"}, Grade.PASS, "NO_COLOR"),
    ],
)
def test_colours(environ: dict[str, str], grade: Grade, said: str) -> None:
    found = finding("colours", environ)
    assert found.grade is grade
    assert said in found.said


@pytest.mark.parametrize(
    ("environ", "fix"),
    [
        ({"TERM": "xterm"}, "export TERM"),
        ({**TMUX, "TERM": "screen"}, "set -g default-terminal tmux-256color"),
        ({"TERM": "screen"}, "term screen-256color"),
    ],
)
def test_few_colours_are_for_whoever_sets_the_name_to_change(
    environ: dict[str, str], fix: str
) -> None:
    assert fix in finding("colours", environ).fix


@pytest.mark.parametrize(
    ("subject", "answers", "grade"),
    [
        ("Unicode", {"encoding": "UTF8"}, Grade.PASS),
        ("Unicode", {"encoding": "iso8859-1"}, Grade.WARN),
        ("Unicode", {"encoding": ""}, Grade.WARN),
        ("Unicode width", {"wide": 1}, Grade.WARN),
        ("Unicode width", {"ambiguous": 2}, Grade.FAIL),
        ("Unicode width", {"wide": 3, "ambiguous": 2}, Grade.FAIL),  # bytes as characters
        ("Unicode width", {"wide": None, "ambiguous": None}, Grade.WARN),
        ("Unicode width", {"wide": None, "encoding": "ascii"}, Grade.PASS),
        ("focus events", {"focus": False}, Grade.WARN),
        ("focus events", {"focus": None}, Grade.WARN),
        ("size", {"columns": 0, "lines": 0}, Grade.WARN),
        ("size", {"columns": 59}, Grade.FAIL),
        ("size", {"lines": 14}, Grade.FAIL),
        ("size", {"columns": 60, "lines": 15}, Grade.WARN),
        ("size", {"columns": 79}, Grade.WARN),
        ("size", {"lines": 23}, Grade.WARN),
        ("size", {"columns": 80, "lines": 24}, Grade.PASS),
    ],
)
def test_what_a_terminal_tells(subject: str, answers: dict[str, Any], grade: Grade) -> None:
    assert finding(subject, XTERM, replace(GOOD, **answers)).grade is grade


@pytest.mark.parametrize(
    ("tmux", "grade"),
    [
        ({"focus-events": "on"}, Grade.PASS),
        ({"focus-events": "off"}, Grade.WARN),
        ({}, Grade.WARN),
    ],
)
def test_focus_events_are_for_tmux_to_tell(tmux: dict[str, str], grade: Grade) -> None:
    found = finding("focus events", TMUX, replace(GOOD, focus=True, tmux=tmux))
    assert found.grade is grade
    assert ("set -g focus-events on" in found.fix) == (grade is Grade.WARN)


@pytest.mark.parametrize(
    ("environ", "attributes", "grade", "said"),
    [
        (XTERM, {64}, Grade.PASS, "depends on the terminal (OSC 52)"),
        (XTERM, {64, 52}, Grade.PASS, "The terminal says"),
        (XTERM, None, Grade.PASS, "depends on the terminal (OSC 52)"),
        ({"TERM": "screen"}, {1, 2}, Grade.PASS, "depends on the terminal around screen"),
        ({"TERM": "linux"}, {6}, Grade.WARN, "Linux console"),
        ({**XTERM, "TERM_PROGRAM": "Apple_Terminal"}, {1, 2}, Grade.WARN, "Apple"),
    ],
)
def test_the_clipboard_of_a_terminal(
    environ: dict[str, str], attributes: set[int] | None, grade: Grade, said: str
) -> None:
    answers = replace(GOOD, attributes=None if attributes is None else frozenset(attributes))
    found = finding("clipboard", environ, answers)
    assert found.grade is grade
    assert said in found.said


@pytest.mark.parametrize(
    ("tmux", "clipboard", "passthrough"),
    [
        (ALL_ON, Grade.PASS, Grade.PASS),
        (DEFAULTS, Grade.WARN, Grade.WARN),
        ({**DEFAULTS, "set-clipboard": "off"}, Grade.WARN, Grade.WARN),
        ({**DEFAULTS, "set-clipboard": "on"}, Grade.PASS, Grade.PASS),
        ({**DEFAULTS, "allow-passthrough": "on"}, Grade.PASS, Grade.PASS),
        ({**DEFAULTS, "allow-passthrough": "all"}, Grade.PASS, Grade.PASS),
        ({}, Grade.WARN, Grade.WARN),
    ],
)
def test_the_clipboard_and_the_passthrough_of_tmux(
    tmux: dict[str, str], clipboard: Grade, passthrough: Grade
) -> None:
    answers = replace(GOOD, tmux=tmux)
    found = finding("clipboard", TMUX, answers)
    assert found.grade is clipboard
    assert ("set -g set-clipboard on" in found.fix) == (clipboard is Grade.WARN)
    found = finding("tmux passthrough", TMUX, answers)
    assert found.grade is passthrough
    assert ("set -g allow-passthrough on" in found.fix) == (passthrough is Grade.WARN)


def test_an_old_tmux_hands_on_everything() -> None:
    answers = replace(GOOD, tmux={"focus-events": "on", "set-clipboard": "external"})
    assert finding("tmux passthrough", TMUX, answers).grade is Grade.PASS
    assert finding("clipboard", TMUX, answers).grade is Grade.PASS


@pytest.mark.parametrize(
    ("environ", "answers", "grade", "said"),
    [
        (XTERM, {}, Grade.PASS, "so none are sent; the bell rings"),
        (XTERM, {"says": TerminalSays("kitty(0.36)")}, Grade.PASS, "OSC 99"),
        (TMUX, {"says": TerminalSays("foot(1.18)"), "tmux": DEFAULTS}, Grade.WARN, "OSC 777"),
        (TMUX, {"says": TerminalSays("foot(1.18)"), "tmux": ALL_ON}, Grade.PASS, "through tmux"),
    ],
)
def test_the_notifications_of_a_terminal(
    environ: dict[str, str], answers: dict[str, Any], grade: Grade, said: str
) -> None:
    found = finding("notifications", environ, replace(GOOD, **answers))
    assert found.grade is grade
    assert said in found.said
    assert ("set -g allow-passthrough on" in found.fix) == (grade is Grade.WARN)


# How they are asked for.

Answer = Callable[[bytes], bytes]

QUESTION = re.compile(rb"\x1b\[(?:c|6n|\?1004\$p|>q|K)|\x1b\]99;i=zcbulk:p=\?;\x1b\\|\r|[^\x1b\r]+")


def answers_everything(written: bytes) -> bytes:
    """What an xterm would send back for what is written to it."""
    given, column = b"", 1
    for match in QUESTION.finditer(written):
        match match[0]:
            case b"\x1b[c":
                given += b"\x1b[?64;1;52c"
            case b"\x1b[6n":
                given += b"\x1b[7;%dR" % column
            case b"\x1b[?1004$p":
                given += b"\x1b[?1004;2$y"
            case b"\x1b[>q":
                given += b"\x1bP>|XTerm(390)\x1b\\"
            case b"\x1b]99;i=zcbulk:p=?;\x1b\\":
                given += b"\x1b]99;i=zcbulk:p=?;a=report:p=title,body,?\x1b\\"
            case b"\r":
                column = 1
            case text if not text.startswith(b"\x1b"):
                column += {"中": 2, "·": 1}[text.decode()]
    return given


def says_only_what_it_is(written: bytes) -> bytes:
    return b"\x1b[?6c" * written.count(b"\x1b[c")


def is_silent(_: bytes) -> bytes:
    return b""


class Played:
    """A pseudo-terminal at whose other end a thread plays the terminal.

    Attributes:
        end: The program's end.
        written: All that the program wrote.
    """

    def __init__(self, answer: Answer) -> None:
        self._master, self.end = os.openpty()
        termios.tcsetwinsize(self.end, (30, 100))
        self.modes = termios.tcgetattr(self.end)
        self.written = b""
        self._answer = answer
        self._over, self._stop = os.pipe()
        self._thread = threading.Thread(target=self._play)
        self._thread.start()

    def _play(self) -> None:
        unanswered = b""
        while True:
            ready, _, _ = select.select([self._master, self._over], [], [])
            if self._master not in ready:
                return
            got = os.read(self._master, 1024)
            self.written += got
            unanswered += got
            # Every question ends with this one.
            if unanswered.endswith(b"\x1b[c"):
                os.write(self._master, self._answer(unanswered))
                unanswered = b""

    def is_as_it_was(self) -> bool:
        """Whether the modes are those from before, and nothing is left to be read."""
        ready, _, _ = select.select([self.end], [], [], 0)
        return termios.tcgetattr(self.end) == self.modes and not ready

    def close(self) -> None:
        """Ends the thread, after it has read everything."""
        os.close(self._stop)
        self._thread.join()
        for descriptor in (self._master, self.end, self._over):
            os.close(descriptor)


def played(answer: Answer) -> closing[Played]:
    return closing(Played(answer))


def inquired(
    played: Played, environ: dict[str, str], encoding: str = "utf-8", timeout: float = 10.0
) -> Answers:
    return inquire(environ, Terminal(played.end, played.end, timeout), encoding)


def test_a_terminal_that_answers_everything() -> None:
    with played(answers_everything) as terminal:
        answers = inquired(terminal, XTERM)
        says = TerminalSays("XTerm(390)", takes_osc_99=True)
        assert answers == Answers(100, 30, "utf-8", frozenset({64, 1, 52}), 2, 1, True, says=says)
        assert terminal.is_as_it_was()
        # The line is empty again.
        assert terminal.written.endswith(b"\r\x1b[K\x1b[c")


def test_a_terminal_that_says_only_what_it_is() -> None:
    with played(says_only_what_it_is) as terminal:
        assert inquired(terminal, XTERM) == Answers(100, 30, "utf-8", frozenset({6}))
        assert terminal.is_as_it_was()


def test_a_silent_terminal_is_asked_once() -> None:
    with played(is_silent) as terminal:
        assert inquired(terminal, XTERM, timeout=0.1) == Answers(100, 30, "utf-8")
        assert terminal.is_as_it_was()
    assert terminal.written == b"\x1b[c"


def test_a_terminal_is_shown_no_unicode_that_the_locale_does_not_have() -> None:
    with played(answers_everything) as terminal:
        answers = inquired(terminal, XTERM, "ascii")
        assert (answers.wide, answers.ambiguous, answers.focus) == (None, None, True)
        assert terminal.written.isascii()


def test_what_is_typed_meanwhile_is_no_answer() -> None:
    with played(lambda written: b"ls\x1b[A" + answers_everything(written)) as terminal:
        assert inquired(terminal, XTERM).wide == 2
        assert terminal.is_as_it_was()


def test_answers_beyond_the_last_are_thrown_away() -> None:
    with played(lambda written: answers_everything(written) + b"\x1b[1;1R") as terminal:
        assert inquired(terminal, XTERM).ambiguous == 1
        assert terminal.is_as_it_was()


@pytest.mark.parametrize(
    ("mode", "focus"), [(0, False), (1, True), (2, True), (3, True), (4, False)]
)
def test_what_a_terminal_says_of_focus_events(mode: int, focus: bool) -> None:
    with played(lambda _: b"\x1b[?1004;%d$y\x1b[?1c" % mode) as terminal:
        assert inquired(terminal, XTERM).focus is focus


def test_an_interrupted_question_leaves_the_terminal_as_it_was(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    meanwhile = []

    class Interrupted:
        @staticmethod
        def select(readers: list[int], *_: object) -> None:
            meanwhile.append(termios.tcgetattr(readers[0])[3] & (termios.ICANON | termios.ECHO))
            raise KeyboardInterrupt

    monkeypatch.setattr("zcbulk_tui.cli.doctor.terminal_queries.select", Interrupted)
    with played(is_silent) as terminal:
        with pytest.raises(KeyboardInterrupt):
            inquired(terminal, XTERM)
        assert meanwhile == [0]
        assert terminal.is_as_it_was()


def test_all_of_it_on_a_terminal() -> None:
    with played(answers_everything) as terminal:
        found = findings(XTERM, terminal.end, terminal.end, "utf-8")
    assert {one.grade for one in found} == {Grade.PASS}


def test_without_a_terminal_nothing_is_asked(tmp_path: Path) -> None:
    with played(is_silent) as terminal, (tmp_path / "output").open("wb") as file:
        for reader, writer in ((terminal.end, file.fileno()), (file.fileno(), terminal.end)):
            [found] = findings(TMUX, reader, writer)
            assert found.grade is Grade.WARN
            assert found.fix
    assert terminal.written == b""


# tmux.


def command(folder: Path, script: str) -> dict[str, str]:
    """An environment in which tmux is a script."""
    program = folder / "tmux"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o700)
    return {**TMUX, "PATH": str(folder)}


def test_tmux_tells_its_options(tmp_path: Path) -> None:
    environ = command(tmp_path, '[ "$1 $2" = "show -gv" ] && echo "value of $3"')
    assert tmux_options(environ, ["a", "b"]) == {"a": "value of a", "b": "value of b"}


def test_an_option_that_tmux_does_not_know_is_left_out(tmp_path: Path) -> None:
    environ = command(
        tmp_path, '[ "$3" = allow-passthrough ] && { echo "invalid option" >&2; exit 1; }; echo on'
    )
    assert tmux_options(environ, TMUX_OPTIONS) == {"focus-events": "on", "set-clipboard": "on"}


def test_tmux_tells_which_terminal_shows_it(tmp_path: Path) -> None:
    environ = command(tmp_path, '[ "$1 $2" = "display-message -p" ] && echo "foot(1.18.0)"')
    assert tmux_terminal(environ) == TerminalSays("foot(1.18.0)")
    assert tmux_terminal(command(tmp_path, "exit 1")) == TerminalSays()


def test_tmux_may_be_missing(tmp_path: Path) -> None:
    assert tmux_options({**TMUX, "PATH": str(tmp_path)}, TMUX_OPTIONS) == {}


def test_tmux_is_asked_only_from_inside(tmp_path: Path) -> None:
    environ = command(tmp_path, "echo on")
    with played(says_only_what_it_is) as terminal:
        assert inquired(terminal, environ).tmux == ALL_ON
        del environ["TMUX"]
        assert inquired(terminal, environ).tmux == {}
