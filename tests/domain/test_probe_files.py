"""The files of a probe."""

import csv
import io
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.domain.probe_server import FORMS, READ, fields_json
from zcbulk_tui.domain import probe_files as files
from zcbulk_tui.domain.form import FieldType, FormField, FormFields
from zcbulk_tui.domain.probe import Act, Exchange, Step
from zcbulk_tui.domain.probe_files import columns_of, form_of, probe_file

SMALL = FORMS["small"]


def rows(name: str, form: FormFields = SMALL) -> list[list[str]]:
    """The rows of a file."""
    content = b"".join(probe_file(name, form, READ).pieces())
    text = content.decode("cp1252" if name == files.CONTROLS_1252 else "utf-8")
    delimiter = ";" if "semicolon" in name else ","
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))


@pytest.mark.parametrize("form", [name for name in FORMS if name != "no text"])
@pytest.mark.parametrize(
    "name", [files.CONTROLS, files.CONTROLS_1252, files.GOOD, files.SEMICOLON, files.BAD]
)
def test_every_record_has_a_marker_of_its_own(form: str, name: str) -> None:
    columns = columns_of(FORMS[form])
    assert columns is not None
    header, *records = rows(name, FORMS[form])
    assert header == list(columns.header)
    assert {len(row) for row in records} <= {len(header)}
    markers = [row[0] for row in records]
    assert len(set(markers)) == len(markers)
    roles = files.roles_of(name, columns)
    assert probe_file(name, FORMS[form], READ).records == len(roles) == len(markers)
    begin = files.stamp_of(READ)
    assert [marker.split("-")[1].removesuffix("é") for marker in markers] == list(roles)
    assert all(marker.startswith(f"{begin}-") for marker in markers)


def test_marker_date_and_number_come_first() -> None:
    assert rows(files.CONTROLS)[0][:4] == ["Code", "Day", "Quantity", "Title"]


def test_controls_are_of_one_batch_and_end_with_a_bad_one() -> None:
    _, first, *records = rows(files.CONTROLS)
    assert first[1:3] == ["", "abc"]
    assert records[-1][1:3] == ["not a date", ""]
    good = [row for row in records if row[1] == ""]
    assert len(good) == 4
    dates = [row[1] for row in records if row[1] and row != records[-1]]
    assert dates == list(files.DATES.values())
    assert len(records) < 200


def test_a_date_is_of_one_format_only() -> None:
    assert len(set(files.DATES.values())) == len(files.DATES)
    assert {"".join(filter(str.isdigit, it)) for it in files.DATES.values()} == {
        "232026",  # the month has a name
        "20260223",
        "23022026",
        "02232026",
    }


def test_encodings_differ_in_one_letter() -> None:
    western = b"".join(probe_file(files.CONTROLS_1252, SMALL, READ).pieces())
    assert western.count(b"\xe9") == 1
    assert b"".join(probe_file(files.CONTROLS, SMALL, READ).pieces()) == western.replace(
        b"\xe9", b"\xc3\xa9"
    )


def test_good_records_fill_three_batches_in_no_order_of_their_own() -> None:
    markers = [row[0] for row in rows(files.GOOD)[1:]]
    assert len(markers) > 400
    assert markers[1:] not in (sorted(markers[1:]), sorted(markers[1:], reverse=True))
    assert all(row[1] == "" for row in rows(files.GOOD)[1:])


def test_no_two_files_have_the_same_good_record() -> None:
    names = (files.CONTROLS, files.GOOD, files.SEMICOLON)
    markers = [row[0] for name in names for row in rows(name)[1:]]
    assert len(set(markers)) == len(markers)


def test_a_later_probe_has_other_markers() -> None:
    later = probe_file(files.GOOD, SMALL, READ + timedelta(seconds=1))
    assert later.head != probe_file(files.GOOD, SMALL, READ).head


def test_the_large_file_is_above_100_mb_by_either_count_and_needs_no_memory() -> None:
    large = probe_file(files.LARGE, SMALL, READ)
    assert large.is_zip
    assert large.size > 100 * 1024 * 1024
    assert len(large.line) < 10_000
    pieces = large.pieces()
    first, second = next(pieces), next(pieces)
    assert (first.count(b"\n"), second.count(b"\n")) == (1, 1)
    assert next(csv.reader(io.StringIO(second.decode())))[0].endswith("-z1")


def test_fields_that_must_be_filled_are() -> None:
    header, *records = rows(files.GOOD, FORMS["whole"])
    first = dict(zip(header, records[0], strict=True))
    assert first["Country"] == "India"
    assert "@" in first["Email"]
    assert first["Name.first_name"]
    assert len({row[header.index("Email")] for row in records}) == len(records)
    assert all(len(row[0]) <= 20 for row in records)


def test_a_form_without_other_fields_has_a_text_that_is_too_long() -> None:
    bad = rows(files.BAD, FORMS["text"])[1:]
    assert [len(row[0]) > 20 for row in bad] == [True]


def test_a_form_without_a_text_has_no_files() -> None:
    assert columns_of(FORMS["no text"]) is None
    with pytest.raises(ValueError, match="marker"):
        probe_file(files.GOOD, FORMS["no text"], READ)
    with pytest.raises(ValueError, match=r"other\.csv"):
        probe_file("other.csv", SMALL, READ)


def test_the_fields_of_an_answer_are_those_of_the_form() -> None:
    form = FORMS["whole"]
    step = Step("fields", Act.FIELDS, "", "fields of the form")
    read = form_of([Exchange(step, READ, 200, 3000, seen={"fields": fields_json(form)})])
    assert read is not None
    assert read.fields == form.fields
    assert form_of([Exchange(step, READ, 401, 2945)]) is None


_TEXT = FormField("Code", "Code", FieldType.SINGLE_LINE, True, True, 20)


@pytest.mark.parametrize(
    ("choices", "chosen", "fits"),
    [
        (("東京", "Kyoto"), "Kyoto", True),
        (("Łódź", "Αθήνα"), "Łódź", False),
        (("Genève",), "Genève", False),
        (("\ud800",), "?", False),
    ],
)
def test_a_choice_outside_ascii_is_taken_only_where_there_is_no_other(
    choices: tuple[str, ...], chosen: str, fits: bool
) -> None:
    form = FormFields(
        (_TEXT, FormField("City", "City", FieldType.RADIO, True, choices=choices)), READ
    )
    columns = columns_of(form)
    assert columns is not None
    assert columns.fits_windows_1252 is fits
    assert {row[1] for row in rows(files.GOOD, form)[1:]} == {chosen}


def test_of_two_fields_with_one_name_the_first_counts() -> None:
    twice = FormFields((_TEXT, _TEXT._replace(type=FieldType.DATE), _TEXT), READ)
    assert rows(files.GOOD, twice)[0] == ["Code"]


def test_a_text_without_an_end_has_none_that_is_too_long() -> None:
    columns = columns_of(FormFields((_TEXT._replace(max_char=50_000_000),), READ))
    assert columns is not None
    assert columns.bad_roles == ()


@pytest.mark.parametrize("name", [files.CONTROLS, files.CONTROLS_1252])
@pytest.mark.parametrize("others", [(), (FieldType.DATE,), (FieldType.DATE, FieldType.NUMBER)])
def test_each_record_that_cannot_be_good_is_once_among_the_controls_and_the_last_is_one(
    name: str, others: tuple[FieldType, ...]
) -> None:
    fields = [FormField(it.name, it.name, it) for it in others]
    columns = columns_of(FormFields((_TEXT, *fields), READ))
    assert columns is not None
    roles, bad = files.roles_of(name, columns), columns.bad_roles
    assert len(bad) == max(len(others), 1)
    assert [role for role in roles if role in bad] == list(bad)
    assert roles[-1] == bad[-1]


_ANY_FIELD = st.builds(
    FormField,
    st.text(max_size=6) | st.sampled_from(("Code", "Ж", "\ud800")),
    st.just(""),
    st.sampled_from((1, 1, 1, *range(40))),
    st.booleans(),
    st.booleans(),
    st.none() | st.integers(-1, 10**9),
    st.lists(st.text(max_size=3), max_size=2).map(tuple),
    st.lists(st.text(max_size=5), max_size=3).map(tuple),
)


@given(st.lists(_ANY_FIELD, max_size=6))
def test_every_form_has_files_or_none(fields: list[FormField]) -> None:
    form = FormFields(tuple(fields), READ)
    columns = columns_of(form)
    if columns is None:
        return
    for name in (files.CONTROLS_1252, files.CONTROLS, files.GOOD, files.SEMICOLON, files.BAD):
        assert probe_file(name, form, READ).size > 0
    assert probe_file(files.LARGE, form, READ).size > 100 * 1024 * 1024
    western = probe_file(files.CONTROLS_1252, form, READ).head
    if columns.fits_windows_1252:
        assert western.decode("cp1252") == probe_file(files.CONTROLS, form, READ).head.decode()
