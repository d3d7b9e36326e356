"""The doctor on Zoho's contract: what is known of it beyond its documents, without a call."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from zcbulk_tui.cli.contracts import read_contract
from zcbulk_tui.cli.doctor.findings import Finding, Grade, failure
from zcbulk_tui.cli.state import memory_file, open_memory
from zcbulk_tui.config.settings import Settings
from zcbulk_tui.domain.commands import command
from zcbulk_tui.domain.contract import Contract, Question
from zcbulk_tui.domain.contract_text import answer_text, question_text
from zcbulk_tui.domain.probe import MOST_CALLS
from zcbulk_tui.domain.records import EventKind, JobEvent
from zcbulk_tui.errors import ZcbulkError
from zcbulk_tui.render.contract import PROBED, answered
from zcbulk_tui.store.archive import Archive
from zcbulk_tui.store.json_objects import JsonObject, moment

_SAID_FOR = timedelta(days=7)
"""For how long a contradiction has a line."""

PROBE = "doctor --probe --form NAME --environment development"
"""How a probe is begun."""


def check(settings: Settings) -> Iterator[Finding]:
    """Says how much is known, and what of it an answer has contradicted lately."""
    try:
        contract = read_contract(settings)
    except ZcbulkError as error:
        yield failure("contract", error)
        return
    dates = [it.found_at for it in contract.findings.values() if it.question.is_probed]
    if not dates:
        said = (
            "Nothing is known beyond Zoho's documents, which contradict each other: "
            f"{command(PROBE, settings.profile)} finds it out, for at most {MOST_CALLS} calls."
        )
    else:
        said = (
            f"{answered(contract)} of {len(PROBED)} questions of Zoho's contract are answered, "
            f"the last one on {max(dates).astimezone():%Y-%m-%d}."
        )
    yield Finding("contract", Grade.PASS, said)
    try:
        yield from _contradictions(settings)
    except ZcbulkError as error:
        yield failure("contradiction", error)


def _contradictions(settings: Settings) -> Iterator[Finding]:
    if not memory_file().exists():
        return
    with open_memory(is_only_read=True) as database:
        log = Archive(database, settings.profile).log(since=datetime.now(UTC) - _SAID_FOR)
    for record in reversed(log):
        if isinstance(record, JobEvent) and record.kind is EventKind.CONTRACT:
            anew = command(f"{PROBE} --anew", settings.profile)
            yield Finding(
                "contradiction",
                Grade.WARN,
                f"{record.at.astimezone():%Y-%m-%d %H:%M}: {record.text}.",
                f"What was seen last counts. To ask anew: {anew}",
            )


def contract_object(contract: Contract) -> JsonObject:
    """Returns what is known, for ``--json``."""
    return {
        "answered": answered(contract),
        "asked": len(PROBED),
        "questions": [_question_object(question, contract) for question in Question],
    }


def _question_object(question: Question, contract: Contract) -> JsonObject:
    finding = contract.findings.get(question)
    return {
        "question": question.value,
        "title": question_text(question),
        "answer": None if finding is None else answer_text(finding),
        "values": {} if finding is None else dict(finding.values),
        "found_at": None if finding is None else moment(finding.found_at),
    }
