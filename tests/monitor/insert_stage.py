"""A monitor with its queue of files, and an API that creates jobs and takes their files."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from itertools import count

from tests.monitor.stage import AMPLE, ScriptedApi, Stage
from tests.support.contexts import PROFILE
from tests.support.virtual_time import run_virtual, virtual_now
from zcbulk_tui.domain.budget import QuotaPlan
from zcbulk_tui.domain.call_limits import Slot as CallSlot
from zcbulk_tui.domain.contract import UNKNOWN, Contract
from zcbulk_tui.domain.form import FormRef
from zcbulk_tui.domain.insertion import Insertion, QueuedFile
from zcbulk_tui.domain.insertion import Stage as Where
from zcbulk_tui.domain.job import Action, JobRef, JobState
from zcbulk_tui.domain.upload import CreatedJob, UploadFile
from zcbulk_tui.errors import Answer, ZcbulkError
from zcbulk_tui.monitor.events import QueueChanged
from zcbulk_tui.monitor.insert_queue import InsertQueue
from zcbulk_tui.store.insertions import Insertions

S = JobState

JOB_ID = "3888833000000114027"


class InsertingApi(ScriptedApi):
    """Creates jobs and takes their files; what was scripted to fail, fails."""

    def __init__(self) -> None:
        super().__init__(now=virtual_now)
        self.steps: list[tuple[str, str]] = []
        self.create_answers: deque[ZcbulkError] = deque()
        self.upload_answers: deque[ZcbulkError] = deque()
        self.upload_waits = 0.0
        self.upload_lasts = 4.0
        self._ids = count(int(JOB_ID))

    async def create(self, form: FormRef, slot: CallSlot) -> CreatedJob:
        async with slot("POST create") as call:
            self.steps.append(("create", form.form))
            await asyncio.sleep(self.latency)
            if self.create_answers:
                raise self.create_answers.popleft()
            made = CreatedJob(str(next(self._ids)), Answer(200, 3000, "Job created successfully"))
            self.script(made.job_id, S.READY)
            self.commands.append("Job started successfully")
            call(made.answer)
            return made

    async def upload(
        self, ref: JobRef, file: UploadFile, slot: CallSlot, on_progress: Callable[[int], None]
    ) -> Answer:
        await asyncio.sleep(self.upload_waits)
        async with slot("POST upload") as call:
            self.steps.append(("upload", ref.job_id))
            for part in range(1, 5):
                await asyncio.sleep(self.upload_lasts / 4)
                on_progress(file.size * part // 4)
            if self.upload_answers:
                raise self.upload_answers.popleft()
            said = Answer(200, 3000, "File uploaded successfully")
            call(said)
            return said

    async def control(self, ref: JobRef, action: Action, slot: CallSlot) -> Answer:
        self.steps.append((action.value, ref.job_id))
        before = self.sent(action)
        try:
            return await super().control(ref, action, slot)
        finally:
            if self.sent(action) > before:
                self.script(ref.job_id, S.IN_PROGRESS)

    def answers_to(self, step: str) -> deque[ZcbulkError]:
        return self.create_answers if step == "create" else self.upload_answers

    def names(self) -> list[str]:
        return [name for name, _ in self.steps]


class QueueStage(Stage):
    """A monitor with its queue."""

    def __init__(
        self,
        *insertions: Insertion,
        stage: Stage | None = None,
        quota_plan: QuotaPlan = AMPLE,
        contract: Contract = UNKNOWN,
    ) -> None:
        self.inserting = InsertingApi()
        database = stage.database if stage else None
        super().__init__(
            api=self.inserting,
            quota_plan=quota_plan,
            database=database,
            contract=lambda _: contract,
        )
        self.judge: Callable[[], object] = lambda: None
        self.insertions = Insertions(self.database, PROFILE)
        if stage is None:
            self.insertions.add(insertions)
        self.queue = InsertQueue(
            self.inserting,
            self.monitor,
            self.context,
            self.quota,
            self.insertions,
            self,
            now=virtual_now,
            works=lambda: self.monitor.polls_for_all,
            judge=lambda: self.judge(),
        )

    @asynccontextmanager
    async def working(self) -> AsyncIterator[None]:
        async with self.running():
            task = asyncio.create_task(self.queue.run())
            try:
                yield
            finally:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task

    @property
    def files(self) -> tuple[QueuedFile, ...]:
        """The queue as it was published last."""
        return [it for it in self.events if isinstance(it, QueueChanged)][-1].files

    def found(self, key: str) -> Insertion:
        found = self.insertions.find(key)
        assert found is not None
        return found

    def stages(self) -> list[Where]:
        return [file.stage for file in self.files]


def after(
    seconds: float, *insertions: Insertion, api: Callable[[InsertingApi], None]
) -> QueueStage:
    """Returns the stage after some seconds of work."""

    async def scene() -> QueueStage:
        stage = QueueStage(*insertions)
        api(stage.inserting)
        async with stage.working():
            await asyncio.sleep(seconds)
        return stage

    return run_virtual(scene())


def as_it_is(_: InsertingApi) -> None:
    """Everything succeeds."""
