"""Eight servers that differ in whatever the sources leave open or contradict each other on.

Each is one reading of the contract as a whole. Where a source names a value, its key stands beside
it in `dialect`, `limits`, `faults` and their like; that these values come together in one server is
invented, and so is all of which no source says anything: words after the upload, delimiters,
encodings, dates, columns and order of results, answers out of turn, lags and speeds. Across the
eight each point has each of its values at least twice, so that no point gives away another.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from zcbulk_tui.simulator.cells import SAMPLE_DATES, DateFormat
from zcbulk_tui.simulator.dialect import (
    BARE_ABORTED,
    FILE_UPLOADED,
    PROSE,
    SAMPLE,
    UPLOADED,
    Case,
    ControlBody,
    Dialect,
    OutOfTurn,
    Shape,
)
from zcbulk_tui.simulator.files import Encoding, FileRules
from zcbulk_tui.simulator.limits import Limits
from zcbulk_tui.simulator.reasons import ReasonStyle
from zcbulk_tui.simulator.results import Layout, Order, ResultRules
from zcbulk_tui.simulator.scopes import CREATE, UPDATE
from zcbulk_tui.simulator.verdicts import InsertRules

_PATCH, _PUT, _POST = (frozenset({method}) for method in ("PATCH", "PUT", "POST"))
_BY_CREATE, _BY_UPDATE = frozenset({CREATE}), frozenset({UPDATE})
_BY_EITHER = _BY_CREATE | _BY_UPDATE

_ISO_TOO = SAMPLE_DATES | {DateFormat.ISO}
_US_TOO = SAMPLE_DATES | {DateFormat.US}


@dataclass(frozen=True, slots=True)
class Personality:
    """A server, in all of what the sources leave open."""

    name: str
    summary: str
    """One sentence for ``--list``."""
    dialect: Dialect
    rules: InsertRules
    results: ResultRules
    limits: Limits
    """Its numbers of calls are left to the scenario."""


_ALL = (
    Personality(
        "page",
        "Follows the pages: PATCH, wrapped bodies, bulk.UPDATE; a bad record fails its batch.",
        Dialect(
            PROSE,
            Shape.PAGE,
            _PATCH,
            ControlBody.WRAPPED,
            control_scopes=_BY_UPDATE,
        ),
        InsertRules(),
        ResultRules(Layout.ORIGINAL, Order.FILE, ReasonStyle.CODES),
        Limits(),
    ),
    Personality(
        "oas",
        "Follows the OpenAPI file: PUT, flat bodies, bulk.CREATE; reads semicolons and ISO dates.",
        Dialect(
            SAMPLE,
            Shape.OPENAPI,
            _PUT,
            ControlBody.FLAT,
            control_scopes=_BY_CREATE,
            zeros_before_file=True,
        ),
        InsertRules(
            strict_batches=False,
            records_per_second=400.0,
            queue_seconds=(0.2, 1.0),
            files=FileRules(
                semicolons=True, other_encoding=Encoding.WINDOWS_1252, counts_unpacked=False
            ),
            dates=_ISO_TOO,
        ),
        ResultRules(
            Layout.MAPPED,
            Order.SHUFFLED,
            ReasonStyle.SENTENCES,
            empty_refusal="404-11130",
        ),
        Limits(retry_after=True, quota_refusal="403-4000"),
    ),
    Personality(
        "prose",
        "Wants Start and Abort by POST, misreads other encodings, gives a busy form a second job.",
        Dialect(
            BARE_ABORTED,
            Shape.OPENAPI,
            _POST,
            ControlBody.WRAPPED,
            control_case=Case.CAPITAL,
            control_scopes=_BY_EITHER,
            out_of_turn=OutOfTurn(None, "400-11340", "early", takes_late_abort=True),
        ),
        InsertRules(
            strict_batches=False,
            records_per_second=60.0,
            queue_seconds=(5.0, 12.0),
            files=FileRules(other_encoding=Encoding.MISREAD),
            dates=_US_TOO,
            header_at_upload=True,
        ),
        ResultRules(
            Layout.ORIGINAL,
            Order.SHUFFLED,
            ReasonStyle.SENTENCES,
            "Failure Reason",
            "Record ID",
            delay=8.0,
            empty_refusal="200-11120",
        ),
        Limits(retry_after=True),
    ),
    Personality(
        "worded",
        "Says UPLOADED after an upload, which another may replace; counts a ZIP packed.",
        Dialect(
            UPLOADED,
            Shape.OPENAPI,
            _PATCH,
            ControlBody.FLAT,
            control_scopes=_BY_UPDATE,
            out_of_turn=OutOfTurn("active as 400", None, takes_late_abort=True),
            zeros_before_file=True,
        ),
        InsertRules(
            records_per_second=250.0,
            files=FileRules(other_encoding=Encoding.WINDOWS_1252, counts_unpacked=False),
            dates=_ISO_TOO,
            header_at_upload=True,
        ),
        ResultRules(Layout.MAPPED, Order.FILE, ReasonStyle.CODES),
        Limits(quota_refusal="403-4000"),
    ),
    Personality(
        "patient",
        "Queues jobs for long, checks the header with the upload, reads semicolons.",
        Dialect(
            FILE_UPLOADED,
            Shape.PAGE,
            _PUT,
            ControlBody.WRAPPED,
            control_case=Case.CAPITAL,
            control_scopes=_BY_CREATE,
            out_of_turn=OutOfTurn(second_upload="400-11340", early_start="early"),
        ),
        InsertRules(
            records_per_second=100.0,
            queue_seconds=(15.0, 30.0),
            files=FileRules(semicolons=True),
            header_at_upload=True,
        ),
        ResultRules(
            Layout.ORIGINAL,
            Order.SHUFFLED,
            ReasonStyle.SENTENCES,
            "Reason",
            "Record_ID",
            delay=20.0,
            empty_refusal="404-11130",
        ),
        Limits(retry_after=True),
    ),
    Personality(
        "lenient",
        "Takes a second job, a second file, an abort after the end, and either scope.",
        Dialect(
            PROSE,
            Shape.OPENAPI,
            _POST,
            ControlBody.FLAT,
            control_scopes=_BY_EITHER,
            out_of_turn=OutOfTurn(None, None, takes_late_abort=True),
            zeros_before_file=True,
        ),
        InsertRules(
            strict_batches=False,
            records_per_second=200.0,
            queue_seconds=(0.0, 0.5),
            files=FileRules(
                semicolons=True, other_encoding=Encoding.MISREAD, counts_unpacked=False
            ),
            dates=_ISO_TOO | _US_TOO,
        ),
        ResultRules(
            Layout.ORIGINAL, Order.FILE, ReasonStyle.SENTENCES, "Errors", "Added_ID", delay=0.0
        ),
        Limits(quota_refusal="403-4000"),
    ),
    Personality(
        "curt",
        "Says Aborted whoever aborted, HTTP 400 for a busy form, and 11120 for no rows.",
        Dialect(
            BARE_ABORTED,
            Shape.PAGE,
            _PUT,
            ControlBody.FLAT,
            control_case=Case.CAPITAL,
            control_scopes=_BY_UPDATE,
            out_of_turn=OutOfTurn("active as 400", "400-11340"),
        ),
        InsertRules(
            records_per_second=120.0,
            queue_seconds=(2.0, 6.0),
            dates=_US_TOO,
        ),
        ResultRules(Layout.MAPPED, Order.SHUFFLED, ReasonStyle.CODES, empty_refusal="200-11120"),
        Limits(retry_after=True),
    ),
    Personality(
        "mixed",
        "Wants PATCH with Start and Abort; reads Windows-1252, answers an early start with 409.",
        Dialect(
            SAMPLE,
            Shape.PAGE,
            _PATCH,
            ControlBody.WRAPPED,
            control_case=Case.CAPITAL,
            control_scopes=_BY_CREATE,
            out_of_turn=OutOfTurn("active as 400", early_start="early"),
            zeros_before_file=True,
        ),
        InsertRules(
            strict_batches=False,
            records_per_second=300.0,
            files=FileRules(other_encoding=Encoding.WINDOWS_1252, counts_unpacked=False),
            header_at_upload=True,
        ),
        ResultRules(
            Layout.ORIGINAL,
            Order.FILE,
            ReasonStyle.CODES,
            "Error Message",
            "Id",
            empty_refusal="404-11130",
        ),
        Limits(),
    ),
)

PERSONALITIES: Mapping[str, Personality] = {one.name: one for one in _ALL}
"""By name."""
