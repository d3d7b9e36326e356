"""The committed pictures show what the screen shows now."""

import re

import pytest

from tests.cli import login_picture
from tests.tui.picture import text_of
from tests.tui.screenshots import ALL, FOLDER, SITTINGS, Sitting, take
from tests.tui.stage import Stage


@pytest.mark.parametrize("sitting", SITTINGS, ids=lambda sitting: sitting.names[0])
async def test_pictures_are_up_to_date(sitting: Sitting) -> None:
    """If this fails after a wanted change: python -m tests.tui.screenshots, and look at them."""
    taken = await take(sitting)
    assert tuple(taken) == sitting.names
    for name, now in taken.items():
        _assert_committed(name, now)


def test_the_picture_of_the_sign_in_is_up_to_date() -> None:
    _assert_committed("login", login_picture.take())


def _assert_committed(name: str, now: str) -> None:
    committed = (FOLDER / f"{name}.svg").read_text(encoding="utf-8")
    assert text_of(now) == text_of(committed), name
    assert now == committed, f"other colours: {name}"


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
