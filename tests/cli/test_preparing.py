"""From a file to insertions, where something is in the way."""

from pathlib import Path

import pytest

from tests.support.contracts import ONE_FAILS_ITS_BATCH
from tests.support.insertions import FORM
from tests.support.jobs import NOW
from zcbulk_tui.cli.local_files import LocalFiles
from zcbulk_tui.cli.preparing import check_file
from zcbulk_tui.data.matching import index_source
from zcbulk_tui.domain.contract import UNKNOWN
from zcbulk_tui.domain.insertion import InsertPlan
from zcbulk_tui.errors import DataError


def test_a_folder_that_cannot_be_made_is_named_in_one_line(tmp_path: Path) -> None:
    file = tmp_path / "rows.csv"
    file.write_text("Name\nAda\n")
    in_the_way = tmp_path / "a\x1b[31m\nb"
    in_the_way.touch()
    with pytest.raises(DataError) as caught:
        check_file(file, None).prepare(InsertPlan(FORM), in_the_way / "uploads", "anna", NOW)
    assert str(caught.value.title).isprintable()
    assert "uploads cannot be made" in caught.value.title


def test_how_the_file_is_read_is_kept(tmp_path: Path) -> None:
    file = tmp_path / "customers.csv"
    file.write_bytes("Name;City\nZoë;Rome\n".encode("windows-1252"))
    checked = check_file(file, None, encoding="windows-1252", delimiter="semicolon")
    (made,) = checked.prepare(InsertPlan(FORM), tmp_path / "uploads", "anna", NOW).insertions
    assert (made.source.encoding, made.source.delimiter) == ("windows-1252", ";")
    assert index_source(made.source, ["City", "Name"]).lines(["Rome", "Zoë"]) == (2,)


def test_a_dialog_checks_a_file_by_what_is_known_of_its_form(tmp_path: Path) -> None:
    file = tmp_path / "customers.csv"
    file.write_text("Name\nAda\n")
    known = {FORM: ONE_FAILS_ITS_BATCH, FORM._replace(app="other"): UNKNOWN}
    files = LocalFiles(tmp_path, "anna", lambda: NOW, known.__getitem__)
    for form, contract in known.items():
        checked = files.check(file, form, None, None, lambda _, _size: None)
        assert checked.found.contract is contract
