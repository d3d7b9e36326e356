"""A monitor with its fetcher of results, an API that has some, and a folder for them."""

import asyncio
import io
import zipfile
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from tests.monitor.stage import AMPLE, ScriptedApi, Stage
from tests.support.contexts import PROFILE
from tests.support.virtual_time import virtual_now
from zcbulk_tui.data.result_folder import ResultFolder
from zcbulk_tui.domain.budget import QuotaPlan
from zcbulk_tui.domain.call_limits import Slot
from zcbulk_tui.domain.job import Counts, JobReading, JobRef, JobState, WatchedJob
from zcbulk_tui.domain.records import EventKind
from zcbulk_tui.domain.result import Result, ResultKind, ResultStage
from zcbulk_tui.errors import Answer, ZcbulkError
from zcbulk_tui.monitor.events import ResultChanged
from zcbulk_tui.monitor.result_fetcher import ResultFetcher
from zcbulk_tui.store.database import Database
from zcbulk_tui.store.results import Results

FAILURE, UNPROCESSED, SUCCESS = ResultKind.FAILURE, ResultKind.UNPROCESSED, ResultKind.SUCCESS

SECRET = "Anna Kournikova"
"""A cell of all results, which nothing but their files may hold."""


def zipped(records: int, name: str = "result.csv") -> bytes:
    """A result as Zoho makes it, with so many records."""
    rows = "".join(f"{SECRET} {number},wrong\r\n" for number in range(records))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, f"Name,Reason\r\n{rows}")
    return packed.getvalue()


class ResultsApi(ScriptedApi):
    """Jobs that have ended, each with what failed and what was not reached.

    Attributes:
        fetched: The jobs and kinds that were called for, with when.
        results: What comes for each job and kind, one after the other: an error, or bytes; the last
            holds on. Without it, as many records as are counted.
        reached: Called at each step of a call; for those that break off there.
    """

    def __init__(self) -> None:
        super().__init__(now=virtual_now)
        self.ended: dict[str, tuple[JobState, Counts]] = {}
        self.fetched: list[tuple[str, ResultKind, float]] = []
        self.results: dict[tuple[str, ResultKind], deque[ZcbulkError | bytes]] = {}
        self.before_slot: ZcbulkError | None = None
        self.reached: Callable[[str], None] = lambda _: None

    def end(
        self,
        job_id: str,
        *,
        success: int | None = 0,
        failed: int | None = 0,
        left: int | None = 0,
        state: JobState = JobState.COMPLETED,
    ) -> None:
        known = None not in (success, failed, left)
        total = (success or 0) + (failed or 0) + (left or 0) if known else None
        self.ended[job_id] = (state, Counts(total, success, failed, left))

    async def _status(self, ref: JobRef) -> JobReading:
        if ref.job_id not in self.ended:
            return await super()._status(ref)
        async with self._call(ref, None):
            state, counts = self.ended[ref.job_id]
        return JobReading(state, state.value, counts, self.now())

    async def result(
        self, ref: JobRef, kind: ResultKind, write: Callable[[bytes], None], slot: Slot
    ) -> Answer:
        if self.before_slot is not None:
            raise self.before_slot
        self.reached("call begins")
        async with slot(f"GET result {kind}") as call:
            self.fetched.append((ref.job_id, kind, asyncio.get_running_loop().time()))
            await asyncio.sleep(self.latency)
            self.reached("answer begins")
            data = self._next(ref, kind)
            for start in range(0, len(data), 64):
                write(data[start : start + 64])
                await asyncio.sleep(0.01)
                self.reached("bytes")
            said = Answer(200)
            call(said)
        self.reached("call ended")
        return said

    def _next(self, ref: JobRef, kind: ResultKind) -> bytes:
        answers = self.results.get((ref.job_id, kind))
        if answers is None:
            counts = self.ended[ref.job_id][1]
            figures = {FAILURE: counts.failed, UNPROCESSED: counts.left, SUCCESS: counts.success}
            return zipped(figures[kind] or 0)
        answer = answers[0] if len(answers) == 1 else answers.popleft()
        if isinstance(answer, ZcbulkError):
            raise answer
        return answer

    def answer(self, job_id: str, kind: ResultKind, *answers: ZcbulkError | bytes) -> None:
        self.results[job_id, kind] = deque(answers)

    def asked(self) -> list[tuple[str, ResultKind]]:
        return [(job_id, kind) for job_id, kind, _ in self.fetched]

    def asked_at(self) -> list[float]:
        """When results were called for, in whole seconds after the first."""
        return [round(at - self.fetched[0][2]) for _, _, at in self.fetched]


class FetchStage(Stage):
    """A monitor with its fetcher of results."""

    def __init__(
        self,
        folder: Path,
        jobs: Sequence[WatchedJob] = (),
        *,
        database: Database | None = None,
        quota_plan: QuotaPlan = AMPLE,
        by_itself: bool = True,
    ) -> None:
        self.zoho = ResultsApi()
        super().__init__(jobs, api=self.zoho, database=database, quota_plan=quota_plan)
        self.results = Results(self.database, PROFILE)
        self.folder = ResultFolder(folder, virtual_now)
        self.fetcher = ResultFetcher(
            self.zoho,
            self.monitor,
            self.context,
            self.quota,
            self.results,
            self.folder,
            self,
            now=virtual_now,
            by_itself=lambda: self.monitor.polls_for_all and by_itself,
            luck=lambda: 1.0,
        )

    @asynccontextmanager
    async def fetching(self) -> AsyncIterator["FetchStage"]:
        async with self.running():
            task = asyncio.create_task(self.fetcher.run())
            try:
                yield self
            finally:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task

    def result(self, job_id: str, kind: ResultKind = FAILURE) -> Result:
        """What is known of a result, as it is written down."""
        (found,) = [it for it in self.results.all() if it.ref.job_id == job_id and it.kind is kind]
        return found

    def stages(self) -> dict[tuple[str, ResultKind], ResultStage]:
        return {(it.ref.job_id, it.kind): it.stage for it in self.results.all()}

    def published(self) -> list[ResultChanged]:
        return [it for it in self.events if isinstance(it, ResultChanged)]

    def said(self) -> list[str]:
        """What the log has of results, oldest first."""
        sql = "SELECT text FROM events WHERE kind = ? ORDER BY id"
        return [text for (text,) in self.database.rows(sql, (EventKind.RESULT.value,))]
