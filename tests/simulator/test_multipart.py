import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.simulator.support import multipart
from zcbulk_tui.simulator.multipart import Part, parts

EDGE = "multipart/form-data; boundary=edge"


def two(first: bytes, second: bytes) -> bytes:
    """A body of two parts, ``note`` and ``file``."""
    return (
        b'--edge\r\nContent-Disposition: form-data; name="note"\r\n\r\n'
        + first
        + b'\r\n--edge\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n'
        + second
        + b"\r\n--edge--\r\n"
    )


lines = st.lists(
    st.sampled_from([b"\r\n", b"--", b"--edg", b"\n", b"edge", b"-", b"a"]), max_size=12
)
contents = (st.binary(max_size=60) | lines.map(b"".join)).filter(
    lambda content: b"--edge" not in content
)


@given(contents, contents)
def test_every_content_comes_out_as_it_went_in(first: bytes, second: bytes) -> None:
    assert list(parts(EDGE, two(first, second))) == [
        Part("note", "", first),
        Part("file", "a.csv", second),
    ]


@given(contents, contents, st.data())
def test_a_body_cut_anywhere_has_no_broken_part(
    first: bytes, second: bytes, data: st.DataObject
) -> None:
    whole = two(first, second)
    cut = data.draw(st.integers(0, len(whole)))
    found = list(parts(EDGE, whole[:cut]))
    assert found == list(parts(EDGE, whole))[: len(found)]


@pytest.mark.parametrize(
    "content_type",
    ["", "text/csv", "multipart/form-data", "multipart/mixed; boundary=edge", EDGE + "s"],
)
def test_of_another_content_type_there_are_no_parts(content_type: str) -> None:
    assert list(parts(content_type, two(b"1", b"2"))) == []


def test_a_boundary_in_quotes_and_a_preamble() -> None:
    content_type, body = multipart(b"a\r\nb")
    quoted = content_type.replace("edge", '"edge"')
    assert [part.content for part in parts(quoted, b"preamble\r\n" + body)] == [b"a\r\nb"]


def test_a_part_without_a_name_is_none() -> None:
    body = b"--edge\r\nContent-Type: text/csv\r\n\r\na\r\n--edge\r\n\r\nb\r\n--edge--\r\n"
    assert list(parts(EDGE, body)) == []


def test_a_file_name_beyond_ascii() -> None:
    head = b"--edge\r\nContent-Disposition: form-data; name=file; filename*=UTF-8''K%C3%B6ln.csv"
    (part,) = parts(EDGE, head + b"\r\n\r\na\r\n--edge--")
    assert part.file_name == "Köln.csv"
