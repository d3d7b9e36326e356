"""A field waits without a byte on the wire."""

import pytest
from textual.widgets import Input

from tests.tui.stage import Stage


@pytest.mark.parametrize("opens", ["a", "e", "b", "l", "question_mark", "slash", "X"])
async def test_no_cursor_blinks(opens: str) -> None:
    async with Stage().open() as stage:
        await stage.select("Orders EU")
        await stage.press(opens)
        fields = list(stage.app.screen.query(Input))
        assert fields
        assert not any(field.cursor_blink for field in fields)
