"""What the environment and the system's limits do to commands and to the dashboard."""

import resource
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.commands import PROGRAM, environment, run_process
from tests.support.terminal import ALTERNATE_SCREEN, Terminal
from zcbulk_tui.cli import surroundings


@pytest.fixture
def empty_dashboard(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Terminal]:
    """A dashboard whose environment has one variable more."""
    name, value = request.param
    env = environment(tmp_path / "home", token="1000.any", **{name: value})
    with Terminal(PROGRAM, env) as terminal:
        yield terminal


@pytest.mark.parametrize(
    "empty_dashboard",
    [
        pytest.param(("TEXTUAL_DRIVER", "nothing.here:Driver"), id="no-such-driver"),
        pytest.param(("TEXTUAL_DRIVER", "textual.drivers.web_driver:WebDriver"), id="another"),
        pytest.param(("TEXTUAL_DRIVER", "os:path"), id="no-driver"),
        pytest.param(("TEXTUAL_LOG", "/nowhere/log"), id="log"),
        pytest.param(("TEXTUAL_COLOR_SYSTEM", "many"), id="colours"),
        pytest.param(("TEXTUAL_SCREENSHOT", "1"), id="picture"),
        pytest.param(("TEXTUAL", "debug,devtools"), id="features"),
    ],
    indirect=True,
)
def test_what_is_for_the_developers_of_the_library_changes_nothing(
    empty_dashboard: Terminal,
) -> None:
    empty_dashboard.wait_for("paste its URL here")
    assert ALTERNATE_SCREEN in empty_dashboard.modes
    empty_dashboard.press("q")
    assert empty_dashboard.exit_code() == 0
    assert empty_dashboard.is_as_it_was()


def test_only_such_variables_are_taken_out() -> None:
    environ = {"TEXTUAL_PRESS": "q", "TEXTUAL": "", "TERM": "xterm", "MY_TEXTUAL": "1"}
    surroundings.forget_library_settings(environ)
    assert environ == {"TERM": "xterm", "MY_TEXTUAL": "1"}


@pytest.mark.parametrize("zone", ["<+25>-25", "<-24>24", "AAA0BBB-25,0,365", "AAA-24BBB0"])
def test_a_zone_a_day_from_utc_is_named_and_times_are_in_utc(tmp_path: Path, zone: str) -> None:
    env = environment(tmp_path / "home", token="1000.any", TZ=zone)
    for command in ("log", "budget", "doctor"):
        ended = run_process(command, env=env)
        assert ended.err.startswith(f"zcbulk-tui: TZ: {zone} cannot be used.")
        assert "Times are shown in UTC" in ended.err
        assert "Traceback" not in ended.err


@pytest.mark.parametrize("zone", ["<+23>-23", "Nowhere/Land", ":", "EST5EDT", "UTC"])
def test_any_other_zone_is_not_spoken_of(tmp_path: Path, zone: str) -> None:
    env = environment(tmp_path / "home", token="1000.any", TZ=zone)
    assert run_process("budget", env=env).err == ""


@pytest.mark.parametrize("megabytes", [50, 60, 70, 80])
def test_a_limit_of_memory_is_said_in_a_sentence(tmp_path: Path, megabytes: int) -> None:
    size = megabytes * 2**20
    done = subprocess.run(
        [*PROGRAM, "budget"],
        env=environment(tmp_path / "home", token="1000.any", PYTHONDONTWRITEBYTECODE="1"),
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (size, size)),
        capture_output=True,
        text=True,
        check=False,
    )
    # Where it is enough on this machine, it does its work.
    if done.returncode != 0:
        assert done.returncode == 1
        assert "zcbulk-tui: The system gives this program no more" in done.stderr
        assert done.stdout == ""
