"""Records and their lines: the same as the csv module's, with a guard against what never ends."""

import csv
import hashlib
import io
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.support.csv_files import read_fields, rows, source_of, zip_of
from zcbulk_tui.data import rows as rows_module
from zcbulk_tui.data import source as source_module
from zcbulk_tui.data.rows import (
    MARKED_LINES,
    RecordReader,
    cut_line,
    read_from,
    read_header_line,
    read_rows,
)
from zcbulk_tui.errors import DataError

delimiters = st.sampled_from(",;\t|")
raw_texts = st.text(st.sampled_from('aé,;"\n\r '), max_size=40)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One for all examples of a property."""
    return tmp_path_factory.mktemp("rows")


@pytest.fixture(scope="module", autouse=True)
def small_pieces() -> Iterator[None]:
    """Pieces so small that records and characters are cut by them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(source_module, "CHUNK", 7)
        yield


def with_lines(text: str, delimiter: str = ",") -> Iterator[tuple[int, list[str]]]:
    """The records as the csv module reads them from a file, without empty ones at the beginning."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    line, has_header = 1, False
    for fields in reader:
        has_header = has_header or bool(fields)
        if has_header:
            yield line, fields
        line = reader.line_num + 1


def ends_in_a_quote(text: str, delimiter: str = ",") -> bool:
    """Whether the csv module would miss a closing quote, by its strict mode on each record."""
    state = "start"
    for character in text:
        match state, character:
            case "quoted", '"':
                state = "closing"
            case "quoted", _:
                pass
            case ("closing", '"') | ("start", '"'):
                state = "quoted"
            case _, ("\r" | "\n"):
                state = "start"
            case _, _:
                state = "start" if character == delimiter else "bare"
    return state == "quoted"


def has_stray_quote(raw: str, delimiter: str = ",") -> bool:
    """Whether a quote of one record has no place in it, character by character."""
    state = "start"
    for character in raw:
        match state, character:
            case "quoted", '"':
                state = "closing"
            case "quoted", _:
                pass
            case ("closing", '"') | ("start", '"'):
                state = "quoted"
            case "bare", '"':
                return True
            case _, ("\r" | "\n"):
                state = "start"
            case _, _ if character == delimiter:
                state = "start"
            case "closing", _:
                return True
            case _:
                state = "bare"
    return False


@given(raw_texts, delimiters)
@example('a\n"b\n', ",")
@example('"a"b,c\n', ",")
@example("\r\r\na\r", ",")
def test_any_text_is_read_as_the_csv_module_reads_it(
    folder: Path, text: str, delimiter: str
) -> None:
    if not text:
        return
    reader = read_rows(source_of(folder, text), delimiter=delimiter)
    expected = list(with_lines(text, delimiter))
    if ends_in_a_quote(text, delimiter):
        with pytest.raises(DataError, match="never closes"):
            list(reader)
    elif not expected:
        with pytest.raises(DataError, match="has no header"):
            list(reader)
    else:
        assert list(reader) == expected
        assert reader.bytes_read == len(text.encode())
        assert reader.sha256 == hashlib.sha256(text.encode()).hexdigest()
        assert reader.header_line == expected[0][0]


@given(raw_texts, delimiters)
@example('a,"b"c\n', ",")
@example('5" pipe\n', ",")
@example('"a\n"b\n', ",")
def test_stray_quotes_are_counted_by_record(folder: Path, text: str, delimiter: str) -> None:
    expected = list(with_lines(text, delimiter))
    if not expected or ends_in_a_quote(text, delimiter):
        return
    lines = io.StringIO(text, newline="").readlines()
    ends = [line for line, _ in expected[1:]] + [len(lines) + 1]
    stray = [
        line
        for (line, _), end in zip(expected, ends, strict=True)
        if has_stray_quote("".join(lines[line - 1 : end - 1]), delimiter)
    ]
    reader = read_rows(source_of(folder, text), delimiter=delimiter)
    list(reader)
    assert (reader.stray_quotes.count, reader.stray_quotes.lines) == (len(stray), stray[:5])


@given(rows, delimiters, st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]))
def test_what_a_program_wrote_is_read_again(
    folder: Path, records: list[list[str]], delimiter: str, quoting: int
) -> None:
    text = io.StringIO(newline="")
    # Ends of two characters: those of one leave the other without quotes in some Pythons.
    csv.writer(text, delimiter=delimiter, quoting=quoting).writerows([["h"], *records])  # type: ignore[arg-type]  # an int of the enum
    reader = read_rows(source_of(folder, text.getvalue()), delimiter=delimiter)
    assert read_fields(reader) == [["h"], *records]
    assert reader.stray_quotes.count == 0


def test_a_csv_in_a_zip_is_the_same(folder: Path) -> None:
    content = "Name,Größe\n" + 'Ada,"1\n2"\n' * 50
    packed = source_of(folder, zip_of([("a.csv", content.encode())]), "a.zip")
    reader = read_rows(packed)
    assert list(reader) == list(with_lines(content))
    assert reader.sha256 == hashlib.sha256(packed.path.read_bytes()).hexdigest()


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('a,b\n1,"2\n3,4\n', 2),
        ('a,b\n1,"2""', 2),
        ('a,b\n"1\n",x,"2\n5\n', 3),
        ('"', 1),
        ('a\n"', 2),
        ('a\n5" x\n"b', 3),
    ],
)
def test_a_quote_that_never_closes_is_named_by_its_line(
    tmp_path: Path, text: str, line: int
) -> None:
    with pytest.raises(DataError, match=f"A quote that opens in line {line} of a.csv never closes"):
        list(read_rows(source_of(tmp_path, text)))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("a,b\n" + "x" * 300, "Line 2 of a.csv is too long", id="at the end"),
        pytest.param("x," * 150 + "\n", "Line 1 of a.csv is too long", id="header"),
        pytest.param('a\n"x' + "y\n" * 150, "opens in line 2 of a.csv never", id="many lines"),
        pytest.param(
            'a\n1\n"' + "y" * 300, "Line 3 of a.csv is too long", id="quote in a long line"
        ),
        pytest.param('a\n1\n"b\n' + "y" * 300, "opens in line 3 of a.csv never", id="then long"),
    ],
)
def test_a_record_without_an_end_is_not_read_on(tmp_path: Path, text: str, words: str) -> None:
    reader = RecordReader(source_of(tmp_path, text), longest_record=100)
    with pytest.raises(DataError, match=words):
        list(reader)
    assert reader.bytes_read < 150


def test_a_long_line_and_an_open_quote_need_little_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(source_module, "CHUNK", 2**13)
    for name, content in (("long", b"a" * 2**22), ("open", b'a\n"b' + b"c\n" * 2**21)):
        source = source_of(tmp_path, b"x,y\n" + content, name)
        tracemalloc.start()
        try:
            with pytest.raises(DataError):
                list(RecordReader(source, longest_record=2**14))
            assert tracemalloc.get_traced_memory()[1] < 2**21
        finally:
            tracemalloc.stop()


def test_progress_is_reported_in_steps_and_at_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(source_module, "CHUNK", 2**18)
    content = b"a,b\n" + b"12345678,1\n" * 400_000
    source = source_of(tmp_path, content)
    reports: list[tuple[int, int]] = []
    # Only the bytes are looked at here, so that it takes no time.
    with source.open() as stream:
        for _ in RecordReader(source, on_progress=lambda *it: reports.append(it))._texts(stream):
            pass
    assert [read // 2**21 for read, _ in reports] == [1, 2, 2]
    assert {size for _, size in reports} == {len(content)}
    assert reports[-1][0] == len(content)


@pytest.mark.parametrize(
    ("text", "line"),
    [("a;b\n1", "a;b"), ("\n\r\n a \r\nb", " a "), ("a", "a"), ('"a\nb",c\n', '"a')],
)
def test_the_header_line_can_be_read_alone(tmp_path: Path, text: str, line: str) -> None:
    assert read_header_line(source_of(tmp_path, text)) == line


def test_only_empty_lines_are_no_header(tmp_path: Path) -> None:
    source = source_of(tmp_path, "\r\n\n\n")
    with pytest.raises(DataError, match="has no header"):
        read_header_line(source)
    with pytest.raises(DataError, match="has no header"):
        list(read_rows(source))


def test_only_ends_of_lines_end_a_line(tmp_path: Path) -> None:
    text = "a\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029b,c\nd\n"
    assert list(read_rows(source_of(tmp_path, text))) == [
        (1, ["a\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029b", "c"]),
        (2, ["d"]),
    ]


def test_nulls_are_left_to_whoever_looks_at_the_cells(tmp_path: Path) -> None:
    assert read_fields(read_rows(source_of(tmp_path, "a\n\0b\0\n"))) == [["a"], ["\0b\0"]]


@pytest.mark.parametrize(
    ("text", "records", "stray"),
    [
        pytest.param(
            "Phone,Place\n555,12°30'4.5\"N 8°1'2\"W\n",
            [["Phone", "Place"], ["555", "12°30'4.5\"N 8°1'2\"W"]],
            [2],
            id="seconds of arc",
        ),
        pytest.param(
            'Year,Model\n1996,"Go \\"Plus\\""\n',
            [["Year", "Model"], ["1996", 'Go \\Plus\\""']],
            [2],
            id="backslashes before quotes",
        ),
        pytest.param(
            'day, place\n3, "6, or 7"\n',
            [["day", " place"], ["3", ' "6', ' or 7"']],
            [2],
            id="space before the opening quote",
        ),
        pytest.param(
            'id,shape\n1,"{""type"": ""Point"", ""at"": [2.0, 0.5]}"\n',
            [["id", "shape"], ["1", '{"type": "Point", "at": [2.0, 0.5]}']],
            [],
            id="JSON in a cell",
        ),
        pytest.param(
            "a,b,c\r5,Once upon\r6,7,8",
            [["a", "b", "c"], ["5", "Once upon"], ["6", "7", "8"]],
            [],
            id="ends of lines of old Macs",
        ),
        pytest.param(
            '"\t\n\x0b a \r\n",b\nc,d\n',
            [["\t\n\x0b a \r\n", "b"], ["c", "d"]],
            [],
            id="wrapped header",
        ),
        pytest.param(
            "Report of May,,\n\n,a,b\n,1,2\n,,\n",
            [["Report of May", "", ""], [], ["", "a", "b"], ["", "1", "2"], ["", "", ""]],
            [],
            id="title above the header",
        ),
        pytest.param("foo\nfoo\n\nfoo", [["foo"], ["foo"], [], ["foo"]], [], id="one column"),
    ],
)
def test_oddities_of_real_files(
    tmp_path: Path, text: str, records: list[list[str]], stray: list[int]
) -> None:
    reader = read_rows(source_of(tmp_path, text))
    assert read_fields(reader) == records
    assert reader.stray_quotes.lines == stray


def test_a_wide_file(tmp_path: Path) -> None:
    row = [f"column {n}" for n in range(2000)]
    text = "\n".join([",".join(row), ",".join(row)])
    assert read_fields(read_rows(source_of(tmp_path, text))) == [row, row]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_reading_may_begin_with_any_record(folder: Path, encoding: str) -> None:
    lines = [f'"é{n}\n{n}",x' if n % 7 == 0 else f"é{n},x" for n in range(300)]
    source = source_of(folder, "\n".join(lines).encode(encoding))
    reader = read_rows(source)
    expected = list(reader)
    assert len(reader.marks) == -(-expected[-1][0] // MARKED_LINES)
    for at in (0, 1, 63, 64, 65, 150, 298, 299):
        assert list(read_from(reader, expected[at][0])) == expected[at:]


@given(rows, delimiters, st.data())
def test_any_records_from_any_on(
    folder: Path, some: list[list[str]], delimiter: str, data: st.DataObject
) -> None:
    written = io.StringIO()
    csv.writer(written, delimiter=delimiter).writerows(some)
    try:
        reader = read_rows(source_of(folder, written.getvalue()), delimiter=delimiter)
        expected = list(reader)
    except DataError:
        return
    at = data.draw(st.integers(0, len(expected) - 1))
    found = [fields for _, fields in read_from(reader, expected[at][0])]
    assert found == [fields for _, fields in expected[at:]]


def test_what_was_not_read_has_no_places(folder: Path) -> None:
    with pytest.raises(ValueError, match="has not been read"):
        next(read_from(read_rows(source_of(folder, "a\nb\n")), 1))


def test_a_file_that_changes_is_not_read_on(folder: Path) -> None:
    source = source_of(folder, "a\nb\nc\n")
    reader = read_rows(source)
    assert len(list(reader)) == 3
    source_of(folder, "a\nb\nd\n\n")
    with pytest.raises(DataError, match="changed"):
        list(read_from(reader, 2))


def test_what_the_csv_module_refuses_is_said_with_its_line(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = source_of(folder, "a,b\n1,2\n" + "x" * 50 + ",3\n")
    reader = read_rows(source)
    assert len(list(reader)) == 3
    monkeypatch.setattr(rows_module, "_FIELD_LIMIT", 20)
    limit = csv.field_size_limit(20)
    try:
        for records in (read_rows(source), read_from(reader, 1)):
            with pytest.raises(DataError, match=r"Line 3 of .* cannot be read"):
                list(records)
        with pytest.raises(DataError, match="header cannot be read"):
            cut_line("x" * 50, ",")
    finally:
        csv.field_size_limit(limit)
