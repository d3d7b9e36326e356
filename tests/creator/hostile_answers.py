"""Answers of every nonsense, as bytes on a socket: valid ones at first, then mutated."""

import json
from dataclasses import dataclass
from typing import Any
from zipfile import ZIP_STORED

from hypothesis import strategies as st

from tests.creator.calls import TOKEN
from tests.creator.signing_in import CODE, GRANTED, REFRESH, SECRET
from tests.creator.test_wire_properties import statuses
from tests.support.csv_files import zip_of

Header = tuple[bytes, bytes]


@dataclass(frozen=True)
class HostileAnswer:
    """An answer in pieces; shown shortened, since some have 100 KB."""

    pieces: tuple[bytes, ...]

    def __repr__(self) -> str:
        shown = (f"{piece[:300]!r} of {len(piece)}" for piece in self.pieces)
        return f"<{', '.join(shown)}>"


_STATUSES = (
    "200 200 200 204 206 301 302 303 304 307 308 400 401 403 404 405 407 409 415 429 500 501"
)

_STATUS_LINES = [
    *(f"HTTP/1.1 {status} Whatever".encode() for status in (*_STATUSES.split(), 503, 599, 999)),
    b"HTTP/1.0 200 OK",
    b"HTTP/1.1 200",
    b"HTTP/1.1 200 \xff\xfe",
    b"HTTP/1.1 101 Switching Protocols",
    b"HTTP/1.1 100 Continue",
    b"HTTP/2 200",
    b"HTTP/1.1 1e3 OK",
    b"HTTP/1.1 -20 OK",
    b"HTTP/1.1 000 OK",
    b"ICY 200 OK",
    b"SSH-2.0-OpenSSH_9.6",
    b"",
]

_INTERIM = [b"HTTP/1.1 100 C\r\n\r\n", b"HTTP/1.1 103 E\r\nA: b\r\n\r\n"]

_LOCATIONS = [
    b"javascript:x",
    b"https://",
    b"https://[::1",
    b"https://[v1.x]/",
    b"https://xn--a/",
    b"https://\xe4\xf6\xfc.example/",
    b"https://a:99999/",
    b"https://user:pass@host:x/",
    b"//",
    b"///",
    b"\x01\x02",
    b"http://" + b"a" * 300 + b".example",
    b"/" + b"x" * 65_000,
    b"https://host/\xf0\x9f\x92\xa9?\xc3(",
    b"data:text/html,<script>",
    b"file:///etc/passwd",
    b"?" * 50,
]

_COOKIES = [
    b"a=b",
    b"a=\xe4\xf6\xfc; Path=/",
    b"\xff=\xff; Domain=.zoho.com; Max-Age=99999999999999999999",
    b"a=b; Expires=Thu, 99 Foo 99999 99:99:99 XXX",
    b"=; ;;; =",
    b"x=" + b"y" * 4000,
    b'$Version="1"; a="b; c',
]

_ENCODINGS = [b"gzip", b"gzip, gzip", b"br", b"deflate", b"identity", b"", b"\xff", b"zstd, x"]

_LENGTHS = [b"0", b"1", b"5", b"99999999", b"9" * 30, b"-1", b"1, 1", b"0x10", b"1e3", b"", b"\xff"]

_TRANSFERS = [b"chunked", b"gzip, chunked", b"chunked, chunked", b"identity", b"x", b""]

_MOMENTS = [
    b"0",
    b"9" * 5000,
    b"-5",
    b"1.5",
    b"Sun, 06 Nov 1994 08:49:37 GMT",
    b"Sun, 06 Nov 0000 08:49:37 GMT",
    b"Mon, 01 Jan 2024 00:00:00 +99999999999999",
    b"Fri, 31 Dec 9999 23:59:59 -2359",
    b", , , ,",
    b"1 2 3 4 5",
    b"\xff",
]

_TOKENS = [
    f"Zoho-oauthtoken {TOKEN}".encode(),
    *(secret.encode() for secret in (SECRET, REFRESH, CODE)),
]

_any_bytes = st.binary(max_size=40)

_values = {
    b"Location": _LOCATIONS,
    b"Set-Cookie": _COOKIES,
    b"Content-Encoding": _ENCODINGS,
    b"Content-Length": _LENGTHS,
    b"Transfer-Encoding": _TRANSFERS,
    b"Retry-After": _MOMENTS,
    b"Date": _MOMENTS,
    b"Age": _MOMENTS,
    b"Connection": [b"close", b"keep-alive", b"upgrade", b"\xff"],
    b"Content-Type": [b"application/json", b"text/html; charset=utf-7", b"\xff", b"; ;"],
    b"X-Echo": _TOKENS,
    b"WWW-Authenticate": [b'Digest realm="', b"Basic", b"\xff"],
}

_headers: st.SearchStrategy[Header] = st.one_of(
    st.sampled_from([(name, value) for name, values in _values.items() for value in values]),
    st.tuples(st.sampled_from(list(_values)), _any_bytes),
    st.tuples(_any_bytes, _any_bytes),
    st.sampled_from([(b" folded", b"x"), (b"", b""), (b"a b", b"c"), (b"\x00", b"\x00")]),
    st.sampled_from(_TOKENS).map(lambda token: (b"Authorization " + token, b"")),
)

_many_headers = st.one_of(
    st.lists(_headers, max_size=4),
    st.builds(lambda header, count: [header] * count, _headers, st.integers(2, 400)),
)

_texts = st.text() | st.integers() | st.sampled_from(["https://", "https://[", "Access Denied"])

_OPTIONAL = (
    "refresh_token scope error error_description user_location status user_code device_code "
    "verification_url interval locations"
)

_grants = st.fixed_dictionaries(
    dict.fromkeys(GRANTED, st.just("1000.x") | st.none() | st.floats() | _texts),
    optional=dict.fromkeys(_OPTIONAL.split(), _texts),
)


def _dumps(value: Any) -> bytes:
    return json.dumps(value).encode()


_ZIP = zip_of([("a.csv", b"Name,ERRORS\r\n" + b"Anna,INVALID\r\n" * 2000)], ZIP_STORED)

_FILES = [
    _ZIP,
    _ZIP[:3],
    _ZIP[:-9],
    b"PK\x05\x06" + bytes(18),
    b"PK\x07\x08" + _ZIP,
    b"\r\n" + _ZIP,
]

_NONSENSE = [
    b"[" * 100_000,
    b'{"a":' * 20_000,
    b'{"code":3000,"data":{"api_status":"\\ud800","record_details":{}}}',
    b'{"code":3000,"data":{"api_status":"\\u0000\\u001b[31m"}}',
    b'{"code":3000,"data":{"api_status":"COMPLETED","record_details":{"total_records":'
    + b"9" * 300
    + b"}}}",
    b'{"code":3000,"data":{"api_status":"COMPLETED","record_details":{"total_records":NaN}}}',
    b'{"code":3000,"data":{"api_status":"COMPLETED","record_details":{"total_records":1e999}}}',
    b'{"code":' + b"9" * 5000 + b"}",
    b'{"code":3000,"code":2955,"code":"3000"}',
    b'{"code":3000,"message":"' + b"x" * 100_000 + b'"}',
    b'{"code":3000}',
    b'{"code":1030,"message":"invalid"}',
    b'{"code":1020}',
    b'{"code":11000}',
    b'{"code":4000}',
    b"\xef\xbb\xbf{}",
    b"\xff\xfe{\x00}\x00",
    b"\x00" * 1000,
    b"null",
    b"",
    b"<html>" + _TOKENS[0],
    *(b'{"code":7,"message":"' + token + b'","error":"' + token + b'"}' for token in _TOKENS),
]

bodies = st.one_of(
    statuses.map(_dumps),
    _grants.map(_dumps),
    st.sampled_from(_NONSENSE),
    st.binary(max_size=60),
)


@st.composite
def _chunked(draw: st.DrawFn) -> bytes:
    return _cut(draw, draw(bodies))


def _cut(draw: st.DrawFn, body: bytes) -> bytes:
    size = draw(st.integers(1, 4000))
    extension = draw(st.sampled_from([b"", b";a=b", b";" + b"x" * 500, b" ", b";\xff"]))
    pieces = [body[start : start + size] for start in range(0, min(len(body), size * 300), size)]
    framed = b"".join(b"%x%b\r\n%b\r\n" % (len(piece), extension, piece) for piece in pieces)
    end = draw(
        st.sampled_from([b"0\r\n\r\n", b"0\r\nA: b\r\n\r\n", b"0\r\n" + b"a:\r\n" * 900, b"-1"])
    )
    return framed + end


@st.composite
def _answers(draw: st.DrawFn) -> bytes:
    """An answer as a whole, which may still be a good one."""
    lines = [draw(st.sampled_from(_STATUS_LINES))]
    framing = draw(st.sampled_from(["length", "chunked", "close", "none"]))
    body = draw(_chunked() if framing == "chunked" else bodies)
    headers = draw(_many_headers)
    if framing == "length":
        headers.append((b"Content-Length", str(len(body)).encode()))
    elif framing == "chunked":
        headers.append((b"Transfer-Encoding", b"chunked"))
    lines += [name + b": " + value for name, value in headers]
    head = b"\r\n".join(lines) + b"\r\n\r\n"
    interim = draw(
        st.sampled_from([b"", b"", b"HTTP/1.1 100 C\r\n\r\n", b"HTTP/1.1 103 E\r\nA: b\r\n\r\n"])
    )
    return interim * draw(st.sampled_from([1, 2, 30, 5000])) + head + body


@st.composite
def _files(draw: st.DrawFn) -> bytes:
    """A file, or what begins like one, with nothing odd about its head."""
    body = draw(st.sampled_from(_FILES))
    match draw(st.sampled_from(["length", "chunked", "close"])):
        case "length":
            return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)
        case "chunked":
            return b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + _cut(draw, body)
    return b"HTTP/1.1 200 OK\r\n\r\n" + body


@st.composite
def hostile_answers(draw: st.DrawFn) -> HostileAnswer:
    """An answer, mutated or not, in one or several pieces."""
    data = bytearray(draw(st.one_of(_answers(), _answers(), _answers(), _files())))
    for _ in range(draw(st.integers(0, 3))):
        at = draw(st.integers(0, len(data)))
        match draw(st.sampled_from(["cut", "flip", "insert", "remove", "repeat"])):
            case "cut":
                del data[at:]
            case "flip" if at < len(data):
                data[at] ^= draw(st.integers(1, 255))
            case "insert":
                data[at:at] = draw(_any_bytes)
            case "remove":
                del data[at : at + draw(st.integers(1, 20))]
            case _:
                data[at:at] = data[: draw(st.integers(0, 2000))]
    cut = draw(st.integers(0, len(data)))
    return HostileAnswer((bytes(data[:cut]), bytes(data[cut:])))
