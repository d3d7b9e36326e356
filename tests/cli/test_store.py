"""``store compact``: what is too old is forgotten, and what came of it is said."""

import re
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.cli.remembering import database, remember, watch_list
from tests.support.commands import CommandLine
from zcbulk_tui.cli.context import retention
from zcbulk_tui.config.settings import MemorySettings, Settings
from zcbulk_tui.store.database import FILE_NAME


def test_of_a_new_memory_nothing_is_forgotten(cli: CommandLine) -> None:
    ended = cli("store", "compact")
    assert (ended.code, ended.err) == (0, "")
    first, second = ended.out.splitlines()
    assert first == (
        "Forgotten: 0 readings, 0 events, 0 calls, 0 records of start and abort, 0 jobs."
    )
    assert re.fullmatch(r"Size: \d+ kB before, \d+ kB now\. It took \d+\.\d s\.", second)


def test_what_is_too_old_is_forgotten(
    cli: CommandLine, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = datetime.now(UTC)
    remember(home, now - timedelta(days=50))
    remember(home, now - timedelta(hours=1), profile="second")
    assert "Forgotten: 0 readings, 0 events, 1 call" in cli("store", "compact").out
    monkeypatch.setenv("ZCBULK_MEMORY_DAYS", "30")
    ended = cli("store", "compact")
    assert "Forgotten: 1 reading, 2 events, 0 calls, 0 records" in ended.out
    assert len(watch_list(home)) == 2


def test_an_open_dashboard_is_not_in_the_way(cli: CommandLine, home: Path) -> None:
    remember(home)
    with database(home) as opened:
        assert cli("store", "compact").code == 0
        assert opened.rows("SELECT count(*) FROM readings") == [(2,)]


def test_somebody_who_writes_is(
    cli: CommandLine, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    remember(home)
    monkeypatch.setattr("zcbulk_tui.store.database._PATIENCE_AT_FIRST", 0.05)
    with closing(sqlite3.connect(home / "state" / FILE_NAME, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        ended = cli("store", "compact")
    assert (ended.code, ended.out, len(ended.lines)) == (2, "", 1)
    assert "locked" in ended.err


def test_the_settings_tell_how_long() -> None:
    policy = retention(Settings(memory=MemorySettings(1, 2, 3)))
    days = (policy.full, policy.all, policy.control)
    assert days == tuple(timedelta(days=n) for n in (1, 2, 3))


def test_there_is_nothing_else_to_do(cli: CommandLine) -> None:
    assert cli("store").code == 2
