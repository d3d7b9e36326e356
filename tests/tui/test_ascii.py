"""A terminal that shows ASCII only is sent nothing else."""

import pytest

from tests.tui.stage import Stage


@pytest.mark.parametrize(
    "keys", [[], ["X"], ["a"], ["question_mark"], ["ctrl+p"], ["b"], ["plus"]], ids=str
)
async def test_nothing_but_ascii(keys: list[str]) -> None:
    async with Stage(ascii_only=True).open(80, 24) as stage:
        await stage.press(*keys)
        drawn = "".join(stage.text())
        assert len(drawn) > 500
        assert drawn.isascii()
