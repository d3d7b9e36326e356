"""Two short nights with faults; and what would be wrong with one is found."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.benchmarks.night_judge import judge
from tests.benchmarks.night_wire import End
from tests.benchmarks.night_world import Outcome
from tests.benchmarks.nights import live

HOURS = 1.0


def wrong(out: Outcome) -> dict[str, list[str]]:
    return dict(judge(out).wrong)


def said_otherwise(out: Outcome, change: Callable[[dict[str, Any]], None]) -> dict[str, list[str]]:
    """Returns what is wrong where the report says something else."""
    path = out.report.with_suffix(".json")
    text = path.read_text()
    said = json.loads(text)
    change(said)
    path.write_text(json.dumps(said))
    found = wrong(out)
    path.write_text(text)
    return found


def test_a_night_with_lost_answers_is_all_right(tmp_path: Path) -> None:
    verdict = judge(live(tmp_path, "1:15", HOURS))
    assert dict(verdict.wrong) == {}
    assert min(verdict.figures[it] for it in ("kills", "steps without an answer")) > 0


def test_what_would_be_wrong_with_a_night_is_found(tmp_path: Path) -> None:
    night = live(tmp_path, "1:25", HOURS)
    verdict = judge(night)
    assert dict(verdict.wrong) == {}
    figures = verdict.figures
    assert min(figures["kills"], figures["reports checked"], figures["results fetched"]) > 0
    assert figures["numbers checked"] > 20

    job = next(it for it in night.creator.jobs.values() if it.uploads)
    job.carried_out += 1
    assert wrong(night) == {"doubled": [f"{job.label} was started 2 times"]}
    job.carried_out -= 1

    net, site = night.site.net, night.site
    net.sent.insert(0, replace(next(it for it in net.sent if it.kind == "create"), end=End.LOST))
    assert any("once more after no answer" in it for it in wrong(night)["doubled"])
    del net.sent[0]

    dead = night.windows[0]
    assert dead.killed is not None
    site.pings.append((dead.killed + 1.0, dead.name))
    assert len(wrong(night)["heartbeat"]) == 1
    site.pings.pop()

    plan, site.plan = site.plan, site.plan._replace(daily_calls=10)
    site.net.spans, spans = [], site.net.spans  # so that each call is known to have been counted
    assert "reserve" in wrong(night)
    site.plan, site.net.spans = plan, spans

    site.reports *= 2
    assert set(wrong(night)) == {"reports"}
    site.reports.pop()

    once = next(it for it in night.alerts if it.kind == "started")
    assert set(wrong(replace(night, alerts=[*night.alerts, once]))) == {"alerts"}
    missing = ["file1.csv: 3 failed"]
    assert wrong(replace(night, missing=missing)) == {"results expired unfetched": missing}

    for change in (
        lambda said: said["sums"].update(success=1),
        lambda said: said["sums"].update(left=1),
        lambda said: said["calls"].update(total=1),
    ):
        assert len(said_otherwise(night, change)["wrong numbers"]) == 1
    found = said_otherwise(night, lambda said: said["jobs"][0]["last"].update(failed=-1))
    assert any(it.startswith("failed of") for it in found["wrong numbers"])
    assert "needs a person" in said_otherwise(night, lambda said: said.update(needs_person=[]))
