"""What can be typed: the options before a command, and the module of each command.

The module of a command has ``add_arguments(parser)`` and ``run(arguments) -> int``. It is imported
when its command is typed: each loads all that it needs at its top, and ``--help`` needs none of it.
"""

import argparse
import gc
import sys
from collections.abc import Sequence
from importlib import import_module
from itertools import groupby
from types import ModuleType
from typing import Any, NamedTuple

from zcbulk_tui import __version__
from zcbulk_tui.cli import options
from zcbulk_tui.cli.examples import with_examples
from zcbulk_tui.domain.commands import PROGRAM, common, for_profile, of_any_profile
from zcbulk_tui.domain.text import one_line
from zcbulk_tui.errors import UsageError

_DESCRIPTION = """\
Watches Zoho Creator bulk insert jobs, and starts or aborts them.
Without a command: the dashboard over your watch list, in which ? shows every key.

first steps:
  zcbulk-tui demo      look around; needs no account
  zcbulk-tui login     sign in to Zoho
  zcbulk-tui           then paste a job's URL, or press a"""

_EPILOG = """\
environment:
  ZCBULK_CONFIG        configuration file
  ZCBULK_STATE_DIR     state folder: watch list, readings, log, sign-in
  ZCBULK_PROFILE       profile to use; every other setting has its variable:
                       ZCBULK_READ_ONLY, … (zcbulk-tui config show)
  ZCBULK_ACCESS_TOKEN  access token, instead of a sign-in
  NO_COLOR             no colours, unless it is empty; see --color

exit codes:
  0 fine, 1 the operation was refused or failed, 2 usage or configuration,
  3 sign-in, 4 network or server, 5 done, but the output could not be written,
  130 interrupted; after a wait: 10 completed with failed records,
  11 aborted, failed or expired, 12 timeout (zcbulk-tui wait --help)"""


class _HelpFormatter(argparse.RawDescriptionHelpFormatter):
    """Leaves descriptions as they are, but for paragraphs that are wider than the terminal."""

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        found = [list(lines) for _, lines in groupby(text.splitlines(), _is_prose)]
        return "\n".join(indent + line for lines in found for line in _broken(lines, width))


def _is_prose(line: str) -> bool:
    return bool(line) and not line.startswith(" ")


def _broken(lines: list[str], width: int) -> list[str]:
    if not _is_prose(lines[0]) or max(map(len, lines)) <= width:
        return lines
    from textwrap import wrap  # as argparse does: no command but a help needs it

    return wrap(" ".join(lines), width, break_long_words=False, break_on_hyphens=False)


class _Entry(NamedTuple):
    module: str
    help: str


_DASHBOARD = "dashboard"

_COMMANDS = {
    "login": _Entry("login", "sign in to Zoho"),
    "logout": _Entry("logout", "revoke the sign-in at Zoho, and delete it here"),
    "demo": _Entry("demo", "the dashboard over simulated jobs; needs no account"),
    "watch": _Entry("watch", "the dashboard over these jobs only, or a night without anyone"),
    "jobs": _Entry("jobs", "the watch list: list, add, edit, remove, import, export"),
    "status": _Entry(
        "status", "print the status of jobs, or of the watch list: at most 1 call each"
    ),
    "statusline": _Entry("statusline", "print one short line for tmux and for prompts"),
    "wait": _Entry("wait", "wait until jobs have ended; the exit code says how"),
    "start": _Entry("start", "start jobs whose files are uploaded"),
    "abort": _Entry("control", "abort jobs; there is no rollback"),
    "check": _Entry("check", "check a CSV before it is sent"),
    "insert": _Entry("insert", "bring a CSV into a form: check, create, upload, start"),
    "queue": _Entry("queue", "the files that are on their way into a form"),
    "results": _Entry("results", "fetch what failed in ended jobs, and what was not reached"),
    "failures": _Entry("failures", "say why records failed: the reasons in groups"),
    "repair": _Entry("repair", "make a file of failed records, repaired, to be sent again"),
    "report": _Entry("report", "print what happened in a night, and what needs a person"),
    "history": _Entry("history", "print a job's history"),
    "log": _Entry("log", "print the log: events, calls, starts and aborts"),
    "alerts": _Entry("alerts", "print alerts; test the channels that they take"),
    "budget": _Entry("budget", "print the day's calls: made, planned, left; costs no call"),
    "schema": _Entry("schemas", "print the JSON Schema of what a command prints with --json"),
    "store": _Entry("store", "maintain the database"),
    "simulator": _Entry("simulator", "serve a simulated Zoho Creator on this machine"),
    "config": _Entry("config", "show, check or create the configuration file"),
    "completion": _Entry("completion", "print the script with which a shell completes words"),
    "doctor": _Entry(
        "doctor.command", "check the connection to Zoho; find out what Zoho does (--probe)"
    ),
}


def make_parser() -> argparse.ArgumentParser:
    """Returns the parser of the command line; the command goes into ``command``, None for none."""
    parser = argparse.ArgumentParser(
        prog=PROGRAM,
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=_HelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"{PROGRAM} {__version__}")
    options.add_profile(parser)
    options.add_screen_options(parser)
    options.add_ascii(parser)
    options.add_color(parser)
    commands = parser.add_subparsers(
        title="commands", metavar="COMMAND", dest="command", parser_class=_CommandParser
    )
    for command, entry in _COMMANDS.items():
        commands.add_parser(command, command=command, help=entry.help)
    for word in _MISTAKEN:
        commands.add_parser(word, command=word)
    commands.choices = _Commands(commands.choices)
    return parser


def load_command(command: str | None) -> ModuleType:
    """Returns the module of a command; None for what runs without a command."""
    module = _DASHBOARD if command is None else _COMMANDS[command].module
    name = f"zcbulk_tui.cli.{module}"
    if name in sys.modules:
        return sys.modules[name]
    # Nearly all that an import makes stays: to look for garbage in it, then or ever, takes time.
    gc.disable()
    try:
        return import_module(name)
    finally:
        gc.freeze()
        gc.enable()


_WITHOUT_SETTINGS = ("demo", "schema", "simulator", "completion")
"""Commands that are the same whatever the profile, and send nothing to Zoho."""

_MISTAKEN = {
    "import": "To bring the records of a CSV into a form: "
    f"{of_any_profile('insert FILE')}. "
    f"To put the jobs of a file on the watch list: {of_any_profile('jobs import FILE')}",
    "export": f"To write the watch list and its past: {of_any_profile('jobs export')}",
}
"""What to type instead of words that one may expect to be commands."""


class _Commands(dict[str, Any]):
    """The commands; of a word that is none it says what it may be meant for."""

    def __contains__(self, word: object) -> bool:
        if super().__contains__(word):
            return True
        from difflib import get_close_matches  # no command that is right needs it

        near = get_close_matches(str(word), _COMMANDS, n=2)
        meant = f"Close to it: {', '.join(near)}." if near else ""
        raise UsageError(
            f"There is no command “{one_line(str(word), 40)}”",
            meant,
            f"All commands: {common('--help')}",
        )


class _CommandParser(argparse.ArgumentParser):
    """The parser of one command, which is made, and loads the command's module, when it is typed.

    Args:
        command: The command; None for a part of one, whose arguments the command adds itself.
        options: See `argparse.ArgumentParser`.
    """

    def __init__(self, *, command: str | None = None, **options: Any) -> None:
        self._command = command
        self._reads_settings = command not in _WITHOUT_SETTINGS
        self._is_complete = False
        self._options = options
        if command is None:
            self._make()

    def _make(self) -> None:
        super().__init__(formatter_class=_HelpFormatter, **self._options)

    def parse_known_args(  # type: ignore[override]  # Any is what its three overloads return
        self, args: Sequence[str] | None = None, namespace: Any = None
    ) -> tuple[Any, list[str]]:
        """Adds the command's arguments, and parses what was typed."""
        if self._command in _MISTAKEN:
            raise _mistaken(self._command, args)
        self.load()
        parsed, unknown = super().parse_known_args(args, namespace)
        if unknown:  # said here, with the usage of the command in the place of the program's
            self.error(f"unrecognized arguments: {' '.join(unknown)}")
        return parsed, unknown

    def load(self) -> None:
        """Adds the command's arguments, unless they are there, and its examples."""
        if self._command is not None:
            self._make()
            load_command(self._command).add_arguments(self)
            self.epilog = with_examples(self._command, self.epilog)
            self._command = None
        if not self._is_complete:
            self._add_missing()
            options.add_ascii(self, inherit=True)
            # The status line has colours of its own, those of tmux.
            if "--color" not in self._option_string_actions:
                options.add_color(self, inherit=True)
            self._is_complete = True

    def _add_missing(self) -> None:
        """Adds what may stand before the command, and is about every one that reads settings."""
        if not self._reads_settings:
            return
        if "--profile" not in self._option_string_actions:
            options.add_profile(self, inherit=True)
        if "--read-only" not in self._option_string_actions:
            options.add_read_only(self, inherit=True)


def _mistaken(word: str, args: Sequence[str] | None) -> UsageError:
    """What to say of a word that is no command; a profile that stands behind it is kept."""
    parser = argparse.ArgumentParser(add_help=False)
    options.add_profile(parser)
    profile = parser.parse_known_args(args)[0].profile
    said = _MISTAKEN[word]
    meant = said if profile is None else for_profile(said, profile)
    return UsageError(f"There is no command “{word}”", next_step=meant)
