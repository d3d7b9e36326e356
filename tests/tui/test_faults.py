"""What ends the dashboard ends it with a sentence, and no secret in it."""

import pytest

from zcbulk_tui.errors import ConfigError
from zcbulk_tui.monitor.events import Sink
from zcbulk_tui.tui.app import DashboardApp
from zcbulk_tui.tui.connection import Connection
from zcbulk_tui.tui.profile_spec import ProfileSpec

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
