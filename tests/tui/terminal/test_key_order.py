"""Keys that come close behind one that closes or opens a dialog are for the screen then on top."""

import asyncio

import pytest
from textual import events, on
from textual.app import App, ComposeResult
from textual.await_complete import AwaitComplete
from textual.screen import ModalScreen, Screen
from textual.widgets import Button, Input

from zcbulk_tui.tui.terminal import key_order
from zcbulk_tui.tui.terminal.key_order import KeyOrder, KeySettled


class _Dialog(ModalScreen[str]):
    BINDINGS = [("escape", "close", "Close")]  # noqa: RUF012 - Textual declares no class variable

    def __init__(self, kind: str) -> None:
        super().__init__()
        self._kind = kind

    def compose(self) -> ComposeResult:
        yield Input() if self._kind == "field" else Button("No")

    @on(Button.Pressed)
    @on(Input.Submitted)
    def action_close(self) -> None:
        typed = self.query(Input)
        self.dismiss(typed.first().value if typed else "")


class _SlowDialog(_Dialog):
    """A dialog that has nothing to answer with until it is mounted."""

    def __init__(self) -> None:
        super().__init__("button")
        self.may_mount = asyncio.Event()

    async def on_mount(self) -> None:
        await self.may_mount.wait()
        self._answer = "mounted"

    def action_close(self) -> None:
        self.dismiss(self._answer)


class _Beneath(Screen[None]):
    """A screen that opens a dialog as it does when something is pasted: not by a binding."""

    def on_key(self, event: events.Key) -> None:
        if event.key == "o" and isinstance(self.app, _Ordered):
            event.stop()
            self.app.push_screen(self.app.dialog, self.app.typed.append)


class _Ordered(App[None]):
    def __init__(self) -> None:
        super().__init__()
        self.order = KeyOrder(self, super().on_event)
        self.dialog = _SlowDialog()
        self.got: list[str] = []
        self.typed: list[str | None] = []
        self.is_back = asyncio.Event()

    async def on_event(self, event: events.Event) -> None:
        was_passed_on = event.is_forwarded
        try:
            await self.order.take(event)
        finally:
            if was_passed_on:
                self.is_back.set()

    async def on_key_settled(self, message: KeySettled) -> None:
        await self.order.settled(message)

    def pop_screen(self) -> AwaitComplete:
        closed = self.screen
        popped = super().pop_screen()
        self.order.screen_closed(closed)
        return popped

    def get_default_screen(self) -> Screen[None]:
        return _Beneath()

    def on_key(self, event: events.Key) -> None:
        self.got.append(event.key)

    def press(self, *keys: str) -> None:
        """Presses keys, all before the first of them is read."""
        for key in keys:
            self.post_message(events.Key(key, key if len(key) == 1 else None))


@pytest.mark.parametrize("kind", ["field", "button"])
@pytest.mark.parametrize("closes", ["escape", "enter"])
async def test_keys_behind_the_one_that_closes_are_for_what_is_beneath(
    kind: str, closes: str
) -> None:
    app = _Ordered()
    async with app.run_test() as pilot:
        for _ in range(2):
            app.push_screen(_Dialog(kind), app.typed.append)
            await pilot.pause()
        app.press("a", closes, "b", closes, "c", "d")
        while app.got[-2:] != ["c", "d"]:
            await pilot.pause()
        assert len(app.screen_stack) == 1
        assert app.typed == (["a", "b"] if kind == "field" else ["", ""])


async def test_a_key_behind_the_one_that_opens_a_dialog_waits_until_it_is_mounted() -> None:
    app = _Ordered()
    async with app.run_test() as pilot:
        app.press("o", "escape", "b")
        await app.is_back.wait()
        assert not app.dialog.is_mounted
        app.dialog.may_mount.set()
        while app.is_running and app.got[-1:] != ["b"]:
            await pilot.pause()
        assert app.typed == ["mounted"]
        assert len(app.screen_stack) == 1


async def test_no_key_waits_for_one_whose_field_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(key_order, "_PATIENCE", 0.01)
    app = _Ordered()
    async with app.run_test() as pilot:
        await app.push_screen(_Dialog("field"))
        await pilot.pause()
        app.order._waits_for = app.screen  # as if what follows the key had been lost
        app.press("escape", "b")
        while app.got[-1:] != ["b"]:
            await pilot.pause()


async def test_a_flood_does_not_fill_memory() -> None:
    app = _Ordered()
    async with app.run_test() as pilot:
        await app.push_screen(_Dialog("button"))
        await pilot.pause()
        app.press(*["j"] * (3 * key_order.MAX_HELD), "escape", "b")
        most = 0
        while app.got[-1:] != ["b"]:
            most = max(most, len(app.order._held))
            await pilot.pause()
        assert app.got == ["j"] * (3 * key_order.MAX_HELD) + ["escape", "b"]
        assert most <= key_order.MAX_HELD + 1
