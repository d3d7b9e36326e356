"""``check``: what is said of a file before it is sent."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests.support.commands import CommandLine
from tests.support.text import is_one_safe_line

FIELDS = {
    "code": 3000,
    "fields": [
        {"link_name": "Email", "display_name": "E-mail", "type": 3, "unique": True},
        {"link_name": "City", "display_name": "City", "type": 1, "mandatory": True},
    ],
}


@pytest.fixture
def form(tmp_path: Path) -> str:
    """The fields of a form, saved at noon."""
    file = tmp_path / "fields.json"
    file.write_text(json.dumps(FIELDS))
    os.utime(file, (1_773_230_400, 1_773_230_400))
    return str(file)


def write(folder: Path, content: bytes) -> str:
    """A file with a content."""
    file = folder / "customers.csv"
    file.write_bytes(content)
    return str(file)


GOOD = b"Email,City\na@b.co,Paris\nc@d.ef,Rome\n"
BAD = b"Email,City\na@b.co,Paris\nnobody,\n"


def test_a_file_that_is_fine(cli: CommandLine, tmp_path: Path, form: str) -> None:
    ended = cli("check", write(tmp_path, GOOD), "--fields", form)
    assert (ended.code, ended.err) == (0, "")
    assert "2 records in 1 batch, 2 columns" in ended.out
    assert "No record is suspect." in ended.out
    assert "Whether the form has a value of Email already." in ended.out


def test_with_fields_in_a_file_the_form_need_not_be_named_in_full(
    cli: CommandLine, tmp_path: Path, form: str
) -> None:
    ended = cli("check", write(tmp_path, GOOD), "--fields", form, "--form", "Contacts")
    assert (ended.code, ended.err) == (0, "")


def test_a_file_that_is_not(cli: CommandLine, tmp_path: Path, form: str) -> None:
    ended = cli("check", write(tmp_path, BAD), "--fields", form)
    assert (ended.code, ended.err) == (1, "")
    assert "Email: not an e-mail address" in ended.out
    assert "line 3; “nobody”" in ended.out
    assert "If one bad record fails its batch, this job ends: 1 of 1 batch has one" in ended.out


def test_without_fields_it_says_what_is_missing(cli: CommandLine, tmp_path: Path) -> None:
    ended = cli("check", write(tmp_path, BAD))
    assert ended.code == 0
    assert "the form's fields are not known" in ended.out
    assert "--form NAME --list-fields lists them, for 1 call." in ended.out


def test_as_json(cli: CommandLine, tmp_path: Path, form: str) -> None:
    ended = cli("check", write(tmp_path, BAD), "--fields", form, "--json")
    assert ended.code == 1
    found: dict[str, Any] = json.loads(ended.out)
    assert found["file"]["records"] == 2
    assert found["file"]["columns"] == ["Email", "City"]
    assert found["findings"][0] == {
        "kind": "not_an_email",
        "severity": "blocks",
        "suspect": True,
        "column": "Email",
        "position": 1,
        "text": "not an e-mail address",
        "count": 1,
        "share": 0.5,
        "lines": [3],
        "samples": ["nobody"],
        "hint": None,
    }
    assert found["verdict"]["suspect_records"] == 1
    assert found["verdict"]["ends_if_one_fails_its_batch"] is True
    assert found["not_checked"] == [
        {"what": "existing_records", "columns": ["Email"], "from_record": None}
    ]
    assert found["fields_read_at"].startswith("2026-03-11T12:00:00")


def test_an_encoding_that_is_not_known_comes_with_previews(
    cli: CommandLine, tmp_path: Path
) -> None:
    file = write(tmp_path, "Email,City\na@b.co,Zürich\n".encode("windows-1252"))
    ended = cli("check", file)
    assert (ended.code, ended.out) == (2, "")
    assert "windows-1252  a@b.co,Zürich" in ended.err
    assert cli("check", file, "--encoding", "windows-1252").code == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["none.csv"], "There is no file"),
        (["customers.csv", "--fields", "none.json"], "none.json cannot be read"),
        (["customers.csv", "--delimiter", "x"], "is no delimiter"),
        (["customers.csv", "--encoding", "x"], "There is no encoding"),
        (["empty.csv"], "is empty"),
        (["header.csv"], "has no records"),
        (["."], "is no file, but a folder"),
    ],
)
def test_what_cannot_be_used(
    cli: CommandLine,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    said: str,
) -> None:
    write(tmp_path, GOOD)
    (tmp_path / "empty.csv").write_bytes(b"")
    (tmp_path / "header.csv").write_bytes(b"Email,City\n")
    monkeypatch.chdir(tmp_path)
    ended = cli("check", *arguments)
    assert (ended.code, ended.out) == (2, "")
    assert said in ended.err
    assert all(map(is_one_safe_line, ended.lines))
    assert len(ended.lines) == 1


def test_what_a_file_says_does_no_harm(cli: CommandLine, tmp_path: Path, form: str) -> None:
    content = b"Email,\x1b[2Jevil,City\n\x1b]0;owned\x07,\x9b31m,\n".decode("latin-1").encode()
    ended = cli("check", write(tmp_path, content), "--fields", form)
    assert ended.code == 1
    assert all(map(is_one_safe_line, ended.out.splitlines()))
