"""A file under a name that must be free appears whole, or not at all."""

import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from zcbulk_tui.data.new_files import NamedFile
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
