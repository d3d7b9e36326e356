"""Calls to the accounts server, each in one line."""

from collections.abc import Mapping
from urllib.parse import urlencode

from tests.simulator.support import content
from zcbulk_tui.simulator.accounts import CLIENT_ID, CLIENT_SECRET, Accounts
from zcbulk_tui.simulator.messages import Request, Response
from zcbulk_tui.simulator.scopes import CREATE, READ

US = "127.0.0.1:8080"
EU = "localhost:8080"

FORM = "application/x-www-form-urlencoded"
CLIENT = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}


def post(
    accounts: Accounts,
    path: str,
    form: Mapping[str, str],
    *,
    host: str = US,
    query: str = "",
    **headers: str,
) -> Response:
    """Post a form to a path below ``/oauth/``."""
    sent = {"host": host, "content-type": FORM, **headers}
    return accounts.handle(
        Request("POST", f"/oauth/{path}", sent, urlencode(form).encode(), query=query)
    )


def get(accounts: Accounts, path: str, *, host: str = US, query: str = "") -> Response:
    """Get a path below ``/oauth/``."""
    return accounts.handle(Request("GET", f"/oauth/{path}", {"host": host}, query=query))


def begin(accounts: Accounts, *, host: str = US, **changes: str) -> dict[str, object]:
    """Begin the sign-in of a device; it asks for a refresh token."""
    form = {
        "client_id": CLIENT_ID,
        "grant_type": "device_request",
        "scope": f"{READ},{CREATE}",
        "access_type": "offline",
        "prompt": "consent",
        **changes,
    }
    return content(post(accounts, "v3/device/code", form, host=host))


def poll(
    accounts: Accounts, device: Mapping[str, object], *, host: str = US, **changes: str
) -> Response:
    """Let a device ask whether its user has answered."""
    code = str(device["device_code"])
    form = {**CLIENT, "grant_type": "device_token", "code": code, **changes}
    return post(accounts, "v3/device/token", form, host=host)


def redeem(accounts: Accounts, code: str, *, host: str = US, **changes: str) -> Response:
    """Turn the code of a self client into tokens."""
    form = {**CLIENT, "grant_type": "authorization_code", "code": code, **changes}
    return post(accounts, "v2/token", form, host=host)


def refresh(accounts: Accounts, token: str, *, host: str = US, **changes: str) -> Response:
    """Ask for another access token."""
    form = {**CLIENT, "grant_type": "refresh_token", "refresh_token": token, **changes}
    return post(accounts, "v2/token", form, host=host)


def tokens(answer: Response) -> tuple[str, str]:
    """The access token and the refresh token of an answer that has both."""
    found = content(answer)
    return str(found["access_token"]), str(found["refresh_token"])


def signed_in(accounts: Accounts, *scopes: str, host: str = US) -> tuple[str, str]:
    """Sign in as a self client; the access token and the refresh token."""
    return tokens(redeem(accounts, accounts.grant_code(scopes or (READ, CREATE)), host=host))


def error(answer: Response) -> tuple[int, object]:
    """HTTP status and error."""
    return answer.status, content(answer).get("error")
