"""What a profile on the dashboard comes to life with, once the first frame is out."""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from zcbulk_tui.cli import alerting, context, failing, places, state
from zcbulk_tui.cli.client import make_client
from zcbulk_tui.cli.context import now
from zcbulk_tui.cli.contracts import form_contract, observe_columns, window_watch
from zcbulk_tui.cli.local_files import LocalFiles, file_work
from zcbulk_tui.cli.report_writer import night_reports
from zcbulk_tui.config.settings import Settings
from zcbulk_tui.domain.budget import Cause
from zcbulk_tui.domain.form import FormRef
from zcbulk_tui.domain.job import JobRef, WatchedJob
from zcbulk_tui.domain.night import ErrorBudget
from zcbulk_tui.monitor.alerts import Alerts, profile_sources
from zcbulk_tui.monitor.clock import awake_and_asleep
from zcbulk_tui.monitor.events import Sink
from zcbulk_tui.monitor.form_lists import FormLists
from zcbulk_tui.monitor.insert_queue import InsertQueue
from zcbulk_tui.monitor.monitor import Monitor
from zcbulk_tui.monitor.night import NightWatch
from zcbulk_tui.monitor.parts import Part, alone
from zcbulk_tui.monitor.result_fetcher import ResultFetcher
from zcbulk_tui.store.alerts import AlertStore
from zcbulk_tui.store.archive import Archive
from zcbulk_tui.store.database import Database
from zcbulk_tui.store.insertions import Insertions
from zcbulk_tui.store.meta_cache import MetaCache
from zcbulk_tui.store.nights import Nights
from zcbulk_tui.store.results import Results
from zcbulk_tui.tui.connection import Connection
from zcbulk_tui.tui.inserting import Inserting, OnProgress

if TYPE_CHECKING:  # loaded with what reads failures
    from zcbulk_tui.data.result_columns import ResultColumns
    from zcbulk_tui.tui.failing import FailureRows


def connect(
    settings: Settings,
    database: Database,
    jobs: Sequence[WatchedJob] | None,
    sink: Sink,
    not_saved: list[str],
) -> Connection:
    """Returns the connection of a profile.

    Args:
        settings: Those of the profile.
        database: The memory; is closed with the connection.
        jobs: The jobs to watch; None for the watch list.
        sink: Where the monitor's events go.
        not_saved: Takes a sentence when the connection is closed and something was not written.

    Raises:
        ZcbulkError: A setting cannot be used.
    """
    watch = window_watch(settings, database, sink)
    client, network = make_client(settings, watch)
    shared = context.window_context(settings, database, jobs)._replace(contract=watch.known)
    quota = context.quota_tracker(settings, database)
    monitor = Monitor(
        client,
        sink,
        shared,
        quota,
        read_only=settings.read_only,
        is_signed_in=partial(state.seems_signed_in, settings),
        elapsed=awake_and_asleep(),
    )
    night = NightWatch(
        monitor,
        shared,
        Nights(database, settings.profile),
        night_reports(settings, database),
        sink,
        now=now,
        default_budget=ErrorBudget(settings.night.stop_failed, settings.night.stop_share),
    )
    queue = InsertQueue(
        client,
        monitor,
        shared,
        quota,
        Insertions(database, settings.profile),
        sink,
        now=now,
        works=lambda: monitor.polls_for_all and not settings.read_only,
        judge=night.judge,
    )
    results = failing.result_folder()
    fetcher = ResultFetcher(
        client,
        monitor,
        shared,
        quota,
        Results(database, settings.profile),
        results,
        sink,
        now=now,
        by_itself=lambda: monitor.polls_for_all and settings.results.fetch,
    )
    raised = AlertStore(database, settings.profile)
    alerts = Alerts(
        raised,
        profile_sources(monitor, quota, queue, Results(database, settings.profile)),
        shared.memory,
        sink,
        rules=alerting.alert_rules(settings),
        now=now,
        polls=lambda: monitor.polls_for_all,
        channels=alerting.channels(settings, network),
        quiet_hours=alerting.quiet_hours(settings),
        alone=lambda: shared.windows.status.windows == 1,
    )
    lists = FormLists(client, monitor.calls, quota, MetaCache(database), Cause.KEY, now)
    files = LocalFiles(
        state.memory_file().parent / "uploads",
        shared.operator,
        now,
        partial(form_contract, settings),
    )
    outward: Sequence[Part] = ()
    if places.are_set(settings):
        # The page and its figures are loaded where one is to be written.
        from zcbulk_tui.cli import publishing

        outward = publishing.parts(
            settings,
            monitor,
            shared,
            network,
            files=lambda: queue.files or (),
            is_red=lambda: alerting.is_red(raised),
            now=now,
        )
    context.thin_in_background(settings, database)
    failing.remove_old_in_background(settings, database)

    async def close() -> None:
        database.close()
        if database.trouble:
            pending = database.pending_writes
            lost = f"The last {pending} entries are lost. " if pending else ""
            not_saved.append(f"{lost}{database.trouble}")
        await network.aclose()

    def note_columns(ref: JobRef, columns: "ResultColumns") -> None:
        observe_columns(settings, ref.origin, columns)

    def open_failures(ref: JobRef, on_progress: OnProgress) -> "FailureRows":
        work = file_work()
        return work.opener(work.files_on_disk(settings, results), note_columns)(ref, on_progress)

    def expected(form: FormRef, records: int) -> str:
        return file_work().teller(shared.memory.form_past, lambda: quota.pace)(form, records)

    archive = Archive(database, settings.profile)
    return Connection(
        monitor,
        shared.memory.recall(),
        archive,
        close,
        Inserting(queue, lists, files, expected),
        failing.JobFailures(fetcher, open_failures),
        night,
        alone((queue, fetcher, alerts, night, *outward), monitor, shared, sink, now),
    )
