"""What the answers of a probe show, and what they do not."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from unicodedata import normalize

import pytest

from tests.domain.probe_server import READ, WORDS, Rules
from tests.domain.test_probe_plan import Run, run
from zcbulk_tui.domain.contract import Question
from zcbulk_tui.domain.probe import Act, Exchange
from zcbulk_tui.domain.probe_files import DATES, LARGE
from zcbulk_tui.domain.probe_findings import Granted, findings

CREATE = frozenset({"ZohoCreator.bulk.READ", "ZohoCreator.bulk.CREATE"})
BOTH = CREATE | {"ZohoCreator.bulk.UPDATE"}


def value(probe: Run, question: Question, aspect: str) -> str | None:
    """What is known of an aspect."""
    return probe.found().value(question, aspect)


def changed(probe: Run, change: Callable[[Exchange], Exchange]) -> Run:
    """The same probe with other answers."""
    return Run(probe.rules, probe.now, [change(it) for it in probe.transcript])


def test_a_server_as_in_the_samples_is_known_in_all() -> None:
    known = run().found()
    assert {it: dict(finding.values) for it, finding in known.findings.items()} == {
        Question.CONTROL_METHOD: {"method": "PATCH"},
        Question.CONTROL_BODY: {"body": "wrapped", "case": "lower"},
        Question.CONTROL_SCOPE: {"scope": "CREATE"},
        Question.STATE_WORDS: {it: w for it, w in WORDS["prose"].items() if it != "expired"},
        Question.RECORD_DETAILS: {"place": "inside"},
        Question.DELIMITERS: {"comma": "read", "semicolon": "read"},
        Question.ENCODINGS: {"utf-8": "read", "windows-1252": "read"},
        Question.DATE_FORMATS: {it: "read" if it == "dd-MMM-yyyy" else "refused" for it in DATES},
        Question.RESULT_COLUMNS: {"columns": "all", "reason": "Error", "id": "ID"},
        Question.RESULT_ORDER: {"order": "file"},
        Question.EMPTY_RESULTS: {"empty": "zip"},
        Question.OUT_OF_TURN: {
            "create on a busy form": "409/99005",
            "second upload": "409/11070",
            "start before the upload": "400/11350",
            "abort after the end": "409/11100",
        },
        Question.BAD_RECORD: {"fails": "alone"},
        Question.ZIP_LIMIT: {"counts": "packed"},
    }


def test_nothing_is_known_before_the_first_answer() -> None:
    assert findings([]).findings == {}


@pytest.mark.parametrize(
    ("granted", "scope"),
    [(CREATE, "CREATE"), (BOTH, None), (BOTH - CREATE, "UPDATE"), (None, None)],
)
def test_a_scope_is_known_only_where_the_token_has_one_of_two(
    granted: frozenset[str] | None, scope: str | None
) -> None:
    known = findings(run().transcript, None if granted is None else Granted(granted, READ))
    assert known.value(Question.CONTROL_SCOPE, "scope") == scope


def test_a_start_shows_nothing_of_the_scopes_of_a_later_sign_in() -> None:
    probe = run()
    known = findings(probe.transcript, Granted(CREATE, probe.now + timedelta(days=1)))
    assert known.value(Question.CONTROL_METHOD, "method") == "PATCH"
    assert known.value(Question.CONTROL_SCOPE, "scope") is None


def test_one_refused_shape_is_no_missing_scope() -> None:
    """A body of another shape has been seen to be refused with 401/2945, too."""
    probe = run(shape="flat", wrong_shape="401/2945")
    assert value(probe, Question.CONTROL_SCOPE, "scope") == "CREATE"
    assert value(probe, Question.CONTROL_BODY, "body") == "flat"


@pytest.mark.parametrize("style", ["codes", "sentences"])
@pytest.mark.parametrize("fails", ["its batch", "its batch, unreached", "alone"])
@pytest.mark.parametrize("layout", ["all", "first three"])
def test_dates_are_told_apart_in_either_reading_of_the_batch_rule(
    style: str, fails: str, layout: str
) -> None:
    probe = run(style=style, fails=fails, layout=layout, dates=frozenset({"yyyy-MM-dd"}))
    for name in DATES:
        expected = "read" if name == "yyyy-MM-dd" else "refused"
        assert value(probe, Question.DATE_FORMATS, name) == expected


def test_equal_reasons_say_nothing_of_dates() -> None:
    probe = run(style="same", fails="its batch")
    assert value(probe, Question.BAD_RECORD, "fails") == "its batch"
    assert Question.DATE_FORMATS not in probe.found().findings


def test_a_batch_that_counts_as_failed_but_goes_in_is_neither() -> None:
    probe = run(fails="alone, but its batch counts")
    assert Question.BAD_RECORD not in probe.found().findings
    assert value(probe, Question.DATE_FORMATS, "dd-MMM-yyyy") == "read"


@pytest.mark.parametrize("fails", ["its batch", "alone"])
def test_records_that_fail_for_another_field_show_nothing_of_their_batch(fails: str) -> None:
    """The form needs a look-up that no probe can fill: all fail, whatever the rule."""
    probe = run(form="lookup", fails=fails)
    assert Question.BAD_RECORD not in probe.found().findings


def test_a_file_that_was_added_to_another_shows_nothing_of_batches() -> None:
    probe = run(second="", appends=True, details="none", fails="its batch")
    assert value(probe, Question.OUT_OF_TURN, "second upload") == "accepted"
    assert Question.BAD_RECORD not in probe.found().findings


@pytest.mark.parametrize(
    ("http_status", "code", "text", "counts"),
    [
        (413, 99006, "No.", "unpacked"),
        (413, None, "The file is too large.", None),
        (400, 99, "The file exceeds 100 MB.", "unpacked"),
        (400, 99, "Unsupported file.", None),
        (500, None, "The file is too large.", None),
        (200, 4000, "The limit of calls is exceeded.", None),
        (None, None, "", None),
    ],
)
def test_a_zip_counts_unpacked_only_where_its_size_was_refused(
    http_status: int | None, code: int | None, text: str, counts: str | None
) -> None:
    def change(it: Exchange) -> Exchange:
        if it.step.detail != LARGE:
            return it
        return replace(it, http_status=http_status, code=code, text=text)

    assert value(changed(run(zip="413/99006"), change), Question.ZIP_LIMIT, "counts") == counts


def test_a_result_that_is_gone_is_not_empty() -> None:
    """Results are kept for 3 days: what is refused later says nothing."""
    probe = run()
    assert value(probe, Question.EMPTY_RESULTS, "empty") == "zip"

    def change(it: Exchange) -> Exchange:
        if it.step.act is not Act.RESULT or "rows" not in it.seen or it.seen["rows"] != "[]":
            return it
        late = it.sent_at + timedelta(days=4)
        return replace(it, sent_at=late, http_status=404, code=11130, seen={})

    assert Question.EMPTY_RESULTS not in changed(probe, change).found().findings


def test_limits_are_noted_when_they_are_met_whether_sent_or_not() -> None:
    first, second, *rest = run().transcript
    met = [
        replace(first, http_status=429, code=2955, seen={"retry_after": "60"}, is_unsent=True),
        replace(second, http_status=200, code=4000, seen={}, is_unsent=True),
        *rest,
    ]
    known = findings(met)
    assert known.value(Question.LIMITS, "retry-after") == "sent"
    assert known.value(Question.LIMITS, "quota") == "200/4000"
    assert findings([replace(met[0], seen={})]).value(Question.LIMITS, "retry-after") == "missing"


@pytest.mark.parametrize("words", WORDS)
@pytest.mark.parametrize("fails", ["its batch", "alone"])
def test_words_are_known_whatever_they_are(words: str, fails: str) -> None:
    probe = run(words=words, fails=fails, semicolon="refused")
    found = probe.found().findings[Question.STATE_WORDS].values
    assert dict(found) == {it: w for it, w in WORDS[words].items() if it in found}
    assert found.keys() >= {"created", "uploaded", "completed", "aborted by user"}
    assert "aborted by system" in found


def test_a_finding_has_the_moment_of_its_last_answer() -> None:
    probe = run()
    finding = probe.found().findings[Question.ZIP_LIMIT]
    assert [it.sent_at for it in probe.transcript if it.step.detail == LARGE] == [finding.found_at]


def test_the_word_of_a_job_that_expired_is_none_of_its_moment() -> None:
    probe = Run(Rules())
    while (step := probe.next()) is not None:
        if step.key == "a status created":
            probe.now += timedelta(hours=4)
        probe.transcript.append(probe.answered(step))
    assert value(probe, Question.STATE_WORDS, "created") == WORDS["prose"]["created"]
    assert "Expired" not in probe.found().findings[Question.STATE_WORDS].values.values()
    probe.check()


Rows = list[list[str]]


def as_if(probe: Run, change: Callable[[list[str], Rows], tuple[list[str], Rows]]) -> Run:
    """The same probe with other results."""

    def changed_result(it: Exchange) -> Exchange:
        if "rows" not in it.seen:
            return it
        columns, rows = change(json.loads(it.seen["columns"]), json.loads(it.seen["rows"]))
        cells = {"columns": json.dumps(columns), "rows": json.dumps(rows)}
        return replace(it, seen={**it.seen, **cells})

    return changed(probe, changed_result)


def _each(change: Callable[[str], str]) -> Callable[[list[str], Rows], tuple[list[str], Rows]]:
    return lambda columns, rows: (columns, [[change(cell) for cell in row] for row in rows])


RESULTS: dict[str, Callable[[list[str], Rows], tuple[list[str], Rows]]] = {
    "HTML": _each(lambda cell: cell.replace("é", "&eacute;")),
    "NFD": _each(lambda cell: normalize("NFD", cell)),
    "ASCII": _each(lambda cell: cell.replace("é", "?")),
    "without accents": _each(lambda cell: cell.replace("é", "")),
    "cut": _each(lambda cell: cell[:10]),
    "capitals": _each(str.upper),
    "without a header": lambda columns, rows: (rows[0], rows[1:]) if rows else (columns, rows),
    "display names": lambda columns, rows: ([f"{it} (x)" for it in columns], rows),
    "glued by semicolons": lambda columns, rows: (
        [";".join(columns)],
        [[";".join(row)] for row in rows],
    ),
    "glued by tabs": lambda columns, rows: (
        [" ".join(columns)],
        [[" ".join(row)] for row in rows],
    ),
}


@pytest.mark.parametrize("windows", ["read", "misread", "refused"])
@pytest.mark.parametrize("semicolon", ["read", "misread", "refused"])
def test_results_that_are_odd_in_themselves_make_nothing_false(
    windows: str, semicolon: str
) -> None:
    whole = run(windows=windows, semicolon=semicolon)
    wrong = {name: as_if(whole, change).wrong() for name, change in RESULTS.items()}
    assert wrong == {name: [] for name in RESULTS}


@pytest.mark.parametrize("result", ["HTML", "NFD"])
def test_letters_are_known_however_they_are_written(result: str) -> None:
    known = as_if(run(), RESULTS[result]).found().findings[Question.ENCODINGS]
    assert known.values == {"utf-8": "read", "windows-1252": "read"}


def test_results_in_two_encodings_show_nothing_of_the_files() -> None:
    def change(it: Exchange) -> Exchange:
        encoding = "utf-8" if it.step.job == "b" else "windows-1252"
        return replace(it, seen={**it.seen, "encoding": encoding}) if "rows" in it.seen else it

    assert Question.ENCODINGS not in changed(run(), change).found().findings


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_results_with_another_delimiter_show_columns_as_well(delimiter: str) -> None:
    def change(it: Exchange) -> Exchange:
        return replace(it, seen={**it.seen, "delimiter": delimiter}) if "rows" in it.seen else it

    probe = changed(run(), change)
    assert value(probe, Question.DELIMITERS, "comma") == "read"
    expected = None if delimiter == ";" else "read"
    assert value(probe, Question.DELIMITERS, "semicolon") == expected
    assert value(probe, Question.RESULT_COLUMNS, "reason") == "Error"


@pytest.mark.parametrize("name", ["windows", "utf"])
def test_a_misread_file_is_told_by_one_that_was_read(name: str) -> None:
    aspect = {"windows": "windows-1252", "utf": "utf-8"}[name]
    assert value(run(**{name: "misread"}), Question.ENCODINGS, aspect) == "misread"
    both = run(windows="misread", utf="misread")
    assert Question.ENCODINGS not in both.found().findings
