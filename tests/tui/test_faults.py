"""What ends the dashboard ends it with a sentence, and no secret in it."""

import asyncio
from functools import partial

import pytest

from tests.tui.picture import text_on
from zcbulk_tui.cli import simulated
from zcbulk_tui.errors import ConfigError
from zcbulk_tui.monitor.alerts import Alerts
from zcbulk_tui.monitor.events import Sink
from zcbulk_tui.monitor.insert_queue import InsertQueue
from zcbulk_tui.monitor.night import NightWatch
from zcbulk_tui.monitor.result_fetcher import ResultFetcher
from zcbulk_tui.simulator.scenarios import build
from zcbulk_tui.tui.app import DashboardApp
from zcbulk_tui.tui.connection import Connection
from zcbulk_tui.tui.profile_spec import ProfileSpec
from zcbulk_tui.tui.screens.dialogs import NoticeScreen
from zcbulk_tui.tui.screens.watch import WatchScreen

CANARY = "1000.canary"


def failing(error: BaseException) -> DashboardApp:
    def connect(_: Sink) -> Connection:
        raise error

    return DashboardApp(ProfileSpec(connect, "TEST"))


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (ConfigError("The list [red]cannot[/red] be read", "", "Move it."), 2, "[red]cannot"),
        (ExceptionGroup("tasks", [ZeroDivisionError(CANARY)]), 1, "(ZeroDivisionError)"),
        (RuntimeError(CANARY), 1, "(RuntimeError at"),
    ],
    ids=["of the tree", "of a task", "unforeseen"],
)
async def test_an_error_while_connecting(
    error: Exception, code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    app = failing(error)
    async with app.run_test() as pilot:
        while app.is_running:
            await pilot.pause(0.01)
    assert app.return_code == code
    printed = capsys.readouterr()
    assert said in " ".join(printed.err.split())
    assert CANARY not in printed.err + printed.out


@pytest.mark.parametrize(
    ("part", "method", "name"),
    [
        (InsertQueue, "look", "queue"),
        (ResultFetcher, "look", "result fetcher"),
        (Alerts, "_evaluate", "alerts"),
        (NightWatch, "look", "night watch"),
    ],
    ids=["queue", "results", "alerts", "night"],
)
async def test_a_part_that_fails_ends_alone_and_is_said(
    part: type, method: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise ZeroDivisionError(CANARY)

    monkeypatch.setattr(part, method, fails)
    spec = ProfileSpec(partial(simulated.connect, build("steady")), "DEMO", is_real=False)
    app = DashboardApp(spec)
    async with app.run_test(size=(160, 40)) as pilot:
        async with asyncio.timeout(20):
            while not isinstance(app.screen, NoticeScreen):
                await pilot.pause(0.01)
        await pilot.pause()
        said = " ".join(" ".join(text_on(app)).replace("│", " ").split())
        assert f"DEMO: The {name} failed: a fault in this program" in said
        await pilot.press("escape")
        assert f"{name.upper()} FAILED" in text_on(app)[0]
        screen = app.screen
        assert isinstance(screen, WatchScreen)
        async with asyncio.timeout(20):
            while not all(it.snapshot.last for it in screen.workspace.rows):
                await pilot.pause(0.01)
        assert len(screen.workspace.rows) > 1, "they are polled as before"
        assert CANARY not in "".join(text_on(app))
    assert app.last_words is None
