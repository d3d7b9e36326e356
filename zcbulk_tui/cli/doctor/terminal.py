"""What this terminal can do, for the doctor: what its answers mean for the dashboard."""

import os
from collections.abc import Mapping

from zcbulk_tui.cli.charset import Ascii
from zcbulk_tui.cli.doctor.findings import Finding, Grade
from zcbulk_tui.cli.doctor.terminal_queries import (
    AMBIGUOUS,
    WIDE,
    Answers,
    Terminal,
    inquire,
)
from zcbulk_tui.cli.locale_names import is_utf8, locale_of
from zcbulk_tui.domain.commands import of_any_profile
from zcbulk_tui.domain.text import one_line
from zcbulk_tui.render.clipboard import TMUX_CONF, clipboard, copies, hands_on
from zcbulk_tui.render.escapes import Around, around
from zcbulk_tui.render.notification import support


def findings(
    environ: Mapping[str, str],
    reader: int = 0,
    writer: int = 1,
    encoding: str | None = None,
    setting: Ascii = "auto",
) -> list[Finding]:
    """Asks the terminal, and tmux, and returns what they can do.

    The cursor has to stand at the start of an empty line, which is empty afterwards.

    Args:
        environ: The environment.
        reader: Descriptor of the terminal's input.
        writer: Descriptor of the terminal's output.
        encoding: The locale; None for that of the environment.
        setting: What the setting `ascii` says, which goes before it.
    """
    if not (os.isatty(reader) and os.isatty(writer)):
        return [
            Finding(
                "terminal",
                Grade.WARN,
                "Input or output is not a terminal, so nothing can be said of it.",
                "Run this in the terminal that the dashboard is to run in, without a pipe.",
            )
        ]
    if encoding is None:
        encoding = locale_of(environ)
    if setting == "auto":
        return judge(environ, inquire(environ, Terminal(reader, writer), encoding))
    shown = "ascii" if setting else "UTF-8"
    found = judge(environ, inquire(environ, Terminal(reader, writer), shown))
    what = "ASCII only" if setting else "everything"
    said = f"The setting ascii has {what} shown; the locale says {_named(encoding)}."
    decided = Finding("Unicode", Grade.PASS, said)
    return [decided if each.subject == decided.subject else each for each in found]


def judge(environ: Mapping[str, str], answers: Answers) -> list[Finding]:
    """Returns what the environment and the answers mean for the dashboard."""
    found = [
        _colours(environ),
        _unicode(answers.encoding),
        _unicode_width(answers),
        _focus(environ, answers),
        _clipboard(environ, answers),
        _notifications(environ, answers),
        _size(answers.columns, answers.lines),
    ]
    if environ.get("TMUX"):
        found.insert(-1, _passthrough(answers.tmux))
    return found


def _colours(environ: Mapping[str, str]) -> Finding:
    """By the rules of the library that draws, which trusts names and not the terminal database."""
    subject, term = "colours", environ.get("TERM", "").lower()
    if term in ("", "dumb", "unknown"):
        return Finding(
            subject,
            Grade.FAIL,
            f"TERM is “{term}”: a terminal that shows lines and nothing else."
            if term
            else "TERM is not set.",
            "If it can do more, say so: `export TERM=xterm-256color`.",
        )
    if environ.get("NO_COLOR"):
        return Finding(subject, Grade.PASS, "NO_COLOR is set, so shapes say what colours would.")
    if environ.get("COLORTERM", "").strip().lower() in ("truecolor", "24bit"):
        return Finding(subject, Grade.PASS, "COLORTERM says 16 million.")
    if term.rpartition("-")[2] in ("256color", "kitty"):
        return Finding(subject, Grade.PASS, "TERM says 256.")
    match around(environ):
        case Around.NOTHING:
            fix = "If it has more: `export TERM=xterm-256color`."
        case Around.TMUX:
            fix = "Put `set -g default-terminal tmux-256color` into ~/.tmux.conf; restart tmux."
        case Around.SCREEN:
            fix = "Put `term screen-256color` into ~/.screenrc, and start screen anew."
    return Finding(subject, Grade.WARN, f"TERM is “{term}”, which promises no more than 16.", fix)


def _unicode(encoding: str) -> Finding:
    if is_utf8(encoding):
        return Finding("Unicode", Grade.PASS, "The locale says UTF-8.")
    return Finding(
        "Unicode",
        Grade.WARN,
        f"The locale says {_named(encoding)}, not UTF-8, so all is drawn in ASCII.",
        "`export LC_ALL=C.UTF-8`, or set ascii = false, if the terminal shows UTF-8.",
    )


def _named(locale: str) -> str:
    return one_line(locale, 40) or "nothing"


def _unicode_width(answers: Answers) -> Finding:
    subject = "Unicode width"
    if not is_utf8(answers.encoding):
        return Finding(subject, Grade.PASS, "It does not matter: all is drawn in ASCII.")
    if answers.wide is None or answers.ambiguous is None:
        return Finding(
            subject,
            Grade.WARN,
            "The terminal does not say how wide its characters are.",
            f"If lines are broken, draw with ASCII only: `{of_any_profile('--ascii')}`.",
        )
    if answers.ambiguous != 1:
        # One that reads bytes for characters, or one that is set to East Asian widths. Either way
        # no line of the dashboard fits.
        return Finding(
            subject,
            Grade.FAIL,
            f"The terminal shows “{AMBIGUOUS}” in {answers.ambiguous} cells, not 1; "
            "so it does bars.",
            "Set the terminal to UTF-8 and to narrow ambiguous characters, or use --ascii.",
        )
    if answers.wide != 2:
        return Finding(
            subject,
            Grade.WARN,
            f"The terminal shows “{WIDE}” in {answers.wide} cells, not 2; "
            "such names shift the rest.",
            "Give such jobs other names, or use another terminal.",
        )
    return Finding(subject, Grade.PASS, "Wide characters take two cells, bars take one.")


def _focus(environ: Mapping[str, str], answers: Answers) -> Finding:
    subject, cost = "focus events", "so calls are spent as ever while nobody looks"
    if environ.get("TMUX"):
        match answers.tmux.get("focus-events"):
            case "on":
                return Finding(subject, Grade.PASS, "tmux reports when the pane has the focus.")
            case None:
                said = f"tmux does not say whether it reports the focus, {cost} if it does not."
            case _:
                said = f"tmux does not report when the pane has the focus, {cost}."
        again = "Then detach and attach again."
        return Finding(subject, Grade.WARN, said, f"{TMUX_CONF.format('focus-events')} {again}")
    if answers.focus:
        return Finding(subject, Grade.PASS, "The terminal reports when it has the focus.")
    if answers.focus is None:
        said = f"The terminal does not say whether it reports the focus, {cost} if it does not."
    else:
        said = f"The terminal does not report when it has the focus, {cost}."
    return Finding(subject, Grade.WARN, said, "Choose the frugal pace (-) before you look away.")


def _clipboard(environ: Mapping[str, str], answers: Answers) -> Finding:
    """Whether what is copied (OSC 52) gets anywhere."""
    known = clipboard(environ, answers.tmux, answers.attributes)
    grade = Grade.WARN if known.fix else Grade.PASS
    return Finding("clipboard", grade, known.said, known.fix)


def _notifications(environ: Mapping[str, str], answers: Answers) -> Finding:
    """Whether an alert gets to the notifications of the terminal (OSC 9, 777, 99)."""
    known = support(environ, answers.tmux, answers.says)
    grade = Grade.WARN if known.fix else Grade.PASS
    return Finding("notifications", grade, known.said, known.fix)


def _passthrough(tmux: Mapping[str, str]) -> Finding:
    subject = "tmux passthrough"
    fix = f"For the clipboard set-clipboard is enough. {TMUX_CONF.format('allow-passthrough')}"
    if not tmux:
        return Finding(subject, Grade.WARN, "tmux does not say whether it hands on.", fix)
    if hands_on(tmux):
        return Finding(subject, Grade.PASS, "tmux hands on what is for the terminal.")
    if copies(tmux):
        said = "It is off: tmux copies by itself; it would be needed for notifications."
        return Finding(subject, Grade.PASS, said)
    return Finding(subject, Grade.WARN, "tmux keeps what is for the terminal.", fix)


def _size(columns: int, lines: int) -> Finding:
    subject, said = "size", f"{columns} columns and {lines} lines"
    if not (columns and lines):
        return Finding(
            subject,
            Grade.WARN,
            "The terminal does not say its size.",
            "Set it: `stty cols 80 rows 24`, with the real numbers.",
        )
    if columns < 60 or lines < 15:
        return Finding(
            subject,
            Grade.FAIL,
            f"{said}: too small for the dashboard.",
            "Make it at least 60 by 15, better 80 by 24.",
        )
    if columns < 80 or lines < 24:
        return Finding(
            subject, Grade.WARN, f"{said}: some columns are left out.", "Make it 80 by 24 or more."
        )
    return Finding(subject, Grade.PASS, f"{said}.")
