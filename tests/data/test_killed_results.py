"""What a process leaves that is ended while it fetches: no half file is taken for a whole one."""

import errno
import os
from pathlib import Path

import pytest

from tests.data.fetched import (
    CSV,
    HOUR,
    KIND,
    ZIP,
    fetch,
    in_folder,
    later,
    left,
    place,
)
from tests.support.jobs import REF
from zcbulk_tui.data.result_folder import NewResult, ResultFolder


def look_again(folder: ResultFolder, look: str) -> None:
    if look == "find":
        assert folder.find(REF, KIND) is None
    else:
        folder.begin(REF, KIND).discard()


def killed_in(folder: Path) -> None:
    """Begins a result, and leaves it as a process does that is ended."""
    writer = ResultFolder(folder).begin(REF, KIND)
    writer.write(ZIP)
    writer._zip.close()
    writer._unlock()


@pytest.mark.parametrize("look", ["find", "begin"])
def test_what_a_killed_process_left_is_no_result_and_goes_with_the_next_look(
    look: str, tmp_path: Path
) -> None:
    killed_in(tmp_path)
    assert len(left(tmp_path)) == 1
    look_again(ResultFolder(tmp_path), look)
    assert left(tmp_path) == []


@pytest.mark.parametrize("look", ["find", "begin"])
def test_what_somebody_writes_stays(look: str, tmp_path: Path) -> None:
    writer = in_folder(tmp_path).begin(REF, KIND)
    writer.write(ZIP)
    for by in (HOUR / 2, HOUR * 2):
        look_again(ResultFolder(tmp_path, later(by)), look)
        assert len(left(tmp_path)) == 1
    assert writer.finish().records == 2


@pytest.mark.parametrize("look", ["find", "begin"])
def test_without_locks_what_a_killed_process_left_goes_after_an_hour(
    look: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_lock(*_: object) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr("fcntl.flock", no_lock)
    killed_in(tmp_path)
    for by, is_there in ((HOUR / 2, True), (HOUR * 2, False)):
        look_again(ResultFolder(tmp_path, later(by)), look)
        assert bool(left(tmp_path)) is is_there


def test_what_was_killed_after_its_place_was_given_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(NewResult, "discard", NewResult._unlock)
        fetched = fetch(in_folder(tmp_path))
    assert len(left(tmp_path)) == 2
    found = ResultFolder(tmp_path, later(2 * HOUR)).find(REF, KIND)
    assert found is not None
    assert (found.records, found.sha256) == (fetched.records, fetched.sha256)
    assert left(tmp_path) == [str(place(tmp_path).relative_to(tmp_path))]


def test_only_parts_are_swept(tmp_path: Path, elsewhere: Path) -> None:
    results = tmp_path / "results"
    fetch(in_folder(results))
    job = place(results).parent
    (job / ".failure-0.part").symlink_to(elsewhere)
    (job / ".failure-1.part").write_bytes(b"")
    (job / "repair.csv").write_bytes(CSV)
    (job / ".hidden").write_bytes(CSV)
    os.utime(job / ".failure-1.part", (0, 0))
    os.utime(job / ".failure-0.part", (0, 0), follow_symlinks=False)
    ResultFolder(results).find(REF, KIND)
    assert [Path(it).name for it in left(results)] == [".hidden", "failure.csv", "repair.csv"]
