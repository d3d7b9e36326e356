"""A field waits without a byte on the wire."""

from textual.widgets import Input

from tests.tui.stage import Stage


async def test_no_cursor_blinks() -> None:
    async with Stage().open() as stage:
        await stage.select("Orders EU")
        for opens in ("a", "e", "b", "l", "question_mark", "X", "slash"):
            await stage.press(opens)
            fields = list(stage.app.screen.query(Input))
            assert fields, opens
            assert not any(field.cursor_blink for field in fields), opens
            await stage.press("escape")
