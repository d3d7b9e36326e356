"""What the accounts server writes down of each call, and what it never does."""

from dataclasses import asdict

import pytest

from tests.simulator.signing_in import (
    CLIENT,
    US,
    begin,
    error,
    get,
    post,
    refresh,
    signed_in,
)
from tests.simulator.support import ManualClock, content
from zcbulk_tui.simulator.accounts import CLIENT_ID, CLIENT_SECRET, Accounts
from zcbulk_tui.simulator.sign_in_errors import SignInCall


@pytest.mark.parametrize("name", ["client_secret", "code", "refresh_token", "token"])
def test_the_log_tells_of_secrets_in_the_query(accounts: Accounts, name: str) -> None:
    form = {"grant_type": "refresh_token", "client_id": CLIENT_ID, name: "x"}
    post(accounts, "v2/token", form)
    post(accounts, "v2/token", {**form, name: ""}, query=f"{name}=x")
    post(accounts, "v2/token", form, query="grant_type=refresh_token&client_id=x")
    assert [entry.secrets_in_query for entry in accounts.log] == [False, True, False]


def test_parameters_in_the_query_do_as_in_the_samples(accounts: Accounts) -> None:
    _, lasting = signed_in(accounts)
    query = "&".join(
        f"{name}={value}"
        for name, value in {
            **CLIENT,
            "grant_type": "refresh_token",
            "refresh_token": lasting,
        }.items()
    )
    assert "access_token" in content(post(accounts, "v2/token", {}, query=query))
    assert accounts.log[-1].line().endswith(f"sign-in REFRESH {US} ok (secrets in the query)")


def test_a_json_body_is_no_form(accounts: Accounts) -> None:
    form = {"grant_type": "refresh_token"}
    answer = post(accounts, "v2/token", form, **{"content-type": "application/json"})
    assert error(answer) == (400, "general_error")


def test_the_log_tells_what_was_asked_and_never_the_secrets(
    accounts: Accounts, clock: ManualClock
) -> None:
    seen: list[object] = []
    accounts.on_call = seen.append
    clock.now = accounts.timeline.start + 7
    access, lasting = signed_in(accounts)
    code = str(begin(accounts)["device_code"])
    refresh(accounts, lasting, client_secret="other")
    assert seen == accounts.log
    facts = [(entry.time, entry.call, entry.host, entry.outcome) for entry in accounts.log]
    assert facts == [
        (clock.now, SignInCall.CODE, US, "ok"),
        (clock.now, SignInCall.DEVICE_CODE, US, "ok"),
        (clock.now, SignInCall.REFRESH, US, "invalid_client_secret"),
    ]
    written = repr([asdict(entry) for entry in accounts.log])
    assert not any(secret in written for secret in (access, lasting, code, CLIENT_SECRET, "other"))


def test_a_log_line_reads_well_and_is_safe(accounts: Accounts, clock: ManualClock) -> None:
    clock.now = 3_661
    get(accounts, "serverinfo")
    get(accounts, "nothing", host="\x1b[2J")
    assert [entry.line() for entry in accounts.log] == [
        f"01:01:01 sign-in INFO {US} ok",
        "01:01:01 sign-in unknown ?[2j not_found",
    ]
