"""Processes that use one file at once; they load nothing but what they use."""

import multiprocessing
from collections.abc import Callable, Iterable
from contextlib import closing
from datetime import date, datetime
from multiprocessing.synchronize import Barrier
from pathlib import Path

from zcbulk_tui.domain.budget import Cause
from zcbulk_tui.store.database import open_database
from zcbulk_tui.store.opening import open_store
from zcbulk_tui.store.quota import CallLedger


def run_together(work: Callable[..., None], each: Iterable[tuple[object, ...]]) -> None:
    """Does the work in processes that begin at once: each with its arguments, and a barrier."""
    context = multiprocessing.get_context("spawn")
    arguments = list(each)
    together = context.Barrier(len(arguments))
    processes = [context.Process(target=work, args=(*some, together)) for some in arguments]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
        assert process.exitcode == 0


def count_many(path: Path, cause: Cause, today: date, together: Barrier) -> None:
    """Counts 300 calls."""
    with closing(open_database(path)) as database:
        ledger = CallLedger(database, "default")
        together.wait(60)
        for _ in range(300):
            ledger.count(today, cause)
        while ledger.trouble:  # the other one held it for long: what is pending is paid now
            ledger.day(today)


def open_and_add(path: Path, number: int, now: datetime, together: Barrier) -> None:
    """Opens the store, and counts a call for a profile of its own."""
    together.wait(60)
    with closing(open_store(path, now).database) as store:
        store.connection.execute("PRAGMA busy_timeout = 20000")
        CallLedger(store, f"process {number}").count(now.date(), Cause.KEY)
