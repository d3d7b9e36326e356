"""The folder that a web server serves."""

import errno
import os
import stat
from pathlib import Path
from typing import Any

import pytest

from zcbulk_tui.channels.page_folder import PageFolder
from zcbulk_tui.domain.publication import MARKS
from zcbulk_tui.errors import ConfigError

FILES = {name: f"{mark}ä\n" for name, mark in MARKS.items()}
OTHER = {name: f"{mark}other\n" for name, mark in MARKS.items()}


def held(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}


def test_all_files_are_there_whole_and_for_all_to_read(tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        PageFolder(tmp_path).write(FILES)
    finally:
        os.umask(before)
    assert held(tmp_path) == FILES
    assert {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()} == {0o644}


def test_a_reader_keeps_what_it_has_opened(tmp_path: Path) -> None:
    folder = PageFolder(tmp_path)
    folder.write(FILES)
    with (tmp_path / "index.html").open(encoding="utf-8") as opened:
        folder.write(OTHER)
        assert opened.read() == FILES["index.html"]
    assert held(tmp_path) == OTHER


def test_a_full_disk_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = PageFolder(tmp_path)
    folder.write(FILES)
    written: list[Path] = []
    write = PageFolder._written

    def full(self: PageFolder, text: str) -> Path:
        if written:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        written.append(write(self, text))
        return written[-1]

    monkeypatch.setattr(PageFolder, "_written", full)
    with pytest.raises(ConfigError, match="cannot be written") as caught:
        folder.write(OTHER)
    assert caught.value.cause == "No space left on device."
    assert held(tmp_path) == FILES


def test_what_an_ended_process_left_is_removed_and_what_is_new_is_not(tmp_path: Path) -> None:
    old, new = tmp_path / ".zcbulk-page-old.part", tmp_path / ".zcbulk-page-new.part"
    other = tmp_path / ".zcbulk-notes"
    for path in (old, new, other):
        path.touch()
    for path in (old, other):
        os.utime(path, (0, 0))
    PageFolder(tmp_path).write(FILES)
    assert held(tmp_path) == {**FILES, new.name: "", other.name: ""}


def test_a_profile_has_a_folder_of_its_own(tmp_path: Path) -> None:
    for name in ("eu", "us"):
        folder = PageFolder(tmp_path, name)
        folder.check()
        folder.write({"index.html": f"{MARKS['index.html']}{name}"})
        assert folder.path.stat().st_mode & 0o755 == 0o755
    assert held(tmp_path / "eu") == {"index.html": f"{MARKS['index.html']}eu"}
    assert held(tmp_path / "us") == {"index.html": f"{MARKS['index.html']}us"}


@pytest.mark.parametrize("name", ["", "eu"])
@pytest.mark.parametrize("method", ["check", "write"])
def test_a_folder_that_is_not_there_is_not_made(tmp_path: Path, name: str, method: str) -> None:
    arguments: tuple[Any, ...] = (FILES,) if method == "write" else ()
    with pytest.raises(ConfigError, match="is not there") as caught:
        getattr(PageFolder(tmp_path / "missing", name), method)(*arguments)
    assert "[publish] directory" in caught.value.next_step
    assert not (tmp_path / "missing").exists()


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "page").touch()
    with pytest.raises(ConfigError, match="is not there"):
        PageFolder(tmp_path / "page").check()


def test_a_check_leaves_nothing(tmp_path: Path) -> None:
    PageFolder(tmp_path).check()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", MARKS)
@pytest.mark.parametrize("method", ["check", "write"])
def test_a_file_that_is_not_the_programs_is_not_replaced_nor_anything_beside_it(
    tmp_path: Path, name: str, method: str
) -> None:
    foreign = {**FILES, name: f"mine, of {MARKS[name]}\n"}
    for each, text in foreign.items():
        (tmp_path / each).write_text(text, encoding="utf-8")
    arguments: tuple[Any, ...] = (OTHER,) if method == "write" else ()
    with pytest.raises(ConfigError, match=f"{name} is not a file of this program") as caught:
        getattr(PageFolder(tmp_path), method)(*arguments)
    assert "Move it elsewhere" in caught.value.next_step
    assert held(tmp_path) == foreign


def test_it_is_published_once_the_file_has_moved(tmp_path: Path) -> None:
    folder, page = PageFolder(tmp_path), tmp_path / "index.html"
    page.write_text("mine")
    with pytest.raises(ConfigError):
        folder.write(FILES)
    page.rename(tmp_path / "home.html")
    folder.write(FILES)
    assert held(tmp_path) == {**FILES, "home.html": "mine"}


def test_what_a_power_cut_leaves_empty_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "index.html").touch()
    folder = PageFolder(tmp_path)
    folder.check()
    folder.write(FILES)
    assert held(tmp_path) == FILES


@pytest.mark.parametrize("kind", ["link", "own link", "lost link", "folder", "pipe"])
def test_what_is_no_file_is_neither_replaced_nor_followed(tmp_path: Path, kind: str) -> None:
    target, folder = tmp_path / "target", tmp_path / "page"
    place = folder / "index.html"
    folder.mkdir()
    if kind == "folder":
        place.mkdir()
    elif kind == "pipe":
        os.mkfifo(place)
    else:
        place.symlink_to(target)
    text = MARKS["index.html"] if kind == "own link" else "mine"
    if kind != "lost link":
        target.write_text(text)
    before = place.lstat()
    with pytest.raises(ConfigError, match="is not a file of this program"):
        PageFolder(folder).write(FILES)
    assert place.lstat() == before
    assert list(folder.iterdir()) == [place]
    assert kind == "lost link" or target.read_text() == text
