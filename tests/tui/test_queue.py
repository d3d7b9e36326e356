"""The queue on the screen: what its keys are about while files come and go."""

import pytest

from tests.support.insertions import insertion
from tests.support.jobs import NOW
from tests.tui.alone import Alone
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


class Open(Alone):
    """The queue with three files; only the test draws it anew."""

    def __init__(self, **own_keys: str) -> None:
        self.files = [waiting(key) for key in ("one", "two", "three")]
        self.actions = Actions(self.files)
        self.queue = QueueScreen(
            lambda: self.files,
            self.actions,
            glyphs=UNICODE,
            keys=remapped(KEYS, own_keys),
            now=lambda: NOW,
        )
        super().__init__(self.queue)

    @property
    def selected(self) -> str | None:
        """The key of the selected file."""
        selected = self.queue.selected
        return selected.insertion.key if selected else None

    async def draw(self) -> None:
        """Draws it anew."""
        self.queue.show_files()
        await self.pilot.pause()


@pytest.fixture(autouse=True)
def _only_drawn_by_the_test(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("zcbulk_tui.tui.screens.queue._TICK", 3600.0)


async def test_a_file_that_slides_under_the_cursor_is_not_dropped() -> None:
    async with Open().open() as queue:
        await queue.press("j")
        del queue.files[1]
        await queue.press("x", "S")
        assert queue.actions.dropped == []
        assert queue.screen is queue.queue
        queue.queue.show_files()
        assert queue.selected == "three"
        await queue.press("x")
        assert queue.actions.dropped == ["three"]
        assert queue.selected == "one"


async def test_the_cursor_stays_on_its_file_where_others_come_and_go() -> None:
    async with Open().open() as queue:
        await queue.press("j")
        queue.files.insert(0, waiting("new"))
        assert queue.selected == "two"
        queue.queue.show_files()
        assert queue.selected == "two"
        await queue.press("j")
        assert queue.selected == "three"
        await queue.press("g", "x", "x", "x", "x", "x")
        assert queue.actions.dropped == ["new", "one", "two", "three"]


async def test_what_goes_on_by_itself_is_said_until_the_cursor_moves() -> None:
    async with Open().open() as queue:
        await queue.press("S")
        await queue.draw()
        assert "It goes on by itself." in queue.text()
        await queue.press("j", "k")
        assert "It goes on by itself." not in queue.text()


@pytest.mark.parametrize(
    ("own", "said"),
    [("f7", "on its way. F7 inserts one."), ("", "on its way.")],
    ids=["another", "none"],
)
async def test_the_key_that_inserts_is_the_users_own(own: str, said: str) -> None:
    async with Open(insert=own).open() as queue:
        queue.files.clear()
        await queue.draw()
        assert f"No file is {said}" in queue.text()
        assert ("inserts" in queue.text()) == bool(own)


def test_no_key_is_named_in_a_question() -> None:
    (text,) = questions.cancel_upload(waiting("one")).paragraphs
    assert " S " not in text
    assert " x " not in text


async def test_a_stopped_queue_says_why_and_goes_on_by_s_after_a_question() -> None:
    async with Open().open() as queue:
        queue.actions.stopped = QueueStop(NOW, "512 of 9,800 records failed", "error budget")
        await queue.draw()
        assert "error budget: 512 of 9,800 records failed" in queue.text()
        await queue.press("S")
        assert "Let the queue go on?" in queue.text()
        await queue.press("n")
        assert queue.actions.stopped is not None
        await queue.press("S", "y")
        assert queue.actions.stopped is None
