"""Makes the pictures in ``screenshots/``: ``python -m tests.tui.screenshots``.

They show the running demo with a fixed seed at a fixed time, and the sign-in with a fixed code, so
they come out the same every time; a test holds them against what the screen shows now.
"""

import asyncio
import os
import time
import zlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

from tests.cli import login_picture
from tests.tui.stage import Stage
from zcbulk_tui.domain.job import Action
from zcbulk_tui.domain.records import CallRecord
from zcbulk_tui.store import call_log

FOLDER = Path(__file__).parents[2] / "screenshots"


async def _dashboard(stage: Stage) -> None:
    await stage.pass_time(35)
    await stage.wait(4)


async def _abort(stage: Stage) -> None:
    await _dashboard(stage)
    await stage.select("Orders EU")
    await stage.press("X")


async def _budget(stage: Stage) -> None:
    await _dashboard(stage)
    await stage.press("b")


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


async def _help(stage: Stage) -> None:
    await stage.press("question_mark")


PICTURES: Mapping[str, tuple[tuple[int, int], Callable[[Stage], Awaitable[None]]]] = {
    "dashboard": ((120, 36), _dashboard),
    "dashboard-80x24": ((80, 24), _dashboard),
    "budget": ((120, 36), _budget),
    "abort": ((120, 36), _abort),
    "history": ((120, 36), _history),
    "log": ((120, 36), _log),
    "help": ((120, 36), _help),
}
"""The size of each picture, and what is done before it is taken."""


ALL = (*PICTURES, "login")
"""The names of all pictures."""


async def take(name: str) -> str:
    """Returns a picture as SVG."""
    if name == "login":
        return login_picture.take()
    (width, height), act = PICTURES[name]
    with patch.object(call_log, "values", _in_a_made_up_time):
        async with Stage().open(width, height) as stage:
            await act(stage)
            return stage.app.export_screenshot()


def _in_a_made_up_time(profile: str, record: CallRecord) -> dict[str, Any]:
    """The row of a call: how long it really took is another time each time."""
    seconds = 0.12 + (zlib.crc32(record.ref.job_id.encode()) + record.left * 7) % 90 / 1000
    return _values(profile, replace(record, seconds=seconds))


_values = call_log.values


def use_utc() -> None:
    """Makes the times of day in the pictures the same everywhere."""
    os.environ["TZ"] = "UTC"
    time.tzset()


def main() -> None:
    """Writes all pictures."""
    use_utc()
    FOLDER.mkdir(exist_ok=True)
    for name in ALL:
        path = FOLDER / f"{name}.svg"
        path.write_text(asyncio.run(take(name)), encoding="utf-8")
        print(path.relative_to(FOLDER.parent))


if __name__ == "__main__":
    main()
