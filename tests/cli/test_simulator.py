"""The simulator's own options: files to practise with, and how uploaded ones are inserted."""

import csv
import io
import signal
import subprocess
from pathlib import Path

import httpx
import pytest

from tests.support.commands import PATIENCE, PROGRAM, CommandLine, environment
from tests.support.simulators import SimulatorProcess
from zcbulk_tui.simulator import command
from zcbulk_tui.simulator.fields import FORMS
from zcbulk_tui.simulator.samples import sample
from zcbulk_tui.simulator.verdicts import InsertRules


def test_a_sample_file_is_the_form_s_and_utf_8_whatever_the_terminal_shows(
    cli: CommandLine, home: Path
) -> None:
    asked = ("simulator", "--sample", "Contacts", "500", "--bad", "0.01", "--seed", "4")
    ended = cli(*asked)
    assert (ended.code, ended.err) == (0, "")
    rows = list(csv.reader(io.StringIO(ended.out)))
    assert rows == list(sample(FORMS["Contacts"].fields, 500, bad=0.01, seed=4))
    in_ascii = subprocess.run(
        [*PROGRAM, *asked],
        env=environment(home, LC_ALL="C", PYTHONCOERCECLOCALE="0", PYTHONUTF8="0"),
        capture_output=True,
        timeout=PATIENCE,
        check=True,
    )
    assert in_ascii.stdout.decode() == ended.out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--sample", "Nowhere", "10"), "Contacts"),
        (("--sample", "Contacts", "ten"), "number of records"),
        (("--sample", "Contacts", "-1"), "from 0 to"),
        (("--sample", "Contacts", "1000000000"), "100,000,000"),
        (("--sample", "Contacts", "10", "--bad", "2"), "from 0 to 1"),
        (("--bad", "0.5"), "--sample FORM ROWS"),
        (("--strict-batches", "--lenient-batches"), "not allowed with"),
    ],
)
def test_a_sample_that_cannot_be_made(
    cli: CommandLine, arguments: tuple[str, ...], said: str
) -> None:
    ended = cli("simulator", *arguments)
    assert (ended.code, ended.out) == (2, "")
    assert said in ended.err


@pytest.mark.parametrize(
    ("arguments", "strict"),
    [((), True), (("--strict-batches",), True), (("--lenient-batches",), False)],
)
def test_the_reading_of_the_batch_rule(
    cli: CommandLine, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], strict: bool
) -> None:
    seen: list[InsertRules] = []

    def serve(*_: object, rules: InsertRules, **__: object) -> int:
        seen.append(rules)
        return 0

    monkeypatch.setattr(command, "run", serve)
    assert cli("simulator", *arguments).code == 0
    assert seen == [InsertRules(strict_batches=strict)]


def test_its_log_shows_create_upload_and_start(cli: CommandLine, home: Path) -> None:
    data = cli("simulator", "--sample", "Contacts", "250").out.encode()
    with SimulatorProcess(environment(home)) as server:
        at = "/creator/v2.1/bulk/jason18/zylker-store/form/Contacts/insert"
        assert f"# form: {server.base_url}{at}" in server.welcome
        proper = {
            "authorization": f"Zoho-oauthtoken {server.token}",
            "accept": "application/json",
        }
        with httpx.Client(base_url=server.base_url, headers=proper, trust_env=False) as client:
            job_id = client.post(at).json()["details"]["job_id"]
            client.post(f"{at}?job_id={job_id}", files={"file": ("contacts.csv", data)})
            client.patch(f"{at}/{job_id}", json={"data": {"action": "start"}})
        server.signal(signal.SIGTERM)
        code, out, err = server.end()
    assert (code, err) == (0, "")
    assert [line.partition(" ")[2] for line in out.splitlines()] == [
        f"POST {at} [production] create {job_id} 200/3000",
        f"POST {at} [production] upload {job_id} 200/3000",
        f"PATCH {at}/{job_id} [production] start 200/3000",
    ]
