"""The key line: what matters most stays on it, and says what it costs."""

import pytest

from tests.render.drawn import text
from tests.tui.stage import Stage
from zcbulk_tui.render.span import Look, line_width
from zcbulk_tui.tui.key_line import action_at, key_line, legend
from zcbulk_tui.tui.keys import KEYS
from zcbulk_tui.tui.own_keys import remapped
from zcbulk_tui.tui.workspace import Details

EVERY = {key.action for key in KEYS}
WIDTHS = range(54, 201)
"""Where the keys that never leave have room."""

RUNS = EVERY - {"failures", "repair", "results"}
"""What can be done with a job that runs."""

ENDED = EVERY - {"start", "abort"}
"""What can be done with a job that has ended."""

CONTROLS = {key.action for key in KEYS if key.controls}


def line(width: int, *, able: set[str] = EVERY, never: set[str] | None = None) -> str:
    """The line where some keys can be pressed, and some never."""

    def state_of(action: str) -> bool | None:
        if action in (never or ()):
            return False
        return True if action in able else None

    return text(key_line(KEYS, state_of, width))


@pytest.mark.parametrize("never", [set(), CONTROLS], ids=["all", "read-only"])
def test_help_and_quit_are_always_whole(never: set[str]) -> None:
    for width in WIDTHS:
        shown = line(width, never=never)
        assert len(shown) == width
        assert shown.rstrip().endswith(" ? help  q quit")


@pytest.mark.parametrize("width", [80, 120])
def test_what_costs_calls_says_how_many(width: int) -> None:
    shown = line(width, able=RUNS)
    priced = [" S start (2) ", " X abort (2) ", " r poll (1) "]
    priced += [" N insert (3) "] if width == 120 else []
    for part in priced:
        assert part in shown
    assert shown.count("(") == len(priced), "nothing else costs any"


def test_keys_leave_by_their_rank_as_the_screen_narrows() -> None:
    rank = {key.action: key.rank for key in KEYS}
    for width in WIDTHS:
        labels = {key.action: f" {key.shown.split()[0]} {key.label} " for key in KEYS if key.rank}
        shown = {action for action, label in labels.items() if label in line(width)}
        assert all(rank[one] < rank[other] for one in labels.keys() - shown for other in shown)


def test_what_is_there_at_80_and_at_120() -> None:
    assert line(80, able=RUNS).rstrip() == (
        " S start (2)  X abort (2)  r poll (1)  Enter details  / filter  ? help  q quit"
    )
    assert line(120, able=RUNS).rstrip() == (
        " S start (2)  X abort (2)  r poll (1)  Enter details  a add  N insert (3)  / filter  "
        "b budget  ? help  q quit"
    )


def test_of_a_job_that_has_ended_its_failures_are_in_the_place_of_its_commands() -> None:
    assert line(80, able=ENDED).rstrip() == (
        " r poll (1)  Enter details  f failures  F repair (3)  / filter  ? help  q quit"
    )


def test_no_key_is_cut_in_two() -> None:
    for width in WIDTHS:
        shown = line(width)
        assert "…" not in shown
        assert line_width(key_line(KEYS, lambda _: True, width)) == width


def test_what_cannot_be_done_now_is_greyed_while_there_is_room() -> None:
    spans = key_line(KEYS, lambda action: None if action in CONTROLS else True, 240)
    looks = {span.text.strip(): span.look for span in spans}
    assert looks["start (2)"] is looks["abort (2)"] is looks["S"] is Look.DIM
    assert looks["poll (1)"] is Look.TEXT
    assert looks["r"] is Look.STRONG


def test_a_legend_has_own_keys_and_as_many_as_fit() -> None:
    actions = {"back": "close", "down up": "scroll", "calls": "calls", "top": "newest"}
    keys = remapped(KEYS, {"down": "i", "calls": ""})
    assert text(legend(keys, actions, 60)).rstrip() == " Esc close  i k scroll  g newest"
    assert text(legend(keys, actions, 25)).rstrip() == " Esc close  i k scroll"
    assert line_width(legend(keys, actions, 5)) == 5


@pytest.mark.parametrize("width", [60, 80, 120, 200])
def test_every_column_of_a_key_leads_to_its_action(width: int) -> None:
    shown = line(width)
    for key in KEYS:
        label = f" {key.shown.split()[0]} {key.label} "
        begin = shown.find(label)
        if key.rank and begin >= 0:
            for x in range(begin, begin + len(label)):
                assert action_at(KEYS, lambda _: True, width, x) == key.action
    assert action_at(KEYS, lambda _: True, width, width) is None


async def test_a_click_on_a_key_does_what_the_key_does_or_says_why_not() -> None:
    async with Stage().open(200, 24) as stage:
        await stage.select("Regions")  # is done
        for label, row in (("start", "Regions is done"), ("help", "Help")):
            x = stage.text()[-1].index(label)
            await stage.pilot.click(offset=(x, 23))
            await stage.pilot.pause()
            assert any(row in said for said in stage.text()), label
            stage.screen._unsay()
            await stage.pilot.pause()


async def test_what_is_said_in_passing_takes_the_place_of_what_was_said_before() -> None:
    async with Stage().open(80, 24) as stage:
        assert stage.text()[-1] == line(80, able=RUNS).rstrip()
        await stage.select("Regions")
        keys = stage.text()[-1]
        await stage.press("S", "X", "t", "S")
        assert stage.text()[-1] == " Regions is done; only a job that is ready can be started."
        assert not stage.app._notifications
        stage.screen._unsay()
        await stage.pilot.pause()
        assert stage.text()[-1] == keys


async def test_q_closes_the_details_before_it_quits() -> None:
    async with Stage().open(120, 36) as stage:
        assert stage.text()[-1] == line(120, able=RUNS).rstrip()
        for keys in (["enter"], ["enter", "z"], ["z"]):
            await stage.press(*keys, "q")
            assert stage.screen.workspace.details is Details.CLOSED
            assert stage.app.is_running
        await stage.press("S", "q")
        assert stage.app.screen is stage.screen
        await stage.press("q")
        assert not stage.app.is_running
        assert stage.app.return_code == 0
