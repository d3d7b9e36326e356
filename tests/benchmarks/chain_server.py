"""A server with a temper: the simulator, a network, and the trouble with both."""

import csv
import io
import random
import re
import zipfile
import zlib
from collections import Counter
from contextlib import suppress
from enum import Enum

import httpx

from tests.support.virtual_time import virtual_now
from zcbulk_tui.simulator.clock import Timeline
from zcbulk_tui.simulator.creator import Creator
from zcbulk_tui.simulator.faults import Call
from zcbulk_tui.simulator.fields import Form
from zcbulk_tui.simulator.hostile import BAD_GATEWAY, SERVER_ERROR, UNAVAILABLE
from zcbulk_tui.simulator.messages import LOST
from zcbulk_tui.simulator.odd_results import OddResult
from zcbulk_tui.simulator.reasons import ReasonStyle
from zcbulk_tui.simulator.results import Layout, Order, ResultRules, zipped
from zcbulk_tui.simulator.schedule import Fault
from zcbulk_tui.simulator.transport import InProcessTransport
from zcbulk_tui.simulator.verdicts import InsertRules

TOKEN = "1000.of.the.simulator"

_ODD = (
    *("json-11110", "json-11120", "json-11130", "json-undocumented", "html", "empty"),
    *("truncated", "two-csvs", "no-csv", "no-member", "encrypted", "wrong-crc"),
    *("path-traversal", "zip-in-zip", "fewer-rows", "cut"),
)
"""Odd downloads that take no time to be made."""


class Manner(Enum):
    """How a server writes the cells of a result."""

    AS_SENT = "as they were sent"
    TIDY = "without needless spaces"
    ROUNDED = "with two decimals"

    def written(self, cell: str) -> str:
        """Returns a cell as it is written."""
        match self:
            case Manner.AS_SENT:
                return cell
            case Manner.TIDY:
                return " ".join(cell.split())
            case Manner.ROUNDED:
                return f"{float(cell):.2f}" if _DECIMAL.fullmatch(cell) else cell


_DECIMAL = re.compile(r"[0-9]+\.[0-9]+")


class _Transport(InProcessTransport):
    """The simulator behind a network that is away now and then.

    Args:
        creator: The simulator.
        manner: How it writes results.

    Attributes:
        absent: Calls that find nobody.
    """

    def __init__(self, creator: Creator, manner: Manner) -> None:
        super().__init__(creator)
        self.absent = 0
        self._manner = manner

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if self.absent:
            self.absent -= 1
            raise httpx.ConnectError("No route to host", request=request)
        answer = await super().handle_async_request(request)
        if self._manner is Manner.AS_SENT or not request.url.path.endswith("/result"):
            return answer
        data = await answer.aread()
        with suppress(zipfile.BadZipFile, UnicodeDecodeError, RuntimeError, zlib.error):
            data = self._rewritten(data)
        headers = {**answer.headers, "content-length": str(len(data))}
        return httpx.Response(answer.status_code, headers=headers, content=data, request=request)

    def _rewritten(self, data: bytes) -> bytes:
        files: dict[str, list[str]] = {}
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for name in archive.namelist():
                rows = csv.reader(io.StringIO(archive.read(name).decode(), newline=""))
                text = io.StringIO(newline="")
                csv.writer(text).writerows(map(self._manner.written, row) for row in rows)
                files[name] = [text.getvalue()]
        return zipped(files)


class Server:
    """An account of the simulator without a job, in virtual time.

    Args:
        form: A form that it has.
        chance: For what is left to chance.
        met: Takes what happens, and how often.

    Attributes:
        creator: The simulator.
        transport: The way there.
    """

    def __init__(self, form: Form, chance: random.Random, met: Counter[str]) -> None:
        self._chance = chance
        self._met = met
        results = ResultRules(
            layout=chance.choice(tuple(Layout)),
            order=chance.choice(tuple(Order)),
            reasons=chance.choice(tuple(ReasonStyle)),
            reason_column=chance.choice(("Error", "Errors", "Reason", "Failure message")),
            delay=chance.choice((0.0, 3.0, 40.0, 400.0)),
            empty_refusal=None if chance.random() < 0.5 else "404-11130",
        )
        self.creator = Creator(
            (),
            Timeline(lambda: virtual_now().timestamp()),
            token=TOKEN,
            forms=(form,),
            rules=InsertRules(
                strict_batches=chance.random() < 0.5,
                records_per_second=chance.choice((20.0, 150.0)),
            ),
            results=results,
            seed=chance.randrange(10**9),
        )
        manner = chance.choices(tuple(Manner), (70, 15, 15))[0]
        self._count(f"server writes {manner.value}")
        self.transport = _Transport(self.creator, manner)

    def plan_trouble(self) -> None:
        """Plans some for the next attempt."""
        chance = self._chance
        for _ in range(chance.choice((0, 0, 1, 1, 2, 3))):
            call = chance.choice((Call.CREATE, Call.UPLOAD, Call.CONTROL, Call.STATUS))
            behind = chance.random() < 0.5
            answer = chance.choice((LOST, LOST, BAD_GATEWAY, SERVER_ERROR, UNAVAILABLE))
            late = chance.choice((0.0, 0.0, 5.0, 25.0, 80.0)) if behind else 0.0
            self.creator.inject(Fault(answer, behind, late=late, calls=frozenset({call}), times=1))
            self._count(f"trouble: {call.name.lower()} {'behind' if behind else 'in front'}")
        if chance.random() < 0.2:
            fault = Fault(LOST, calls=frozenset({Call.RESULT}), times=chance.choice((1, 1, 5)))
            self.creator.inject(fault)
            self._count("trouble: result lost")
        if chance.random() < 0.2:
            name = chance.choice(_ODD)
            self.creator.inject(OddResult(name, times=chance.choice((1, 1, 2, 30))))
            self._count(f"trouble: result {name}")
        if chance.random() < 0.1:
            self.transport.absent = chance.randint(1, 12)
            self._count("trouble: no network")

    def _count(self, what: str) -> None:
        self._met[what] += 1
