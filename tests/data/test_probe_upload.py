"""A file of a probe on the disk: what it says of itself is so."""

import hashlib
from pathlib import Path
from zipfile import ZipFile

import pytest

from zcbulk_tui.data.probe_upload import write
from zcbulk_tui.domain.probe_files import ProbeFile
from zcbulk_tui.errors import DataError

PLAIN = ProbeFile("good.csv", b"Title\r\n", b"one\r\n", 3, records=3)


def test_a_csv_is_written_as_it_is(tmp_path: Path) -> None:
    file = write(PLAIN, tmp_path)
    content = b"Title\r\none\r\none\r\none\r\n"
    assert file.path.read_bytes() == content
    assert (file.name, file.size, file.rows) == ("good.csv", len(content), 3)
    assert file.sha256 == hashlib.sha256(content).hexdigest()
    assert file.modified_ns == file.path.stat().st_mtime_ns


def test_a_zip_holds_one_csv_and_is_small(tmp_path: Path) -> None:
    line = b"a,b,c\r\n" * 500
    file = write(ProbeFile("large.zip", b"x,y,z\r\n", line, 400, True, 200_000), tmp_path)
    with ZipFile(file.path) as archive:
        (member,) = archive.infolist()
    assert (member.filename, member.file_size) == ("large.csv", 7 + 400 * len(line))
    assert file.size == file.path.stat().st_size < 20_000


def test_one_of_the_same_name_is_written_over(tmp_path: Path) -> None:
    first = write(PLAIN, tmp_path)
    assert write(PLAIN, tmp_path).sha256 == first.sha256


def test_what_cannot_be_written_is_an_error_of_the_file(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot be written"):
        write(PLAIN, tmp_path / "gone")
