"""The watch list of an earlier version is taken over once, and nothing of it is lost."""

import json
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.jobs import REF
from zcbulk_tui.cli.earlier_list import take_over
from zcbulk_tui.config import load
from zcbulk_tui.domain.job import WatchedJob
from zcbulk_tui.errors import ConfigError
from zcbulk_tui.store.database import FILE_NAME, in_memory, open_database
from zcbulk_tui.store.watch_list import StoredWatchList

ENTRY = {
    "origin": REF.origin,
    "owner": REF.owner,
    "app": REF.app,
    "form": REF.form,
    "job_id": REF.job_id,
    "environment": "production",
    "label": "Employees",
    "added_at": "2026-03-11T10:30:00+00:00",
    "created_at": None,
}
LIST = json.dumps({"version": 1, "jobs": [ENTRY, {**ENTRY, "job_id": "2", "label": "Others"}]})


def taken_over(home: Path, profile: str = "default") -> tuple[list[WatchedJob], ConfigError | None]:
    """The watch list of a profile after taking over what there was, and what is said of that."""
    settings = load.load(flags={"profile": profile})
    with closing(open_database(home / "state" / FILE_NAME)) as database:
        problem = take_over(settings, database)
        return StoredWatchList(database, profile).jobs(), problem


def put(home: Path, content: str, name: str = "watchlist.json") -> Path:
    path = home / "state" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(content, encoding="utf-8")
    return path


def test_its_jobs_are_on_the_list_and_the_file_is_renamed(home: Path) -> None:
    path = put(home, LIST)
    jobs, problem = taken_over(home)
    assert [(job.ref.job_id, job.label) for job in jobs] == [
        (REF.job_id, "Employees"),
        ("2", "Others"),
    ]
    assert problem is None
    assert not path.exists()
    assert path.with_name("watchlist.json.taken-over").read_text(encoding="utf-8") == LIST
    assert taken_over(home) == (jobs, None)


def test_each_profile_takes_its_own(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = home / "config.toml"
    config.write_text("[profiles.orders]\n[profiles.default]\n", encoding="utf-8")
    monkeypatch.setenv("ZCBULK_CONFIG", str(config))
    put(home, LIST, "watchlist-orders.json")
    assert taken_over(home) == ([], None)
    jobs, _ = taken_over(home, "orders")
    assert len(jobs) == 2


@pytest.mark.parametrize(
    "content", ["{", "[]", '{"version": 99, "jobs": []}', "\x00\x01"], ids=["cut", "list", "v", "0"]
)
def test_one_that_makes_no_sense_stays_and_is_told(home: Path, content: str) -> None:
    path = put(home, content)
    jobs, problem = taken_over(home)
    assert jobs == []
    assert problem is not None
    assert str(path) in problem.next_step
    assert any(file.read_text(encoding="utf-8") == content for file in path.parent.glob("watch*"))


def test_what_of_it_makes_sense_is_taken_over_and_the_rest_is_told(home: Path) -> None:
    bad = {**ENTRY, "origin": "http://example.com"}
    path = put(home, json.dumps({"version": 1, "jobs": [ENTRY, bad]}))
    jobs, problem = taken_over(home)
    assert [job.ref.job_id for job in jobs] == [REF.job_id]
    assert problem is not None
    assert "1 of its 2 entries" in problem.cause
    assert f"{path}.taken-over" in problem.next_step


def test_nothing_is_renamed_while_nothing_can_be_kept(home: Path) -> None:
    path = put(home, LIST)
    with closing(in_memory("read-only")) as memory:
        assert take_over(load.load(), memory) is None
    assert path.exists()
