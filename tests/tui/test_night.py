"""The key of the night: its form, what the status line shows, and what is said at its end."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.support.jobs import NOW
from tests.support.reports import NIGHT
from tests.tui.stage import Stage
from zcbulk_tui.domain.insertion import QueueStop
from zcbulk_tui.domain.night import ErrorBudget, Night
from zcbulk_tui.errors import UsageError, ZcbulkError
from zcbulk_tui.render.night import mark
from zcbulk_tui.tui import notices
from zcbulk_tui.tui.night_form import NightForm


class InFolder:
    """Takes reports in one folder, and writes none."""

    def path_for(self, until: datetime) -> Path:
        return Path(f"/reports/{until:%d-%H%M}.md")

    def check(self, report: Path) -> None:
        if report.parent != Path("/reports"):
            raise UsageError("There is no folder for it")

    def write(self, night: Night, no_token: ZcbulkError | None) -> None:
        raise AssertionError(night, no_token)


def form(budget: ErrorBudget = ErrorBudget(500, 0.03)) -> NightForm:  # noqa: B008 - a constant
    return NightForm(budget, InFolder(), 2, lambda: NOW, read_only=False)


def typed(**fields: str) -> Mapping[str, str]:
    return {**form().first, **fields}


def test_the_fields_hold_the_settings_at_first() -> None:
    first = form().first
    assert (first["until"], first["failed"], first["share"]) == ("07:00", "500", "3%")
    none = form(ErrorBudget()).first
    assert (none["failed"], none["share"]) == ("off", "off")
    plan = form().plan_of(first)
    assert plan.budget == ErrorBudget(500, 0.03)
    assert str(plan.report) == first["report"]


def test_a_report_that_is_not_named_is_called_after_the_end() -> None:
    plan = form().plan_of(typed(until="2h"))
    assert plan.until == NOW + timedelta(hours=2)
    assert plan.report == InFolder().path_for(plan.until)
    assert form().plan_of(typed(report="/a/b.md")).report == Path("/a/b.md")


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"until": "soon"}, "is no time"),
        ({"failed": "x"}, "is no number of records"),
        ({"share": "200%"}, "is no share"),
        ({"report": "a.json"}, "cannot have the suffix"),
    ],
)
def test_what_is_wrong_stands_where_what_happens_would(fields: dict[str, str], why: str) -> None:
    with pytest.raises(UsageError, match=why):
        form().plan_of(typed(**fields))
    assert why in form().said(typed(**fields))
    assert "2 files are in it" in form().said(typed())


def test_no_night_is_armed_whose_report_has_no_folder() -> None:
    assert form().armed(typed(report="/reports/a.md")).report == Path("/reports/a.md")
    with pytest.raises(UsageError, match="There is no folder"):
        form().armed(typed(report="/elsewhere/a.md"))


def test_a_home_that_nobody_has_is_no_home() -> None:
    report = form().plan_of(typed(report="~nobody-of-this-name/a.md")).report
    assert report == Path.cwd() / "~nobody-of-this-name" / "a.md"
    assert "~nobody-of-this-name" in form().said(typed(report="~nobody-of-this-name/a.md"))


def test_a_night_of_days_says_its_date() -> None:
    now = datetime(2026, 3, 11, 12, tzinfo=UTC)
    assert mark(NIGHT._replace(until=now + timedelta(hours=23)), now).count(" on ") == 0
    assert mark(NIGHT._replace(until=now + timedelta(days=3)), now).endswith(" on 14 Mar")


def test_a_stop_of_the_queue_and_its_end_are_said_once_each() -> None:
    stop = QueueStop(NOW, "512 of 9,800 records failed", "error budget")
    (said,) = notices.queue_stop(None, stop)
    assert isinstance(said, notices.Toast)
    assert "512 of 9,800 records failed. n shows the queue." in said.text
    assert notices.queue_stop(stop, stop) == []
    assert notices.queue_stop(None, None) == []
    assert len(notices.queue_stop(stop, None)) == 1
    assert "/reports/night.md" in notices.night_ended(NIGHT._replace(reported_at=NOW)).text


async def test_w_arms_a_night_shows_it_and_disarms_it_also_where_nothing_is_sent() -> None:
    stage = Stage(read_only=True)
    async with stage.open(toasts=True):
        here = stage.screen.workspace.here
        await stage.press("W")
        assert "Arm a night" in " ".join(stage.text())
        await stage.press("enter")
        await stage.until(lambda: here.night is not None)
        assert "night until 07:00" in stage.text()[0]
        await stage.press("W")
        assert "Disarm the night until 07:00?" in " ".join(stage.text())
        await stage.press("n")
        assert here.night is not None
        await stage.press("W", "y")
        await stage.until(lambda: here.night is None)
        assert "night until" not in stage.text()[0]
        await stage.until(lambda: "The report is in" in " ".join(stage.text()))
