"""Whatever bytes a server sends, they become a sane reading or one error of the tree."""

import json
from collections.abc import Callable
from typing import Any, TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.jobs import NOW
from tests.support.text import is_one_safe_line
from zcbulk_tui.creator import wire
from zcbulk_tui.domain.job import Counts, JobState
from zcbulk_tui.errors import UnreadableError

Value = TypeVar("Value")

json_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=10,
)
count_values = st.integers(0, 100) | json_values
details = st.fixed_dictionaries(
    {},
    optional={
        f"{part}_records": count_values for part in ("total", "success", "failed", "unprocessed")
    },
)
statuses = st.fixed_dictionaries(
    {"code": st.just(3000) | json_values},
    optional={
        "data": json_values
        | st.fixed_dictionaries(
            {"api_status": st.text() | json_values},
            optional={"record_details": details | json_values},
        ),
        "record_details": details | json_values,
        "message": json_values,
    },
)


bodies = statuses.map(lambda value: json.dumps(value).encode()) | st.binary(max_size=60)


def read(parse: Callable[[], Value]) -> Value | UnreadableError:
    """What was read, or why it could not be; any other exception is a failure."""
    try:
        return parse()
    except UnreadableError as error:
        return error


@given(bodies)
def test_a_status_is_read_or_refused(body: bytes) -> None:
    reading = read(lambda: wire.parse(body, 200).reading(NOW))
    if isinstance(reading, UnreadableError):
        assert is_one_safe_line(str(reading))
        return
    counts = reading.counts
    assert is_one_safe_line(reading.raw_state)
    assert all(
        count is None or (type(count) is int and count >= 0)
        for count in (counts.total, counts.success, counts.failed, counts.unprocessed)
    )
    assert counts.left is None or counts.left >= 0
    assert counts.share_done is None or 0 <= counts.share_done <= 1


@given(bodies)
def test_an_envelope_is_read_or_refused(body: bytes) -> None:
    assert is_one_safe_line(str(read(lambda: wire.parse(body, 200).answer)))


@given(st.text())
def test_any_text_is_some_state(raw: str) -> None:
    assert wire.parse_state(raw) in JobState


def words() -> st.SearchStrategy[tuple[str, JobState]]:
    return st.sampled_from(
        [
            ("created", JobState.CREATED),
            ("ready to upload", JobState.READY),
            ("in progress", JobState.IN_PROGRESS),
            ("completed", JobState.COMPLETED),
            ("user aborted", JobState.USER_ABORTED),
            ("system aborted", JobState.SYSTEM_ABORTED),
            ("aborted", JobState.ABORTED),
            ("failed", JobState.FAILED),
            ("expired", JobState.EXPIRED),
        ]
    )


@given(words(), st.sampled_from(" -_"), st.sampled_from([str.upper, str.lower, str.title]))
def test_a_state_is_known_in_any_case_and_with_any_separator(
    named: tuple[str, JobState], separator: str, case: Any
) -> None:
    word, state = named
    assert wire.parse_state(case(word).replace(" ", separator)) is state


@pytest.mark.parametrize("place", ["inside", "beside"])
def test_counts_are_found_where_they_are(place: str) -> None:
    counts = {"total_records": 2, "success_records": 1}
    data: dict[str, object] = {"api_status": "Completed"}
    answer: dict[str, object] = {"code": 3000, "data": data}
    (data if place == "inside" else answer)["record_details"] = counts
    assert wire.parse(json.dumps(answer).encode(), 200).reading(NOW).counts == Counts(2, 1)


def test_empty_counts_inside_do_not_hide_those_beside() -> None:
    body = b"""{"code": 3000, "data": {"api_status": "Completed", "record_details": {}},
               "record_details": {"total_records": 2}}"""
    assert wire.parse(body, 200).reading(NOW).counts == Counts(2)


@pytest.mark.parametrize(
    ("body", "key"),
    [
        (b'{"code":11100,"code":3000,"data":{"api_status":"Completed"}}', "code"),
        (b'{"data":{"api_status":"Completed","api_status":"In-progress"}}', "api_status"),
        (
            b'{"data":{"api_status":"x","record_details":{"total_records":1,"total_records":2}}}',
            "total_records",
        ),
    ],
)
def test_what_is_said_twice_is_not_believed(body: bytes, key: str) -> None:
    with pytest.raises(UnreadableError, match=f"“{key}” twice"):
        wire.parse(body, 200).reading(NOW)


@pytest.mark.parametrize(
    ("count", "why"),
    [
        ("NaN", "a number, not NaN"),
        ('NaN,"total_records":NaN', "a number, not NaN"),
        ("Infinity", "at most 999,999,999,999"),
        ("1e400", "at most"),
        ("1e30", "at most"),
        ("9" * 5_000, "at most"),
        (f'"{"9" * 5_000}"', "at most"),
        ("-Infinity", "0 or more"),
        ("-" + "9" * 5_000, "0 or more"),
        ("true", "a number, not true or false"),
        ('1,"total_records":true', "“total_records” twice"),
    ],
)
def test_an_odd_number_is_refused_for_what_it_is(count: str, why: str) -> None:
    body = f'{{"data":{{"api_status":"x","record_details":{{"total_records":{count}}}}}}}'
    with pytest.raises(UnreadableError, match=f"total_records.*{why}|HTTP.*{why}"):
        wire.parse(body.encode(), 200).reading(NOW)


@pytest.mark.parametrize("value", ["NaN", "1e400", "9" * 5_000, '{"b":NaN},"a":{"b":NaN}'])
def test_an_odd_number_elsewhere_spoils_nothing(value: str) -> None:
    body = f'{{"a":{value},"data":{{"api_status":"Completed","api_status":"Completed"}}}}'
    assert wire.parse(body.encode(), 200).reading(NOW).state is JobState.COMPLETED


@pytest.mark.parametrize("count", ["1_000", "1e3", "+5", " 5", "٥", "5.0", "", "0x10"])
def test_a_count_in_a_text_is_of_digits(count: str) -> None:
    details = {"total_records": count}
    body = json.dumps({"data": {"api_status": "Completed", "record_details": details}}).encode()
    with pytest.raises(UnreadableError, match="total_records"):
        wire.parse(body, 200).reading(NOW)
