import io
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zcbulk_tui.simulator.bodies import Body, read_body

LIMIT = 30


def chunked(pieces: list[bytes]) -> bytes:
    chunks = b"".join(f"{len(piece):x};a=b\r\n".encode() + piece + b"\r\n" for piece in pieces)
    return chunks + b"0\r\nx-trailer: 1\r\n\r\n"


CHUNKED = {"transfer-encoding": "chunked"}


@given(st.binary(max_size=50), st.integers(0, 60))
def test_a_body_of_a_known_length(data: bytes, sent: int) -> None:
    stream = io.BytesIO(data[:sent])
    body = read_body(stream, {"content-length": str(len(data))}, LIMIT)
    if sent < len(data):
        assert body == Body(b"", is_whole=False)
    elif len(data) > LIMIT:
        assert body == Body(b"", is_too_large=True)
    else:
        assert body == Body(data)


@given(st.lists(st.binary(min_size=1, max_size=20), max_size=4), st.data())
def test_a_body_in_chunks(pieces: list[bytes], drawn: st.DataObject) -> None:
    data, sent = b"".join(pieces), chunked(pieces)
    stream = io.BytesIO(sent + b"next")
    body = read_body(stream, CHUNKED, LIMIT)
    assert body == (Body(b"", is_too_large=True) if len(data) > LIMIT else Body(data))
    assert stream.read() == b"next"
    # The end of the trailers is not waited for.
    cut = drawn.draw(st.integers(0, sent.index(b"0\r\nx-trailer")))
    assert not read_body(io.BytesIO(sent[:cut]), CHUNKED, LIMIT).is_whole


def test_no_headers_no_body() -> None:
    assert read_body(io.BytesIO(b"next"), {}, LIMIT) == Body(b"")


@pytest.mark.parametrize(
    ("headers", "data"),
    [
        ({"content-length": "many"}, b""),
        ({"content-length": "-1"}, b""),
        (CHUNKED, b"many\r\n"),
        (CHUNKED, b"-5\r\n"),
    ],
)
def test_a_length_that_is_none(headers: dict[str, str], data: bytes) -> None:
    with pytest.raises(ValueError, match=r"length|invalid"):
        read_body(io.BytesIO(data), headers, LIMIT)


class Endless(io.BufferedIOBase):
    """Gives as many zeros as are asked for."""

    def read(self, size: int | None = -1, /) -> bytes:
        assert size is not None
        return bytes(size)


def test_what_is_too_large_is_read_and_not_kept() -> None:
    stream = Endless()
    tracemalloc.start()
    try:
        body = read_body(stream, {"content-length": "50000000"}, 5_000_000)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert body.is_too_large
    assert 5_000_000 < peak < 12_000_000
