"""``export``: what is remembered, as JSON and CSV, on stdout and in a file."""

import csv
import errno
import io
import json
import os
import stat
import subprocess
from pathlib import Path

import pytest

from tests.cli import canaries
from tests.cli.remembering import JOB, OTHER, put_on_list, remember, url, watch_list
from tests.support.commands import PATIENCE, PROGRAM, CommandLine, environment
from tests.support.jobs import REF, URL
from tests.support.stub_server import Reply, StubServer
from zcbulk_tui.domain.text import from_cell

PARTS = ("readings", "events", "commands")


def table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_json_holds_everything(cli: CommandLine, home: Path) -> None:
    remember(home)
    ended = cli("jobs", "export")
    assert (ended.code, ended.err) == (0, "")
    found = json.loads(ended.out)
    assert (found["version"], found["profile"]) == (1, "default")
    assert found["exported_at"].endswith("+00:00")
    first, second = found["jobs"]
    assert [len(first[part]) for part in PARTS] == [2, 1, 1]
    assert [second[part] for part in PARTS] == [[], [], []]
    assert (first["label"], first["note"]) == ("Employees", "=1+1")
    assert (second["job_id"], second["created_at"]) == ("2", None)


@pytest.mark.parametrize("what", ["watch-list", *PARTS])
def test_json_of_one_part(cli: CommandLine, home: Path, what: str) -> None:
    remember(home)
    first, _ = json.loads(cli("jobs", "export", "--what", what).out)["jobs"]
    assert {part for part in PARTS if part in first} == {what} - {"watch-list"}
    assert first["origin"] == REF.origin


def test_json_of_an_empty_list(cli: CommandLine) -> None:
    assert json.loads(cli("jobs", "export").out)["jobs"] == []


def test_csv_is_the_watch_list(cli: CommandLine, home: Path) -> None:
    remember(home)
    ended = cli("jobs", "export", "--format", "csv")
    assert (ended.code, ended.err) == (0, "")
    first, second = table(ended.out)
    assert (first["job_id"], first["label"], first["tags"]) == (REF.job_id, "Employees", "eu hr")
    assert first["added_at"] == "2026-03-11T10:30:00.000+00:00"
    assert (second["job_id"], second["created_at"]) == ("2", "")


@pytest.mark.parametrize(
    ("what", "expected"),
    [
        ("readings", [{"success": "1000", "code": "3000"}, {"success": "6900", "failed": "100"}]),
        ("events", [{"event": "state", "text": "ready → running", "answer_code": ""}]),
        (
            "commands",
            [{"action": "abort", "answer_code": "2945", "shown_raw_state": "In-progress"}],
        ),
    ],
)
def test_csv_of_one_part(
    cli: CommandLine, home: Path, what: str, expected: list[dict[str, str]]
) -> None:
    remember(home)
    rows = table(cli("jobs", "export", "--format", "csv", "--what", what).out)
    assert len(rows) == len(expected)
    for row, cells in zip(rows, expected, strict=True):
        assert row["job_id"] == REF.job_id
        assert row | cells == row


@pytest.mark.parametrize("what", ["watch-list", *PARTS])
def test_csv_of_nothing_is_a_header(cli: CommandLine, what: str) -> None:
    (header,) = cli("jobs", "export", "--format", "csv", "--what", what).out.splitlines()
    assert header.startswith("origin,owner,app,form,job_id,environment,label")


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "'=1", "'quoted'", 'a,"b"'])
def test_no_cell_is_a_formula(cli: CommandLine, home: Path, text: str) -> None:
    put_on_list(home, JOB._replace(label=text, note=text, tags=(text,)))
    (row,) = table(cli("jobs", "export", "--format", "csv").out)
    for name in ("label", "note", "tags"):
        assert not row[name].startswith(("=", "+", "-", "@"))
        assert from_cell(row[name]) == text


@pytest.mark.parametrize(
    "names", [["Orders"], [url(OTHER.ref)], ["2", "Orders"]], ids=["label", "URL", "twice"]
)
def test_some_jobs_only(cli: CommandLine, home: Path, names: list[str]) -> None:
    remember(home)
    for arguments in (["--format", "csv", *names], [*names, "--format", "csv"]):
        assert [row["label"] for row in table(cli("jobs", "export", *arguments).out)] == ["Orders"]


def test_a_job_that_is_not_known_prints_nothing_else(cli: CommandLine, home: Path) -> None:
    remember(home)
    ended = cli("jobs", "export", "Orders", "Nothing")
    assert (ended.code, ended.out, len(ended.lines)) == (2, "", 1)
    assert "“Nothing”" in ended.err


def test_a_file_that_only_this_user_can_read(cli: CommandLine, home: Path, tmp_path: Path) -> None:
    remember(home)
    file = tmp_path / "out.json"
    file.write_text("older")
    file.chmod(0o644)
    ended = cli("jobs", "export", "--replace", "--output", str(file))
    assert (ended.code, ended.out, ended.err) == (0, "", "")
    assert len(json.loads(file.read_text())["jobs"]) == 2
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir() if path != home] == ["out.json"]


def test_nothing_is_written_over_unasked(cli: CommandLine, home: Path, tmp_path: Path) -> None:
    remember(home)
    file = tmp_path / "out.json"
    (tmp_path / "link").symlink_to(file)
    assert cli("jobs", "export", "--output", str(file)).code == 0
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    file.write_text("older")
    for name in ("out.json", "link"):
        ended = cli("jobs", "export", "--output", str(tmp_path / name))
        assert (ended.code, ended.out, len(ended.lines)) == (2, "", 1)
        assert f"{name} is there already" in ended.err
        assert "Name another file, or add --replace." in ended.err
    assert file.read_text() == "older"
    assert "Name it: --output FILE" in cli("jobs", "export", "--replace").err


def test_a_link_stays_a_link(cli: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "real")
    assert cli("jobs", "export", "--output", str(tmp_path / "link")).code == 0
    assert (tmp_path / "link").is_symlink()
    assert "jobs" in (tmp_path / "real").read_text()


@pytest.mark.parametrize(
    ("output", "words"),
    [
        pytest.param("/dev/null", "/dev/null is no file", id="device"),
        pytest.param(".", "is no file", id="folder"),
        pytest.param("none/out.json", "The folder of none/out.json does not exist", id="missing"),
        pytest.param("\0", "cannot be written", id="null"),
        pytest.param("x" * 300, "cannot be written", id="long"),
    ],
)
def test_what_cannot_be_written(
    cli: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, output: str, words: str
) -> None:
    monkeypatch.chdir(tmp_path)
    ended = cli("jobs", "export", "--output", output)
    assert (ended.code, ended.out, len(ended.lines)) == (2, "", 1)
    assert words in ended.err
    assert "ZCBULK_STATE_DIR" not in ended.err
    assert Path("/dev/null").is_char_device()


@pytest.mark.parametrize("older", [None, "older"])
def test_a_full_disk_leaves_what_was_there(
    cli: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, older: str | None
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    file = tmp_path / "out.json"
    if older is not None:
        file.write_text(older)
    monkeypatch.setattr(os, "fsync", full)
    ended = cli("jobs", "export", *(["--replace"] if older else []), "--output", str(file))
    assert (ended.code, len(ended.lines)) == (5, 1)
    assert "No space left" in ended.err
    assert "Make room, or name another file." in ended.err
    assert (file.read_text() if file.exists() else None) == older
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


@pytest.mark.usefixtures("profiles")
@pytest.mark.parametrize("form", ["json", "csv"])
def test_what_is_exported_can_be_imported(
    cli: CommandLine, home: Path, tmp_path: Path, form: str
) -> None:
    remember(home)
    file = tmp_path / "jobs"
    assert cli("jobs", "export", "--format", form, "--output", str(file)).code == 0
    ended = cli("jobs", "import", str(file), "--profile", "second")
    assert (ended.code, ended.out.splitlines()[-1]) == (0, "2 jobs added")
    copied = [job._replace(added_by="") for job in watch_list(home, "second")]
    assert copied == [job._replace(added_by="") for job in (JOB, OTHER)]


def test_a_reader_that_has_gone_is_nobodys_fault(home: Path) -> None:
    jobs = (OTHER._replace(ref=REF._replace(job_id=str(number))) for number in range(500))
    put_on_list(home, *jobs)
    reader, writer = os.pipe()
    with subprocess.Popen(
        [*PROGRAM, "jobs", "export"],
        env=environment(home),
        stdout=writer,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        os.close(writer)
        os.read(reader, 10)
        os.close(reader)
        _, complaints = process.communicate(timeout=PATIENCE)
    assert (process.returncode, complaints) == (141, "")


def test_no_secret_gets_into_it(
    cli: CommandLine, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {**canaries.ENVIRONMENT, **canaries.ACCESS_TOKEN}.items():
        monkeypatch.setenv(name, value)
    canaries.keep_sign_in(home, "http://127.0.0.1:1")
    put_on_list(home, JOB)
    refused = Reply.of({"code": 1030, "message": "The token has expired."}, 401)
    with StubServer(lambda _: refused) as server:
        monkeypatch.setenv("ZCBULK_BASE_URL", server.url)
        assert cli("status", URL).code == 3
        assert cli("abort", URL, "--yes").code != 0
    output = ("--output", str(tmp_path / "export.json"))
    outputs = [cli("jobs", "export", "--format", "csv", "--what", what) for what in PARTS]
    outputs += [
        cli("jobs", "export"),
        cli("jobs", "export", *output),
        cli("log", "--json"),
        cli("log"),
    ]
    outputs += [cli("history", URL), cli("history", URL, "--json")]
    assert [ended.code for ended in outputs] == [0] * len(outputs)
    texts = {str(number): ended.out + ended.err for number, ended in enumerate(outputs)}
    assert canaries.seen(home, file=(tmp_path / "export.json").read_text(), **texts) == []
