"""What a sign-in call carries, and what the log keeps of it."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl

from zcbulk_tui.simulator.messages import Request, log_line
from zcbulk_tui.simulator.sign_in_errors import SignInCall

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
