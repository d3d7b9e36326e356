"""The report about a file, as lines."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.render.drawn import text
from tests.render.strategies import lines as texts
from tests.support.contracts import EACH_FAILS_ALONE, ONE_FAILS_ITS_BATCH, contract_of
from tests.support.jobs import NOW
from tests.support.text import is_one_safe_line
from zcbulk_tui.domain.batch_rule import BATCH, BatchVerdict
from zcbulk_tui.domain.contract import Contract, Question
from zcbulk_tui.domain.preflight import (
    SAMPLES,
    SHOWN,
    FileFacts,
    Finding,
    Gap,
    Kind,
    NotChecked,
    Preflight,
    Severity,
    worst_first,
)
from zcbulk_tui.domain.record_set import RecordSet
from zcbulk_tui.domain.upload import Suspects
from zcbulk_tui.render.preflight import finding_text, not_checked, report, share, size, verdict
from zcbulk_tui.render.span import Look, line_width

FACTS = FileFacts(
    name="customers.csv",
    disk_bytes=98_765_432,
    csv_bytes=98_765_432,
    is_zip=False,
    sha256="ab" * 32,
    encoding="utf-8",
    delimiter=",",
    other_delimiters=(),
    columns=("Email", "City"),
    records=1_000_000,
)

EMAILS = Finding(
    Kind.NOT_AN_EMAIL,
    "Email",
    1,
    Severity.BLOCKS,
    412,
    (14, 205, 310, 1_411, 20_512),
    ("nobody", "a@b", "x y@z.de"),
)

DATES = Finding(
    Kind.DATE_FORMAT, "Since", 4, Severity.WARNS, 1_000_000, (2, 3, 4, 5, 6), ("2026-01-31",)
)

MISSING = Finding(
    Kind.MISSING_MANDATORY, "Name", None, Severity.BLOCKS, 1, (), (), "Name.first_name"
)


def preflight(
    *findings: Finding,
    facts: FileFacts = FACTS,
    suspects: tuple[int, ...] = (),
    gaps: tuple[NotChecked, ...] = (),
) -> Preflight:
    """What was found in a file."""
    return Preflight(facts, worst_first(list(findings)), RecordSet(suspects), gaps, None)


def drawn(found: Preflight, cells: int = 80) -> list[str]:
    """The report as it reads."""
    return [text(line).rstrip() for line in report(found, NOW, cells)]


def test_a_report_at_80_cells() -> None:
    suspects = tuple(batch * BATCH + 1 for batch in range(412))
    found = preflight(DATES, EMAILS, MISSING, suspects=suspects, gaps=(NotChecked(Gap.NO_FIELDS),))
    assert drawn(found) == [
        "customers.csv",
        "  98.8 MB, 1,000,000 records in 5,000 batches, 2 columns",
        "  Encoding utf-8, delimiter comma",
        "",
        "Batches",
        "  The header would be refused, and so all records.",
        "  412 records are suspect: 0.041 %. Zoho ends a job when more than 5 % of its",
        "  batches of 200 records fail.",
        "  If one bad record fails its batch, this job ends: 412 of 5,000 batches have",
        "  one, at most 250 may fail.",
        "  If a bad record fails alone, it does not end: 0 of 5,000 batches have nothing",
        "  else. No source says which of the two holds.",
        "  Packed together at the end of the file, they are in 3 batches, and the job",
        "  does not end.",
        "  Spread at random, as many would be in 396 of 5,000 batches (estimate); 0.026 %",
        "  of all records is enough for 5 %.",
        "",
        "Would be refused, or lose data",
        "  Name: mandatory, but has no column, such as “Name.first_name”",
        "  Email: not an e-mail address                               412 records 0.041 %",
        "    lines 14, 205, 310, 1,411, 20,512, …; “nobody”, “a@b”, “x y@z.de”",
        "",
        "May be refused, or look wrong",
        "  Since: date not as in 31-Jan-2026                    1,000,000 records   100 %",
        "    lines 2, 3, 4, 5, 6, …; “2026-01-31”",
        "",
        "Not checked",
        "  Names of columns, mandatory and unique values, types and lengths: the form's",
        "  fields are not known.",
        "",
        f"  SHA-256 {'ab' * 32}",
    ]


def test_what_is_unlike_the_rest_of_its_column_stands_by_itself() -> None:
    few = replace(DATES, count=3, lines=(2, 3, 4), is_exception=True)
    levels = Finding(Kind.NOT_A_CHOICE, "Level", 5, Severity.WARNS, 900_000, (2,), ("Iron",))
    found = drawn(preflight(few, levels, suspects=(1, 2, 3)))
    first = found.index("May be refused, and unlike the rest of the column: suspect, too")
    assert found[first + 1].startswith("  Since: date not as in 31-Jan-2026 ")
    assert found[first + 4] == "May be refused, or look wrong"
    assert found[first + 5].startswith("  Level: none of the choices ")


def test_a_file_without_findings() -> None:
    found = drawn(replace(preflight(), fields_read_at=NOW))
    at = found.index("Batches")
    assert found[at + 1 : at + 3] == [
        "  No record is suspect. Zoho ends a job when more than 5 % of its batches of 200",
        "  records fail: at most 250 of 5,000 batches may fail.",
    ]
    assert "values were checked for damage only." in " ".join(map(str.strip, drawn(preflight())))


@pytest.mark.parametrize(
    ("disk", "csv", "expected"),
    [
        (100_000_000, 100_000_000, ""),
        (100_000_001, 100_000_001, "It is over Zoho's limit of 100.0 MB"),
        (9_000_000, 100_000_001, "Unpacked it is over Zoho's limit"),
    ],
)
def test_the_limit(disk: int, csv: int, expected: str) -> None:
    facts = FileFacts("x", disk, csv, disk != csv, "", "utf-8", ",", (), ("A",), 1)
    found = preflight(facts=facts)
    said = "\n".join(drawn(found))
    assert expected in said
    assert ("Zoho's limit" in said) == bool(expected)
    assert found.blocks == (disk > 100_000_000)
    sent = "\n".join(text(line) for line in report(found, NOW, 100, is_cut=True))
    assert ("it will be cut into parts" in sent) == bool(expected)
    assert "would be refused" not in sent


def test_another_delimiter_is_named() -> None:
    facts = FileFacts("x", 1, 1, False, "", "utf-8", ",", ((";", 12),), ("A;B",), 1)
    assert "delimiter comma (12 columns with a semicolon)" in "\n".join(
        drawn(preflight(facts=facts))
    )


def test_the_words_of_the_verdict_follow_the_figures() -> None:
    ends = dict(verdict(BatchVerdict(4_000, 2, 2, 0), fields_are_known=True))
    assert any(
        "this job ends: 2 of 20 batches have one, at most 1 may fail" in each for each in ends
    )
    assert Look.ERROR in ends.values()
    stays = dict(verdict(BatchVerdict(4_000, 1, 1, 0), fields_are_known=True))
    assert any("does not end: 1 of 20 batches has one" in each for each in stays)
    assert Look.ERROR not in stays.values()


SINCE = f"known since {NOW.astimezone():%Y-%m-%d}"


@pytest.mark.parametrize(
    ("known", "said", "left_out"),
    [
        (
            ONE_FAILS_ITS_BATCH,
            f"One bad record fails its batch ({SINCE}), and this job ends: 2 of 20 batches have "
            "one, at most 1 may fail.",
            "alone",
        ),
        (
            EACH_FAILS_ALONE,
            f"A bad record fails alone ({SINCE}), and this job does not end: 0 of 20 batches have "
            "nothing else.",
            "random",
        ),
    ],
)
def test_only_the_reading_of_the_rule_is_said_that_is_known_to_hold(
    known: Contract, said: str, left_out: str
) -> None:
    sentences = [
        text for text, _ in verdict(BatchVerdict(4_000, 2, 2, 0), known, fields_are_known=True)
    ]
    assert said in sentences
    assert left_out not in " ".join(sentences)
    assert "No source says" not in " ".join(sentences)


@pytest.mark.parametrize(
    ("encoding", "delimiter", "question", "values", "said", "blocks"),
    [
        ("utf-8", ";", Question.DELIMITERS, {"semicolon": "refused"}, "refuses semicolons", False),
        ("utf-8", ";", Question.DELIMITERS, {"semicolon": "misread"}, "misreads semicolons", False),
        ("utf-8", ";", Question.DELIMITERS, {"semicolon": "read", "comma": "read"}, "", False),
        ("utf-8", ",", Question.DELIMITERS, {"semicolon": "refused"}, "", False),
        ("utf-8", ";", Question.DELIMITERS, {"comma": "refused"}, "refuses commas", True),
        (
            "windows-1252",
            ",",
            Question.ENCODINGS,
            {"windows-1252": "misread"},
            "misreads windows-1252 files",
            False,
        ),
        ("utf-8 with a byte order mark", ",", Question.ENCODINGS, {"utf-8": "read"}, "", False),
        ("latin-1", ",", Question.ENCODINGS, {"utf-8": "misread"}, "misreads utf-8 files", True),
    ],
)
def test_what_is_known_not_to_be_read_is_said(
    encoding: str,
    delimiter: str,
    question: Question,
    values: dict[str, str],
    said: str,
    *,
    blocks: bool,
) -> None:
    facts = replace(FACTS, encoding=encoding, delimiter=delimiter)
    found = replace(preflight(facts=facts), contract=contract_of((question, values)))
    assert found.blocks == blocks
    text_of_all = " ".join(line.strip() for line in drawn(found))
    assert (f"Zoho {said} " in text_of_all) if said else "Zoho refuses" not in text_of_all
    assert ("insert writes them anew" in text_of_all) == (bool(said) and not blocks)
    assert SINCE in text_of_all or not said


@pytest.mark.parametrize(
    ("counts", "disk", "csv", "said", "blocks"),
    [
        ("packed", 9_000_000, 100_000_001, "", False),
        ("unpacked", 9_000_000, 100_000_001, "it would be refused", True),
        ("packed", 100_000_001, 400_000_000, "it would be refused", True),
        ("unpacked", 9_000_000, 100_000_000, "", False),
    ],
)
def test_the_limit_of_a_zip_counts_as_is_known(
    counts: str, disk: int, csv: int, said: str, *, blocks: bool
) -> None:
    facts = FileFacts("x", disk, csv, True, "", "utf-8", ",", (), ("A",), 1)
    known = contract_of((Question.ZIP_LIMIT, {"counts": counts}))
    found = replace(preflight(facts=facts), contract=known)
    shown = "\n".join(drawn(found))
    assert (said in shown) if said else "Zoho's limit of" not in shown
    assert found.blocks == blocks
    assert found.is_cut == blocks
    rewritten = replace(found, facts=replace(facts, delimiter=";"))
    assert rewritten.is_cut == (csv > 100_000_000), "what is written anew is no ZIP"
    bad = replace(found, suspects=RecordSet((1,)))
    assert bad.is_cut_as(Suspects.AS_THEY_ARE, None) == found.is_cut
    assert bad.is_cut_as(Suspects.PACK, None) == rewritten.is_cut
    assert found.is_cut_as(Suspects.PACK, None) == found.is_cut, "there is nothing to pack"


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        (0, "0 %"),
        (1e-7, "<0.001 %"),
        (0.00005, "0.005 %"),
        (0.000412, "0.041 %"),
        (0.005, "0.5 %"),
        (0.034, "3.4 %"),
        (0.34, "34 %"),
        (0.9999, "99 %"),
        (1, "100 %"),
    ],
)
def test_shares(part: float, expected: str) -> None:
    assert share(part) == expected


@pytest.mark.parametrize(
    ("amount", "expected"),
    [(1, "1 byte"), (999, "999 bytes"), (1_250, "1.2 kB"), (5e6, "5.0 MB"), (1e10, "10.0 GB")],
)
def test_sizes(amount: float, expected: str) -> None:
    assert size(int(amount)) == expected


@pytest.mark.parametrize("kind", Kind)
def test_each_kind_has_words(kind: Kind) -> None:
    for severity in Severity:
        for hint in ("", "X"):
            said = finding_text(Finding(kind, "A", 1, severity, 1, (2,), (), hint))
            assert said
            assert not said.endswith(".")
            assert "{" not in said


@pytest.mark.parametrize(
    ("hint", "expected"),
    [
        ("10", "longer than 10 characters"),
        ("the usual 255", "longer than the usual 255 characters"),
    ],
)
def test_a_limit_of_the_form_is_not_called_usual(hint: str, expected: str) -> None:
    too_long = Finding(Kind.TOO_LONG, "A", 1, Severity.WARNS, 1, (2,), (), hint)
    assert finding_text(too_long) == expected


@pytest.mark.parametrize("gap", Gap)
def test_each_gap_has_a_sentence(gap: Gap) -> None:
    assert not_checked(NotChecked(gap, ("A", "B"), 7)).endswith(".")


findings = st.builds(
    Finding,
    st.sampled_from(Kind),
    texts,
    st.none() | st.integers(1, 99),
    st.sampled_from(Severity),
    st.integers(1, 10**6),
    st.lists(st.integers(1, 10**8), max_size=SHOWN).map(tuple),
    st.lists(texts, max_size=SAMPLES).map(tuple),
    texts,
)


@given(
    st.lists(findings, max_size=3),
    st.sets(st.integers(1, 10**6)),
    st.sampled_from([40, 80, 120]),
)
def test_no_line_is_wider_than_the_screen(
    found: list[Finding], suspects: set[int], cells: int
) -> None:
    drawn_lines = report(preflight(*found, suspects=tuple(suspects)), NOW + timedelta(), cells)
    for line in drawn_lines:
        assert line_width(line) <= cells, text(line)
        assert is_one_safe_line(text(line))
