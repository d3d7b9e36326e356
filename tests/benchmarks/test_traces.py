import json
import subprocess
import sys
from itertools import islice, pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.benchmarks.traces import BATCH, KINDS, LIMIT, Event, Trace, generate, read

SOUND: dict[str, Any] = {
    "kind": "clean",
    "total": 10,
    "start": 7.5,
    "events": [[0, "In-progress", 0, 0, 10], [2.5, "IN PROGRESS", 3, 1, 6], [9, "FAILED", 3, 1, 6]],
}


def one(kind: str, seed: int) -> Trace:
    return next(generate([kind], 1, seed))


def counts(event: Event) -> tuple[int, int, int]:
    assert event.success is not None
    assert event.failed is not None
    assert event.unprocessed is not None
    return event.success, event.failed, event.unprocessed


def words(event: Event) -> str:
    return event.status.upper().replace("_", " ").replace("-", " ")


def holds(trace: Trace) -> list[float]:
    """How long each set of counts but the last one is seen."""
    changes = [trace.events[0]]
    changes += [now for last, now in pairwise(trace.events) if now[2:] != last[2:]]
    return [later.t - earlier.t for earlier, later in pairwise(changes)]


traces = st.builds(one, st.sampled_from(KINDS), st.integers(0, 10**9))
seeds = st.integers(0, 10**9)


@given(traces)
def test_a_trace_is_the_life_of_a_job(trace: Trace) -> None:
    assert 40 <= trace.ended_at <= 10_800
    assert 200 <= trace.total <= 5_000_000
    assert 2 <= len(trace.events) <= 4_000
    assert trace.events[0].t == 0
    assert counts(trace.events[0]) == (0, 0, trace.total)
    assert {words(event) for event in trace.events[:-1]} == {"IN PROGRESS"}
    assert all(sum(counts(event)) == trace.total for event in trace.events)
    assert all(min(counts(event)) >= 0 for event in trace.events)
    for last, now in pairwise(trace.events):
        assert now.t > last.t
        assert counts(now)[0] >= counts(last)[0]
        assert counts(now)[1] >= counts(last)[1]
    if trace.kind == "abort":
        assert counts(trace.events[-1])[2] > 0 or words(trace.events[-1]) == "SYSTEM ABORTED"
    else:
        assert words(trace.events[-1]) == "COMPLETED"
        assert counts(trace.events[-1])[2] == 0


@given(traces)
def test_a_trace_survives_a_line_of_json(trace: Trace) -> None:
    line = trace.to_json()
    assert "\n" not in line
    assert "start" not in json.loads(line)
    assert Trace.from_json(line) == trace


@given(seeds)
def test_dirty_jobs_stay_below_the_limit(seed: int) -> None:
    trace = one("dirty", seed)
    assert 0.0004 < counts(trace.events[-1])[1] / trace.total < 0.043
    failing = sum(later[3] != earlier[3] for earlier, later in pairwise(trace.events))
    assert 1 <= failing <= -(-trace.total // BATCH) / LIMIT


@given(seeds)
def test_queued_jobs_wait_for_long(seed: int) -> None:
    trace = one("queued", seed)
    first = next(event for event in trace.events if event[4] != trace.total)
    assert first.t > 0.2 * trace.ended_at


@given(seeds)
def test_stalled_jobs_stand_still(seed: int) -> None:
    trace = one("stall", seed)
    assert max(holds(trace)) > 0.01 * trace.ended_at


@given(seeds)
def test_blind_jobs_tell_nothing_before_the_end(seed: int) -> None:
    trace = one("blind", seed)
    assert {event[4] for event in trace.events[:-1]} == {trace.total}


def test_jobs_are_aborted_in_every_way_the_system_by_enough_failures() -> None:
    aborted = list(generate(["abort"], 60, 3))
    endings = [words(trace.events[-1]) for trace in aborted]
    assert set(endings) == {"SYSTEM ABORTED", "USER ABORTED", "FAILED"}
    assert 20 <= endings.count("SYSTEM ABORTED") <= 40
    for trace, ending in zip(aborted, endings, strict=True):
        if ending == "SYSTEM ABORTED":
            batches = -(-trace.total // BATCH)
            # Each failed batch has a failed record at least, and no more than it has records.
            assert counts(trace.events[-1])[1] * LIMIT > batches
            assert counts(trace.events[-1])[1] <= (batches // LIMIT + 1) * BATCH


def test_kinds_come_in_turn_and_do_not_depend_on_how_many_there_are() -> None:
    few, many = list(generate(KINDS, 9, 5)), list(islice(generate(KINDS, 1_000, 5), 9))
    assert few == many
    assert [trace.kind for trace in few] == [*KINDS, *KINDS[:2]]
    assert few != list(generate(KINDS, 9, 6))
    with pytest.raises(ValueError, match="kinds are some of clean, "):
        generate(["clear"], 1, 1)


def test_what_holds_at_a_moment() -> None:
    trace = Trace.from_json(json.dumps(SOUND))
    assert (trace.start, trace.ended_at) == (7.5, 9)
    found = [trace.at(t).t for t in (-1, 0, 2.4, 2.5, 8.9, 9, 1e9)]
    assert found == [0, 0, 0, 2.5, 2.5, 9, 9]


def test_more_keys_and_unknown_counts_are_borne() -> None:
    events = [[0, "IN_PROGRESS", None, None, None], [1, "USER_ABORTED", 2, None, 5]]
    trace = Trace.from_json(json.dumps({**SOUND, "events": events, "id": 5, "start": None}))
    assert trace.start is None
    assert trace.at(0.5).success is None
    assert Trace.from_json(trace.to_json()) == trace


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"kind": None}, "kind is not a text"),
        ({"total": 1.5}, "total is not a whole number"),
        ({"total": True}, "total is not a whole number"),
        ({"start": "noon"}, "start is not a number"),
        ({"start": float("nan")}, "start is not a number"),
        ({"events": []}, "no events"),
        ({"events": None}, "no events"),
        ({"events": [[0, "FAILED", 0, 0]]}, "an event is not a list of five"),
        ({"events": [["0", "FAILED", 0, 0, 10]]}, "event 0: the time is not a number"),
        (
            {"events": [[1, "IN_PROGRESS", 0, 0, 10], [0, "FAILED", 0, 0, 10]]},
            "event 1: the times do not ascend",
        ),
        ({"events": [[0, None, 0, 0, 10]]}, "event 0: the status is not a text"),
        ({"events": [[0, "FAILED", "0", 0, 10]]}, "event 0: a count is neither null nor"),
        ({"events": [[0, "FAILED", -1, 1, 10]]}, "event 0: a count is neither null nor"),
    ],
)
def test_what_is_no_trace_is_refused_with_the_reason(change: dict[str, Any], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        Trace.from_json(json.dumps({**SOUND, **change}))


def test_bad_lines_of_a_file_are_named_by_number(tmp_path: Path) -> None:
    path, line = tmp_path / "traces.jsonl", json.dumps(SOUND)
    path.write_text(f"{line}\n\n{line}\n", encoding="utf-8")
    assert read(path) == [Trace.from_json(line)] * 2
    path.write_text(f"{line}\n[]\n{line}\n{{\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"traces\.jsonl: line 2: not an object; line 4: Expect"):
        read(path)


def test_the_command_prints_what_can_be_read(tmp_path: Path) -> None:
    options = ["--jobs", "5", "--kinds", "dirty,blind", "--seed", "4", "--day", "600"]
    command = [sys.executable, "-m", "tests.benchmarks.traces", *options]
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    path = tmp_path / "traces.jsonl"
    path.write_text(done.stdout, encoding="utf-8")
    found = read(path)
    assert [trace.events for trace in found] == [
        trace.events for trace in generate(["dirty", "blind"], 5, 4)
    ]
    assert all(trace.start is not None and 0 <= trace.start <= 600 for trace in found)
