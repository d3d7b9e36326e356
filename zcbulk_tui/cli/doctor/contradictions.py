"""The doctor on answers that were not as known: each was noted, and is said again for a while."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from zcbulk_tui.cli.doctor.findings import Finding, Grade, failure
from zcbulk_tui.cli.state import memory_file, open_memory
from zcbulk_tui.config.settings import Settings
from zcbulk_tui.domain.commands import command
from zcbulk_tui.domain.records import EventKind, JobEvent
from zcbulk_tui.errors import ConfigError
from zcbulk_tui.store.archive import Archive

_SUBJECT = "contradiction"

_SAID_FOR = timedelta(days=7)


def check(settings: Settings) -> Iterator[Finding]:
    """Returns a line for each answer of the last week that contradicted what was known."""
    if not memory_file().exists():
        return
    try:
        with open_memory(is_only_read=True) as database:
            log = Archive(database, settings.profile).log(since=datetime.now(UTC) - _SAID_FOR)
    except ConfigError as error:
        yield failure(_SUBJECT, error)
        return
    for record in reversed(log):
        if isinstance(record, JobEvent) and record.kind is EventKind.CONTRACT:
            yield Finding(
                _SUBJECT,
                Grade.WARN,
                f"{record.at.astimezone():%Y-%m-%d %H:%M}: {record.text}.",
                "What was seen last counts. To find the rest out anew: "
                f"{command('doctor --probe', settings.profile)}",
            )
