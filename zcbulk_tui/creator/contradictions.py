"""Answers to a command that do not prove what they seem to say.

One kind says both yes and no. It is looked for in whatever shape or encoding an answer comes: a
server in between may have put it into a page, into another object, or into another alphabet. The
other kind says no and was cut off, so that a yes may be missing.
"""

import html
import json
import re
from collections.abc import Iterator
from urllib.parse import unquote

from zcbulk_tui.creator import between
from zcbulk_tui.creator.faults import SUCCESS
from zcbulk_tui.creator.redaction import Line
from zcbulk_tui.domain.text import one_line
from zcbulk_tui.errors import Answer, UnclearError

_CODE_IN_TEXT = re.compile(r"code\W{0,12}([0-9]{4,6})(?![0-9])", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*>")

_YES_IN_TEXT = re.compile(
    rf"(?<![0-9]){SUCCESS}(?![0-9])|\bsuccess(?:ful|fully)?\b|\bsucceeded\b|api_status",
    re.IGNORECASE,
)
"""What may be a yes in a refusal, which then proves nothing. [STATUS] has the last one only in
answers about a job."""

_OF_THE_REQUEST = frozenset({400, 422})
"""HTTP statuses that refuse what a request says: proof only where the answer says so, too."""

_REFUSES_REQUEST = re.compile(
    r"bad request|invalid|malformed|unprocessable|unsupported|not (?:allowed|valid|supported)"
    r"|validat|schema|missing|required|unexpected|expected|unknown|must|syntax|parse|illegal",
    re.IGNORECASE,
)

_SAYS_YES = frozenset({"success", "successful", "succeeded", "true", "ok", "accepted", "1"})
_SAYS_NO = frozenset(
    {"failure", "failed", "error", "false", "refused", "denied", "rejected", "declined", "0"}
)
_VERDICTS = frozenset({"status", "result", "success", "ok", "outcome", "accepted", "code"})
"""Keys whose value may be a verdict; a sentence in its place is none."""

_ERRORS = frozenset({"error", "errors"})
"""Keys that hold what went wrong, unless there is nothing in them."""

_NO_IN_WORDS = re.compile(r"\b(?:could|can) ?not\b|\b(?:failed|refused|denied|rejected)\b", re.I)
"""What a message does not say of a command that was carried out."""

_MESSAGES = frozenset({"message", "description"})

_Pairs = list[tuple[str, object]]


def contradiction(
    http_status: int, body: bytes, line: Line = one_line, *, is_whole: bool = True
) -> UnclearError | None:
    """Returns what an answer to a command is that proves neither yes nor no; None for any other.

    It says yes by code 3000 or by a verdict such as ``"status": "success"``; it says no by its HTTP
    status, by any other code of Zoho's, or by a verdict.

    Args:
        http_status: Its HTTP status.
        body: Its content, whatever that is.
        line: Makes its words fit to be shown.
        is_whole: Whether its length was announced, so that nothing of it can be missing.
    """
    text = _plain(body)
    answer = Answer(http_status, None, between.words(body, line), from_zoho=False)
    pairs = _parsed(body)
    is_json = pairs is not None
    values = [_code(value) for key, value in pairs or () if key == "code"]
    codes = {code for code in values if code is not None}
    # Markup may be the word before a code, or stand between the two.
    in_text = {int(code) for code in _CODE_IN_TEXT.findall(f"{text} {_TAG.sub(' ', text)}")}
    # A text in JSON may speak of other codes; that of success it does not name by chance.
    codes |= in_text & {SUCCESS} if is_json else in_text
    verdicts = {_verdict(key, value) for key, value in pairs or ()}
    refused = sorted(codes - {SUCCESS})
    against = [] if 200 <= http_status < 300 else [f"HTTP {http_status}"]
    against += [f"code {code}" for code in refused]
    against += ["a verdict of failure"] if False in verdicts else []
    if not against:
        return None
    if SUCCESS in codes:
        said = f"code {SUCCESS}, which is success"
    elif True in verdicts:
        said = "a verdict of success"
    elif not 200 <= http_status < 300 and (yes := _YES_IN_TEXT.search(text)):
        said = f"“{yes[0]}”"
    elif http_status >= 400 and not is_json and (not is_whole or body.lstrip()[:1] in (b"{", b"[")):
        return _unclear(
            "The answer was cut off",
            f"It is HTTP {http_status}, but its end is missing",
            answer,
        )
    elif http_status in _OF_THE_REQUEST and not codes and not _REFUSES_REQUEST.search(text):
        return _unclear(
            "The answer does not say what is wrong",
            f"It is HTTP {http_status}, without a word on the request",
            answer,
        )
    else:
        return None
    return _unclear(
        "The answer contradicts itself",
        f"It says {said}, and also {' and '.join(against)}",
        answer,
    )


def _unclear(title: str, cause: str, answer: Answer) -> UnclearError:
    return UnclearError(
        title,
        f"{cause}: it does not show whether the command was carried out.",
        "If this goes on, check that the base URL is Zoho's, and the proxy.",
        answer=answer,
    )


def _plain(body: bytes) -> str:
    """The text of a body without escapes."""
    text = body.decode(json.detect_encoding(body), errors="replace")
    return html.unescape(unquote(text)).replace("\\", "")


def _parsed(body: bytes | str) -> _Pairs | None:
    """The keys and values of JSON at any depth; None for anything else."""
    try:
        return list(_pairs(json.loads(body, object_pairs_hook=_Object)))
    except (ValueError, RecursionError):
        return None


class _Object(_Pairs):
    """A JSON object that keeps what a key said that stands in it twice."""


def _pairs(value: object) -> Iterator[tuple[str, object]]:
    """Every key with its value, at any depth, also of JSON that stands in a string."""
    if isinstance(value, _Object):
        for key, inner in value:
            yield key.strip().lower(), inner
            yield from _pairs(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _pairs(inner)
    elif isinstance(value, str):
        yield from _parsed(value) or () if value.lstrip()[:1] in ("{", "[") else ()


def _code(value: object) -> int | None:
    """A value as a code of Zoho's, however it is written; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return int(number) if number.is_integer() and between.LEAST_CODE <= number < 1_000_000 else None


def _is_number(value: object) -> bool:
    return not isinstance(value, str) or not value.strip().isalpha()


def _verdict(key: str, value: object) -> bool | None:
    """What a value says of the whole, by its key: yes, no, or nothing."""
    if key in _ERRORS:
        return False if value and value not in ("null", "none") else None
    if key in _MESSAGES:
        return False if isinstance(value, str) and _NO_IN_WORDS.search(value) else None
    if key not in _VERDICTS or (key == "code" and _is_number(value)):
        return None
    if key == "status" and isinstance(value, int) and value >= 400:
        return False
    word = str(value).strip(" .!").lower() if isinstance(value, (str, int)) else ""
    return True if word in _SAYS_YES else False if word in _SAYS_NO else None
