"""The ``zcbulk-tui`` command: parses, dispatches, and turns errors into exit codes."""

import io
import os
import signal
import sys
from collections.abc import Sequence

from zcbulk_tui.cli.ending import Ending, end_children, leave
from zcbulk_tui.cli.parser import make_parser
from zcbulk_tui.errors import Occasion, UsageError, ZcbulkError

_INTERRUPTED = 128 + signal.SIGINT


def main(argv: Sequence[str] | None = None) -> int:
    """Runs a command.

    Args:
        argv: Its arguments; None for those of this process, which ends with the command.

    Returns:
        0 fine, 1 refused or failed, 2 usage or configuration, 3 sign-in, 4 network or server, 128
        and the number of the signal that ended it.
    """
    code = _run(argv)
    if argv is None:
        leave(code)
    return code


def _run(argv: Sequence[str] | None) -> int:
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # What a terminal cannot show must not make an accepted command look like a failed one.
            stream.reconfigure(errors="replace")
    arguments = make_parser().parse_args(argv)
    ending = Ending()
    ending.start(lambda number: ending.begin(_INTERRUPTED) if number == signal.SIGINT else None)
    try:
        code = int(arguments.run(arguments))
        _flush()
    except ZcbulkError as error:
        complain(error.told(getattr(arguments, "occasion", Occasion.ONCE)))
        return error.exit_code
    except KeyboardInterrupt:
        ending.begin(_INTERRUPTED)
        end_children()
        return _INTERRUPTED
    except BrokenPipeError:
        _drop_output()
        return 0
    finally:
        if argv is not None:
            ending.stop()
    return code


def complain(text: str) -> None:
    """Writes one line about something that went wrong."""
    if sys.stderr is not None:  # closed by whoever started this; print would take the other stream
        print(f"zcbulk-tui: {text}", file=sys.stderr)


def _flush() -> None:
    """Writes out what was printed, while there is someone to hear that it cannot be."""
    if sys.stdout is None:  # closed by whoever started this
        return
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
