"""Why records failed, as lines."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.render.drawn import text
from tests.render.strategies import SETS
from tests.render.strategies import lines as texts
from tests.support.text import is_one_safe_line
from zcbulk_tui.domain.failures import (
    OTHER_REASONS,
    FailureGroup,
    FailureReport,
)
from zcbulk_tui.render.failures import (
    block_strip,
    failure_heading,
    failure_lines,
    failure_sentences,
    group_lines,
    group_titles,
    reason_spans,
)
from zcbulk_tui.render.glyphs import ASCII, UNICODE, Glyphs
from zcbulk_tui.render.span import Look, line_width

EMAIL = FailureGroup("Row <value>: Duplicate value <value> for Email", ("Email",), 900, ())
CODES = FailureGroup(
    "INVALID_DATA-Mobile,Phone:MANDATORY_NOT_FOUND-Name", ("Mobile", "Phone", "Name"), 300, ()
)
OTHERS = FailureGroup(OTHER_REASONS, (), 5, ())
ASSUMED = "The reason is taken from the column “ERRORS”, which the uploaded file does not have."
REPORT = FailureReport(
    1_205,
    (EMAIL, CODES, OTHERS),
    ("Email",),
    (ASSUMED,),
    placed=1_190,
    ambiguous=1,
    blocks=[0, 190, 200, 200, 200, 200, 200, *[0] * 93],
)


def drawn(report: FailureReport, cells: int, glyphs: Glyphs = UNICODE) -> list[str]:
    return [text(line).rstrip() for line in failure_lines(report, cells, glyphs)]


def test_all_of_it_at_80_cells() -> None:
    assert drawn(REPORT, 80) == [
        "1,205 records failed, in 3 groups",
        "",
        "  RECORDS    SHARE             REASON",
        "      900     75 % ▚▚▚▚▚▚▚░░░  Row <value>: Duplicate value <value> for Email",
        "      300     25 % ▚▚░░░░░░░░  INVALID_DATA-Mobile,Phone:",
        "                               MANDATORY_NOT_FOUND-Name",
        "        5   0.41 % ┆░░░░░░░░░  other reasons",
        "",
        "▁█████" + "▁" * 74,
        "block 1" + " " * 70 + "100",
        "",
        "  Fixing the 2 largest groups saves 99 % of the failures.",
        "  Failures cluster: 6 of 100 blocks of 200 records have one; at random it would",
        "  be 100 (estimate).",
        "  The place in the uploaded file is known of 1,190 records; 1 stands in several",
        "  lines, any of which it may be; 14 are not found.",
        "  The reason is taken from the column “ERRORS”, which the uploaded file does not",
        "  have.",
    ]


def test_wide_screens_have_a_column_for_the_fields() -> None:
    found = drawn(REPORT, 120, ASCII)
    assert found[2].endswith("  FIELDS")
    assert found[3].endswith("  Email")
    assert found[4].endswith("  Mobile, Phone, Name")
    assert found[3].index("Email", 80) == found[2].index("FIELDS")


@pytest.mark.parametrize("cells", [80, 120])
def test_a_row_of_a_list_is_one_line(cells: int) -> None:
    (line,) = group_lines(CODES, 1_205, cells, UNICODE)
    assert line_width(line) == cells
    assert line_width(group_titles(cells)) == cells
    assert text(line).startswith("      300     25 % ▚▚░░░░░░░░  INVALID_DATA-Mobile,Phone:")


def test_what_stands_for_values_is_dim() -> None:
    spans = reason_spans("<value>: no <value>")
    assert [(it.text, it.look) for it in spans] == [
        ("<value>", Look.DIM),
        (": no ", Look.TEXT),
        ("<value>", Look.DIM),
    ]


@pytest.mark.parametrize(
    ("records", "groups", "expected"),
    [(0, (), "No record failed"), (1, (OTHERS,), "1 record failed, in 1 group")],
)
def test_headings(records: int, groups: tuple[FailureGroup, ...], expected: str) -> None:
    assert text(failure_heading(FailureReport(records, groups, ()))) == expected


def test_a_report_without_failures() -> None:
    assert drawn(FailureReport(0, (), ("Email",), ("No column holds a reason.",)), 80) == [
        "No record failed",
        "",
        "  No column holds a reason.",
    ]


def test_one_group_is_not_called_the_largest() -> None:
    alone = FailureReport(900, (EMAIL,), ())
    assert failure_sentences(alone) == []


def test_spread_and_all_places_known() -> None:
    even = FailureReport(200, (replace(EMAIL, records=200),), (), placed=200, blocks=[2] * 100)
    said = dict(failure_sentences(even))
    assert said == {
        "Failures do not cluster: 100 of 100 blocks of 200 records have one; at random it would "
        "be 87 (estimate).": Look.TEXT,
        "The place in the uploaded file is known of 200 records.": Look.TEXT,
    }


def test_what_this_program_packed_is_no_cluster_of_the_file() -> None:
    blocks = [*[0] * 249, 10]
    packed = FailureReport(10, (EMAIL,), (), placed=10, blocks=blocks, is_packed=True)
    said = " ".join(dict(failure_sentences(packed)))
    assert "1 of 250 blocks of 200 records has a failure: suspect records were packed" in said
    assert "cluster" not in said


def test_the_rest_of_many_groups_is_counted() -> None:
    groups = [FailureGroup(f"Reason {at}", (), 10, ()) for at in range(50)]
    found = drawn(FailureReport(500, tuple(groups), ()), 80)
    assert found[-1] == "  and 10 more groups with 100 records"


@pytest.mark.parametrize(
    ("blocks", "expected"),
    [
        ([], []),
        ([3], ["█", "block 1"]),
        ([0, 3] * 20, ["▁█" * 20, "block 1" + " " * 31 + "40"]),
        ([0, 0, 4, 0] * 20, ["▁█" * 20, "block 1" + " " * 31 + "80"]),
    ],
)
def test_strips(blocks: list[int], expected: list[str]) -> None:
    cells = 40
    assert [text(line).rstrip() for line in block_strip(blocks, cells, UNICODE)] == expected


@given(st.lists(st.integers(0, 200), min_size=1, max_size=300), SETS, st.sampled_from([40, 80]))
def test_no_block_with_a_failure_looks_empty(blocks: list[int], glyphs: Glyphs, cells: int) -> None:
    strip = text(block_strip(blocks, cells, glyphs)[0])
    assert len(strip) == min(len(blocks), cells)
    filled = sum(character != glyphs.levels[0] for character in strip)
    assert (filled > 0) == any(blocks)
    if len(blocks) <= cells:
        assert filled == sum(map(bool, blocks))


groups = st.builds(
    FailureGroup,
    texts,
    st.lists(texts, max_size=8).map(tuple),
    st.integers(1, 10**9),
    st.just(()),
)


@given(
    st.lists(groups, max_size=4),
    st.lists(texts, max_size=2).map(tuple),
    st.lists(st.integers(0, 200), max_size=30),
    SETS,
    st.sampled_from([60, 80, 100, 120]),
)
def test_no_line_is_wider_than_the_screen(
    found: list[FailureGroup],
    assumed: tuple[str, ...],
    blocks: list[int],
    glyphs: Glyphs,
    cells: int,
) -> None:
    records = sum(group.records for group in found)
    report = FailureReport(
        records, tuple(found), (), assumed, min(sum(blocks), records), 0, tuple(blocks)
    )
    for line in failure_lines(report, cells, glyphs):
        assert line_width(line) <= cells, text(line)
        assert is_one_safe_line(text(line))
    for group in found:
        for line in group_lines(group, records, cells, glyphs, most=3):
            assert line_width(line) == cells
