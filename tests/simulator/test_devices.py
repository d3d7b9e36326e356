"""Signing in a device: its states, its data centre, and the page for its user."""

import re
from urllib.parse import urlsplit

import pytest

from tests.simulator.signing_in import EU, US, begin, error, get, poll, post
from tests.simulator.support import ManualClock, content
from zcbulk_tui.simulator import scopes
from zcbulk_tui.simulator.accounts import Accounts
from zcbulk_tui.simulator.clock import Timeline
from zcbulk_tui.simulator.faults import SignInFault
from zcbulk_tui.simulator.sign_in_errors import SignInCall

PENDING = (200, "authorization_pending")
SLOW_DOWN = (200, "slow_down")


def answer(accounts: Accounts, device: dict[str, object], *, allowed: bool) -> bool:
    return accounts.answer_device(str(device["user_code"]), allowed=allowed)


@pytest.mark.parametrize(
    ("host", "page"),
    [
        (US, f"http://{US}/oauth/v3/device"),
        (EU, f"http://{EU}/oauth/v3/device"),
        ("accounts.zoho.com", "https://accounts.zoho.com/oauth/v3/device"),
        ("accounts.zoho.eu", "https://accounts.zoho.eu/oauth/v3/device"),
        ("", "https://accounts.zoho.com/oauth/v3/device"),
    ],
)
def test_a_device_gets_its_codes(accounts: Accounts, host: str, page: str) -> None:
    device = begin(accounts, host=host)
    assert re.fullmatch(r"[A-Z]{3}-\d{3}", str(device["user_code"]))
    assert device == {
        "device_code": device["device_code"],
        "user_code": device["user_code"],
        "verification_url": page,
        "verification_uri_complete": f"{page}?user_code={device['user_code']}",
        "interval": 30,
        "expires_in": 300,
    }


def test_times_in_milliseconds(timeline: Timeline) -> None:
    device = begin(Accounts(timeline, milliseconds=True))
    assert (device["interval"], device["expires_in"]) == (5000, 300_000)


def test_an_allowed_device_gets_its_tokens_once(accounts: Accounts, clock: ManualClock) -> None:
    device = begin(accounts)
    assert error(poll(accounts, device)) == PENDING
    assert answer(accounts, device, allowed=True)
    clock.now += 30
    given = content(poll(accounts, device))
    assert given.keys() >= {"access_token", "refresh_token", "scope", "api_domain", "expires_in"}
    allowed = accounts.scopes_of(str(given["access_token"]))
    assert allowed == frozenset({scopes.READ, scopes.CREATE})
    clock.now += 30
    assert error(poll(accounts, device)) == (200, "invalid_code")


def test_a_denied_device_is_told_so(accounts: Accounts) -> None:
    device = begin(accounts)
    assert answer(accounts, device, allowed=False)
    assert error(poll(accounts, device)) == (200, "access_denied")


@pytest.mark.parametrize(("wait", "expected"), [(29.9, SLOW_DOWN), (30.0, PENDING)])
def test_polls_are_half_a_minute_apart(
    accounts: Accounts, clock: ManualClock, wait: float, expected: tuple[int, str]
) -> None:
    device = begin(accounts)
    assert error(poll(accounts, device)) == PENDING
    clock.now += wait
    assert error(poll(accounts, device)) == expected


def test_a_hasty_poll_counts_as_one(accounts: Accounts, clock: ManualClock) -> None:
    device = begin(accounts)
    answers = []
    for _ in range(4):
        answers.append(error(poll(accounts, device)))
        clock.now += 20
    assert answers == [PENDING, SLOW_DOWN, SLOW_DOWN, SLOW_DOWN]
    clock.now += 10
    assert error(poll(accounts, device)) == PENDING


@pytest.mark.parametrize(
    ("second", "expected"), [(299, PENDING), (300, (200, "expired")), (9_999, (200, "expired"))]
)
def test_a_device_nobody_answers_expires(
    accounts: Accounts, clock: ManualClock, second: float, expected: tuple[int, str]
) -> None:
    device = begin(accounts)
    clock.now += second
    assert error(poll(accounts, device)) == expected
    assert answer(accounts, device, allowed=True) == (expected == PENDING)


def test_an_answer_in_time_is_kept(accounts: Accounts, clock: ManualClock) -> None:
    device = begin(accounts)
    answer(accounts, device, allowed=True)
    clock.now += 301
    assert "access_token" in content(poll(accounts, device))


def test_an_answer_is_given_once(accounts: Accounts) -> None:
    device = begin(accounts)
    assert answer(accounts, device, allowed=False)
    assert not answer(accounts, device, allowed=True)
    assert not accounts.answer_device("", allowed=True)


def test_a_user_need_not_type_capitals(accounts: Accounts) -> None:
    device = begin(accounts)
    assert accounts.answer_device(f" {str(device['user_code']).lower()} ", allowed=True)


def test_devices_do_not_get_in_each_others_way(accounts: Accounts) -> None:
    one, other = begin(accounts), begin(accounts)
    answer(accounts, other, allowed=True)
    assert error(poll(accounts, one)) == PENDING
    assert "access_token" in content(poll(accounts, other))


@pytest.mark.parametrize(
    ("home", "key", "asked", "right"),
    [("eu", "user_location", US, EU), ("us", "user_location", EU, US), ("eu", "dc", US, EU)],
)
def test_a_device_is_sent_to_the_home_of_its_user(
    timeline: Timeline, clock: ManualClock, home: str, key: str, asked: str, right: str
) -> None:
    accounts = Accounts(timeline, home=home, dc_key=key)
    device = begin(accounts, host=asked)
    assert error(poll(accounts, device, host=asked)) == PENDING
    answer(accounts, device, allowed=True)
    for _ in range(2):
        clock.now += 30
        elsewhere = poll(accounts, device, host=asked)
        assert (elsewhere.status, content(elsewhere)) == (200, {key: home, "error": "other_dc"})
    assert error(poll(accounts, device, host=right)) == SLOW_DOWN
    clock.now += 30
    assert "access_token" in content(poll(accounts, device, host=right))


def test_a_denial_is_the_same_everywhere(timeline: Timeline) -> None:
    accounts = Accounts(timeline, home="eu")
    device = begin(accounts)
    answer(accounts, device, allowed=False)
    assert error(poll(accounts, device)) == (200, "access_denied")


def test_a_home_without_a_server(timeline: Timeline) -> None:
    accounts = Accounts(timeline, home="in")
    device = begin(accounts)
    answer(accounts, device, allowed=True)
    assert content(poll(accounts, device)) == {"user_location": "in", "error": "other_dc"}


@pytest.mark.parametrize(("host", "told"), [(US, "eu"), (EU, "us")])
def test_a_planned_other_dc_names_another_one(accounts: Accounts, host: str, told: str) -> None:
    accounts.inject(SignInFault(SignInCall.DEVICE_TOKEN, "other_dc"))
    assert content(poll(accounts, begin(accounts), host=host))["user_location"] == told


@pytest.mark.parametrize(
    ("changes", "again"),
    [
        ({}, True),
        ({"prompt": ""}, False),
        ({"access_type": "online"}, False),
        ({"access_type": ""}, False),
    ],
)
def test_refresh_tokens_are_for_those_who_ask(
    accounts: Accounts, changes: dict[str, str], again: bool
) -> None:
    def signed_in_with_refresh_token() -> bool:
        device = begin(accounts, **changes)
        answer(accounts, device, allowed=True)
        return "refresh_token" in content(poll(accounts, device))

    assert signed_in_with_refresh_token() == (changes.get("access_type", "offline") == "offline")
    assert signed_in_with_refresh_token() == again
    accounts.revoke_all()
    assert signed_in_with_refresh_token() == (changes.get("access_type", "offline") == "offline")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"client_id": "1000.OTHER"}, "invalid_client"),
        ({"scope": ""}, "invalid_scope"),
        ({"scope": f"{scopes.READ},ZohoCreator.bulk.DELETE"}, "invalid_scope"),
        ({"scope": f"{scopes.READ} {scopes.CREATE}"}, "invalid_scope"),
        ({"grant_type": "device"}, "general_error"),
    ],
)
def test_wrong_beginnings(accounts: Accounts, changes: dict[str, str], expected: str) -> None:
    assert begin(accounts, **changes) == {"error": expected}


def test_a_scope_the_console_may_not_know(timeline: Timeline) -> None:
    accounts = Accounts(timeline, known_scopes={scopes.READ, scopes.CREATE})
    assert begin(accounts, scope=scopes.UPDATE) == {"error": "invalid_scope"}
    assert "device_code" in begin(accounts)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"client_id": "1000.OTHER"}, (400, "invalid_client")),
        ({"client_secret": ""}, (400, "invalid_client_secret")),
        ({"code": "1000.none"}, (200, "invalid_code")),
        ({"grant_type": "device_request"}, (400, "general_error")),
    ],
)
def test_wrong_polls(
    accounts: Accounts, changes: dict[str, str], expected: tuple[int, str]
) -> None:
    assert error(poll(accounts, begin(accounts), **changes)) == expected


@pytest.mark.parametrize(("word", "allowed"), [("allow", True), ("deny", False)])
def test_the_page_takes_the_answer(accounts: Accounts, word: str, allowed: bool) -> None:
    device = begin(accounts)
    page = get(
        accounts, "v3/device", query=urlsplit(str(device["verification_uri_complete"])).query
    )
    assert page.headers["content-type"].startswith("text/html")
    assert f'value="{device["user_code"]}"' in page.body.decode()
    form = {"user_code": str(device["user_code"]), "answer": word}
    answered = post(accounts, "v3/device", form)
    assert answered.status == 200
    assert ("Allowed" if allowed else "Denied") in answered.body.decode()
    assert ("access_token" in content(poll(accounts, device))) == allowed
    assert post(accounts, "v3/device", form).status == 404, "answered already"


def test_an_unclear_answer_is_none(accounts: Accounts) -> None:
    device = begin(accounts)
    form = {"user_code": str(device["user_code"]), "answer": "perhaps"}
    assert post(accounts, "v3/device", form).status == 400
    assert error(poll(accounts, device)) == PENDING


def test_the_page_says_if_no_device_waits(accounts: Accounts) -> None:
    answered = post(accounts, "v3/device", {"user_code": "XYZ-999", "answer": "allow"})
    assert (answered.status, b"XYZ-999" in answered.body) == (404, True)


def test_the_page_escapes_what_comes_from_outside(accounts: Accounts) -> None:
    evil = '"><script>alert(1)</script>'
    shown = get(accounts, "v3/device", query="user_code=%22%3E%3Cscript%3Ealert(1)%3C/script%3E")
    answered = post(accounts, "v3/device", {"user_code": evil, "answer": "allow"})
    unclear = post(accounts, "v3/device", {"user_code": evil})
    for page in (shown, answered, unclear):
        assert b"<script" not in page.body
        assert b"&quot;&gt;&lt;script&gt;alert(1)" in page.body


def test_visits_to_the_page_are_no_calls(accounts: Accounts) -> None:
    get(accounts, "v3/device")
    post(accounts, "v3/device", {"user_code": "XYZ-999", "answer": "allow"})
    assert accounts.log == []
