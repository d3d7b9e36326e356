"""Answers of those in between: proxies, gateways, portals and mock servers speak HTTP, not Zoho.

Such an answer is known by the lack of Zoho's code. Its HTTP status says what happened (RFC 9110),
and its body what its sender has to say: problem+json (RFC 9457), the usual keys of other JSON, the
title of a web page, or plain text.
"""

import html
import json
import re
from dataclasses import dataclass
from http import HTTPStatus

from zcbulk_tui.creator.redaction import Line
from zcbulk_tui.domain.commands import of_any_profile
from zcbulk_tui.domain.text import one_line
from zcbulk_tui.errors import (
    Answer,
    BetweenError,
    BetweenVariantError,
    BusyError,
    ServiceError,
    SignInError,
    UnclearError,
    UnreadableError,
    ZcbulkError,
)

LEAST_CODE = 1000
"""Zoho's codes have four digits or more; others put the HTTP status or numbers of their own."""

_READ = 16 * 1024
"""Bytes of a body in which its sender's words are looked for."""

_LONGEST = 200
"""Characters of a body's words that are shown."""

_WHAT = ("title", "error", "code", "message", "description", "status", "fault", "reason")
_WHY = ("detail", "error_description", "message", "description", "faultstring")
"""Keys of JSON that say what happened, and why; the first of each that holds text."""

_HEADING = re.compile(r"<(title|h1)\b[^<>]*>([^<]*)", re.IGNORECASE)
_UNSEEN = re.compile(r"<(script|style)\b[^<>]*>[^<]*", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*>")


@dataclass(frozen=True, slots=True)
class Rule:
    """What an HTTP status of a server in between means.

    Attributes:
        error: The class of the tree. All but `UnclearError` and `UnreadableError` prove that the
            request did not reach Zoho, or that nothing came of it.
        title: What happened, in the user's words.
        next_step: What the user should do.
    """

    error: type[ZcbulkError]
    title: str
    next_step: str

    def to_error(self, answer: Answer, retry_after: float | None = None) -> ZcbulkError:
        """Returns the error that an answer is.

        Args:
            answer: It.
            retry_after: Seconds of the Retry-After header, if there was one.
        """
        if issubclass(self.error, ServiceError):
            return self.error(
                self.title, next_step=self.next_step, answer=answer, retry_after=retry_after
            )
        return self.error(self.title, next_step=self.next_step, answer=answer)


_WAY = "Check the proxy, and that the base URL is Zoho's."
_SMALLER = "The requests of this program are small: check the proxy."

RULES: dict[int, Rule] = {
    400: Rule(BetweenVariantError, "The request was refused as malformed", _WAY),
    401: Rule(
        SignInError,
        "The sign-in was not accepted",
        f"If it stays, sign in again: {of_any_profile('login')}. What is wrong may be told by: "
        f"{of_any_profile('doctor')}",
    ),
    403: Rule(
        BetweenError,
        "Access to Zoho was refused on the way",
        "Ask who runs the proxy, the firewall or the network; a sign-in page of the network may "
        "be the reason.",
    ),
    404: Rule(
        BetweenError,
        "Nothing answers at this address",
        "Check the base URL, api_version and the data centre.",
    ),
    405: Rule(BetweenVariantError, "The HTTP method was rejected", _WAY),
    407: Rule(
        BetweenError,
        "The proxy asks for a sign-in of its own",
        "Write its user and password into the proxy's URL, as in http://user:password@host:port.",
    ),
    408: Rule(UnclearError, "The server gave up waiting for the request", _WAY),
    411: Rule(BetweenError, "The request was refused for its length", _SMALLER),
    413: Rule(BetweenError, "The request was refused as too large", _SMALLER),
    414: Rule(BetweenError, "The URL was refused as too long", _SMALLER),
    415: Rule(BetweenVariantError, "The form of the request was not taken", _WAY),
    421: Rule(BetweenError, "The request came to the wrong server", _WAY),
    422: Rule(BetweenVariantError, "The content of the request was not taken", _WAY),
    425: Rule(BetweenError, "The server found the request too early", ""),
    426: Rule(BetweenError, "Another protocol is asked for", _WAY),
    429: Rule(BusyError, "Fewer calls are asked for", ""),
    431: Rule(BetweenError, "The headers were refused as too large", _SMALLER),
    451: Rule(BetweenError, "Access was refused for legal reasons", _WAY),
    # Not in any RFC: some gateways send it when they have waited for too long.
    499: Rule(UnclearError, "The connection was given up on the way", _WAY),
    501: Rule(BetweenVariantError, "The HTTP method is not known there", _WAY),
    511: Rule(
        BetweenError,
        "The network asks for a sign-in of its own",
        "Open a web page with a browser on this machine, and sign in to the network there.",
    ),
}
"""By HTTP status; the others go by their hundreds."""

_REGISTERED = frozenset(map(int, HTTPStatus))
_REDIRECTS = frozenset({300, 301, 302, 303, 305, 307, 308})
_REDIRECT = Rule(
    UnreadableError,
    "The server redirects elsewhere",
    "Redirects are not followed, so that the access token stays where it belongs. "
    "Check the data centre, or the base URL; the network may ask for a sign-in of its own.",
)
_CHECK_URL = "If this goes on, check that the base URL is Zoho's."
_NO_SUCCESS = Rule(
    UnreadableError,
    "The answer cannot be understood",
    "If this goes on, check that the base URL is Zoho's; the network may ask for a sign-in of "
    "its own.",
)
_REFUSED = Rule(BetweenError, "The request was refused on the way", _WAY)
_UNREGISTERED = Rule(UnclearError, "The request was refused or given up on the way", _WAY)
"""Gateways use statuses of their own also where they gave up waiting for an answer."""

_FAILED = Rule(UnclearError, "The server failed", "")


def is_between(answer: Answer) -> bool:
    """Whether an answer bears no code that can be Zoho's."""
    return answer.code is None or answer.code < LEAST_CODE


def rule(http_status: int) -> Rule:
    """Returns what an HTTP status means where nothing else does."""
    known = RULES.get(http_status)
    if known is not None:
        return known
    match http_status // 100:
        case 3 if http_status in _REDIRECTS:
            return _REDIRECT
        case 4:
            return _REFUSED if http_status in _REGISTERED else _UNREGISTERED
        case 5:
            return _FAILED
    return _NO_SUCCESS


def unreadable(why: str, answer: Answer | None, *, is_object: bool = False) -> UnreadableError:
    """Returns what a success is that is not Zoho's, such as the sign-in page of a network.

    Args:
        why: What is wrong with it, in a full sentence.
        answer: It; None where it says nothing.
        is_object: Whether it is a JSON object, which a page is not.
    """
    next_step = _CHECK_URL if is_object else _NO_SUCCESS.next_step
    return UnreadableError(_NO_SUCCESS.title, why, next_step, answer=answer)


def words(body: bytes, line: Line = one_line) -> str:
    """Returns what a body has to say, as one safe line without markup; empty for nothing.

    Args:
        body: Its bytes.
        line: Makes what it says fit to be shown.
    """
    text = body[:_READ].decode("utf-8", errors="replace").strip()
    if text.startswith(("{", "[", '"')):
        return line(_of_json(body), _LONGEST)
    if text.startswith("<"):
        return line(_of_markup(text), _LONGEST)
    # What is not text, such as a compressed body, says nothing.
    is_text = not any(it == "\ufffd" or (it < " " and not it.isspace()) for it in text)
    return line(text, _LONGEST) if is_text else ""


def _of_json(body: bytes) -> str:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    if isinstance(value, list) and value:
        value = value[0]
    # Some put it all below one key: {"error": {"message": ...}}.
    inner = value.get("error", value.get("fault")) if isinstance(value, dict) else None
    said = _of_object(inner) if isinstance(inner, dict) else ""
    return said or (_of_object(value) if isinstance(value, dict) else _text(value))


def _of_object(value: dict[str, object]) -> str:
    what = next(filter(None, (_text(value.get(key)) for key in _WHAT)), "")
    why = next(filter(None, (_text(value.get(key)) for key in _WHY)), "")
    return f"{what}: {why}" if what and why and why != what else what or why


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""


def _of_markup(text: str) -> str:
    headings = (found[2] for found in _HEADING.finditer(text))
    said = next((heading for heading in headings if heading.strip()), None)
    if said is None:
        said = _TAG.sub(" ", _UNSEEN.sub(" ", text)).partition("<")[0]
    return html.unescape(said)
