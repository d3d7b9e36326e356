"""The words that servers have for the states of a job, whatever their spelling [STATUS][LIMB][OAS].

The documents have several spellings of each. What a server says besides is found out by a probe,
under the aspects of `Question.STATE_WORDS`.
"""

from zcbulk_tui.domain.job import JobState

ASPECTS = {
    "created": JobState.CREATED,
    "uploaded": JobState.READY,
    "running": JobState.IN_PROGRESS,
    "completed": JobState.COMPLETED,
    "aborted by user": JobState.USER_ABORTED,
    "aborted by system": JobState.SYSTEM_ABORTED,
}
"""The states that the aspects of `Question.STATE_WORDS` stand for."""

_DOCUMENTED = {
    "CREATED": JobState.CREATED,
    "READY_TO_UPLOAD": JobState.READY,
    "START": JobState.IN_PROGRESS,
    "STARTED": JobState.IN_PROGRESS,
    "IN_PROGRESS": JobState.IN_PROGRESS,
    "COMPLETED": JobState.COMPLETED,
    "USER_ABORTED": JobState.USER_ABORTED,
    "SYSTEM_ABORTED": JobState.SYSTEM_ABORTED,
    "ABORTED": JobState.ABORTED,
    "FAILED": JobState.FAILED,
    "EXPIRED": JobState.EXPIRED,
}


def normal(word: str) -> str:
    """Returns a state's word without what differs between the documents."""
    return "_".join(word.upper().replace("-", " ").replace("_", " ").split())


def documented(word: str) -> JobState | None:
    """Returns the state that a word names in the documents; None for one that is in none."""
    return _DOCUMENTED.get(normal(word))
