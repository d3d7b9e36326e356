"""Inserting a file by keys: the dialog, what the check shows, and the queue."""

import csv
from pathlib import Path
from threading import Event
from typing import Any, cast

import pytest
from textual.app import App
from textual.widgets import Button, Input, Static

from tests.support.insertions import FORM, insertion
from tests.support.jobs import NOW
from tests.tui.alone import Alone
from tests.tui.stage import Stage
from zcbulk_tui.cli.local_files import LocalFiles, _LocalFile
from zcbulk_tui.domain.form import FieldType, FormField, FormFields, FormRef
from zcbulk_tui.domain.insertion import InsertPlan, Prepared
from zcbulk_tui.domain.job import Environment
from zcbulk_tui.simulator.faults import Call
from zcbulk_tui.simulator.fields import FORMS
from zcbulk_tui.simulator.messages import LOST
from zcbulk_tui.simulator.samples import sample
from zcbulk_tui.simulator.schedule import Fault
from zcbulk_tui.tui.inserting import Inserting, OnProgress, question
from zcbulk_tui.tui.profile_spec import JobDefaults
from zcbulk_tui.tui.screens.choose import ChooseScreen
from zcbulk_tui.tui.screens.dialogs import ConfirmScreen, NoticeScreen
from zcbulk_tui.tui.screens.insert_file import InsertFileScreen
from zcbulk_tui.tui.screens.queue import QueueScreen
from zcbulk_tui.tui.widgets.path_field import completion

ROWS = 400


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file of good records for the form Contacts."""
    path = tmp_path / "contacts.csv"
    with path.open("w", encoding="utf-8", newline="") as opened:
        csv.writer(opened).writerows(sample(FORMS["Contacts"].fields, ROWS))
    return path


# The dialog alone.


class Lists:
    """Stands in for what lists fields: of one form, whose e-mail addresses are checked.

    Attributes:
        calls: How often they were listed.
    """

    def __init__(self) -> None:
        self.calls = 0

    def known_fields(self, _: FormRef) -> FormFields | None:
        return None

    async def fields(self, _: FormRef) -> FormFields:
        self.calls += 1
        return FormFields((FormField("Email", "Email", FieldType.EMAIL),), NOW)


class Asked(Alone):
    """The dialog over nothing; what it prepares is written into a folder.

    Attributes:
        lists: Where it lists forms and fields.
    """

    def __init__(self, folder: Path) -> None:
        self.lists = Lists()
        files = LocalFiles(folder, "anna@jump1", lambda: NOW)
        lists: Any = self.lists
        inserting = Inserting(cast(Any, None), lists, files, lambda *_: "")
        home = JobDefaults(Environment.STAGE, owner=FORM.owner, app=FORM.app)
        self.screen_of_file = InsertFileScreen(inserting, home, (), lambda: "", lambda: NOW)
        super().__init__(self.screen_of_file)

    async def check(self, path: Path | str, form: str = "Contacts") -> None:
        """Fills the dialog in, and has the file checked."""
        fill_in(self, path, form)
        await self.press("enter")

    async def until_checked(self) -> None:
        await self.until(lambda: self.part("#report").display)

    async def until_fields_are_shown(self) -> None:
        await self.until(lambda: self.part("#fields").display)

    def part(self, selector: str) -> Any:
        return self.screen_of_file.query_one(selector)

    @property
    def said(self) -> str:
        return str(self.part("#problem").content)

    @property
    def reported(self) -> str:
        return str(self.part("#report").content)


def fill_in(app: App[Any], path: Path | str, form: str = "Contacts") -> None:
    for name, value in (("path", str(path)), ("form", form)):
        app.screen.query_one(f"#{name}", Input).value = value


async def test_what_is_missing_or_cannot_be_read_is_said_in_the_dialog(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "~draft.csv"
    async with Asked(tmp_path).open() as asked:
        await asked.press("enter")
        assert asked.said == "Which file?"
        await asked.press(*"/x", "enter")
        assert asked.said.startswith("Into which form?")
        focused = asked.screen.focused
        assert focused is not None
        assert focused.id == "form"
        await asked.check("~nosuch/x.csv", "Contacts")
        await asked.until(lambda: "There is no file" in asked.said)
        asked.part("#path").value = "~draft.csv"  # no home of anybody
        for content, expected in ((b"", "is empty"), (b"Email\n", "no records")):
            path.write_bytes(content)
            asked.part("#check").press()
            await asked.until(lambda: expected in asked.said)  # noqa: B023 - at once
        path.write_bytes("Company\nMüller\n".encode("windows-1252"))
        asked.part("#check").press()
        await asked.until(lambda: isinstance(asked.screen, ChooseScreen))
        await asked.pilot.pause()
        assert "Which encoding" in asked.text()
        assert "windows-1252 Müller" in asked.text()
        await asked.press("enter")
        await asked.until_checked()
        assert "windows-1252" in asked.reported
        await asked.press("escape")
        assert asked.part("#fields").display
        await asked.press("escape")
        assert asked.answers == []
        assert "Esc again drops what you have typed." in asked.text()
        await asked.press("escape")
        assert asked.answers == [None]


@pytest.fixture
def suspect(tmp_path: Path) -> Path:
    """A file with a record that would fail."""
    path = tmp_path / "some.csv"
    path.write_text("Email,Company\nnobody,Acme\na@b.co,Acme\n")
    return path


def left_out(folder: Path) -> int:
    """How many files there are with suspects."""
    return len(list(folder.glob("*.suspects*")))


async def list_fields(asked: Asked, path: Path) -> None:
    """Has a file checked, the fields listed, and the file checked once more."""
    await asked.check(path)
    await asked.until_checked()
    assert asked.said.startswith("The form's fields are not known")
    await asked.press("enter")
    await asked.until(lambda: "not an e-mail address" in asked.reported)


async def test_the_fields_are_listed_by_a_key_and_then_checked(
    tmp_path: Path, suspect: Path
) -> None:
    async with Asked(tmp_path).open() as asked:
        await list_fields(asked, suspect)
        assert asked.lists.calls == 1
        assert asked.part("#handling").display
        await asked.press("enter")
        await asked.until(lambda: isinstance(asked.screen, ConfirmScreen))
        await asked.pilot.pause()
        assert "1 record is left out" in asked.text()
        assert left_out(tmp_path) == 2
        await asked.press("escape")
        assert not left_out(tmp_path)
        assert asked.answers == []


class Held:
    """The preparing of a file, which waits for the test: before its beginning, or at its end."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *, at_the_end: bool) -> None:
        self.begun, self.goes_on, self.over = Event(), Event(), Event()
        prepare = _LocalFile.prepare

        def held(file: _LocalFile, plan: InsertPlan, on_progress: OnProgress) -> Prepared:
            prepared = prepare(file, plan, on_progress) if at_the_end else None
            self.begun.set()
            self.goes_on.wait(20)
            try:
                on_progress(1, 2) if prepared is None else None
                return prepared or prepare(file, plan, on_progress)
            finally:
                self.over.set()

        monkeypatch.setattr(_LocalFile, "prepare", held)


@pytest.mark.parametrize(("key", "at_the_end"), [("escape", False), ("back", True)])
async def test_esc_ends_the_preparing_and_leaves_nothing_behind(
    tmp_path: Path,
    suspect: Path,
    monkeypatch: pytest.MonkeyPatch,
    key: str,
    at_the_end: bool,
) -> None:
    held = Held(monkeypatch, at_the_end=at_the_end)
    async with Asked(tmp_path).open() as asked:
        await list_fields(asked, suspect)
        await asked.press("enter")
        await asked.until(held.begun.is_set)
        if key == "back":
            asked.part("#back").press()
        else:
            await asked.press("escape")
        await asked.until_fields_are_shown()
        held.goes_on.set()
        await asked.until(held.over.is_set)
        await asked.until(lambda: not left_out(tmp_path))
        assert asked.part("#fields").display
        assert asked.said == ""
        assert asked.screen.focused is asked.part("#path")
        assert not asked.part("#path").disabled
        await asked.press("enter")
        await asked.until_checked()


async def test_a_reading_that_begins_right_after_esc_goes_on(
    tmp_path: Path, suspect: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    check = LocalFiles.check
    begun, goes_on, over = ([Event(), Event()] for _ in range(3))
    number = iter((0, 1))

    def held(files: LocalFiles, *about: Any) -> Any:
        at = next(number)
        begun[at].set()
        goes_on[at].wait(20)
        try:
            return check(files, *about)
        finally:
            over[at].set()

    monkeypatch.setattr(LocalFiles, "check", held)
    async with Asked(tmp_path).open() as asked:
        await asked.check(suspect)
        await asked.until(begun[0].is_set)
        asked.part("#form").value = "Others"
        # Esc, and the next reading before anything else: the first one has not ended yet.
        asked.screen_of_file.action_cancel()
        assert not asked.part("#check").disabled
        asked.screen_of_file._submitted()
        await asked.until(begun[1].is_set)
        goes_on[0].set()
        await asked.until(over[0].is_set)
        await asked.pilot.pause()
        assert asked.part("#check").disabled, "the second is under way"
        assert asked.part("#fields").display
        goes_on[1].set()
        await asked.until_checked()
        assert asked.screen_of_file._form is not None
        assert asked.screen_of_file._form.form == "Others"


async def test_esc_ends_the_second_check(
    tmp_path: Path, suspect: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, goes_on, over = Event(), Event(), Event()
    check_again = LocalFiles.check

    def held(files: LocalFiles, *about: Any) -> Any:
        *_, fields, _, on_progress = about
        if fields is None:
            return check_again(files, *about)
        begun.set()
        goes_on.wait(20)
        try:
            on_progress(1, 2)
        finally:
            over.set()

    monkeypatch.setattr(LocalFiles, "check", held)
    async with Asked(tmp_path).open() as asked:
        await asked.check(suspect)
        await asked.until_checked()
        await asked.press("enter")
        await asked.until(begun.is_set)
        await asked.press("escape")
        goes_on.set()
        await asked.until(over.is_set)
        assert asked.part("#fields").display
        assert not asked.part("#report").display


@pytest.mark.parametrize(
    ("files", "starts", "said"),
    [
        pytest.param(1, True, ["It will take 50000 s."], id="a job"),
        pytest.param(2, True, [], id="several, one after the other"),
        pytest.param(1, False, [], id="one that waits for its start"),
    ],
)
def test_the_question_says_what_the_form_s_past_says(
    files: int, starts: bool, said: list[str]
) -> None:
    prepared = Prepared(tuple(insertion(str(number)) for number in range(files)))
    plan = InsertPlan(FORM, "", starts=starts)
    asked = question(prepared, plan, lambda _, records: f"It will take {records} s.", "")
    assert [it for it in asked.paragraphs if "It will" in it] == said
    for expected in (lambda *_: "", None):
        paragraphs = question(prepared, plan, expected, "").paragraphs
        assert all(paragraphs)
        assert not any("It will" in it for it in paragraphs)


def test_a_path_goes_on(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    for name in ("orders.csv", "orders.txt", ".hidden.csv", "o\x1b.csv"):
        (tmp_path / name).touch()
    begin = f"{tmp_path}/"
    assert completion(f"{begin}or") == f"{begin}orders.csv"
    assert completion(f"{begin}f") == f"{begin}folder/"
    assert completion(f"{begin}orders.t") == f"{begin}orders.txt"
    assert completion(begin) == f"{begin}orders.csv"
    assert completion(f"{begin}.h") == f"{begin}.hidden.csv"
    assert completion(f"{begin}none") is None
    assert completion(f"{begin}none/x") is None
    assert completion("~/\0") is None


# On the dashboard.


async def check(stage: Stage, path: Path) -> None:
    """Has a file checked."""
    await stage.press("N")
    fill_in(stage.app, path)
    await stage.press("enter")
    report = stage.app.screen.query_one("#report", Static)
    await stage.until(lambda: report.display)
    assert f"{ROWS} records in 2 batches" in str(report.content)


async def press(stage: Stage, button: str) -> None:
    stage.app.screen.query_one(f"#{button}", Button).press()
    await stage.pilot.pause()


async def answer(stage: Stage, form: str = "Contacts") -> None:
    """Says yes, by the form's name."""
    await stage.until(lambda: isinstance(stage.app.screen, ConfirmScreen))
    await stage.press(*form, "enter")


def changes(stage: Stage) -> list[str | None]:
    return [it.action for it in stage.creator.log if it.method != "GET"]


def lists_made(stage: Stage) -> int:
    """How many calls of the Meta API there were."""
    return sum("/meta/" in it.path for it in stage.creator.log)


async def test_a_file_becomes_a_running_job(file: Path) -> None:
    async with Stage().open() as stage:
        await check(stage, file)
        await press(stage, "list-fields")
        await stage.until(lambda: lists_made(stage) == 1)
        insert = stage.app.screen.query_one("#insert", Button)
        await stage.until(lambda: stage.app.screen.focused is insert)
        await stage.press("enter")
        await answer(stage)
        await stage.until(lambda: changes(stage)[-3:] == ["create", "upload", "start"])
        await stage.until(lambda: any(it.job.label == "contacts.csv" for it in stage.jobs))
        assert "contacts.csv" in "\n".join(stage.text())


async def test_what_was_listed_is_offered_and_listed_again_for_a_call() -> None:
    async def list_forms(stage: Stage) -> None:
        await press(stage, "list-forms")
        await stage.until(lambda: isinstance(stage.app.screen, ChooseScreen))

    async with Stage().open() as stage:
        await stage.press("N")
        form = stage.app.screen.query_one("#form", Input)
        await list_forms(stage)
        assert "List them (1 call)" in "\n".join(stage.text())
        assert lists_made(stage) == 0
        await stage.press("enter")
        await stage.until(lambda: lists_made(stage) == 1)
        await stage.until(lambda: isinstance(stage.app.screen, ChooseScreen))
        await stage.press("escape")
        await list_forms(stage)
        assert "List them again (1 call)" in "\n".join(stage.text())
        assert "Contacts" in "\n".join(stage.text())
        assert lists_made(stage) == 1
        await stage.press("end", "enter")
        await stage.until(lambda: lists_made(stage) == 2)
        await stage.until(lambda: isinstance(stage.app.screen, ChooseScreen))
        await stage.press("home", "enter")
        assert form.value
        await stage.press("escape", "escape")
        assert stage.app.screen is stage.screen
        assert changes(stage) == []


async def test_a_lost_answer_needs_the_user_who_finds_it_in_the_queue(file: Path) -> None:
    async with Stage().open() as stage:
        stage.creator.inject(Fault(LOST, behind=True, calls=frozenset({Call.CREATE}), times=1))
        await check(stage, file)
        await press(stage, "insert")
        await answer(stage)
        await stage.until(lambda: isinstance(stage.app.screen, NoticeScreen))
        assert "a job may exist" in "\n".join(stage.text())
        assert "n shows the queue" in "\n".join(stage.text())
        await stage.press("n", "n")
        assert isinstance(stage.app.screen, QueueScreen)
        assert any("unclear" in line for line in stage.text())
        await stage.press("S")
        assert any("may have made a job whose id" in line for line in stage.text())
        await stage.press("escape", "x")
        await stage.until(lambda: "No file is on its way" in "\n".join(stage.text()))
        assert changes(stage) == ["create"]


async def test_what_is_unforeseen_ends_the_dashboard_with_a_sentence(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*_: object) -> Prepared:
        raise ZeroDivisionError

    monkeypatch.setattr(_LocalFile, "prepare", failing)
    async with Stage().open() as stage:
        await check(stage, file)
        await press(stage, "insert")
        while stage.app.is_running:
            await stage.pilot.pause(0.01)
    assert stage.app.return_code == 1
    assert "ZeroDivisionError" in str(stage.app.last_words)
