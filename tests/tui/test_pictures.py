"""The committed pictures show what the screen shows now."""

import pytest

from tests.tui.picture import text_of
from tests.tui.screenshots import ALL, FOLDER, take, use_utc


@pytest.mark.parametrize("name", ALL)
async def test_picture_is_up_to_date(name: str) -> None:
    """If this fails after a wanted change: python -m tests.tui.screenshots, and look at them."""
    use_utc()
    committed = (FOLDER / f"{name}.svg").read_text(encoding="utf-8")
    assert text_of(await take(name)) == text_of(committed)
