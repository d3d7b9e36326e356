"""Files are replaced as a whole, and only their owner may read them."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from tests.creator.signing_in import REFRESH, leaks, shown
from tests.store.failing_disk import full_disk
from zcbulk_tui.errors import ConfigError
from zcbulk_tui.store import files


@pytest.fixture(params=[0o000, 0o022, 0o077], ids=oct)
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.usefixtures("umask")
def test_folders_and_file_are_made_for_this_user_alone(tmp_path: Path) -> None:
    path = tmp_path / "state" / "deeper" / "file"
    files.replace(path, "content")
    assert path.read_text() == "content"
    assert mode(path) == 0o600
    assert mode(path.parent) == mode(path.parent.parent) == 0o700


@pytest.mark.usefixtures("umask")
def test_a_file_that_others_may_read_is_replaced_by_one_that_they_may_not(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.touch(0o666)
    path.chmod(0o666)
    files.replace(path, "content")
    assert mode(path) == 0o600


def test_a_reader_keeps_what_it_has_opened(tmp_path: Path) -> None:
    path = tmp_path / "file"
    files.replace(path, "old")
    with path.open() as reading:
        files.replace(path, "new")
        assert reading.read() == "old"
    assert path.read_text() == "new"
    assert list(tmp_path.iterdir()) == [path]


def test_a_full_disk_leaves_what_there_was_and_shows_no_secret(tmp_path: Path) -> None:
    path = tmp_path / "file"
    files.replace(path, "old")
    with full_disk(), pytest.raises(ConfigError) as caught:
        files.replace(path, SecretStr(REFRESH))
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]
    assert leaks(shown(caught.value)) == []
    assert "ZCBULK_STATE_DIR" in caught.value.next_step


def test_a_secret_is_written_as_it_is(tmp_path: Path) -> None:
    files.replace(tmp_path / "file", SecretStr(REFRESH))
    assert (tmp_path / "file").read_text() == REFRESH


@pytest.mark.parametrize("bits", [0o640, 0o604, 0o620, 0o602, 0o610, 0o601, 0o666])
def test_a_file_of_others_is_refused_with_what_mends_it(tmp_path: Path, bits: int) -> None:
    path = tmp_path / "file"
    path.touch()
    path.chmod(bits)
    with pytest.raises(ConfigError) as caught:
        files.check_private(path)
    assert f"chmod 600 '{path}'" in caught.value.next_step
    assert f"{bits:o}" in caught.value.cause
    path.chmod(0o600)
    files.check_private(path)


@pytest.mark.parametrize("bits", [0o750, 0o705, 0o770, 0o777, 0o1777, 0o711])
def test_a_folder_of_others_is_refused_with_what_mends_it(tmp_path: Path, bits: int) -> None:
    path = tmp_path / "folder"
    path.mkdir()
    path.chmod(bits)
    with pytest.raises(ConfigError) as caught:
        files.check_private(path)
    assert f"chmod 700 '{path}'" in caught.value.next_step
    path.chmod(0o700)
    files.check_private(path)


def test_a_file_of_another_user_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "file"
    path.touch(0o600)
    monkeypatch.setattr(os, "getuid", lambda: path.stat().st_uid + 1)
    with pytest.raises(ConfigError, match="belongs to another user"):
        files.check_private(path)


def test_a_link_is_what_it_leads_to(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.touch()
    path.chmod(0o644)
    (tmp_path / "link").symlink_to(path)
    with pytest.raises(ConfigError):
        files.check_private(tmp_path / "link")


def test_what_is_not_there_is_private(tmp_path: Path) -> None:
    files.check_private(tmp_path / "file")
