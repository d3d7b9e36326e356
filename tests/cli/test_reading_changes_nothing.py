"""Commands that read: nothing of what a running window goes by changes, in any table or file."""

from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.cli.filled import ENDED, RUNNING, WAITING, busy_day
from tests.support.commands import CommandLine, files_below
from tests.support.stub_server import Reply, StubServer
from zcbulk_tui.store.database import FILE_NAME, open_database

READING: tuple[tuple[str, ...], ...] = (
    ("jobs",),
    ("jobs", "list", "--json"),
    ("status", ENDED),
    ("status", RUNNING, "--json"),
    ("history", RUNNING),
    ("history", RUNNING, "--json"),
    ("log",),
    ("log", "--json"),
    ("failures", ENDED),
    ("failures", ENDED, "--format", "{groups.reason}"),
    ("results", "list"),
    ("results", "list", "--json"),
    ("queue",),
    ("queue", "list", "--json"),
    ("budget",),
    ("budget", "--json"),
    ("jobs", "export"),
    ("config", "show"),
    ("config", "check"),
    ("schema", "jobs"),
    ("doctor",),
    ("check", "customers.csv"),
    ("start", WAITING, "--dry-run"),
    ("abort", RUNNING, "--dry-run"),
)

PAID_FOR = {"readings", "events", "calls", "days", "minute"}
"""What a status writes that it has asked Zoho for: the reading, what it shows, and the call."""

pytestmark = pytest.mark.usefixtures("signed_in")


def tables(home: Path) -> Mapping[str, list[tuple[Any, ...]]]:
    """All that the database holds, by table."""
    path = home / "state" / FILE_NAME
    with closing(open_database(path, is_only_read=True)) as database:
        names = [name for (name,) in database.rows("SELECT name FROM sqlite_master")]
        sql = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?"
        return {
            name: sorted(database.rows(f"SELECT * FROM {name}"), key=repr)
            for name in names
            if database.rows(sql, (name,))
        }


def files(home: Path) -> Mapping[str, bytes]:
    """All files but those that SQLite keeps what it has written last in."""
    found = files_below(home)
    return {name: content for name, content in found.items() if FILE_NAME not in name}


@pytest.mark.parametrize("arguments", READING, ids=" ".join)
def test_nothing_is_written(
    cli: CommandLine, home: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    monkeypatch.chdir(home)
    (home / "customers.csv").write_text("Email\na@x.eu\n", encoding="utf-8")
    monkeypatch.setenv("ZCBULK_BASE_URL", "http://127.0.0.1:9")  # nobody listens there
    with busy_day(home):
        before, files_before = tables(home), files(home)
        assert {"jobs", "windows", "wanted", "days", "marks", "nights", "alerts"} <= before.keys()
        cli(*arguments)
        after, files_after = tables(home), files(home)
    # A number for a row that was not made: nobody goes by it.
    assert {**after, "sqlite_sequence": []} == {**before, "sqlite_sequence": []}
    assert files_after == files_before


def test_old_days_stay_as_well(cli: CommandLine, home: Path) -> None:
    """The ledger lets them go where it counts; who only looks lets nothing go."""
    with busy_day(home):
        with closing(open_database(home / "state" / FILE_NAME)) as database:
            sql = "INSERT INTO days VALUES ('default', '2001-01-01', 1, 1, 1, 1, 0, 0)"
            database.write_later(sql)
        before = tables(home)
        assert cli("budget").code == 0
        assert tables(home) == before


def test_a_status_that_asks_writes_what_it_has_paid_for_alone(
    cli: CommandLine, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    counts = {"total_records": 200_000, "success_records": 90_000, "failed_records": 9_001}
    data = {"api_status": "IN_PROGRESS", "record_details": counts}
    with busy_day(home), StubServer([Reply.of({"code": 3000, "data": data})]) as server:
        monkeypatch.setenv("ZCBULK_BASE_URL", server.url)
        url = f"{server.url}/creator/v2.1/bulk/jason18/zylker-store/form/Employee_Details"
        assert cli("jobs", "add", f"{url}/insert/77").code == 0
        before = tables(home)
        assert cli("status", "--fresh", f"{url}/insert/77").code == 0
        after = tables(home)
    changed = {name for name in after if after[name] != before[name]}
    assert changed - {"sqlite_sequence"} == PAID_FOR


def test_the_store_refuses_to_write_what_is_only_read(home: Path) -> None:
    with busy_day(home):
        path = home / "state" / FILE_NAME
        with (
            closing(open_database(path, is_only_read=True)) as database,
            pytest.raises(database.connection.Error, match="readonly"),
        ):
            database.connection.execute("DELETE FROM jobs")
