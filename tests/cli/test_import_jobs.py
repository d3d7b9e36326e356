"""``import``: all jobs of a file, or none; what is already watched stays."""

import io
import json
import shutil
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.cli.remembering import JOB, OTHER, database, put_on_list, url, watch_list
from tests.support.commands import CommandLine, Ended
from tests.support.jobs import NOW, REF, URL
from tests.support.text import is_one_safe_line
from zcbulk_tui.domain.job import Environment
from zcbulk_tui.domain.records import EventKind
from zcbulk_tui.domain.snapshot import ServiceSnapshot
from zcbulk_tui.store.backup import LIST_NAME
from zcbulk_tui.store.memory import Memory
from zcbulk_tui.store.windows import Windows

OTHER_URL = url(OTHER.ref)


class Importer:
    """Imports what a file holds."""

    def __init__(self, cli: CommandLine, folder: Path) -> None:
        self._cli = cli
        self._file = folder / "jobs.txt"

    def __call__(self, content: str | bytes, *options: str) -> Ended:
        self._file.write_bytes(content.encode() if isinstance(content, str) else content)
        return self._cli("jobs", "import", str(self._file), *options)


@pytest.fixture
def imported(cli: CommandLine, tmp_path: Path) -> Importer:
    return Importer(cli, tmp_path)


def labels(home: Path) -> list[str]:
    return [job.label for job in watch_list(home)]


def summary(ended: Ended) -> str:
    """The last line of what was printed; before it the jobs that were added are named."""
    *named, last = ended.out.splitlines(keepends=True)
    assert all(line.startswith("Added: ") for line in named)
    return last


def test_a_list_of_urls(imported: Importer, home: Path) -> None:
    ended = imported(f"# mine\n{URL}  My label #eu #hr\n\n{OTHER_URL}\n")
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.splitlines() == [
        f"Added: My label ({REF.job_id}, production)",
        "Added: Employee_Details 2 (2, production)",
        "2 jobs added",
    ]
    first, second = watch_list(home)
    assert (first.ref, first.label, first.tags) == (REF, "My label", ("eu", "hr"))
    assert second.label == "Employee_Details 2"
    assert first.added_by.endswith(", import")
    assert abs(first.added_at - datetime.now(UTC)) < timedelta(minutes=1)


def test_jobs_come_after_those_that_are_there(imported: Importer, home: Path) -> None:
    put_on_list(home, OTHER)
    imported(URL)
    assert [job.ref.job_id for job in watch_list(home)] == ["2", REF.job_id]


def test_a_bom_and_windows_lines(imported: Importer, home: Path) -> None:
    assert summary(imported(f"\ufeff{URL} Süd\r\n{OTHER_URL}\r\n")) == "2 jobs added\n"
    assert labels(home) == ["Süd", "Employee_Details 2"]


def test_ids_where_the_profile_tells_the_rest(
    imported: Importer, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = {"OWNER": REF.owner, "APP": REF.app, "FORM": REF.form, "DATA_CENTER": "us"}
    for name, value in told.items():
        monkeypatch.setenv(f"ZCBULK_{name}", value)
    assert summary(imported(f"{REF.job_id} By id\n{URL} By URL")) == "1 job added\n"
    (job,) = watch_list(home)
    assert (job.ref, job.label) == (REF, "By id")


def test_the_environment_is_the_one_that_is_told(imported: Importer, home: Path) -> None:
    imported(URL, "--environment", "stage")
    (job,) = watch_list(home)
    assert job.ref.environment is Environment.STAGE


def test_a_mail_with_urls_in_it(imported: Importer, home: Path) -> None:
    token = "1000.0a1b2c3d4e5f60718293a4b5c6d7e8f9.9f8e7d6c5b4a39281706f5e4d3c2b1a0"
    mail = (
        f"Hi Ann,\n\n- Customers: {URL}/result\n- Orders: {OTHER_URL}\n"
        f"Zoho-oauthtoken {token}\nhttps://www.zoho.com/creator/\n"
    )
    ended = imported(f"{mail}{URL.replace('.com', '.example')}\n")
    assert (ended.code, ended.out) == (2, "")
    assert "line 7: The host of" in ended.err
    ended = imported(mail)
    assert (ended.code, summary(ended)) == (0, "2 jobs added\n")
    assert "has an access token in it, which was ignored" in ended.err
    assert token not in ended.err
    assert labels(home) == ["Customers", "Orders"]


def test_stdin(cli: CommandLine, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(URL.encode())))
    assert summary(cli("jobs", "import", "-")) == "1 job added\n"
    assert len(watch_list(home)) == 1


def test_a_standard_input_that_is_closed_is_no_empty_list(
    cli: CommandLine, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    ended = cli("jobs", "import", "-")
    assert (ended.code, ended.out) == (2, "")
    assert "The standard input cannot be read. It is closed." in ended.err
    assert not (home / "state" / LIST_NAME).exists()


def test_what_is_watched_gets_only_the_words_that_are_told(imported: Importer, home: Path) -> None:
    put_on_list(home, JOB, OTHER)
    ended = imported(f"{URL}\n{OTHER_URL} Invoices #eu\n")
    assert (ended.code, summary(ended)) == (0, "0 jobs added, 2 already watched\n")
    assert watch_list(home) == [JOB, OTHER._replace(label="Invoices", tags=("eu",))]


def test_a_job_under_another_host_where_the_host_is_replaced(
    imported: Importer, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_on_list(home, JOB)
    monkeypatch.setenv("ZCBULK_BASE_URL", "https://creator.example.com")
    here = url(REF._replace(origin="https://creator.example.com"))
    assert summary(imported(f"{here} Mine")) == "0 jobs added, 1 already watched\n"
    assert watch_list(home) == [JOB._replace(label="Mine")]


def test_open_windows_learn_of_it(imported: Importer, cli: CommandLine, home: Path) -> None:
    put_on_list(home, JOB, OTHER._replace(label="Invoices"))
    third = url(REF._replace(job_id="3"))
    with database(home) as opened:
        window = Windows(opened, "default", "test")
        window.heartbeat(ServiceSnapshot(), focused=True)
        memory = Memory(opened, "default", window)
        imported(f"{URL}\n{OTHER_URL} Orders\n{third} New\n")
        events = {event.label: event.kind for event in memory.news().events}
    assert events == {"New": EventKind.ADDED, "Orders": EventKind.EDITED}
    assert len(cli("log", "imported").out.splitlines()) == 2


def test_jobs_as_json_with_little_said_of_them(imported: Importer, home: Path) -> None:
    entry = {
        "origin": REF.origin,
        "owner": REF.owner,
        "app": REF.app,
        "form": REF.form,
        "job_id": REF.job_id,
        "environment": "stage",
        "label": "Employees",
        "added_at": NOW.isoformat(),
        "created_at": NOW.isoformat(),
    }
    later = entry | {"job_id": "2", "added_at": "2999-01-01T00:00:00Z"}
    ended = imported(json.dumps({"version": 1, "jobs": [entry, later, entry]}))
    assert (ended.code, summary(ended)) == (0, "2 jobs added\n")
    first, second = watch_list(home)
    assert (first.added_at, first.created_at, first.label) == (NOW, NOW, "Employees")
    assert first.ref == REF._replace(environment=Environment.STAGE)
    assert second.added_at <= datetime.now(UTC)


def test_the_backup_of_a_watch_list(imported: Importer, home: Path) -> None:
    put_on_list(home, JOB, OTHER)
    backup = (home / "state" / LIST_NAME).read_bytes()
    shutil.rmtree(home / "state")
    assert imported(backup).code == 0
    assert [job._replace(added_by="") for job in watch_list(home)] == [
        JOB._replace(added_by=""),
        OTHER,
    ]


@pytest.mark.parametrize("host", ["https://evil.example", "http://www.zohoapis.com"])
def test_no_file_leads_to_a_host_that_must_not_get_the_token(
    imported: Importer, home: Path, host: str
) -> None:
    entry = {"origin": host, "owner": "a", "app": "b", "form": "c", "job_id": "1"}
    for content in (
        URL.replace(REF.origin, host),
        json.dumps({"version": 1, "jobs": [entry]}),
        f"{','.join(entry)}\n{','.join(entry.values())}\n",
    ):
        ended = imported(content)
        assert (ended.code, ended.out) == (2, "")
        assert ("API hosts" in ended.err) or ("clear text" in ended.err)
    assert watch_list(home) == []


def test_bad_lines_are_named_and_nothing_is_imported(imported: Importer, home: Path) -> None:
    ended = imported(f"{URL}\nnonsense\n# fine\n{URL}x\n")
    assert (ended.code, ended.out) == (2, "")
    first, second, last = ended.lines
    assert first.startswith("zcbulk-tui: line 2: “nonsense” is not a job URL.")
    assert second.startswith("zcbulk-tui: line 4: ")
    assert "2 lines that cannot be used, so nothing was imported" in last
    assert "--skip-bad" in last
    assert watch_list(home) == []


def test_bad_lines_can_be_skipped(imported: Importer, home: Path) -> None:
    put_on_list(home, JOB)
    ended = imported(f"{URL} New\nnonsense\n{OTHER_URL}\n", "--skip-bad")
    assert (ended.code, summary(ended)) == (0, "1 job added, 1 already watched, 1 line skipped\n")
    (complaint,) = ended.lines
    assert "line 2: " in complaint
    assert labels(home) == ["New", "Employee_Details 2"]


def test_at_most_twenty_bad_lines_are_named(imported: Importer) -> None:
    ended = imported("x\n" * 1021)
    assert len(ended.lines) == 22
    assert ended.lines[20] == "zcbulk-tui: … and 1,001 more"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        pytest.param(f"{URL} S\xfcd\n".encode("latin-1"), "not text in UTF-8", id="latin-1"),
        pytest.param(b"\n\n" + URL.encode("utf-16"), "in line 3", id="UTF-16"),
        pytest.param(bytes(range(256)) * 8, "not text in UTF-8", id="garbage"),
        pytest.param(b"\0" * 100, "line 1: ", id="nulls"),
        pytest.param(b"{", "begins like JSON, and is none", id="JSON"),
        pytest.param(b'{"version": 9, "jobs": []}', "Its version is 9", id="version"),
        pytest.param(b"\x1b[31m\x07 label", "line 1: ", id="control-characters"),
    ],
)
def test_what_is_no_list(imported: Importer, home: Path, content: bytes, words: str) -> None:
    ended = imported(content)
    assert (ended.code, ended.out) == (2, "")
    assert words in ended.err
    assert all(is_one_safe_line(line) for line in ended.lines)
    assert watch_list(home) == []


@pytest.mark.parametrize("file", ["none.txt", ".", "none/none.txt", "\0", "\x1b[2J"], ids=repr)
def test_a_file_that_cannot_be_read(
    cli: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, file: str
) -> None:
    monkeypatch.chdir(tmp_path)
    ended = cli("jobs", "import", file)
    assert (ended.code, ended.out, len(ended.lines)) == (2, "", 1)
    assert "cannot be read" in ended.err
    assert is_one_safe_line(ended.lines[0])


def test_a_file_without_an_end(cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("zcbulk_tui.cli.import_jobs._LARGEST", 2**20)
    ended = cli("jobs", "import", "/dev/zero")
    assert (ended.code, len(ended.lines)) == (2, 1)
    assert "too large" in ended.err


def test_a_file_that_is_too_large(imported: Importer) -> None:
    ended = imported(b"#" * (16 * 2**20 + 1))
    assert (ended.code, ended.out, len(ended.lines)) == (2, "", 1)
    assert "more than 16 MiB" in ended.err


@pytest.mark.parametrize("options", [(), ("--skip-bad",)])
def test_a_file_with_nothing_but_bad_lines_is_not_read_to_its_end(
    imported: Importer, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...]
) -> None:
    monkeypatch.setattr("zcbulk_tui.cli.import_jobs._BAD_AT_MOST", 100)
    ended = imported("x\n" * 101, *options)
    assert (ended.code, ended.out, len(ended.lines)) == (2, "", 1)
    assert "more than 100 lines that cannot be used" in ended.err
    assert "The first is line 1: " in ended.err


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("[" * 100_000, "too many lists and objects in each other"),
        ('{"jobs": ' * 100_000, "too many lists and objects in each other"),
        (f'{{"jobs": {"9" * 10_000}}}', "too many digits"),
        ('{"jobs":\n  [nonsense]}', "from line 2, character 4, on"),
        (f'origin,owner,app,form,job_id\n"{"x" * 200_000}', "quotation mark"),
    ],
    ids=["lists", "objects", "digits", "word", "cell"],
)
def test_what_is_wrong_with_a_file_is_not_said_in_pythons_words(
    imported: Importer, content: str, words: str
) -> None:
    ended = imported(content)
    assert (ended.code, ended.out, len(ended.lines)) == (2, "", 1)
    assert words in ended.err
    for word in ("recursion", "decoding", "Expecting", "int_max_str", "field", "delimiter"):
        assert word not in ended.err


def test_bad_lines_and_rounded_ids_are_named_in_one_round(imported: Importer, home: Path) -> None:
    put_on_list(home, JOB)
    content = f"{ROUNDED}\nnonsense\n{OTHER_URL}\n{ON_ANOTHER_FORM}\nrubbish\n"
    for options in ((), ("--skip-bad",)):
        ended = imported(content, *options)
        named = [line.split(": ")[1] for line in ended.lines if ": line " in line]
        assert named == ["line 1", "line 2", "line 4", "line 5"]


@pytest.mark.parametrize("content", ["", "# none yet\n"])
def test_an_empty_file(imported: Importer, content: str) -> None:
    ended = imported(content)
    assert (ended.code, summary(ended)) == (0, "0 jobs added\n")
    assert "has no job in it" in ended.err


def test_a_job_that_was_created_in_the_future(imported: Importer, home: Path) -> None:
    entry = REF._asdict() | {"environment": "stage"}
    to_come = [entry | {name: "2999-01-01T00:00:00Z"} for name in ("created_at", "started_at")]
    ended = imported(json.dumps({"version": 1, "jobs": to_come}))
    assert ended.code == 2
    assert "job 1: Its created_at is still to come" in ended.err
    assert "job 2: Its started_at is still to come" in ended.err
    assert labels(home) == []


def test_a_large_file(imported: Importer, home: Path) -> None:
    lines = [f"{url(REF._replace(job_id=str(number)))} Job {number}" for number in range(1000)]
    assert summary(imported("\n".join(lines))) == "1,000 jobs added\n"
    assert labels(home) == [f"Job {number}" for number in range(1000)]


@pytest.mark.usefixtures("profiles")
def test_each_profile_has_its_own_list(imported: Importer, home: Path) -> None:
    imported(URL, "--profile", "orders")
    assert watch_list(home) == []
    assert len(watch_list(home, "orders")) == 1


ROUNDED = url(REF._replace(job_id="3888833000000110000"))
ON_ANOTHER_FORM = url(REF._replace(form="Orders"))


@pytest.mark.parametrize(
    ("line", "words"),
    [(ROUNDED, "only zeros after 15 digits"), (ON_ANOTHER_FORM, "form Employee_Details")],
)
def test_ids_that_may_be_rounded_are_named_before_anything_is_added(
    imported: Importer, home: Path, line: str, words: str
) -> None:
    content = f"{URL}\n# mine\n{line} Label\n"
    ended = imported(content)
    assert (ended.code, ended.out) == (2, "")
    first, last = ended.lines
    assert first.startswith("zcbulk-tui: line 3: ")
    assert words in first
    assert "so nothing was imported" in last
    assert "--skip-bad" in last
    assert "--yes" in last
    assert watch_list(home) == []
    assert summary(imported(content, "--skip-bad")) == "1 job added, 1 line skipped\n"
    ended = imported(content, "--yes")
    assert (ended.code, summary(ended)) == (0, "1 job added, 1 already watched\n")
    assert words in ended.err
    # What somebody has looked at is not doubted again.
    assert summary(imported(content)) == "0 jobs added, 2 already watched\n"


def test_an_id_that_another_form_has_on_the_list(imported: Importer, home: Path) -> None:
    put_on_list(home, JOB)
    ended = imported(ON_ANOTHER_FORM)
    assert ended.code == 2
    assert "line 1: " in ended.err
    assert watch_list(home) == [JOB]


def test_on_a_terminal_it_is_asked(
    imported: Importer, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    answers = iter(["", "y"])
    monkeypatch.setattr("builtins.input", lambda _: next(answers))
    ended = imported(ROUNDED)
    assert (ended.code, ended.out) == (1, "Nothing was imported.\n")
    assert watch_list(home) == []
    assert imported(ROUNDED).code == 0
    assert len(watch_list(home)) == 1


@pytest.mark.parametrize("job_id", ["3.88883E+18", "3 888 833 000 000 114 027", f"{REF.job_id}.0"])
def test_a_number_that_is_no_id_any_more_is_named_by_its_line(
    imported: Importer, home: Path, job_id: str
) -> None:
    columns = {"origin": REF.origin, "owner": REF.owner, "app": REF.app, "form": REF.form}
    table = f"{','.join(columns)},job_id\n{','.join(columns.values())},{job_id}\n"
    for content, line in ((f"\n{job_id} Label\n", 2), (table, 2)):
        ended = imported(content)
        assert ended.code == 2
        assert f"line {line}: “{job_id}” is not a job id" in ended.err
        assert "spreadsheet" in ended.err or "rounded" in ended.err
    assert watch_list(home) == []
