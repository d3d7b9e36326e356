"""``zcbulk-tui doctor --probe``: finds out what Zoho does where its documents leave it open."""

import asyncio
import signal
import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from zcbulk_tui.cli import event_loop, forms, options, prompts
from zcbulk_tui.cli.client import open_probe_calls
from zcbulk_tui.cli.context import insert_context, now
from zcbulk_tui.cli.contracts import print_contradiction, watch
from zcbulk_tui.cli.doctor import probe_end
from zcbulk_tui.cli.doctor.contract import PROBE
from zcbulk_tui.cli.insert import check_may_send
from zcbulk_tui.cli.output import (
    page_width,
    print_error,
    print_lines,
    print_prose,
)
from zcbulk_tui.cli.progress import ProgressLine
from zcbulk_tui.cli.queueing import place
from zcbulk_tui.config import load
from zcbulk_tui.config.settings import Settings
from zcbulk_tui.data import probe_upload
from zcbulk_tui.domain import probe_plan
from zcbulk_tui.domain.commands import of_any_profile
from zcbulk_tui.domain.contract import Contract, Contradiction, Notes, Question
from zcbulk_tui.domain.form import FormRef
from zcbulk_tui.domain.job import Environment
from zcbulk_tui.domain.probe import MOST_CALLS, Exchange, Step, calls_made
from zcbulk_tui.domain.probe_files import form_of, probe_file
from zcbulk_tui.domain.probe_findings import Granted, notes
from zcbulk_tui.domain.text import counted
from zcbulk_tui.domain.upload import UploadFile
from zcbulk_tui.errors import (
    HeldError,
    RefusedError,
    UsageError,
)
from zcbulk_tui.monitor.call_limiter import CallLimiter
from zcbulk_tui.monitor.calls import Calls
from zcbulk_tui.monitor.probing import (
    Listener,
    ProbeEnd,
    Probing,
    check_is_free,
    job_ids,
)
from zcbulk_tui.monitor.quota_tracker import QuotaTracker
from zcbulk_tui.render import contract as render
from zcbulk_tui.render.span import plain
from zcbulk_tui.store.contracts import Contracts
from zcbulk_tui.store.meta_cache import MetaCache

_ONLY_FOR_PROBES = ("form", "app", "owner", "environment", "calls", "anew", "yes")

_NOTICED = 2.0
"""Seconds of a wait that is shown."""


def add_arguments(parser: ArgumentParser) -> None:
    """Adds what can be typed of a probe."""
    group = parser.add_argument_group(
        "probe",
        "Finds out what Zoho's documents leave open, on a form of yours that holds nothing else: "
        "creates jobs, inserts records, and keeps the answers. It shows its price first, and can "
        f"be spread over days: at most {MOST_CALLS} calls, never in production.",
    )
    group.add_argument("--probe", action="store_true", help="probe the form that is named")
    group.add_argument("--form", metavar="NAME", help="its link name (default: setting)")
    group.add_argument("--app", metavar="NAME", help="that of its application (likewise)")
    group.add_argument("--owner", metavar="NAME", help="its owner's user name (likewise)")
    group.add_argument(
        "--environment",
        # That of production is taken to say why it is not.
        choices=[environment.value for environment in Environment],
        metavar="{development,stage}",
        help="where the form is; must be named",
    )
    group.add_argument(
        "--calls", metavar="N", type=_calls, help="at most N calls now; the same command goes on"
    )
    group.add_argument(
        "--anew", action="store_true", help="ask all of it again, of a form that was probed"
    )
    group.add_argument("--yes", action="store_true", help="skip the question (for scripts)")
    group.add_argument(
        "--report",
        metavar="FILE",
        type=Path,
        help="write what was found into a file without names, in the place of an earlier report; "
        "alone: that of the last probe",
    )


def _calls(text: str) -> int:
    calls = options.number(text, int)
    if not 1 <= calls <= MOST_CALLS:
        raise ArgumentTypeError(f"should be from 1 to {MOST_CALLS}")
    return calls


def check_arguments(arguments: Namespace) -> None:
    """Looks whether what was typed fits together.

    Raises:
        UsageError: It does not.
    """
    if not arguments.probe:
        for name in _ONLY_FOR_PROBES:
            if getattr(arguments, name):
                raise UsageError(
                    f"--{name} is for a probe", next_step="Add --probe, or leave it out."
                )
    if arguments.job is not None and (arguments.probe or arguments.report):
        raise UsageError(
            "A probe names a form, not a job", next_step=f"Write: {of_any_profile(PROBE)}"
        )


def run(arguments: Namespace) -> int:
    """Probes a form, or goes on with it; prints each step, and then what is known.

    Returns:
        0 when it is complete, or has made the calls that were asked for; else the exit code of
        what is in its way.

    Raises:
        ZcbulkError: Nothing was sent.
    """
    _check_environment(arguments)
    settings = load.load(flags=options.setting_flags(arguments))
    check_may_send(settings)
    form = forms.form_of(arguments, settings)
    report = None if arguments.report is None else probe_end.report_path(arguments)
    with insert_context(settings) as (context, quota, insertions):
        check_is_free(form, insertions, context.memory)
        contracts = Contracts(insertions.database, settings.profile)
        transcript = contracts.transcript(form)
        if arguments.anew:
            _check_none_is_open(arguments, settings, transcript)
            transcript = ()
        least = probe_plan.least_calls(transcript, now())
        is_complete = least == 0
        if not is_complete:
            _check_calls(arguments, settings, least)
            quota.check(least)
            _announce(arguments, form, transcript, quota)
    if not (is_complete or arguments.yes):
        _confirm()
    # What was not confirmed is not sent, if it can be asked a moment later.
    limit = 0 if is_complete else arguments.calls
    end = _carried_out(arguments, settings, form, limit, len(transcript))
    if isinstance(end, int):
        return end  # a signal
    return probe_end.told(arguments, settings, form, end, report)


def _confirm() -> None:
    """Asks whether to go on with what was announced.

    Raises:
        UsageError: There is no terminal to ask on.
        RefusedError: The answer is no.
    """
    if not prompts.has_terminal():
        raise UsageError(
            "There is no terminal to ask on, so nothing was sent",
            next_step="In a script, add --yes.",
        )
    if not prompts.confirm("Go on? [y/N] "):
        raise RefusedError("Nothing was sent", "It was not confirmed.")


def _check_environment(arguments: Namespace) -> None:
    if arguments.environment == Environment.PRODUCTION.value:
        raise UsageError(
            "A probe never runs in production",
            "It inserts records, and bad ones among them.",
            "Copy the form to development, and add --environment development.",
        )
    if arguments.environment is None:
        raise UsageError(
            "The environment of the probe is not named",
            "A probe inserts records, so it takes none for granted.",
            "Add --environment development, or --environment stage.",
        )


def _check_none_is_open(
    arguments: Namespace, settings: Settings, transcript: Sequence[Exchange]
) -> None:
    """Looks whether a probe can be forgotten: of its jobs, none may hold the form."""
    if (job := probe_plan.open_job(transcript, now())) is None:
        return
    least = probe_plan.least_calls(transcript, now())
    raise HeldError(
        "The probe before has a job that may be active, so nothing was sent",
        f"Job {job_ids(transcript)[job]} would be forgotten, and hold the form.",
        f"First bring it to its end: {probe_end.again(arguments, settings, least)}"
        if least
        else "Wait until it has ended, at most 3 hours from its creation.",
    )


def _check_calls(arguments: Namespace, settings: Settings, least: int) -> None:
    if arguments.calls is not None and arguments.calls < least:
        to_go_on = probe_end.again(arguments, settings, least)
        raise UsageError(
            f"The next step takes at least {counted(least, 'call')}",
            "Nothing was sent.",
            f"Write: {probe_end.anew(arguments, settings) if arguments.anew else to_go_on}",
        )


def _announce(
    arguments: Namespace, form: FormRef, transcript: Sequence[Exchange], quota: QuotaTracker
) -> None:
    """Says what a probe does, and what it costs."""
    left, made = quota.budget.left_for_polls, calls_made(transcript)
    price = MOST_CALLS - made
    say = print_error if arguments.json else print_prose
    if made:
        say(f"The probe of {place(form)} goes on: {counted(made, 'call is', 'calls are')} made.")
    else:
        say(f"Probe {place(form)}.")
    jobs, records = probe_plan.outlook()
    say(
        f"In all it creates {jobs} jobs there, and another for each that comes to nothing; it "
        "uploads files to them, starts some and aborts others, and reads their status and results. "
        f"About {records} records go in, and stay."
    )
    most = min(price, left, arguments.calls or price)
    say(f"It costs at most {counted(most, 'call')} of the {left:,} left today for polls.")
    if most < price:
        say("What it does not come to is done by the same command later.")


def _carried_out(
    arguments: Namespace, settings: Settings, form: FormRef, limit: int | None, made: int
) -> ProbeEnd | int:
    """Runs the probe; returns how it ended, or the exit code where a signal has ended it."""
    ending = event_loop.Ending()
    steps = _Steps(made, to_errors=arguments.json)
    try:
        return event_loop.run(_probe(arguments, settings, form, limit, steps, ending))
    except (KeyboardInterrupt, asyncio.CancelledError) as error:
        steps.clear()
        to_go_on = probe_end.again(arguments, settings)
        print_error(f"Interrupted. What was sent is written down. To go on: {to_go_on}")
        if isinstance(error, KeyboardInterrupt):
            raise
        return 128 + (ending.signal or signal.SIGTERM)
    finally:
        steps.clear()


async def _probe(
    arguments: Namespace,
    settings: Settings,
    form: FormRef,
    limit: int | None,
    steps: "_Steps",
    ending: event_loop.Ending,
) -> ProbeEnd:
    with event_loop.cancelled_by_signals(ending), _plan(settings) as plan:
        async with open_probe_calls(settings) as api:
            with insert_context(settings) as (context, quota, insertions):
                calls = Calls(CallLimiter(context.rate_limiter), quota, context.memory, now)
                contracts = Contracts(insertions.database, settings.profile)
                found = watch(settings, insertions.database, steps.contradicted)
                lists = MetaCache(insertions.database)
                probing = Probing(
                    api,
                    plan,
                    calls,
                    quota,
                    contracts,
                    found,
                    insertions,
                    context.memory,
                    lists,
                    now,
                )
                listener = Listener(steps.begins, steps.ended)
                return await probing.run(form, limit, listener, anew=arguments.anew)


class _Steps:
    """Prints the steps of a probe as they are made.

    Args:
        made: Those that were made before.
        to_errors: Whether the standard output is kept for something else.
    """

    def __init__(self, made: int, *, to_errors: bool) -> None:
        self._number = made
        self._to_errors = to_errors
        self._line = ProgressLine()

    def begins(self, step: Step, wait: float) -> None:
        """See `Listener`."""
        waits = f"waits {wait:.0f}s, then " if wait >= _NOTICED else ""
        self._line.say(f"{waits}{step.act.value} {step.job}: {step.purpose}")

    def ended(self, exchange: Exchange) -> None:
        """See `Listener`."""
        self.clear()
        self._number += 1
        line = render.step(self._number, exchange, page_width(40))
        if self._to_errors:
            print_error(plain(line).rstrip())
        else:
            print_lines([line])
            sys.stdout.flush()

    def contradicted(self, found: Contradiction, known_since: datetime) -> None:
        """See `ContractWatch`."""
        self.clear()
        print_contradiction(found, known_since)

    def clear(self) -> None:
        """Takes the line of the step under way away."""
        self._line.clear()


class _Plan:
    """The plan of a probe, whose files are written into a folder."""

    def __init__(self, folder: Path, granted: Granted | None) -> None:
        self._folder = folder
        self._granted = granted
        self._read: tuple[tuple[tuple[Exchange, ...], Notes], ...] = ()

    def next_step(
        self, transcript: Sequence[Exchange], calls_left: int, at: datetime
    ) -> Step | None:
        return probe_plan.next_step(transcript, calls_left, at)

    def findings(self, transcript: Sequence[Exchange]) -> Contract:
        return self._notes(transcript).contract()

    def contested(self, transcript: Sequence[Exchange]) -> frozenset[tuple[Question, str]]:
        return self._notes(transcript).contested()

    def _notes(self, transcript: Sequence[Exchange]) -> Notes:
        """All that a transcript shows. The last two are kept: one with a step, one without it."""
        asked = tuple(transcript)
        for known, found in self._read:
            if known == asked:
                return found
        found = notes(asked, self._granted)
        self._read = (*self._read[-1:], (asked, found))
        return found

    def file(self, name: str, transcript: Sequence[Exchange]) -> UploadFile:
        fields = form_of(transcript)
        assert fields is not None  # noqa: S101 - for the type checker: no upload without them
        begun = next(it.sent_at for it in transcript if not it.is_unsent)
        return probe_upload.write(probe_file(name, fields, begun), self._folder)


@contextmanager
def _plan(settings: Settings) -> Iterator[_Plan]:
    with TemporaryDirectory(prefix="zcbulk-probe-", ignore_cleanup_errors=True) as folder:
        yield _Plan(Path(folder), probe_end.granted(settings))
