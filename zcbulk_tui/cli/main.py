"""The ``zcbulk-tui`` command: parses, dispatches, and turns errors into exit codes."""

import sys
from collections.abc import Sequence

from zcbulk_tui.cli.parser import make_parser
from zcbulk_tui.errors import ZcbulkError


def main(argv: Sequence[str] | None = None) -> int:
    """Runs a command.

    Returns:
        0 fine, 1 refused or failed, 2 usage or configuration, 3 sign-in, 4 network or server.
    """
    arguments = make_parser().parse_args(argv)
    try:
        return int(arguments.run(arguments))
    except ZcbulkError as error:
        complain(str(error))
        return error.exit_code
    except KeyboardInterrupt:
        return 130


def complain(text: str) -> None:
    """Writes one line about something that went wrong."""
    print(f"zcbulk-tui: {text}", file=sys.stderr)
