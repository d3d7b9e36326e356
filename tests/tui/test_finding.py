"""Filter and sorting by keys, on the whole screen."""

import re

from textual.widgets import Input

from tests.support.jobs import DEMO
from tests.tui.stage import Stage
from zcbulk_tui.render.columns import shown
from zcbulk_tui.render.order import Order, SortBy, first
from zcbulk_tui.tui.widgets.filter_field import FilterField

ALL = list(DEMO)


def labels(stage: Stage) -> list[str]:
    """The jobs on the screen, from the top."""
    found = [re.search("|".join(ALL), line) for line in stage.text()[3:]]
    last = stage.screen.jobs.page
    return [match[0] for match in found[:last] if match]


def label(stage: Stage) -> str | None:
    """The job under the cursor."""
    selected = stage.screen.workspace.selected
    return selected.snapshot.job.label if selected else None


def tells_details(stage: Stage) -> bool:
    """Whether the details are open."""
    return any("COUNTS ──" in line for line in stage.text())


def titles(stage: Stage) -> str:
    """The line of the titles."""
    return next(line for line in stage.text() if "PROGRESS" in line)


def total(stage: Stage) -> str:
    """The line of the total."""
    return next(line for line in reversed(stage.text()) if line.startswith("Σ "))


async def test_the_list_follows_every_letter_of_a_filter() -> None:
    async with Stage().open() as stage:
        keys = stage.text()[-1]
        await stage.press("slash")
        assert "words, !word for without" in stage.text()[-1], "in the place of the key line"
        for letter, expected in {
            "o": ALL,
            "r": ["Orders EU", "Stock", "Returns"],
            "d": ["Orders EU"],
        }.items():
            await stage.press(letter)
            assert labels(stage) == expected, letter
            assert stage.text()[-1].endswith(letter)
        assert "“ord” 1 of 12" in total(stage)
        await stage.press("z")
        assert labels(stage) == []
        assert any("None of 12 jobs has “ordz”; Esc shows all." in line for line in stage.text())
        await stage.press("backspace", "backspace")
        assert labels(stage) == ["Orders EU", "Stock", "Returns"]
        await stage.press("enter")
        assert stage.app.focused is None
        assert labels(stage) == ["Orders EU", "Stock", "Returns"], "Enter keeps it"
        assert stage.text()[-1] == keys
        await stage.press("slash", "d")
        assert labels(stage) == ["Orders EU"], "it goes on from what was kept"
        await stage.press("escape")
        assert stage.app.focused is None
        assert labels(stage) == ALL, "Esc clears it"
        assert "Total 12 jobs" in total(stage)
        assert stage.text()[-1] == keys


async def test_cursor_and_keys_are_about_what_the_filter_shows() -> None:
    async with Stage().open() as stage:
        await stage.select("Returns")
        await stage.press("slash", *"or", "up")
        assert label(stage) == "Stock"
        await stage.press("down", "down")
        assert label(stage) == "Returns"
        await stage.press("up", "up")
        assert label(stage) == "Orders EU"
        assert isinstance(stage.app.focused, FilterField)
        await stage.press("slash")
        assert stage.app.screen.query_one(FilterField).value == "or/"
        assert len(stage.app.screen.query(Input)) == 1

        await stage.press("backspace", "enter")
        before = len(stage.creator.log)
        await stage.press("R")
        await stage.until(lambda: len(stage.creator.log) > before)
        asked = {entry.path.rsplit("/", 1)[1] for entry in stage.creator.log[before:]}
        assert asked == {stage.ref("Orders EU").job_id}, "the others are over"

        await stage.press("escape")
        assert label(stage) == "Orders EU"
        await stage.select("Price list")
        await stage.press("slash", *"state:ready")
        assert labels(stage) == ["Suppliers", "Warehouses", "Leads spring fair"]
        assert label(stage) in labels(stage)
        assert stage.text()[-4].startswith(f" {label(stage)} "), "the lines below go with it"
        await stage.press("enter", "escape")
        assert label(stage) == "Price list", "the cursor comes back to its job"
        assert any(line.startswith("▌ ▶ Price list") for line in stage.text())

        await stage.press("slash", *"zz", "enter", "S", "X", "r", "x", "h")
        assert stage.app.screen is stage.screen
        assert label(stage) is None


async def test_escape_takes_back_one_thing_at_a_time() -> None:
    async with Stage().open() as stage:
        await stage.press("enter", "space", "slash", *"eu", "enter")
        assert labels(stage)[0] == "Orders EU"
        assert tells_details(stage)
        assert "1 MARKED" in stage.text()[0]
        await stage.press("escape")
        assert labels(stage) == ALL
        assert "1 MARKED" in stage.text()[0]
        await stage.press("escape")
        assert "MARKED" not in stage.text()[0]
        assert tells_details(stage)
        await stage.press("escape")
        assert not tells_details(stage)
        await stage.press("escape")
        assert stage.app.is_running


async def test_the_list_is_sorted_by_keys_by_clicks_and_by_readings_that_come() -> None:
    async with Stage().open() as stage:
        await stage.select("Stock")
        columns = shown(stage.screen.jobs.columns)
        assert columns[1:3] == (SortBy.JOB, SortBy.RISK)
        assert not {SortBy.FORM, SortBy.DUE} & {*columns}, "the screen is too narrow for them"
        for column in (*columns[1:], columns[0]):
            await stage.press("o")
            assert stage.screen.workspace.rows.order == Order(column, first(column))
            arrows = re.findall(r"\w+ [▲▼]|[▲▼]\S+", titles(stage))
            assert len(arrows) == (column is not SortBy.ADDED), column
            assert label(stage) == "Stock", "the cursor keeps its job"
        assert labels(stage) == ALL

        await stage.press("o")
        assert "JOB ▲" in titles(stage)
        assert labels(stage) == sorted(ALL)
        await stage.press("O")
        assert "JOB ▼" in titles(stage)
        assert labels(stage) == sorted(ALL, reverse=True)
        await stage.press("o", "O", "o", "O", "o", "O")
        assert "▲OK" in titles(stage)
        assert labels(stage)[:2] == ["Suppliers", "Warehouses"]
        assert labels(stage)[-2:] == ["Orders EU", "Leads spring fair"], "the unknown is last"

        jobs = stage.screen.jobs
        bar = jobs.columns.names_width
        risk = bar + jobs.columns.bar + 1
        for x, column in ((6, SortBy.JOB), (risk, SortBy.RISK), (bar, SortBy.PERCENT)):
            await stage.pilot.click(jobs, offset=(x, 0))
            assert jobs.rows.order == Order(column, first(column))
        await stage.pilot.click(jobs, offset=(bar, 0))
        assert jobs.rows.order == Order(SortBy.PERCENT, descending=False), "the other way round"
        await stage.pilot.click(jobs, offset=(bar, 0))
        assert label(stage) == "Stock"

        await stage.select("Price list")
        assert "▼%" in titles(stage)
        assert labels(stage)[:3] == ["Regions", "Price list", "Customers 2019-24"]
        await stage.follow("Customers 2019-24", 160, step=160)
        assert labels(stage)[:3] == ["Regions", "Customers 2019-24", "Price list"]
        assert label(stage) == "Price list"
        assert any(line.startswith("▌ ▶ Price list") for line in stage.text())

        await stage.pilot.click(jobs, offset=(1, 0))
        assert labels(stage) == ALL, "as they were added"
