"""Results on the disk: whole or not at all, counted, private, and nothing of them in an error."""

import errno
import hashlib
import os
import stat
import struct
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.data.fetched import (
    CELL,
    CSV,
    HOUR,
    KIND,
    ZIP,
    fetch,
    in_folder,
    left,
    place,
    refused,
)
from tests.support.csv_files import zip_of
from tests.support.jobs import REF
from zcbulk_tui.data import archive, result_folder
from zcbulk_tui.data.new_files import NewFile
from zcbulk_tui.data.result_folder import ResultFolder
from zcbulk_tui.domain.job import Environment
from zcbulk_tui.domain.result import ResultFile, ResultKind
from zcbulk_tui.errors import DataError


def test_a_result_is_taken_out_of_its_zip_and_counted(tmp_path: Path) -> None:
    folder = tmp_path / "state" / "results"
    now = datetime(2026, 3, 11, tzinfo=UTC)
    found = fetch(ResultFolder(folder, lambda: now))
    path = place(folder)
    assert found == ResultFile(KIND, path, len(CSV), hashlib.sha256(CSV).hexdigest(), 2, now)
    assert path.read_bytes() == CSV
    assert left(folder) == [str(path.relative_to(folder))]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    for made in (path.parent, folder, folder.parent):
        assert stat.S_IMODE(made.stat().st_mode) == 0o700


def test_the_results_of_a_job_are_in_one_folder_and_those_of_others_elsewhere() -> None:
    folder = ResultFolder(Path("/results"))
    others = [
        REF._replace(origin="https://www.zohoapis.eu"),
        REF._replace(owner="other"),
        REF._replace(app="other"),
        REF._replace(form="Other"),
        REF._replace(job_id="1"),
        REF._replace(environment=Environment.STAGE),
    ]
    assert len({folder.folder_of(ref) for ref in (REF, *others)}) == 7
    name = folder.folder_of(REF).name
    assert name == f"{REF.job_id}-57cff9e7"
    assert folder.folder_of(REF._replace(job_id="../../a")).parent == Path("/results")


@pytest.mark.parametrize(
    ("csv", "records"),
    [
        pytest.param(b"", 0, id="nothing"),
        pytest.param(b"\r\n", 0, id="an empty line"),
        pytest.param(b"\xef\xbb\xbf\n\n", 0, id="a mark and empty lines"),
        pytest.param(b"Name,ERRORS", 0, id="a header"),
        pytest.param(b"Name,ERRORS\r\n", 0, id="a header and its end"),
        pytest.param(b"\xef\xbb\xbfName\nA\n", 1, id="a mark"),
        pytest.param(b"Name\nA", 1, id="no end"),
        pytest.param(b"Name\rA\rB\r", 2, id="old line ends"),
        pytest.param(b"\nName\nA\n\nB\n\n", 2, id="empty lines are no records"),
        pytest.param(b'Name\n""\n', 1, id="an empty cell is one"),
        pytest.param(b'Name,E\n"a\nb","c,d"\n', 1, id="lines within cells"),
        pytest.param("Name\nGröße\n完了\n".encode(), 2, id="not ASCII"),
        pytest.param(b"Name,E\nA\nB,C,D\n", 2, id="cells missing and beyond"),
    ],
)
def test_records_are_counted_without_header_and_empty_lines(
    csv: bytes, records: int, tmp_path: Path
) -> None:
    found = fetch(in_folder(tmp_path), zip_of([("x.csv", csv)]))
    assert (found.records, found.size) == (records, len(csv))
    assert found.sha256 == hashlib.sha256(csv).hexdigest()
    again = in_folder(tmp_path).find(REF, KIND)
    assert again is not None
    assert (again.records, again.size, again.sha256) == (records, len(csv), found.sha256)


@pytest.mark.parametrize("packed", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
@pytest.mark.parametrize("name", ["failure.csv", "FAILURE", "a/b.csv", "x\x1b[31m.csv"])
def test_the_name_in_the_zip_does_not_matter(packed: int, name: str, tmp_path: Path) -> None:
    assert fetch(in_folder(tmp_path), zip_of([(name, CSV)], packed)).records == 2


def with_size(data: bytes, size: int) -> bytes:
    """A ZIP that declares another size of its file, at both places."""
    changed = bytearray(data)
    struct.pack_into("<I", changed, data.index(b"PK\x03\x04") + 22, size)
    struct.pack_into("<I", changed, data.index(b"PK\x01\x02") + 24, size)
    return bytes(changed)


def encrypted(data: bytes) -> bytes:
    changed = bytearray(data)
    changed[data.index(b"PK\x01\x02") + 8] |= 1
    return bytes(changed)


STORED = zip_of([("a.csv", CSV)], zipfile.ZIP_STORED)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        pytest.param(b"", "cannot be opened as one", id="nothing"),
        pytest.param(b"Name,City", "cannot be opened as one", id="no ZIP"),
        pytest.param(ZIP[:-5], "cannot be opened as one", id="cut off"),
        pytest.param(zip_of([]), "failure.zip has no file in it", id="empty"),
        pytest.param(
            zip_of([("a.csv", CSV), ("b.csv", CSV)]),
            "failure.zip has 2 files in it. A result is a ZIP with exactly one CSV in it. It has "
            "a.csv, b.csv.",
            id="two",
        ),
        pytest.param(
            zip_of([("readme.txt", b"Nothing.")]),
            "failure.zip has no CSV in it. A result is a ZIP with exactly one CSV in it. It has "
            "readme.txt.",
            id="something else",
        ),
        pytest.param(zip_of([("../a.csv", CSV)]), "leads out of its folder", id="leads out"),
        pytest.param(encrypted(ZIP), "is encrypted", id="encrypted"),
        pytest.param(
            zip_of([("a.csv", CSV)], zipfile.ZIP_BZIP2), "packed in a way", id="another packing"
        ),
        pytest.param(
            with_size(ZIP, 2_000_000_001), "would be 2,000,000,001 bytes long", id="a bomb"
        ),
        pytest.param(STORED.replace(b"INVALID", b"invalid"), "is damaged", id="another sum"),
        pytest.param(with_size(ZIP, len(CSV) - 1), "is damaged", id="more than declared"),
        pytest.param(with_size(ZIP, len(CSV) + 1), "has another size", id="less than declared"),
        pytest.param(zip_of([("a.csv", b"%PDF-1.7\n")]), "is no CSV, but a PDF", id="a PDF"),
        pytest.param(
            zip_of([("a.csv", b"<!DOCTYPE html><html>")]), "is no CSV, but a web page", id="a page"
        ),
        pytest.param(
            zip_of([("a.csv", b'{"code": 11110}')]), "is no CSV, but JSON", id="an answer"
        ),
        pytest.param(zip_of([("a.csv", zip_of([]))]), "but another ZIP", id="a ZIP in a ZIP"),
        pytest.param(
            zip_of([("a.csv", CSV + f'"{CELL}'.encode())]), "line 4 of failure.csv", id="open quote"
        ),
        pytest.param(
            zip_of([("a.csv", CSV + CELL.encode() + b" \xe9\r\n")]),
            "failure.csv is no CSV that can be read. Line 4 is not in utf-8.",
            id="not UTF-8",
        ),
        pytest.param(zip_of([("a.csv", CSV.decode().encode("utf-16"))]), "utf-8", id="UTF-16"),
        pytest.param(
            zip_of([("a.csv", b"A\r\n" + b"x" * (2**20 + 2**19))]), "is too long", id="long line"
        ),
    ],
)
def test_what_is_no_zip_with_one_csv_is_not_kept(data: bytes, words: str, tmp_path: Path) -> None:
    error = refused(tmp_path, data)
    assert words in str(error)
    assert error.next_step.startswith("It is what came from Zoho, and was not kept. Fetch it again")
    for of_uploads in ("Make the ZIP", "give the CSV", "Zoho takes"):
        assert of_uploads not in str(error)


def test_what_was_there_stays_where_another_try_fails(tmp_path: Path) -> None:
    fetch(in_folder(tmp_path))
    with pytest.raises(DataError):
        fetch(in_folder(tmp_path), ZIP[:-1])
    assert place(tmp_path).read_bytes() == CSV
    assert len(left(tmp_path)) == 1
    fetch(in_folder(tmp_path), zip_of([("a.csv", b"Name\r\n")]))
    assert place(tmp_path).read_bytes() == b"Name\r\n"


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    data = bytearray(draw(st.sampled_from([ZIP, STORED])))
    for _ in range(draw(st.integers(0, 3))):
        at = draw(st.integers(0, len(data)))
        match draw(st.sampled_from(["cut", "flip", "insert", "remove"])):
            case "cut":
                del data[at:]
            case "flip" if at < len(data):
                data[at] ^= draw(st.integers(1, 255))
            case "insert":
                data[at:at] = draw(st.binary(max_size=30))
            case _:
                del data[at : at + draw(st.integers(1, 20))]
    return bytes(data)


@given(mutated())
@example(ZIP)
def test_any_bytes_are_a_whole_result_or_nothing(data: bytes) -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        try:
            found = fetch(in_folder(folder), data)
        except DataError:
            assert left(folder) == []
            return
        # The sum in a ZIP is over its CSV.
        assert found.path.read_bytes() == CSV
        assert left(folder) == [str(found.path.relative_to(folder))]


def test_a_zip_that_is_too_large_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(result_folder, "LARGEST_ZIP", 1000)
    writer = in_folder(tmp_path).begin(REF, KIND)
    writer.write(bytes(1000))
    with pytest.raises(DataError, match="more than 1,000 bytes"):
        writer.write(b"x")
    assert left(tmp_path) == []


def test_a_csv_of_a_limit_and_no_more_is_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "MOST_UNPACKED", len(CSV))
    assert fetch(in_folder(tmp_path)).size == len(CSV)
    monkeypatch.setattr(archive, "MOST_UNPACKED", len(CSV) - 1)
    in_folder(tmp_path).remove(REF)
    assert f"more than {len(CSV) - 1:,} are not unpacked" in str(refused(tmp_path, ZIP))


def full(*_: object, **__: object) -> object:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.parametrize("method", ["write", "finish"])
@pytest.mark.parametrize("name", ["failure.zip", "failure.csv"])
def test_a_full_disk_is_named_and_nothing_is_left(
    method: str, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = getattr(NewFile, method)

    def fail(self: NewFile, *given: object, **named: object) -> object:
        return full() if self.path.name == name else original(self, *given, **named)

    monkeypatch.setattr(NewFile, method, fail)
    error = refused(tmp_path, ZIP)
    assert error.title == "There is no room for the result"
    assert "No space left on device" in error.cause
    assert str(place(tmp_path).parent) in error.cause
    assert error.next_step == "Make room there, and fetch it again."


def test_a_full_disk_is_named_before_a_call_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(NewFile, "__init__", full)
    with pytest.raises(DataError, match="no room"):
        in_folder(tmp_path).begin(REF, KIND)
    assert [it.name for it in place(tmp_path).parent.iterdir()] == []


def a_file(path: Path, _: Path) -> None:
    path.write_text("mine")


def a_link(path: Path, elsewhere: Path) -> None:
    path.symlink_to(elsewhere)


def a_pipe(path: Path, _: Path) -> None:
    os.mkfifo(path)


def a_folder(path: Path, _: Path) -> None:
    path.mkdir()


@pytest.mark.parametrize("odd", [a_file, a_link, a_pipe])
def test_an_odd_thing_in_the_place_of_a_jobs_folder_is_not_followed(
    odd: Callable[[Path, Path], None], tmp_path: Path, elsewhere: Path
) -> None:
    results = tmp_path / "results"
    results.mkdir()
    odd(place(results).parent, elsewhere)
    with pytest.raises(DataError, match="cannot be written"):
        in_folder(results).begin(REF, KIND)
    assert in_folder(results).find(REF, KIND) is None
    with pytest.raises(DataError, match="cannot be removed"):
        in_folder(results).remove(REF)
    assert place(results).parent.lstat()


@pytest.mark.parametrize("odd", [a_link, a_pipe])
def test_an_odd_thing_in_the_place_of_a_result_is_replaced_and_not_followed(
    odd: Callable[[Path, Path], None], tmp_path: Path, elsewhere: Path
) -> None:
    results = tmp_path / "results"
    place(results).parent.mkdir(parents=True)
    odd(place(results), elsewhere / "failure.csv")
    assert in_folder(results).find(REF, KIND) is None
    fetch(in_folder(results), zip_of([("a.csv", b"Name\r\n")]))
    assert place(results).lstat().st_size == len(b"Name\r\n")


def test_a_folder_in_the_place_of_a_result_is_found_before_a_call_is_made(tmp_path: Path) -> None:
    place(tmp_path).mkdir(parents=True)
    assert in_folder(tmp_path).find(REF, KIND) is None
    with pytest.raises(DataError, match="Is a directory"):
        in_folder(tmp_path).begin(REF, KIND)


def test_a_jobs_folder_that_others_may_read_is_closed_to_them(tmp_path: Path) -> None:
    place(tmp_path).parent.mkdir(parents=True)
    place(tmp_path).parent.chmod(0o755)
    fetch(in_folder(tmp_path))
    assert stat.S_IMODE(place(tmp_path).parent.stat().st_mode) == 0o700


def test_a_folder_above_them_may_be_a_link_of_the_users(tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    (tmp_path / "state").symlink_to(tmp_path / "disk")
    fetch(in_folder(tmp_path / "state" / "results"))
    assert len(left(tmp_path / "disk")) == 1


def test_nothing_is_found_where_nothing_is(tmp_path: Path) -> None:
    assert in_folder(tmp_path / "none").find(REF, KIND) is None
    fetch(in_folder(tmp_path))
    assert in_folder(tmp_path).find(REF, ResultKind.SUCCESS) is None
    assert in_folder(tmp_path).find(REF._replace(job_id="1"), KIND) is None


def test_what_is_found_is_what_was_fetched(tmp_path: Path) -> None:
    fetched = fetch(in_folder(tmp_path))
    found = in_folder(tmp_path).find(REF, KIND)
    assert found is not None
    assert found._replace(fetched_at=fetched.fetched_at) == fetched
    assert abs(found.fetched_at - fetched.fetched_at) < HOUR
    assert found.fetched_at.utcoffset() == timedelta(0)


def test_what_cannot_be_read_any_more_is_not_found(tmp_path: Path) -> None:
    fetch(in_folder(tmp_path))
    place(tmp_path).write_bytes(b'Name\r\n"open')
    assert in_folder(tmp_path).find(REF, KIND) is None


@pytest.mark.parametrize("name", ["readme.txt", "result.xlsx", "result.csv.sig"])
def test_what_is_not_called_a_csv_is_none(name: str, tmp_path: Path) -> None:
    error = refused(tmp_path, zip_of([(name, CSV)]))
    assert error.title == "failure.zip has no CSV in it"
    assert name in error.cause


@pytest.mark.parametrize("name", ["Result.CSV", "result"])
def test_a_csv_may_be_called_as_it_likes(name: str, tmp_path: Path) -> None:
    assert fetch(in_folder(tmp_path), zip_of([(name, CSV)])).records == 2


def test_of_two_at_once_the_last_one_stays_and_both_are_whole(tmp_path: Path) -> None:
    first, second = (in_folder(tmp_path).begin(REF, KIND) for _ in range(2))
    second.write(zip_of([("a.csv", b"Name\r\n")]))
    first.write(ZIP)
    assert first.finish().records == 2
    assert second.finish().records == 0
    assert place(tmp_path).read_bytes() == b"Name\r\n"
    assert len(left(tmp_path)) == 1


def test_what_is_given_up_leaves_nothing(tmp_path: Path) -> None:
    writer = in_folder(tmp_path).begin(REF, KIND)
    writer.write(ZIP)
    writer.discard()
    writer.discard()
    assert left(tmp_path) == []


def test_all_of_a_job_is_removed_and_nothing_of_others(tmp_path: Path, elsewhere: Path) -> None:
    results = tmp_path / "results"
    other = REF._replace(job_id="1")
    fetch(in_folder(results))
    fetch(in_folder(results), ref=other)
    (place(results).parent / "repaired").mkdir()
    (place(results).parent / "repaired" / "link").symlink_to(elsewhere)
    in_folder(results).remove(REF)
    in_folder(results).remove(REF)
    assert left(results) == [str(place(results, other).relative_to(results))]
