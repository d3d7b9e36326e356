"""Settings of the property tests, and what jobs may be seen to do."""

import os
from datetime import timedelta

from hypothesis import settings
from hypothesis import strategies as st

from tests.support.jobs import NOW
from zcbulk_tui.domain.job import Counts, JobReading, JobState

# A loaded machine makes single examples slow, and that is no failure.
settings.register_profile("usual", deadline=None, max_examples=20)
settings.register_profile("thorough", deadline=None, max_examples=100)


def load_profile() -> None:
    """Takes the profile that HYPOTHESIS_PROFILE names; without it, few examples for each run."""
    settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "usual"))


def examples(usual: int, *, thorough: int) -> settings:
    """How many examples of a property take each profile a bearable time."""
    profile = os.environ.get("HYPOTHESIS_PROFILE", "usual")
    return settings(max_examples=usual if profile == "usual" else thorough)


moments = st.integers(-60, 60) | st.floats(-1e5, 1e5)
"""Seconds from `NOW`."""

states = st.just(JobState.IN_PROGRESS) | st.sampled_from(JobState)


@st.composite
def histories_of_one_job(draw: st.DrawFn) -> list[JobReading]:
    """Readings as the wire lets them through: no part exceeds the total, any may be missing.

    Nothing orders their moments, for clocks stand still and run backwards; most counts grow.
    """
    total = draw(st.integers(0, 10**6))
    done = draw(st.lists(st.integers(0, total), max_size=8))
    at = draw(st.lists(moments, min_size=len(done), max_size=len(done)))
    running = draw(st.booleans())
    readings = []
    for success, seconds in zip(
        sorted(done) if draw(st.booleans()) else done,
        sorted(at) if draw(st.booleans()) else at,
        strict=True,
    ):
        failed = draw(st.just(0) | st.integers(0, total - success))
        known = draw(st.just((True, True, True, False)) | st.tuples(*[st.booleans()] * 4))
        values = (total, success, failed, total - success - failed)
        counts = Counts(
            *(value if told else None for value, told in zip(values, known, strict=True))
        )
        state = JobState.IN_PROGRESS if running else draw(states)
        readings.append(JobReading(state, state.value, counts, NOW + timedelta(seconds=seconds)))
    return readings
