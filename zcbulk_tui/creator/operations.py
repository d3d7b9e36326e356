"""The calls, and what the answers to some of them mean beyond the table of all (`faults`).

Only the words differ, never what an answer proves: an error's class comes from the table, but for a
file that Zoho names unsupported, since no document gives that a code [UPLOAD].
"""

from dataclasses import dataclass, replace
from enum import Enum

from zcbulk_tui.creator import scopes
from zcbulk_tui.creator.between import Rule
from zcbulk_tui.domain.commands import of_any_profile
from zcbulk_tui.errors import (
    Answer,
    BusyError,
    RefusedError,
    UnclearError,
    UndocumentedError,
    UnreadableError,
)


class Operation(Enum):
    """A call of Creator's.

    Its value is what the log of calls has, but for `CONTROL`: there the log has the method and
    the body that were tried.
    """

    STATUS = "GET status"
    CONTROL = "start or abort"
    CREATE = "POST create"
    UPLOAD = "POST upload"
    FIELDS = "GET fields"
    FORMS = "GET forms"
    APPLICATIONS = "GET applications"
    RESULT = "GET result"


@dataclass(frozen=True, slots=True)
class _Words:
    """What to say instead; an empty title leaves that of the table."""

    next_step: str
    title: str = ""


_LACKS_SCOPE = 2945
_LOGIN = of_any_profile("login")
_TO_CREATE = f"It needs {scopes.CREATE}. Sign in again: {_LOGIN}"
_TO_LIST = f"It needs {{}}. Sign in again: {of_any_profile('login --with-forms')}"

_WORDS = {
    (Operation.CREATE, _LACKS_SCOPE): _Words(_TO_CREATE),
    (Operation.UPLOAD, _LACKS_SCOPE): _Words(_TO_CREATE),
    (Operation.FIELDS, _LACKS_SCOPE): _Words(_TO_LIST.format(scopes.FIELDS)),
    (Operation.FORMS, _LACKS_SCOPE): _Words(_TO_LIST.format(scopes.FORMS)),
    (Operation.APPLICATIONS, _LACKS_SCOPE): _Words(_TO_LIST.format(scopes.APPLICATIONS)),
    (Operation.UPLOAD, 7120): _Words(
        "Check id, form, environment and data centre; if the job has expired, create a new one."
    ),
    (Operation.UPLOAD, 9350): _Words(
        "This is a fault of this program: please report it.", "Zoho finds no file in the upload"
    ),
    (Operation.UPLOAD, 11070): _Words(
        "It cannot be replaced. If it is the right one, start the job; else abort it, create a new "
        "job and upload again."
    ),
    (Operation.UPLOAD, 11330): _Words(
        "Check the form's link name; if the job has expired, create a new one."
    ),
    (Operation.RESULT, _LACKS_SCOPE): _Words(f"It needs {scopes.READ}. Sign in again: {_LOGIN}"),
    (Operation.RESULT, 7120): _Words(
        "Check id, form, environment and data centre. The job may have expired, and its results "
        "with it."
    ),
    (Operation.RESULT, 11000): _Words(
        "This is a fault of this program: please report it.", "Zoho knows no such result"
    ),
    (Operation.RESULT, 11110): _Words("Each try costs a call."),
    (Operation.RESULT, 11120): _Words(
        "Read the job's status: its results come once it has ended.",
        "The job has no results in its present state",
    ),
    (Operation.RESULT, 11130): _Words(
        "Zoho keeps results for 3 days after the job's end, and may make none where there would be "
        "no record in it."
    ),
    (Operation.RESULT, 11330): _Words(
        "Check the form's link name; the job may have expired, and its results with it."
    ),
    (Operation.UPLOAD, 411): _Words("Ask who runs the proxy: it does not take this upload."),
    (Operation.UPLOAD, 413): _Words(
        "Cut the file into parts, or ask who runs the proxy to let larger uploads through.",
        "The upload was refused as too large",
    ),
}
"""By Zoho's code, which has four digits or more, or else by the HTTP status of a server in
between."""

_BUSY_FORM = (
    "A form takes one active job at a time: if it has one, wait for its end, or abort it. No "
    "document explains this answer."
)

_UNSUPPORTED = Rule(
    RefusedError,
    "The file was refused as unsupported",
    "It must be one CSV, or a ZIP that holds exactly one CSV. Read the job's status before another "
    "file is uploaded.",
)

_WORDED_FOR_ALL = (UnclearError, UnreadableError, BusyError)
"""What the table says of these holds for any call."""


def worded(rule: Rule, answer: Answer, operation: Operation | None) -> Rule:
    """Returns a rule in the words that fit the call.

    Args:
        rule: What the table says.
        answer: What was answered.
        operation: The call; None for any.
    """
    if operation is None or issubclass(rule.error, _WORDED_FOR_ALL):
        return rule
    if operation is Operation.UPLOAD and "unsupported file" in answer.text.lower():
        return _UNSUPPORTED
    if operation is Operation.CREATE and rule.error is UndocumentedError:
        return replace(rule, next_step=_BUSY_FORM)
    key = answer.http_status if answer.code is None else answer.code
    words = _WORDS.get((operation, key))
    if words is None:
        return rule
    return replace(rule, title=words.title or rule.title, next_step=words.next_step)
