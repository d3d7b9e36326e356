"""Answers to a command that say both yes and no, which prove neither.

Looked for in whatever shape or encoding an answer comes: a server in between may have put it into a
page, into another object, or into another alphabet.
"""

import html
import json
import re
from collections.abc import Iterator

from zcbulk_tui.creator.between import LEAST_CODE
from zcbulk_tui.creator.faults import SUCCESS
from zcbulk_tui.errors import Answer, UnclearError

_CODE_IN_TEXT = re.compile(r"code\W{0,12}([0-9]{4,6})(?![0-9])", re.IGNORECASE)

_SAYS_YES = frozenset({"success", "successful", "succeeded", "true", "ok"})
_SAYS_NO = frozenset({"failure", "failed", "error", "false"})
_VERDICTS = frozenset({"status", "result", "success"})
"""Keys whose value may be a verdict; a sentence in its place is none."""

_Pairs = list[tuple[str, object]]


def contradiction(http_status: int, body: bytes) -> UnclearError | None:
    """Returns what an answer to a command is that says both yes and no; None for any other.

    It says yes by code 3000 or by a verdict such as ``"status": "success"``; it says no by its HTTP
    status, by any other code of Zoho's, or by a verdict.

    Args:
        http_status: Its HTTP status.
        body: Its content, whatever that is.
    """
    codes, verdicts = _statements(body)
    says_yes = SUCCESS in codes or (bool(codes) and True in verdicts)
    refused = sorted(codes - {SUCCESS})
    against = [f"HTTP {http_status}"] if not 200 <= http_status < 300 else []
    against += [f"code {code}" for code in refused]
    against += ["a verdict of failure"] if False in verdicts else []
    if not (says_yes and against):
        return None
    said = f"code {SUCCESS}, which is success" if SUCCESS in codes else "a verdict of success"
    return UnclearError(
        "The answer contradicts itself",
        f"It says {said}, and also {' and '.join(against)}: it does not show whether the command "
        "was carried out.",
        "If this goes on, check that the base URL is Zoho's, and the proxy.",
        answer=Answer(http_status, from_zoho=False),
    )


def _statements(body: bytes) -> tuple[set[int], set[bool]]:
    """The codes that can be Zoho's, and the verdicts, wherever they stand."""
    try:
        pairs = list(_pairs(json.loads(body, object_pairs_hook=_Object)))
    except (ValueError, RecursionError):
        text = html.unescape(body.decode(json.detect_encoding(body), errors="replace"))
        pairs = [("code", found) for found in _CODE_IN_TEXT.findall(text)]
    codes = {code for key, value in pairs if key == "code" and (code := _code(value)) is not None}
    verdicts = {_verdict(value) for key, value in pairs if key in _VERDICTS}
    return codes, {verdict for verdict in verdicts if verdict is not None}


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
    elif isinstance(value, str) and value.lstrip()[:1] in ("{", "["):
        try:
            inner = json.loads(value, object_pairs_hook=_Object)
        except (ValueError, RecursionError):
            return
        yield from _pairs(inner)


def _code(value: object) -> int | None:
    """A value as a code of Zoho's, however it is written; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return int(number) if number.is_integer() and LEAST_CODE <= number < 1_000_000 else None


def _verdict(value: object) -> bool | None:
    if isinstance(value, bool):
        return value
    word = value.strip().lower() if isinstance(value, str) else ""
    return True if word in _SAYS_YES else False if word in _SAYS_NO else None
