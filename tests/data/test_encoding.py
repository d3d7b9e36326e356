"""Encodings: found by their marks, proven to be UTF-8, or asked for; never guessed."""

import codecs
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.csv_files import read_fields, source_of
from tests.support.text import is_one_safe_line
from zcbulk_tui.data import source as source_module
from zcbulk_tui.data.encoding import ENCODINGS, Encoding, find_encoding
from zcbulk_tui.data.rows import read_header_line, read_rows
from zcbulk_tui.errors import DataError, EncodingUnknownError

TEXT = "Name,Ort\nGöbel,Köln\nÆsir,Ærø\n"
RECORDS = [["Name", "Ort"], ["Göbel", "Köln"], ["Æsir", "Ærø"]]


@pytest.fixture(scope="module", autouse=True)
def small_pieces() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(source_module, "CHUNK", 5)
        yield


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (TEXT.encode(), Encoding("utf-8")),
        (codecs.BOM_UTF8 + TEXT.encode(), Encoding("utf-8", codecs.BOM_UTF8)),
        (TEXT.encode("utf-16"), Encoding("utf-16-le", codecs.BOM_UTF16_LE)),
        (
            codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"),
            Encoding("utf-16-be", codecs.BOM_UTF16_BE),
        ),
        (
            codecs.BOM_UTF32_LE + TEXT.encode("utf-32-le"),
            Encoding("utf-32-le", codecs.BOM_UTF32_LE),
        ),
    ],
)
def test_a_mark_or_faultless_utf_8_decides(
    tmp_path: Path, content: bytes, encoding: Encoding
) -> None:
    reader = read_rows(source_of(tmp_path, content))
    assert read_fields(reader) == RECORDS
    assert reader.encoding == encoding
    assert encoding.is_plain is (content == TEXT.encode())


@pytest.mark.parametrize(
    ("given_name", "codec", "name"),
    [
        ("windows-1252", "cp1252", "windows-1252"),
        ("CP1252", "cp1252", "windows-1252"),
        ("latin1", "latin-1", "latin-1"),
        ("ISO-8859-15", "iso8859-15", "iso-8859-15"),
        ("UTF-16", "utf-16-le", "utf-16-le"),
        ("utf-16", "utf-16", "utf-16-le"),
        ("utf-16be", "utf-16-be", "utf-16-be"),
        ("utf-8-sig", "utf-8-sig", "utf-8"),
        ("UTF8", "utf-8", "utf-8"),
    ],
)
def test_the_encoding_that_the_user_names_is_used(
    tmp_path: Path, given_name: str, codec: str, name: str
) -> None:
    reader = read_rows(source_of(tmp_path, TEXT.encode(codec)), encoding=given_name)
    assert read_fields(reader) == RECORDS
    assert reader.encoding
    assert (reader.encoding.name, reader.encoding.is_given) == (name, True)


@pytest.mark.parametrize("name", ["", "klingon", "rot13", "idna", "hex", "utf-7", "a\0b", "\x1b["])
def test_an_unknown_encoding_is_refused(name: str) -> None:
    with pytest.raises(DataError, match="There is no encoding") as caught:
        find_encoding(b"a,b", name)
    assert is_one_safe_line(str(caught.value))


@pytest.mark.parametrize("name", ENCODINGS)
def test_every_name_that_is_offered_works(name: str) -> None:
    assert find_encoding(b"", name) == Encoding(name, is_given=True)


@pytest.mark.parametrize("pad", range(7))
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_the_first_byte_that_is_not_utf_8_is_named_with_previews(
    tmp_path: Path, pad: int, end: str
) -> None:
    before = f"Name{end}{'x' * pad}é,1{end}"
    content = before.encode() + f"Straße,Köln{end}Kö".encode("cp1252")
    with pytest.raises(EncodingUnknownError) as caught:
        list(read_rows(source_of(tmp_path, content)))
    error = caught.value
    assert error.offset == len(before.encode()) + len("Stra")
    assert error.line == 3
    previews = dict(error.previews)
    assert list(previews) == ["windows-1252", "latin-1"]
    # Only as far as a piece reaches, at least.
    assert previews["windows-1252"].startswith("Stra")
    assert "ß" in previews["windows-1252"]
    assert "--encoding windows-1252" in str(error)
    assert f"Byte {error.offset}, in line 3, is DF" in str(error)


def test_a_character_cut_off_at_the_end_is_no_utf_8(tmp_path: Path) -> None:
    with pytest.raises(EncodingUnknownError) as caught:
        list(read_rows(source_of(tmp_path, "a,b\n1,€".encode()[:-1])))
    assert (caught.value.offset, caught.value.line) == (6, 2)


def test_the_header_alone_shows_it_too(tmp_path: Path) -> None:
    source = source_of(tmp_path, "Größe,b\n".encode("latin-1"))
    with pytest.raises(EncodingUnknownError):
        read_header_line(source)
    assert read_header_line(source, "latin-1") == "Größe,b"


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_a_mark_is_asked_for(tmp_path: Path, codec: str) -> None:
    with pytest.raises(EncodingUnknownError) as caught:
        list(read_rows(source_of(tmp_path, TEXT.encode(codec))))
    assert dict(caught.value.previews)[codec] == "Name,Ort"


def test_a_byte_that_the_named_encoding_lacks_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"Line 2 is not in windows-1252. Byte 6, in line 2, is 81"):
        list(read_rows(source_of(tmp_path, b"a,b\n1,\x81\n"), encoding="windows-1252"))
    with pytest.raises(DataError, match="--encoding latin-1"):
        list(read_rows(source_of(tmp_path, b"a,b\n1,\x9d\n"), encoding="windows-1252"))
    with pytest.raises(DataError, match="Line 2 is not in utf-8"):
        list(read_rows(source_of(tmp_path, b"a,b\n1,\x81\n"), encoding="utf-8"))
    with pytest.raises(DataError, match="Line 2 is not in utf-16-le"):
        list(read_rows(source_of(tmp_path, "a\n€".encode("utf-16")[:-1])))


@given(st.binary(min_size=1, max_size=60))
def test_previews_are_safe_whatever_the_bytes(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    folder = tmp_path_factory.getbasetemp()
    source = source_of(folder, b"a,b\n" + content + b"\xff")
    with pytest.raises(EncodingUnknownError) as caught:
        list(read_rows(source))
    assert is_one_safe_line(str(caught.value))
    assert all(is_one_safe_line(text) for _, text in caught.value.previews)
    assert 4 <= caught.value.offset <= 4 + len(content)


@pytest.mark.parametrize("codec", ["big5", "shift_jis", "gb18030", "euc_kr"])
def test_characters_of_several_bytes_are_cut_nowhere(tmp_path: Path, codec: str) -> None:
    text = "id,名\n1,北京\n2,東京\n" if codec != "euc_kr" else "id,이름\n1,서울\n"
    source = source_of(tmp_path, text.encode(codec))
    with pytest.raises(EncodingUnknownError):
        list(read_rows(source))
    records = read_fields(read_rows(source, encoding=codec))
    assert records == [line.split(",") for line in text.splitlines()]
