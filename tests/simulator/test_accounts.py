"""The accounts server: self clients, refreshes, revocation, errors, and its log."""

import base64

import pytest

from tests.simulator.signing_in import (
    EU,
    US,
    begin,
    error,
    post,
    redeem,
    refresh,
    signed_in,
    tokens,
)
from tests.simulator.support import ManualClock, content
from zcbulk_tui.simulator import scopes
from zcbulk_tui.simulator.accounts import CLIENT_ID, CLIENT_SECRET, Accounts
from zcbulk_tui.simulator.clock import Timeline
from zcbulk_tui.simulator.messages import Request

NO_TOKEN = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "token": "1000.none"}


def basic(client_id: str = CLIENT_ID, secret: str = CLIENT_SECRET) -> str:
    return "Basic " + base64.b64encode(f"{client_id}:{secret}".encode()).decode()


def test_a_self_client_turns_its_code_into_tokens(accounts: Accounts) -> None:
    answer = redeem(accounts, accounts.grant_code([scopes.READ]))
    access, lasting = tokens(answer)
    assert content(answer) == {
        "access_token": access,
        "refresh_token": lasting,
        "scope": scopes.READ,
        "api_domain": "https://www.zohoapis.com",
        "token_type": "Bearer",
        "expires_in": 3600,
    }
    assert access != lasting
    assert accounts.scopes_of(access) == frozenset({scopes.READ})
    assert accounts.scopes_of(lasting) is None


@pytest.mark.parametrize(("second", "status"), [(179, "tokens"), (180, "invalid_code")])
def test_a_code_holds_three_minutes(
    accounts: Accounts, clock: ManualClock, second: float, status: str
) -> None:
    code = accounts.grant_code([scopes.READ])
    clock.now += second
    assert content(redeem(accounts, code)).get("error", "tokens") == status


def test_a_code_is_good_once(accounts: Accounts) -> None:
    code = accounts.grant_code([scopes.READ])
    assert redeem(accounts, code).status == 200
    assert error(redeem(accounts, code)) == (200, "invalid_code")


@pytest.mark.parametrize("wanted", [[], ["ZohoCreator.bulk.DELETE"], [scopes.READ, ""]])
def test_no_code_for_scopes_there_are_not(accounts: Accounts, wanted: list[str]) -> None:
    with pytest.raises(ValueError, match="scopes"):
        accounts.grant_code(wanted)


def test_a_refresh_gives_another_access_token_and_no_refresh_token(accounts: Accounts) -> None:
    first, lasting = signed_in(accounts)
    answer = content(refresh(accounts, lasting))
    assert answer.keys() == {"access_token", "scope", "api_domain", "token_type", "expires_in"}
    second = str(answer["access_token"])
    assert first != second
    allowed = frozenset({scopes.READ, scopes.CREATE})
    assert accounts.scopes_of(first) == accounts.scopes_of(second) == allowed


@pytest.mark.parametrize("speed", [1.0, 10.0])
def test_an_access_token_ends_by_simulated_time(clock: ManualClock, speed: float) -> None:
    accounts = Accounts(Timeline(clock, speed), token_life=60.0)
    access, lasting = signed_in(accounts)
    clock.now += 59 / speed
    assert accounts.scopes_of(access)
    clock.now += 1 / speed
    assert accounts.scopes_of(access) is None
    assert accounts.scopes_of(str(content(refresh(accounts, lasting))["access_token"]))


def test_a_permitted_token_never_ends(accounts: Accounts, clock: ManualClock) -> None:
    accounts.permit("1000.fixed")
    accounts.revoke_all()
    clock.now += 1e9
    assert accounts.scopes_of("1000.fixed") == scopes.ALL


def test_the_life_of_a_token_in_milliseconds(timeline: Timeline) -> None:
    accounts = Accounts(timeline, token_life=90.0, milliseconds=True)
    answer = content(redeem(accounts, accounts.grant_code([scopes.READ])))
    assert (answer["expires_in_sec"], answer["expires_in"]) == (90, 90_000)


def test_too_many_access_tokens_block_their_refresh_token(
    accounts: Accounts, clock: ManualClock
) -> None:
    _, lasting = signed_in(accounts)
    _, other = signed_in(accounts)
    assert {refresh(accounts, lasting).status for _ in range(9)} == {200}
    clock.now += 599
    blocked = refresh(accounts, lasting)
    assert blocked.status == 200
    assert content(blocked) == {
        "error": "Access Denied",
        "error_description": (
            "You have made too many requests continuously. Please try again after some time."
        ),
    }
    assert "access_token" in content(refresh(accounts, other))
    clock.now += 599
    assert error(refresh(accounts, lasting)) == (200, "Access Denied")
    clock.now += 1
    assert "access_token" in content(refresh(accounts, lasting))


def test_the_limit_can_be_off(timeline: Timeline) -> None:
    accounts = Accounts(timeline, tokens_per_ten_minutes=None)
    _, lasting = signed_in(accounts)
    assert all("access_token" in content(refresh(accounts, lasting)) for _ in range(50))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"client_id": "1000.OTHER"}, (400, "invalid_client")),
        ({"client_id": ""}, (400, "invalid_client")),
        ({"client_secret": "other"}, (400, "invalid_client_secret")),
        ({"host": EU}, (400, "invalid_client")),
        ({"grant_type": "password"}, (400, "general_error")),
    ],
)
def test_wrong_clients(
    accounts: Accounts, changes: dict[str, str], expected: tuple[int, str]
) -> None:
    _, lasting = signed_in(accounts)
    code = accounts.grant_code([scopes.READ])
    assert error(refresh(accounts, lasting, **changes)) == expected
    assert error(redeem(accounts, code, **changes)) == expected
    assert "access_token" in content(redeem(accounts, code)), "a refusal leaves the code good"


@pytest.mark.parametrize("token", ["", "1000.none"])
def test_a_refresh_token_there_is_not(accounts: Accounts, token: str) -> None:
    assert error(refresh(accounts, token)) == (200, "invalid_code")


def test_a_self_client_has_no_redirect_uri(accounts: Accounts) -> None:
    answer = redeem(accounts, accounts.grant_code([scopes.READ]), redirect_uri="https://a.example")
    assert error(answer) == (400, "invalid_redirect_uri")


@pytest.mark.parametrize("host", [EU, "accounts.zoho.eu"])
def test_a_user_of_the_eu_signs_in_there(timeline: Timeline, host: str) -> None:
    accounts = Accounts(timeline, home="eu")
    _, lasting = signed_in(accounts, host=host)
    assert content(refresh(accounts, lasting, host=host))["api_domain"] == "https://api.zoho.eu"
    assert error(refresh(accounts, lasting)) == (400, "invalid_client")


@pytest.mark.parametrize("in_query", [True, False])
def test_a_revoked_refresh_token_takes_its_access_tokens_along(
    accounts: Accounts, in_query: bool
) -> None:
    access, lasting = signed_in(accounts)
    later = str(content(refresh(accounts, lasting))["access_token"])
    other, _ = signed_in(accounts)
    if in_query:
        answer = post(accounts, "v2/token/revoke", {}, query=f"token={lasting}")
    else:
        answer = post(accounts, "v2/token/revoke", {"token": lasting})
    assert (answer.status, content(answer)) == (200, {"status": "success"})
    assert accounts.scopes_of(access) is accounts.scopes_of(later) is None
    assert error(refresh(accounts, lasting)) == (200, "invalid_code")
    assert accounts.scopes_of(other)


def test_a_revoked_access_token_leaves_its_refresh_token(accounts: Accounts) -> None:
    access, lasting = signed_in(accounts)
    assert post(accounts, "v2/token/revoke", {"token": access}).status == 200
    assert accounts.scopes_of(access) is None
    assert "access_token" in content(refresh(accounts, lasting))


@pytest.mark.parametrize(
    ("authorization", "kind", "expected"),
    [
        (basic(), "refresh_token", (200, None)),
        (basic(), "", (200, None)),
        (basic(), "access_token", (400, "unknown_token")),
        (basic(client_id="1000.OTHER"), "refresh_token", (400, "invalid_client")),
        (basic(secret="other"), "refresh_token", (400, "invalid_client_secret")),
        ("Basic ???", "refresh_token", (400, "invalid_client")),
        ("Basic /////w==", "refresh_token", (400, "invalid_client")),
        ("Bearer x", "refresh_token", (400, "invalid_client")),
        ("", "refresh_token", (400, "invalid_client")),
    ],
)
def test_the_newer_revocation_wants_the_client(
    accounts: Accounts, authorization: str, kind: str, expected: tuple[int, str | None]
) -> None:
    access, lasting = signed_in(accounts)
    form = {"token": lasting, "token_type": kind}
    answer = post(accounts, "v2/revoke/token", form, authorization=authorization)
    assert error(answer) == expected
    assert (accounts.scopes_of(access) is None) == (expected == (200, None))


@pytest.mark.parametrize("form", [{}, NO_TOKEN])
def test_a_token_there_is_not_cannot_be_revoked(accounts: Accounts, form: dict[str, str]) -> None:
    assert post(accounts, "v2/token/revoke", form).status == 400


def test_taking_back_all_consent_ends_every_token(accounts: Accounts) -> None:
    access, lasting = signed_in(accounts)
    accounts.revoke_all()
    assert accounts.scopes_of(access) is None
    assert error(refresh(accounts, lasting)) == (200, "invalid_code")


@pytest.mark.parametrize(
    ("host", "scheme", "expected"),
    [
        (US, "http", {"us": "http://127.0.0.1:8080", "eu": "http://localhost:8080"}),
        (EU, "https", {"us": "https://127.0.0.1:8080", "eu": "https://localhost:8080"}),
        ("localhost", "http", {"us": "http://127.0.0.1", "eu": "http://localhost"}),
        ("accounts.zoho.eu", "http", None),
        ("accounts.zoho.com", "https", None),
        ("", "http", None),
    ],
)
def test_where_the_data_centres_are(
    accounts: Accounts, host: str, scheme: str, expected: dict[str, str] | None
) -> None:
    answer = accounts.handle(Request("GET", "/oauth/serverinfo", {"host": host}, scheme=scheme))
    real = {"us": "https://accounts.zoho.com", "eu": "https://accounts.zoho.eu"}
    assert content(answer) == {"result": "success", "locations": expected or real}


def test_names_depend_on_the_seed_alone(timeline: Timeline) -> None:
    def show(seed: int) -> tuple[object, ...]:
        accounts = Accounts(timeline, seed=seed)
        return begin(accounts), signed_in(accounts)

    assert show(1) == show(1)
    assert show(1) != show(2)
