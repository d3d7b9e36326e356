"""Odd downloads: what a client may get in the place of the ZIP it asked for.

Each is asked for by its name. They stand in the place of a result that there is: a call that is
refused, or too early, is answered as ever.
"""

import struct
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial

from zcbulk_tui.simulator.hostile import HTML_HEADERS
from zcbulk_tui.simulator.messages import ZIP_HEADERS, Response, json_response
from zcbulk_tui.simulator.outcomes import Outcome
from zcbulk_tui.simulator.results import Result, zipped

BOMB_BYTES = 3 << 30
"""What a bomb unpacks to: as much as fits into the plain format of a ZIP, roughly."""

_DEFLATED = 8
_ENCRYPTED = 1
"""The bit in the flags of a member."""

_Make = Callable[[Result], Response]
"""Makes the odd answer from the result that there is."""


def _json(code: int, message: str) -> _Make:
    return lambda _: json_response(200, {"code": code, "message": message})


def _file(make_body: Callable[[Result], bytes]) -> _Make:
    return lambda result: Response(200, headers=ZIP_HEADERS, make_body=partial(make_body, result))


def _html(_: Result) -> Response:
    page = b"<html><head><title>Zoho</title></head><body>Please sign in</body></html>"
    return Response(200, page, HTML_HEADERS)


def _truncated(result: Result) -> bytes:
    whole = result.zip()
    return whole[: len(whole) * 2 // 3]


def _fewer_rows(result: Result) -> bytes:
    lines = result.lines()
    missing = max(1, (len(lines) - 1) // 10)
    return zipped({result.name: lines[: max(1, len(lines) - missing)]})


def _two_csvs(result: Result) -> bytes:
    return zipped({result.name: result.lines(), f"second_{result.name}": result.lines()})


def _raw_zip(
    name: str, packed: bytes, *, size: int, check: int, flags: int = 0, method: int = _DEFLATED
) -> bytes:
    """A ZIP of one member, whatever it claims of it.

    Args:
        name: Of the member.
        packed: The member.
        size: The bytes that it is said to unpack to.
        check: The CRC-32 that they are said to have.
        flags: Those of the member.
        method: How it is said to be packed.
    """
    encoded = name.encode()
    # Version, flags, method, time, date (1 January 1980), sums and lengths, as both heads have it.
    facts = struct.pack(
        "<5H3I2H", 20, flags, method, 0, 33, check, len(packed), size, len(encoded), 0
    )
    member = b"PK\x03\x04" + facts + encoded + packed
    entry = b"PK\x01\x02" + struct.pack("<H", 20) + facts + bytes(14) + encoded
    end = b"PK\x05\x06" + struct.pack("<4H2IH", 0, 0, 1, 1, len(entry), len(member), 0)
    return member + entry + end


def _deflated(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


def _spoiled(
    result: Result, *, name: str = "", wrong: int = 0, flags: int = 0, head: bytes = b""
) -> bytes:
    """The result as its only CSV, but for what is named.

    Args:
        result: The result.
        name: Of the CSV; empty for its own.
        wrong: Bits of its CRC-32 that are wrong.
        flags: Those of the CSV.
        head: Bytes in front of what is packed.
    """
    data = "".join(result.lines()).encode()
    packed = head + _deflated(data)
    check = zlib.crc32(data) ^ wrong
    return _raw_zip(name or result.name, packed, size=len(data), check=check, flags=flags)


def _zip_in_zip(result: Result) -> bytes:
    inner = result.zip()
    name = result.name.removesuffix(".csv") + ".zip"
    return _raw_zip(name, _deflated(inner), size=len(inner), check=zlib.crc32(inner))


def _bomb(result: Result, *, claimed: int = BOMB_BYTES) -> bytes:
    """A thousandth of what it unpacks to, and made of one piece of it.

    Its CRC-32 is wrong: who unpacks all of it to find out has lost already.
    """
    packer = zlib.compressobj(level=9, wbits=-zlib.MAX_WBITS)
    # After a full flush nothing refers to what came before, so that a piece may come again.
    piece = packer.compress(b"0\n" * (1 << 19)) + packer.flush(zlib.Z_FULL_FLUSH)
    packed = piece * (BOMB_BYTES >> 20) + packer.flush()
    return _raw_zip(result.name, packed, size=claimed, check=0)


_ODD: Mapping[str, tuple[str, _Make]] = {
    "json-11110": (
        "JSON under HTTP 200: still being made",
        _json(11110, "The result is being prepared."),
    ),
    "json-11120": (
        "JSON under HTTP 200: none in this state",
        _json(11120, "The job has no result in its present state."),
    ),
    "json-11130": (
        "JSON under HTTP 200: no such file",
        _json(11130, "There is no result file for this job."),
    ),
    "json-4000": (
        "JSON under HTTP 200: the day's calls are used up",
        _json(4000, "Your daily API call limit has been reached."),
    ),
    "json-undocumented": (
        "JSON under HTTP 200, with a code that no document has",
        _json(99_008, "Invented: the result is somewhere else."),
    ),
    "html": ("a page that asks to sign in, under HTTP 200", _html),
    "empty": ("nothing, under HTTP 200", lambda _: Response(200, headers=ZIP_HEADERS)),
    "truncated": ("two thirds of a ZIP, sent as if that were all", _file(_truncated)),
    "two-csvs": ("a ZIP with two CSV files", _file(_two_csvs)),
    "no-csv": (
        "a ZIP with a text file alone",
        _file(lambda _: zipped({"readme.txt": ["There is nothing here.\n"]})),
    ),
    "no-member": ("a ZIP with nothing in it", _file(lambda _: zipped({}))),
    "encrypted": (
        "a ZIP whose CSV needs a password",
        _file(partial(_spoiled, flags=_ENCRYPTED, head=b"12 odd bytes")),
    ),
    "wrong-crc": ("a ZIP whose checksum is wrong", _file(partial(_spoiled, wrong=1))),
    "bomb": ("3 MB that unpack to 3 GiB", _file(_bomb)),
    "lying-bomb": (
        "the same, said to unpack to 1,000 bytes",
        _file(partial(_bomb, claimed=1_000)),
    ),
    "path-traversal": (
        "a CSV named ../../../zcbulk-was-here.csv",
        _file(partial(_spoiled, name="../../../zcbulk-was-here.csv")),
    ),
    "zip-in-zip": ("a ZIP with the right ZIP in it", _file(_zip_in_zip)),
    "fewer-rows": ("a tenth of the rows missing, at least one", _file(_fewer_rows)),
    "cut": (
        "the connection closes after half of the file",
        lambda result: replace(_file(Result.zip)(result), is_cut=True),
    ),
    "drip": (
        "64 bytes a second",
        lambda result: replace(_file(Result.zip)(result), pause=1.0),
    ),
}

ODD_RESULTS: Mapping[str, str] = {name: summary for name, (summary, _) in _ODD.items()}
"""What is odd about each odd result, by its name."""


@dataclass(frozen=True, slots=True)
class OddResult:
    """An odd download, in the place of a result that there is."""

    name: str
    """A key of ``ODD_RESULTS``."""
    job_id: str | None = None
    """None = all jobs."""
    outcome: Outcome | None = None
    """None = each of the results."""
    times: int | None = None
    """How many calls it meets at most; None = no end."""
    pause: float | None = None
    """Real seconds between the pieces of a drip; None = one."""

    def __post_init__(self) -> None:
        if self.name not in ODD_RESULTS:
            raise ValueError(f"no such odd result: {self.name}")

    def answer(self, result: Result) -> Response:
        """What comes in the place of a result."""
        answer = _ODD[self.name][1](result)
        if self.pause is not None and answer.pause:
            return replace(answer, pause=self.pause)
        return answer


class OddResults:
    """The odd downloads still to come. Of several that fit a call, the one added first meets it."""

    def __init__(self) -> None:
        self._planned: list[OddResult] = []
        self._met: list[int] = []

    def add(self, odd: OddResult) -> None:
        """Plan one."""
        self._planned.append(odd)
        self._met.append(0)

    def take(self, job_id: str, outcome: Outcome) -> OddResult | None:
        """The one this call meets, which is thereby used up once."""
        for index, odd in enumerate(self._planned):
            if (
                odd.job_id in (None, job_id)
                and odd.outcome in (None, outcome)
                and (odd.times is None or self._met[index] < odd.times)
            ):
                self._met[index] += 1
                return odd
        return None
