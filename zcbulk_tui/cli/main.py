"""The ``zcbulk-tui`` command: parses, dispatches, and turns errors into exit codes."""

import io
import os
import sys
from collections.abc import Sequence

from zcbulk_tui.cli.parser import make_parser
from zcbulk_tui.errors import Occasion, UsageError, ZcbulkError


def main(argv: Sequence[str] | None = None) -> int:
    """Runs a command.

    Returns:
        0 fine, 1 refused or failed, 2 usage or configuration, 3 sign-in, 4 network or server.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # What a terminal cannot show must not make an accepted command look like a failed one.
            stream.reconfigure(errors="replace")
    arguments = make_parser().parse_args(argv)
    try:
        code = int(arguments.run(arguments))
        _flush()
    except ZcbulkError as error:
        complain(error.told(getattr(arguments, "occasion", Occasion.ONCE)))
        return error.exit_code
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        _drop_output()
        return 0
    return code


def complain(text: str) -> None:
    """Writes one line about something that went wrong."""
    print(f"zcbulk-tui: {text}", file=sys.stderr)


def _flush() -> None:
    """Writes out what was printed, while there is someone to hear that it cannot be."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        _drop_output()
    except OSError as error:
        _drop_output()
        raise UsageError(
            "What was printed cannot be written", f"{error}.", "Make room, or write it elsewhere."
        ) from error


def _drop_output() -> None:
    """Lets nothing more be written: the reader has seen enough, or there is no room."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
