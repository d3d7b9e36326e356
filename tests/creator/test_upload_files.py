"""A file that changes before or while it is uploaded: nobody ever gets a whole other file."""

import os
from collections.abc import Callable
from io import FileIO
from pathlib import Path

import pytest

from tests.creator.calls import creator
from tests.creator.uploading import (
    LARGE,
    UPLOADED,
    Recorder,
    a_file,
    answering,
    reply,
    upload_server,
)
from tests.support.jobs import REF
from tests.support.text import is_one_safe_line
from zcbulk_tui.errors import DataError


def truncate(path: Path) -> None:
    os.truncate(path, len(LARGE) - 1)


def grow(path: Path) -> None:
    with path.open("ab") as file:
        file.write(b"x")


def overwrite(path: Path) -> None:
    """Other bytes, as many, at its end."""
    with path.open("r+b") as file:
        file.seek(-1, os.SEEK_END)
        file.write(b"x")


def empty(path: Path) -> None:
    os.truncate(path, 0)


def touch(path: Path) -> None:
    os.utime(path, ns=(1, 1))


def remove(path: Path) -> None:
    path.unlink()


def become_a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def become_a_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def lock(path: Path) -> None:
    path.unlink()
    path.symlink_to(path)


BEFORE = [truncate, grow, overwrite, touch, remove, become_a_folder, become_a_pipe, lock]
WHILE = [truncate, grow, overwrite, empty]


@pytest.mark.parametrize("change", BEFORE)
async def test_what_has_changed_before_is_not_sent(
    change: Callable[[Path], None], tmp_path: Path
) -> None:
    file, recorder = a_file(tmp_path, LARGE), Recorder()
    change(file.path)
    async with upload_server(answering(reply(UPLOADED))) as server, creator(server.url) as client:
        with pytest.raises(DataError, match=r"has changed|cannot be read") as caught:
            await client.upload(REF, file, recorder.slot)
        assert server.uploads == []
    assert recorder.requests == []
    assert is_one_safe_line(str(caught.value))
    assert "It was not uploaded." in caught.value.cause


@pytest.mark.parametrize("change", WHILE)
async def test_what_changes_meanwhile_is_cut_off_before_its_end(
    change: Callable[[Path], None], tmp_path: Path
) -> None:
    file, recorder, progress = a_file(tmp_path, LARGE), Recorder(), list[int]()

    def note(sent: int) -> None:
        progress.append(sent)
        if len(progress) == 2:
            change(file.path)

    async with upload_server(answering(reply(UPLOADED))) as server, creator(server.url) as client:
        with pytest.raises(DataError, match="has changed") as caught:
            await client.upload(REF, file, recorder.slot, note)
        (upload,) = server.uploads
    assert not upload.is_whole
    assert b"\r\n--" not in upload.body[-200:]
    assert not recorder.call.nothing_sent
    assert progress[-1] < len(LARGE)
    assert "Its end was not sent. It was not uploaded." in caught.value.cause


async def test_a_removed_file_is_sent_from_what_is_open(tmp_path: Path) -> None:
    file = a_file(tmp_path, LARGE)
    async with upload_server(answering(reply(UPLOADED))) as server, creator(server.url) as client:

        def note(sent: int) -> None:
            if sent:
                file.path.unlink(missing_ok=True)

        await client.upload(REF, file, on_progress=note)
        assert server.uploads[0].part()[3] == LARGE


@pytest.mark.parametrize("size", [0, 1, 16 * 1024, 256 * 1024, 256 * 1024 + 1, 512 * 1024])
async def test_another_hash_cuts_off_files_of_any_size(size: int, tmp_path: Path) -> None:
    file = a_file(tmp_path, LARGE[:size])._replace(sha256="0" * 64)
    async with upload_server(answering(reply(UPLOADED))) as server, creator(server.url) as client:
        with pytest.raises(DataError, match="has changed"):
            await client.upload(REF, file)
        assert not server.uploads[0].is_whole


async def test_a_file_without_a_known_time_is_taken(tmp_path: Path) -> None:
    file = a_file(tmp_path)._replace(modified_ns=None)
    touch(file.path)
    async with upload_server(answering(reply(UPLOADED))) as server, creator(server.url) as client:
        assert (await client.upload(REF, file)).code == 3000


class Failing(FileIO):
    """A file of which nothing can be read."""

    def read(self, _: int | None = -1, /) -> bytes:
        raise OSError(5, "Input/output error")


async def test_a_failing_disk_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = a_file(tmp_path, LARGE)
    async with upload_server(answering(reply(UPLOADED))) as server, creator(server.url) as client:
        monkeypatch.setattr("zcbulk_tui.creator.upload_body.FileIO", Failing)
        with pytest.raises(DataError, match="cannot be read") as caught:
            await client.upload(REF, file)
    assert "Input/output error" in caught.value.cause
