import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest

from tests.simulator.support import ManualClock
from zcbulk_tui.simulator.accounts import CLIENT_ID, CLIENT_SECRET
from zcbulk_tui.simulator.command import _print_call, run
from zcbulk_tui.simulator.messages import Request
from zcbulk_tui.simulator.scenarios import build
from zcbulk_tui.simulator.scopes import READ
from zcbulk_tui.simulator.server import LoopbackServer

RUN_STEADY = """
import sys
from zcbulk_tui.simulator.command import _print_call, run
from zcbulk_tui.simulator.messages import Request
sys.exit(run(port=0, scenario="steady", speed=1.0, seed=1{more}))
"""

LINES_OF_WELCOME = 30


@contextmanager
def steady_command(more: str = "") -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [sys.executable, "-c", RUN_STEADY.format(more=more)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_it_serves_until_a_signal(stop: signal.Signals) -> None:
    with steady_command() as process:
        assert process.stdout is not None
        welcome = [process.stdout.readline().rstrip("\n") for _ in range(LINES_OF_WELCOME)]
        base_url = welcome[1].removeprefix("export ZCBULK_BASE_URL=")
        assert base_url.startswith("http://127.0.0.1:")
        assert base_url in welcome[0]
        assert welcome[2] == f"export ZCBULK_ACCOUNTS_URL={base_url}"
        assert welcome[3] == "export ZCBULK_ACCESS_TOKEN=1000.simulator"
        token = welcome[11].split()[0].removeprefix("ZCBULK_REFRESH_TOKEN=")
        assert welcome[4:22] == [
            "# To practise signing in, in place of that token:",
            "unset ZCBULK_ACCESS_TOKEN",
            "export ZCBULK_CLIENT_ID=1000.SIMULATOR",
            "export ZCBULK_CLIENT_SECRET=simulator-secret",
            "# then by a code for a page, by a self client, or by a refresh token:",
            "zcbulk-tui login",
            f"curl -s {base_url}/simulator/grant-code | zcbulk-tui login --self-client",
            f"ZCBULK_REFRESH_TOKEN={token} zcbulk-tui login --refresh-token",
            "# or with a program that prints a token:",
            "export ZCBULK_TOKEN_COMMAND='echo 1000.simulator'",
            "# To practise inserting, a file with a few bad records, for a form without a job:",
            "zcbulk-tui simulator --sample Contacts 50000 --bad 0.003 > contacts.csv",
            "zcbulk-tui check contacts.csv --owner jason18 --app zylker-store --form Contacts "
            "--list-fields",
            "zcbulk-tui insert contacts.csv --owner jason18 --app zylker-store --form Contacts",
            f"# form: {base_url}/creator/v2.1/bulk/jason18/zylker-store/form/Contacts/insert",
            f"# what it holds: {base_url}/simulator/records?form=Contacts",
            "# Results, once a job has ended: the URL of the job and /result?filter=failure",
            "# The jobs:",
        ]
        path = "/creator/v2.1/bulk/jason18/zylker-store/form/Customers/insert/3888833000000114027"
        assert welcome[22] == f"{base_url}{path}  Customers (production)"
        assert welcome[26].endswith("Suppliers (stage)")
        headers = {
            "authorization": "Zoho-oauthtoken 1000.simulator",
            "accept": "application/json",
        }
        answer = httpx.get(base_url + path, headers=headers, trust_env=False)
        assert answer.json()["code"] == 3000
        line = process.stdout.readline()
        assert line.endswith(f" GET {path} [production] 200/3000\n")
        httpx.get(f"{base_url}/oauth/serverinfo", trust_env=False)
        line = process.stdout.readline()
        assert line.endswith(f" sign-in INFO {base_url.removeprefix('http://')} ok\n")
        process.send_signal(stop)
        rest, complaints = process.communicate(timeout=5)
    assert (process.returncode, rest, complaints) == (0, "", "")


def test_what_it_prints_to_sign_in_with_is_good() -> None:
    with steady_command() as process:
        assert process.stdout is not None
        welcome = [process.stdout.readline().rstrip("\n") for _ in range(LINES_OF_WELCOME)]
        url = welcome[2].removeprefix("export ZCBULK_ACCOUNTS_URL=")
        refresh = welcome[11].split()[0].removeprefix("ZCBULK_REFRESH_TOKEN=")
        client = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
        with httpx.Client(trust_env=False) as http:
            code = http.get(f"{url}/simulator/grant-code").text.strip()
            for grant in (
                {"grant_type": "authorization_code", "code": code},
                {"grant_type": "refresh_token", "refresh_token": refresh},
            ):
                answer = http.post(f"{url}/oauth/v2/token", data={**client, **grant})
                assert answer.json()["access_token"]


def test_lines_of_the_log_do_not_run_into_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[str] = []
    monkeypatch.setattr(sys.stdout, "write", written.append)
    creator = build("steady", clock=ManualClock())
    creator.on_call = _print_call
    creator.handle(Request("GET", "/", {}))
    assert len(written) == 1
    assert written[0].endswith("\n")


def test_every_sign_in_call_of_a_kind_can_fail() -> None:
    with steady_command(', sign_in_error="invalid_scope"') as process:
        assert process.stdout is not None
        welcome = [process.stdout.readline() for _ in range(LINES_OF_WELCOME)]
        url = welcome[2].removeprefix("export ZCBULK_ACCOUNTS_URL=").strip()
        form = {"client_id": CLIENT_ID, "grant_type": "device_request", "scope": READ}
        for _ in range(2):
            answer = httpx.post(f"{url}/oauth/v3/device/code", data=form, trust_env=False)
            assert answer.json() == {"error": "invalid_scope"}
        answer = httpx.get(f"{url}/oauth/serverinfo", trust_env=False)
        assert answer.json()["result"] == "success"


@pytest.mark.parametrize(
    ("more", "life", "limited"), [("", 3600, True), (", token_life=60.0", 60, False)]
)
def test_short_lived_tokens_are_not_limited_in_number(more: str, life: int, limited: bool) -> None:
    with steady_command(more) as process:
        assert process.stdout is not None
        welcome = [process.stdout.readline() for _ in range(LINES_OF_WELCOME)]
        url = welcome[2].removeprefix("export ZCBULK_ACCOUNTS_URL=").strip()
        client = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
        with httpx.Client(base_url=f"{url}/oauth", trust_env=False) as http:
            asked = {**client, "scope": READ, "access_type": "offline"}
            device = http.post(
                "/v3/device/code", data={**asked, "grant_type": "device_request"}
            ).json()
            answer = {"user_code": device["user_code"], "answer": "allow"}
            assert http.post("/v3/device", data=answer).status_code == 200
            poll = {**client, "grant_type": "device_token", "code": device["device_code"]}
            given = http.post("/v3/device/token", data=poll).json()
            assert given["expires_in"] == life
            refresh = {
                **client,
                "grant_type": "refresh_token",
                "refresh_token": given["refresh_token"],
            }
            answers = [http.post("/v2/token", data=refresh).json() for _ in range(11)]
    assert any("error" in answer for answer in answers) == limited


def test_a_port_in_use_is_one_clear_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    with LoopbackServer(build("steady", clock=ManualClock())) as taken:
        port = int(taken.base_url.rpartition(":")[2])
        assert run(port, "steady", 1.0, 1) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err == f"Cannot listen on 127.0.0.1:{port}: Address already in use.\n"
