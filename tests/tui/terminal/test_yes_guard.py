"""A question takes no yes before it can have been read, nor one that came with something else."""

from textual import events
from textual.widgets import Input

from tests.support.jobs import URL
from tests.tui.stage import Stage
from zcbulk_tui.domain.job import Action
from zcbulk_tui.tui.screens.add_job import AddJobScreen
from zcbulk_tui.tui.screens.dialogs import ConfirmScreen
from zcbulk_tui.tui.screens.watch_jobs import WatchJobsScreen
from zcbulk_tui.tui.terminal.input_driver import Key, Paste
from zcbulk_tui.tui.terminal.yes_guard import QUIET, QUIET_AFTER_NAME, READING_TIME


async def send(stage: Stage, *messages: events.Event) -> None:
    """Sends what a terminal would."""
    for message in messages:
        message.set_sender(stage.app)
        stage.app.post_message(message)
        await stage.pilot.pause()


_MOMENT = 0.0001
"""Seconds; what adding rounds away is less."""


async def ask(stage: Stage, key: str, label: str = "Suppliers") -> float:
    """Opens a question; returns from when on it can be answered."""
    await stage.select(label)
    await stage.press(key)
    await stage.until(lambda: isinstance(stage.app.screen, ConfirmScreen))
    return await answerable(stage)


async def answerable(stage: Stage) -> float:
    """Waits until the question is drawn; returns from when on it can be answered."""
    guard = stage.app._terminal._yes_guard
    await stage.until(
        lambda: guard._drawn is stage.app.screen and guard._readable_since is not None
    )
    assert guard._readable_since is not None
    return guard._readable_since + READING_TIME + _MOMENT


async def test_a_yes_is_alone_and_takes_its_time() -> None:
    async with Stage().open() as stage:
        for key, label, yes in (
            ("S", "Suppliers", ("y",)),
            ("S", "Warehouses", ("right", "enter")),
            ("x", "Suppliers", ("tab", "enter")),
            ("x", "Warehouses", ("y",)),
        ):
            begin = await ask(stage, key, label)
            question, (*before, last) = stage.app.screen, yes
            for name in before:
                await send(stage, Key(name, None, at=begin, alone=False))
            await send(stage, Key(last, None, at=begin - 0.001, alone=True))
            await send(stage, Key(last, None, at=begin + 60, alone=False))
            await send(stage, Key(last, None, at=begin + 60, alone=True, quiet=QUIET - 0.001))
            assert stage.app.screen is question, (key, yes)
            await send(stage, Key(last, None, at=begin, alone=True))
            assert stage.app.screen is stage.screen, (key, yes)


async def test_enter_after_a_name_takes_its_time_too() -> None:
    async with Stage().open() as stage:
        await stage.press("X", *"Customers")
        question = stage.app.screen
        begin = await answerable(stage)
        # Over a slow line a paste comes so, and its last character may be Enter.
        early = QUIET_AFTER_NAME - 0.001
        await send(stage, Key("enter", "\r", at=begin, alone=True, quiet=early))
        assert stage.app.screen is question
        await send(stage, Key("enter", "\r", at=begin, alone=True, quiet=QUIET_AFTER_NAME))
        assert stage.app.screen is stage.screen


async def test_no_letter_of_a_name_is_lost_in_a_program_that_reads_late() -> None:
    async with Stage().open() as stage:
        await stage.press("X")
        for letter in "Customers":
            key = Key(letter, letter, at=0.0, alone=True)
            key.set_sender(stage.app)
            stage.app.post_message(key)
        field = stage.app.screen.query_one("#typed", Input)
        await stage.until(lambda: field.value == "Customers")


async def test_enter_in_an_empty_field_says_how_to_say_no() -> None:
    async with Stage().open() as stage:
        await stage.press("X", "enter")
        assert "Esc answers No." in " ".join(stage.text())
        await stage.press("escape")
        assert stage.sent(Action.ABORT) == 0


async def test_a_screen_closes_once() -> None:
    async with Stage().open() as stage:
        await stage.select("Suppliers")
        for keys, screens in {
            ("n", "escape"): ("S", "x"),
            ("escape", "y"): ("S", "a", "e", "question_mark", "b", "h", "l"),
            ("enter", "enter"): ("x", "a", "e", "question_mark"),
        }.items():
            for opens in screens:
                await stage.press(opens)
                opened = stage.app.screen
                assert opened is not stage.screen, opens
                for key in keys:
                    stage.app.post_message(Key(key, None, at=0.0, alone=False))
                opened.dismiss(None)
                opened.dismiss(None)
                await stage.pilot.pause()
                assert stage.app.screen is stage.screen, opens


async def test_a_no_is_taken_at_once() -> None:
    async with Stage().open() as stage:
        for key in ("n", "escape", "enter"):
            begin = await ask(stage, "S")
            await send(stage, Key(key, None, at=begin - READING_TIME, alone=False))
            assert stage.app.screen is stage.screen, key
            assert stage.creator.log[-1].method == "GET", key


async def test_a_click_takes_its_time() -> None:
    async with Stage().open() as stage:
        await ask(stage, "x")
        question = stage.app.screen
        x, y = question.query_one("#yes").region.center
        for since in (None, 0.0):
            assert stage.app.screen is question
            stage.app._terminal._yes_guard._readable_since = since
            for kind in (events.MouseDown, events.MouseUp):
                await send(
                    stage, kind(None, x, y, 0, 0, 1, False, False, False, screen_x=x, screen_y=y)
                )
        assert stage.app.screen is stage.screen


async def test_no_other_click_is_a_yes() -> None:
    others = [(2, None), (3, None), (8, None), (1, "meta"), (1, "ctrl"), (1, "shift")]
    async with Stage().open() as stage:
        await ask(stage, "S")
        question = stage.app.screen
        x, y = question.query_one("#yes").region.center
        for button, held in others:
            stage.app._terminal._yes_guard._readable_since = 0.0
            shift, meta, ctrl = (name == held for name in ("shift", "meta", "ctrl"))
            for kind in (events.MouseDown, events.MouseUp):
                click = kind(None, x, y, 0, 0, button, shift, meta, ctrl, screen_x=x, screen_y=y)
                await send(stage, click)
            assert stage.app.screen is question, (button, held)
            assert stage.creator.log[-1].method == "GET", (button, held)


async def test_what_must_be_typed_may_be_pasted_but_not_entered_with_it() -> None:
    async with Stage().open() as stage:
        await stage.press("X")
        question = stage.app.screen
        assert isinstance(question, ConfirmScreen)
        await send(stage, Paste("Customers\r"))
        assert stage.app.screen is question
        await send(stage, Key("enter", "\r", at=0.0, alone=True))
        assert stage.app.screen is question
        await stage.press("enter")
        assert stage.app.screen is stage.screen


async def test_text_that_came_at_once_is_one_notice_unless_it_names_jobs() -> None:
    async with Stage().open(toasts=True) as stage:
        await send(stage, Paste("Sala"), Paste("ry"))
        assert stage.app.screen is stage.screen
        assert notices_of_pastes(stage) == 1
        await send(stage, Paste(f"a{URL}."))
        assert isinstance(stage.app.screen, AddJobScreen)
        await stage.press("escape", "question_mark")
        await send(stage, events.Paste("Salary"))
        assert notices_of_pastes(stage) == 1


def notices_of_pastes(stage: Stage) -> int:
    return sum("taken for a paste" in it.message for it in stage.app._notifications)


async def test_the_line_end_of_a_paste_that_came_in_pieces_watches_nothing() -> None:
    async with Stage().open() as stage:
        await send(stage, Paste(f"{URL}\r{URL[:-2]}11"), Key("enter", "\r", at=0.0, alone=True))
        dialog = stage.app.screen
        assert isinstance(dialog, WatchJobsScreen)
        assert any("Too soon after the paste." in line for line in stage.text())
        await stage.press("enter")
        assert stage.app.screen is stage.screen
        assert len(stage.jobs) == 14
