"""Publications, and what readers find in what was made of one."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from html.parser import HTMLParser

from prometheus_client import Metric
from prometheus_client.openmetrics import parser as open_parser
from prometheus_client.parser import text_string_to_metric_families as read_older

from tests.support.jobs import NOW
from zcbulk_tui.domain.budget import Budget, DayCalls, Pace, QuotaPlan, Spent
from zcbulk_tui.domain.publication import Publication
from zcbulk_tui.domain.snapshot import JobSnapshot, ServiceSnapshot

PLAN = QuotaPlan(daily_calls=1000, share=1, reserve=20, zone=UTC)
SPENT = Spent(
    Budget(PLAN, DayCalls(date(2026, 3, 11), (7, 0, 0, 0))),
    datetime(2026, 3, 12, tzinfo=UTC),
    Pace.BALANCED,
    Pace.BALANCED,
)
SERVICE = ServiceSnapshot(SPENT, answered=True, changed_at=NOW)

READERS: list[Callable[[str], Iterable[Metric]]] = [
    open_parser.text_string_to_metric_families,
    read_older,
]
"""What reads metrics: as OpenMetrics, and as the older format."""


def publication(
    jobs: Sequence[JobSnapshot], now: datetime = NOW, service: ServiceSnapshot = SERVICE
) -> Publication:
    """What is published of jobs at a moment."""
    return Publication("eu", tuple(jobs), service, now)


@dataclass
class PageReader(HTMLParser):
    """Reads a page: its tags with their attributes, its rows, all of its text.

    Attributes:
        tags: In order.
        rows: The cells of each row, as text; none of the header.
        said: All text but the style.
    """

    tags: list[tuple[str, dict[str, str | None]]] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    said: str = ""
    _inside: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._inside.append(tag)
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        while self._inside and self._inside.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if "style" in self._inside:
            return
        self.said += data
        if self.rows and "table" in self._inside:
            kind = "\n" if self._inside[-1] == "small" else ""
            self.rows[-1][-1] += kind + data.strip("\n")


def read(html: str) -> PageReader:
    """Reads a page."""
    reader = PageReader()
    reader.feed(html)
    reader.close()
    return reader
