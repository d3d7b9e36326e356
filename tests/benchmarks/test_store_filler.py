"""The memory that is measured is one that the program can use."""

from contextlib import closing
from datetime import timedelta
from pathlib import Path

from tests.benchmarks.feeder_jobs import watched_jobs
from tests.benchmarks.store_filler import fill
from tests.support.jobs import NOW
from zcbulk_tui.store.database import open_database
from zcbulk_tui.store.recall import load_watch_list


def test_every_job_has_its_readings_within_the_last_60_days(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    fill(path, "orders", 3, 301, NOW)
    with closing(open_database(path)) as database:
        found = load_watch_list(database, "orders")
        counted = database.rows("SELECT job, count(*) FROM readings GROUP BY job")
    assert [snapshot.ref for snapshot in found] == [job.ref for job in watched_jobs(3)]
    last = [reading for snapshot in found for reading in snapshot.readings]
    assert len(last) == 3
    assert all(reading.state.is_final for reading in last)
    assert all(NOW - timedelta(days=60) <= reading.read_at <= NOW for reading in last)
    assert [count for _, count in counted] == [101, 100, 100]
