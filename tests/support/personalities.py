"""What is true of each personality of the simulator, and whether what was found of it is.

Written down apart from the simulator's own table, in the words of `domain.contract`, so that a slip
in either shows.
"""

from collections.abc import Mapping
from typing import Literal

from zcbulk_tui.domain.contract import Contract, Question

Answer = frozenset[str]
"""The values that are right: several where more than one is."""

Truth = Mapping[Question, Mapping[str, Answer]]

Verdict = Literal["right", "wrong", "unknown"]

DATES = ("dd-MMM-yyyy", "yyyy-MM-dd", "MM/dd/yyyy")

_WORDS = (
    "created",
    "uploaded",
    "running",
    "completed",
    "aborted by user",
    "aborted by system",
)

_AFTER_END = "409/11100 409/11080 409/11090"
"""By how the job ended."""

_REFUSED: Answer = frozenset({"refused"})


def _truth(
    *,
    control: str,
    scope: str,
    words: str,
    place: str,
    semicolon: str,
    windows_1252: str,
    dates: str,
    columns: str,
    reason: str,
    record_id: str,
    order: str,
    empty: str,
    busy: str,
    second: str,
    early: str,
    late: str,
    fails: str,
    counts: str,
    retry_after: str,
    quota: str,
) -> Truth:
    """One server's answers; values that are right beside each other are parted by spaces."""
    method, body, case = control.split()
    read = dates.split()
    return {
        Question.CONTROL_METHOD: {"method": _any(method)},
        Question.CONTROL_BODY: {"body": _any(body), "case": _any(case)},
        Question.CONTROL_SCOPE: {"scope": _any(scope)},
        Question.STATE_WORDS: {
            state: frozenset({word.strip()})
            for state, word in zip(_WORDS, words.split("|"), strict=True)
        },
        Question.RECORD_DETAILS: {"place": _any(place)},
        Question.DELIMITERS: {"comma": _any("read"), "semicolon": _any(semicolon)},
        Question.ENCODINGS: {"utf-8": _any("read"), "windows-1252": _any(windows_1252)},
        Question.DATE_FORMATS: {
            form: _any("read" if form in read else "refused") for form in DATES
        },
        Question.RESULT_COLUMNS: {
            "columns": frozenset({columns}),
            "reason": frozenset({reason}),
            "id": frozenset({record_id}),
        },
        Question.RESULT_ORDER: {"order": frozenset({order})},
        Question.EMPTY_RESULTS: {"empty": _any(empty)},
        Question.OUT_OF_TURN: {
            "create on a busy form": _any(busy),
            "second upload": _any(second),
            "start before the upload": _any(early),
            "abort after the end": _any(late),
        },
        Question.BAD_RECORD: {"fails": frozenset({fails})},
        Question.ZIP_LIMIT: {"counts": _any(counts)},
        Question.LIMITS: {"retry-after": _any(retry_after), "quota": _any(quota)},
    }


def _any(values: str) -> Answer:
    return frozenset(values.split())


TRUTHS: Mapping[str, Truth] = {
    "page": _truth(
        control="PATCH wrapped lower",
        scope="UPDATE",
        words="Ready-to-upload | Ready-to-upload | In-progress | Completed"
        " | User Aborted | System Aborted",
        place="inside",
        semicolon="refused",
        windows_1252="refused",
        dates="dd-MMM-yyyy",
        columns="all",
        reason="Error",
        record_id="ID",
        order="file",
        empty="zip",
        busy="409/99005",
        second="409/11070",
        early="400/11350",
        late=_AFTER_END,
        fails="its batch",
        counts="unpacked",
        retry_after="missing",
        quota="200/4000",
    ),
    "oas": _truth(
        control="PUT flat lower",
        scope="CREATE",
        words="READY_TO_UPLOAD | READY_TO_UPLOAD | IN_PROGRESS | COMPLETED"
        " | USER_ABORTED | SYSTEM_ABORTED",
        place="beside",
        semicolon="read",
        windows_1252="read",
        dates="dd-MMM-yyyy yyyy-MM-dd",
        columns="first three",
        reason="ERRORS",
        record_id="RECORD_ID",
        order="other",
        empty="11130 404/11130",
        busy="409/99005",
        second="409/11070",
        early="400/11350",
        late=_AFTER_END,
        fails="alone",
        counts="packed",
        retry_after="sent",
        quota="403/4000",
    ),
    "prose": _truth(
        control="POST wrapped capital",
        scope="CREATE UPDATE",
        words="Ready-to-upload | Ready-to-upload | In-progress | Completed | Aborted | Aborted",
        place="beside",
        semicolon="refused",
        windows_1252="misread",
        dates="dd-MMM-yyyy MM/dd/yyyy",
        columns="all",
        reason="Failure Reason",
        record_id="Record ID",
        order="other",
        empty="11120 200/11120",
        busy="accepted",
        second="400/11340",
        early="409/99009",
        late="accepted",
        fails="alone",
        counts="unpacked",
        retry_after="sent",
        quota="200/4000",
    ),
    "worded": _truth(
        control="PATCH flat lower",
        scope="UPDATE",
        words="CREATED | UPLOADED | IN_PROGRESS | COMPLETED | USER_ABORTED | SYSTEM_ABORTED",
        place="beside",
        semicolon="refused",
        windows_1252="read",
        dates="dd-MMM-yyyy yyyy-MM-dd",
        columns="first three",
        reason="ERRORS",
        record_id="RECORD_ID",
        order="file",
        empty="zip",
        busy="400/99008",
        second="accepted",
        early="400/11350",
        late="accepted",
        fails="its batch",
        counts="packed",
        retry_after="missing",
        quota="403/4000",
    ),
    "patient": _truth(
        control="PUT wrapped capital",
        scope="CREATE",
        words="Ready-to-upload | File Uploaded | Start | Completed | User Aborted | System Aborted",
        place="inside",
        semicolon="read",
        windows_1252="refused",
        dates="dd-MMM-yyyy",
        columns="all",
        reason="Reason",
        record_id="Record_ID",
        order="other",
        empty="11130 404/11130",
        busy="409/99005",
        second="400/11340",
        early="409/99009",
        late=_AFTER_END,
        fails="its batch",
        counts="unpacked",
        retry_after="sent",
        quota="200/4000",
    ),
    "lenient": _truth(
        control="POST flat lower",
        scope="CREATE UPDATE",
        words="Ready-to-upload | Ready-to-upload | In-progress | Completed"
        " | User Aborted | System Aborted",
        place="beside",
        semicolon="read",
        windows_1252="misread",
        dates="dd-MMM-yyyy yyyy-MM-dd MM/dd/yyyy",
        columns="all",
        reason="Errors",
        record_id="Added_ID",
        order="file",
        empty="zip",
        busy="accepted",
        second="accepted",
        early="400/11350",
        late="accepted",
        fails="alone",
        counts="packed",
        retry_after="missing",
        quota="403/4000",
    ),
    "curt": _truth(
        control="PUT flat capital",
        scope="UPDATE",
        words="Ready-to-upload | Ready-to-upload | In-progress | Completed | Aborted | Aborted",
        place="inside",
        semicolon="refused",
        windows_1252="refused",
        dates="dd-MMM-yyyy MM/dd/yyyy",
        columns="first three",
        reason="ERRORS",
        record_id="RECORD_ID",
        order="other",
        empty="11120 200/11120",
        busy="400/99008",
        second="400/11340",
        early="400/11350",
        late=_AFTER_END,
        fails="its batch",
        counts="unpacked",
        retry_after="sent",
        quota="200/4000",
    ),
    "mixed": _truth(
        control="PATCH wrapped capital",
        scope="CREATE",
        words="READY_TO_UPLOAD | READY_TO_UPLOAD | IN_PROGRESS | COMPLETED"
        " | USER_ABORTED | SYSTEM_ABORTED",
        place="inside",
        semicolon="refused",
        windows_1252="read",
        dates="dd-MMM-yyyy",
        columns="all",
        reason="Error Message",
        record_id="Id",
        order="file",
        empty="11130 404/11130",
        busy="400/99008",
        second="409/11070",
        early="409/99009",
        late=_AFTER_END,
        fails="alone",
        counts="packed",
        retry_after="missing",
        quota="200/4000",
    ),
}
"""What is true, by the name of the personality."""


def judge(personality: str, contract: Contract) -> dict[Question, Verdict]:
    """Returns for each question whether what is known of it is true of that personality.

    A question is right where an aspect is known and none is wrong. Aspects beside those of the
    truth say nothing, but for formats of dates: none of the others is read.
    """
    return {
        question: _judged(question, truth, contract)
        for question, truth in TRUTHS[personality].items()
    }


def _judged(question: Question, truth: Mapping[str, Answer], contract: Contract) -> Verdict:
    finding = contract.findings.get(question)
    others = _REFUSED if question is Question.DATE_FORMATS else frozenset[str]()
    verdicts = [
        value in right
        for aspect, value in (finding.values.items() if finding is not None else ())
        if (right := truth.get(aspect, others))
    ]
    if not verdicts:
        return "unknown"
    return "right" if all(verdicts) else "wrong"
