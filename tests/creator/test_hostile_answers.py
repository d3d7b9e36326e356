"""Whatever bytes come from a socket, a call returns a value or raises one error of the tree."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.creator.hostile_answers import HostileAnswer, hostile_answers
from tests.creator.hostile_calls import CALLS, HostileCalls


@pytest.fixture(scope="module")
def calls() -> Iterator[HostileCalls]:
    with HostileCalls() as made:
        yield made


@given(st.sampled_from(list(CALLS)), hostile_answers())
def test_any_answer_is_a_value_or_one_error_and_the_next_call_is_clean(
    calls: HostileCalls, call: str, answer: HostileAnswer
) -> None:
    calls.check(call, answer)
