"""What is opened as a CSV, what is refused and with which words, and changes while it is read."""

import codecs
import gc
import gzip
import hashlib
import os
import socket
import struct
import zipfile
from pathlib import Path

import pytest

from tests.support.csv_files import source_of, zip_of
from tests.support.text import HOSTILE, is_one_safe_line
from zcbulk_tui.data import source as source_module
from zcbulk_tui.data.archive import MOST_UNPACKED
from zcbulk_tui.data.source import Source, SourceKind, open_source
from zcbulk_tui.errors import DataError

CSV = b"Name,Age\r\nAda,36\r\n"


def everything(source: Source) -> bytes:
    with source.open() as stream:
        pieces = list(iter(stream.read, b""))
        assert stream.bytes_read == source.csv_size
        assert stream.sha256 == hashlib.sha256(source.path.read_bytes()).hexdigest()
    return b"".join(pieces)


def refused(path: Path) -> DataError:
    with pytest.raises(DataError) as caught:
        open_source(path)
    error = caught.value
    assert is_one_safe_line(str(error))
    assert not error.title.endswith(".")
    assert all(text == "" or text.endswith(".") for text in (error.cause, error.next_step))
    return error


@pytest.mark.parametrize(
    ("content", "is_plain"),
    [
        pytest.param(zip_of([("a.csv", CSV)]), True, id="one file"),
        pytest.param(zip_of([("A.CSV", CSV)], zipfile.ZIP_STORED), True, id="not compressed"),
        pytest.param(zip_of([("a.txt", CSV)]), False, id="of another name"),
        pytest.param(zip_of([("x/a.csv", CSV)]), False, id="in a folder"),
        pytest.param(zip_of([("x/", b""), ("x/a.csv", CSV)]), False, id="with its folder"),
        pytest.param(
            zip_of([("a.csv", CSV), ("__MACOSX/._a.csv", b"\0"), (".DS_Store", b"\0")]),
            False,
            id="with litter",
        ),
    ],
)
def test_a_zip_with_one_csv_is_read_as_that_csv(
    tmp_path: Path, content: bytes, is_plain: bool
) -> None:
    source = source_of(tmp_path, content, "named.csv")
    assert source.kind is SourceKind.ZIP
    assert source.is_plain is is_plain
    assert (source.size, source.csv_size) == (len(content), len(CSV))
    assert everything(source) == CSV
    assert everything(source) == CSV


@pytest.mark.parametrize("pieces", [1, 3])
def test_a_csv_is_read_to_its_last_byte(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pieces: int
) -> None:
    monkeypatch.setattr(source_module, "CHUNK", -(-len(CSV) // pieces))
    source = source_of(tmp_path, CSV, "named.zip")
    assert (source.kind, source.is_plain) == (SourceKind.CSV, True)
    assert (source.size, source.csv_size) == (len(CSV), len(CSV))
    assert everything(source) == CSV


@pytest.mark.parametrize(
    ("content", "words"),
    [
        pytest.param(b"", "is empty", id="empty"),
        pytest.param(zip_of([("a.csv", b"")]), "a.csv in", id="empty in a ZIP"),
        pytest.param(gzip.compress(CSV), "a gzip archive", id="gzip"),
        pytest.param(b"BZh91AY&SY" + bytes(9), "a bzip2 archive", id="bzip2"),
        pytest.param(b"%PDF-1.7\n", "a PDF", id="PDF"),
        pytest.param(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Excel workbook", id="xls"),
        pytest.param(b"\n <!DOCTYPE html><html>", "a web page", id="HTML"),
        pytest.param(b"<table border=1><tr>", "a web page", id="table for a spreadsheet"),
        pytest.param(b"\xef\xbb\xbf<?xml version='1.0'?>", "XML", id="XML"),
        pytest.param(b'[\n {"a": 1}]', "JSON", id="JSON"),
        pytest.param(bytes(5000), "a file of binary data", id="nulls"),
        pytest.param(b"a,b\0c\n1,2\n", "a file of binary data", id="null in the header"),
        pytest.param(
            zip_of([("[Content_Types].xml", b"<x/>"), ("xl/workbook.xml", b"<x/>")]),
            "an Excel workbook",
            id="xlsx",
        ),
        pytest.param(
            zip_of([("mimetype", b"x"), ("content.xml", b"<x/>")]), "an OpenDocument file", id="ods"
        ),
        pytest.param(zip_of([]), "has no file in it", id="empty ZIP"),
        pytest.param(zip_of([("x/", b"")]), "has no file in it", id="folder in a ZIP"),
        pytest.param(
            zip_of([("a.csv", CSV), ("b.csv", CSV)]), "has 2 files in it", id="two in a ZIP"
        ),
        pytest.param(zip_of([("../a.csv", CSV)]), "no ordinary ZIP", id="ZIP that leads out"),
        pytest.param(zip_of([("/a.csv", CSV)]), "no ordinary ZIP", id="ZIP from the root"),
        pytest.param(zip_of([("C:\\a.csv", CSV)]), "no ordinary ZIP", id="ZIP with a drive"),
        pytest.param(zip_of([("a.csv", CSV)])[:-9], "cannot be opened as one", id="cut ZIP"),
        pytest.param(b"PK\x03\x04 and no more", "cannot be opened as one", id="no ZIP"),
        pytest.param(
            zip_of([("a.csv", CSV)], zipfile.ZIP_LZMA), "packed in a way", id="LZMA in a ZIP"
        ),
        pytest.param(zip_of([("a.csv", gzip.compress(CSV))]), "gzip", id="gzip in a ZIP"),
        pytest.param(zip_of([("a.csv", zip_of([]))]), "ZIP", id="ZIP in a ZIP"),
        pytest.param(
            zip_of([(name, CSV) for name in HOSTILE.values()]), "has 9 files", id="hostile names"
        ),
    ],
)
def test_what_is_no_csv_is_named(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "orders.csv"
    path.write_bytes(content)
    assert words in str(refused(path))


def patched(content: bytes, field: int, value: bytes) -> bytes:
    """Changes the directory entry of the first member."""
    at = content.index(b"PK\x01\x02") + field
    return content[:at] + value + content[at + len(value) :]


def test_an_encrypted_member_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(patched(zip_of([("a.csv", CSV)]), 8, struct.pack("<H", 1)))
    assert "is encrypted" in str(refused(path))


def test_a_zip_that_would_unpack_to_gigabytes_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(patched(zip_of([("a.csv", CSV)]), 24, struct.pack("<I", MOST_UNPACKED + 1)))
    assert "2,000,000,001 bytes" in str(refused(path))


@pytest.mark.parametrize("declared", [len(CSV) - 2, len(CSV) + 2])
def test_a_zip_that_declares_another_size_is_damaged(tmp_path: Path, declared: int) -> None:
    content = patched(zip_of([("a.csv", CSV)]), 24, struct.pack("<I", declared))
    path = tmp_path / "a.zip"
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"damaged|changed"):
        everything(open_source(path))


def test_a_damaged_member_is_found_when_it_is_read(tmp_path: Path) -> None:
    content = bytearray(zip_of([("a.csv", CSV * 9000)], zipfile.ZIP_STORED))
    content[100_000] ^= 1
    source = source_of(tmp_path, bytes(content), "a.zip")
    with pytest.raises(DataError, match="is damaged"):
        everything(source)


def test_a_zip_with_a_long_directory_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    name = "x" * 60_000
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(20):
            archive.writestr(f"{number}{name}", b"")
    assert "its directory is too long" in str(refused(path))


def test_what_is_no_file_is_named_and_not_waited_for(tmp_path: Path) -> None:
    assert "is no file, but a folder" in str(refused(tmp_path))
    os.mkfifo(tmp_path / "pipe")
    assert "is no file, but a pipe" in str(refused(tmp_path / "pipe"))
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "socket"))
        assert "is no file, but a socket" in str(refused(tmp_path / "socket"))
    assert "is no file, but a device" in str(refused(Path("/dev/zero")))
    assert "There is no file" in str(refused(tmp_path / "missing"))
    assert "There is no file" in str(refused(tmp_path / "a\0b"))
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    assert "cannot be read" in str(refused(tmp_path / "loop"))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_the_right_to_read_it(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(CSV)
    path.chmod(0)
    assert "chmod u+r" in str(refused(path))


def test_a_link_to_a_csv_is_followed(tmp_path: Path) -> None:
    source_of(tmp_path, CSV)
    (tmp_path / "link").symlink_to(tmp_path / "a.csv")
    assert everything(open_source(tmp_path / "link")) == CSV


def test_a_large_file_of_nothing_is_refused_at_once(tmp_path: Path) -> None:
    path = tmp_path / "sparse.csv"
    with path.open("wb") as file:
        file.truncate(10 * 2**30)
    assert "a file of binary data" in str(refused(path))


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("change", ["grown", "cut", "replaced", "gone", "touched"])
def test_a_change_while_it_is_read_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: str, packed: bool
) -> None:
    monkeypatch.setattr(source_module, "CHUNK", 1000)
    content = b"".join(b"%d,%d\n" % (n, n * n) for n in range(1000))
    source = source_of(tmp_path, zip_of([("a.csv", content)]) if packed else content)
    path = source.path
    with source.open() as stream:
        stream.read()
        match change:
            case "grown":
                with path.open("ab") as file:
                    file.write(b"1,1\n")
            case "cut":
                os.truncate(path, 2000)
            case "replaced":
                (tmp_path / "new").write_bytes(path.read_bytes())
                (tmp_path / "new").replace(path)
            case "gone":
                path.unlink()
            case "touched":
                os.utime(path, ns=(0, 0))
        with pytest.raises(DataError, match=r"changed while|There is no file"):
            list(iter(stream.read, b""))
        assert not stream.sha256


def test_a_change_between_two_passes_is_noticed(tmp_path: Path) -> None:
    source = source_of(tmp_path, CSV)
    everything(source)
    source.path.write_bytes(CSV + CSV)
    with pytest.raises(DataError, match="changed while"):
        source.open()


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(codecs.BOM_UTF16_LE + "a,b\n".encode("utf-16-le"), id="UTF-16"),
        pytest.param("a,b\n1,2\n".encode("utf-16-be"), id="UTF-16 without its mark"),
        pytest.param(b"a,b\n1,\0\n", id="null in a record"),
        pytest.param(b"PK,b\n1,2\n", id="column PK"),
        pytest.param(b"{a},b\n1,2\n", id="braces"),
    ],
)
def test_a_csv_may_begin_oddly(tmp_path: Path, content: bytes) -> None:
    assert everything(source_of(tmp_path, content)) == content


def test_nothing_stays_open_after_an_error(tmp_path: Path) -> None:
    # Python warns of files that are left open, and warnings are errors here.
    (tmp_path / "a").write_bytes(b"PK\x03\x04")
    refused(tmp_path / "a")
    source = source_of(tmp_path, zip_of([("a.csv", CSV)]))
    source.path.unlink()
    with pytest.raises(DataError):
        source.open()
    gc.collect()


@pytest.mark.parametrize("start", [0, 1, 5, len(CSV)])
def test_a_pass_may_begin_with_any_byte(tmp_path: Path, start: int) -> None:
    for content in (CSV, zip_of([("a.csv", CSV)])):
        source = source_of(tmp_path, content)
        with source.open(start) as stream:
            assert b"".join(iter(stream.read, b"")) == CSV[start:]
            assert stream.bytes_read == source.csv_size
            assert bool(stream.sha256) == (start == 0)
