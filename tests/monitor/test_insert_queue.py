"""The queue of files: each step once, one file a form, and the user decides what is not known."""

import asyncio
import os
from collections import deque
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest

from tests.monitor.insert_stage import JOB_ID, InsertingApi, QueueStage, S, after, as_it_is
from tests.support.insertions import FORM, OTHER_FORM, insertion
from tests.support.jobs import NOW, watched
from tests.support.virtual_time import run_virtual
from zcbulk_tui.domain.control import Outcome
from zcbulk_tui.domain.insertion import Insertion, Step, StepRecord
from zcbulk_tui.domain.insertion import Stage as Where
from zcbulk_tui.domain.job import JobState
from zcbulk_tui.errors import (
    Answer,
    ConfigError,
    HeldError,
    RefusedError,
    SignedOutError,
    UnclearError,
    UndocumentedError,
    UnreachableError,
    ZcbulkError,
)
from zcbulk_tui.monitor.events import QueueChanged
from zcbulk_tui.store.insertions import Insertions

pytestmark = pytest.mark.usefixtures("alone")


@pytest.fixture(autouse=True)
def files_are_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """The files of these tests are names only."""
    monkeypatch.setattr("zcbulk_tui.monitor.insert_steps._why_not_uploaded", lambda _: None)


def test_a_file_becomes_a_running_job_on_the_list_in_three_calls() -> None:
    stage = after(10, insertion(), api=as_it_is)
    assert stage.inserting.names() == ["create", "upload", "start"]
    (job,) = stage.list.jobs()
    assert (job.label, job.added_by) == ("File one", "anna@jump1, insert")
    assert job.created_at is not None
    assert stage.job.state is S.IN_PROGRESS
    assert len(stage.inserting.times(job.ref.job_id)) == 1
    assert stage.files == ()
    done = stage.insertions.of_job(job.ref)
    assert done is not None
    assert (done.is_over, done.job_id) == (True, job.ref.job_id)


def test_a_file_that_is_not_to_be_started_stays_uploaded() -> None:
    stage = after(10, insertion(starts=False), api=as_it_is)
    assert stage.inserting.names() == ["create", "upload"]
    assert stage.files == ()


def test_how_much_has_left_is_reported_with_its_rate() -> None:
    stage = after(10, insertion(), api=as_it_is)
    sent = [
        (file.sent, file.rate)
        for event in stage.events
        if isinstance(event, QueueChanged)
        for file in event.files
        if file.sent
    ]
    assert sent[0] == (250_000, 250_000.0)
    assert sent[-1][0] == 1_000_000
    assert sent[-1][1] == pytest.approx(250_000)


def test_files_for_one_form_wait_for_its_slot_and_others_do_not() -> None:
    files = (insertion("one"), insertion("two"), insertion("other", OTHER_FORM))
    stage = after(10, *files, api=as_it_is)
    assert stage.inserting.names().count("create") == 2
    (waiting,) = stage.files
    assert (waiting.insertion.key, waiting.stage) == ("two", Where.WAITS)
    assert waiting.slot.taken_by == "File one"


@pytest.mark.parametrize(("longest", "calls"), [(timedelta(0), 1), (timedelta(hours=1), 0)])
def test_the_job_in_the_way_is_read_unless_somebody_just_has(
    longest: timedelta, calls: int
) -> None:
    async def scene() -> int:
        stage = QueueStage(insertion("one"), insertion("two"))
        async with stage.working():
            await asyncio.sleep(10)
            before = len(stage.api.calls)
            stage.queue.read_slots(longest)
            await asyncio.sleep(0.5)
            return len(stage.api.calls) - before

    assert run_virtual(scene()) == calls


def test_the_next_file_is_created_when_the_job_before_it_has_completed() -> None:
    async def scene() -> QueueStage:
        stage = QueueStage(insertion("one"), insertion("two"))
        async with stage.working():
            await asyncio.sleep(10)
            assert stage.inserting.names() == ["create", "upload", "start"]
            (job,) = stage.list.jobs()
            stage.inserting.script(job.ref.job_id, S.COMPLETED)
            await asyncio.sleep(30)
        return stage

    stage = run_virtual(scene())
    assert stage.inserting.names() == ["create", "upload", "start"] * 2


@pytest.mark.parametrize("end", [S.USER_ABORTED, S.SYSTEM_ABORTED, S.ABORTED, S.FAILED, S.EXPIRED])
def test_after_a_bad_end_the_queue_waits_until_it_is_told_to_go_on(end: JobState) -> None:
    async def scene() -> QueueStage:
        stage = QueueStage(insertion("one"), insertion("two"))
        async with stage.working():
            await asyncio.sleep(10)
            (job,) = stage.list.jobs()
            stage.inserting.script(job.ref.job_id, end)
            await asyncio.sleep(60)
            assert stage.stages() == [Where.HELD]
            assert stage.files[0].slot.ended_badly == "File one"
            assert stage.inserting.names().count("create") == 1
            stage.queue.go_on(stage.found("two"))
            await asyncio.sleep(10)
        return stage

    assert run_virtual(scene()).inserting.names().count("create") == 2


LOST = UnclearError("No answer came")
NO = UndocumentedError("Zoho refused it", answer=Answer(400, 12345, "Form is busy"))


@pytest.mark.parametrize("step", ["create", "upload"])
@pytest.mark.parametrize(
    ("error", "where"), [(LOST, Where.UNCLEAR), (NO, Where.REFUSED)], ids=["lost", "refused"]
)
def test_a_step_that_was_lost_or_refused_is_not_sent_again_by_itself(
    step: str, error: ZcbulkError, where: Where, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("zcbulk_tui.monitor.insert_queue.TICK", 10.0)  # for it goes on long

    async def scene() -> QueueStage:
        stage = QueueStage(insertion("one"), insertion("two"))
        answers = (
            stage.inserting.create_answers if step == "create" else stage.inserting.upload_answers
        )
        answers.append(error)
        async with stage.working():
            await asyncio.sleep(900)
            assert stage.stages()[0] is where
            assert stage.inserting.names().count(step) == 1
            assert stage.inserting.names().count("create") == 1
            stage.queue.go_on(stage.found("one"))
            await asyncio.sleep(60)
        return stage

    stage = run_virtual(scene())
    assert stage.inserting.names().count(step) == 2
    assert stage.inserting.names()[-1] == "start"


def test_what_does_not_change_is_published_once() -> None:
    stage = after(120, insertion(), api=lambda api: api.create_answers.append(LOST))
    published = [it for it in stage.events if isinstance(it, QueueChanged)]
    assert [it.files[0].stage for it in published] == [Where.WAITS, Where.SENDING, Where.UNCLEAR]


def test_after_a_lost_upload_the_status_is_read_once() -> None:
    stage = after(8, insertion(), api=lambda api: api.upload_answers.append(LOST))
    (job,) = stage.list.jobs()
    assert len(stage.inserting.times(job.ref.job_id)) == 1


@pytest.mark.parametrize("step", ["create", "upload"])
def test_a_step_of_which_nothing_was_sent_is_tried_again_at_growing_intervals(step: str) -> None:
    def down(api: InsertingApi) -> None:
        api.answers_to(step).extend(UnreachableError("zoho cannot be reached") for _ in range(3))

    stage = after(15 + 30 + 60 + 30, insertion(), api=down)
    assert stage.inserting.names().count(step) == 4
    assert stage.inserting.names()[-1] == "start"
    assert after(100, insertion(), api=down).inserting.names().count(step) == 3


@pytest.mark.parametrize(
    ("error", "answered", "is_signed"),
    [
        pytest.param(UnreachableError("zoho cannot be reached"), False, True, id="unreachable"),
        pytest.param(SignedOutError("Signed out"), None, False, id="signed out"),
    ],
)
def test_how_its_calls_go_is_known_where_no_job_is_watched(
    error: ZcbulkError, answered: bool | None, is_signed: bool
) -> None:
    def fails(api: InsertingApi) -> None:
        api.create_answers.append(error)

    own = after(10, insertion(), api=fails).monitor.service.own
    assert (own.answered, own.no_token is None) == (answered, is_signed)
    own = after(40, insertion(), api=fails).monitor.service.own
    assert (own.answered, own.no_token) == (True, None)


@pytest.mark.parametrize(
    "files",
    [
        insertion(create=StepRecord(NOW)),
        insertion(
            create=StepRecord(NOW, Outcome.ACCEPTED),
            job_id=JOB_ID,
            upload=StepRecord(NOW),
        ),
    ],
    ids=["create", "upload"],
)
def test_a_step_whose_sender_was_killed_is_unclear_and_not_sent_again(files: Insertion) -> None:
    stage = after(120, files, api=lambda api: api.script(JOB_ID, S.READY))
    assert stage.inserting.steps == []
    (file,) = stage.files
    assert file.stage is Where.UNCLEAR
    last = file.insertion.last_step
    assert last is not None
    assert "interrupted" in str(last[1].error)


def test_a_file_whose_sender_was_killed_between_two_steps_goes_on() -> None:
    created = insertion(create=StepRecord(NOW, Outcome.ACCEPTED), job_id=JOB_ID)

    async def scene() -> QueueStage:
        stage = QueueStage(created)
        assert created.ref is not None
        stage.monitor.add(watched(created.job_id))
        stage.inserting.script(created.job_id, S.READY)
        stage.inserting.commands.append("Job started successfully")
        async with stage.working():
            await asyncio.sleep(20)
        return stage

    assert run_virtual(scene()).inserting.names() == ["upload", "start"]


def test_the_program_may_end_in_the_middle_of_an_upload() -> None:
    stage = after(3, insertion(), api=as_it_is)
    (file,) = stage.insertions.open()
    assert file.upload is not None
    assert file.upload.outcome is Outcome.REFUSED  # it had not left as a whole

    async def scene() -> QueueStage:
        again = QueueStage(stage=stage)
        again.inserting.script(JOB_ID, S.READY)
        async with again.working():
            await asyncio.sleep(60)
        return again

    again = run_virtual(scene())
    assert again.inserting.steps == []
    assert again.stages() == [Where.REFUSED]


def test_an_upload_is_cancelled_and_waits_for_the_user() -> None:
    async def scene() -> QueueStage:
        stage = QueueStage(insertion("one"), insertion("other", OTHER_FORM))
        async with stage.working():
            await asyncio.sleep(2)
            stage.inserting.script(JOB_ID, S.READY)
            assert stage.queue.cancel("one")
            assert not stage.queue.cancel("nothing")
            await asyncio.sleep(60)
            assert stage.stages() == [Where.REFUSED]
            stage.queue.go_on(stage.found("one"))
            await asyncio.sleep(10)
        return stage

    stage = run_virtual(scene())
    names = stage.inserting.names()
    assert sorted(names) == sorted(["create", "upload", "start"] * 2 + ["upload"])


@pytest.mark.parametrize("method", ["created", "keep"])
def test_what_zoho_has_done_is_written_down_however_long_that_takes(method: str) -> None:
    async def scene() -> QueueStage:
        stage = QueueStage(insertion("one"))
        write, fails = getattr(stage.insertions, method), count()

        def full(*values: object) -> None:
            if next(fails) < 30:
                raise ConfigError("The disk is full")
            write(*values)

        setattr(stage.insertions, method, full)
        async with stage.working():
            await asyncio.sleep(10)
            (file,) = stage.files
            assert file.trouble.endswith("which cannot be written down: The disk is full")
            assert "start" not in stage.inserting.names()
            await asyncio.sleep(60)
        return stage

    assert run_virtual(scene()).inserting.names() == ["create", "upload", "start"]


@pytest.mark.parametrize("what", ["gone", "longer", "touched", "as it was"])
def test_no_job_is_created_for_a_file_that_is_another_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    monkeypatch.undo()
    path = tmp_path / "one.csv"
    path.write_text("a\n1\n")
    known = path.stat()
    made = insertion("one")
    file = made.upload_file._replace(path=path, size=known.st_size, modified_ns=known.st_mtime_ns)
    if what == "gone":
        path.unlink()
    elif what == "longer":
        path.write_text("a\n1\n2\n")
    elif what == "touched":
        os.utime(path, (1, 1))
    stage = after(10, made._replace(upload_file=file), api=as_it_is)
    is_same = what == "as it was"
    assert stage.inserting.names() == (["create", "upload", "start"] if is_same else [])
    assert stage.stages() == ([] if is_same else [Where.REFUSED])


def test_two_windows_on_one_queue_send_each_step_once() -> None:
    async def scene() -> tuple[QueueStage, QueueStage]:
        one = QueueStage(insertion("one"), insertion("two", OTHER_FORM))
        other = QueueStage(stage=one)
        other.insertions.locks = one.insertions.locks
        async with one.working(), other.working():
            await asyncio.sleep(30)
        return one, other

    one, other = run_virtual(scene())
    steps = one.inserting.names() + other.inserting.names()
    assert sorted(steps) == sorted(["create", "upload", "start"] * 2)


@pytest.mark.parametrize("step", [Step.CREATE, Step.UPLOAD])
def test_a_step_that_another_process_has_sent_is_not_sent(step: Step) -> None:
    async def scene() -> None:
        stage = QueueStage(insertion())
        begun = insertion().with_step(step, StepRecord(NOW))
        stage.insertions.begin(begun, step)
        with pytest.raises(HeldError):
            stage.insertions.begin(begun, step)
        stage.insertions.keep(insertion()._replace(is_over=True))
        with pytest.raises(HeldError):
            stage.insertions.begin(begun, step)

    run_virtual(scene())


def test_a_file_is_moved_before_another_one_of_its_form_only() -> None:
    async def scene() -> list[str]:
        files = (insertion("one"), insertion("other", OTHER_FORM), insertion("two"))
        stage = QueueStage(*files)
        stage.queue.move("two", up=True)
        stage.queue.move("other", up=True)
        return [it.key for it in stage.insertions.open()]

    assert run_virtual(scene()) == ["two", "other", "one"]


def test_a_dropped_file_is_gone_and_its_job_stays() -> None:
    async def scene() -> QueueStage:
        stage = QueueStage(insertion())
        stage.inserting.upload_answers.append(RefusedError("No"))
        async with stage.working():
            await asyncio.sleep(10)
            stage.queue.drop(stage.found("one"))
            await asyncio.sleep(10)
        return stage

    stage = run_virtual(scene())
    assert stage.files == ()
    assert len(stage.list.jobs()) == 1
    assert stage.inserting.names() == ["create", "upload"]


def test_an_upload_that_was_cancelled_before_its_first_byte_is_not_sent() -> None:
    async def scene() -> QueueStage:
        stage = QueueStage(insertion())
        stage.inserting.upload_waits = 30.0
        async with stage.working():
            await asyncio.sleep(10)
            stage.inserting.script(JOB_ID, S.READY)
            assert stage.queue.cancel("one")
            await asyncio.sleep(100)
        return stage

    stage = run_virtual(scene())
    assert stage.stages() == [Where.REFUSED]
    assert stage.inserting.names() == ["create"]


def test_an_upload_that_has_ended_is_not_cancelled() -> None:
    async def scene() -> bool:
        stage = QueueStage(insertion())
        async with stage.working():
            await asyncio.sleep(10)
            return stage.queue.cancel("one")

    assert run_virtual(scene()) is False


@pytest.mark.parametrize("end", [S.EXPIRED, S.USER_ABORTED, S.ABORTED])
def test_a_file_whose_job_ended_before_its_start_waits_for_the_user(end: JobState) -> None:
    async def scene() -> QueueStage:
        stage = QueueStage(insertion())
        stage.inserting.upload_answers.append(RefusedError("No"))
        async with stage.working():
            await asyncio.sleep(10)
            stage.inserting.script(JOB_ID, end)
            await asyncio.sleep(200)
            assert stage.stages() == [Where.REFUSED]
            assert stage.files[0].insertion.job_id == ""
            assert stage.inserting.names() == ["create", "upload"]
            stage.queue.go_on(stage.found("one"))
            await asyncio.sleep(60)
        return stage

    stage = run_virtual(scene())
    assert stage.inserting.names()[2:] == ["create", "upload", "start"]


def test_a_job_that_was_taken_off_the_list_holds_its_form_still() -> None:
    async def scene() -> QueueStage:
        stage = QueueStage(insertion("one"), insertion("two"))
        async with stage.working():
            await asyncio.sleep(10)
            stage.monitor.remove(FORM.job(JOB_ID))
            await asyncio.sleep(60)
            assert stage.monitor.snapshot(FORM.job(JOB_ID)) is None
        return stage

    stage = run_virtual(scene())
    assert stage.files[0].slot.taken_by == "File one"
    assert stage.inserting.names() == ["create", "upload", "start"]


def test_a_refusal_that_cannot_be_written_down_at_once_is_one_still(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    keep, failures = Insertions.keep, deque([ConfigError("The disk is full")] * 20)

    def full(self: Insertions, kept: Insertion) -> None:
        if failures:
            raise failures.popleft()
        keep(self, kept)

    def fails(api: InsertingApi) -> None:
        api.create_answers.append(NO)
        monkeypatch.setattr(Insertions, "keep", full)

    stage = after(60, insertion(), api=fails)
    assert not failures
    assert stage.stages() == [Where.REFUSED]


def test_a_job_that_was_started_elsewhere_ends_its_file() -> None:
    async def scene() -> QueueStage:
        stage = QueueStage(insertion())
        stage.inserting.upload_answers.append(LOST)
        async with stage.working():
            await asyncio.sleep(10)
            (job,) = stage.list.jobs()
            stage.inserting.script(job.ref.job_id, S.IN_PROGRESS)
            await asyncio.sleep(300)
        return stage

    assert run_virtual(scene()).files == ()


def test_five_creates_a_minute_and_no_more() -> None:
    files = [insertion(str(number), FORM._replace(form=f"Form{number}")) for number in range(8)]
    stage = after(30, *files, api=as_it_is)
    assert stage.inserting.names().count("create") == 5
    assert after(200, *files, api=as_it_is).inserting.names().count("create") == 8
