"""A file under a name that must be free appears whole, or not at all."""

import fcntl
import os
import signal
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from zcbulk_tui.data.new_files import NamedFile, NewFile, NewFiles
from zcbulk_tui.errors import DataError


def test_it_is_there_once_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "{braces}.csv"
    with NamedFile(path) as write:
        write(b"one ")
        assert not path.exists()
        write(b"two")
    assert path.read_bytes() == b"one two"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]


HALF = """
import os, signal, sys
from pathlib import Path
from zcbulk_tui.data.new_files import NamedFile
with NamedFile(Path(sys.argv[1])) as write:
    write(b"x" * 1_000_000)
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_a_killed_process_left_is_removed_by_the_next_one_and_nothing_else(
    tmp_path: Path,
) -> None:
    path = tmp_path / "a.csv"
    ended = subprocess.run([sys.executable, "-c", HALF, str(path)], check=False)
    assert ended.returncode == -signal.SIGKILL
    (left,) = tmp_path.iterdir()
    assert left.name.endswith(".part")
    other = tmp_path / ".zcbulk-0123456789abcdef.part.csv"
    folder = tmp_path / ".zcbulk-0123456789abcdef.part"
    other.touch()
    folder.mkdir()
    alive = NewFile(tmp_path)
    assert not left.exists()
    with NamedFile(path) as write:
        write(b"whole")
    assert set(tmp_path.iterdir()) == {path, other, folder, alive.path}
    alive.finish()
    NewFile(tmp_path).discard()
    assert alive.path.exists(), "it is to get its place"
    alive.discard()
    assert set(tmp_path.iterdir()) == {path, other, folder}


def test_without_locks_what_was_left_goes_by_its_age(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_locks(*_: object) -> None:
        raise OSError("No locks available")

    monkeypatch.setattr(fcntl, "flock", no_locks)
    young, old = (tmp_path / f".zcbulk-{digit * 16}.part" for digit in "12")
    young.touch()
    old.touch()
    os.utime(old, (1, 1))
    with NamedFile(tmp_path / "a.csv") as write:
        write(b"whole")
    assert set(tmp_path.iterdir()) == {young, tmp_path / "a.csv"}


def test_of_files_that_belong_together_those_go_that_are_a_day_old(tmp_path: Path) -> None:
    young, old = (tmp_path / f".zcbulk-{digit * 16}-many.part" for digit in "12")
    young.touch()
    old.touch()
    os.utime(old, (1, 1))
    with NewFiles() as files:
        parts = [files.create(tmp_path) for _ in range(2)]
        assert young.exists()
        assert not old.exists()
        files.place([(part, f"part{number}{{}}.csv") for number, part in enumerate(parts)])
    assert {it.name for it in tmp_path.iterdir()} == {young.name, "part0.csv", "part1.csv"}


def test_a_file_that_another_process_takes_for_one_that_was_left_is_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock, blocked = fcntl.flock, [BlockingIOError("taken"), BlockingIOError("taken")]

    def taken(descriptor: int, operation: int) -> None:
        if blocked:
            for path in tmp_path.iterdir():
                path.unlink()
            raise blocked.pop()
        lock(descriptor, operation)

    monkeypatch.setattr(fcntl, "flock", taken)
    file = NewFile(tmp_path)
    assert list(tmp_path.iterdir()) == [file.path]
    file.discard()


@pytest.mark.parametrize(
    ("error", "raised"), [(KeyboardInterrupt(), KeyboardInterrupt), (OSError("full"), DataError)]
)
def test_nothing_is_left_of_what_ends_early(
    tmp_path: Path, error: BaseException, raised: type[BaseException]
) -> None:
    def end_early(write: Callable[[bytes], None]) -> None:
        write(b"half")
        raise error

    with pytest.raises(raised), NamedFile(tmp_path / "a.csv") as write:
        end_early(write)
    assert list(tmp_path.iterdir()) == []


def test_a_name_that_another_program_takes_meanwhile_is_left_to_it(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    with pytest.raises(DataError, match="is there already"), NamedFile(path):
        path.write_text("theirs")
    assert path.read_text() == "theirs"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("name", ["none/a.csv", "a\0b.csv", "x" * 300])
def test_a_name_that_cannot_be_had_is_known_before_the_work(tmp_path: Path, name: str) -> None:
    with pytest.raises(DataError, match="cannot be written"), NamedFile(tmp_path / name):
        pytest.fail("It was begun.")
    assert list(tmp_path.iterdir()) == []
