"""What answers show of the contract in passing, and what is known of it means for reading them.

No answer is asked for this: whatever comes for another reason is compared with what is known, so
that a server which changes is noticed. Only what an answer proves is returned.
"""

from collections.abc import Mapping
from datetime import datetime

from zcbulk_tui.domain.batch_rule import BATCH
from zcbulk_tui.domain.contract import Contract, Finding, Question
from zcbulk_tui.domain.job import Counts, JobReading, JobState
from zcbulk_tui.domain.state_words import ASPECTS, normal

_SAME_WORD = {
    frozenset({JobState.CREATED, JobState.READY}): JobState.READY,
    frozenset({JobState.USER_ABORTED, JobState.SYSTEM_ABORTED}): JobState.ABORTED,
}
"""What a word says that stands for two states."""


def state_meanings(contract: Contract) -> dict[str, JobState]:
    """Returns the states that a server's own words were found to mean, by their normal form.

    A word that was found for states which have nothing in common means none of them.
    """
    found: dict[str, set[JobState]] = {}
    for aspect, state in ASPECTS.items():
        word = contract.value(Question.STATE_WORDS, aspect)
        if word:
            found.setdefault(normal(word), set()).add(state)
    meanings = {
        word: _SAME_WORD.get(frozenset(states)) if len(states) > 1 else next(iter(states))
        for word, states in found.items()
    }
    return {word: state for word, state in meanings.items() if state is not None}


def of_reading(contract: Contract, reading: JobReading, place: str | None) -> list[Finding]:
    """Returns what a status answer shows of what is known of the server.

    Args:
        contract: What is known.
        reading: The answer.
        place: Where its counts stand, ``inside`` or ``beside`` ``data``; None where that says
            nothing.
    """
    values: list[tuple[Question, Mapping[str, str]]] = []
    if place is not None:
        values.append((Question.RECORD_DETAILS, {"place": place}))
    if words := _spelled_otherwise(contract, reading.raw_state):
        values.append((Question.STATE_WORDS, words))
    if reading.state is JobState.COMPLETED and shows_single_failures(reading.counts):
        values.append((Question.BAD_RECORD, {"fails": "alone"}))
    return [
        Finding(question, seen, reading.read_at)
        for question, seen in values
        if question in contract.findings
    ]


def shows_single_failures(counts: Counts) -> bool:
    """Whether the counts of a completed job prove that a record can fail without its batch.

    They do where the failed records are no sum of whole batches: each has 200, the last one the
    rest [LIMB]. The other way round nothing is proved: all records of a batch may be bad.
    """
    total, failed = counts.total, counts.failed
    if not total or not failed or counts.left:
        return False
    last = total % BATCH
    return failed % BATCH not in (0, last)


def of_result(contract: Contract, reason: str | None, found_at: datetime) -> Finding | None:
    """Returns what a result of failed records shows of its columns; None for nothing new.

    Args:
        contract: What is known of the server.
        reason: The name of the column in which the reason was found; None where none was.
        found_at: When; aware.
    """
    known = contract.value(Question.RESULT_COLUMNS, "reason")
    if known is None or reason is None or reason == known:
        return None
    return Finding(Question.RESULT_COLUMNS, {"reason": reason}, found_at)


def _spelled_otherwise(contract: Contract, raw: str) -> dict[str, str]:
    """The known words that this one is, in another spelling; empty where one is spelled so."""
    known = contract.findings.get(Question.STATE_WORDS)
    same = {
        aspect: word
        for aspect, word in (known.values.items() if known is not None else ())
        if aspect in ASPECTS and normal(word) == normal(raw)
    }
    return {} if raw in same.values() else dict.fromkeys(same, raw)
