"""A call counts from the moment at which its first byte may have left."""

import asyncio
import contextlib
from pathlib import Path

import pytest

from tests.support.commands import CANARY, CommandLine
from tests.support.jobs import URL
from tests.support.stub_server import Reply, Silence, StubServer
from zcbulk_tui.cli.client import open_client
from zcbulk_tui.cli.context import command_context
from zcbulk_tui.cli.job_names import parse_job, watched
from zcbulk_tui.config import load
from zcbulk_tui.monitor.once import read_all
from zcbulk_tui.store.database import FILE_NAME, open_database

pytestmark = pytest.mark.usefixtures("signed_in")

RUNNING = Reply.of({"code": 3000, "data": {"api_status": "IN_PROGRESS"}})
REFUSED = Reply.of({"code": 1030, "message": "no"}, 401)


def counted(home: Path) -> tuple[int, int]:
    """The calls that the day and the minute have."""
    database = open_database(home / "state" / FILE_NAME)
    with contextlib.closing(database):
        ((day,),) = database.rows("SELECT ifnull(sum(plan + key + command + script), 0) FROM days")
        ((minute,),) = database.rows("SELECT count(*) FROM minute")
    return day, minute


@pytest.mark.parametrize(
    "command", [("status", URL), ("start", URL, "--yes")], ids=lambda it: it[0]
)
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ZCBULK_BASE_URL", "http://127.0.0.1:9"),
        ("HTTPS_PROXY", "http://127.0.0.1:9"),
        ("ZCBULK_BASE_URL", "https://no-such-host.invalid"),
    ],
    ids=["refused", "proxy", "DNS"],
)
def test_what_never_left_is_not_counted(
    cli: CommandLine,
    monkeypatch: pytest.MonkeyPatch,
    home: Path,
    command: tuple[str, ...],
    name: str,
    value: str,
) -> None:
    monkeypatch.delenv("ZCBULK_BASE_URL", raising=False)
    monkeypatch.setenv(name, value)
    assert cli(*command).code == 4
    assert counted(home) == (0, 0)
    assert "not counted" in cli("log").out


def test_tls_that_is_not_trusted_is_not_counted(
    cli: CommandLine, monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    with StubServer() as server:  # which speaks no TLS at all
        monkeypatch.setenv("ZCBULK_BASE_URL", server.url.replace("http:", "https:"))
        assert cli("status", URL).code == 4
    assert counted(home) == (0, 0)


def test_what_was_cut_after_it_left_is_counted(
    cli: CommandLine, monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    with StubServer([Reply(500)]) as server:
        monkeypatch.setenv("ZCBULK_BASE_URL", server.url)
        assert cli("status", URL).code == 4
    assert counted(home) == (1, 1)


@pytest.mark.parametrize("connects", [True, False], ids=["sent", "not sent"])
def test_a_call_that_is_given_up_counts_only_if_it_left(
    cli: CommandLine, monkeypatch: pytest.MonkeyPatch, home: Path, connects: bool
) -> None:
    del cli

    async def give_up(server: StubServer) -> None:
        settings = load.load(flags={})
        ref = parse_job(URL, settings)
        async with open_client(settings) as client:
            if not connects:

                async def hang(*_: object, **__: object) -> None:
                    await asyncio.sleep(60)

                monkeypatch.setattr("anyio.connect_tcp", hang)
            with command_context(settings) as (context, quota):
                job = watched(ref)
                reading = asyncio.create_task(
                    read_all(client, [job], quota, context, lambda: job.added_at)
                )
                for _ in range(200):
                    await asyncio.sleep(0.01)
                    if server.requests or not connects:
                        break
                await asyncio.sleep(0.2)
                reading.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await reading

    with StubServer([Silence()]) as server:
        monkeypatch.setenv("ZCBULK_BASE_URL", server.url)
        asyncio.run(give_up(server))
    assert counted(home) == ((1, 1) if connects else (0, 0))


def test_a_call_that_is_repeated_with_another_token_counts_twice(
    cli: CommandLine, monkeypatch: pytest.MonkeyPatch, home: Path, tmp_path: Path
) -> None:
    script = tmp_path / "token"
    script.write_text(f"#!/bin/sh\necho {CANARY}.$(date +%s%N)\n", encoding="utf-8")
    script.chmod(0o700)
    config = home / "settings.toml"
    config.write_text(f'token_command = "{script}"\n', encoding="utf-8")
    monkeypatch.setenv("ZCBULK_CONFIG", str(config))
    monkeypatch.delenv("ZCBULK_ACCESS_TOKEN")
    with StubServer([REFUSED, RUNNING]) as server:
        monkeypatch.setenv("ZCBULK_BASE_URL", server.url)
        assert cli("status", URL).code == 0
        assert len(server.requests) == 2
    assert counted(home) == (2, 2)
