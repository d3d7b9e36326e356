"""Makes the completion scripts and the man page anew (``python -m tests.cli.completion.generate``).

They are part of the package, so that shells and `man` find them where it is installed. What makes
them is not: it needs `shtab`, which users need not have.
"""

import argparse
import re
from collections.abc import Mapping
from pathlib import Path

import shtab

from tests.cli.completion.full_parser import commands, full_parser
from tests.cli.completion.man_page import man_page
from zcbulk_tui.cli import schemas
from zcbulk_tui.cli.completion import SCRIPTS

FOLDER = Path(__file__).parents[3] / "zcbulk_tui" / "completions"

MAN_PAGE = "zcbulk-tui.1"


def _by(function: str) -> dict[str, object]:
    return {"bash": function, "zsh": function, "fish": f"({function})"}


_JOBS, _PROFILES = _by("_zcbulk_tui_jobs"), _by("_zcbulk_tui_profiles")

_BY_METAVAR: dict[str, Mapping[str, object]] = {
    "JOB": _JOBS,
    **dict.fromkeys(("FILE", "FIELDS", "UPLOADED", "CSV"), shtab.FILE),
    "DIR": shtab.DIRECTORY,
}
"""What completes an argument, by what its help calls it; a profile is known by its name."""

_ANY_NUMBER = re.compile(r'^  "\(\*\)::?', re.MULTILINE)
"""What shtab writes in zsh for an argument that may come again, of which zsh takes one."""

_OF_PARTS = re.compile(r"^  _arguments -C -s ", re.MULTILINE)
"""Where the script for zsh begins with the options before a command, which end there.

After the command, one of the same name may take other words: --color of statusline does.
"""

# A label may hold whatever a file, a server or a user put there. It is read as data, compared as
# data, and quoted before the shell gets it.
_HELPERS = {
    "bash": r"""
# $1: the word as it is typed; the others: whose names the program prints
_zcbulk_tui_named() {
  local typed=$1 mark= name shown
  case $typed in
    \"* | \'*) mark=${typed:0:1} typed=${typed:1} ;;
  esac
  while IFS=$'\t' read -r name _; do
    shown=$name
    case $mark in
      \") # within these, ! is history, whatever stands before it
        [[ $name == *'!'* ]] && continue
        shown=${shown//\\/\\\\} shown=${shown//\"/\\\"}
        shown=${shown//\$/\\\$} shown=${shown//\`/\\\`} ;;
      \') [[ $name == *\'* ]] && continue ;;
      *) printf -v shown %q "$name" ;;
    esac
    [[ $shown == "$typed"* || $name == "$typed"* ]] && printf '%s\n' "$shown"
  done < <(command zcbulk-tui __complete "${@:2}" 2>/dev/null)
}
_zcbulk_tui_profiles() {
  _zcbulk_tui_named "$1" profiles
}
_zcbulk_tui_jobs() {
  local at=1 named=()
  while ((at < COMP_CWORD)); do
    [[ ${COMP_WORDS[at++]} == --profile ]] && named=(--profile "${COMP_WORDS[at]}")
  done
  _zcbulk_tui_named "$1" jobs "${named[@]}"
}
""",
    "zsh": r"""
_zcbulk_tui_named() {
  local -a names
  names=("${(@f)$(command zcbulk-tui __complete "$@" 2>/dev/null)}")
  names=("${(@)names%%$'\t'*}")
  names=("${(@)names:#}")
  (( $#names )) && compadd -a names
}
_zcbulk_tui_profiles() {
  _zcbulk_tui_named profiles
}
_zcbulk_tui_jobs() {
  # Of the line, since an option that was typed may be in the words no more.
  local -a typed=("${(@zQ)LBUFFER}") named
  local at=$typed[(i)--profile]
  (( at < $#typed )) && named=(--profile "$typed[at+1]")
  _zcbulk_tui_named jobs "${(@)named}"
}
""",
    "fish": r"""
function _zcbulk_tui_profiles
  command zcbulk-tui __complete profiles 2>/dev/null
end
function _zcbulk_tui_jobs
  set -l typed (commandline -opc)
  set -l named
  if set -l at (contains -i -- --profile $typed)
    set named --profile $typed[(math $at + 1)]
  end
  command zcbulk-tui __complete jobs $named 2>/dev/null
end
""",
}


def made() -> dict[str, str]:
    """Returns every file by its name."""
    files = {MAN_PAGE: man_page(full_parser())}
    for shell, name in SCRIPTS.items():
        parser = full_parser()
        _prepare(parser)
        script = shtab.complete(parser, shell, preamble=_HELPERS[shell].strip("\n"))
        if shell == "zsh":
            script = _ANY_NUMBER.sub('  "*:', script)
            script = _OF_PARTS.sub("  _arguments -C -s -A '-*' ", script)
        lines = (line.rstrip() for line in script.splitlines())
        files[name] = "\n".join(lines).rstrip() + "\n"
    return files


def _prepare(parser: argparse.ArgumentParser) -> None:
    """Says what completes each argument; a command is described in a line, by its help."""
    parser.description = None
    for action in parser._actions:
        completed = _PROFILES if action.dest == "profile" else _completed(action)
        if action.metavar == "NAME" and parser.prog.endswith(" schema"):
            action.choices = schemas.names()
        if completed is not None:
            action.complete = completed  # type: ignore[attr-defined]  # shtab looks there for it
    for _, _, command in commands(parser):
        _prepare(command)


def _completed(action: argparse.Action) -> Mapping[str, object] | None:
    return _BY_METAVAR.get(action.metavar) if isinstance(action.metavar, str) else None


def main() -> None:
    """Writes every file."""
    FOLDER.mkdir(exist_ok=True)
    for name, text in made().items():
        (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
