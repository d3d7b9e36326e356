"""The benchmark of polling keeps its word: figures worked out by hand, and what they show."""

import json
import math
import sys
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from statistics import mean, median
from typing import Any

import pytest

from tests.benchmarks import polling
from tests.benchmarks.bound import PRICE, bounds
from tests.benchmarks.replay import AMPLE, Policy, Watched, alone, together
from tests.benchmarks.traces import KINDS, Event, Trace, generate
from zcbulk_tui.domain.budget import Pace

FIGURES = [
    "jobs",
    "calls_mean",
    "delay_mean",
    "delay_p50",
    "delay_p95",
    "delay_max",
    "cost",
    "bound",
    "times_bound",
    "bound_told",
    "shown_error_p50",
    "shown_error_p95",
]

Measure = Callable[..., dict[str, Any]]


def trace(ended_at: float, *steps: tuple[float, int], kind: str = "clean", **how: float) -> Trace:
    """A job of 100 records: how many are done from when on; at its end all of them."""
    running = [Event(t, "In-progress", done, 0, 100 - done) for t, done in ((0, 0), *steps)]
    return Trace(kind, 100, (*running, Event(ended_at, "Completed", 100, 0, 0)), how.get("start"))


def run(arguments: Iterable[str], monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(sys, "argv", ["polling", *arguments])
    return polling.main()


@pytest.fixture
def measure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Measure:
    """Runs the benchmark over traces; returns what it prints as JSON, by policy."""

    def measured(traces: Iterable[Trace], *arguments: str) -> dict[str, Any]:
        path = tmp_path / "traces.jsonl"
        path.write_text("".join(f"{one.to_json()}\n" for one in traces), encoding="utf-8")
        assert run(["--traces", str(path), "--json", *arguments], monkeypatch) == 0
        policies: dict[str, Any] = json.loads(capsys.readouterr().out)["policies"]
        return policies

    return measured


def test_calls_and_delay_of_a_fixed_interval(measure: Measure) -> None:
    # Asked at 0, 10, 20 and so on until 100; it ended at 93.5.
    (result,) = measure([trace(93.5)], "--policy", "fixed:10").values()
    assert result["all"] == result["clean"]
    assert (result["all"]["jobs"], result["all"]["calls_mean"]) == (1, 11)
    assert result["all"]["delay_p50"] == result["all"]["delay_max"] == 6.5
    # It was due then and nothing could come between: the best policy makes one call, at its end.
    assert (result["all"]["cost"], result["all"]["bound"]) == pytest.approx((6.5 + 11 * 0.8, 0.8))
    assert result["all"]["times_bound"] == pytest.approx(15.3 / 0.8)


def test_quantiles_are_values_that_so_many_do_not_exceed(measure: Measure) -> None:
    # Seen after 60 s, so 1, 2, 3 and so on until 20 s late.
    (result,) = measure(
        [trace(60 - late) for late in range(1, 21)], "--policy", "fixed:60"
    ).values()
    figures = result["all"]
    assert figures["jobs"] == 20
    assert figures["calls_mean"] == 2
    assert (figures["delay_p50"], figures["delay_p95"], figures["delay_max"]) == (10, 19, 20)


def test_the_error_of_what_is_shown_is_taken_each_second(measure: Measure) -> None:
    # Asked at 0, 15 and 30. Shown is 0 until 15, and half of it is in from 10 on: so 10 seconds
    # are right, 5 are half off. Then half is shown, and more each second: 0, 4, 8, 13, 17 records
    # at 50 in 11.25 s, since it began at an unknown moment. In order of size the tenth of these
    # twenty is 0, and the nineteenth a half.
    (result,) = measure([trace(20, (10, 50))], "--policy", "fixed:15").values()
    assert (result["all"]["shown_error_p50"], result["all"]["shown_error_p95"]) == (0, 0.5)


def test_a_job_that_shows_nothing_is_off_by_nothing_until_it_ends(measure: Measure) -> None:
    (result,) = measure([trace(500)], "--policy", "fixed:60").values()
    assert (result["all"]["shown_error_p50"], result["all"]["shown_error_p95"]) == (0, 0)


def test_the_json_has_these_figures_for_each_policy_and_kind(measure: Measure) -> None:
    traces = [trace(50), trace(70, kind="stall"), trace(90)]
    policies = measure(traces, "--policy", "planner", "fixed:30")
    assert list(policies) == ["planner", "fixed:30"]
    for kinds in policies.values():
        assert list(kinds) == ["all", "completing", "clean", "stall"]
        assert [list(figures) for figures in kinds.values()] == [FIGURES] * 4
        assert [figures["jobs"] for figures in kinds.values()] == [3, 3, 2, 1]


def test_aborts_are_split_by_who_aborted(measure: Measure) -> None:
    (result,) = measure(generate(["abort"], 12, seed=2), "--policy", "fixed:60").values()
    assert list(result) == ["all", "abort", "abort system", "abort user/failed"]
    by_system, by_others = result["abort system"], result["abort user/failed"]
    assert by_system["jobs"] + by_others["jobs"] == result["abort"]["jobs"] == 12
    assert by_system["bound"] == 0.8 < by_others["bound"]


def test_without_a_choice_the_planner_stands_beside_three_intervals(measure: Measure) -> None:
    assert list(measure([trace(50)])) == ["planner", "fixed:5", "fixed:15", "fixed:60"]


def test_an_account_tells_what_its_day_cost(measure: Measure) -> None:
    traces = [trace(200, (60, 30), start=start) for start in (0.0, 50.0, 80_000.0, 86_350.0)]
    (result,) = measure(traces, "--policy", "planner", "--account").values()
    account = result["account"]
    assert list(account) == [
        "calls_by_day",
        "reserve_min",
        "max_calls_in_a_minute",
        "delay_total",
        "delay_total_bound",
    ]
    assert sum(account["calls_by_day"]) == result["all"]["calls_mean"] * 4
    assert len(account["calls_by_day"]) == 2
    assert account["reserve_min"] == 20
    assert 1 <= account["max_calls_in_a_minute"] <= 50
    assert result["all"]["delay_max"] < math.inf


def test_no_scheduler_with_as_many_calls_waits_less_than_the_bound(measure: Measure) -> None:
    made = generate(["clean", "abort"], 40, seed=5)
    short = [one for one in made if one.ended_at < 700]
    traces = [replace(one, start=40.0 * number) for number, one in enumerate(short)]
    policies = measure(
        traces, "--policy", "planner", "fixed:40", "--account", "--daily-calls", "400"
    )
    for result in policies.values():
        assert 0 < result["account"]["delay_total_bound"] < result["account"]["delay_total"]
        late = result["all"]["delay_mean"] * len(traces)
        assert result["account"]["delay_total"] == pytest.approx(late)


def test_an_account_keeps_to_its_day_and_its_minute(measure: Measure) -> None:
    traces = [trace(700, (100, 30), (300, 60), start=5.0 * number) for number in range(30)]
    (result,) = measure(traces, "--policy", "fixed:5", "--account", "--daily-calls", "400").values()
    account = result["account"]
    assert account["calls_by_day"][0] == 380
    assert max(account["calls_by_day"]) <= 380
    assert account["max_calls_in_a_minute"] == 48
    assert account["reserve_min"] == 20


@pytest.mark.parametrize("interval", [7.0, 60.0])
def test_the_short_cut_for_fixed_intervals_sees_what_the_monitor_sees(interval: float) -> None:
    policy = Policy(f"fixed:{interval:g}", interval)
    one = trace(500.5, (100, 20), (300, 90))
    (watched,), _ = together([one], policy, Pace.BALANCED, AMPLE)
    short = alone(one, policy, Pace.BALANCED, AMPLE)
    assert short.delay == pytest.approx(watched.delay)
    polls = [at for at, _ in watched.readings]
    assert [at for at, _ in short.readings][-len(polls) :] == pytest.approx(polls)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("{}\n", "line 1: "),
        (f"{trace(50).to_json()}\n\nnonsense\n", "line 3: "),
        (f"{trace(50).to_json()}\n{trace(50).to_json()[:-3]}\n", "line 2: "),
        ("\n", "holds no trace"),
    ],
)
def test_a_bad_file_is_refused_with_the_line(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    content: str,
    words: str,
) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_text(content, encoding="utf-8")
    assert run(["--traces", str(path)], monkeypatch) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert str(path) in err
    assert words in err
    assert len(err.splitlines()) == 1


def test_a_file_that_is_not_there_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["--traces", str(tmp_path / "none.jsonl")], monkeypatch) == 2
    assert "none.jsonl" in capsys.readouterr().err


@pytest.mark.parametrize("policy", ["plan", "fixed", "fixed:", "fixed:0", "fixed:x", "fixed:nan"])
def test_a_policy_that_is_none_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], policy: str
) -> None:
    with pytest.raises(SystemExit, match="2"):
        run(["--traces", "any", "--policy", policy], monkeypatch)
    assert "neither planner nor fixed:SECONDS" in capsys.readouterr().err


def fixed_for(traces: list[Trace], calls: float) -> float:
    """The interval at which so many calls are made on average, or a few more."""

    def too_few(seconds: int) -> float:
        return calls - mean(math.ceil(one.ended_at / seconds) + 1 for one in traces)

    return float(bisect_right(range(1, 10_000), 0.0, key=too_few))


@pytest.fixture(scope="module")
def mixed() -> list[Trace]:
    return list(generate(KINDS, 70, seed=7))


@pytest.fixture(scope="module")
def planned(mixed: list[Trace]) -> list[Watched]:
    return [alone(one, Policy("planner"), Pace.BALANCED, AMPLE) for one in mixed]


def test_the_planner_pays_more_than_the_bound(planned: list[Watched]) -> None:
    cost = mean(one.delay + PRICE * len(one.readings) for one in planned)
    traces = [one.trace for one in planned]
    assert mean(bounds(traces, told=True)) < mean(bounds(traces)) < cost


def test_the_planner_sees_ends_eight_times_sooner_than_a_fixed_interval_of_as_many_calls(
    mixed: list[Trace], planned: list[Watched]
) -> None:
    calls = mean(len(one.readings) for one in planned)
    interval = fixed_for(mixed, calls)
    fixed = [alone(one, Policy("fixed", interval), Pace.BALANCED, AMPLE) for one in mixed]
    assert mean(len(one.readings) for one in fixed) >= calls
    soon, late = (sorted(one.delay for one in by) for by in (planned, fixed))
    assert median(soon) * 8 < median(late)
    p95 = math.ceil(0.95 * len(mixed)) - 1
    assert soon[p95] <= 1.25 * late[p95]


def test_the_planner_leaves_no_job_alone_for_twenty_minutes(mixed: list[Trace]) -> None:
    for one in mixed[:14]:
        watched = alone(one, Policy("planner"), Pace.FRUGAL, AMPLE)
        times = [at for at, _ in watched.readings]
        assert max(later - earlier for earlier, later in pairwise([0.0, *times])) < 1200
        assert 0 <= watched.delay < 1200
        # The last one sees the end, and no other one does.
        assert bisect_left(times, one.ended_at) == len(times) - 1
