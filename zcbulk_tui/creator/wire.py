"""Creator's JSON answers, read in every documented shape (sections 1.4, 2 and 3).

Tolerant of where things stand and how they are spelled; strict about what they are: a count that
is no whole number from 0 up, or counts that exceed their total, make the reading a fault.
"""

import json
import math
import re
import sys
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, StringConstraints, ValidationError

from zcbulk_tui.creator.redaction import Line
from zcbulk_tui.domain.job import Counts, JobReading, JobState
from zcbulk_tui.domain.job_id import read_id
from zcbulk_tui.domain.state_words import documented, normal
from zcbulk_tui.domain.text import one_line
from zcbulk_tui.domain.upload import CreatedJob
from zcbulk_tui.errors import Answer, UnreadableError, UsageError

_LONGEST = 200
"""Characters of a server's words that are shown."""

_CODE = re.compile(r"[0-9]{1,6}", re.ASCII)

_NONE: Mapping[str, JobState] = {}


def parse_state(raw: str, meanings: Mapping[str, JobState] = _NONE) -> JobState:
    """Returns the state that `raw` names, in any of the documented spellings [STATUS][LIMB].

    Args:
        raw: The word of the answer.
        meanings: What words mean that are in no document, by their normal form.
    """
    return documented(raw) or meanings.get(normal(raw), JobState.UNKNOWN)


def parse(body: bytes, http_status: int, line: Line = one_line) -> "ParsedAnswer":
    """Parses any JSON answer.

    Args:
        body: Its content.
        http_status: Its HTTP status.
        line: Makes its words fit to be shown.

    Raises:
        UnreadableError: The body is not a JSON object.
    """
    try:
        value = json.loads(body, object_pairs_hook=_object, parse_int=_integer)
        envelope = _Envelope.model_validate(value)
    except _SaidTwiceError as error:
        raise unreadable(
            http_status, f"it says “{line(str(error), 60)}” twice, and differently"
        ) from None
    except ValidationError as error:
        raise unreadable(http_status, _first_problem(error)) from None
    except (ValueError, RecursionError):
        raise unreadable(http_status, "it is not JSON") from None
    return ParsedAnswer(value, envelope, http_status, line)


class ParsedAnswer:
    """An answer of Creator's, whatever it is about.

    Attributes:
        answer: What every answer has: the HTTP status, the code and the text, wherever they stand.
        value: All of it, as JSON has it.
        line: Makes its words fit to be shown.
        counts_place: Where the counts of a status stand, ``inside`` or ``beside`` ``data``; None
            before `reading`, and where there are none or both.
    """

    def __init__(
        self, value: dict[str, Any], envelope: "_Envelope", http_status: int, line: Line
    ) -> None:
        said = envelope.message or envelope.description or envelope.status
        self.answer = Answer(http_status, envelope.code, line(said, _LONGEST))
        self.value = value
        self.line = line
        self.counts_place: str | None = None
        self._envelope = envelope

    def reading(self, read_at: datetime, meanings: Mapping[str, JobState] = _NONE) -> JobReading:
        """Returns the reading of a status call that succeeded.

        Args:
            read_at: When the answer came; aware.
            meanings: As for `parse_state`.

        Raises:
            UnreadableError: No state in it, a wrong type, or counts that cannot be.
        """
        http_status = self.answer.http_status
        parts = self._envelope.model_dump(include={"data", "record_details"}, exclude_unset=True)
        try:
            status = _Status.model_validate(parts)
        except ValidationError as error:
            raise unreadable(http_status, _first_problem(error)) from None
        inside, beside = status.data.record_details, status.record_details
        details = inside if inside and inside.model_fields_set else beside or _Details()
        self.counts_place = _place(inside, beside)
        counts = Counts(
            details.total_records,
            details.success_records,
            details.failed_records,
            details.unprocessed_records,
        )
        summed = (counts.success or 0) + (counts.failed or 0) + (counts.unprocessed or 0)
        if counts.total is not None and summed > counts.total:
            raise unreadable(
                http_status,
                f"its counts add up to {summed:,}, more than its total of {counts.total:,}",
            )
        raw = status.data.api_status
        # One text for all readings of a state: a thousand jobs keep several each.
        state, shown = parse_state(raw, meanings), sys.intern(self.line(raw, 40))
        return JobReading(state, shown, counts, read_at, self.answer.code, http_status)

    def created(self) -> CreatedJob:
        """Returns what a create call that succeeded brought [CREATE].

        Raises:
            UnreadableError: There is no job id in it, or more than one.
        """
        # The documents have it in the first place only; an id that is there must not be lost.
        places = [self.value.get("details"), self.value.get("data"), self.value]
        objects = [place for place in places if isinstance(place, dict)]
        ids = {_job_id(place["job_id"]) for place in objects if "job_id" in place}
        if len(ids) != 1 or not (job_id := ids.pop()):
            raise unreadable(self.answer.http_status, "“job_id”: it is missing, or is no job id")
        answer = self.answer
        if not answer.text:
            said = (_word_or_nothing(it.get(key)) for it in objects for key in ("status", "state"))
            answer = answer._replace(text=self.line(next(filter(None, said), ""), _LONGEST))
        return CreatedJob(job_id, answer)


class _SaidTwiceError(ValueError):
    """An object has two values for a key, of which neither is more true; its text is the key."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        for key, value in pairs:
            # As JSON writes them: NaN is not equal to itself, and true is equal to 1.
            if json.dumps(value, sort_keys=True) != json.dumps(made[key], sort_keys=True):
                raise _SaidTwiceError(key)
    return made


def _integer(text: str) -> int | float:
    """A whole number; infinity for one that has more digits than Python converts."""
    try:
        return int(text)
    except ValueError:
        return -math.inf if text.startswith("-") else math.inf


def _word_or_nothing(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _job_id(value: Any) -> str:
    """A job id, which comes as text or as a number [CREATE][OAS]; empty for what is none."""
    text = str(value) if isinstance(value, (str, int)) and not isinstance(value, bool) else ""
    try:
        return read_id(text) if text.strip("0 ") else ""
    except UsageError:
        return ""


def _code_or_nothing(value: Any) -> int | None:
    if isinstance(value, str) and _CODE.fullmatch(value):
        value = int(value)
    is_code = isinstance(value, int) and not isinstance(value, bool) and abs(value) < 1_000_000
    return value if is_code else None


def _count(value: Any) -> Any:
    if isinstance(value, bool):
        raise ValueError("should be a number, not true or false")
    if isinstance(value, str) and not (value.isascii() and value.isdecimal()):
        raise ValueError("should be a number")
    if not isinstance(value, (str, int, float)):
        return value
    if isinstance(value, float) and math.isnan(value):
        raise ValueError("should be a number, not NaN")
    # Here, since what is said of numbers that are larger still speaks of texts.
    if (len(value.lstrip("0")) > _DIGITS) if isinstance(value, str) else value > _LARGEST:
        raise ValueError(f"should be at most {_LARGEST:,}")
    if not isinstance(value, str) and value < 0:
        raise ValueError("should be 0 or more")
    return value


_DIGITS = 12
_LARGEST = 10**_DIGITS - 1
"""Far above any upload of 100 MB [LIMB]; it keeps every sum exact and every column narrow."""

_Count = Annotated[int, BeforeValidator(_count)]
_Text = Annotated[str, BeforeValidator(_word_or_nothing)]
_Code = Annotated[int | None, BeforeValidator(_code_or_nothing)]


class _Details(BaseModel):
    total_records: _Count | None = None
    success_records: _Count | None = None
    failed_records: _Count | None = None
    unprocessed_records: _Count | None = None


class _Data(BaseModel):
    api_status: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
    record_details: _Details | None = None


class _Status(BaseModel):
    data: _Data
    record_details: _Details | None = None


def _place(inside: _Details | None, beside: _Details | None) -> str | None:
    """Where counts stand [STATUS][OAS]; None where that is in neither place, or in both."""
    places = [
        name
        for name, details in (("inside", inside), ("beside", beside))
        if details is not None and details.model_fields_set
    ]
    return places[0] if len(places) == 1 else None


class _Envelope(BaseModel):
    code: _Code = None
    message: _Text = ""
    status: _Text = ""
    description: _Text = ""
    # Checked only where a status is expected: other answers put anything there.
    data: Any = None
    record_details: Any = None


def _first_problem(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    where = ".".join(str(part) for part in first["loc"])
    if not where:
        return "it is not a JSON object"
    said = first["msg"].removeprefix("Value error, ")
    return f"“{one_line(where, 60)}”: {one_line(said[:1].lower() + said[1:], 120)}"


def unreadable(http_status: int, why: str) -> UnreadableError:
    """Returns the error for an answer without the expected content.

    Args:
        http_status: Its HTTP status.
        why: What is wrong with it; in quotation marks first where that is one key of it.
    """
    return UnreadableError(
        "The answer cannot be understood",
        f"Of the HTTP {http_status} answer, {why}."
        if why.startswith("“")
        else f"HTTP {http_status}: {why}.",
        "If this goes on, check that the base URL is Zoho's.",
    )
