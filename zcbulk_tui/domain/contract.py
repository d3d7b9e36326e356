"""What is known of the contract that Zoho's documents leave open, by a probe or in passing.

The sources contradict each other, or are silent, on what each `Question` asks. A `Finding` is what
one account's server was seen to do; it takes the place of a guess, and a later answer that says
otherwise is reported.
"""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

from zcbulk_tui.errors import Answer


class Question(StrEnum):
    """What the sources leave open; the docstrings name the aspects of an answer."""

    CONTROL_METHOD = "control_method"
    """``method``: PATCH, PUT or POST [START][OAS]."""

    CONTROL_BODY = "control_body"
    """``body``: wrapped or flat; ``case``: lower or capital [START][OAS]."""

    CONTROL_SCOPE = "control_scope"
    """``scope``: UPDATE or CREATE [START][OAS]."""

    STATE_WORDS = "state_words"
    """``created``, ``uploaded``, ``running``, ``completed``, ``aborted by user``,
    ``aborted by system``: the word of the status answer, as it is spelled [STATUS][LIMB]."""

    RECORD_DETAILS = "record_details"
    """``place``: inside or beside ``data`` [STATUS][OAS]."""

    DELIMITERS = "delimiters"
    """``comma``, ``semicolon``: read, refused or misread; in no source."""

    ENCODINGS = "encodings"
    """``utf-8``, ``windows-1252``: read, refused or misread; in no source."""

    DATE_FORMATS = "date_formats"
    """A format, as in ``dd-MMM-yyyy``: read or refused; in no source."""

    RESULT_COLUMNS = "result_columns"
    """``columns``: ``all`` of the file, or the ``first three``; ``reason``, ``id``: names of the
    columns that the server adds; in no source."""

    RESULT_ORDER = "result_order"
    """``order``: that of the ``file``, or an ``other``; in no source."""

    EMPTY_RESULTS = "empty_results"
    """``empty``: zip, or the code of the refusal; in no source."""

    OUT_OF_TURN = "out_of_turn"
    """``create on a busy form``, ``second upload``, ``start before the upload``,
    ``abort after the end``: HTTP status and code, as in ``409/11070``, or ``accepted`` [OAS]."""

    BAD_RECORD = "bad_record"
    """``fails``: ``its batch``, or ``alone``; in no source."""

    ZIP_LIMIT = "zip_limit"
    """``counts``: packed or unpacked; in no source."""

    LIMITS = "limits"
    """``retry-after``: sent or missing with 429; ``quota``: HTTP status and code where the day's
    calls are spent. No probe provokes these: they are noted when they are met."""

    @property
    def is_probed(self) -> bool:
        """Whether a probe asks for it."""
        return self is not Question.LIMITS


class Finding(NamedTuple):
    """What the server was seen to do.

    Attributes:
        question: What was open.
        values: The answer by aspect; see `Question`. An aspect that was not seen is missing.
        found_at: When it was seen last; aware.
    """

    question: Question
    values: Mapping[str, str]
    found_at: datetime


class Contract(NamedTuple):
    """What is known of one server.

    Attributes:
        findings: By question; one that is open is missing.
    """

    findings: Mapping[Question, Finding] = MappingProxyType({})

    def value(self, question: Question, aspect: str) -> str | None:
        """Returns what is known of an aspect; None while it is open."""
        finding = self.findings.get(question)
        return None if finding is None else finding.values.get(aspect)

    def without(self, question: Question) -> "Contract":
        """Returns the same with a question open."""
        return Contract({each: it for each, it in self.findings.items() if each is not question})

    @property
    def one_fails_its_batch(self) -> bool | None:
        """Whether one bad record fails its batch of 200; None while that is open."""
        fails = self.value(Question.BAD_RECORD, "fails")
        return None if fails is None else fails == "its batch"

    def is_busy_form(self, answer: Answer) -> bool:
        """Whether a create call was refused as it was where the form was known to be busy."""
        said = f"{answer.http_status}/{answer.code}"
        known = self.value(Question.OUT_OF_TURN, "create on a busy form")
        return answer.from_zoho and answer.code is not None and said == known


UNKNOWN = Contract()
"""Of a server that nobody has probed."""


class Withdrawn(NamedTuple):
    """What a probe has found, and its later answers leave open.

    Attributes:
        aspects: Each with its question.
        at: When the answer came that leaves them open; aware.
        contested: Those of them of which the answers say two things.
    """

    aspects: Collection[tuple[Question, str]]
    at: datetime
    contested: Collection[tuple[Question, str]] = ()


NOTHING = Withdrawn((), datetime.min.replace(tzinfo=UTC))
"""That nothing is withdrawn."""


BOTH = "now this, now that"
"""What is seen where the answers of one probe say two things: neither counts."""


class Contradiction(NamedTuple):
    """An answer that is not what is known of the server.

    Attributes:
        question: What is no longer sure.
        aspect: Of it.
        known: What was known.
        seen: What was seen now.
    """

    question: Question
    aspect: str
    known: str
    seen: str


def contradictions(known: Contract, seen: Contract) -> tuple[Contradiction, ...]:
    """Returns where answers say otherwise than what is known; what is new contradicts nothing."""
    return tuple(
        Contradiction(question, aspect, before, now)
        for question, finding in seen.findings.items()
        for aspect, now in finding.values.items()
        if (before := known.value(question, aspect)) is not None and before != now
    )


def merged(known: Contract, seen: Contract) -> Contract:
    """Returns what is known with what was seen since; what was seen last counts."""
    findings = dict(known.findings)
    for question, finding in seen.findings.items():
        before = findings.get(question)
        if before is not None:
            finding = Finding(question, {**before.values, **finding.values}, finding.found_at)
        findings[question] = finding
    return Contract(findings)


class Notes:
    """Collects what answers show; an aspect of which they show two things stays open."""

    def __init__(self) -> None:
        self._seen: dict[Question, dict[str, set[str]]] = {}
        self._at: dict[Question, datetime] = {}

    def add(self, question: Question, aspect: str, value: str, seen_at: datetime) -> None:
        """Takes what one answer shows, and when that came; aware."""
        self._seen.setdefault(question, {}).setdefault(aspect, set()).add(value)
        self._at[question] = max(self._at.get(question, seen_at), seen_at)

    def contested(self) -> frozenset[tuple[Question, str]]:
        """Returns the aspects of which they show two things."""
        return frozenset(
            (question, aspect)
            for question, aspects in self._seen.items()
            for aspect, values in aspects.items()
            if len(values) > 1
        )

    def contract(self) -> Contract:
        """Returns what is known by all of them."""
        found = {}
        for question, aspects in self._seen.items():
            values = {name: next(iter(each)) for name, each in aspects.items() if len(each) == 1}
            if values:
                found[question] = Finding(question, values, self._at[question])
        return Contract(found)
