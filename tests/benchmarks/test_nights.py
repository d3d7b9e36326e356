"""Two short nights with faults; and what would be wrong with one is found."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from tests.benchmarks.night_judge import judge
from tests.benchmarks.night_wire import End
from tests.benchmarks.night_world import Outcome
from tests.benchmarks.nights import live

HOURS = 1.0


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """A night with kills, faults, a job that ended with failures, and its results."""
    return live(tmp_path_factory.mktemp("night"), "1:1", HOURS)


def wrong(out: Outcome) -> dict[str, list[str]]:
    return dict(judge(out).wrong)


def test_a_night_with_faults_is_all_right(night: Outcome) -> None:
    verdict = judge(night)
    assert dict(verdict.wrong) == {}
    figures = verdict.figures
    assert min(figures["kills"], figures["reports checked"], figures["results fetched"]) > 0
    assert figures["numbers checked"] > 10


def test_another_one_too(tmp_path: Path) -> None:
    assert wrong(live(tmp_path, "1:6", HOURS)) == {}


def test_a_doubled_start_is_found(night: Outcome) -> None:
    job = next(it for it in night.creator.jobs.values() if it.uploads)
    job.carried_out += 1
    assert wrong(night) == {"doubled": [f"{job.label} was started 2 times"]}
    job.carried_out -= 1


def test_a_step_that_is_sent_again_after_no_answer_is_found(night: Outcome) -> None:
    net = night.site.net
    first = next(it for it in net.sent if it.kind == "create")
    net.sent[:0] = [replace(first, end=End.LOST)]
    assert any("once more after no answer" in it for it in wrong(night)["doubled"])
    del net.sent[0]


def test_a_heartbeat_of_the_dead_is_found(night: Outcome) -> None:
    window = night.windows[0]
    assert window.killed is not None
    night.site.pings.append((window.killed + 1.0, window.name))
    assert len(wrong(night)["heartbeat"]) == 1
    night.site.pings.pop()


def test_an_alert_that_is_raised_twice_is_found(night: Outcome) -> None:
    once = next(it for it in night.alerts if it.kind == "started")
    assert "alerts" in wrong(replace(night, alerts=[*night.alerts, once]))


def test_a_result_that_is_missing_is_found(night: Outcome) -> None:
    found = wrong(replace(night, missing=["file1.csv: 3 failed"]))
    assert found == {"results expired unfetched": ["file1.csv: 3 failed"]}


@pytest.mark.parametrize("where", ["success", "left", "calls"])
def test_a_wrong_number_of_the_report_is_found(night: Outcome, where: str) -> None:
    path = night.report.with_suffix(".json")
    text = path.read_text()
    said = json.loads(text)
    numbers, name = (said["calls"], "total") if where == "calls" else (said["sums"], where)
    numbers[name] += 1
    path.write_text(json.dumps(said))
    assert len(wrong(night)["wrong numbers"]) == 1
    path.write_text(text)


def test_a_poll_out_of_the_reserve_is_found(night: Outcome) -> None:
    plan = night.site.plan
    night.site.plan = replace(plan, daily_calls=10)
    assert "reserve" in wrong(night)
    night.site.plan = plan
