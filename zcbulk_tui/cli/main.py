"""The ``zcbulk-tui`` command: parses, dispatches, and turns errors into exit codes."""

import os
import signal
import sys
from argparse import Namespace
from collections.abc import Sequence
from contextlib import suppress

from zcbulk_tui.cli import charset, interrupts, surroundings
from zcbulk_tui.cli.colours import Choice
from zcbulk_tui.cli.options import named_profile
from zcbulk_tui.cli.output import Output, guarded, print_error, print_json
from zcbulk_tui.cli.parser import load_command, make_parser
from zcbulk_tui.cli.shutdown import Shutdown, end_children, leave
from zcbulk_tui.domain.commands import for_profile
from zcbulk_tui.errors import LimitError, Occasion, ZcbulkError


def main(argv: Sequence[str] | None = None) -> int:
    """Runs a command.

    Args:
        argv: Its arguments; None for those of this process, which ends with the command.

    Returns:
        0 fine, 1 refused or failed, 2 usage or configuration, 3 sign-in, 4 network or server, 5
        done without its output, 10 to 12 after a wait (see `ExitCode`), 128 and the number of the
        signal that ended it.
    """
    if argv is None:
        interrupts.install()
        surroundings.forget_library_settings()
    with guarded() as output:
        code = output.exit_code(_run(argv, output))
        if argv is None:
            end_children()
            leave(code)
    return code


def _run(argv: Sequence[str] | None, output: Output) -> int:
    charset.forget_coercion()
    charset.settle(ascii_only=charset.draws_ascii("auto", os.environ))
    surroundings.settle_zone()
    shutdown = Shutdown()
    arguments = Namespace()
    try:
        shutdown.start(
            lambda number: shutdown.begin(interrupts.CODE) if number == signal.SIGINT else None
        )
        make_parser().parse_args(argv, arguments)
        charset.settle(ascii_only=charset.draws_ascii(_ascii(arguments), os.environ))
        output.colour(Choice(arguments.color), os.environ)
        code = int(load_command(arguments.command).run(arguments))
        # While whoever waits for a reader that does not read can still interrupt it.
        output.flush()
    except SystemExit as stopped:  # after --help, what cannot be parsed, or at a signal
        return int(stopped.code or 0)
    except KeyboardInterrupt:
        return _interrupted(shutdown)
    except (ZcbulkError, OSError, MemoryError, RuntimeError) as error:
        known = error if isinstance(error, ZcbulkError) else LimitError.of(error)
        if known is None:
            raise
        if interrupts.begun():  # it may be what the interruption has caused
            return _interrupted(shutdown)
        return _told(known, arguments, output)
    finally:
        if argv is not None:
            shutdown.stop()
    return interrupts.CODE if interrupts.begun() else code


def _told(error: ZcbulkError, arguments: Namespace, output: Output) -> int:
    """Says why a command has failed; returns its exit code."""
    # What no one has named nearer to where it arose is of the profile that was typed; one that a
    # variable or the file names, a command has without being told.
    error.next_step = for_profile(error.next_step, named_profile(arguments))
    if getattr(arguments, "json", False) and output.is_empty:
        # With it comes more than commands need that go well.
        from zcbulk_tui.cli.json_records import error_object

        print_json(error_object(error))
    print_error(error.told(getattr(arguments, "occasion", Occasion.ONCE)))
    return error.exit_code


def _interrupted(shutdown: Shutdown) -> int:
    shutdown.begin(interrupts.CODE)
    end_children()
    return interrupts.CODE


def _ascii(arguments: Namespace) -> charset.Ascii:
    """What the command line says of ASCII, else the settings; for a terminal only."""
    if arguments.ascii is not None:
        return bool(arguments.ascii)
    if not any(stream.isatty() for stream in (sys.stdout, sys.stderr)):
        return "auto"
    # Takes a moment, which --help and --version need not take.
    from zcbulk_tui.config.load import load

    # What cannot be used is said by the command, which reads it too.
    with suppress(ZcbulkError):
        return load(flags={"profile": getattr(arguments, "profile", None)}).ascii
    return "auto"
