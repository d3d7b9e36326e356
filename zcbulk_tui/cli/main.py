"""The ``zcbulk-tui`` command: parses, dispatches, and turns errors into exit codes."""

import os
import signal
import sys
from argparse import Namespace
from collections.abc import Sequence
from contextlib import suppress

from zcbulk_tui.cli import charset
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
    charset.forget_coercion()
    charset.settle(ascii_only=charset.draws_ascii("auto", os.environ))
    arguments = make_parser().parse_args(argv)
    charset.settle(ascii_only=charset.draws_ascii(_ascii(arguments), os.environ))
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


def _ascii(arguments: Namespace) -> charset.Ascii:
    """What the command line says of ASCII, else the settings; for a terminal only."""
    if arguments.ascii is not None:
        return bool(arguments.ascii)
    if not any(stream and stream.isatty() for stream in (sys.stdout, sys.stderr)):
        return "auto"
    # Takes a moment, which --help and --version need not take.
    from zcbulk_tui.config import load

    # What cannot be used is said by the command, which reads it too.
    with suppress(ZcbulkError):
        return load.load(flags={"profile": getattr(arguments, "profile", None)}).ascii
    return "auto"


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
