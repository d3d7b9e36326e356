"""The words of states, in whatever spelling."""

import pytest

from zcbulk_tui.domain.job import JobState
from zcbulk_tui.domain.state_words import documented, normal


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("Ready-to-upload", JobState.READY),
        ("IN_PROGRESS", JobState.IN_PROGRESS),
        ("in progress", JobState.IN_PROGRESS),
        (" User   Aborted ", JobState.USER_ABORTED),
        ("Aborted", JobState.ABORTED),
        ("Fertig", None),
        ("", None),
    ],
)
def test_a_word_means_the_same_in_every_spelling(word: str, state: JobState | None) -> None:
    assert documented(word) is state
    assert documented(normal(word)) is state
