"""Chains in words and figures: on the list, in the details and in the history."""

from datetime import UTC, timedelta

import pytest

from tests.render.drawn import text
from tests.support.jobs import NOW, watched
from tests.support.text import HOSTILE, is_one_safe_line
from zcbulk_tui.domain.control import Command
from zcbulk_tui.domain.job import Action, Counts, JobReading, JobState
from zcbulk_tui.domain.lineage import Chain, chain
from zcbulk_tui.domain.records import History
from zcbulk_tui.domain.snapshot import JobSnapshot, Listed
from zcbulk_tui.errors import UnclearError
from zcbulk_tui.render import lineage
from zcbulk_tui.render.columns import columns
from zcbulk_tui.render.detail import Known, detail
from zcbulk_tui.render.glyphs import ASCII, UNICODE, Glyphs
from zcbulk_tui.render.history import Page
from zcbulk_tui.render.row import row
from zcbulk_tui.render.span import Line, Look, Span, line_width
from zcbulk_tui.render.timeline import timeline

DONE, RUNNING = JobState.COMPLETED, JobState.IN_PROGRESS
LOST = Command(Action.START, NOW, error=UnclearError("No answer"))


def job(
    number: int,
    label: str,
    counts: Counts | None,
    state: JobState = DONE,
    command: Command | None = None,
) -> Listed:
    at = NOW + timedelta(minutes=number)
    made = watched(str(number), label)._replace(added_at=at, repairs="1" if number > 1 else "")
    last = () if counts is None else (JobReading(state, state.value, counts, at),)
    return Listed("eu", JobSnapshot(made, last, command=command))


ROOT = job(1, "Customers", Counts(100_000, 98_700, 1_300, 0))
DONE_REPAIR = job(2, "Customers, repair 1", Counts(1_300, 712, 588, 0))
RUNNING_REPAIR = job(3, "Second try", Counts(588, 88, 0, 500), RUNNING)
UNREAD = job(3, "Customers, repair 2", None)


def of(*jobs: Listed) -> Chain:
    return chain([ROOT, *jobs])


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (of(DONE_REPAIR), "100,000: 99,412 in, 588 left after 2 attempts"),
        (
            of(DONE_REPAIR, UNREAD),
            "100,000: 99,412 in, 588 left after 3 attempts, 1 of them unclear",
        ),
        (
            of(DONE_REPAIR, RUNNING_REPAIR),
            "100,000: 99,500 in, 500 left after 3 attempts, 500 under way",
        ),
        (
            of(DONE_REPAIR)._replace(waiting=1),
            "100,000: 99,412 in, 588 left after 2 attempts, 1 file waiting",
        ),
        (
            of(job(2, "Again", Counts(1_400, 1_400, 0, 0))),
            "100,000: 100,100 in, 100 more than the first one has, after 2 attempts",
        ),
        (
            chain([job(1, "Unread", None), DONE_REPAIR]),
            "712 in after 2 attempts; how many there are is not known, 1 of them unclear",
        ),
    ],
)
def test_the_net_result_in_words(made: Chain, expected: str) -> None:
    assert lineage.net(made) == expected


def drawn(*lines: Line) -> list[str]:
    return [text(line).rstrip() for line in lines]


@pytest.mark.parametrize("glyphs", [UNICODE, ASCII], ids=["unicode", "ascii"])
def test_the_table_has_a_line_for_each_attempt_and_then_the_result(glyphs: Glyphs) -> None:
    made = of(DONE_REPAIR, UNREAD)
    lines = lineage.lines(made, NOW, 60, glyphs, zone=UTC)
    assert {line_width(line) for line in lines} == {60}
    done, unclear = glyphs.states[DONE], "?"
    assert drawn(*lines) == [
        "ATTEMPT                  SINCE        IN    FAILED      LEFT",
        f"{done} Customers              10:31    98,700     1,300         0",
        f"{done} repair 1               10:32       712       588         0",
        f"{unclear} repair 2               10:33         –         –         –",
        "100,000: 99,412 in, 588 left after 3 attempts, 1 of them",
        "unclear.",
    ]


@pytest.mark.parametrize("most", range(1, 8))
def test_of_the_table_the_result_stays_longest_and_then_the_last_attempts(most: int) -> None:
    lines = drawn(*lineage.lines(of(DONE_REPAIR), NOW, 60, UNICODE, most=most, zone=UTC))
    assert len(lines) <= most
    assert lines[-1] == "100,000: 99,412 in, 588 left after 2 attempts."
    assert len(lines) == min(most, 4) or most == 2
    if most == 3:
        assert "repair 1" in lines[1]


@pytest.mark.parametrize("label", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("width", [10, 40, 80])
def test_labels_of_others_are_shown_as_one_safe_line(width: int, label: str) -> None:
    hostile = job(2, label, Counts(1, 1, 0, 0))
    for line in lineage.lines(of(hostile), NOW, width, UNICODE, zone=UTC):
        assert is_one_safe_line(text(line))
        assert line_width(line) == width


def test_which_attempt_a_job_is() -> None:
    said = lineage.place(of(DONE_REPAIR), DONE_REPAIR.key)
    assert said == "Attempt 2 of 2 of “Customers”."


@pytest.mark.parametrize("glyphs", [UNICODE, ASCII], ids=["unicode", "ascii"])
@pytest.mark.parametrize("width", [60, 80, 120, 200])
def test_the_line_of_a_chain_shows_the_net_result(width: int, glyphs: Glyphs) -> None:
    at = columns(width)
    made = row(
        RUNNING_REPAIR,
        NOW,
        at,
        glyphs,
        chain=of(DONE_REPAIR, RUNNING_REPAIR),
        branch=glyphs.folded,
    )
    assert f" {glyphs.folded} Second" in text(made.names)
    cells = text(made.numbers).split()
    assert {"99", "500"} <= set(cells)
    if at.done:
        assert "99,500" in cells
    assert line_width(made.bar) == at.bar
    assert line_width(made.names) == at.names_width
    assert line_width(made.numbers) == at.numbers_width
    bar = text(made.bar)
    assert bar.count(glyphs.success) > at.bar * 0.8
    assert bar.endswith(glyphs.left), "it is full only when everything is processed"


def test_an_unclear_attempt_is_named_on_the_line() -> None:
    lost = job(3, "Lost", Counts(588, 0, 0, 588), JobState.READY, LOST)
    for newest in (UNREAD, lost):
        made = row(newest, NOW, columns(120), UNICODE, chain=of(DONE_REPAIR, newest))
        assert Span("1 unclear", Look.WARNING) in [
            Span(it.text.strip(), it.look) for it in made.numbers
        ]
        assert "99,412" in text(made.numbers)


def test_the_details_have_the_chain() -> None:
    known = Known(DONE_REPAIR, chain=of(DONE_REPAIR))
    for width in (54, 80, 120):
        lines = detail(known, NOW, width, UNICODE, UTC)
        assert {line_width(line) for line in lines} == {width}
        said = drawn(*lines)
        assert any(line.startswith(" CHAIN ") for line in said)
        assert " 100,000: 99,412 in, 588 left after 2 attempts." in said


@pytest.mark.parametrize(
    ("height", "attempts"), [(13, 0), (20, 0), (24, 2), (24, 9), (40, 2), (40, 9)]
)
def test_the_history_has_the_chain(height: int, attempts: int) -> None:
    others = [job(it, f"Customers, repair {it - 1}", Counts(1, 1, 0, 0)) for it in range(3, 10)]
    made = of(DONE_REPAIR, *(others if attempts > 2 else ()))
    history = History(ROOT.snapshot.job, ROOT.snapshot.readings)
    lines = Page(timeline(history), UNICODE, 80, height, (), UTC, made).lines(0, NOW)
    said = drawn(*lines)
    assert (len(said), {line_width(line) for line in lines}) == (height, {80})
    assert lineage.net(made) + "." in [line.strip() for line in said]
    assert sum("repair" in line for line in said) == (
        0 if height < 22 else min(attempts - 1, height - 18 - 2)
    )
