"""The queue on the screen: what its keys are about while files come and go."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from tests.support.insertions import insertion
from tests.support.jobs import NOW
from tests.tui.stage import Stage
from zcbulk_tui.domain.insertion import QueuedFile, QueueStop
from zcbulk_tui.domain.insertion import Stage as Standing
from zcbulk_tui.render.glyphs import UNICODE
from zcbulk_tui.tui import questions
from zcbulk_tui.tui.keys import KEYS
from zcbulk_tui.tui.own_keys import remapped
from zcbulk_tui.tui.queue_actions import QueueActions
from zcbulk_tui.tui.screens.queue import QueueScreen


def waiting(key: str) -> QueuedFile:
    return QueuedFile(insertion(key), Standing.WAITS)


class Actions(QueueActions):
    """Writes down what the keys do."""

    def __init__(self, files: list[QueuedFile]) -> None:
        self.dropped: list[str] = []
        self.stopped: QueueStop | None = None
        self._queue = files

    @property
    def stop(self) -> QueueStop | None:
        """Why the queue stands still."""
        return self.stopped

    def resume(self) -> None:
        """Lets the queue go on."""
        self.stopped = None

    def drop(self, file: QueuedFile) -> None:
        """Takes a file off."""
        self.dropped.append(file.insertion.key)
        self._queue.remove(file)


class Open:
    """The queue over the jobs of a stage; only the test draws it anew."""

    def __init__(self, stage: Stage, **own_keys: str) -> None:
        self.stage = stage
        self.files = [waiting(key) for key in ("one", "two", "three")]
        self.actions = Actions(self.files)
        self.screen = QueueScreen(
            lambda: self.files,
            self.actions,
            glyphs=UNICODE,
            keys=remapped(KEYS, own_keys),
            now=lambda: NOW,
        )

    @property
    def selected(self) -> str | None:
        """The key of the selected file."""
        selected = self.screen.selected
        return selected.insertion.key if selected else None


@asynccontextmanager
async def opened(**own_keys: str) -> AsyncIterator[Open]:
    """Opens the queue with three files."""
    async with Stage().open() as stage:
        queue = Open(stage, **own_keys)
        await stage.app.push_screen(queue.screen)
        await stage.until(lambda: queue.selected == "one")
        yield queue


@pytest.fixture(autouse=True)
def _only_drawn_by_the_test(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("zcbulk_tui.tui.screens.queue._TICK", 3600.0)


async def test_a_file_that_slides_under_the_cursor_is_not_dropped() -> None:
    async with opened() as queue:
        await queue.stage.press("j")
        del queue.files[1]
        await queue.stage.press("x", "S")
        assert queue.actions.dropped == []
        assert queue.stage.app.screen is queue.screen
        queue.screen.show_files()
        assert queue.selected == "three"
        await queue.stage.press("x")
        assert queue.actions.dropped == ["three"]
        assert queue.selected == "one"


async def test_the_cursor_stays_on_its_file_where_others_come_and_go() -> None:
    async with opened() as queue:
        await queue.stage.press("j")
        queue.files.insert(0, waiting("new"))
        assert queue.selected == "two"
        queue.screen.show_files()
        assert queue.selected == "two"
        await queue.stage.press("j")
        assert queue.selected == "three"
        await queue.stage.press("g", "x", "x", "x", "x", "x")
        assert queue.actions.dropped == ["new", "one", "two", "three"]


async def test_what_goes_on_by_itself_is_said_until_the_cursor_moves() -> None:
    async with opened() as queue:
        await queue.stage.press("S")
        queue.screen.show_files()
        await queue.stage.show()
        assert "It goes on by itself." in "\n".join(queue.stage.text())
        await queue.stage.press("j", "k")
        assert "It goes on by itself." not in "\n".join(queue.stage.text())


@pytest.mark.parametrize(
    ("own", "said"),
    [("f7", "on its way. F7 inserts one."), ("", "on its way.")],
    ids=["another", "none"],
)
async def test_the_key_that_inserts_is_the_users_own(own: str, said: str) -> None:
    async with opened(insert=own) as queue:
        queue.files.clear()
        queue.screen.show_files()
        await queue.stage.show()
        (line,) = [it for it in queue.stage.text() if "No file" in it]
        assert said in line
        assert ("inserts" in line) == bool(own)


def test_no_key_is_named_in_a_question() -> None:
    (text,) = questions.cancel_upload(waiting("one")).paragraphs
    assert " S " not in text
    assert " x " not in text


async def test_a_stopped_queue_says_why_and_goes_on_by_s_after_a_question() -> None:
    async with opened() as queue:
        queue.actions.stopped = QueueStop(NOW, "512 of 9,800 records failed", "error budget")
        queue.screen.show_files()
        await queue.stage.pilot.pause()
        assert "error budget: 512 of 9,800 records failed" in " ".join(queue.stage.text())
        await queue.stage.press("S")
        assert "Let the queue go on?" in " ".join(queue.stage.text())
        await queue.stage.press("n")
        assert queue.actions.stopped is not None
        await queue.stage.press("S", "y")
        assert queue.actions.stopped is None
