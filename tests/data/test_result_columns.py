"""Which columns of a result are what, in both likely layouts and in others."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.contracts import contract_of
from tests.support.csv_files import cells, source_of
from tests.support.text import HOSTILE, is_one_safe_line
from zcbulk_tui.data.result_columns import (
    ResultColumns,
    ServerColumns,
    find_columns,
    read_columns,
    server_columns,
)
from zcbulk_tui.domain.contract import UNKNOWN, Question

UPLOAD = ["Email", "Name", "Phone", "City"]
DATA = [
    ["a@b.co", "Ann", "12", "Paris"],
    ["c@d.ef", "Bob", "n/a", "Rome"],
    ["e@f.gh", "Eve", "x", "Bonn"],
]
SENTENCES = [
    "Enter a valid number for Phone (12)",
    "Enter a valid number for Phone (n/a)",
    "Enter a valid number for Phone (x)",
]
CODES = ["INVALID_DATA-Phone", "DUPLICATE_DATA-Email,Name", "INVALID_DATA-Phone"]
IDS = ["3888833000000114027", "3888833000000114028", "3888833000000114029"]
SAID = "The reason is taken from the column “{}”, "
NOT_UPLOADED = "which the uploaded file does not have."
NOT_KNOWN = "by its name and by what it holds: the uploaded file is not known."


def with_columns(*columns: list[str], data: list[list[str]] = DATA) -> list[list[str]]:
    """The rows with other columns behind them."""
    return [[*row, *more] for row, more in zip(data, zip(*columns, strict=True), strict=True)]


def names_of(found: ResultColumns) -> tuple[tuple[str, ...], tuple[int, ...]]:
    return found.names, found.reason


@pytest.mark.parametrize("reasons", [SENTENCES, CODES], ids=["sentences", "codes"])
@pytest.mark.parametrize("name", ["Error", "ERRORS", "What happened", ""])
def test_a_reason_behind_the_columns_of_the_upload(reasons: list[str], name: str) -> None:
    found = find_columns([*UPLOAD, name], with_columns(reasons), UPLOAD)
    assert names_of(found) == (tuple(UPLOAD), (4,))
    column = f"“{name}”" if name else "5, which has no name"
    assert found.assumed == (f"The reason is taken from the column {column}, {NOT_UPLOADED}",)
    assert found.reason_of(with_columns(reasons)[1]) == reasons[1]


def test_a_reason_before_the_columns_of_the_upload() -> None:
    rows = [[reason, *row] for reason, row in zip(SENTENCES, DATA, strict=True)]
    for upload in (UPLOAD, None):
        assert names_of(find_columns(["Reason", *UPLOAD], rows, upload)) == (tuple(UPLOAD), (0,))


def test_the_layout_of_other_bulk_calls() -> None:
    header = ["Email", "Name", "Phone", "STATUS", "RECORD_ID", "ERRORS"]
    rows = with_columns(["SKIPPED"] * 3, [""] * 3, CODES, data=[row[:3] for row in DATA])
    known = find_columns(header, rows, UPLOAD)
    assert names_of(known) == (("Email", "Name", "Phone"), (5,))
    assert known.status == 3
    assert known.assumed == (
        SAID.format("ERRORS") + NOT_UPLOADED,
        "The result leaves out columns of the uploaded file: City.",
    )
    unknown = find_columns(header, rows)
    assert names_of(unknown) == names_of(known)
    assert unknown.assumed == (
        SAID.format("ERRORS") + NOT_KNOWN,
        "The result has only the first columns of the uploaded file: names of others that a "
        "reason has in quotes count as values.",
    )


def test_the_upload_may_have_the_names_of_that_layout_too() -> None:
    upload = ["STATUS", "ERRORS", "Name", "RECORD_ID"]
    header = ["STATUS", "ERRORS", "Name", "STATUS", "RECORD_ID", "ERRORS"]
    data = [["active", "0", "Ann"], ["new", "2", "Bob"], ["old", "1", "Eve"]]
    found = find_columns(header, with_columns(["ERROR"] * 3, [""] * 3, CODES, data=data), upload)
    assert (found.cells, found.reason, found.status) == ((0, 1, 2), (5,), 3)
    assert found.names == ("STATUS", "ERRORS", "Name")


def test_ids_and_states_are_no_reasons() -> None:
    header = [*UPLOAD, "Record", "State", "Why"]
    found = find_columns(header, with_columns(IDS, ["ERROR"] * 3, SENTENCES), UPLOAD)
    assert (found.cells, found.reason, found.status) == ((0, 1, 2, 3), (6,), 5)


@pytest.mark.parametrize("upload", [UPLOAD, None], ids=["known", "unknown"])
def test_several_columns_with_the_reason(upload: list[str] | None) -> None:
    header = [*UPLOAD, "Error code", "Error message", "Error detail"]
    rows = with_columns(["3070", "8011", "3070"], SENTENCES, CODES)
    found = find_columns(header, rows, [*UPLOAD])
    assert found.reason == (4, 5, 6)
    assert found.reason_of(rows[0]) == f"code 3070: {SENTENCES[0]}: {CODES[0]}"
    assert find_columns(header, rows, upload).reason


def test_a_reason_that_is_called_like_a_field() -> None:
    upload = [*UPLOAD, "Reason"]
    rows = with_columns(["moved away", "", "no money"], SENTENCES)
    doubled = find_columns([*upload, "Reason"], rows, upload)
    assert (doubled.cells, doubled.reason) == ((0, 1, 2, 3, 4), (5,))
    assert (
        "by what it holds: the uploaded file has a column of that name, too."
        in (doubled.assumed[0])
    )
    swapped = [[*row[:4], row[5], row[4]] for row in rows]
    assert find_columns([*upload, "Reason"], swapped, upload).reason == (4,)
    alone = find_columns(upload, with_columns(SENTENCES), upload)
    assert alone.reason == (4,)
    assert "though the uploaded file has a column of that name." in alone.assumed[0]


@pytest.mark.parametrize("upload", [UPLOAD, None], ids=["known", "unknown"])
def test_no_column_with_a_reason(upload: list[str] | None) -> None:
    found = find_columns(UPLOAD, DATA, upload)
    assert names_of(found) == (tuple(UPLOAD), ())
    assert found.assumed == ("No column holds a reason.",)
    assert found.reason_of(DATA[0]) == ""


def test_duplicate_and_empty_names_stay_data() -> None:
    upload = ["Name", "Name", "", "City"]
    data = [["Ann", "B.", "", "Paris"]] * 3
    for known in (upload, None):
        found = find_columns([*upload, "Error"], with_columns(SENTENCES, data=data), known)
        assert (found.cells, found.reason) == ((0, 1, 2, 3), (4,))
        assert "2 columns are called “Name”: each counts, in the order of the file." in (
            found.assumed
        )
        assert "1 column has no name." in found.assumed


def test_names_in_other_letters_and_with_spaces() -> None:
    header = [" email", "NAME ", "Phone", "City", "Error"]
    found = find_columns(header, with_columns(SENTENCES), UPLOAD)
    assert names_of(found) == (tuple(UPLOAD), (4,))


def test_what_else_is_in_no_upload_is_said() -> None:
    found = find_columns([*UPLOAD, "Batch", "Error"], with_columns(["1"] * 3, SENTENCES), UPLOAD)
    assert found.reason == (5,)
    assert found.assumed[1] == (
        "The column “Batch” is neither data nor a reason: the uploaded file does not have it."
    )


def test_without_the_upload_texts_of_the_data_are_no_reasons() -> None:
    notes = ["Called her twice in May", "Wants an offer for 12 pieces", "Has moved to Bonn"]
    header = [*UPLOAD, "Note", "Error"]
    found = find_columns(header, with_columns(notes, SENTENCES))
    assert names_of(found) == ((*UPLOAD, "Note"), (5,))
    assert find_columns([*UPLOAD, "Note"], with_columns(notes)).reason == ()


def test_records_that_went_in_are_recognised() -> None:
    found = find_columns(
        ["Name", "STATUS", "RECORD_ID", "ERRORS"],
        [["Ann", "added", IDS[0], ""], ["Bob", "SKIPPED", "", "DUPLICATE_DATA-Name"]],
        ["Name"],
    )
    assert found.went_in(["Ann", "Added ", IDS[0], ""])
    assert not found.went_in(["Bob", "SKIPPED", "", ""])
    assert not found.went_in(["Bob"])


def test_a_result_without_records() -> None:
    found = find_columns([*UPLOAD, "Error"], [], UPLOAD)
    assert names_of(found) == (tuple(UPLOAD), (4,))


@pytest.mark.parametrize("delimiter", [",", ";"])
def test_read_from_a_file_with_a_mark(tmp_path: Path, delimiter: str) -> None:
    rows = [[*UPLOAD, "Error"], *with_columns(SENTENCES)]
    text = "\r\n".join(delimiter.join(row) for row in rows)
    found, character = read_columns(source_of(tmp_path, "\ufeff" + text), UPLOAD)
    assert (found.names, found.reason, character) == (tuple(UPLOAD), (4,), delimiter)


@pytest.mark.parametrize("name", HOSTILE.values(), ids=HOSTILE)
def test_names_do_no_harm(name: str) -> None:
    for upload in (UPLOAD, None, [*UPLOAD, name], [name, name]):
        found = find_columns([*UPLOAD, name], with_columns(SENTENCES), upload)
        assert all(map(is_one_safe_line, found.assumed))


@given(
    st.lists(cells, min_size=1, max_size=6),
    st.lists(st.lists(cells, max_size=7), max_size=6),
    st.none() | st.lists(cells, max_size=6),
)
def test_whatever_there_is(
    header: list[str], rows: list[list[str]], upload: list[str] | None
) -> None:
    found = find_columns(header, rows, upload)
    places = [*found.cells, *found.reason]
    assert len({*places}) == len(places)
    assert {*places} <= {*range(len(header))}
    assert len(found.names) == len(found.cells)
    assert all(text.endswith(".") and is_one_safe_line(text) for text in found.assumed)
    for row in rows:
        assert isinstance(found.reason_of(row), str)


@pytest.mark.parametrize("upload", [UPLOAD, None])
def test_columns_that_the_server_is_known_to_add_go_first(upload: list[str] | None) -> None:
    header = [*UPLOAD, "Hint", "Why", "Nr"]
    rows = with_columns(SENTENCES, ["x"] * 3, ["3888833000000114027"] * 3)
    known = ServerColumns("Why", "Nr")
    found = find_columns(header, rows, upload, known)
    assert found.reason == (len(UPLOAD) + 1,)
    assert any("as is known of the server" in it for it in found.assumed)
    if upload is None:
        assert len(UPLOAD) + 2 not in found.cells
    else:
        assert names_of(found)[0] == tuple(UPLOAD)


@pytest.mark.parametrize(
    ("added", "reason"),
    [([], None), (["Reason"], 2), (["Reason", "ID"], 2), (["ID", "Reason"], 3)],
)
def test_data_with_the_name_of_a_known_column_stay_data(
    added: list[str], reason: int | None
) -> None:
    header = ["ID", "Name", *added]
    cells = {"Reason": "Enter a valid number", "ID": "3888833000000114027"}
    rows = [["1", "Ann", *(cells[name] for name in added)]] * 3
    known = ServerColumns("Reason", "ID")
    found = find_columns(header, rows, ["ID", "Name"], known)
    assert names_of(found) == (("ID", "Name"), () if reason is None else (reason,))
    if "ID" not in added:
        assert names_of(find_columns(header, rows, None, known)) == names_of(found)


def test_a_reason_among_the_data_is_not_the_servers() -> None:
    upload, rows = ["Name", "Reason"], [["Ann", "moved"]] * 3
    known = ServerColumns("Reason")
    assert names_of(find_columns(upload, rows, upload, known)) == (("Name", "Reason"), ())
    both = [[*row, "Enter a valid number"] for row in rows]
    found = find_columns([*upload, "Reason"], both, upload, known)
    assert names_of(found) == (("Name", "Reason"), (2,))


def test_a_known_column_that_is_missing_is_said_and_the_reason_is_found_as_ever() -> None:
    header = [*UPLOAD, "Error"]
    found = find_columns(header, with_columns(SENTENCES), UPLOAD, ServerColumns("Why"))
    assert found.reason == find_columns(header, with_columns(SENTENCES), UPLOAD).reason
    assert "“Why”, which this result does not have" in found.assumed[0]


def test_what_is_known_is_taken_from_the_contract() -> None:
    known = contract_of((Question.RESULT_COLUMNS, {"columns": "all", "reason": "ERRORS"}))
    assert server_columns(known) == ServerColumns("ERRORS", "")
    assert server_columns(UNKNOWN) == ServerColumns()
