"""What is uploaded: the same records whatever they hold, in parts, each traced to its line."""

import csv
import errno
import hashlib
import io
import itertools
import os
import resource
import stat
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.csv_files import read_fields, rows, source_of, zip_of
from zcbulk_tui.data import new_files
from zcbulk_tui.data.outgoing import Limits, Outgoing, prepare
from zcbulk_tui.data.row_map import RowMap, sent_records
from zcbulk_tui.data.rows import read_rows
from zcbulk_tui.data.source import open_source
from zcbulk_tui.domain.record_set import RecordSet
from zcbulk_tui.domain.text import one_line
from zcbulk_tui.domain.trial import Selection
from zcbulk_tui.domain.upload import LONGEST_NAME, Suspects
from zcbulk_tui.errors import DataError, EncodingUnknownError

HEADER = ["Name", "Age"]
CSV = "Name,Age\nAda,36\nBob,x\nCyd,40\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where uploads are written."""
    (tmp_path / "uploads").mkdir()
    return tmp_path / "uploads"


def parse(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode(), newline="")))


def check(made: Outgoing) -> tuple[list[list[str]], list[int]]:
    """Makes sure of what holds for every upload; returns all records, and their lines."""
    records: list[list[str]] = []
    lines: list[int] = []
    for file in made.files:
        upload = file.upload
        data = upload.path.read_bytes()
        assert upload.name.endswith((".csv", ".zip"))
        assert (upload.size, upload.sha256) == (len(data), hashlib.sha256(data).hexdigest())
        _, *own = read_fields(read_rows(open_source(upload.path)))
        row_map = RowMap.read(file.row_map)
        assert upload.rows == len(own) == len(row_map)
        records += own
        lines += [row_map.line(record) for record in range(1, len(own) + 1)]
        for path in [file.row_map] if not upload.is_copy else [file.row_map, upload.path]:
            assert stat.S_IMODE(path.stat().st_mode) == 0o600
    return records, lines


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@given(
    rows,
    st.frozensets(st.integers(1, 12)),
    st.sampled_from(Suspects),
    st.sampled_from([None, 1, 3]),
    st.integers(130, 200),
    st.sampled_from(",;"),
)
def test_no_record_is_lost_doubled_or_changed(
    tmp_path_factory: pytest.TempPathFactory,
    records: list[list[str]],
    suspects: frozenset[int],
    treatment: Suspects,
    most: int | None,
    size: int,
    delimiter: str,
) -> None:
    place = tmp_path_factory.mktemp("records")
    (place / "uploads").mkdir()
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter).writerows([HEADER, *records])
    source = source_of(place, text.getvalue())
    at = [line for line, _ in read_rows(source, delimiter=delimiter)][1:]
    numbered = list(enumerate(zip(records, at, strict=True), start=1))
    good = [it for number, it in numbered if number not in suspects]
    bad = [it for number, it in numbered if number in suspects]

    def made() -> Outgoing:
        return prepare(
            source,
            place / "uploads",
            delimiter=delimiter,
            suspects=suspects,
            treatment=treatment,
            limits=Limits(size, most),
        )

    if treatment is Suspects.LEAVE_OUT and not good:
        with pytest.raises(DataError, match="is left to upload"):
            made()
        assert names(place) == ["a.csv", "uploads"]
        return
    with pytest.MonkeyPatch.context() as patch:
        # Most of the time of all these files would go into waiting for the disk.
        patch.setattr(os, "fsync", lambda _: None)
        result = made()
    expected = {
        Suspects.AS_THEY_ARE: [it for _, it in numbered],
        Suspects.LEAVE_OUT: good,
        Suspects.PACK: good + bad,
    }[treatment]
    found, lines = check(result)
    assert found == [fields for fields, _ in expected]
    assert lines == [line for _, line in expected]
    assert all(file.upload.size <= size for file in result.files if file.upload.is_copy)
    assert all(most is None or file.upload.rows <= most for file in result.files)
    if treatment is Suspects.LEAVE_OUT and bad:
        assert result.left_out
        assert result.left_out.records == len(bad)
        assert parse(result.left_out.path.read_bytes()) == [HEADER, *(it for it, _ in bad)]
        left = RowMap.read(result.left_out.row_map)
        assert [left.line(n) for n in range(1, len(bad) + 1)] == [line for _, line in bad]
    else:
        assert result.left_out is None
    assert not [name for name in names(place) if name.endswith(".part")]


@given(
    rows,
    st.frozensets(st.integers(1, 12), min_size=1),
    st.frozensets(st.integers(1, 12)),
    st.sampled_from(Suspects),
    st.sampled_from([None, 1, 3]),
)
def test_trial_and_rest_are_the_source(
    tmp_path_factory: pytest.TempPathFactory,
    records: list[list[str]],
    tried: frozenset[int],
    suspects: frozenset[int],
    treatment: Suspects,
    most: int | None,
) -> None:
    place = tmp_path_factory.mktemp("trial")
    (place / "uploads").mkdir()
    text = io.StringIO(newline="")
    csv.writer(text).writerows([HEADER, *records])
    source = source_of(place, text.getvalue())
    lines = [line for line, _ in read_rows(source)][1:]
    numbers = range(1, len(records) + 1)
    out = suspects if treatment is Suspects.LEAVE_OUT else frozenset()
    trial = RecordSet(tuple(sorted(tried & set(numbers))))
    found: dict[str, list[int]] = {}
    left: list[list[str]] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda _: None)
        for selection in (Selection(trial), Selection(trial, "38888")):
            meant = [it for it in numbers if it in selection]
            if not set(meant) - out:
                with pytest.raises(DataError, match="is left to upload"):
                    prepare(
                        source,
                        place / "uploads",
                        suspects=suspects,
                        treatment=treatment,
                        selection=selection,
                    )
                left += [records[it - 1] for it in meant]
                continue
            made = prepare(
                source,
                place / "uploads",
                suspects=suspects,
                treatment=treatment,
                selection=selection,
                limits=Limits(records=most),
            )
            sent, at = check(made)
            expected = [it for it in meant if it not in out]
            if treatment is Suspects.PACK:
                expected.sort(key=lambda it: it in suspects)
            assert sent == [records[it - 1] for it in expected]
            assert at == [lines[it - 1] for it in expected]
            found[selection.name] = expected
            if made.left_out:
                left += parse(made.left_out.path.read_bytes())[1:]
            maps = [RowMap.read(file.row_map) for file in made.files]
            assert set(sent_records(source, maps)) == set(expected)
    sent_all = [it for some in found.values() for it in some]
    assert len(sent_all) == len(set(sent_all))
    assert Counter(map(tuple, records)) == Counter(
        tuple(records[it - 1]) for it in sent_all
    ) + Counter(map(tuple, left))


def test_trial_and_rest_are_named(tmp_path: Path, folder: Path) -> None:
    source = source_of(tmp_path, CSV, "orders.csv")
    trial = RecordSet((2,))
    (file,) = prepare(source, folder, selection=Selection(trial)).files
    assert (file.upload.name, file.upload.is_copy) == ("orders.trial.csv", True)
    rest = prepare(source, folder, selection=Selection(trial, "1"), limits=Limits(records=1))
    assert [it.upload.name for it in rest.files] == [
        "orders.rest.part-1-of-2.csv",
        "orders.rest.part-2-of-2.csv",
    ]


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_a_file_that_is_ready_is_not_copied(tmp_path: Path, folder: Path, ending: str) -> None:
    source = source_of(tmp_path, CSV.replace("\n", ending), "orders.txt")
    (file,) = prepare(source, folder).files
    assert not file.upload.is_copy
    assert (file.upload.path, file.upload.name) == (source.path, "orders.csv")
    assert names(folder) == ["orders.lines.csv"]
    assert check(Outgoing((file,))) == ([["Ada", "36"], ["Bob", "x"], ["Cyd", "40"]], [2, 3, 4])


def test_a_zip_that_is_ready_is_not_copied(tmp_path: Path, folder: Path) -> None:
    source = source_of(tmp_path, zip_of([("a.csv", CSV.encode())]), "orders.zip")
    made = prepare(source, folder, limits=Limits(records=3))
    assert not made.files[0].upload.is_copy
    assert made.files[0].upload.name == "orders.zip"
    check(made)


@pytest.mark.parametrize(
    ("content", "delimiter", "encoding"),
    [
        pytest.param(CSV.encode("utf-8-sig"), ",", None, id="mark"),
        pytest.param(CSV.replace(",", ";").encode(), ";", None, id="semicolon"),
        pytest.param(CSV.encode("utf-16"), ",", None, id="UTF-16"),
        pytest.param(CSV.encode(), ",", "windows-1252", id="named encoding"),
        pytest.param(b"\n" + CSV.encode(), ",", None, id="empty line before the header"),
        pytest.param(zip_of([("x/a.csv", CSV.encode())]), ",", None, id="ZIP with a folder"),
    ],
)
def test_what_zoho_may_not_read_is_written_anew(
    tmp_path: Path, folder: Path, content: bytes, delimiter: str, encoding: str | None
) -> None:
    source = source_of(tmp_path, content)
    made = prepare(source, folder, encoding=encoding, delimiter=delimiter)
    assert [file.upload.is_copy for file in made.files] == [True]
    assert made.files[0].upload.path.read_bytes() == CSV.replace("\n", "\r\n").encode()
    _, lines = check(made)
    first = 3 if content.startswith(b"\n") else 2
    assert lines == [first, first + 1, first + 2]


def test_parts_are_named_by_their_number(tmp_path: Path, folder: Path) -> None:
    source = source_of(tmp_path, CSV, "orders.csv")
    made = prepare(source, folder, limits=Limits(records=2))
    assert [file.upload.name for file in made.files] == [
        "orders.part-1-of-2.csv",
        "orders.part-2-of-2.csv",
    ]
    assert [file.upload.rows for file in made.files] == [2, 1]
    check(made)


def test_nothing_is_overwritten(tmp_path: Path, folder: Path) -> None:
    source = source_of(tmp_path, CSV, "orders.csv")
    for path in (tmp_path / "orders.suspects.csv", tmp_path / "orders.suspects-2.lines.csv"):
        path.write_text("precious")
    made = [
        prepare(source, folder, suspects=frozenset({2}), treatment=Suspects.LEAVE_OUT)
        for _ in range(2)
    ]
    assert [it.left_out and it.left_out.path.name for it in made] == [
        "orders.suspects-3.csv",
        "orders.suspects-4.csv",
    ]
    assert [it.files[0].upload.name for it in made] == ["orders.csv", "orders-2.csv"]
    assert (tmp_path / "orders.suspects.csv").read_text() == "precious"
    assert (tmp_path / "orders.suspects-2.lines.csv").read_text() == "precious"
    assert not (tmp_path / "orders.suspects-2.csv").exists()
    for it in made:
        assert check(it) == ([["Ada", "36"], ["Cyd", "40"]], [2, 4])


@pytest.mark.parametrize(
    "name", ["ü{0}{}%s.csv", "x" * 251 + ".csv", "a\nb.csv", ".csv", "名" * 80]
)
def test_any_name_of_a_source_will_do(tmp_path: Path, folder: Path, name: str) -> None:
    source = source_of(tmp_path, CSV, name)
    made = prepare(
        source,
        folder,
        suspects=frozenset({1}),
        treatment=Suspects.LEAVE_OUT,
        limits=Limits(records=1),
    )
    check(made)
    assert made.left_out
    assert all(file.upload.name.isprintable() for file in made.files)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("Name,Age\n", "has a header and no records"),
        ('Name,Age\nAda,36\n"Bob', "never closes"),
        ("Name,Age\nAda,36\nBob," + "x" * 200 + "\n", "in line 3 of a.csv exceeds the limit"),
    ],
)
@pytest.mark.parametrize("treatment", Suspects)
def test_an_error_leaves_no_file(
    tmp_path: Path, folder: Path, content: str, words: str, treatment: Suspects
) -> None:
    source = source_of(tmp_path, content)
    with pytest.raises(DataError, match=words):
        prepare(
            source, folder, suspects=frozenset({1}), treatment=treatment, limits=Limits(size=100)
        )
    assert names(folder) == []
    assert names(tmp_path) == ["a.csv", "uploads"]


@pytest.mark.parametrize(
    ("content", "ending", "endings"),
    [
        pytest.param(CSV, ".CSV", [".csv"], id="own csv"),
        pytest.param(zip_of([("a.csv", CSV.encode())]), ".zip", [".zip"], id="own zip"),
        pytest.param(CSV.replace(",", ";"), ".csv", [".csv"], id="copy"),
        pytest.param(CSV, ".csv", [f".part-{number}-of-3.csv" for number in (1, 2, 3)], id="parts"),
    ],
)
@pytest.mark.parametrize(
    "stem",
    ["x" * 97, "{}" + "x" * 240, "e\N{COMBINING ACUTE ACCENT}" * 70],
    ids=["just too long", "braces", "accents"],
)
def test_a_long_name_keeps_its_ending(
    tmp_path: Path,
    folder: Path,
    stem: str,
    content: str | bytes,
    ending: str,
    endings: list[str],
) -> None:
    source = source_of(tmp_path, content, stem + ending)
    delimiter = ";" if isinstance(content, str) and ";" in content else ","
    limits = Limits(records=1) if len(endings) > 1 else None
    made = prepare(source, folder, delimiter=delimiter, limits=limits)
    sent = [file.upload.name for file in made.files]
    assert len(sent) == len(endings)
    for name, end in zip(sent, endings, strict=True):
        assert name.endswith(end)
        assert name == one_line(name, LONGEST_NAME)
        assert len(name) > LONGEST_NAME - 3


def test_an_unknown_encoding_leaves_no_file(tmp_path: Path, folder: Path) -> None:
    source = source_of(tmp_path, CSV.encode() + b"\xff")
    with pytest.raises(EncodingUnknownError):
        prepare(source, folder)
    assert names(folder) == []


@pytest.mark.parametrize(
    ("owner", "call"),
    [
        (new_files.NewFile, "_flush"),
        (os, "fsync"),
        (new_files.NewFile, "__init__"),
        (Path, "replace"),
    ],
)
def test_a_full_disk_is_an_error_that_says_so(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch, owner: object, call: str
) -> None:
    source = source_of(tmp_path, CSV)
    real = getattr(owner, call)
    calls = itertools.count(1)

    def fail(*given: object, **more: object) -> object:
        # Not at once: by then some files are complete, or in their places already.
        if next(calls) > 2:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return real(*given, **more)

    monkeypatch.setattr(owner, call, fail)
    with pytest.raises(DataError, match="No space left on device"):
        prepare(source, folder, suspects=frozenset({2}), treatment=Suspects.LEAVE_OUT)
    assert names(folder) == []
    assert names(tmp_path) == ["a.csv", "uploads"]


def test_an_interruption_leaves_no_file(tmp_path: Path, folder: Path) -> None:
    def stop(*_: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        prepare(source_of(tmp_path, CSV), folder, limits=Limits(records=1), on_progress=stop)
    assert names(folder) == []


def test_a_missing_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot be written"):
        prepare(source_of(tmp_path, CSV), tmp_path / "missing")


def test_a_source_that_changes_between_the_passes_is_not_packed(
    tmp_path: Path, folder: Path
) -> None:
    source = source_of(tmp_path, CSV)
    passes: list[int] = []

    def change(read: int, _: int) -> None:
        passes.append(read)
        source.path.write_text(CSV + "Dan,1\n")

    with pytest.raises(DataError, match="changed while it was read"):
        prepare(
            source,
            folder,
            suspects=frozenset({1}),
            treatment=Suspects.PACK,
            on_progress=change,
        )
    assert passes
    assert names(folder) == []


def test_progress_counts_both_passes(tmp_path: Path, folder: Path) -> None:
    reports: list[tuple[int, int]] = []
    prepare(
        source_of(tmp_path, CSV),
        folder,
        suspects=frozenset({1}),
        treatment=Suspects.PACK,
        on_progress=lambda *it: reports.append(it),
    )
    size = len(CSV)
    assert reports == [(size, 2 * size), (2 * size, 2 * size)]


def test_there_may_be_more_parts_than_open_files(tmp_path: Path, folder: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    in_use = len(list(Path("/dev/fd").iterdir()))
    source = source_of(tmp_path, "a\n" + "1\n" * 20)
    resource.setrlimit(resource.RLIMIT_NOFILE, (in_use + 10, hard))
    try:
        made = prepare(source, folder, limits=Limits(records=1))
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert len(made.files) == 20


def test_a_zip_is_sent_as_it_is_where_its_packed_size_is_known_to_count(tmp_path: Path) -> None:
    text = "A,B\r\n" + "xx,yyyyyyyy\r\n" * 500
    path = tmp_path / "a.zip"
    path.write_bytes(zip_of([("a.csv", text.encode())]))
    source, size = open_source(path), 3_000
    assert source.size < size < source.csv_size
    folder = tmp_path / "uploads"
    folder.mkdir()
    cut = prepare(source, folder, limits=Limits(size))
    assert len(cut.files) == 3
    (whole,) = prepare(source, folder, limits=Limits(size, zip_counts_packed=True)).files
    assert (whole.upload.path, whole.upload.is_copy) == (path, False)
