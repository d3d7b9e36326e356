"""What the accounts server answers, read in every documented shape [DEV-P] [REF] [WRCN] [ZCLI].

Seconds and milliseconds are distinguished by size, since the sources contradict each other.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretBytes,
    SecretStr,
    ValidationError,
)

from zcbulk_tui.creator.redaction import Line
from zcbulk_tui.domain.address import is_loopback
from zcbulk_tui.domain.text import one_line
from zcbulk_tui.errors import UnreadableError

LIFE = 3600.0
"""Lifetime of an access token in seconds, where the answer has none [TOK2]."""

LEAST_INTERVAL = 30.0
"""Seconds between two looks at a device code; the polling page demands no less [DEV-P]."""

_LONGEST_LIFE = 86400.0
"""Seconds beyond which the life of an access token makes no sense."""

_DEVICE_LIFE = 300.0
"""Lifetime of a device code in seconds, where the answer has none [DEV-I]."""


_URL = re.compile(r"[!-\[\]-~]{1,300}")
_TOKEN = re.compile(r"[!-~]*")


@dataclass(frozen=True, slots=True)
class Grant:
    """Tokens that were given out.

    Attributes:
        access_token: Signs calls.
        life: Seconds for which it does.
        refresh_token: Gets further ones; None where none was given.
        scopes: Scopes of the tokens; empty where the answer has none.
    """

    access_token: SecretStr
    life: float
    refresh_token: SecretStr | None = None
    scopes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DeviceCode:
    """A sign-in that waits for its user.

    Attributes:
        user_code: What the user types.
        url: Where the user types it.
        complete_url: The same with the code in it; None where there is none.
        device_code: The code that the program polls with.
        interval: Least seconds between two polls.
        life: Seconds until it can no longer be used.
    """

    user_code: str
    url: str
    complete_url: str | None
    device_code: SecretStr
    interval: float
    life: float


@dataclass(frozen=True, slots=True)
class Complaint:
    """An error answer.

    Attributes:
        error: Its name, in small letters and underscores.
        said: The server's words, made safe to show.
        http_status: HTTP status of the answer.
        user_location: For ``other_dc``, the data centre where the user is at home.
    """

    error: str
    said: str
    http_status: int
    user_location: str | None = None


def read_grant(body: SecretBytes, http_status: int) -> Grant:
    """Reads tokens.

    Raises:
        UnreadableError: There are none in it.
    """
    wire = _read(_Grant, body, http_status)
    life = _seconds(wire.expires_in, beyond=_LONGEST_LIFE, otherwise=LIFE)
    life = _seconds(wire.expires_in_sec, beyond=math.inf, otherwise=life)
    scopes = tuple(wire.scope.replace(",", " ").split())
    return Grant(wire.access_token, min(life, _LONGEST_LIFE), wire.refresh_token or None, scopes)


def read_device_code(body: SecretBytes, http_status: int) -> DeviceCode:
    """Reads a device code.

    Raises:
        UnreadableError: There is none in it, or its URL is none.
    """
    wire = _read(_DeviceCode, body, http_status)
    for url in (wire.verification_url, wire.verification_uri_complete or wire.verification_url):
        if not _can_be_opened(url):
            raise unreadable(http_status, "the page to open is not one of https")
    return DeviceCode(
        one_line(wire.user_code, 40),
        one_line(wire.verification_url, 300),
        one_line(wire.verification_uri_complete, 300) if wire.verification_uri_complete else None,
        wire.device_code,
        max(LEAST_INTERVAL, _seconds(wire.interval, beyond=999, otherwise=LEAST_INTERVAL)),
        min(_seconds(wire.expires_in, beyond=3600, otherwise=_DEVICE_LIFE), 3600.0),
    )


def _can_be_opened(url: str) -> bool:
    """Whether a browser takes it for a page of https, or of this machine, as we do."""
    # Back slashes and white space are read differently by browsers and by us.
    if not _URL.fullmatch(url):
        return False
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return False
    if not host or "@" in parts.netloc:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host))


def read_complaint(body: SecretBytes, http_status: int, line: Line = one_line) -> Complaint | None:
    """Reads an error; None where the answer has none.

    Args:
        body: The answer.
        http_status: Its HTTP status.
        line: Makes its words fit to be shown.
    """
    try:
        wire = _Complaint.model_validate_json(body.get_secret_value())
    except ValidationError:
        return None
    if not wire.error:
        return None
    said = f"{wire.error}: {wire.error_description}" if wire.error_description else wire.error
    name = "_".join(wire.error.lower().split())
    location = line(wire.user_location or wire.dc, 60) or None
    return Complaint(line(name, 60), line(said, 200), http_status, location)


def says_success(body: SecretBytes) -> bool:
    """Whether an answer to a revocation says that it was carried out [REV1]."""
    try:
        return _Outcome.model_validate_json(body.get_secret_value()).status.lower() == "success"
    except ValidationError:
        return False


def read_locations(body: SecretBytes, http_status: int) -> Mapping[str, str]:
    """Reads the accounts servers by the names of their data centres, in small letters.

    Raises:
        UnreadableError: There are none in it.
    """
    wire = _read(_Locations, body, http_status)
    return {name.lower(): url for name, url in wire.locations.items()}


def _seconds(value: float | None, *, beyond: float, otherwise: float) -> float:
    """Seconds of a figure; one `beyond` what makes sense in seconds is in milliseconds."""
    # No number compares with what is none.
    if value is None or not value > 0:
        return otherwise
    return value / 1000 if value > beyond else value


def _text_or_nothing(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""


_Text = Annotated[str, BeforeValidator(_text_or_nothing)]


def _printable(token: SecretStr) -> SecretStr:
    # Anything else fits in no header; what complains of that may quote it.
    if not _TOKEN.fullmatch(token.get_secret_value()):
        raise ValueError("it is no token")
    return token


_Token = Annotated[SecretStr, AfterValidator(_printable)]


class _Wire(BaseModel):
    model_config = ConfigDict(hide_input_in_errors=True)


class _Grant(_Wire):
    access_token: Annotated[_Token, Field(min_length=1)]
    refresh_token: _Token | None = None
    expires_in: float | None = None
    expires_in_sec: float | None = None
    scope: _Text = ""


class _DeviceCode(_Wire):
    user_code: str
    device_code: SecretStr
    verification_url: str
    verification_uri_complete: str | None = None
    interval: float | None = None
    expires_in: float | None = None


class _Complaint(_Wire):
    error: _Text = ""
    error_description: _Text = ""
    user_location: _Text = ""
    dc: _Text = ""


class _Outcome(_Wire):
    status: _Text = ""


class _Locations(_Wire):
    locations: dict[str, str]


def _read(model: type[Any], body: SecretBytes, http_status: int) -> Any:
    try:
        return model.model_validate_json(body.get_secret_value())
    except ValidationError as error:
        problem = error.errors(include_url=False, include_context=False, include_input=False)[0]
        where = ".".join(str(part) for part in problem["loc"])
        why = f"“{one_line(where, 60)}” is missing or wrong" if where else "it is not JSON"
    # Outside, so that no traceback leads to the answer, which may hold tokens.
    raise unreadable(http_status, why)


def unreadable(http_status: int, why: str) -> UnreadableError:
    """Returns the error for an answer without the expected content."""
    return UnreadableError(
        "The answer of the accounts server cannot be understood",
        f"HTTP {http_status}: {why}.",
        "If this goes on, check accounts_url where it is set.",
    )
