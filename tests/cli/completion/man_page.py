"""The man page, from the parser: the same texts as ``--help``, set for `man`.

Options, usage and examples are laid out here, since `argparse` lays them out anew in each release.
"""

import argparse
from collections.abc import Iterable, Iterator, Mapping

from tests.cli.completion.full_parser import commands
from zcbulk_tui import __version__

_FILES = (
    (
        "~/.config/zcbulk\\-tui/config.toml",
        "the configuration, unless ZCBULK_CONFIG names another file",
    ),
    (
        "~/.local/state/zcbulk\\-tui",
        "the state folder, unless ZCBULK_STATE_DIR names another: watch list, readings, log, "
        "sign-in, results; on macOS both are below ~/Library/Application Support",
    ),
)


_Shared = Mapping[tuple[str, ...], str | None]
"""The options before a command, and what they do."""


def man_page(parser: argparse.ArgumentParser) -> str:
    """Returns the page of a parser, all of its commands loaded."""
    shared = {tuple(action.option_strings): action.help for action in _shown(parser)}
    lines = [
        f'.TH ZCBULK\\-TUI 1 "" "zcbulk\\-tui {__version__}" "User Commands"',
        *(".nh", ".ad l"),
        *(".SH NAME", "zcbulk\\-tui \\- watch, start and abort Zoho Creator bulk insert jobs"),
        *(".SH SYNOPSIS", *_usage(parser, "zcbulk-tui")),
        *(".SH DESCRIPTION", *_text(parser.description)),
        *(".SH OPTIONS", "Every command takes those of them that make sense for it."),
        *_arguments(parser, {}),
        ".SH COMMANDS",
    ]
    for name, what, command in commands(parser):
        lines += _command(f"zcbulk-tui {name}", what, command, shared)
    for heading, text in _sections(parser.epilog or ""):
        name = "EXIT STATUS" if heading == "exit codes" else heading.upper()
        lines += [f".SH {name}", *_example(text)]
    lines.append(".SH FILES")
    for path, what in _FILES:
        lines += [".TP", path, _safe(what)]
    lines.append(".SH EXAMPLES")
    for _, _, command in commands(parser):
        for heading, text in _sections(command.epilog or ""):
            lines += _example(text[:1]) if heading == "examples" else []
    return "\n".join(lines) + "\n"


def _command(
    usage: str, what: str, parser: argparse.ArgumentParser, shared: _Shared
) -> Iterator[str]:
    yield f'.SS "{_safe(usage)}"'
    yield from _usage(parser, usage)
    yield from _text(parser.description or f"{what[:1].upper()}{what[1:]}.")
    yield from _arguments(parser, shared)
    yield from _text(parser.epilog)
    for name, told, part in commands(parser):
        yield from _command(f"{usage} {name}", told, part, shared)


def _usage(parser: argparse.ArgumentParser, name: str) -> Iterator[str]:
    words = ["[\\fIoption\\fR ...]"]
    for action in _shown(parser):
        if not action.option_strings:
            words.append(_count(action))
    yield ".PP"
    yield f"\\fB{_safe(name)}\\fR {' '.join(words)}"


def _count(action: argparse.Action) -> str:
    name = f"\\fI{_safe(str(action.metavar or action.dest))}\\fR"
    match action.nargs:
        case "?":
            return f"[{name}]"
        case "*":
            return f"[{name} ...]"
        case "+":
            return f"{name} [{name} ...]"
        case argparse.PARSER:
            return f"{name} ..." if action.required else f"[{name} ...]"
    return name


def _arguments(parser: argparse.ArgumentParser, shared: _Shared) -> Iterator[str]:
    """Positional arguments, then options that are not shared, each with its help."""
    actions = [it for it in _shown(parser) if shared.get(tuple(it.option_strings)) != it.help]
    for action in sorted(actions, key=lambda it: bool(it.option_strings)):
        if isinstance(action, argparse._SubParsersAction):
            continue
        yield ".TP"
        yield _named(action)
        told = parser._get_formatter()._expand_help(action) if action.help else ""
        choices = ", ".join(map(str, action.choices or ()))
        told = "; ".join(filter(None, [told, f"one of: {choices}" if choices else ""]))
        yield _safe(" ".join(told.split())) or "\\&"


def _named(action: argparse.Action) -> str:
    if not action.option_strings:
        return f"\\fI{_safe(str(action.metavar or action.dest))}\\fR"
    options = ", ".join(f"\\fB{_safe(option)}\\fR" for option in action.option_strings)
    if action.nargs == 0:
        return options
    metavar = action.metavar or action.dest.upper()
    names = metavar if isinstance(metavar, tuple) else (metavar,)
    value = " ".join(f"\\fI{_safe(name)}\\fR" for name in names)
    return f"{options} [{value}]" if action.nargs == "?" else f"{options} {value}"


def _shown(parser: argparse.ArgumentParser) -> list[argparse.Action]:
    return [action for action in parser._actions if action.help != argparse.SUPPRESS]


def _sections(epilog: str) -> Iterator[tuple[str, list[str]]]:
    """The parts of an epilog that have a heading, and their lines without the indent."""
    for part in epilog.split("\n\n"):
        heading, _, rest = part.partition(":\n")
        if rest and "\n" not in heading:
            yield heading, [line.removeprefix("  ") for line in rest.splitlines()]


def _text(text: str | None) -> Iterator[str]:
    """Paragraphs are filled; those with indented lines stay as they are."""
    for part in (text or "").split("\n\n"):
        lines = part.splitlines()
        if any(line.startswith("  ") for line in lines):
            yield ".PP"
            yield from _example(lines)
        elif lines:
            yield ".PP"
            yield _safe(" ".join(lines))


def _example(lines: Iterable[str]) -> Iterator[str]:
    yield ".nf"
    yield from (_safe(line) or "\\&" for line in lines)
    yield ".fi"


def _safe(text: str) -> str:
    """A line that `man` shows as it is: in ASCII, and no macro."""
    shown = text.replace("\\", "\\e").replace("-", "\\-")
    shown = "".join(it if it.isascii() else f"\\[u{ord(it):04X}]" for it in shown)
    return f"\\&{shown}" if shown.startswith((".", "'")) else shown
