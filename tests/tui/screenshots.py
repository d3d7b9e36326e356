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
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
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
from zcbulk_tui.tui.themes import make

FOLDER = Path(__file__).parents[2] / "screenshots"

_TAGS = {
    "sales": ("Customers 2019-24", "Orders EU", "Invoices Q3", "Leads spring fair"),
    "stock": ("Price list", "Suppliers", "Warehouses", "Stock", "Returns"),
}

_Act = Callable[[Stage], Awaitable[None]]


async def _demo(
    act: _Act, size: tuple[int, int] = (120, 36), stage: Callable[[], Stage] = Stage
) -> str:
    """The demo, after something was done in it."""
    async with stage().open(*size) as opened:
        await act(opened)
        return opened.app.export_screenshot()


async def _dashboard(stage: Stage) -> None:
    stage.screen.set_view(Order(SortBy.RISK), None)  # as the demo begins
    await stage.pass_time(35)
    await stage.wait(4)


async def _abort(stage: Stage) -> None:
    await _dashboard(stage)
    await stage.select("Orders EU")
    await stage.press("X")


async def _budget(stage: Stage) -> None:
    await _dashboard(stage)
    await stage.press("b")


async def _detail(stage: Stage) -> None:
    await _dashboard(stage)
    await stage.select("Orders EU")
    await stage.press("enter")


async def _groups(stage: Stage) -> None:
    await _dashboard(stage)
    for tag, labels in _TAGS.items():
        for label in labels:
            (job,) = (it.job for it in stage.jobs if it.job.label == label)
            stage.monitor.edit(job._replace(tags=(tag,)))
    await stage.show()
    for label in ("Suppliers", "Warehouses"):
        await stage.select(label)
        await stage.press("space")
    await stage.press("v", "v", "v", "v", "slash", *"!state:expired", "enter")


async def _chain(stage: Stage) -> None:
    """A job that Zoho aborted and two that repair it: one line, unfolded."""
    await _dashboard(stage)
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
    before = job
    for number, (state, raw, reached) in enumerate(attempts, start=1):
        ref = job.ref._replace(job_id=str(int(job.ref.job_id) + number))
        label = f"{job.label}, repair {number}"
        before = job._replace(ref=ref, label=label, repairs=before.ref.job_id)
        reading = JobReading(state, raw, reached, stage.now())
        rows.put(Listed(first.profile, JobSnapshot(before, readings=(reading,))))
    await stage.press("c")


async def _history(stage: Stage) -> None:
    await stage.follow("Customers 2019-24", 225, step=9)
    await stage.select("Customers 2019-24")
    await stage.press("h")
    await stage.press(*["comma"] * 9)


async def _log(stage: Stage) -> None:
    await stage.follow("Orders EU", 60, step=20)
    await stage.select("Suppliers")
    await stage.press("S", "y")
    await stage.until(lambda: stage.sent(Action.START) == 1)
    await stage.follow("Suppliers", 10, step=5)
    await stage.press("l")


async def _insert(stage: Stage) -> None:
    """What the check of a file has found, with the form's fields."""
    await _dashboard(stage)
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


async def _queue(stage: Stage) -> None:
    """Files on their way: one that is uploaded, one that needs the user, two that wait."""
    await _dashboard(stage)
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


async def _with_failures(act: _Act, size: tuple[int, int]) -> str:
    """A job that has ended badly, whose results are on the disk."""
    with TemporaryDirectory() as folder:
        stage, failures = failing.with_failures(Path(folder), is_real=True)
        async with stage.open(*size) as opened:
            await opened.select(failing.ENDED)
            ref = opened.ref(failing.ENDED)
            failures.put(ref, ResultKind.FAILURE)
            await act(opened)
            return opened.app.export_screenshot()


async def _results(stage: Stage) -> None:
    await stage.press("d", "s")
    await stage.until(lambda: _says(stage, "Fetching costs 2 calls."))


async def _failures(stage: Stage) -> None:
    await stage.press("f")
    await stage.until(lambda: _says(stage, "6 reasons"))


async def _failed_rows(stage: Stage) -> None:
    await _failures(stage)
    await stage.press("j", "j", "enter")
    await stage.until(lambda: _says(stage, "record 1 of the result"))


async def _repair(stage: Stage) -> None:
    await _failures(stage)
    await stage.press("F")
    await stage.until(lambda: _says(stage, "13-Mar-2026"))


def _says(stage: Stage, text: str) -> bool:
    return any(text in line for line in stage.text())


async def _help(stage: Stage) -> None:
    await stage.press("question_mark")


async def _first_run() -> str:
    """A profile that nobody is signed in to, and that has no jobs yet."""
    stage = Stage()
    stage.creator.jobs.clear()
    spec = stage.spec._replace(badge="default", is_real=True, is_signed_in=lambda: False)
    stage.app = DashboardApp(spec, now=stage.now)
    async with stage.app.run_test(size=(120, 36)) as stage.pilot:
        await stage.until(lambda: stage.screen.workspace.here.monitor is not None)
        return stage.app.export_screenshot()


async def _profiles() -> str:
    """Two profiles in one list, one of them with jobs in production."""
    cast = Cast("acme", "lab")
    async with cast.open() as opened:
        await opened.show_together("acme", "lab")
        opened.app.clear_notifications()
        await opened.press("v")
        await opened.select(0, "acme")  # it is on a job of whichever was connected first
        return opened.app.export_screenshot()


async def _login() -> str:
    return login_picture.take()


def _of_acme(**preferences: Any) -> Stage:
    """The jobs of the demo as those of a profile, so that production is marked."""
    stage = Stage()
    spec = stage.spec._replace(badge="acme", is_real=True)
    stage.app = DashboardApp(spec, preferences=Preferences(**preferences), now=stage.now)
    return stage


def _in_theme(name: str) -> Stage:
    return _of_acme(themes=make(name))


PICTURES: Mapping[str, tuple[tuple[int, int], _Act]] = {
    "dashboard": ((120, 36), _dashboard),
    "dashboard-80x24": ((80, 24), _dashboard),
    "dashboard-60x15": ((60, 15), _dashboard),
    "detail": ((160, 48), _detail),
    "budget": ((120, 36), _budget),
    "history": ((120, 36), _history),
    "log": ((120, 36), _log),
    "abort": ((120, 36), _abort),
    "groups": ((120, 36), _groups),
    "chain": ((120, 36), _chain),
    "chain-80x24": ((80, 24), _chain),
    "insert": ((120, 40), _insert),
    "queue": ((120, 36), _queue),
    "help": ((100, 132), _help),
}
"""Of the demo as it is: the size of each, and what is done before it is taken."""

_OTHERS: Mapping[str, Callable[[], Awaitable[str]]] = {
    "first-run": _first_run,
    "login": _login,
    "results": partial(_with_failures, _results, (120, 36)),
    "failures": partial(_with_failures, _failures, (120, 40)),
    "failures-80x24": partial(_with_failures, _failures, (80, 24)),
    "failed-rows": partial(_with_failures, _failed_rows, (120, 40)),
    "repair": partial(_with_failures, _repair, (120, 40)),
    "repair-80x24": partial(_with_failures, _repair, (80, 24)),
    "profiles": _profiles,
    "light": partial(_demo, _dashboard, stage=partial(_in_theme, "light")),
    "high-contrast": partial(_demo, _dashboard, stage=partial(_in_theme, "high-contrast")),
    "colour-blind": partial(_demo, _dashboard, stage=partial(_in_theme, "colour-blind")),
    "no-colour": partial(_demo, _dashboard, stage=_of_acme),
    "ascii": partial(_demo, _dashboard, stage=partial(_of_acme, ascii_only=True)),
}
"""How each of the others is made."""

ALL = (*PICTURES, *_OTHERS)
"""The names of all pictures."""


async def take(name: str) -> str:
    """Returns a picture as SVG."""
    with _alike_everywhere(name), patch.object(memory, "call_values", _in_a_made_up_time):
        if name in _OTHERS:
            return await _OTHERS[name]()
        size, act = PICTURES[name]
        return await _demo(act, size)


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
    """Writes all pictures, or those that are named."""
    FOLDER.mkdir(exist_ok=True)
    for name in sys.argv[1:] or ALL:
        path = FOLDER / f"{name}.svg"
        path.write_text(asyncio.run(take(name)), encoding="utf-8")
        print(path.relative_to(FOLDER.parent))


if __name__ == "__main__":
    main()
