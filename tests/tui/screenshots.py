"""Makes the pictures in ``screenshots/``: ``python -m tests.tui.screenshots [NAME…]``.

They show the running demo with a fixed seed at a fixed time, and the sign-in with a fixed code, so
they come out the same every time; a test holds them against what the screen shows now.
"""

import asyncio
import csv
import os
import sys
import time
import zlib
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from contextlib import aclosing, asynccontextmanager, contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple
from unittest.mock import patch

from textual.widgets import Input

from tests.cli import login_picture
from tests.support.insertions import FORM, insertion
from tests.tui import failing
from tests.tui.profiles import Cast
from tests.tui.stage import Stage
from zcbulk_tui.domain.control import Outcome
from zcbulk_tui.domain.insertion import Slot, StepRecord, queued_files
from zcbulk_tui.domain.job import Action, Counts, JobReading, JobState
from zcbulk_tui.domain.records import CallRecord
from zcbulk_tui.domain.result import ResultKind
from zcbulk_tui.domain.snapshot import JobSnapshot, Listed
from zcbulk_tui.errors import UnclearError
from zcbulk_tui.monitor.events import QueueChanged
from zcbulk_tui.render.order import Order, SortBy
from zcbulk_tui.simulator.fields import FORMS
from zcbulk_tui.simulator.samples import sample
from zcbulk_tui.store import log_rows, memory
from zcbulk_tui.tui.app import DashboardApp, Preferences

FOLDER = Path(__file__).parents[2] / "screenshots"

_TAGS = {
    "sales": ("Customers 2019-24", "Orders EU", "Invoices Q3", "Leads spring fair"),
    "stock": ("Price list", "Suppliers", "Warehouses", "Stock", "Returns"),
}

Shown = AsyncGenerator[tuple[str, Stage | Cast], None]
"""What is on a screen, one picture after the other: the name of each."""

_USUAL = (120, 36)


async def _poll(stage: Stage) -> None:
    stage.screen.set_view(Order(SortBy.RISK), None)  # as the demo begins
    await stage.pass_time(35)
    await stage.wait(4)


async def on_the_dashboard() -> Shown:
    """The demo, after some polls; each picture goes on from where the one before was."""
    async with Stage().open(*_USUAL) as stage:
        await _poll(stage)
        yield "dashboard", stage
        await stage.press("b")
        yield "budget", stage
        await stage.press("escape", "X")
        yield "abort", stage
        await stage.press("escape")
        async with _file_checked(stage):
            yield "insert", stage
        await stage.resize(*_USUAL)
        async with _files_on_their_way(stage):
            yield "queue", stage
        for width, height in ((80, 24), (60, 15)):
            await stage.resize(width, height)
            yield f"dashboard-{width}x{height}", stage
        await stage.resize(160, 48)
        await stage.press("enter")
        yield "detail", stage
        await stage.press("enter")
        await stage.resize(*_USUAL)
        async with _chain_unfolded(stage):
            yield "chain", stage
            await stage.resize(80, 24)
            yield "chain-80x24", stage
        await stage.resize(*_USUAL)
        await _group(stage)
        yield "groups", stage


@asynccontextmanager
async def _file_checked(stage: Stage) -> AsyncIterator[None]:
    """What the check of a file has found, with the form's fields."""
    await stage.resize(120, 40)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "contacts.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(sample(FORMS["Contacts"].fields, 5_000, bad=0.003))
        await stage.press("N")
        dialog = stage.app.screen
        for name, value in (("path", str(path)), ("form", "Contacts")):
            dialog.query_one(f"#{name}", Input).value = value
        await stage.press("enter")
        await stage.until(lambda: dialog.query_one("#report").display)
        await stage.press("enter")
        await stage.until(lambda: dialog.query_one("#handling").display)
        # The button that was pressed is lit for a moment: how much is left of it depends on how
        # long the file took.
        await stage.until(lambda: not dialog.query("Button.-active"))
        yield
        while stage.app.screen is not stage.screen:
            await stage.press("escape")


@asynccontextmanager
async def _files_on_their_way(stage: Stage) -> AsyncIterator[None]:
    """Files on their way: one that is uploaded, one that needs the user, two that wait."""
    at = StepRecord(stage.now())
    done = at._replace(outcome=Outcome.ACCEPTED)
    lost = at.ended_by(UnclearError("No answer came"))
    forms = [FORM._replace(form=name) for name in ("Contacts", "Suppliers", "Customers")]
    contacts, suppliers, customers = forms
    queue = [
        insertion("1", contacts, label="Contacts 2026", create=done, upload=at),
        insertion("2", suppliers, label="Suppliers Asia", create=lost),
        insertion("3", customers, label="customers.csv 2/3"),
        insertion("4", customers, label="customers.csv 3/3"),
    ]
    first, *others = queued_files(queue, {customers: Slot(taken_by="Customers 2019-24")})
    files = (first._replace(sent=640_000, rate=80_000.0), *others)
    workspace = stage.screen.workspace
    workspace.apply(workspace.here, QueueChanged(files))
    await stage.show()
    yield
    workspace.apply(workspace.here, QueueChanged(()))
    await stage.show()


@asynccontextmanager
async def _chain_unfolded(stage: Stage) -> AsyncIterator[None]:
    """A job that Zoho aborted and two that repair it: one line, unfolded."""
    await stage.select("Stock")
    rows = stage.screen.workspace.rows
    first = rows.selected
    assert first is not None
    assert first.snapshot.last is not None
    counts, job = first.snapshot.last.counts, first.snapshot.job
    left = (counts.total or 0) - (counts.success or 0)
    attempts = (
        (JobState.COMPLETED, "Completed", Counts(left, left - 2_400, 2_400, 0)),
        (JobState.IN_PROGRESS, "In-progress", Counts(2_400, 1_200, 0, 1_200)),
    )
    before, repairs = job, []
    for number, (state, raw, reached) in enumerate(attempts, start=1):
        ref = job.ref._replace(job_id=str(int(job.ref.job_id) + number))
        label = f"{job.label}, repair {number}"
        before = job._replace(ref=ref, label=label, repairs=before.ref.job_id)
        reading = JobReading(state, raw, reached, stage.now())
        repairs.append(Listed(first.profile, JobSnapshot(before, readings=(reading,))))
        rows.put(repairs[-1])
    await stage.press("c")
    yield
    for repair in repairs:
        rows.drop(repair.key)


async def _group(stage: Stage) -> None:
    for tag, labels in _TAGS.items():
        for label in labels:
            (job,) = (it.job for it in stage.jobs if it.job.label == label)
            stage.monitor.edit(job._replace(tags=(tag,)))
    await stage.show()
    for label in ("Suppliers", "Warehouses"):
        await stage.select(label)
        await stage.press("space")
    await stage.press("v", "v", "v", "v", "slash", *"!state:expired", "enter")


async def in_the_history() -> Shown:
    """A job that was read for a while."""
    async with Stage().open(*_USUAL) as stage:
        await stage.follow("Customers 2019-24", 225, step=9)
        await stage.select("Customers 2019-24")
        await stage.press("h")
        await stage.press(*["comma"] * 9)
        yield "history", stage


async def in_the_log() -> Shown:
    """A job that was started, and the help, in which nothing of all this is seen."""
    async with Stage().open(*_USUAL) as stage:
        await stage.follow("Orders EU", 60, step=20)
        await stage.select("Suppliers")
        await stage.press("S", "y")
        await stage.until(lambda: stage.sent(Action.START) == 1)
        await stage.follow("Suppliers", 10, step=5)
        await stage.press("l")
        yield "log", stage
        await stage.press("escape")
        await stage.resize(100, 132)
        await stage.press("question_mark")
        yield "help", stage


async def _about_failures() -> Shown:
    """A job that has ended badly, whose results are on the disk."""
    with TemporaryDirectory() as folder:
        stage, failures = failing.with_failures(Path(folder), is_real=True)
        async with stage.open(*_USUAL):
            await stage.select(failing.ENDED)
            failures.put(stage.ref(failing.ENDED), ResultKind.FAILURE)
            await stage.press("d", "s")
            await stage.until(lambda: _says(stage, "Fetching costs 2 calls."))
            yield "results", stage
            await stage.press("escape")
            await stage.resize(120, 40)
            await stage.press("f")
            await stage.until(lambda: _says(stage, "6 reasons"))
            yield "failures", stage
            await stage.resize(80, 24)
            yield "failures-80x24", stage
            await stage.press("F")
            await stage.until(lambda: _says(stage, "13-Mar-2026"))
            yield "repair-80x24", stage
            await stage.resize(120, 40)
            yield "repair", stage
            await stage.press("escape", "j", "j", "enter")
            await stage.until(lambda: _says(stage, "record 1 of the result"))
            yield "failed-rows", stage


def _says(stage: Stage, text: str) -> bool:
    return any(text in line for line in stage.text())


async def _before_the_first_job() -> Shown:
    """A profile that nobody is signed in to, and that has no jobs yet."""
    stage = Stage()
    stage.creator.jobs.clear()
    spec = stage.spec._replace(badge="default", is_real=True, is_signed_in=lambda: False)
    stage.app = DashboardApp(spec, now=stage.now)
    async with stage.app.run_test(size=_USUAL) as stage.pilot:
        await stage.until(lambda: stage.screen.workspace.here.monitor is not None)
        yield "first-run", stage


async def _of_two_profiles() -> Shown:
    """Two profiles in one list, one of them with jobs in production."""
    cast = Cast("acme", "lab")
    async with cast.open() as opened:
        await opened.show_together("acme", "lab")
        opened.app.clear_notifications()
        await opened.press("v")
        await opened.select(0, "acme")  # it is on a job of whichever was connected first
        yield "profiles", opened


async def _of_acme(*names: str, **preferences: Any) -> Shown:
    """The jobs of the demo as those of a profile, so that production is marked."""
    stage = Stage()
    spec = stage.spec._replace(badge="acme", is_real=True)
    stage.app = DashboardApp(spec, preferences=Preferences(**preferences), now=stage.now)
    async with stage.open(*_USUAL):
        await _poll(stage)
        for name in names:
            while name in stage.app.themes.names and stage.app.themes.shown != name:
                stage.app.themes.step(stage.app)
            await stage.show()
            yield name, stage


class Sitting(NamedTuple):
    """An app that several pictures are taken of.

    Attributes:
        show: Has it show one after the other.
        names: The names of the pictures.
    """

    show: Callable[[], Shown]
    names: tuple[str, ...]


def _in_acme(*names: str, **preferences: Any) -> Sitting:
    return Sitting(partial(_of_acme, *names, **preferences), names)


SITTINGS = (
    Sitting(
        on_the_dashboard,
        (
            *("dashboard", "budget", "abort", "insert", "queue", "dashboard-80x24"),
            *("dashboard-60x15", "detail", "chain", "chain-80x24", "groups"),
        ),
    ),
    Sitting(in_the_history, ("history",)),
    Sitting(in_the_log, ("log", "help")),
    Sitting(
        _about_failures,
        ("results", "failures", "failures-80x24", "repair-80x24", "repair", "failed-rows"),
    ),
    Sitting(_before_the_first_job, ("first-run",)),
    Sitting(_of_two_profiles, ("profiles",)),
    _in_acme("light", "high-contrast", "colour-blind"),
    _in_acme("no-colour"),
    _in_acme("ascii", ascii_only=True),
)
"""Of all pictures but that of the sign-in, which is no screen."""

ALL = ("login", *(name for sitting in SITTINGS for name in sitting.names))
"""The names of all pictures."""


async def take(sitting: Sitting) -> dict[str, str]:
    """Returns the pictures of a sitting as SVG, by name."""
    with (
        _alike_everywhere(sitting.names[0]),
        patch.object(memory, "call_values", _in_a_made_up_time),
    ):
        async with aclosing(sitting.show()) as shown:
            return {name: stage.app.export_screenshot() async for name, stage in shown}


@contextmanager
def _alike_everywhere(name: str) -> Iterator[None]:
    """Keeps out of a picture where it is made: the colours of the terminal, the time zone."""
    environ = {"TZ": "UTC", "TERM": "xterm-256color", "COLORTERM": "truecolor", "NO_COLOR": ""}
    if name == "no-colour":
        environ["NO_COLOR"] = "1"
    try:
        with patch.dict(os.environ, environ):
            time.tzset()
            yield
    finally:
        time.tzset()


def _in_a_made_up_time(profile: str, record: CallRecord) -> dict[str, Any]:
    """The row of a call: how long it really took is another time each time."""
    seconds = 0.12 + (zlib.crc32(record.label.encode()) + record.left * 7) % 90 / 1000
    return _values(profile, record._replace(seconds=seconds))


_values = log_rows.call_values


def main() -> None:
    """Writes all pictures, or those of the sittings that have one that is named."""
    FOLDER.mkdir(exist_ok=True)
    wanted = set(sys.argv[1:] or ALL)
    made = {"login": login_picture.take()} if "login" in wanted else {}
    for sitting in SITTINGS:
        if wanted.intersection(sitting.names):
            made |= asyncio.run(take(sitting))
    for name, picture in made.items():
        path = FOLDER / f"{name}.svg"
        path.write_text(picture, encoding="utf-8")
        print(path.relative_to(FOLDER.parent))


if __name__ == "__main__":
    main()
