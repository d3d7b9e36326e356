"""What worked for start and abort is kept where it can be; losing it is no error."""

import stat
from pathlib import Path

import pytest

from tests.store.failing_disk import full_disk
from zcbulk_tui.store.variants import VariantFile

WAYS = {"https://www.zohoapis.eu": {"method": "PUT", "shape": "flat", "capital": False}}


def test_what_is_kept_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "state" / "variants.json"
    VariantFile(path).save(WAYS)
    assert VariantFile(path).load() == WAYS
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_without_a_file_there_is_nothing(tmp_path: Path) -> None:
    assert VariantFile(tmp_path / "variants.json").load() == {}
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"[]",
        b"null",
        b"5",
        pytest.param(b"[" * 100_000, id="nested without end"),
    ],
)
def test_a_damaged_file_is_nothing_and_gives_way(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "variants.json"
    path.write_bytes(content)
    assert VariantFile(path).load() == {}
    VariantFile(path).save(WAYS)
    assert VariantFile(path).load() == WAYS


def test_a_folder_that_cannot_be_made_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("mine")
    file = VariantFile(tmp_path / "state" / "variants.json")
    file.save(WAYS)
    assert file.load() == {}


def test_a_full_disk_is_no_error_and_leaves_what_was_kept(tmp_path: Path) -> None:
    file = VariantFile(tmp_path / "variants.json")
    file.save(WAYS)
    with full_disk():
        file.save({"https://www.zohoapis.com": {}})
    assert file.load() == WAYS
