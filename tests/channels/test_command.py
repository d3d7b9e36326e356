"""A command for alerts: what it gets, and that no command whatever holds anything up."""

import asyncio
import json
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.channels.alerts import ALERT, OF_ALL
from tests.support.text import is_one_safe_line
from zcbulk_tui.channels.command import CommandChannel
from zcbulk_tui.channels.payload import alert_json
from zcbulk_tui.errors import AlertNotSentError

Hook = Callable[..., CommandChannel]


@pytest.fixture
def hook(tmp_path: Path) -> Hook:
    """Makes a channel of a shell script."""

    def make(script: str, *arguments: str, patience: float = 10.0) -> CommandChannel:
        file = tmp_path / "hook"
        file.write_text(f"#!/bin/sh\ncd '{tmp_path}'\n{script}\n")
        file.chmod(0o700)
        return CommandChannel([str(file), *arguments], patience=patience)

    return make


@pytest.fixture(autouse=True)
def nothing_is_left() -> Iterator[None]:
    """No descriptor and no child of this process outlives a test."""
    before = descriptors()
    yield
    assert descriptors() == before
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


def descriptors() -> set[str]:
    return {name for name in os.listdir("/proc/self/fd") if os.path.exists(f"/proc/self/fd/{name}")}  # noqa: PTH110, PTH208 - numbers, not files


async def failure(channel: CommandChannel) -> AlertNotSentError:
    with pytest.raises(AlertNotSentError) as caught:
        await channel.send(ALERT)
    assert is_one_safe_line(str(caught.value))
    assert caught.value.next_step.endswith("zcbulk-tui alerts test --profile orders")
    return caught.value


def has_ended(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


async def test_it_gets_the_alert_on_its_standard_input_and_in_variables(
    hook: Hook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MINE", "kept")
    await hook('cat > stdin; env > variables; echo "$@" > arguments', "a b", "$HOME").send(ALERT)
    assert (tmp_path / "stdin").read_bytes() == alert_json(ALERT)
    assert (tmp_path / "arguments").read_text() == "a b $HOME\n"
    found = dict(line.split("=", 1) for line in (tmp_path / "variables").read_text().splitlines())
    assert found["MINE"] == "kept"
    assert {name: text for name, text in found.items() if name.startswith("ZCBULK_")} == {
        "ZCBULK_ALERT_KIND": "stuck",
        "ZCBULK_ALERT_SEVERITY": "warning",
        "ZCBULK_ALERT_TEXT": "Its counts have not moved for 10 minutes",
        "ZCBULK_ALERT_JOB": "3888833000000114027",
        "ZCBULK_ALERT_LABEL": "Employees",
        "ZCBULK_ALERT_PROFILE": "orders",
        "ZCBULK_ALERT_AT": "2026-03-11T10:30:00.000+00:00",
    }


async def test_an_alert_of_a_profile_has_empty_variables_of_a_job(
    hook: Hook, tmp_path: Path
) -> None:
    await hook('echo "<$ZCBULK_ALERT_JOB|$ZCBULK_ALERT_LABEL>" > out; cat > stdin').send(OF_ALL)
    assert (tmp_path / "out").read_text() == "<|>\n"
    assert json.loads((tmp_path / "stdin").read_text())["job"] is None


async def test_text_from_outside_is_one_line_in_its_variable(hook: Hook, tmp_path: Path) -> None:
    odd = ALERT._replace(text="a\nb\x1b[2J é 名前", label="x\x00y")
    await hook('printf %s "$ZCBULK_ALERT_TEXT|$ZCBULK_ALERT_LABEL" > out').send(odd)
    assert (tmp_path / "out").read_text("utf-8") == "a b\ufffd[2J é 名前|x\ufffdy"


async def test_what_is_secret_is_withheld(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ZCBULK_ACCESS_TOKEN", "ZCBULK_STATE_DIR"):
        monkeypatch.setenv(name, "hunter2")
    words = ["/bin/sh", "-c", f"env > '{tmp_path}/variables'"]
    await CommandChannel(words, {"ZCBULK_ACCESS_TOKEN"}).send(ALERT)
    found = (tmp_path / "variables").read_text()
    assert "ZCBULK_STATE_DIR=hunter2" in found
    assert "ZCBULK_ACCESS_TOKEN" not in found


@pytest.mark.parametrize(
    ("script", "title", "cause"),
    [
        ("exit 3", "failed with exit code 3", ""),
        (
            "echo 'no such host' >&2; echo more >&2; exit 1",
            "failed with exit code 1",
            "no such host",
        ),
        ("printf '\\n  \\n\\033[2Jred\\tx\\n' >&2; exit 1", "failed with", "\ufffd[2Jred x"),
        ("printf '\\377\\376' >&2; exit 1", "failed with exit code 1", "\ufffd\ufffd"),
        ("kill -9 $$", "was ended by signal 9", ""),
        ("head -c 300000 /dev/zero | tr '\\0' x >&2; exit 2", "failed with exit code 2", "…"),
    ],
)
async def test_a_failure_says_why(hook: Hook, script: str, title: str, cause: str) -> None:
    error = await failure(hook(script))
    assert error.title.startswith(f"The alert's command {title}")
    assert cause in error.cause
    assert bool(error.cause) is bool(cause)


async def test_what_a_success_says_is_no_matter(hook: Hook) -> None:
    await hook("echo warning >&2; echo hello").send(ALERT)


@pytest.mark.parametrize(
    ("words", "cause"),
    [
        (["/no/such/program"], "No such file or directory"),
        (["no-such-program-anywhere"], "No such file or directory"),
        (["/"], "Permission denied"),
    ],
)
async def test_a_program_that_cannot_be_run(words: list[str], cause: str) -> None:
    error = await failure(CommandChannel(words))
    assert (error.title, error.cause) == ("The alert's command cannot be run", f"{cause}.")


@pytest.mark.parametrize("stream", ["1", "2"])
async def test_ten_megabytes_of_output_hold_nothing_up(hook: Hook, stream: str) -> None:
    begun = time.monotonic()
    await hook(f"head -c 10000000 /dev/zero >&{stream}").send(ALERT)
    assert time.monotonic() - begun < 5


@pytest.mark.parametrize(
    "script", ["sleep 60", "trap '' TERM HUP INT; while :; do sleep 60; done", "yes >&2", "yes"]
)
async def test_what_does_not_end_is_ended_in_time(hook: Hook, script: str) -> None:
    begun = time.monotonic()
    error = await failure(hook(script, patience=0.3))
    assert error.title == ("The alert's command did not end within 0.3 seconds, and was ended")
    assert 0.3 <= time.monotonic() - begun < 3


async def test_its_children_end_with_it(hook: Hook, tmp_path: Path) -> None:
    await failure(hook("sleep 60 & echo $! > child; sleep 60", patience=0.3))
    child = int((tmp_path / "child").read_text())
    await until(lambda: has_ended(child))


async def test_what_it_leaves_in_the_background_holds_nothing_up(
    hook: Hook, tmp_path: Path
) -> None:
    begun = time.monotonic()
    await hook("sleep 60 & echo $! > child").send(ALERT)
    assert time.monotonic() - begun < 3
    child = int((tmp_path / "child").read_text())
    assert not has_ended(child)
    os.kill(child, signal.SIGKILL)


async def test_it_is_ended_with_the_dashboard(hook: Hook, tmp_path: Path) -> None:
    task = asyncio.create_task(
        hook("echo $$ > begun.new; mv begun.new begun; sleep 60").send(ALERT)
    )
    begun = tmp_path / "begun"
    await until(begun.exists)
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    assert has_ended(int(begun.read_text()))


async def test_it_has_no_terminal_and_a_session_of_its_own(tmp_path: Path) -> None:
    code = (
        "import os,sys; open(sys.argv[1], 'w').write(f'{os.getsid(0) == os.getpid()}');"
        "os.open('/dev/tty', os.O_RDWR)"
    )
    channel = CommandChannel([sys.executable, "-c", code, str(tmp_path / "out")])
    await failure(channel)
    assert (tmp_path / "out").read_text() == "True"


async def test_many_at_once(hook: Hook, tmp_path: Path) -> None:
    channel = hook('cat > "out.$$"')
    await asyncio.gather(*(channel.send(ALERT) for _ in range(10)))
    names = os.listdir(tmp_path)  # noqa: PTH208 - ruff lets no async test list a folder by its path
    written = [(tmp_path / name).read_bytes() for name in names if "out." in name]
    assert written == [alert_json(ALERT)] * 10


async def until(holds: Callable[[], bool]) -> None:
    """Waits until something holds."""
    async with asyncio.timeout(10):
        while not holds():  # noqa: ASYNC110 - a process of another has no event here
            await asyncio.sleep(0.01)
