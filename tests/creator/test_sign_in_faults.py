"""Every error of the accounts server becomes the one that tells the user what to do."""

import pytest

from zcbulk_tui.creator.grants import Complaint
from zcbulk_tui.creator.sign_in_faults import RULES, to_error
from zcbulk_tui.errors import (
    Answer,
    ServiceError,
    SignedOutError,
    SignInBusyError,
    SignInError,
    ZcbulkError,
)

TOO_MANY = "You have made too many requests continuously. Please try again after some time."

LASTING = {
    "access_denied": "refused",
    "expired": "ended",
    "invalid_code": "does not accept the sign-in",
    "invalid_client": "client",
    "invalid_client_secret": "secret",
    "invalid_redirect_uri": "redirect URI",
    "invalid_scope": "scope",
}
"""The errors of 5.3 and 5.5 that last, and a word of what is said about each."""


def error_of(error: str, said: str = "", http_status: int = 400) -> ZcbulkError:
    return to_error(Complaint(error, said or error, http_status))


@pytest.mark.parametrize("http_status", [200, 400, 401])
@pytest.mark.parametrize(("name", "word"), LASTING.items())
def test_what_lasts_until_the_user_does_something(name: str, word: str, http_status: int) -> None:
    error = error_of(name, http_status=http_status)
    assert type(error) is SignedOutError
    assert error.exit_code == 3
    assert word in error.title
    assert error.cause.endswith(".")
    assert "zcbulk-tui login" in error.next_step
    assert error.answer == Answer(http_status, None, name)


def test_the_table_has_no_others() -> None:
    assert RULES.keys() == LASTING.keys()


def test_an_unknown_client_is_looked_for_in_its_data_centre_first() -> None:
    error = error_of("invalid_client")
    assert "data centre" in error.cause
    assert error.next_step.startswith("Check data_center first")


@pytest.mark.parametrize("http_status", [200, 400, 429])
def test_the_throttle_is_no_refusal(http_status: int) -> None:
    error = error_of("access_denied", f"Access Denied: {TOO_MANY}", http_status)
    assert type(error) is SignInBusyError
    assert error.retry_after == 600
    assert error.exit_code == 4
    assert TOO_MANY in str(error)


@pytest.mark.parametrize(
    ("name", "http_status"),
    [("general_error", 200), ("general_error", 400), ("", 500), ("x", 503)],
)
def test_a_fault_of_the_server_passes(name: str, http_status: int) -> None:
    error = error_of(name, http_status=http_status)
    assert type(error) is ServiceError
    assert error.exit_code == 4


@pytest.mark.parametrize("http_status", [301, 302, 307])
def test_a_redirect_is_no_word_of_zohos(http_status: int) -> None:
    error = error_of("", http_status=http_status)
    assert type(error) is ServiceError
    assert "not followed" in error.cause


@pytest.mark.parametrize("http_status", [400, 403, 404, 405, 407, 413, 429])
def test_without_one_of_zohos_errors_nobody_knows_who_answered(http_status: int) -> None:
    error = to_error(Complaint("", "", http_status))
    assert type(error) is ServiceError
    assert f"HTTP {http_status} without one of Zoho's errors." in str(error)
    assert "Zoho's support" not in str(error)


def test_an_unknown_error_keeps_its_words() -> None:
    error = error_of("moon_phase", "moon_phase: not tonight", 400)
    assert type(error) is SignInError
    assert error.exit_code == 3
    assert "HTTP 400, no code: “moon_phase: not tonight”" in str(error)
