"""The accounts server's errors, as one table of what they mean to the user [DEV-P] [BOOK] [K43]."""

from dataclasses import dataclass

from zcbulk_tui.creator.grants import Complaint
from zcbulk_tui.domain.commands import of_any_profile
from zcbulk_tui.errors import (
    Answer,
    ServiceError,
    SignedOutError,
    SignInBusyError,
    SignInError,
    ZcbulkError,
)

PAUSE = 600.0
"""Back-off in seconds after "too many requests" [K43]."""


@dataclass(frozen=True, slots=True)
class Rule:
    """What an error means: what happened, why, and what to do."""

    title: str
    cause: str
    next_step: str


_LOGIN = of_any_profile("login")
_AGAIN = f"Write: {_LOGIN}"

RULES: dict[str, Rule] = {
    "access_denied": Rule(
        "The sign-in was refused", "Somebody chose to refuse it on Zoho's page.", _AGAIN
    ),
    "expired": Rule("The code has ended", "It was not typed in time.", _AGAIN),
    "invalid_code": Rule(
        "Zoho does not accept the sign-in",
        "A code that is pasted lives for minutes and can be used once. A refresh token ends when "
        "it is revoked, or when the user has got more than 20 others.",
        _AGAIN,
    ),
    "invalid_client": Rule(
        "Zoho does not know the client",
        "The usual cause is the wrong data centre: each has a console and clients of its own. "
        "Else the client id or the client secret is wrong.",
        "Check data_center first, then client id and secret in Zoho's API console. "
        f"Then write: {_LOGIN}",
    ),
    "invalid_client_secret": Rule(
        "Zoho does not accept the client secret",
        "The secret may differ from data centre to data centre, by a setting of the console.",
        f"Copy it anew from Zoho's API console. Then write: {_LOGIN}",
    ),
    "invalid_redirect_uri": Rule(
        "Zoho expects a redirect URI for this client",
        "The client is of a kind that signs in through a web page of its own.",
        "Make a client of the kind “Non-browser application” or “Self client”, and sign in with "
        f"that: {_LOGIN}",
    ),
    "invalid_scope": Rule(
        "Zoho does not know a scope",
        "zcbulk-tui asks for ZohoCreator.bulk.READ, and unless it is read-only for "
        "ZohoCreator.bulk.CREATE and ZohoCreator.bulk.UPDATE.",
        "Sign in with a self client that has the scopes your console offers: "
        f"{of_any_profile('login --self-client')}",
    ),
}
"""By the name of the error. All of them last until the user does something."""


def to_error(complaint: Complaint) -> ZcbulkError:
    """Turns an error answer into the error that it means."""
    from_zoho = bool(complaint.error)
    answer = Answer(complaint.http_status, None, complaint.said, from_zoho=from_zoho)
    # Zoho's throttle is nearly named as a refusal; its description distinguishes the two.
    if complaint.said.startswith("Access Denied") or "too many requests" in complaint.said.lower():
        return SignInBusyError(
            "Zoho gives out no token for ten minutes", answer=answer, retry_after=PAUSE
        )
    rule = RULES.get(complaint.error)
    if rule is not None:
        return SignedOutError(rule.title, rule.cause, rule.next_step, answer=answer)
    if 300 <= complaint.http_status < 400:
        return ServiceError(
            "The accounts server redirects elsewhere",
            "Redirects are not followed, so that secrets stay where they belong.",
            "Check the network, which may ask for a sign-in of its own, and accounts_url.",
            answer=answer,
        )
    if complaint.error == "general_error" or complaint.http_status >= 500:
        return ServiceError("Zoho's sign-in service failed", answer=answer)
    if not complaint.error:
        # Zoho's, or that of a server in between. Other words in it are left unread: they may
        # quote the request, and so a secret.
        return ServiceError(
            "The accounts server gave no usable answer",
            f"HTTP {complaint.http_status} without one of Zoho's errors.",
            "If this goes on, check the proxy, and accounts_url where it is set; the network may "
            "ask for a sign-in of its own.",
        )
    return SignInError(
        "Zoho refused the sign-in",
        "No document explains this answer.",
        "If it stays, ask Zoho's support what it means.",
        answer=answer,
    )
