"""A dashboard's connection beside a simulator: it publishes, and sends its heartbeat."""

import asyncio
import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.render.published import READERS, read
from tests.support import json_outputs
from tests.support.commands import CANARY, PATIENCE
from tests.support.jobs import NOW
from tests.support.stub_server import Reply, Request, StubServer
from zcbulk_tui.channels.page_folder import PageFolder
from zcbulk_tui.cli import dashboard
from zcbulk_tui.config import load
from zcbulk_tui.domain.job import Environment, JobRef, WatchedJob
from zcbulk_tui.domain.publication import MARKS
from zcbulk_tui.monitor.events import Event
from zcbulk_tui.simulator.creator import Creator
from zcbulk_tui.simulator.scenarios import build
from zcbulk_tui.simulator.server import LoopbackServer


class Events:
    def publish(self, event: Event) -> None:
        """Takes an event."""


def watched_jobs(creator: Creator, origin: str) -> list[WatchedJob]:
    """The simulated jobs, added by somebody."""
    found = []
    for job in creator.jobs.values():
        at = job.address
        ref = JobRef(origin, at.owner, at.app, at.form, job.id, Environment(at.environment))
        found.append(WatchedJob(ref, job.label, NOW, added_by="anna@jump1, key a"))
    return found


async def test_it_publishes_what_it_reads_and_is_heard_outside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loop, all_read, heard = asyncio.get_running_loop(), asyncio.Event(), asyncio.Event()
    write = PageFolder.write

    def write_and_tell(self: PageFolder, files: Mapping[str, str]) -> None:
        write(self, files)
        if all(job["read_at"] for job in json.loads(files["jobs.json"])["jobs"]):
            loop.call_soon_threadsafe(all_read.set)

    def hear(_: Request) -> Reply:
        loop.call_soon_threadsafe(heard.set)
        return Reply(200)

    monkeypatch.setattr(PageFolder, "write", write_and_tell)
    monkeypatch.setattr(dashboard, "_check_terminal", lambda: None)
    monkeypatch.setattr("zcbulk_tui.monitor.publisher.EVERY", 0.1)
    monkeypatch.setenv("ZCBULK_ACCESS_TOKEN", CANARY)
    monkeypatch.setenv("ZCBULK_PUBLISH_DIRECTORY", str(tmp_path))
    creator = build("steady", token=CANARY)
    with LoopbackServer(creator) as zoho, StubServer(hear) as outside:
        monkeypatch.setenv("ZCBULK_BASE_URL", zoho.base_url)
        monkeypatch.setenv("ZCBULK_HEARTBEAT_URL", f"{outside.url}/ping/s3cret")
        jobs = watched_jobs(creator, zoho.base_url)
        connection = dashboard.profile_spec(load.read(), jobs).connect(Events())
        connection.monitor.watch(connection.jobs)
        runs = (connection.monitor.run, *connection.tasks)
        tasks = [asyncio.create_task(run()) for run in runs]
        try:
            async with asyncio.timeout(PATIENCE):
                await all_read.wait()
                await heard.wait()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await connection.close()
    assert {request.path for request in outside.requests} == {"/ping/s3cret"}
    files = {
        name: (tmp_path / name).read_text(encoding="utf-8")
        for name in ("index.html", "jobs.json", "metrics.txt")
    }
    assert all(text.startswith(MARKS[name]) for name, text in files.items())
    found = json.loads(files["jobs.json"])
    json_outputs.check_value("published", found)
    assert len(list(READERS[0](files["metrics.txt"]))) > 10
    rows = read(files["index.html"]).rows[1 : len(jobs) + 1]
    labels = [job.label for job in jobs]
    assert [row[0].partition("\n")[0] for row in rows] == labels
    assert [job["label"] for job in found["jobs"]] == labels
    owner = jobs[0].ref.owner
    for secret in (CANARY, "s3cret", zoho.base_url, "anna", "jump1", owner):
        assert not any(secret in text for text in files.values()), secret
