"""The accounts server's answers, in every documented shape and in many that nobody documents."""

import json
import math
import traceback
from collections.abc import Callable
from typing import Any

import pytest
from pydantic import SecretBytes

from tests.support.text import HOSTILE, is_one_safe_line
from zcbulk_tui.creator import grants
from zcbulk_tui.creator.grants import Complaint
from zcbulk_tui.errors import UnreadableError

CANARY = "1000.canary.5ecre7"
PAGE = "https://accounts.zoho.com/oauth/v3/device"

Read = Callable[[SecretBytes, int], Any]
MISSING: Any = object()


def sealed(value: object) -> SecretBytes:
    return SecretBytes(json.dumps(value).encode())


def grant(**changes: object) -> SecretBytes:
    """The documents' sample, changed."""
    return sealed(
        {
            "access_token": CANARY,
            "refresh_token": f"{CANARY}.r",
            "api_domain": "https://www.zohoapis.com",
            "token_type": "Bearer",
            "expires_in": 3600,
        }
        | changes
    )


def device(**changes: object) -> SecretBytes:
    """The sample of a third party, changed."""
    sample = {
        "device_code": CANARY,
        "user_code": "ABC-123",
        "verification_url": PAGE,
        "interval": 5000,
        "expires_in": 300000,
    }
    return sealed({k: v for k, v in (sample | changes).items() if v is not MISSING})


def refusal(read: Read, body: SecretBytes) -> UnreadableError:
    """What is said of an answer that cannot be read; nothing of it leads to a token."""
    with pytest.raises(UnreadableError) as caught:
        read(body, 200)
    error = caught.value
    trace = traceback.TracebackException.from_exception(error, capture_locals=True)
    shown = f"{error} {error!r} {''.join(trace.format())}"
    assert CANARY not in shown
    assert error.__cause__ is error.__context__ is None
    assert is_one_safe_line(str(error))
    assert error.exit_code == 4
    return error


@pytest.mark.parametrize(
    ("told", "seconds"),
    [
        pytest.param({"expires_in": 3600}, 3600, id="seconds"),
        pytest.param({"expires_in": 3600000, "expires_in_sec": 3600}, 3600, id="both"),
        pytest.param({"expires_in": 3600000}, 3600, id="milliseconds"),
        pytest.param({"expires_in": 86400}, 86400, id="a day"),
        pytest.param({"expires_in": 86401}, 86.401, id="more than a day"),
        pytest.param({"expires_in": "3600"}, 3600, id="text"),
        pytest.param({"expires_in": None}, 3600, id="null"),
        pytest.param({"expires_in": 0}, 3600, id="none"),
        pytest.param({"expires_in": -5}, 3600, id="negative"),
        pytest.param({"expires_in": math.nan}, 3600, id="no number"),
        pytest.param({"expires_in": "NaN"}, 3600, id="no number as text"),
        pytest.param({"expires_in": math.inf}, 86400, id="no end"),
        pytest.param({"expires_in": 10**400}, 86400, id="huge"),
        pytest.param({"expires_in_sec": 0}, 3600, id="no seconds"),
        pytest.param({"expires_in_sec": -1, "expires_in": 60}, 60, id="negative seconds"),
        pytest.param({"expires_in_sec": math.nan, "expires_in": 60000}, 60000, id="bad seconds"),
        pytest.param({"expires_in_sec": 300}, 300, id="seconds win"),
        pytest.param({"expires_in_sec": 1e300}, 86400, id="huge seconds"),
    ],
)
def test_the_life_of_a_token(told: dict[str, object], seconds: float) -> None:
    assert grants.read_grant(grant(**told), 200).life == seconds


@pytest.mark.parametrize(
    ("scope", "scopes"),
    [
        ("a.READ b.CREATE", ("a.READ", "b.CREATE")),
        ("a.READ,b.CREATE", ("a.READ", "b.CREATE")),
        ("a.READ, b.CREATE", ("a.READ", "b.CREATE")),
        ("", ()),
        (None, ()),
        (["a.READ"], ()),
    ],
)
def test_the_scopes_of_a_token(scope: object, scopes: tuple[str, ...]) -> None:
    assert grants.read_grant(grant(scope=scope), 200).scopes == scopes


def test_a_renewed_token_brings_no_refresh_token() -> None:
    for absent in (None, ""):
        assert grants.read_grant(grant(refresh_token=absent), 200).refresh_token is None
    read = grants.read_grant(grant(), 200)
    assert read.refresh_token is not None
    assert read.refresh_token.get_secret_value() == f"{CANARY}.r"
    assert CANARY not in repr(read)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="empty"),
        pytest.param(f"<html>{CANARY}".encode(), id="HTML"),
        pytest.param(f'{{"access_token": "{CANARY}'.encode(), id="half"),
        pytest.param(f'["{CANARY}"]'.encode(), id="list"),
        pytest.param(f'{{"refresh_token": "{CANARY}"}}'.encode(), id="no access token"),
        pytest.param(f'{{"access_token": ["{CANARY}"]}}'.encode(), id="wrong type"),
        pytest.param(b'{"access_token": ""}', id="empty token"),
        pytest.param(f'{{"access_token": "{CANARY}\\r\\nX: 1"}}'.encode(), id="header injection"),
        pytest.param(f'{{"access_token": "{CANARY} {CANARY}"}}'.encode(), id="with a space"),
        pytest.param(f'{{"access_token": "{CANARY}€"}}'.encode(), id="fits in no header"),
        pytest.param(
            f'{{"access_token": "{CANARY}", "refresh_token": "{CANARY}\\n"}}'.encode(),
            id="bad refresh token",
        ),
        pytest.param(
            f'{{"access_token": "{CANARY}", "expires_in": "{CANARY}"}}'.encode(), id="bad life"
        ),
        pytest.param(b"[" * 100_000, id="nested without end"),
        pytest.param(CANARY.encode() + b"\xff", id="no text"),
    ],
)
def test_what_is_no_grant_is_refused_and_not_shown(body: bytes) -> None:
    refusal(grants.read_grant, SecretBytes(body))


@pytest.mark.parametrize(
    ("told", "interval", "life"),
    [
        pytest.param({}, 30, 300, id="milliseconds"),
        pytest.param({"interval": 30, "expires_in": 300}, 30, 300, id="seconds"),
        pytest.param({"interval": 5}, 30, 300, id="too often"),
        pytest.param({"interval": 45}, 45, 300, id="seldom"),
        pytest.param({"interval": 999}, 999, 300, id="the longest in seconds"),
        pytest.param({"interval": 1000}, 30, 300, id="the shortest in milliseconds"),
        pytest.param({"interval": 60000}, 60, 300, id="a minute in milliseconds"),
        pytest.param({"interval": "30", "expires_in": "300"}, 30, 300, id="texts"),
        pytest.param({"interval": MISSING, "expires_in": MISSING}, 30, 300, id="missing"),
        pytest.param({"interval": 0, "expires_in": 0}, 30, 300, id="none"),
        pytest.param({"interval": -1, "expires_in": -1}, 30, 300, id="negative"),
        pytest.param({"interval": math.nan, "expires_in": math.nan}, 30, 300, id="no number"),
        pytest.param({"expires_in": 3600}, 30, 3600, id="an hour"),
        pytest.param({"expires_in": 3600000}, 30, 3600, id="an hour in milliseconds"),
        pytest.param({"expires_in": 10**400}, 30, 3600, id="huge"),
        pytest.param({"interval": math.inf}, math.inf, 300, id="never"),
    ],
)
def test_the_times_of_a_device_code(told: dict[str, object], interval: float, life: float) -> None:
    code = grants.read_device_code(device(**told), 200)
    assert (code.interval, code.life) == (interval, life)


@pytest.mark.parametrize(
    "url",
    [
        PAGE,
        "https://accounts.zoho.com.au:8443/device?x=1#y",
        "http://127.0.0.1:8080/device",
        "http://localhost/device",
        "http://[::1]:8080/device",
    ],
)
def test_a_page_of_https_or_of_this_machine_is_taken(url: str) -> None:
    code = grants.read_device_code(device(verification_url=url), 200)
    assert (code.url, code.complete_url) == (url, None)
    code = grants.read_device_code(device(verification_uri_complete=url), 200)
    assert (code.url, code.complete_url) == (PAGE, url)


@pytest.mark.parametrize("key", ["verification_url", "verification_uri_complete"])
@pytest.mark.parametrize(
    "url",
    [
        "http://accounts.zoho.com/device",
        "http://127.0.0.1.evil.example/",
        "http://127.0.0.10/",
        "http://localhost.evil/",
        "http://localhostile/",
        "http://localhost@evil.example/",
        "http://127.0.0.1:80@evil.example/",
        "https://accounts.zoho.com@evil.example/",
        "https://@evil.example/",
        "http://evil.example\\@localhost/",
        "http://localhost\\.evil.example/",
        "https://",
        "https:///device",
        "https:accounts.zoho.com",
        "//accounts.zoho.com",
        "javascript:alert(1)//https://",
        "file:///etc/passwd",
        "https://[::1",
        "https://accounts.zoho.com/\x1b[2J",
        "https://accounts.zoho.com/a b",
        "https://accounts.zoho.com/\u202ecod.exe",
        "https://аccounts.zoho.com/",
        "https://accounts.zoho.com/" + "a" * 300,
        "ABC-123",
    ],
)
def test_any_other_page_is_refused(key: str, url: str) -> None:
    assert "https" in refusal(grants.read_device_code, device(**{key: url})).cause


@pytest.mark.parametrize("key", ["device_code", "user_code", "verification_url"])
@pytest.mark.parametrize("value", [MISSING, None, 5, {"a": CANARY}])
def test_what_is_no_device_code_is_refused_and_not_shown(key: str, value: object) -> None:
    assert f"“{key}”" in refusal(grants.read_device_code, device(**{key: value})).cause


@pytest.mark.parametrize("text", [*HOSTILE.values(), "x" * 10_000], ids=[*HOSTILE, "long"])
def test_harmful_texts_become_one_short_line(text: str) -> None:
    code = grants.read_device_code(device(user_code=text), 200)
    assert is_one_safe_line(code.user_code)
    assert len(code.user_code) <= 40
    complaint = grants.read_complaint(sealed({"error": text, "error_description": text}), 400)
    assert complaint is not None
    for shown in (complaint.error, complaint.said):
        assert is_one_safe_line(shown)
        assert len(shown) <= 200


@pytest.mark.parametrize(
    ("value", "complaint"),
    [
        ({"error": "invalid_code"}, Complaint("invalid_code", "invalid_code", 200)),
        ({"error": "Access Denied"}, Complaint("access_denied", "Access Denied", 200)),
        (
            {"error": "Access Denied", "error_description": "Too many"},
            Complaint("access_denied", "Access Denied: Too many", 200),
        ),
        (
            {"user_location": "eu", "error": "other_dc"},
            Complaint("other_dc", "other_dc", 200, "eu"),
        ),
        ({"dc": "in", "error": "other_dc"}, Complaint("other_dc", "other_dc", 200, "in")),
        ({"error": "other_dc", "dc": 5}, Complaint("other_dc", "other_dc", 200)),
        ({"error": ""}, None),
        ({"error": None}, None),
        ({"error": {"code": 5}}, None),
        ({"access_token": CANARY}, None),
        ([], None),
        ("error", None),
    ],
)
def test_complaints(value: object, complaint: Complaint | None) -> None:
    assert grants.read_complaint(sealed(value), 200) == complaint


def test_the_places_of_all_data_centres() -> None:
    places = {"EU": "https://accounts.zoho.eu", "us": "https://accounts.zoho.com"}
    read = grants.read_locations(sealed({"result": "success", "locations": places}), 200)
    assert read == {"eu": places["EU"], "us": places["us"]}
    wrongs: list[object] = [{}, {"locations": None}, {"locations": {"eu": 5}}, []]
    for wrong in wrongs:
        refusal(grants.read_locations, sealed(wrong))
