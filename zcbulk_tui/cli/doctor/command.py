"""``zcbulk-tui doctor``: checks everything between the user and Zoho, and prints a line for each.

Lines are printed as they are found, for some of them take their time.
"""

import os
import shutil
import sys
import textwrap
from argparse import ArgumentParser, Namespace
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import replace

from zcbulk_tui.cli import options
from zcbulk_tui.cli.contracts import read_contract
from zcbulk_tui.cli.doctor import (
    alerts,
    configuration,
    contract,
    network,
    outward,
    permissions,
    probe,
    probe_end,
    sign_in,
    surroundings,
    terminal,
    token,
)
from zcbulk_tui.cli.doctor.contract import contract_object
from zcbulk_tui.cli.doctor.findings import Finding, Grade, unforeseen
from zcbulk_tui.cli.output import print_json
from zcbulk_tui.config.settings import Settings
from zcbulk_tui.config.values import masked
from zcbulk_tui.domain.commands import for_profile
from zcbulk_tui.domain.text import one_line
from zcbulk_tui.errors import ZcbulkError
from zcbulk_tui.render.span import fit

_Check = Callable[[], Iterable[Finding]]

_WORDS = {Grade.PASS: "ok", Grade.WARN: "warn", Grade.FAIL: "fail"}
_SUBJECT = 16
"""Cells of the longest subject."""

_INDENT = " " * (6 + _SUBJECT + 2)


def add_arguments(parser: ArgumentParser) -> None:
    """Adds what can be typed after the command."""
    parser.add_argument(
        "job",
        metavar="JOB",
        nargs="?",
        help="ask for the status of this job, too (1 call): its URL, id, last digits or label",
    )
    options.add_profile(parser, inherit=True)
    parser.add_argument("--json", action="store_true", help="as a JSON object")
    probe.add_arguments(parser)


def run(arguments: Namespace) -> int:
    """Prints what is found.

    Returns:
        0 if nothing fails, else the exit code of what fails first; of a probe see `probe.run`.

    Raises:
        ZcbulkError: There was no probe, or no report of one.
    """
    probe.check_arguments(arguments)
    if arguments.probe:
        return probe.run(arguments)
    if arguments.report is not None:
        return probe_end.write_report(arguments)
    settings, read = configuration.read(options.setting_flags(arguments))
    profile = settings.profile if settings else options.named_profile(arguments)
    results = []
    for result in _findings(_checks(arguments.job, settings, read)):
        result = replace(result, fix=for_profile(result.fix, profile))
        results.append(result)
        if not arguments.json:
            _print_lines(result)
    if arguments.json:
        objects = [_as_object(result) for result in results]
        known = None
        with suppress(ZcbulkError):  # it has a line of its own
            known = None if settings is None else contract_object(read_contract(settings))
        print_json(
            {"profile": settings and settings.profile, "findings": objects, "contract": known}
        )
    else:
        print(_totals(results))
    return next((each.exit_code for each in results if each.grade is Grade.FAIL), 0)


def _checks(
    job: str | None, settings: Settings | None, read: list[Finding]
) -> Iterator[tuple[str, _Check]]:
    """The parts, in their order: what comes first may explain what comes later."""
    yield "configuration", lambda: read
    yield "variables", lambda: configuration.variables(os.environ)
    yield "permissions", lambda: permissions.check(settings)
    yield "sign-in", lambda: sign_in.check(settings)
    yield "surroundings", lambda: surroundings.check(os.environ)
    yield "network", lambda: network.check(settings or configuration.of_environment())
    if settings is not None:
        yield "contract", lambda: contract.check(settings)
        yield "token", lambda: token.check(settings, job)
        yield "page and heartbeat", lambda: outward.check(settings)
        yield "alerts", lambda: alerts.check(settings)
    yield (
        "terminal",
        lambda: terminal.findings(os.environ, setting=settings.ascii if settings else "auto"),
    )


def _findings(checks: Iterable[tuple[str, _Check]]) -> Iterator[Finding]:
    for subject, check in checks:
        if sys.stdout.isatty():
            # Whoever waits sees what was found; and what asks the terminal needs an empty line.
            sys.stdout.flush()
        try:
            yield from check()
        except Exception as error:  # noqa: BLE001 - whatever it is, the other checks go on
            yield unforeseen(subject, error)


def _print_lines(result: Finding) -> None:
    head = f"{_WORDS[result.grade]:<6}{fit(result.subject, _SUBJECT)}  "
    # A terminal breaks lines in the middle of words, and a pipe is not to have them broken.
    columns = shutil.get_terminal_size().columns if sys.stdout.isatty() else sys.maxsize
    for text, first in ((result.said, head), (result.fix, _INDENT)):
        for line in textwrap.wrap(
            _safe(text),
            max(columns, len(_INDENT) + 20),
            initial_indent=first,
            subsequent_indent=_INDENT,
            break_long_words=False,
            break_on_hyphens=False,
        ):
            print(line)


def _as_object(result: Finding) -> dict[str, str]:
    return {
        "subject": result.subject,
        "grade": result.grade.value,
        "said": _safe(result.said),
        "fix": _safe(result.fix),
    }


def _safe(text: str) -> str:
    return one_line(masked(text), 500)


def _totals(results: Iterable[Finding]) -> str:
    count = Counter(result.grade for result in results)
    fine, warnings, failures = (count[grade] for grade in Grade)
    return (
        f"{fine} fine, {warnings} warning{'' if warnings == 1 else 's'}, "
        f"{failures} failure{'' if failures == 1 else 's'}"
    )
