"""``zcbulk-tui schema``: prints the JSON Schemas of what the commands print."""

from argparse import ArgumentParser, Namespace

from zcbulk_tui.cli import schemas
from zcbulk_tui.cli.output import in_columns, print_json, print_lines
from zcbulk_tui.domain.text import one_line

_DESCRIPTION = """\
Prints the JSON Schema (draft 2020-12) of what a command prints with --json: every field with
its unit, and what null means. Without a NAME: the names. A schema stands alone, so any
validator can use it without a network:

  zcbulk-tui schema status > status.schema.json"""


def add_arguments(parser: ArgumentParser) -> None:
    """Adds what can be typed after the command."""
    parser.description = _DESCRIPTION
    parser.add_argument("name", metavar="NAME", nargs="?", help="which schema, as in status")


def run(arguments: Namespace) -> int:
    """Prints a schema, or which there are; returns the exit code.

    Raises:
        UsageError: There is none of that name.
    """
    if arguments.name is not None:
        print_json(schemas.standalone(arguments.name))
        return 0
    rows = [(name, one_line(schemas.read(name)["title"])) for name in schemas.names()]
    print_lines(in_columns(("NAME", "DESCRIBES"), rows, giving={"DESCRIBES": 20}))
    return 0
