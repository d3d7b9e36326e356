"""Every error of signing in, in one table."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto

from zcbulk_tui.simulator.messages import Response, json_response


class SignInCall(Enum):
    """The calls of the accounts server, by endpoint and grant."""

    DEVICE_CODE = auto()
    DEVICE_TOKEN = auto()
    CODE = auto()
    REFRESH = auto()
    REVOKE = auto()
    INFO = auto()


_POLL = frozenset({SignInCall.DEVICE_TOKEN})
_TOKEN = frozenset({SignInCall.DEVICE_TOKEN, SignInCall.CODE, SignInCall.REFRESH})

_TOO_MANY = "You have made too many requests continuously. Please try again after some time."


@dataclass(frozen=True, slots=True)
class SignInErrorRow:
    """One error answer: ``{"error": ...}`` under an HTTP status."""

    status: int
    error: str
    calls: frozenset[SignInCall] = frozenset(SignInCall)
    """The calls it is for."""
    description: str | None = None
    """Text under ``error_description``; None = no such key."""

    def response(self, **more: str) -> Response:
        """The answer itself, with more keys in front."""
        content = {**more, "error": self.error}
        if self.description is not None:
            content["error_description"] = self.description
        return json_response(self.status, content)


SIGN_IN_ERRORS: Mapping[str, SignInErrorRow] = {
    # The states of a device sign-in [DEV-P]. Their HTTP status is not documented; 200 is invented.
    "authorization_pending": SignInErrorRow(200, "authorization_pending", _POLL),
    "slow_down": SignInErrorRow(200, "slow_down", _POLL),
    "other_dc": SignInErrorRow(200, "other_dc", _POLL),
    "access_denied": SignInErrorRow(200, "access_denied", _POLL),
    "expired": SignInErrorRow(200, "expired", _POLL),
    # Third parties meet it under HTTP 200.
    "invalid_code": SignInErrorRow(200, "invalid_code", _TOKEN),
    # "Sometimes with HTTP 200" is all the sources say of the next five; 400 is invented.
    "invalid_client": SignInErrorRow(
        400, "invalid_client", _TOKEN | {SignInCall.DEVICE_CODE, SignInCall.REVOKE}
    ),
    "invalid_client_secret": SignInErrorRow(
        400, "invalid_client_secret", _TOKEN | {SignInCall.REVOKE}
    ),
    "invalid_redirect_uri": SignInErrorRow(
        400, "invalid_redirect_uri", frozenset({SignInCall.CODE})
    ),
    "invalid_scope": SignInErrorRow(400, "invalid_scope", frozenset({SignInCall.DEVICE_CODE})),
    "general_error": SignInErrorRow(400, "general_error"),
    "throttle": SignInErrorRow(200, "Access Denied", _TOKEN, _TOO_MANY),  # [K43]
    "throttle-400": SignInErrorRow(400, "Access Denied", _TOKEN, _TOO_MANY),  # third parties
}
"""Key: the error, or a word for it where the error is a phrase or has two HTTP statuses."""

INVENTED_SIGN_IN_ERRORS: Mapping[str, SignInErrorRow] = {
    # [REV1] documents the HTTP status only.
    "unknown_token": SignInErrorRow(400, "unknown_token", frozenset({SignInCall.REVOKE})),
    "not_found": SignInErrorRow(404, "not_found"),
    "wrong_method": SignInErrorRow(405, "wrong_method"),
}
"""Answers to cases whose error is in no source."""


class SignInRefusalError(Exception):
    """Ends the work on a call with a row of one of the tables."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name
        """The row's key."""
        self.row = {**INVENTED_SIGN_IN_ERRORS, **SIGN_IN_ERRORS}[name]
