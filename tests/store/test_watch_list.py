"""The watch list survives a restart, and no fault of its file loses a job."""

import json
import stat
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from tests.store.failing_disk import full_disk
from tests.support.jobs import NOW, REF, watched
from tests.support.text import HOSTILE, is_one_safe_line
from zcbulk_tui.domain.job import Environment, WatchedJob
from zcbulk_tui.errors import ConfigError
from zcbulk_tui.store.watch_list import SessionWatchList, WatchListFile

IST = timezone(timedelta(hours=5, minutes=30))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "watchlist.json"


@pytest.fixture
def watch_list(path: Path) -> WatchListFile:
    return WatchListFile(path)


def ids(watch_list: WatchListFile) -> list[str]:
    return [job.ref.job_id for job in watch_list.jobs()]


def entry(**changes: object) -> dict[str, Any]:
    """A job as the file holds it."""
    return {
        "origin": "https://www.zohoapis.com",
        "owner": "jason18",
        "app": "zylker-store",
        "form": "Employee_Details",
        "job_id": "1",
        "environment": "production",
        "label": "Employees",
        "added_at": "2026-03-11T10:30:00+00:00",
        "created_at": None,
    } | changes


def test_without_a_file_there_are_no_jobs_and_none_is_made(
    watch_list: WatchListFile, path: Path
) -> None:
    assert watch_list.jobs() == []
    assert not path.parent.exists()


@pytest.mark.parametrize(
    "job",
    [
        pytest.param(watched(), id="plain"),
        pytest.param(watched(label=""), id="no label"),
        pytest.param(watched(label="Kunden „Süd“ 名前"), id="any script"),
        pytest.param(replace(watched(), created_at=NOW - timedelta(hours=1)), id="creation known"),
        pytest.param(
            replace(watched(), added_at=datetime(2026, 3, 11, 16, 0, 0, 123, IST)), id="time zone"
        ),
        *(
            pytest.param(
                replace(watched(), ref=replace(REF, environment=environment)), id=environment
            )
            for environment in Environment
        ),
        pytest.param(
            replace(watched(), ref=replace(REF, origin="http://127.0.0.1:8080")), id="simulator"
        ),
    ],
)
def test_a_job_comes_back_as_it_was(path: Path, job: WatchedJob) -> None:
    WatchListFile(path).add(job)
    assert WatchListFile(path).jobs() == [job]


def test_jobs_stay_in_the_order_of_their_adding(watch_list: WatchListFile) -> None:
    for job_id in ("3", "1", "2"):
        watch_list.add(watched(job_id))
    assert ids(watch_list) == ["3", "1", "2"]


def test_a_job_added_again_moves_to_the_end_with_its_new_label(watch_list: WatchListFile) -> None:
    for job_id in ("1", "2"):
        watch_list.add(watched(job_id))
    watch_list.add(watched("1", "Renamed"))
    assert [(job.ref.job_id, job.label) for job in watch_list.jobs()] == [
        ("2", "Employees"),
        ("1", "Renamed"),
    ]


def test_the_same_id_elsewhere_is_another_job(watch_list: WatchListFile) -> None:
    refs = [
        REF,
        replace(REF, environment=Environment.STAGE),
        replace(REF, form="Orders"),
        replace(REF, origin="https://www.zohoapis.eu"),
    ]
    for ref in refs:
        watch_list.add(replace(watched(), ref=ref))
    assert [job.ref for job in watch_list.jobs()] == refs


def test_a_removed_job_is_gone_and_the_others_stay(watch_list: WatchListFile) -> None:
    for job_id in ("1", "2", "3"):
        watch_list.add(watched(job_id))
    watch_list.remove(watched("2").ref)
    watch_list.remove(watched("4").ref)
    assert ids(watch_list) == ["1", "3"]


def test_two_programs_on_one_list_lose_nothing_of_each_other(path: Path) -> None:
    one, other = WatchListFile(path), WatchListFile(path)
    one.add(watched("1"))
    other.add(watched("2"))
    one.remove(watched("1").ref)
    other.add(watched("3"))
    assert ids(one) == ids(other) == ["2", "3"]


def test_only_this_user_may_read_it(watch_list: WatchListFile, path: Path) -> None:
    watch_list.add(watched())
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_harmful_characters_in_a_label_do_not_survive(watch_list: WatchListFile, text: str) -> None:
    watch_list.add(watched(label=f"Label {text}"))
    (job,) = watch_list.jobs()
    assert job.label.startswith("Label")
    assert is_one_safe_line(job.label)


def test_a_file_edited_by_hand_is_taken(watch_list: WatchListFile, path: Path) -> None:
    path.parent.mkdir()
    edited = entry(job_id="7", added_at="2026-03-11 16:00+05:30", note="mine")
    path.write_text(json.dumps({"jobs": [edited], "version": 1}, indent=8) + "\n\n")
    (job,) = watch_list.jobs()
    assert job.ref.job_id == "7"
    assert job.added_at.astimezone(UTC) == NOW


BROKEN = {
    "empty": "",
    "half written": '{"version": 1, "jobs": [',
    "not JSON": "version = 1",
    "nested without end": "[" * 100_000,
    "number without end": '{"version": ' + "9" * 5000 + "}",
    "number": "5",
    "text": '"jobs"',
    "list": "[]",
    "empty object": "{}",
    "of another program": '{"name": "left-pad", "version": "1.3.0"}',
    "of a later version": '{"version": 2, "jobs": []}',
    "no jobs": '{"version": 1}',
    "jobs null": '{"version": 1, "jobs": null}',
    "jobs number": '{"version": 1, "jobs": 5}',
    "jobs by name": '{"version": 1, "jobs": {"a": {}}}',
    "job is a text": '{"version": 1, "jobs": ["a"]}',
    "job is null": '{"version": 1, "jobs": [null]}',
    "job is empty": '{"version": 1, "jobs": [{}]}',
}
BROKEN_VALUES: dict[str, list[object]] = {
    "origin": [None, 5, "", "www.zohoapis.com", "http://www.zohoapis.com", "https://a/b"],
    "owner": [None, 5, "", "a/b", "a b"],
    "app": [None, [], ""],
    "form": [None, {}, "../x"],
    "job_id": [None, 3888833000000114027, "", "x"],
    "environment": [None, 5, "Production", "test"],
    "label": [None, 5, [], {}],
    "added_at": [None, 5, "", "today", "2026-03-11T10:30:00"],
    "created_at": [5, "", "today", "2026-03-11T10:30:00"],
}
BROKEN |= {
    f"{key} {value!r}": json.dumps({"version": 1, "jobs": [entry(), entry(**{key: value})]})
    for key, values in BROKEN_VALUES.items()
    for value in values
}
BROKEN |= {
    f"{key} missing": json.dumps(
        {"version": 1, "jobs": [{name: value for name, value in entry().items() if name != key}]}
    )
    for key in entry()
}


@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN)
@pytest.mark.parametrize(
    "use",
    [
        pytest.param(lambda watch_list: watch_list.jobs(), id="read"),
        pytest.param(lambda watch_list: watch_list.add(watched("9")), id="add"),
        pytest.param(lambda watch_list: watch_list.remove(REF), id="remove"),
    ],
)
def test_a_broken_file_is_named_and_left_as_it_is(
    watch_list: WatchListFile, path: Path, content: str, use: Callable[[WatchListFile], object]
) -> None:
    path.parent.mkdir()
    path.write_text(content)
    with pytest.raises(ConfigError) as caught:
        use(watch_list)
    assert str(path) in caught.value.title
    assert "move it away" in caught.value.next_step
    assert is_one_safe_line(str(caught.value))
    assert path.read_text() == content


def test_a_file_in_another_encoding_is_named_and_left_as_it_is(
    watch_list: WatchListFile, path: Path
) -> None:
    path.parent.mkdir()
    path.write_bytes("Süd".encode("utf-16"))
    with pytest.raises(ConfigError, match=path.name):
        watch_list.add(watched())
    assert path.read_bytes() == "Süd".encode("utf-16")


def test_a_folder_in_the_files_place_is_named(watch_list: WatchListFile, path: Path) -> None:
    path.mkdir(parents=True)
    with pytest.raises(ConfigError, match="cannot be read"):
        watch_list.jobs()


@pytest.mark.parametrize("depth", [1, 2], ids=["folder", "folder above"])
def test_a_file_in_the_folders_place_is_named(tmp_path: Path, depth: int) -> None:
    (tmp_path / "state").write_text("mine")
    path = tmp_path.joinpath("state", *["deeper"] * (depth - 1), "watchlist.json")
    with pytest.raises(ConfigError) as caught:
        WatchListFile(path).add(watched())
    assert str(path) in caught.value.title
    assert caught.value.exit_code == 2
    assert (tmp_path / "state").read_text() == "mine"


def test_a_full_disk_leaves_the_old_list_and_no_scrap(
    watch_list: WatchListFile, path: Path
) -> None:
    watch_list.add(watched("1"))
    before = path.read_bytes()
    with full_disk(), pytest.raises(ConfigError) as caught:
        watch_list.add(watched("2"))
    assert "cannot be written" in caught.value.title
    assert "ZCBULK_STATE_DIR" in caught.value.next_step
    assert path.read_bytes() == before
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_a_change_leaves_no_scrap(watch_list: WatchListFile, path: Path) -> None:
    watch_list.add(watched("1"))
    watch_list.remove(watched("1").ref)
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_a_list_for_the_session_touches_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    session = SessionWatchList()
    session.add(watched())
    session.remove(REF)
    assert list(tmp_path.iterdir()) == []
