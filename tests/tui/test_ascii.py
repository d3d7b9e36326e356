"""A terminal that shows ASCII only is sent nothing else."""

from tests.tui.stage import Stage


async def test_nothing_but_ascii() -> None:
    async with Stage(ascii_only=True).open(80, 24) as stage:
        await _check(stage)
        for key in ("X", "a", "question_mark", "ctrl+p", "b"):
            await stage.press(key)
            assert stage.app.screen is not stage.screen, key
            await _check(stage, key)
            await stage.press("escape")
            assert stage.app.screen is stage.screen, key
        await stage.press("plus")
        await _check(stage, "plus")


async def _check(stage: Stage, key: str = "") -> None:
    drawn = "".join(stage.text())
    assert len(drawn) > 500, key
    assert drawn.isascii(), key
