"""The doctor on the sign-in: which way to a token is taken, and what is known of it."""

import os
from collections.abc import Iterator
from urllib.parse import urlsplit

from zcbulk_tui.cli.contracts import known_contract
from zcbulk_tui.cli.doctor.findings import Finding, Grade, failure
from zcbulk_tui.cli.state import check_signed_in, sign_in_files
from zcbulk_tui.config import secrets
from zcbulk_tui.config.settings import Settings
from zcbulk_tui.creator.credentials import Credentials, open_credentials
from zcbulk_tui.creator.scopes import CREATE, READ, UPDATE
from zcbulk_tui.domain import datacenters
from zcbulk_tui.domain.commands import login
from zcbulk_tui.domain.contract import Question
from zcbulk_tui.errors import ConfigError, ZcbulkError

_SUBJECT = "sign-in"


def check(settings: Settings | None) -> Iterator[Finding]:
    """Looks at the way to a token, without going it.

    Args:
        settings: Those of the profile; None where they cannot be read.
    """
    if settings is None:
        yield Finding(
            _SUBJECT,
            Grade.WARN,
            "Sign-in and token are left out, for want of a configuration.",
            "Fix the configuration, and run the doctor again.",
        )
        return
    try:
        credentials = kept(settings)
    except ZcbulkError as error:
        yield failure(_SUBJECT, error)
        return
    files = sign_in_files(settings)
    if credentials is None:
        also = ", which takes precedence over the sign-in" if files.exists else ""
        yield Finding(_SUBJECT, Grade.PASS, f"Tokens come from {_other_way(settings)}{also}.")
        return
    yield Finding(
        _SUBJECT,
        Grade.PASS,
        f"Since {credentials.signed_in_at:%Y-%m-%d %H:%M %Z}, as client {credentials.client_id}, "
        f"kept in {files.place}.",
    )
    yield _accounts_server(settings, credentials)
    yield _scopes(settings, credentials)
    yield _data_center(settings, credentials)


def kept(settings: Settings) -> Credentials | None:
    """Returns the sign-in that tokens come from; None where they come from elsewhere.

    Raises:
        SignedOutError: There is no way to a token.
        ConfigError: The sign-in cannot be read, or the environment holds something that is no
            token.
    """
    try:
        check_signed_in(settings)
        if _other_way(settings):
            return None
        return open_credentials(sign_in_files(settings), settings.profile)
    except OSError as error:
        raise ConfigError(
            f"{error.filename} cannot be read",
            f"{error.strerror}.",
            "Give yourself the right to read it, or set ZCBULK_STATE_DIR to another folder.",
        ) from error


def _other_way(settings: Settings) -> str:
    """What goes before a sign-in; empty for nothing."""
    if os.environ.get(secrets.ACCESS_TOKEN, "").strip():
        return secrets.ACCESS_TOKEN
    # Not the command itself: its arguments may be secret.
    return "token_command" if settings.token_command is not None else ""


def _accounts_server(settings: Settings, credentials: Credentials) -> Finding:
    subject, server = "accounts server", credentials.accounts_url
    if settings.accounts_url not in (None, server):
        return Finding(
            subject,
            Grade.WARN,
            f"You signed in at {server}, and accounts_url says {settings.accounts_url}.",
            f"Take accounts_url out, or sign in there: {login(settings.profile)}",
        )
    return Finding(subject, Grade.PASS, f"Tokens come from {server}.")


def _scopes(settings: Settings, credentials: Credentials) -> Finding:
    may_change = not settings.read_only
    if not credentials.scopes:
        return Finding("scopes", Grade.PASS, "Zoho did not say which it gave.")
    home = datacenters.of_accounts(credentials.accounts_url)
    contract = known_contract(settings, home.api_url if home is not None else None)
    takes_update = contract.value(Question.CONTROL_SCOPE, "scope") == "UPDATE"
    for scope, what, is_wanted in (
        (READ, "read the status of a job", True),
        (CREATE, "insert a file" if takes_update else "start or abort a job", may_change),
        (UPDATE, "start or abort a job, as a probe has found", may_change and takes_update),
    ):
        if is_wanted and scope not in credentials.scopes:
            return Finding(
                "scopes",
                Grade.WARN,
                f"{scope} is missing, which it takes to {what}.",
                f"Sign in again, and allow it: {login(settings.profile)}",
            )
    return Finding("scopes", Grade.PASS, f"{', '.join(credentials.scopes)}.")


def _data_center(settings: Settings, credentials: Credentials) -> Finding:
    subject, home = "data centre", datacenters.of_accounts(credentials.accounts_url)
    if home is None:
        return Finding(subject, Grade.PASS, "The accounts server is in none of Zoho's.")
    host = urlsplit(settings.base_url or "").hostname or ""
    for setting, other in (
        ("data_center", settings.data_center),
        ("base_url", center.name if (center := datacenters.find(host)) else None),
    ):
        if other not in (None, home.name):
            return Finding(
                subject,
                Grade.WARN,
                f"You signed in at “{home.name}”, and {setting} says “{other}”.",
                f"Correct {setting}, or sign in there: {login(settings.profile)}",
            )
    return Finding(subject, Grade.PASS, f"You signed in at “{home.name}”.")
