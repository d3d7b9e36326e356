"""Files of the user's: read within bounds, and refused where others can change them."""

import os
import socket
import threading
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path

import pytest

from zcbulk_tui.errors import ConfigError
from zcbulk_tui.user_files import BadFileError, check_nobody_else_writes, read_text


@pytest.mark.parametrize(
    ("content", "text"),
    [(b"", ""), (b"a\n", "a\n"), ("\ufeffSüd\r\n".encode(), "Süd\r\n"), (b"x" * 100, "x" * 100)],
)
def test_a_text_is_read(tmp_path: Path, content: bytes, text: str) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    assert read_text(path, 100) == text


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"x" * 101, "too large"),
        (b"a\nb\xe9\n", "not text in UTF-8: it cannot be read in line 2"),
        ("a".encode("utf-16"), "not text in UTF-8"),
        (b"a\nb\0", "line 2: there is a null"),
    ],
)
def test_what_is_no_text(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    with pytest.raises(BadFileError, match=words):
        read_text(path, 100)


def listen(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))


@pytest.mark.parametrize(
    ("make", "words"),
    [(Path.mkdir, "a folder"), (os.mkfifo, "a pipe"), (listen, "a socket")],
    ids=["folder", "pipe", "socket"],
)
@pytest.mark.parametrize("pipes", [False, True])
def test_what_is_no_file(
    tmp_path: Path, make: Callable[[Path], None], words: str, pipes: bool
) -> None:
    path = tmp_path / "file"
    make(path)
    link = tmp_path / "link"
    link.symlink_to(path)
    for name in (path, link):
        with pytest.raises(BadFileError, match=words):
            read_text(name, pipes=pipes)


@pytest.mark.parametrize("path", ["/dev/zero", "/dev/random", "/dev/full", "/dev/tty"])
def test_devices_are_not_read(path: str) -> None:
    with pytest.raises(BadFileError, match="a device"):
        read_text(Path(path), pipes=True)


def test_there_is_nothing_in_the_null_device() -> None:
    assert read_text(Path(os.devnull)) == ""
    check_nobody_else_writes(Path(os.devnull))


@pytest.mark.parametrize("content", [b"a list", b"x" * 101], ids=["short", "long"])
def test_the_pipe_of_a_shell(content: bytes) -> None:
    reader, writer = os.pipe()

    def write() -> None:
        with os.fdopen(writer, "wb") as file:
            file.write(content)

    thread = threading.Thread(target=write)
    thread.start()
    path = Path(f"/dev/fd/{reader}")
    try:
        if len(content) > 100:
            with pytest.raises(BadFileError, match="too large"):
                read_text(path, 100, pipes=True)
        else:
            assert read_text(path, 100, pipes=True) == "a list"
        with pytest.raises(BadFileError, match="a pipe"):
            read_text(path, 100)
    finally:
        thread.join()
        os.close(reader)


@pytest.mark.parametrize(
    ("mode", "is_refused"),
    [(0o600, False), (0o644, False), (0o664, True), (0o646, True), (0o666, True), (0o620, True)],
)
def test_what_others_can_write(tmp_path: Path, mode: int, is_refused: bool) -> None:
    path = tmp_path / "file"
    path.write_text("")
    path.chmod(mode)
    if not is_refused:
        check_nobody_else_writes(path)
        return
    with pytest.raises(ConfigError, match="Others can write") as caught:
        check_nobody_else_writes(path)
    assert f"chmod go-w '{path}'" in caught.value.next_step


@pytest.mark.parametrize(
    ("mode", "is_refused"), [(0o700, False), (0o755, False), (0o775, True), (0o1777, False)]
)
def test_a_folder_in_which_others_can_replace_files(
    tmp_path: Path, mode: int, is_refused: bool
) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    folder.chmod(mode)
    with pytest.raises(ConfigError, match="Others can write") if is_refused else nullcontext():
        check_nobody_else_writes(folder)


def test_what_is_anothers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "file"
    path.write_text("")
    monkeypatch.setattr(os, "geteuid", lambda: 4711)
    if path.stat().st_uid == 0:
        os.chown(path, 4712, -1)
    with pytest.raises(ConfigError, match="another user"):
        check_nobody_else_writes(path)
