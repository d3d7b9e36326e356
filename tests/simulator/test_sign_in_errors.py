"""Errors of signing in: those that are planned, and calls that are none."""

import pytest

from tests.simulator.signing_in import (
    US,
    error,
    get,
    poll,
    post,
    redeem,
    refresh,
    signed_in,
)
from tests.simulator.support import ManualClock
from zcbulk_tui.simulator import scopes
from zcbulk_tui.simulator.accounts import CLIENT_ID, Accounts
from zcbulk_tui.simulator.clock import Timeline
from zcbulk_tui.simulator.faults import SignInFault
from zcbulk_tui.simulator.messages import Request
from zcbulk_tui.simulator.sign_in_errors import SIGN_IN_ERRORS, SignInCall


@pytest.fixture
def accounts() -> Accounts:
    return Accounts(Timeline(ManualClock()))


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("POST", "/oauth/v2/auth", (404, "not_found")),
        ("GET", "/oauth/v2/token", (405, "wrong_method")),
        ("POST", "/oauth/serverinfo", (405, "wrong_method")),
        ("POST", "/oauth/v2/token", (400, "general_error")),
        ("POST", "/oauth/v3/device/token", (400, "general_error")),
    ],
)
def test_calls_that_are_none(
    accounts: Accounts, method: str, path: str, expected: tuple[int, str]
) -> None:
    answer = accounts.handle(Request(method, path, {"host": US}))
    assert error(answer) == expected
    assert accounts.log[-1].call is None


def answer_to(accounts: Accounts, call: SignInCall) -> tuple[int, object]:
    """Status and error of a call that would be fine, but for a fault."""
    match call:
        case SignInCall.DEVICE_CODE:
            form = {"client_id": CLIENT_ID, "grant_type": "device_request", "scope": scopes.READ}
            return error(post(accounts, "v3/device/code", form))
        case SignInCall.DEVICE_TOKEN:
            return error(poll(accounts, {"device_code": "1000.none"}))
        case SignInCall.CODE:
            return error(redeem(accounts, accounts.grant_code([scopes.READ])))
        case SignInCall.REFRESH:
            return error(refresh(accounts, "1000.none"))
        case SignInCall.REVOKE:
            return error(post(accounts, "v2/token/revoke", {"token": "1000.none"}))
        case SignInCall.INFO:
            return error(get(accounts, "serverinfo"))


@pytest.mark.parametrize(
    ("name", "call"),
    [
        pytest.param(name, call, id=f"{name}-{call.name}")
        for name, row in SIGN_IN_ERRORS.items()
        for call in SignInCall
        if call in row.calls
    ],
)
def test_every_error_can_be_planned(accounts: Accounts, name: str, call: SignInCall) -> None:
    proper = answer_to(accounts, call)
    accounts.inject(SignInFault(call, name, times=2))
    row = SIGN_IN_ERRORS[name]
    assert [answer_to(accounts, call) for _ in range(2)] == [(row.status, row.error)] * 2
    assert accounts.log[-1].outcome == name
    assert answer_to(accounts, call) == proper


def test_a_fault_without_end_spares_other_calls(accounts: Accounts) -> None:
    accounts.inject(SignInFault(SignInCall.REFRESH, "throttle-400"))
    access, lasting = signed_in(accounts)
    assert accounts.scopes_of(access)
    answers = {error(refresh(accounts, lasting)) for _ in range(20)}
    assert answers == {(400, "Access Denied")}


def test_a_fault_there_is_not() -> None:
    with pytest.raises(ValueError, match="invalid_cod"):
        SignInFault(SignInCall.CODE, "invalid_cod")


def test_the_table_holds_every_documented_error() -> None:
    assert {row.error for row in SIGN_IN_ERRORS.values()} == {
        "authorization_pending",
        "slow_down",
        "other_dc",
        "access_denied",
        "expired",
        "invalid_code",
        "invalid_client",
        "invalid_client_secret",
        "invalid_redirect_uri",
        "invalid_scope",
        "Access Denied",
        "general_error",
    }
    assert {row.status for row in SIGN_IN_ERRORS.values()} == {200, 400}
