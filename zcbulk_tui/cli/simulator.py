"""``zcbulk-tui simulator``: the stand-in for Zoho Creator, over HTTP on this machine."""

import csv
import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from dataclasses import replace
from io import TextIOWrapper

from zcbulk_tui.cli import options
from zcbulk_tui.cli.output import inner
from zcbulk_tui.errors import UsageError
from zcbulk_tui.simulator import command
from zcbulk_tui.simulator.fields import FORMS
from zcbulk_tui.simulator.odd_results import ODD_RESULTS, OddResult
from zcbulk_tui.simulator.personalities import PERSONALITIES
from zcbulk_tui.simulator.reasons import ReasonStyle
from zcbulk_tui.simulator.results import Layout, Order, ResultRules
from zcbulk_tui.simulator.samples import kinds_of_flaws, sample
from zcbulk_tui.simulator.scenarios import SCENARIOS, Scenario, played
from zcbulk_tui.simulator.sign_in_errors import SIGN_IN_ERRORS
from zcbulk_tui.simulator.verdicts import InsertRules

_MOST_ROWS = 100_000_000


def add_arguments(parser: ArgumentParser) -> None:
    """Adds what can be typed after the command."""
    parser.epilog = "scenarios: zcbulk-tui simulator --list"
    parser.add_argument("--port", type=_port, default=0, help="default: any free one")
    parser.add_argument("--scenario", default="steady", help="default: steady")
    parser.add_argument(
        "--personality",
        metavar="NAME",
        help="do where Zoho's documents are silent, or contradict each other, what this one does"
        " (default: what the scenario does; names: --list)",
    )
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
        default=None,
        help="one bad record fails all 200 of its batch, and more than 5 %% failed batches end the"
        " job (default, but for some personalities); Zoho does not document which holds",
    )
    batches.add_argument(
        "--lenient-batches",
        dest="strict_batches",
        action="store_false",
        default=None,
        help="a bad record fails alone; a batch fails when all its records do",
    )
    _add_result_arguments(parser)
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
        "--bad-kinds",
        type=_count,
        metavar="N",
        help="the sample's bad records are bad in N ways, each with a value of its own (default: a"
        " few ways, with values that come again)",
    )
    parser.add_argument(
        "--bad-in",
        choices=("random", "runs"),
        help="where they lie: at random, or side by side, those of a kind together (default:"
        " random; needs --bad-kinds)",
    )
    parser.add_argument(
        "--list",
        action="store_true",
        help="list the scenarios, personalities, sign-in errors, odd results and forms, and stop",
    )


def _add_result_arguments(parser: ArgumentParser) -> None:
    results = parser.add_argument_group(
        "results",
        "Zoho documents none of these; a scenario or a personality may have other defaults.",
    )
    results.add_argument(
        "--results",
        choices=[one.value for one in Layout],
        help="columns: those of the file and one for the reason, or its first three and STATUS,"
        " RECORD_ID, ERRORS (default: original)",
    )
    results.add_argument(
        "--results-order",
        choices=[one.value for one in Order],
        help="order of the rows (default: shuffled)",
    )
    results.add_argument(
        "--results-reasons",
        choices=[one.value for one in ReasonStyle],
        help="reasons as CODE-Column, or as sentences with the value (default: codes)",
    )
    results.add_argument(
        "--results-delay",
        type=_delay,
        metavar="SECONDS",
        help="simulated seconds from a job's end to its results (default: 3)",
    )
    results.add_argument(
        "--results-empty",
        choices=("zip", "none"),
        help="a result without rows is a ZIP with a header alone, or refused with code 11130"
        " (default: zip)",
    )
    results.add_argument(
        "--results-accept",
        choices=("any", "json"),
        default="any",
        help="the Accept header that a result call may have: any, or application/json alone"
        " (default: any)",
    )
    results.add_argument(
        "--odd-result",
        action="append",
        default=[],
        metavar="NAME[:TIMES]",
        help="in the place of results, send this: always, or so many times; may be given several"
        " times (names: --list)",
    )


def run(arguments: Namespace) -> int:
    """Serves a scenario until interrupted, or prints what was asked for; returns the exit code.

    Raises:
        UsageError: There is no such scenario, personality, error, odd result or form, or no such
            number of records.
    """
    if arguments.list:
        _list_choices()
        return 0
    if arguments.sample is not None:
        _print_sample(arguments)
        return 0
    for option in ("bad", "bad_kinds", "bad_in"):
        if getattr(arguments, option) is not None:
            raise UsageError(
                f"--{option.replace('_', '-')} is for a sample",
                next_step="Add --sample FORM ROWS, as in --sample Contacts 1000.",
            )
    if arguments.scenario not in SCENARIOS:
        raise UsageError(
            f"There is no scenario “{arguments.scenario}”",
            next_step=f"There are: {', '.join(SCENARIOS)}.",
        )
    if arguments.personality not in (None, *PERSONALITIES):
        raise UsageError(
            f"There is no personality “{arguments.personality}”",
            next_step=f"There are: {', '.join(PERSONALITIES)}.",
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
        personality=arguments.personality,
        token_life=arguments.token_life,
        sign_in_error=arguments.sign_in_error,
        rules=_insert_rules(arguments),
        results=_result_rules(arguments),
        odd_results=[_odd_result(text) for text in arguments.odd_result],
        any_accept_for_results=arguments.results_accept == "any",
    )


def _insert_rules(arguments: Namespace) -> InsertRules:
    """Those of scenario and personality, but for what was asked for."""
    rules = _played(arguments).rules
    if arguments.strict_batches is not None:
        rules = replace(rules, strict_batches=arguments.strict_batches)
    return rules


def _played(arguments: Namespace) -> Scenario:
    scenario = SCENARIOS[arguments.scenario]
    if arguments.personality is None:
        return scenario
    return played(scenario, PERSONALITIES[arguments.personality])


def _result_rules(arguments: Namespace) -> ResultRules:
    """Those of scenario and personality, but for what was asked for."""
    rules = _played(arguments).results
    if arguments.results is not None:
        rules = replace(rules, layout=Layout(arguments.results))
    if arguments.results_order is not None:
        rules = replace(rules, order=Order(arguments.results_order))
    if arguments.results_reasons is not None:
        rules = replace(rules, reasons=ReasonStyle(arguments.results_reasons))
    if arguments.results_delay is not None:
        rules = replace(rules, delay=arguments.results_delay)
    if arguments.results_empty is not None:
        refusal = None if arguments.results_empty == "zip" else "404-11130"
        rules = replace(rules, empty_refusal=refusal)
    return rules


def _odd_result(text: str) -> OddResult:
    name, colon, times = text.partition(":")
    if name not in ODD_RESULTS:
        raise UsageError(
            f"There is no odd result “{name}”", next_step=f"There are: {', '.join(ODD_RESULTS)}."
        )
    if not colon:
        return OddResult(name)
    if not (times.isascii() and times.isdecimal()) or int(times) < 1:
        raise UsageError(
            f"“{times}” is no number of odd results",
            next_step=f"It should be 1 or more, as in --odd-result {name}:1.",
        )
    return OddResult(name, times=int(times))


def _print_sample(arguments: Namespace) -> None:
    form, rows = arguments.sample
    kinds: int | None = arguments.bad_kinds
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
    fields = FORMS[form].fields
    there = sum(not kind.is_duplicate for kind in kinds_of_flaws(fields))
    if kinds is not None and kinds > there:
        raise UsageError(
            f"Records of {form} can be bad in {there} ways, not in {kinds:,}",
            next_step=f"Use --bad-kinds {there}, or a smaller number.",
        )
    if arguments.bad_in is not None and kinds is None:
        raise UsageError(
            "--bad-in needs a number of kinds", next_step="Add --bad-kinds, as in --bad-kinds 6."
        )
    stream = inner(sys.stdout)
    if isinstance(stream, TextIOWrapper):
        # It is a file to upload, whatever this terminal shows.
        stream.reconfigure(encoding="utf-8", errors="strict")
    records = sample(
        fields,
        int(rows),
        bad=arguments.bad or 0.0,
        seed=arguments.seed,
        kinds=kinds,
        runs=arguments.bad_in == "runs",
    )
    csv.writer(sys.stdout, lineterminator="\n").writerows(records)


def _list_choices() -> None:
    for scenario in SCENARIOS.values():
        print(f"{scenario.name:<12}{scenario.summary}")
    print("\nFor --personality:")
    for personality in PERSONALITIES.values():
        print(f"{personality.name:<12}{personality.summary}")
    print("\nFor --sign-in-error:")
    for name, row in SIGN_IN_ERRORS.items():
        print(f"{name:<24}{row.error}, HTTP {row.status}")
    print("\nFor --odd-result:")
    for name, summary in ODD_RESULTS.items():
        print(f"{name:<24}{summary}")
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


def _delay(text: str) -> float:
    seconds = options.number(text, float)
    if not 0 <= seconds <= 86_400:
        raise ArgumentTypeError("should be from 0 to 86400")
    return seconds


def _count(text: str) -> int:
    count = options.number(text, int)
    if count < 1:
        raise ArgumentTypeError("should be 1 or more")
    return count


def _share(text: str) -> float:
    share = options.number(text, float)
    if not 0 <= share <= 1:
        raise ArgumentTypeError("should be from 0 to 1")
    return share
