"""What the dialog about a night asks, and the night that is made of its fields."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from zcbulk_tui.domain.insertion import QueueStop
from zcbulk_tui.domain.night import ErrorBudget, Night, NightPlan, percent
from zcbulk_tui.domain.night_text import read_failed, read_report, read_share, read_until
from zcbulk_tui.errors import UsageError
from zcbulk_tui.render.night import about, end, what_happens
from zcbulk_tui.tui.question import Question
from zcbulk_tui.user_files import whole_path

if TYPE_CHECKING:
    from zcbulk_tui.monitor.ports import NightReports

ASKED = {
    "until": ("Until", "07:00, 2026-12-01T07:00, or a span: 8h"),
    "failed": ("Most failed", "so many records, or off"),
    "share": ("Failed share", "as in 3%, or off"),
    "report": ("Report", "a Markdown file; JSON goes beside it"),
}
"""Labels and placeholders of the fields."""

_MORNING = "07:00"
"""When a night ends of which nothing else is said."""


class NightForm:
    """The fields of a night that is to be armed.

    Args:
        budget: The limits at first.
        reports: Writes the report; says where it goes of a night that ends at a moment.
        files: How many are in the queue.
        read_only: Whether this profile sends nothing.
        now: The time of day; aware.

    Attributes:
        first: What stands in the fields of `ASKED` at first.
    """

    def __init__(
        self,
        budget: ErrorBudget,
        reports: "NightReports",
        files: int,
        now: Callable[[], datetime],
        *,
        read_only: bool,
    ) -> None:
        self._reports = reports
        self._files = files
        self._now = now
        self._read_only = read_only
        self.first = {
            "until": _MORNING,
            "failed": "off" if budget.failed is None else f"{budget.failed:,}",
            "share": "off" if budget.share is None else f"{percent(budget.share)}%",
            "report": str(reports.path_for(read_until(_MORNING, now()))),
        }

    def plan_of(self, typed: Mapping[str, str]) -> NightPlan:
        """Returns the night of some fields; a report that was not named is called after its end.

        Raises:
            UsageError: A field makes no sense.
        """
        until = read_until(typed["until"], self._now())
        budget = ErrorBudget(read_failed(typed["failed"]), read_share(typed["share"]))
        if typed["report"].strip() in ("", self.first["report"]):
            return NightPlan(until, budget, self._reports.path_for(until))
        return NightPlan(until, budget, whole_path(read_report(typed["report"])))

    def armed(self, typed: Mapping[str, str]) -> NightPlan:
        """Returns the night of some fields, whose report can be written as far as that is seen now.

        Raises:
            UsageError: A field makes no sense, or the report has no folder.
        """
        plan = self.plan_of(typed)
        self._reports.check(plan.report)
        return plan

    def said(self, typed: Mapping[str, str]) -> str:
        """Returns what will happen, or what is wrong with the fields."""
        try:
            plan = self.plan_of(typed)
        except UsageError as error:
            return str(error)
        said = what_happens(plan, self._files, self._now(), read_only=self._read_only)
        return "\n".join(said)


def disarm(night: Night, stop: QueueStop | None, now: datetime) -> Question:
    """Shows a night that is armed, and asks whether to disarm it."""
    return Question(
        f"Disarm the night until {end(night, now)}?",
        [
            *about(night, now, stop=stop),
            "When it is disarmed, its report is written at once, and failures no longer stop the "
            "queue.",
        ],
        yes="Disarm",
    )
