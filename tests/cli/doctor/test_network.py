"""The doctor on the network."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from tests.cli.doctor.examined import ACCOUNTS_URL, Doctor
from tests.support.commands import CANARY
from tests.support.stub_server import DROP, Answer, Reply, Request, StubServer
from zcbulk_tui.config import secrets
from zcbulk_tui.config.layers import variable


def answering(answer: Answer) -> StubServer:
    return StubServer(lambda _: answer)


@pytest.mark.parametrize(
    ("seconds", "grade"),
    [(0, "pass"), (40, "pass"), (-40, "pass"), (200, "warn"), (-200, "warn"), (900, "fail")],
)
def test_the_clock(
    doctor: Doctor, monkeypatch: pytest.MonkeyPatch, seconds: int, grade: str
) -> None:
    def answer(_: Request) -> Answer:
        date = datetime.now(UTC) + timedelta(seconds=seconds)
        return Reply(200, headers={"Date": format_datetime(date, usegmt=True)})

    monkeypatch.setenv(secrets.ACCESS_TOKEN, CANARY)
    with StubServer(answer) as server:
        monkeypatch.setenv("ZCBULK_BASE_URL", server.url)
        monkeypatch.setenv(ACCOUNTS_URL, server.url)
        found = doctor()
    assert found["clock"][0] == grade
    assert ("behind" in found["clock"][1]) == (seconds >= 200)
    assert doctor.ended.code == (4 if grade == "fail" else 0)


@pytest.mark.usefixtures("signed_in")
def test_no_token_is_sent_to_be_looked_at(doctor: Doctor, monkeypatch: pytest.MonkeyPatch) -> None:
    with answering(Reply(302, headers={"Location": "https://www.zoho.com"})) as server:
        monkeypatch.setenv("ZCBULK_BASE_URL", server.url)
        monkeypatch.setenv(ACCOUNTS_URL, server.url)
        found = doctor()
    assert found["API answer"][0] == "pass"
    assert len(server.requests) == 2
    for request in server.requests:
        assert (request.method, request.path) == ("GET", "/")
        assert "authorization" not in request.headers
        assert CANARY not in repr(request)


@pytest.mark.usefixtures("signed_in", "server")
def test_one_host_that_fails_does_not_stop_the_other(
    doctor: Doctor, monkeypatch: pytest.MonkeyPatch
) -> None:
    with answering(DROP) as broken:
        monkeypatch.setenv("ZCBULK_BASE_URL", broken.url)
        found = doctor()
    assert found["API answer"][0] == "fail"
    assert found["accounts answer"][0] == found["clock"][0] == found["token"][0] == "pass"
    assert doctor.ended.code == 4


@pytest.mark.usefixtures("signed_in")
@pytest.mark.parametrize("scheme", ["http", "nothing-that-is-known"])
def test_a_proxy_is_named_without_its_password(
    doctor: Doctor, nobody: str, monkeypatch: pytest.MonkeyPatch, scheme: str
) -> None:
    for name in ("ZCBULK_BASE_URL", ACCOUNTS_URL):
        monkeypatch.delenv(name)
    address = nobody.removeprefix("http://")
    monkeypatch.setenv("NO_PROXY", "")
    monkeypatch.setenv("HTTPS_PROXY", f"{scheme}://user:pa55canary@{address}")
    monkeypatch.setenv("ZCBULK_DATA_CENTER", "us")
    found = doctor()
    if scheme == "http":
        assert f"through the proxy {address}" in found["API route"][1]
        assert found["API DNS"][1] == "Left to the proxy."
        assert found["API answer"][0] == found["accounts answer"][0] == "fail"
        assert doctor.ended.code == 4
    else:
        assert found["network"][0] == "fail"
        assert "HTTPS_PROXY" in found["network"][1]
    assert "pa55canary" not in doctor.ended.out


def test_no_host_is_tried_where_the_data_centre_is_unknown(
    doctor: Doctor, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("ZCBULK_BASE_URL", ACCOUNTS_URL):
        monkeypatch.delenv(name, raising=False)
    found = doctor()
    grade, said, fix = found["data centre"]
    assert (grade, "Unknown data centre" in said, "data_center" in fix) == ("warn", True, True)
    assert not {"API route", "accounts route", "clock"} & set(found)


@pytest.mark.usefixtures("nobody")
def test_a_bundle_that_cannot_be_read(doctor: Doctor, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise FileNotFoundError(2, "No such file")

    monkeypatch.setattr("ssl.SSLContext.load_verify_locations", refuse)
    monkeypatch.setenv(variable("ca_bundle"), "/nowhere.pem")
    grade, said, _ = doctor()["network"]
    assert grade == "fail"
    assert "ca_bundle" in said
