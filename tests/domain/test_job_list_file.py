"""Whatever a file holds, it is either a job or a named entry that cannot be used."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.jobs import NOW, REF, URL
from tests.support.text import HOSTILE, is_one_safe_line
from zcbulk_tui.domain.address import parse_job_url
from zcbulk_tui.domain.job import Environment, JobRef
from zcbulk_tui.domain.job_list_file import BadEntry, ListedJob, read
from zcbulk_tui.errors import UsageError

ENTRY = {
    "origin": REF.origin,
    "owner": REF.owner,
    "app": REF.app,
    "form": REF.form,
    "job_id": REF.job_id,
    "environment": "stage",
    "label": "Employees",
    "added_at": "2026-03-11T10:30:00+00:00",
    "created_at": None,
}
"""As the watch list was kept in a file."""

HEADER = "origin,owner,app,form,job_id,environment,label,tags,note"
ROW = f"{REF.origin},{REF.owner},{REF.app},{REF.form},{REF.job_id}"


def by_url(text: str, environment: Environment | None) -> JobRef:
    return parse_job_url(text, environment or Environment.PRODUCTION)


def listed(text: str) -> list[ListedJob | BadEntry]:
    return list(read(text, by_url))


def document(*entries: object, **changes: object) -> str:
    return json.dumps({"version": 1, "jobs": entries} | changes)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        pytest.param(URL, ListedJob(REF), id="URL-alone"),
        pytest.param(f"  {URL}\t", ListedJob(REF), id="white-space"),
        pytest.param(f"{URL}  My  label", ListedJob(REF, "My label"), id="label"),
        pytest.param(f"{URL}\tMy label", ListedJob(REF, "My label"), id="tab"),
        pytest.param(f"{URL} #eu #hr", ListedJob(REF, "", ("eu", "hr")), id="tags"),
        pytest.param(
            f"{URL} #eu My #hr label #eu", ListedJob(REF, "My label", ("eu", "hr")), id="mixed"
        ),
        pytest.param(f"{URL} Number # 1", ListedJob(REF, "Number # 1"), id="sign-alone"),
    ],
)
def test_a_line(line: str, expected: ListedJob) -> None:
    assert listed(line) == [expected]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=repr)
def test_lines_end_as_they_do_anywhere(end: str) -> None:
    lines = ["# mine", "", URL, "   ", "nonsense", f"{URL} again"]
    first, bad, again = listed(end.join(lines))
    assert (first, again) == (ListedJob(REF), ListedJob(REF, "again"))
    assert isinstance(bad, BadEntry)
    assert bad.place == "line 5"
    assert "“nonsense” is not a job URL" in bad.reason


@pytest.mark.parametrize("text", ["", "\n\n", "# nothing\n", " \t "], ids=repr)
def test_a_file_without_jobs(text: str) -> None:
    assert listed(text) == []


def test_the_watch_list_of_earlier_versions() -> None:
    (job,) = listed(document(ENTRY))
    assert job == ListedJob(
        parse_job_url(URL, Environment.STAGE), "Employees", added_at=NOW, created_at=None
    )


def test_everything_that_an_entry_tells() -> None:
    entry = ENTRY | {
        "tags": ["#eu", "hr", "hr"],
        "note": "ask\nAnna",
        "created_at": "2026-03-11T11:00:00+02:00",
        "started_at": "2026-03-11T09:30:00Z",
        "readings": [{"anything": 1}],
    }
    (job,) = listed(document(entry))
    assert isinstance(job, ListedJob)
    assert (job.tags, job.note) == (("eu", "hr"), "ask Anna")
    assert job.created_at == datetime(2026, 3, 11, 9, 0, tzinfo=UTC)
    assert job.started_at == datetime(2026, 3, 11, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"origin": None}, "is not a server's URL"),
        ({"origin": "https://evil.example"}, "not one of Zoho's API hosts"),
        ({"origin": "http://www.zohoapis.com"}, "clear text"),
        ({"origin": f"https://x:{'secret'}@www.zohoapis.com"}, "names a user"),
        ({"origin": 5}, "Its origin is not a text"),
        ({"owner": ""}, "The account owner is missing"),
        ({"app": "a/b"}, "cannot be the application"),
        ({"form": "../x"}, "cannot be the form"),
        ({"job_id": 3888833000000114027}, "Its job_id is not a text"),
        ({"job_id": "3.88883E+18"}, "is not a job id"),
        ({"environment": "Production"}, "“Production” is not an environment"),
        ({"label": ["x"]}, "Its label is not a text"),
        ({"tags": [1]}, "Its tags are not all texts"),
        ({"tags": 1}, "Its tags is not a text"),
        ({"added_at": "today"}, "Its added_at “today” is not a moment"),
        ({"created_at": "2026-03-11T10:30:00"}, "with a zone"),
        ({"added_at": "0001-01-01T00:00:00+14:00"}, "is not a moment"),
        ({"started_at": "9999-12-31T23:59:59-12:00"}, "is not a moment"),
    ],
    ids=repr,
)
def test_an_entry_that_cannot_be_used_is_named(change: dict[str, object], words: str) -> None:
    _, bad, _ = listed(document(ENTRY, ENTRY | change, ENTRY))
    assert isinstance(bad, BadEntry)
    assert bad.place == "job 2"
    assert words in bad.reason
    assert "secret" not in bad.reason


def test_entries_that_are_no_objects() -> None:
    found = listed(document(None, "x", ["x"]))
    assert [bad.place for bad in found if isinstance(bad, BadEntry)] == ["job 1", "job 2", "job 3"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "begins like JSON"),
        ("[" * 100_000, "begins like JSON"),
        ('{"version": ' + "9" * 5000 + "}", "begins like JSON"),
        ("[]", "lists no jobs"),
        ("{}", "lists no jobs"),
        ('{"version": 1, "jobs": {}}', "lists no jobs"),
        ('{"version": 2, "jobs": []}', "Its version is 2, not 1"),
        ('{"jobs": []}', "Its version is None, not 1"),
    ],
    ids=lambda text: text[:20],
)
def test_json_that_is_no_list_of_jobs(text: str, words: str) -> None:
    with pytest.raises(UsageError, match=words) as caught:
        listed(text)
    assert "jobs export" in caught.value.next_step
    assert is_one_safe_line(str(caught.value))


@pytest.mark.parametrize("delimiter", [",", ";", "\t"], ids=["comma", "semicolon", "tab"])
def test_a_table(delimiter: str) -> None:
    rows = [HEADER, f"{ROW},stage,Employees,eu hr,'=mine", f"{ROW},,,,", ""]
    first, second = listed("\r\n".join(rows).replace(",", delimiter))
    stage = parse_job_url(URL, Environment.STAGE)
    assert first == ListedJob(stage, "Employees", ("eu", "hr"), "=mine")
    assert second == ListedJob(REF)


def test_a_table_with_quoted_cells_and_columns_of_its_own() -> None:
    rows = ['"job_id","mine",form,app,owner,origin,label']
    rows += [f'{REF.job_id},"a\nb",{REF.form},{REF.app},{REF.owner},{REF.origin},"x, y"']
    rows += ["1", "", f"1,,{REF.form}"]
    first, second, third = listed("\n".join(rows))
    assert first == ListedJob(REF, "x, y")
    assert isinstance(second, BadEntry)
    assert isinstance(third, BadEntry)
    assert (second.place, third.place) == ("line 4", "line 6")


def test_a_table_that_breaks_off() -> None:
    with pytest.raises(UsageError, match="breaks off after line 1"):
        listed(f'{HEADER}\n"{"x" * 200_000}')


@given(
    st.text(max_size=60)
    | st.lists(st.sampled_from([URL, HEADER, ROW, "#", '"', "\n", "\r", "{", ";"])).map("".join)
)
def test_anything_is_read_or_refused(text: str) -> None:
    said = []
    try:
        for entry in listed(text):
            said.append(entry.reason if isinstance(entry, BadEntry) else entry.label)
    except UsageError as error:
        said.append(str(error))
    assert all(map(is_one_safe_line, said))


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_harmful_characters_do_not_survive(text: str) -> None:
    (job,) = listed(document(ENTRY | {"label": text, "note": text, "tags": [text]}))
    assert isinstance(job, ListedJob)
    assert is_one_safe_line(" ".join((job.label, job.note, *job.tags)))
    for bad in listed(f"https://{text}/\n{document(ENTRY)}"):
        assert isinstance(bad, BadEntry)
        assert is_one_safe_line(bad.reason)


def test_what_a_job_repairs_may_be_said() -> None:
    (entry,) = listed(document({**ENTRY, "repairs": "7001"}))
    assert isinstance(entry, ListedJob)
    assert entry.repairs == "7001"
    for nothing in ({}, {"repairs": None}, {"repairs": ""}):
        (entry,) = listed(document({**ENTRY, **nothing}))
        assert isinstance(entry, ListedJob)
        assert entry.repairs == ""
    (bad,) = listed(document({**ENTRY, "repairs": "3.88883E+18"}))
    assert isinstance(bad, BadEntry)
    assert "is not a job id" in bad.reason
