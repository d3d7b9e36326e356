"""Inserting a file by keys: the dialog, what the check shows, and the queue."""

import csv
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from textual.widgets import Button, Input, Static

from tests.support.insertions import FORM, insertion
from tests.tui.stage import Stage
from zcbulk_tui.cli.preparing import LocalFiles, _LocalFile
from zcbulk_tui.domain.insertion import InsertPlan, Prepared
from zcbulk_tui.simulator.faults import Call
from zcbulk_tui.simulator.fields import FORMS
from zcbulk_tui.simulator.messages import LOST
from zcbulk_tui.simulator.samples import sample
from zcbulk_tui.simulator.schedule import Fault
from zcbulk_tui.tui.inserting import OnProgress, question
from zcbulk_tui.tui.screens.choose import ChooseScreen
from zcbulk_tui.tui.screens.dialogs import ConfirmScreen
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


def dialog(stage: Stage) -> InsertFileScreen:
    screen = stage.app.screen
    assert isinstance(screen, InsertFileScreen)
    return screen


def said(stage: Stage) -> str:
    return str(dialog(stage).query_one("#problem", Static).content)


async def check(stage: Stage, path: Path | str, form: str = "Contacts") -> None:
    """Opens the dialog, fills it in and has the file checked."""
    await stage.press("N")
    screen = dialog(stage)
    for name, value in (("path", str(path)), ("form", form)):
        screen.query_one(f"#{name}", Input).value = value
    await stage.press("enter")


async def until_checked(stage: Stage) -> None:
    await stage.until(lambda: dialog(stage).query_one("#report").display)


def left_out(folder: Path) -> int:
    """How many files there are with suspects."""
    return len(list(folder.glob("*.suspects*")))


def changes(stage: Stage) -> list[str | None]:
    return [it.action for it in stage.creator.log if it.method != "GET"]


async def answer(stage: Stage, form: str = "Contacts") -> None:
    """Says yes, by the form's name."""
    await stage.until(lambda: isinstance(stage.app.screen, ConfirmScreen))
    await stage.press(*form)
    await stage.press("enter")


async def test_a_file_becomes_a_running_job(file: Path) -> None:
    async with Stage().open() as stage:
        await check(stage, file)
        await until_checked(stage)
        assert f"{ROWS} records in 2 batches" in "\n".join(stage.text())
        await stage.press("tab", "enter")
        await answer(stage)
        await stage.until(lambda: changes(stage)[-3:] == ["create", "upload", "start"])
        await stage.until(lambda: "contacts.csv" in "\n".join(stage.text()))


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
    assert all(question(prepared, plan, lambda *_: "", "").paragraphs)


async def test_what_is_missing_is_asked_for_in_its_turn() -> None:
    async with Stage().open() as stage:
        await stage.press("N", "enter")
        assert said(stage) == "Which file?"
        await stage.press(*"/x", "enter")
        assert said(stage).startswith("Into which form?")
        focused = stage.app.screen.focused
        assert focused is not None
        assert focused.id == "form"


@pytest.mark.parametrize(
    ("content", "expected"),
    [(None, "There is no file"), (b"", "is empty"), (b"Email\n", "no records")],
)
async def test_what_cannot_be_read_is_said_in_the_dialog(
    tmp_path: Path, content: bytes | None, expected: str
) -> None:
    path = tmp_path / "some.csv"
    if content is not None:
        path.write_bytes(content)
    async with Stage().open() as stage:
        await check(stage, path)
        await stage.until(lambda: expected in said(stage))
        assert changes(stage) == []


async def test_an_encoding_that_is_not_known_is_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "some.csv"
    path.write_bytes("Company\nMüller\n".encode("windows-1252"))
    async with Stage().open() as stage:
        await check(stage, path)
        await stage.until(lambda: "Which encoding" in "\n".join(stage.text()))
        assert any("windows-1252" in line and "Müller" in line for line in stage.text())
        await stage.press("enter")
        await until_checked(stage)
        assert any("windows-1252" in line for line in stage.text())


async def test_the_fields_are_listed_by_a_key_and_then_checked(tmp_path: Path) -> None:
    path = tmp_path / "some.csv"
    path.write_text("Email,Company\nnobody,Acme\na@b.co,Acme\n")
    async with Stage().open() as stage:
        await check(stage, path)
        await until_checked(stage)
        assert said(stage).startswith("The form's fields are not known")
        await stage.press("enter")
        await stage.until(lambda: "not an e-mail address" in "\n".join(stage.text()))
        assert dialog(stage).query_one("#handling").display
        await stage.press("enter")
        await stage.until(lambda: isinstance(stage.app.screen, ConfirmScreen))
        assert any("1 records are left out" in line for line in stage.text())
        assert left_out(tmp_path) == 2
        await stage.press("escape")
        await stage.until(lambda: not left_out(tmp_path))
        assert changes(stage) == []


async def test_esc_goes_back_a_page_and_then_to_the_list(file: Path) -> None:
    async with Stage().open() as stage:
        await check(stage, file)
        await until_checked(stage)
        await stage.press("escape")
        assert dialog(stage).query_one("#fields").display
        await stage.press("escape")
        assert stage.app.screen is stage.screen
        assert changes(stage) == []


async def test_a_lost_answer_needs_the_user_who_finds_it_in_the_queue(file: Path) -> None:
    async with Stage().open() as stage:
        stage.creator.inject(Fault(LOST, behind=True, calls=frozenset({Call.CREATE}), times=1))
        await check(stage, file)
        await until_checked(stage)
        await stage.press("tab", "enter")
        await answer(stage)
        await stage.until(lambda: "a job may exist" in "\n".join(stage.text()))
        await stage.press("escape", "n")
        assert isinstance(stage.app.screen, QueueScreen)
        assert any("unclear" in line for line in stage.text())
        await stage.press("S")
        assert any("may have made a job whose id" in line for line in stage.text())
        await stage.press("escape", "x")
        await stage.until(lambda: "No file is on its way" in "\n".join(stage.text()))
        assert changes(stage) == ["create"]


async def test_read_only_has_no_key_for_it() -> None:
    async with Stage(read_only=True).open() as stage:
        await stage.press("N")
        assert stage.app.screen is stage.screen


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


async def test_a_path_with_the_home_of_nobody_is_a_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "~draft.csv").write_text("Email\na@b.co\n")
    async with Stage().open() as stage:
        await check(stage, "~nosuch/x.csv")
        await stage.until(lambda: "There is no file" in said(stage))
        dialog(stage).query_one("#path", Input).value = "~draft.csv"
        dialog(stage).query_one("#check", Button).press()
        await until_checked(stage)


def lists_made(stage: Stage) -> int:
    """How many calls of the Meta API there were."""
    return sum("/meta/" in it.path for it in stage.creator.log)


async def press_list_forms(stage: Stage) -> None:
    dialog(stage).query_one("#list-forms", Button).press()
    await stage.until(lambda: isinstance(stage.app.screen, ChooseScreen))


async def test_what_was_listed_is_offered_and_listed_again_for_a_call() -> None:
    async with Stage().open() as stage:
        await stage.press("N")
        await press_list_forms(stage)
        assert "List them (1 call)" in "\n".join(stage.text())
        assert lists_made(stage) == 0
        await stage.press("enter")
        await stage.until(lambda: "List them again (1 call)" in "\n".join(stage.text()))
        assert lists_made(stage) == 1
        await stage.press("escape")
        await press_list_forms(stage)
        assert "Contacts" in "\n".join(stage.text())
        assert lists_made(stage) == 1
        await stage.press("end", "enter")
        await stage.until(lambda: lists_made(stage) == 2)
        await stage.until(lambda: isinstance(stage.app.screen, ChooseScreen))
        await stage.press("home", "enter")
        assert dialog(stage).query_one("#form", Input).value


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


@pytest.mark.parametrize("at_the_end", [False, True])
@pytest.mark.parametrize("key", ["escape", "back"])
async def test_esc_ends_the_preparing_and_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, key: str, at_the_end: bool
) -> None:
    path = tmp_path / "some.csv"
    path.write_text("Email,Company\nnobody,Acme\na@b.co,Acme\n")
    held = Held(monkeypatch, at_the_end=at_the_end)
    async with Stage().open() as stage:
        await check(stage, path)
        await until_checked(stage)
        await stage.press("enter")
        await stage.until(lambda: "not an e-mail address" in "\n".join(stage.text()))
        await stage.press("enter")
        await stage.until(held.begun.is_set)
        if key == "back":
            dialog(stage).query_one("#back", Button).press()
        else:
            await stage.press("escape")
        await stage.until(lambda: dialog(stage).query_one("#fields").display)
        held.goes_on.set()
        await stage.until(held.over.is_set)
        await stage.until(lambda: not left_out(tmp_path))
        assert dialog(stage).query_one("#fields").display
        assert said(stage) == ""
        path_field = dialog(stage).query_one("#path", Input)
        assert stage.app.screen.focused is path_field
        assert not path_field.disabled
        await stage.press("enter")
        await until_checked(stage)


async def test_esc_ends_the_second_check(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
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
    async with Stage().open() as stage:
        await check(stage, file)
        await until_checked(stage)
        await stage.press("enter")
        await stage.until(begun.is_set)
        await stage.press("escape")
        goes_on.set()
        await stage.until(over.is_set)
        assert dialog(stage).query_one("#fields").display
        assert not dialog(stage).query_one("#report").display


async def test_what_is_unforeseen_ends_the_dashboard_with_a_sentence(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*_: object) -> Prepared:
        raise ZeroDivisionError

    monkeypatch.setattr(_LocalFile, "prepare", failing)
    async with Stage().open() as stage:
        await check(stage, file)
        await until_checked(stage)
        await stage.press("tab", "enter")
        while stage.app.is_running:
            await stage.pilot.pause(0.01)
    assert stage.app.return_code == 1
    assert "ZeroDivisionError" in str(stage.app.last_words)
