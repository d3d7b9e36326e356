"""What ``doctor --probe`` says in the end: what is known, and the command that goes on."""

import shlex
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path

from zcbulk_tui import __version__
from zcbulk_tui.cli import options
from zcbulk_tui.cli.context import now
from zcbulk_tui.cli.doctor import sign_in
from zcbulk_tui.cli.doctor.contract import PROBE, contract_object
from zcbulk_tui.cli.named_files import check_replaceable, checked_path, write_over
from zcbulk_tui.cli.output import (
    page_width,
    print_error,
    print_json,
    print_lines,
    print_prose,
)
from zcbulk_tui.cli.state import open_memory
from zcbulk_tui.config import load
from zcbulk_tui.config.settings import Settings
from zcbulk_tui.creator.scopes import UPDATE
from zcbulk_tui.domain import probe_plan
from zcbulk_tui.domain.commands import command, login
from zcbulk_tui.domain.contract import Contract, Question
from zcbulk_tui.domain.form import FormRef
from zcbulk_tui.domain.probe import MOST_CALLS, Act, Exchange, calls_made
from zcbulk_tui.domain.probe_answers import NO_SCOPE
from zcbulk_tui.domain.probe_findings import Granted, findings
from zcbulk_tui.domain.probe_trail import STILL_HAS_RESULTS, trails_of
from zcbulk_tui.domain.text import counted
from zcbulk_tui.errors import Occasion, QuotaSpentError, UsageError, ZcbulkError
from zcbulk_tui.monitor.probing import ProbeEnd, Stop, job_ids
from zcbulk_tui.render import contract as render
from zcbulk_tui.store.contracts import Contracts
from zcbulk_tui.store.json_objects import JsonObject, moment

_STILL_READ = f"{STILL_HAS_RESULTS.days} days"


def told(
    arguments: Namespace,
    settings: Settings,
    form: FormRef,
    end: ProbeEnd,
    report: Path | None,
) -> int:
    """Prints what is known now, and how to go on; returns the exit code."""
    with open_memory(is_only_read=True) as database:
        contracts = Contracts(database, settings.profile)
        contract, transcript = contracts.known(form.origin), contracts.transcript(form)
        # A form that does not exist takes no other report's place.
        is_written = report is not None and any(not it.is_unsent for it in transcript)
        if report is not None and is_written:
            _write(report, settings, contracts, form)
    if arguments.json:
        print_json(_object(settings, contract, transcript, end))
    else:
        answered = render.answered(contract)
        print(f"\n{answered} of {len(render.PROBED)} questions are answered:")
        print_lines(render.questions(contract, page_width(60)))
        print()
        if jobs := job_ids(transcript):
            ids = ", ".join(jobs.values())
            print_prose(f"Jobs of the probe, which are not on the watch list: {ids}")
    say = print_error if arguments.json else print_prose
    if is_written:
        say(_where(arguments.report))
    elif report is not None:
        say("No report was written, for nothing was asked.")
    has_ended = end.stop in (Stop.COMPLETE, Stop.MOST)
    is_open = contract.value(Question.CONTROL_SCOPE, "scope") is None
    if has_ended and is_open and _is_one_started(transcript):
        say(
            f"A sign-in with both scopes does not show which one start and abort need. To find it, "
            f"sign in without {UPDATE}, then: {anew(arguments, settings)}"
        )
    if not has_ended and (job := _unread(transcript)):
        say(f"Job {job} was started: its results are read if you go on within {_STILL_READ}.")
    least = probe_plan.least_calls(transcript, now())
    to_go_on = again(arguments, settings, least)
    match end.stop:
        case Stop.COMPLETE:
            say(_complete(arguments, settings, transcript))
            return 0 if findings(transcript).findings else ZcbulkError.exit_code
        case Stop.MOST:
            made = counted(calls_made(transcript), "call")
            say(
                f"The probe has ended, after {made}: what is left would take more than "
                f"{MOST_CALLS} in all."
            )
            return 0
        case Stop.LIMIT:
            say(
                f"This run may make {counted(arguments.calls, 'call')}, and too few of them are "
                f"left for what comes next: that takes at least {counted(least, 'call')}. To go "
                f"on: {to_go_on}"
            )
            return 0
        case Stop.DAY:
            print_error(
                f"The day's calls are used up, but for those kept for start and abort. To go on "
                f"tomorrow: {to_go_on}"
            )
            return QuotaSpentError.exit_code
        case Stop.TROUBLE:
            print_error(end.error.told(Occasion.ONCE) if end.error else "No answer came.")
            print_error(f"To go on: {to_go_on}")
            return end.error.exit_code if end.error else ZcbulkError.exit_code


def report_path(arguments: Namespace) -> Path:
    """Returns where the report goes that was typed.

    Raises:
        UsageError: It cannot go there, or another file than an earlier report would be lost.
    """
    path = checked_path(arguments.report, "--report")
    check_replaceable(path, render.is_report)
    return path


def write_report(arguments: Namespace) -> int:
    """Writes the report of the last probe, without a call; returns the exit code.

    Raises:
        UsageError: There is no probe, or the file cannot be written.
    """
    settings = load.load(flags=options.setting_flags(arguments))
    path = report_path(arguments)
    with open_memory(is_only_read=True) as database:
        contracts = Contracts(database, settings.profile)
        form = contracts.last_form()
        if form is None:
            raise UsageError(
                "There is no probe to report",
                next_step=f"Run one: {command(PROBE, settings.profile)}",
            )
        _write(path, settings, contracts, form)
    print(_where(arguments.report))
    return 0


def _unread(transcript: Sequence[Exchange]) -> str | None:
    """The id of a job whose results are still to be read; None for none."""
    for trail in trails_of(transcript, None):
        sent_at = trail.start_sent_at
        if trail.is_unread and sent_at is not None and now() - sent_at < STILL_HAS_RESULTS:
            return job_ids(transcript)[trail.job]
    return None


def _is_one_started(transcript: Sequence[Exchange]) -> bool:
    """Whether a start was accepted."""
    return any(it.step.act is Act.START and it.is_accepted for it in transcript)


def _complete(arguments: Namespace, settings: Settings, transcript: Sequence[Exchange]) -> str:
    """What is said of a probe that has nothing more to ask."""
    made = counted(calls_made(transcript), "call")
    to_repeat = anew(arguments, settings)
    waiting = [it.job for it in trails_of(transcript, None) if it.is_waiting]
    if waiting and not _is_one_started(transcript):
        lacks = any(it.step.act is Act.START and it.code == NO_SCOPE for it in transcript)
        sign_in_again = f"sign in with {UPDATE} ({login(settings.profile)}), " if lacks else ""
        return (
            f"Nothing more can be asked, after {made}: a job can be neither started nor aborted. "
            f"Job {job_ids(transcript)[waiting[-1]]} keeps the form busy until it expires, 3 hours "
            f"after its creation. Then {sign_in_again}ask again: {to_repeat}"
        )
    if reason := probe_plan.reason_to_end(transcript):
        # The fields are not read twice by one probe.
        has_jobs = any(it.step.act is Act.CREATE for it in transcript)
        then = f"To go on: {again(arguments, settings)}" if has_jobs else f"Anew: {to_repeat}"
        return f"Nothing more can be asked now, after {made}. {reason} {then}"
    return f"The probe is complete, after {made}. To ask all of it again: {to_repeat}"


def anew(arguments: Namespace, settings: Settings) -> str:
    """The command that asks all of it again."""
    return f"{again(arguments, settings, probe_plan.least_calls((), now()))} --anew"


def _object(
    settings: Settings, contract: Contract, transcript: Sequence[Exchange], end: ProbeEnd
) -> JsonObject:
    return {
        "profile": settings.profile,
        "contract": contract_object(contract),
        "probe": {
            "stop": end.stop.value,
            "calls": calls_made(transcript),
            "jobs": list(job_ids(transcript).values()),
            "steps": [
                {
                    "act": it.step.act.value,
                    "job": it.step.job,
                    "detail": it.step.detail,
                    "purpose": it.step.purpose,
                    "sent_at": moment(it.sent_at),
                    "http_status": it.http_status,
                    "code": it.code,
                    "said": it.text,
                    "sent": not it.is_unsent,
                    "calls": it.calls,
                }
                for it in transcript
            ],
        },
    }


def granted(settings: Settings) -> Granted | None:
    """Returns what the sign-in allows; None for a token that says nothing of it.

    Raises:
        ZcbulkError: There is no way to a token, or it cannot be read.
    """
    kept = sign_in.kept(settings)
    return Granted(kept.scopes, kept.signed_in_at) if kept is not None and kept.scopes else None


def _write(path: Path, settings: Settings, contracts: Contracts, form: FormRef) -> None:
    contract, transcript = contracts.known(form.origin), contracts.transcript(form)
    try:
        allowed = granted(settings)
    except ZcbulkError:
        allowed = None  # a report takes no sign-in
    is_complete = probe_plan.least_calls(transcript, now()) == 0
    text = render.report(contract, form, transcript, __version__, allowed, is_complete=is_complete)
    check_replaceable(path, render.is_report)  # a probe may take long
    write_over(path, text)


def _where(path: Path) -> str:
    return f"The report is in {path}; it names no account, form or job."


def again(arguments: Namespace, settings: Settings, least: int = 0) -> str:
    """The command that goes on where this one stopped, for which it takes so many calls."""
    typed = (("form", arguments.form), ("owner", arguments.owner), ("app", arguments.app))
    named = " ".join(f"--{name} {shlex.quote(value)}" for name, value in typed if value)
    calls = "" if arguments.calls is None else f"--calls {max(arguments.calls, least)}"
    words = f"doctor --probe {named} --environment {arguments.environment} {calls}"
    return command(" ".join(words.split()), settings.profile)
