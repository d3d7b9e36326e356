"""What a sign-in call carries, what the log keeps of it, and the shapes of good answers."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl

from zcbulk_tui.simulator.centres import API_DOMAINS
from zcbulk_tui.simulator.devices import EXPIRY_SECONDS, INTERVAL_SECONDS, Device
from zcbulk_tui.simulator.messages import Request, Response, json_response, log_line
from zcbulk_tui.simulator.sign_in_errors import SignInCall
from zcbulk_tui.simulator.tokens import Grant

_FORM = "application/x-www-form-urlencoded"
_SECRETS = frozenset({"client_secret", "code", "refresh_token", "token"})


@dataclass(frozen=True, slots=True)
class Parameters:
    """The parameters of a call, from the query as in the samples or from the form body [SELF]."""

    values: Mapping[str, str]
    """Of a name given in both places, the body's."""
    secrets_in_query: bool
    """Whether the query, which ends up in the logs of servers, holds a secret."""

    @classmethod
    def of(cls, request: Request) -> "Parameters":
        """Those of a call; a body of another type than a form has none."""
        query = dict(parse_qsl(request.query, keep_blank_values=True))
        is_form = request.headers.get("content-type", _FORM).startswith(_FORM)
        text = request.body.decode(errors="replace") if is_form else ""
        body = dict(parse_qsl(text, keep_blank_values=True))
        return cls({**query, **body}, not _SECRETS.isdisjoint(query))

    def __getitem__(self, name: str) -> str:
        """The value of that name, "" if there is none."""
        return self.values.get(name, "")

    def __contains__(self, name: object) -> bool:
        return name in self.values


@dataclass(frozen=True, slots=True)
class SignInEntry:
    """One call in the log of sign-ins. It holds no secret."""

    time: float
    """Simulated seconds."""
    call: SignInCall | None
    """None = no call of the contract."""
    host: str
    """As the call named it, with its port."""
    outcome: str
    """``ok`` or the name of the error."""
    secrets_in_query: bool

    def line(self) -> str:
        """The entry for a terminal: time in UTC, call, host, outcome."""
        call = "unknown" if self.call is None else self.call.name
        warning = "(secrets in the query)" if self.secrets_in_query else None
        return log_line(self.time, "sign-in", call, self.host, self.outcome, warning)


def basic_credentials(request: Request) -> tuple[str, str]:
    """Client id and secret from HTTP Basic, each "" if it is not there."""
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return "", ""
    try:
        client_id, _, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except ValueError:
        return "", ""
    return client_id, secret


def device_answer(device: Device, page: str, *, milliseconds: bool) -> Response:
    """The codes of a device, and the URL of the page for its user [DEV-I].

    In milliseconds the figures are those of a third party's test, whose interval is shorter than
    [DEV-P] allows.
    """
    seconds = int(INTERVAL_SECONDS), int(EXPIRY_SECONDS)
    interval, expires_in = (5000, 300_000) if milliseconds else seconds
    content = {
        "device_code": device.code,
        "user_code": device.user_code,
        "verification_url": page,
        "verification_uri_complete": f"{page}?user_code={device.user_code}",
        "interval": interval,
        "expires_in": expires_in,
    }
    return json_response(200, content)


def grant_answer(grant: Grant, centre: str, life: float, *, milliseconds: bool) -> Response:
    """The tokens, which hold ``life`` seconds [REF]; how the scopes are joined is invented."""
    content: dict[str, object] = {"access_token": grant.access}
    if grant.refresh is not None:
        content["refresh_token"] = grant.refresh
    content |= {
        "scope": " ".join(sorted(grant.scopes)),
        "api_domain": API_DOMAINS[centre],
        "token_type": "Bearer",
    }
    if milliseconds:
        content |= {"expires_in_sec": int(life), "expires_in": int(life * 1000)}  # both [WRCN]
    else:
        content["expires_in"] = int(life)
    return json_response(200, content)
