"""Several profiles in one list: each key goes to the profile of its job, and to no other.

The jobs of all profiles have the same references here, as where two people watch the same jobs.
"""

import re

from textual.widgets import OptionList

from tests.tui.profiles import Cast
from zcbulk_tui.domain.snapshot import JobSnapshot
from zcbulk_tui.simulator.creator import Creator
from zcbulk_tui.simulator.physics import State
from zcbulk_tui.tui.screens.budget import BudgetScreen
from zcbulk_tui.tui.screens.dialogs import NoticeScreen
from zcbulk_tui.tui.screens.profiles import ProfilesScreen

WIDE = (140, 36)
JOBS = ("Customers 2019-24", "Orders EU", "Price list", "Invoices Q3")
STAGE = 3
"""The place of a profile's job that is not in production."""


def of(cast: Cast, profile: str) -> list[JobSnapshot]:
    """The jobs of a profile, in the list's own order."""
    return [it.snapshot for it in cast.screen.workspace.rows if it.profile == profile]


def commands(creator: Creator) -> list[str]:
    """What was commanded of jobs."""
    return [str(entry.action) for entry in creator.log if entry.method != "GET"]


def said(cast: Cast) -> str:
    """What is on the screen, without borders and as one line."""
    return " ".join(" ".join(cast.text()).replace("│", " ").split())


async def test_they_are_chosen_by_marks_and_stand_in_one_list() -> None:
    async with Cast().open(*WIDE) as cast:
        await cast.show_together("acme", "lab")
        for name in ("acme", "lab"):
            assert [job.job.label for job in of(cast, name)] == [f"{name} {job}" for job in JOBS]
        assert (sorted(cast.opened), cast.closed) == (["acme", "acme", "lab"], ["acme"])
        await cast.select(0, "acme")
        text = cast.text()
        assert "PROFILE" in next(line for line in text if "PROGRESS" in line)
        for line in text:
            found = re.search(r"▶(P?) +(acme|lab) .* (acme|lab) ", line)
            if found:
                assert found[2] == found[3], "the profile stands beside its job"
                assert bool(found[1]) is ("Invoices" not in line), "production is marked"
        assert sum("▶P" in line for line in text) == 6
        assert "Total 8 jobs" in said(cast)
        assert text[0].startswith(" PRODUCTION  acme 8 running996 calls left")
        assert text[0].endswith("lab: 996 left")
        assert " · acme · production · " in text[-4]
        await cast.select(STAGE, "lab")
        text = cast.text()
        assert text[0].startswith(" lab  stage ")
        assert text[0].endswith("acme: 996 left")
        assert " · lab · stage · " in text[-4]

        await cast.press("P")
        assert isinstance(cast.app.screen, ProfilesScreen)
        assert "[x] acme (shown)" in said(cast)
        assert "[x] lab (shown)" in said(cast)
        await cast.press("enter")
        assert len(cast.app.screen_stack) == 1
        assert cast.closed == ["acme"], "they are shown already"

        await cast.press("P", "space", "j", "space", "k", "enter")
        await cast.until(lambda: cast.is_read("acme"))
        assert len(cast.labels) == 4
        assert sorted(cast.closed) == ["acme", "acme", "lab"]


async def test_keys_go_to_the_profile_of_the_selected_job() -> None:
    async with Cast().open(*WIDE) as cast:
        await cast.show_together("acme", "lab")
        acme, lab = cast.creators["acme"], cast.creators["lab"]
        await cast.select(STAGE, "lab")
        asked = (len(acme.log), len(lab.log))
        await cast.press("r")
        await cast.until(lambda: len(lab.log) > asked[1])
        assert len(acme.log) == asked[0]

        await cast.press("e", "home", *"new ", "enter")
        assert [job.job.label for job in of(cast, "lab")][STAGE] == "new lab Invoices Q3"
        assert [job.job.label for job in of(cast, "acme")][STAGE] == "acme Invoices Q3"

        await cast.press("X", "y")
        await cast.until(lambda: len(commands(lab)) == 1)
        job_id = of(cast, "lab")[STAGE].ref.job_id
        now = cast.screen.now().timestamp()
        assert lab.jobs[job_id].state(now) is State.USER_ABORTED
        assert acme.jobs[job_id].state(now) is State.RUNNING
        assert commands(acme) == []

        await cast.select(0, "lab")
        await cast.press("x", "y")
        await cast.until(lambda: len(cast.labels) == 7)
        assert (len(of(cast, "acme")), len(of(cast, "lab"))) == (4, 3)


async def test_the_calls_are_those_of_the_selected_jobs_profile() -> None:
    async with Cast().open(*WIDE) as cast:
        await cast.show_together("acme", "lab")
        await cast.select(0, "lab")
        await cast.press("b")
        assert isinstance(cast.app.screen, BudgetScreen)
        reasons = "paused|no progress|end expected|at any time|first reading|not started"
        named = [line for line in cast.text() if re.search(reasons, line)]
        assert sum("│lab " in line for line in named) == 4
        assert not any("│acme " in line for line in named)
        await cast.press("t", *"500", "enter", "escape")
        await cast.until(lambda: "500 calls left" in cast.text()[0])
        assert cast.text()[0].endswith("acme: 996 left")
        await cast.select(0, "acme")
        assert "996 calls left" in cast.text()[0]
        assert cast.text()[0].endswith("lab: 500 left")

        await cast.press("p")
        await cast.until(lambda: all(it.service.paused for it in cast.screen.workspace.profiles))
        assert cast.text()[0].endswith("polls pausedlab: polls paused")
        await cast.select(0, "lab")
        await cast.press("p")
        await cast.until(
            lambda: not any(it.service.paused for it in cast.screen.workspace.profiles)
        )


async def test_marked_jobs_of_several_profiles() -> None:
    async with Cast().open(*WIDE) as cast:
        await cast.show_together("acme", "lab")
        for name in ("acme", "lab"):
            await cast.select(STAGE, name)
            await cast.press("space")
        await cast.press("X")
        shown = said(cast)
        assert "Abort 2 jobs?" in shown
        for name in ("acme", "lab"):
            assert f"• {name} Invoices Q3, Invoices, stage, profile {name}" in shown
            assert re.search(rf"{name}: \d+ calls left today", shown)
        await cast.press("y")
        await cast.until(
            lambda: [len(commands(cast.creators[name])) for name in ("acme", "lab")] == [1, 1]
        )
        await cast.press("slash", *"profile:lab", "enter", "R")
        assert [job.profile for job in cast.screen.jobs.on_screen()] == ["lab"] * 4


async def test_one_that_cannot_be_opened_leaves_all_as_it_is() -> None:
    async with Cast().open(*WIDE) as cast:
        await cast.press("P", "space", *"jjj", "space")
        assert cast.app.screen.query_one(OptionList).highlighted == 3
        await cast.press("enter")
        assert isinstance(cast.app.screen, NoticeScreen)
        assert "The profile “locked” is not signed in" in said(cast)
        await cast.press("escape")
        assert (cast.shown, cast.closed) == ("acme", [])
