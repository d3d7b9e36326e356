"""``zcbulk-tui completion``: prints the completion script of a shell, where it finds none."""

from argparse import ArgumentParser, Namespace
from importlib import resources

SCRIPTS = {"bash": "zcbulk-tui.bash", "zsh": "_zcbulk-tui", "fish": "zcbulk-tui.fish"}
"""The script of each shell, by the name under which the shell looks for it."""

_DESCRIPTION = """\
Prints the script with which a shell completes commands, options, files, profiles, and jobs by
label and id. Shells find it by themselves where zcbulk-tui is installed under their own prefix,
such as /usr or /usr/local; else add one line to a file of yours."""

_EPILOG = """\
where to:
  bash   ~/.bashrc   eval "$(zcbulk-tui completion bash)"
  zsh    ~/.zshrc    eval "$(zcbulk-tui completion zsh)"     (after compinit)
  fish   zcbulk-tui completion fish > ~/.config/fish/completions/zcbulk-tui.fish"""


def add_arguments(parser: ArgumentParser) -> None:
    """Adds what can be typed after the command."""
    parser.description, parser.epilog = _DESCRIPTION, _EPILOG
    parser.add_argument("shell", choices=list(SCRIPTS), help="whose script")


def run(arguments: Namespace) -> int:
    """Prints the script; returns the exit code."""
    # Made from the parser by python -m tests.cli.completion.generate.
    script = resources.files("zcbulk_tui") / "completions" / SCRIPTS[arguments.shell]
    print(script.read_text("utf-8"), end="")
    return 0
