"""A file as a whole."""

import hashlib
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from tests.data.forms import CITY, EMAIL, fields
from zcbulk_tui.data import rows
from zcbulk_tui.data.checks import RecordChecks
from zcbulk_tui.data.inspection import check_records, inspect
from zcbulk_tui.data.outgoing import prepare
from zcbulk_tui.data.rows import Record
from zcbulk_tui.data.source import open_source
from zcbulk_tui.domain.preflight import Gap, Kind
from zcbulk_tui.domain.upload import Suspects
from zcbulk_tui.errors import DataError, EncodingUnknownError

FORM = fields(EMAIL, CITY)


def write(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    """A file with a text."""
    file = folder / "customers.csv"
    file.write_bytes(text.encode(encoding))
    return file


def test_all_of_it(tmp_path: Path) -> None:
    file = write(tmp_path, "Email,City\r\na@b.co,Paris\r\nnobody,Rome\r\n,Zürich\r\n")
    seen: list[tuple[int, int]] = []
    found = inspect(file, FORM, on_progress=lambda done, total: seen.append((done, total)))
    content = file.read_bytes()
    facts = found.facts
    assert (facts.name, facts.records, facts.columns) == ("customers.csv", 3, ("Email", "City"))
    assert (facts.disk_bytes, facts.csv_bytes, facts.is_zip) == (len(content), len(content), False)
    assert facts.sha256 == hashlib.sha256(content).hexdigest()
    assert (facts.encoding, facts.delimiter, facts.other_delimiters) == ("utf-8", ",", ())
    assert [(each.kind, each.lines) for each in found.findings] == [
        (Kind.MANDATORY_EMPTY, (4,)),
        (Kind.NOT_AN_EMAIL, (3,)),
    ]
    assert list(found.suspects) == [2, 3]
    assert found.fields_read_at == FORM.read_at
    assert found.blocks
    assert (found.verdict.suspects, found.verdict.holding, found.verdict.full) == (2, 1, 0)
    assert seen[-1] == (len(content), len(content))


def test_a_zip(tmp_path: Path) -> None:
    file = tmp_path / "customers.zip"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("customers.csv", "Email,City\n" + "a@b.co,Paris\n" * 500)
    facts = inspect(file).facts
    assert (facts.is_zip, facts.csv_bytes, facts.records) == (True, 6511, 500)
    assert facts.disk_bytes == file.stat().st_size
    assert facts.sha256 == hashlib.sha256(file.read_bytes()).hexdigest()


def test_the_delimiter_whose_header_has_the_link_names(tmp_path: Path) -> None:
    file = write(tmp_path, "Email;City\na@b.co;Paris\n")
    found = inspect(file, FORM)
    assert (found.facts.delimiter, found.facts.columns) == (";", ("Email", "City"))
    assert not found.findings
    unknown = inspect(file).facts
    assert (unknown.delimiter, unknown.other_delimiters) == (",", ((";", 2),))
    assert inspect(file, delimiter="semicolon").facts.columns == ("Email", "City")


def test_encodings(tmp_path: Path) -> None:
    file = write(tmp_path, "Email,City\na@b.co,Zürich\n", "windows-1252")
    with pytest.raises(EncodingUnknownError):
        inspect(file)
    assert inspect(file, encoding="windows-1252").facts.encoding == "windows-1252"
    marked = inspect(write(tmp_path, "Email,City\na@b.co,x\n", "utf-8-sig")).facts
    assert marked.encoding == "utf-8 with a byte order mark"
    assert marked.columns == ("Email", "City")


def test_stray_quotes(tmp_path: Path) -> None:
    found = inspect(write(tmp_path, 'A,B\n5" pipe,x\n"a"b,c\n'))
    [finding] = found.findings
    assert (finding.kind, finding.count, finding.lines) == (Kind.STRAY_QUOTE, 2, (2, 3))


def test_a_header_alone(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="has no records"):
        inspect(write(tmp_path, "Email,City\n"), FORM)


def test_more_columns_than_any_form_has_fields(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="has 5,001 columns"):
        inspect(write(tmp_path, "," * 5_000 + "\n1\n"))


def test_without_fields_it_says_what_is_not_checked(tmp_path: Path) -> None:
    found = inspect(write(tmp_path, "Email,City\nnobody,Paris\n"))
    assert not found.blocks
    assert [each.gap for each in found.not_checked] == [Gap.NO_FIELDS]


def test_long_records_are_checked_few_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []
    original = RecordChecks.check

    def counted(self: RecordChecks, some: Sequence[Record]) -> None:
        sizes.append(len(some))
        original(self, some)

    monkeypatch.setattr(RecordChecks, "check", counted)
    monkeypatch.setattr(rows, "_BYTES_AT_ONCE", 100)
    read = 0

    def records() -> Iterator[Record]:
        nonlocal read
        for line in range(1, 42):
            read += 10
            yield line, ["A"]

    _, found = check_records(records(), None, position=lambda: read)
    assert found.records == 40
    assert sizes == [10, 10, 10, 10]


def test_the_suspects_are_those_that_are_left_out(tmp_path: Path) -> None:
    good = [f"a{number}@b.co,Paris" for number in range(20)]
    lines = [line if number % 3 else "nobody,Rome" for number, line in enumerate(good)]
    file = write(tmp_path, "\n".join(["Email,City", *lines, ""]))
    (tmp_path / "uploads").mkdir()
    made = prepare(
        open_source(file),
        tmp_path / "uploads",
        suspects=inspect(file, FORM).suspects,
        treatment=Suspects.LEAVE_OUT,
    )
    kept = made.files[0].upload.path.read_text().splitlines()
    assert kept == ["Email,City", *(line for line in lines if line != "nobody,Rome")]
    assert made.left_out is not None
    assert made.left_out.records == lines.count("nobody,Rome")
