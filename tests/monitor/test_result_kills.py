"""Whoever fetches results is ended at every step: no half file is whole, none is fetched twice."""

import asyncio
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.monitor.result_stage import FAILURE, SECRET, UNPROCESSED, FetchStage
from tests.monitor.stage import jobs
from tests.support.virtual_time import run_virtual
from zcbulk_tui.domain.job import JobRef
from zcbulk_tui.domain.result import ResultFile, ResultKind, ResultStage
from zcbulk_tui.errors import ConfigError
from zcbulk_tui.monitor.ports import ResultFolder, ResultWriter
from zcbulk_tui.store.database import Database, open_database

pytestmark = pytest.mark.usefixtures("no_threads")

KINDS = (FAILURE, UNPROCESSED)
RECORDS = {FAILURE: 7, UNPROCESSED: 3}

Step = Callable[[str], None]


class SteppingWriter:
    """A writer that says what it does."""

    def __init__(self, writer: ResultWriter, step: Step) -> None:
        self._writer = writer
        self._step = step

    def write(self, data: bytes) -> None:
        self._step("before a write")
        self._writer.write(data)

    def finish(self) -> ResultFile:
        self._step("before finish")
        file = self._writer.finish()
        self._step("after finish")
        return file

    def discard(self) -> None:
        self._writer.discard()


class SteppingFolder:
    """A folder that says what it does."""

    def __init__(self, folder: ResultFolder, step: Step) -> None:
        self._folder = folder
        self._step = step

    def begin(self, ref: JobRef, kind: ResultKind) -> ResultWriter:
        self._step("before begin")
        return SteppingWriter(self._folder.begin(ref, kind), self._step)

    def find(self, ref: JobRef, kind: ResultKind) -> ResultFile | None:
        self._step("before find")
        found = self._folder.find(ref, kind)
        self._step("after find")
        return found

    def remove(self, ref: JobRef) -> None:
        self._folder.remove(ref)


def stage_in(place: Path, database: Database, step: Step = lambda _: None) -> FetchStage:
    """A stage over a database and a folder, which says at each step that it is there."""
    stage = FetchStage(place / "results", database=database)
    stage.zoho.end("1", success=90, failed=RECORDS[FAILURE], left=RECORDS[UNPROCESSED])
    stage.zoho.reached = step
    stepping = SteppingFolder(stage.folder, step)
    stage.fetcher._download._folder = stepping
    for name in ("change", "keep"):
        written = getattr(stage.results, name)

        def write(*values: object, _written: Callable[..., None] = written) -> None:
            step("before a row")
            _written(*values)
            step("after a row")

        setattr(stage.results, name, write)
    return stage


@contextmanager
def memory(place: Path) -> Iterator[Database]:
    with closing(open_database(place / "state.db", backed_up=False)) as database:
        yield database


def begin(place: Path) -> None:
    with memory(place) as database:
        run_virtual(_listed(database, place))


async def _listed(database: Database, place: Path) -> None:
    FetchStage(place / "results", jobs(1), database=database).context.windows.leave()


def whole_files(place: Path) -> dict[ResultKind, bool]:
    """Which results stand in their place, and whether each is whole."""
    found = {}
    for kind in KINDS:
        for path in place.glob(f"results/*/{kind}.csv"):
            text = path.read_bytes().decode()
            found[kind] = text.count(SECRET) == RECORDS[kind] and text.endswith("wrong\r\n")
    return found


def go_on(place: Path, earlier: list[ResultKind]) -> None:
    """Another process takes over; checks what it makes of it."""
    before = whole_files(place)
    assert all(before.values())

    async def scene(database: Database) -> FetchStage:
        stage = stage_in(place, database)
        async with stage.fetching():
            await asyncio.sleep(45)
        return stage

    with memory(place) as database:
        stage = run_virtual(scene(database))
        later = [kind for _, kind in stage.zoho.asked()]
        assert whole_files(place) == dict.fromkeys(KINDS, True)
        for kind in KINDS:
            result, calls = stage.result("1", kind), (earlier + later).count(kind)
            assert result.stage is ResultStage.ON_DISK
            assert result.file is not None
            assert result.file.records == RECORDS[kind]
            assert later.count(kind) == (0 if kind in before else 1)
            assert calls <= result.tries <= calls + 1


def steps_of(place: Path) -> list[str]:
    """All steps of fetching both results."""
    steps: list[str] = []
    begin(place)

    async def scene(database: Database) -> None:
        async with stage_in(place, database, steps.append).fetching():
            await asyncio.sleep(15)

    with memory(place) as database:
        run_virtual(scene(database))
    return steps


def test_there_are_many_steps(tmp_path: Path) -> None:
    steps = steps_of(tmp_path)
    assert set(steps) == {
        "before find",
        "after find",
        "before begin",
        "before a row",
        "after a row",
        "call begins",
        "answer begins",
        "before a write",
        "bytes",
        "call ended",
        "before finish",
        "after finish",
    }
    assert 30 < len(steps) < 60


@pytest.mark.parametrize("half", [0, 1])
def test_killed_or_cancelled_at_every_step(tmp_path: Path, half: int) -> None:
    count = len(steps_of(tmp_path / "first"))
    begun = tmp_path / "begun"
    begin(begun)
    for number in range(half, count, 2):
        place, left = tmp_path / f"{number}", tmp_path / f"{number} left"
        shutil.copytree(begun, place)
        steps: list[str] = []

        async def scene(
            database: Database,
            place: Path = place,
            left: Path = left,
            steps: list[str] = steps,
            number: int = number,
        ) -> tuple[list[ResultKind], list[ResultKind]]:
            ends = asyncio.Event()
            by_then: list[ResultKind] = []

            def step(name: str) -> None:
                steps.append(name)
                if len(steps) == number + 1:
                    # What is there now is what a process leaves that is killed now.
                    by_then.extend(kind for _, kind in stage.zoho.asked())
                    shutil.copytree(place, left)
                    ends.set()

            stage = stage_in(place, database, step)
            async with stage.fetching():
                await ends.wait()
            assert stage.fetcher._working is None
            return by_then, [kind for _, kind in stage.zoho.asked()]

        with memory(place) as database:
            killed, cancelled = run_virtual(scene(database))
        go_on(left, killed)
        go_on(place, cancelled)


@pytest.mark.parametrize("name", ["change", "keep"])
def test_where_nothing_can_be_written_down_nothing_is_fetched_twice(
    tmp_path: Path, name: str
) -> None:
    begin(tmp_path)

    async def scene(database: Database) -> list[tuple[str, ResultKind]]:
        stage = stage_in(tmp_path, database)
        written, fails = getattr(stage.results, name), True

        def write(*values: object) -> None:
            if fails:
                raise ConfigError("The disk is full")
            written(*values)

        setattr(stage.results, name, write)
        async with stage.fetching():
            await asyncio.sleep(120)
            assert len(stage.zoho.fetched) == (0 if name == "change" else 2)
            fails = False
            await asyncio.sleep(120)
        return stage.zoho.asked()

    with memory(tmp_path) as database:
        assert run_virtual(scene(database)) == [("1", FAILURE), ("1", UNPROCESSED)]
    assert whole_files(tmp_path) == dict.fromkeys(KINDS, True)


def test_two_processes_fetch_each_result_once(tmp_path: Path) -> None:
    begin(tmp_path)

    async def scene(one: Database, other: Database) -> list[tuple[str, ResultKind]]:
        stages = [stage_in(tmp_path, one), stage_in(tmp_path, other)]
        for stage in stages:
            # Both believe that they are the one that polls.
            stage.fetcher._by_itself = lambda: True
        async with stages[0].fetching(), stages[1].fetching():
            await asyncio.sleep(120)
        return [call for stage in stages for call in stage.zoho.asked()]

    with memory(tmp_path) as one, memory(tmp_path) as other:
        calls = run_virtual(scene(one, other))
    assert sorted(calls) == [("1", FAILURE), ("1", UNPROCESSED)]
