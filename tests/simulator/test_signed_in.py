"""Creator and the accounts server together: tokens, scopes, limits, both transports, and TLS."""

import ssl
from functools import partial
from pathlib import Path

import httpx
import pytest

from tests.simulator.signing_in import CLIENT, begin, signed_in
from tests.simulator.support import ManualClock, control, outcome, status
from tests.support.certificates import self_signed
from tests.support.simulators import labelled
from zcbulk_tui.simulator import scopes
from zcbulk_tui.simulator.accounts import Accounts
from zcbulk_tui.simulator.clock import Timeline
from zcbulk_tui.simulator.creator import Creator
from zcbulk_tui.simulator.dialect import Dialect
from zcbulk_tui.simulator.jobs import Job
from zcbulk_tui.simulator.messages import Response
from zcbulk_tui.simulator.scenarios import build
from zcbulk_tui.simulator.server import LoopbackServer
from zcbulk_tui.simulator.transport import InProcessTransport

DONE = (200, 3000)
NO_SCOPE = (401, 2945)
NO_TOKEN = (401, 1030)


def asked_for_status(creator: Creator, job: Job, token: str) -> Response:
    return status(creator, job, authorization=f"Zoho-oauthtoken {token}")


@pytest.mark.parametrize(
    ("scope", "on_status", "on_control"),
    [
        (scopes.READ, DONE, NO_SCOPE),
        (scopes.CREATE, NO_SCOPE, DONE),
        (scopes.UPDATE, NO_SCOPE, NO_SCOPE),
        ("ZohoCreator.meta.form.READ", NO_SCOPE, NO_SCOPE),
    ],
)
def test_a_call_needs_its_scope(
    creator: Creator,
    running: Job,
    scope: str,
    on_status: tuple[int, int],
    on_control: tuple[int, int],
) -> None:
    creator.token, _ = signed_in(creator.accounts, scope)
    assert outcome(status(creator, running)) == on_status
    assert outcome(control(creator, running, "abort")) == on_control


def test_control_may_need_the_scope_of_the_page(clock: ManualClock, running: Job) -> None:
    strict = Dialect(control_scopes=frozenset({scopes.UPDATE}))
    creator = Creator([running], Timeline(clock), token="1000.fixed", dialect=strict)
    assert outcome(status(creator, running)) == DONE
    creator.token, _ = signed_in(creator.accounts, scopes.CREATE)
    assert outcome(control(creator, running, "abort")) == NO_SCOPE
    creator.token, _ = signed_in(creator.accounts, scopes.UPDATE)
    assert outcome(control(creator, running, "abort")) == DONE


def test_a_token_ends_and_the_fixed_one_does_not(clock: ManualClock) -> None:
    creator = build("steady", clock=clock, accounts=partial(Accounts, token_life=60.0))
    job = labelled(creator, "Regions")
    token, lasting = signed_in(creator.accounts)
    assert outcome(asked_for_status(creator, job, token)) == DONE
    assert outcome(asked_for_status(creator, job, lasting)) == NO_TOKEN
    clock.now += 60
    assert outcome(asked_for_status(creator, job, token)) == NO_TOKEN
    assert outcome(asked_for_status(creator, job, creator.token)) == DONE


def test_a_revoked_token_is_refused(creator: Creator, running: Job) -> None:
    token, _ = signed_in(creator.accounts)
    creator.accounts.revoke_all()
    assert outcome(asked_for_status(creator, running, token)) == NO_TOKEN


async def test_the_transport_tells_the_servers_apart(creator: Creator, running: Job) -> None:
    code = creator.accounts.grant_code([scopes.READ])
    form = {**CLIENT, "grant_type": "authorization_code", "code": code}
    async with httpx.AsyncClient(transport=InProcessTransport(creator)) as client:
        answer = await client.post("https://accounts.zoho.com/oauth/v2/token", data=form)
        token = answer.json()["access_token"]
        await client.get("https://accounts.zoho.eu/oauth/nothing", params={"token": "x"})
        headers = {"authorization": f"Zoho-oauthtoken {token}", "accept": "application/json"}
        answer = await client.get(f"https://www.zohoapis.com{running.path}", headers=headers)
    assert answer.json()["code"] == 3000
    assert len(creator.log) == 1
    entries = [
        (entry.host, entry.outcome, entry.secrets_in_query) for entry in creator.accounts.log
    ]
    assert entries == [
        ("accounts.zoho.com", "ok", False),
        ("accounts.zoho.eu", "not_found", True),
    ]


async def test_sign_in_calls_use_up_no_calls_of_the_api(clock: ManualClock) -> None:
    creator = build("rate-limit", clock=clock)
    async with httpx.AsyncClient(transport=InProcessTransport(creator)) as client:
        for _ in range(20):
            await client.get("https://accounts.zoho.com/oauth/serverinfo")
    answers = [outcome(status(creator, labelled(creator, "Regions"))) for _ in range(10)]
    assert answers == [DONE] * 10
    assert len(creator.accounts.log) == 20


def test_signing_in_over_a_socket(creator: Creator, running: Job) -> None:
    with LoopbackServer(creator) as server:
        host = server.base_url.removeprefix("http://")
        with httpx.Client(base_url=server.base_url, trust_env=False) as client:
            device = begin(creator.accounts, host=host)
            assert device["verification_url"] == f"{server.base_url}/oauth/v3/device"
            page = client.get(str(device["verification_uri_complete"]))
            assert str(device["user_code"]) in page.text
            form = {"user_code": str(device["user_code"]), "answer": "allow"}
            assert client.post("/oauth/v3/device", data=form).status_code == 200
            form = {**CLIENT, "grant_type": "device_token", "code": str(device["device_code"])}
            token = client.post("/oauth/v3/device/token", data=form).json()["access_token"]
            headers = {"authorization": f"Zoho-oauthtoken {token}", "accept": "application/json"}
            assert client.get(running.path, headers=headers).json()["code"] == 3000
            log = client.get("/simulator/sign-ins").json()
    assert log == [
        {
            "time": creator.timeline.start,
            "call": call,
            "host": host,
            "outcome": "ok",
            "secrets_in_query": False,
        }
        for call in ("DEVICE_CODE", "DEVICE_TOKEN")
    ]


def test_the_data_centres_of_the_loopback_interface_answer(creator: Creator) -> None:
    with LoopbackServer(creator) as server, httpx.Client(trust_env=False) as client:
        places = client.get(f"{server.base_url}/oauth/serverinfo").json()["locations"]
        assert places["us"] == server.base_url
        again = client.get(f"{places['eu']}/oauth/serverinfo").json()["locations"]
    assert again == places
    hosts = [entry.host.partition(":")[0] for entry in creator.accounts.log]
    assert hosts == ["127.0.0.1", "localhost"]


def test_tls(
    creator: Creator,
    running: Job,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:
    made = self_signed(tmp_path, "IP:127.0.0.1", "DNS:localhost")
    headers = {"authorization": f"Zoho-oauthtoken {creator.token}", "accept": "application/json"}
    with LoopbackServer(creator, tls=made.for_server()) as server:
        assert server.base_url.startswith("https://127.0.0.1:")
        with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
            httpx.get(server.base_url, trust_env=False)
        with pytest.raises(httpx.TransportError):
            httpx.get(server.base_url.replace("https", "http"), trust_env=False)
        trusting = ssl.create_default_context(cafile=str(made.certificate))
        with httpx.Client(base_url=server.base_url, verify=trusting, trust_env=False) as client:
            assert client.get(running.path, headers=headers).json()["code"] == 3000
            places = client.get("/oauth/serverinfo").json()["locations"]
            assert places["us"] == server.base_url
            server.close()
    assert capfd.readouterr() == ("", "")
