"""Lists of fields in files."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.support.text import is_one_safe_line
from zcbulk_tui.data.field_list import read_fields
from zcbulk_tui.domain.form import FormField
from zcbulk_tui.errors import DataError


def test_the_sample_of_zoho(tmp_path: Path) -> None:
    file = tmp_path / "fields.json"
    file.write_text(
        '{"code":3000,"fields":[{"link_name":"Email","display_name":"Email","type":3,'
        '"unique":true,"mandatory":false,"max_char":255}]}'
    )
    os.utime(file, (1_773_225_000, 1_773_225_000))
    found = read_fields(file)
    assert found.fields == (FormField("Email", "Email", 3, is_unique=True, max_char=255),)
    assert found.read_at == datetime(2026, 3, 11, 10, 30, tzinfo=UTC)


def test_what_is_missing_or_of_another_kind_counts_as_not_said(tmp_path: Path) -> None:
    file = tmp_path / "fields.json"
    listed = [
        {"link_name": "A"},
        {"link_name": "B", "display_name": 7, "type": "1", "max_char": True, "mandatory": "yes"},
        {"link_name": "C", "type": 29, "subfields": [{"link_name": "first_name"}, "last_name", 3]},
        {"link_name": "D", "type": 12, "choices": [{"value": "x"}, "y", {}], "max_char": -1},
        {"display_name": "no link name"},
        None,
    ]
    file.write_text(json.dumps({"fields": listed}))
    assert read_fields(file).fields == (
        FormField("A", "A", 0),
        FormField("B", "B", 0),
        FormField("C", "C", 29, subfields=("first_name", "last_name")),
        FormField("D", "D", 12, choices=("x", "y")),
    )


@pytest.mark.parametrize("display", [{}, {"display_name": "A\x1b[2J\nB"}])
def test_a_name_is_safe_to_show(tmp_path: Path, display: dict[str, str]) -> None:
    file = tmp_path / "fields.json"
    file.write_text(json.dumps({"fields": [{"link_name": "A\x1b[2J\nB"} | display]}))
    [field] = read_fields(file).fields
    assert is_one_safe_line(field.display_name)


@pytest.mark.parametrize(
    "content", ["", "{", "[]", "{}", '{"fields":{}}', '{"fields":[]}', '{"fields":[{}]}', "\xff\0"]
)
def test_what_is_no_list(tmp_path: Path, content: str) -> None:
    file = tmp_path / "fields.json"
    file.write_text(content, encoding="latin-1")
    with pytest.raises(DataError) as caught:
        read_fields(file)
    assert caught.value.next_step
    assert is_one_safe_line(str(caught.value))


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot be read"):
        read_fields(tmp_path / "none\x1b.json")
