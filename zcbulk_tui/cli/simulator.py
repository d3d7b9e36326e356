"""``zcbulk-tui simulator``: the stand-in for Zoho Creator, over HTTP on this machine."""

import csv
import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from io import TextIOWrapper

from zcbulk_tui.cli import options
from zcbulk_tui.cli.output import inner
from zcbulk_tui.errors import UsageError
from zcbulk_tui.simulator import command
from zcbulk_tui.simulator.fields import FORMS
from zcbulk_tui.simulator.samples import sample
from zcbulk_tui.simulator.scenarios import SCENARIOS
from zcbulk_tui.simulator.sign_in_errors import SIGN_IN_ERRORS
from zcbulk_tui.simulator.verdicts import InsertRules

_MOST_ROWS = 100_000_000


def add_arguments(parser: ArgumentParser) -> None:
    """Adds what can be typed after the command."""
    parser.epilog = "scenarios: zcbulk-tui simulator --list"
    parser.add_argument("--port", type=_port, default=0, help="default: any free one")
    parser.add_argument("--scenario", default="steady", help="default: steady")
    parser.add_argument(
        "--speed", type=options.speed, default=1.0, help="times as fast (default: 1)"
    )
    parser.add_argument("--seed", type=int, default=1, help="default: 1")
    parser.add_argument(
        "--token-life",
        type=_seconds,
        default=3600.0,
        metavar="SECONDS",
        help="an access token holds (default: 3600); below 3600 the limit of 10 tokens in ten"
        " minutes is off",
    )
    parser.add_argument(
        "--sign-in-error", metavar="NAME", help="answer sign-in calls with this error"
    )
    batches = parser.add_mutually_exclusive_group()
    batches.add_argument(
        "--strict-batches",
        action="store_true",
        default=True,
        help="one bad record fails all 200 of its batch, and more than 5 %% failed batches end the"
        " job (default); Zoho does not document which holds",
    )
    batches.add_argument(
        "--lenient-batches",
        dest="strict_batches",
        action="store_false",
        help="a bad record fails alone; a batch fails when all its records do",
    )
    parser.add_argument(
        "--sample",
        nargs=2,
        metavar=("FORM", "ROWS"),
        help="print a CSV file of so many records for a form, and stop",
    )
    parser.add_argument(
        "--bad",
        type=_share,
        metavar="SHARE",
        help="share of the sample's records with a bad cell, 0 to 1 (default: 0)",
    )
    parser.add_argument(
        "--list", action="store_true", help="list the scenarios, sign-in errors and forms, and stop"
    )


def run(arguments: Namespace) -> int:
    """Serves a scenario until interrupted, or prints what was asked for; returns the exit code.

    Raises:
        UsageError: There is no such scenario, error or form, or no such number of records.
    """
    if arguments.list:
        _list_choices()
        return 0
    if arguments.sample is not None:
        _print_sample(*arguments.sample, bad=arguments.bad or 0.0, seed=arguments.seed)
        return 0
    if arguments.bad is not None:
        raise UsageError(
            "--bad is for a sample",
            next_step="Add --sample FORM ROWS, as in --sample Contacts 1000.",
        )
    if arguments.scenario not in SCENARIOS:
        raise UsageError(
            f"There is no scenario “{arguments.scenario}”",
            next_step=f"There are: {', '.join(SCENARIOS)}.",
        )
    if arguments.sign_in_error not in (None, *SIGN_IN_ERRORS):
        raise UsageError(
            f"There is no sign-in error “{arguments.sign_in_error}”",
            next_step=f"There are: {', '.join(SIGN_IN_ERRORS)}.",
        )
    return command.run(
        arguments.port,
        arguments.scenario,
        arguments.speed,
        arguments.seed,
        token_life=arguments.token_life,
        sign_in_error=arguments.sign_in_error,
        rules=InsertRules(strict_batches=arguments.strict_batches),
    )


def _print_sample(form: str, rows: str, *, bad: float, seed: int) -> None:
    if form not in FORMS:
        raise UsageError(
            f"There is no form “{form}” in the simulator",
            next_step=f"There are: {', '.join(FORMS)}.",
        )
    if not (rows.isascii() and rows.isdecimal()) or int(rows) > _MOST_ROWS:
        raise UsageError(
            f"“{rows}” is no number of records",
            next_step=f"It should be from 0 to {_MOST_ROWS:,}, written without commas.",
        )
    stream = inner(sys.stdout)
    if isinstance(stream, TextIOWrapper):
        # It is a file to upload, whatever this terminal shows.
        stream.reconfigure(encoding="utf-8", errors="strict")
    records = sample(FORMS[form].fields, int(rows), bad=bad, seed=seed)
    csv.writer(sys.stdout, lineterminator="\n").writerows(records)


def _list_choices() -> None:
    for scenario in SCENARIOS.values():
        print(f"{scenario.name:<12}{scenario.summary}")
    print("\nFor --sign-in-error:")
    for name, row in SIGN_IN_ERRORS.items():
        print(f"{name:<24}{row.error}, HTTP {row.status}")
    print("\nFor --sample:")
    for form in FORMS.values():
        print(f"{form.link_name:<24}{', '.join(field.link_name for field in form.fields)}")


def _port(text: str) -> int:
    port = options.number(text, int)
    if not 0 <= port <= 65535:
        raise ArgumentTypeError("should be from 0 to 65535")
    return port


def _seconds(text: str) -> float:
    seconds = options.number(text, float)
    if not 1 <= seconds <= 86_400:
        raise ArgumentTypeError("should be from 1 to 86400")
    return seconds


def _share(text: str) -> float:
    share = options.number(text, float)
    if not 0 <= share <= 1:
        raise ArgumentTypeError("should be from 0 to 1")
    return share
