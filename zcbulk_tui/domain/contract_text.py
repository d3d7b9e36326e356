"""What is known of the contract in plain words, for the doctor and the report."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from zcbulk_tui.domain.contract import BOTH, Contradiction, Finding, Question
from zcbulk_tui.domain.text import one_line

_TITLES: Mapping[Question, str] = {
    Question.CONTROL_METHOD: "Method of start and abort",
    Question.CONTROL_BODY: "Body of start and abort",
    Question.CONTROL_SCOPE: "Scope of start and abort",
    Question.STATE_WORDS: "Words of the states",
    Question.RECORD_DETAILS: "Place of the counts",
    Question.DELIMITERS: "Delimiters",
    Question.ENCODINGS: "Encodings",
    Question.DATE_FORMATS: "Formats of dates",
    Question.RESULT_COLUMNS: "Columns of results",
    Question.RESULT_ORDER: "Order of results",
    Question.EMPTY_RESULTS: "Empty results",
    Question.OUT_OF_TURN: "Calls out of turn",
    Question.BAD_RECORD: "A bad record",
    Question.ZIP_LIMIT: "Limit of a ZIP",
    Question.LIMITS: "Limits of calls",
}

_QUESTIONS: Mapping[Question, str] = {
    Question.CONTROL_METHOD: "Which HTTP method starts and aborts a job?",
    Question.CONTROL_BODY: "What does the body of a start and an abort look like?",
    Question.CONTROL_SCOPE: "Which scope do a start and an abort need?",
    Question.STATE_WORDS: "What are the states of a job called?",
    Question.RECORD_DETAILS: "Where do the counts stand in a status?",
    Question.DELIMITERS: "Which delimiters does Zoho read in a CSV?",
    Question.ENCODINGS: "Which encodings does Zoho read in a CSV?",
    Question.DATE_FORMATS: "Which formats of a date does Zoho read?",
    Question.RESULT_COLUMNS: "Which columns do results have?",
    Question.RESULT_ORDER: "In which order are the records of a result?",
    Question.EMPTY_RESULTS: "What does Zoho send for a result without records?",
    Question.OUT_OF_TURN: "What does Zoho answer to calls that come out of turn?",
    Question.BAD_RECORD: "Does a bad record fail alone, or the batch of 200 with it?",
    Question.ZIP_LIMIT: "Does the limit of 100 MB hold for a ZIP packed or unpacked?",
    Question.LIMITS: "What does Zoho send when a limit of calls is reached?",
}


def question_text(question: Question) -> str:
    """Returns what a question is about, in few words."""
    return _TITLES[question]


def described(question: Question) -> str:
    """Returns a question as a sentence."""
    return _QUESTIONS[question]


def answer_text(finding: Finding) -> str:
    """Returns what was seen, without full stop; of the server's own words, as they came."""
    values = finding.values
    match finding.question:
        case Question.CONTROL_METHOD:
            return values.get("method", "")
        case Question.CONTROL_BODY:
            return _body(values)
        case Question.CONTROL_SCOPE:
            return f"ZohoCreator.bulk.{values['scope']}" if "scope" in values else ""
        case Question.RECORD_DETAILS:
            return f"record_details {values['place']} data" if "place" in values else ""
        case Question.DELIMITERS | Question.ENCODINGS | Question.DATE_FORMATS:
            return _by_value(values)
        case Question.RESULT_COLUMNS:
            return _result_columns(values)
        case Question.RESULT_ORDER:
            order = "as in the file" if values.get("order") == "file" else "not as in the file"
            return order if "order" in values else ""
        case Question.EMPTY_RESULTS:
            return _empty(values.get("empty"))
        case Question.BAD_RECORD:
            fails = values.get("fails")
            return {"alone": "fails alone", "its batch": "fails its batch"}.get(fails or "", "")
        case Question.ZIP_LIMIT:
            return f"counted {values['counts']}" if "counts" in values else ""
        case Question.LIMITS:
            return _limits(values)
        case _:
            return _listed(f"{aspect}: {value}" for aspect, value in values.items())


def contradiction_text(found: Contradiction, known_since: datetime) -> str:
    """Returns what was known of a server and what was seen instead, without full stop.

    Args:
        found: Both.
        known_since: When the first was found; aware.
    """
    title = _about(found)
    since = f"{known_since.astimezone():%Y-%m-%d}"
    known, seen = (one_line(it, 60) for it in (found.known, found.seen))
    return f"{title}: known since {since} as “{known}”, seen now as “{seen}”"


def short_contradiction_text(found: Contradiction) -> str:
    """Returns the same without its date, in few words."""
    known = one_line(found.known, 30)
    if found.seen == BOTH:
        return f"{_about(found)}: not always “{known}”"
    return f"{_about(found)}: “{one_line(found.seen, 30)}”, not “{known}”"


def _about(found: Contradiction) -> str:
    title = question_text(found.question)
    return title if found.aspect in _ALONE else f"{title} ({found.aspect})"


_ALONE = frozenset({"method", "scope", "place", "order", "empty", "fails", "counts"})
"""Aspects that are all that their questions ask for."""


def _body(values: Mapping[str, str]) -> str:
    word = "Start" if values.get("case") == "capital" else "start"
    match values.get("body"):
        case "wrapped":
            return f'{{"data": {{"action": "{word}"}}}}'
        case "flat":
            return f'{{"action": "{word}"}}'
    return f"the action as in {word}"


def _by_value(values: Mapping[str, str]) -> str:
    """What is read, what is refused and what is misread, in this order."""
    groups = {
        value: [aspect for aspect, each in values.items() if each == value]
        for value in ("read", "refused", "misread")
    }
    return "; ".join(f"{value}: {', '.join(names)}" for value, names in groups.items() if names)


def _result_columns(values: Mapping[str, str]) -> str:
    parts = {"all": "all of the file", "first three": "the first three of the file"}
    said = [parts[values["columns"]]] if values.get("columns") in parts else []
    said += [f"{aspect} in “{values[aspect]}”" for aspect in ("reason", "id") if aspect in values]
    return _listed(said)


def _empty(value: str | None) -> str:
    if value is None:
        return ""
    return "a ZIP without records" if value == "zip" else f"refused with {value}"


def _limits(values: Mapping[str, str]) -> str:
    said = []
    if "retry-after" in values:
        verb = "has" if values["retry-after"] == "sent" else "lacks"
        said.append(f"429 {verb} Retry-After")
    if "quota" in values:
        said.append(f"spent quota: {values['quota']}")
    return _listed(said)


def _listed(parts: Iterable[str]) -> str:
    return "; ".join(parts)
