"""Adding, removing and polling jobs from the screen."""

import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from itertools import groupby
from typing import TYPE_CHECKING

from zcbulk_tui.domain.address import parse_job_url
from zcbulk_tui.domain.job import WatchedJob
from zcbulk_tui.domain.snapshot import JobKey, Listed
from zcbulk_tui.errors import ConfigError, QuotaSpentError, UsageError, ZcbulkError

if TYPE_CHECKING:
    from zcbulk_tui.tui.screens.watch_view import WatchView

_URL = re.compile(r"https?://[^\s\"'<>]+")

_MANY = 10
"""Calls from which on one key press asks first."""


def meant(screen: "WatchView") -> list[Listed]:
    """The jobs that a key is about: the marked ones, else the selected one."""
    rows = screen.jobs.rows
    if rows.marked:
        return [rows[key] for key in rows.marked]
    return [screen.selected] if screen.selected else []


def job_urls(screen: "WatchView", text: str) -> list[str]:
    """The URLs of jobs in a text, each once."""
    base_url = screen.here.spec.job_defaults.base_url
    urls: dict[str, None] = {}
    for found in _URL.findall(text):
        url = found.rstrip(".,;:)]}")
        with suppress(UsageError):
            parse_job_url(url, base_url=base_url)
            urls[url] = None
    return list(urls)


def ask_to_add(screen: "WatchView", pasted: str = "", *more: str) -> None:
    """Asks for a job, and watches it; `pasted` may be its URL, and `more` those of others."""
    from zcbulk_tui.tui.screens.add_job import AddJobScreen

    here, like = screen.here, screen.selected

    def answered(job: WatchedJob | None) -> None:
        if job is None or here.monitor is None:
            return
        if more:
            screen.call_later(ask_to_add, screen, *more)
        key = JobKey(here.name, job.ref)
        if key in screen.jobs.rows:
            screen.notify("It is on the list already.", title=job.label, markup=False)
        else:
            try:
                here.monitor.add(job)
            except ConfigError as error:
                _show(screen, error)
                return
        screen.flush()  # puts a new job on the list
        screen.jobs.select_job(key)

    home = here.spec.job_defaults
    watched = [each.snapshot.ref for each in screen.jobs.rows if each.profile == here.name]
    dialog = AddJobScreen(
        like.snapshot if like else None, home, screen.now, pasted=pasted, watched=watched
    )
    screen.app.push_screen(dialog, answered)


def ask_to_edit(screen: "WatchView") -> None:
    """Asks for the label, the tags and the note of the selected job."""
    from zcbulk_tui.tui.screens.edit_job import EditJobScreen

    selected, monitor = screen.selected, screen.here.monitor
    if selected is None or monitor is None:
        return

    def answered(job: WatchedJob | None) -> None:
        fault = selected.snapshot.fault
        is_given_up = fault is not None and fault.error.ends_polls
        if job is None or (job == selected.snapshot.job and not is_given_up):
            return
        try:
            monitor.edit(job)
        except ConfigError as error:
            _show(screen, error)
        screen.flush()

    screen.app.push_screen(EditJobScreen(selected.snapshot.job), answered)


def ask_to_remove(screen: "WatchView") -> None:
    """Asks whether to stop watching jobs."""
    from zcbulk_tui.tui.screens.dialogs import ConfirmScreen

    jobs = meant(screen)
    if not jobs:
        return

    def answered(yes: bool | None) -> None:
        if not yes:
            return
        screen.jobs.rows.marked.clear()
        for listed in jobs:
            monitor = screen.profile(listed.profile).monitor
            try:
                if monitor is not None and listed.key in screen.jobs.rows:
                    monitor.remove(listed.snapshot.ref)
            except ConfigError as error:
                _show(screen, error)
                break
        screen.flush()  # the next key is about the next job

    ids = ", ".join(listed.snapshot.ref.job_id for listed in jobs)
    one = jobs[0].snapshot.job.label if len(jobs) == 1 else ""
    named = [] if one else ["\n".join(listed.snapshot.job.label for listed in jobs)]
    again = "it again you need its id" if one else "them again you need their ids"
    screen.app.push_screen(
        ConfirmScreen(
            f"Stop watching “{one}”?" if one else f"Stop watching {len(jobs):,} jobs?",
            [
                *named,
                f"{'It leaves' if one else 'They leave'} this list. Nothing changes at Zoho.",
                f"Zoho has no list of jobs: to watch {again}, {ids}.",
            ],
            yes="Stop watching",
        ),
        answered,
    )


def poll(screen: "WatchView", jobs: Sequence[Listed], *, key: str) -> None:
    """Asks for the status of jobs, first whether to if that costs many calls."""
    from zcbulk_tui.tui.screens.dialogs import ConfirmScreen

    if len(jobs) < _MANY:
        _poll(screen, jobs, key)
        return

    def answered(yes: bool | None) -> None:
        if yes:
            _poll(screen, jobs, key)

    screen.app.push_screen(
        ConfirmScreen(
            f"Ask for the status of {len(jobs):,} jobs?",
            [f"It costs {len(jobs):,} calls, at 50 a minute. {calls_left(screen, jobs)}"],
            yes="Ask",
        ),
        answered,
    )


def poll_all(screen: "WatchView") -> None:
    """Polls every job that is shown and not over."""
    rows = screen.jobs.rows
    shown = [rows[key] for key in rows.jobs]
    poll(screen, [listed for listed in shown if not listed.snapshot.is_final], key="R")


def calls_left(screen: "WatchView", jobs: Iterable[Listed]) -> str:
    """What is left of today's calls of the jobs' profiles, in sentences."""
    from zcbulk_tui.render import words

    said = []
    for name in dict.fromkeys(listed.profile for listed in jobs):
        spent = screen.profile(name).service.spent
        if spent is not None:
            whose = f"{name}: " if len(screen.profiles) > 1 else ""
            said.append(f"{whose}{words.calls_left(spent)}")
    return " ".join(said)


def _poll(screen: "WatchView", jobs: Iterable[Listed], key: str) -> None:
    """Polls; says why, where the day's calls do not allow it."""
    by_profile = sorted(jobs, key=lambda listed: listed.profile)
    for name, members in groupby(by_profile, key=lambda listed: listed.profile):
        monitor = screen.profile(name).monitor
        try:
            if monitor is not None:
                monitor.poll_now([listed.snapshot.ref for listed in members], key=key)
        except QuotaSpentError as error:
            parts = (error.cause, error.next_step)
            screen.notify(
                " ".join(part for part in parts if part),
                title=error.title,
                severity="warning",
                timeout=10,
                markup=False,
            )


def _show(screen: "WatchView", error: ZcbulkError) -> None:
    from zcbulk_tui.tui.screens.dialogs import NoticeScreen

    screen.app.push_screen(NoticeScreen.of(error))
