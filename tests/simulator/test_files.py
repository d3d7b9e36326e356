import csv
import io
import zipfile
import zlib
from collections.abc import Iterator

import pytest

from tests.simulator.support import multipart
from tests.support.csv_files import zip_of
from zcbulk_tui.simulator import files
from zcbulk_tui.simulator.faults import RefusalError
from zcbulk_tui.simulator.files import Encoding, FileRules, InsertFile, uploaded_file
from zcbulk_tui.simulator.messages import Request


def call(data: bytes, name: str = "file", file_name: str = "rows.csv") -> Request:
    content_type, body = multipart(data, name, file_name)
    return Request("POST", "/", {"content-type": content_type}, body)


def zipped(*names: str, data: bytes = b"A\n1\n") -> bytes:
    return zip_of([(name, data) for name in names])


def refusal(request: Request) -> str:
    with pytest.raises(RefusalError) as caught:
        uploaded_file(request)
    return caught.value.key


def test_a_csv_and_a_zip_with_one_are_the_same() -> None:
    plain = uploaded_file(call(b"A\n1\n"))
    packed = uploaded_file(call(zipped("inner/rows.CSV"), file_name="rows.zip"))
    assert plain.content == packed.content
    assert (plain.name, packed.name) == ("rows.csv", "rows.zip")


@pytest.mark.parametrize(
    ("data", "file_name"),
    [
        (b"A\n1\n", "rows.txt"),
        (b"A\n1\n", "rows"),
        (zipped("rows.csv"), "rows.csv"),
        (b"A\n1\n", "rows.zip"),
        (zipped(), "rows.zip"),
        (zipped("rows.csv", "more.csv"), "rows.zip"),
        (zipped("rows.txt"), "rows.zip"),
        (zipped("rows.csv", data=b"x" * 999)[:60], "rows.zip"),
    ],
)
def test_other_files_are_unsupported(data: bytes, file_name: str) -> None:
    assert refusal(call(data, file_name=file_name)) == "unsupported"


def test_a_zip_whose_content_is_broken_is_unsupported() -> None:
    packed = zipped("rows.csv", data=b"A\n1\n" * 50)
    middle = packed.index(b"rows.csv") + len(b"rows.csv")
    broken = packed[:middle] + b"\xff\xff\xff\xff" + packed[middle + 4 :]
    with pytest.raises((zlib.error, zipfile.BadZipFile)):
        zipfile.ZipFile(io.BytesIO(broken)).read("rows.csv")
    assert refusal(call(broken, file_name="rows.zip")) == "unsupported"


def test_no_part_named_file() -> None:
    assert refusal(call(b"A\n1\n", name="data")) == "400-9350"
    assert refusal(Request("POST", "/", {}, b"A\n1\n")) == "400-9350"


@pytest.mark.parametrize("file_name", ["rows.csv", "rows.zip"])
def test_the_limit_holds_packed_or_not(monkeypatch: pytest.MonkeyPatch, file_name: str) -> None:
    monkeypatch.setattr(files, "MAX_FILE_BYTES", 200)
    for size, expected in ((200, None), (201, "too large")):
        data = b"A\n".ljust(size, b"1")
        request = call(data if file_name == "rows.csv" else zipped("a.csv", data=data), "file",
                       file_name)  # fmt: skip
        if expected is None:
            assert len(uploaded_file(request).content) == size
        else:
            assert refusal(request) == expected


def test_a_body_that_was_not_kept_is_too_large() -> None:
    assert refusal(Request("POST", "/", body_too_large=True)) == "too large"


@pytest.mark.parametrize(
    ("data", "rows"),
    [
        (b"A,B\n1,2\n", [["1", "2"]]),
        (b"\xef\xbb\xbfA,B\r\n1,2", [["1", "2"]]),
        (b'\nA,B\n\n"1\n,","2""3"\n\n', [["1\n,", '2"3']]),
        (b"A,B\n", []),
    ],
)
def test_rows(data: bytes, rows: list[list[str]]) -> None:
    file = InsertFile("rows.csv", data)
    assert file.header() == ["A", "B"]
    assert list(file.rows()) == list(file.rows()) == rows


@pytest.fixture
def cell_limit() -> Iterator[int]:
    """How long a cell may be; it holds for the whole process, and other tests raise it."""
    before = csv.field_size_limit(100_000)
    yield 100_000
    csv.field_size_limit(before)


def test_a_cell_that_is_too_long_is_no_csv(cell_limit: int) -> None:
    fits, endless = (
        InsertFile("rows.csv", b'A\n"' + b"x" * count + b'"\n')
        for count in (cell_limit, cell_limit + 1)
    )
    assert list(fits.rows()) == [["x" * cell_limit]]
    with pytest.raises(RefusalError, match="unsupported"):
        list(endless.rows())


@pytest.mark.parametrize(
    "data", [b"", b"\n\n", b"\xff\xfeA\x00"], ids=["empty", "blank", "no UTF-8"]
)
def test_what_is_no_csv(data: bytes) -> None:
    file = InsertFile("rows.csv", data)
    with pytest.raises(RefusalError, match="unsupported"):
        list(map(len, (file.header(), *file.rows())))


LATIN = "Name;Ort\nJäger;Köln\n".encode("cp1252")


@pytest.mark.parametrize(
    ("encoding", "row"),
    [
        (Encoding.WINDOWS_1252, ["Jäger", "Köln"]),
        (Encoding.MISREAD, ["J�ger", "K�ln"]),
    ],
)
def test_a_file_in_another_encoding(encoding: Encoding, row: list[str]) -> None:
    rules = FileRules(semicolons=True, other_encoding=encoding)
    assert list(uploaded_file(call(LATIN), rules).rows()) == [row]
    in_utf_8 = "\ufeffName;Ort\nJäger;Köln\n".encode()
    file = uploaded_file(call(in_utf_8), rules)
    assert (file.header(), list(file.rows())) == (["Name", "Ort"], [["Jäger", "Köln"]])


@pytest.mark.parametrize(
    ("first_line", "semicolons", "columns"),
    [
        (b"A;B", False, ["A;B"]),
        (b"A;B", True, ["A", "B"]),
        (b"A,B;C", True, ["A", "B;C"]),
        (b"A,B", True, ["A", "B"]),
    ],
)
def test_semicolons_are_read_where_no_comma_is(
    first_line: bytes, semicolons: bool, columns: list[str]
) -> None:
    file = uploaded_file(call(first_line + b"\n1;2,3\n"), FileRules(semicolons=semicolons))
    assert file.header() == columns


def test_the_limit_of_a_zip_may_hold_for_its_packed_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MAX_FILE_BYTES", 200)
    monkeypatch.setattr(files, "MOST_UNPACKED_BYTES", 900)
    rules = FileRules(counts_unpacked=False)
    for size, packed, fits in ((900, True, True), (901, True, False), (201, False, False)):
        data = b"A\n".ljust(size, b"1")
        name = "rows.zip" if packed else "rows.csv"
        request = call(zipped("a.csv", data=data) if packed else data, file_name=name)
        if fits:
            assert len(uploaded_file(request, rules).content) == size
        else:
            with pytest.raises(RefusalError, match="too large"):
                uploaded_file(request, rules)
