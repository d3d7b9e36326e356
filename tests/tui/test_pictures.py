"""The committed pictures show what the screen shows now."""

import re

import pytest

from tests.tui.picture import text_of
from tests.tui.screenshots import ALL, FOLDER, take
from tests.tui.stage import Stage


@pytest.mark.parametrize("name", ALL)
async def test_picture_is_up_to_date(name: str) -> None:
    """If this fails after a wanted change: python -m tests.tui.screenshots, and look at them."""
    committed = (FOLDER / f"{name}.svg").read_text(encoding="utf-8")
    now = await take(name)
    assert text_of(now) == text_of(committed)
    assert now == committed, "other colours"


def test_there_are_no_others() -> None:
    assert {path.stem for path in FOLDER.iterdir()} == set(ALL)


def test_the_readme_shows_pictures_that_are_there() -> None:
    readme = (FOLDER.parent / "README.md").read_text(encoding="utf-8")
    shown = set(re.findall(r"\(screenshots/(.+?)\.svg\)", readme))
    assert {"dashboard", "detail", "groups", "no-colour"} <= shown <= set(ALL)


async def test_a_look_reads_what_a_picture_shows() -> None:
    async with Stage().open() as stage:
        for keys in ((), ("question_mark",), ("escape", "b"), ("escape", "X")):
            await stage.press(*keys)
            assert stage.text() == text_of(stage.app.export_screenshot()), keys
