"""Creator's error answers, as one table of what they mean to the user [OAS].

A code that is not in the table keeps the server's own words. An answer without Zoho's code is not
Zoho's, and goes by its HTTP status alone (`between`). Where the same answer means another next step
for one of the calls, `operations` has it.

The class of a row decides what follows: a `JobRefusedError` ends the polls of that job; after all
others it is polled again, with back-off.
"""

from dataclasses import replace

from zcbulk_tui.creator import between
from zcbulk_tui.creator.between import Rule
from zcbulk_tui.creator.operations import Operation, worded
from zcbulk_tui.domain.commands import of_any_profile
from zcbulk_tui.errors import (
    AlreadyEndedError,
    Answer,
    BusyError,
    JobRefusedError,
    JobUnknownError,
    QuotaSpentError,
    RefusedError,
    ResultGoneError,
    ResultNotReadyError,
    ServiceError,
    SignInError,
    UnclearError,
    UndocumentedError,
    UnreadableError,
    VariantRefusedError,
    ZcbulkError,
)

SUCCESS = 3000
"""Creator's code for success; an HTTP 2xx with any other code is a failure [OAS]."""

_LOGIN = of_any_profile("login")
_SIGN_IN = f"If it stays, sign in again: {_LOGIN}. To find the cause: {of_any_profile('doctor')}"
_OR_UPDATE = " and, where the console offers it, ZohoCreator.bulk.UPDATE"
_ASK_ADMIN = "Ask the application's admin."
_REPORT = "This is a fault of this program: please report it."

RULES: dict[tuple[int | None, int], Rule] = {
    (None, 3910): Rule(
        RefusedError, "The application has no forms", "Check its link name and the environment."
    ),
    (None, 4000): Rule(
        QuotaSpentError,
        "The day's API calls are used up",
        "Wait for 00:00 in the super admin's time zone, or buy calls.",
    ),
    (None, 4070): Rule(
        RefusedError,
        "Only an admin or developer of the application may do this",
        "Sign in as an admin or developer.",
    ),
    (None, 7120): Rule(
        JobUnknownError,
        "Zoho knows no such job here",
        "Check id, form, environment and data centre; the job may have expired.",
    ),
    (None, 7130): Rule(
        JobRefusedError,
        "The job belongs to another user",
        "Sign in with the account that created it.",
    ),
    (None, 11110): Rule(
        ResultNotReadyError, "The result is still being made", "Results come after the job's end."
    ),
    (None, 11120): Rule(
        RefusedError, "The job is not in a state to be downloaded", "Wait until it has ended."
    ),
    (400, 9210): Rule(RefusedError, "Zoho refused the Accept header", _REPORT),
    (400, 9350): Rule(
        VariantRefusedError, "Zoho says that a part of the request is missing", _REPORT
    ),
    (400, 11000): Rule(VariantRefusedError, "Zoho does not know the action", _REPORT),
    (400, 11340): Rule(
        RefusedError,
        "The job takes no file in its present state",
        "Abort it, create a new job and upload again.",
    ),
    (400, 11350): Rule(
        RefusedError,
        "The upload is not complete",
        "Upload the file, or wait until the upload is done, then start.",
    ),
    (400, 3020): Rule(RefusedError, "Zoho finds the request incomplete", _REPORT),
    (401, 1000): Rule(SignInError, "Zoho's sign-in service reports a problem", _SIGN_IN),
    (401, 1030): Rule(SignInError, "The access token is not valid, or has expired", _SIGN_IN),
    (401, 1060): Rule(RefusedError, "Zoho does not support a parameter of the request", _REPORT),
    (401, 2945): Rule(
        SignInError,
        "The access token lacks a scope",
        "It needs ZohoCreator.bulk.READ, and to start or abort also ZohoCreator.bulk.CREATE"
        f"{_OR_UPDATE}. Sign in again: {_LOGIN}",
    ),
    (403, 1060): Rule(RefusedError, "The application is not shared with this user", _ASK_ADMIN),
    (403, 1080): Rule(RefusedError, "The application is disabled", _ASK_ADMIN),
    (None, 1130): Rule(
        RefusedError, "API access is switched off in this user's permission set", _ASK_ADMIN
    ),
    (403, 2898): Rule(RefusedError, "This user may not view the records", _ASK_ADMIN),
    (403, 2899): Rule(RefusedError, "This user may not add records", _ASK_ADMIN),
    (403, 2933): Rule(RefusedError, "This user has no access to the application", _ASK_ADMIN),
    (404, 1000): Rule(
        RefusedError, "Zoho does not know this URL", "Check the host, api_version and the names."
    ),
    (404, 1040): Rule(
        JobUnknownError,
        "Zoho does not know the account owner",
        "Correct the owner (workspace) name.",
    ),
    (404, 2892): Rule(
        JobUnknownError,
        "Zoho does not know the application",
        "Correct its link name; check data centre and environment.",
    ),
    (404, 2893): Rule(JobUnknownError, "Zoho does not know the form", "Correct its link name."),
    (404, 2894): Rule(JobUnknownError, "Zoho does not know the report", "Correct its link name."),
    (404, 2930): Rule(
        ServiceError,
        "Zoho reports an error without saying which",
        "If it stays, check that the user's permission set has API access.",
    ),
    (404, 11130): Rule(
        ResultGoneError,
        "There is no result file",
        "Results are kept for 3 days after the job's end.",
    ),
    (404, 11330): Rule(
        JobUnknownError, "The form has no such job", "Create a job, or check the form's link name."
    ),
    (405, 1020): Rule(VariantRefusedError, "Zoho does not accept this HTTP method", _REPORT),
    (409, 11070): Rule(RefusedError, "The job already has its file", "Start it, or abort it."),
    (409, 11080): Rule(
        AlreadyEndedError, "The job was already aborted by a user", "Download its results."
    ),
    (409, 11090): Rule(
        AlreadyEndedError, "The job was already aborted by the system", "Download its results."
    ),
    (409, 11100): Rule(AlreadyEndedError, "The job was already completed", "Download its results."),
    (429, 2955): Rule(BusyError, "Zoho asks for fewer calls a minute", ""),
}


def to_error(
    answer: Answer, retry_after: float | None = None, operation: Operation | None = None
) -> ZcbulkError:
    """Turns an answer that is not a success into the error that it means.

    Args:
        answer: HTTP status, code and text.
        retry_after: Seconds of the Retry-After header, if there was one.
        operation: The call, where that makes a difference to what is said.
    """
    if between.is_between(answer):
        rule = between.rule(answer.http_status)
        answer = Answer(answer.http_status, None, answer.text, from_zoho=False)
    else:
        rule = _rule(answer)
    return worded(rule, answer, operation).to_error(answer, retry_after)


def leave_out_update(error: ZcbulkError) -> None:
    """Takes the scope out of what an error says that is known not to be needed."""
    error.next_step = error.next_step.replace(_OR_UPDATE, "")


_GAVE_UP = (408, 499)
"""HTTP statuses of a request that was no longer waited for."""

_SERVER_FAILED = Rule(UnclearError, "Zoho's server failed", "")
_CONTRADICTION = Rule(
    UnreadableError,
    "The answer cannot be understood",
    "Its code says success, and its HTTP status does not. If this goes on, check that the base URL "
    "is Zoho's.",
)
_NOT_SIGNED_IN = Rule(SignInError, "Zoho did not accept the sign-in", _SIGN_IN)
_UNDOCUMENTED = Rule(
    UndocumentedError,
    "Zoho refused the request",
    "No document explains this answer: ask Zoho's support what it means.",
)


def _rule(answer: Answer) -> Rule:
    """What an answer with Zoho's code means."""
    status, code = answer.http_status, answer.code or 0
    by_status = between.rule(status)
    if status == 429:
        return RULES[429, 2955]
    if 300 <= status < 400:
        return by_status
    if status == 501:
        return _of_zoho(by_status)
    if status >= 500 or status in _GAVE_UP:
        return _SERVER_FAILED
    if code == SUCCESS:
        return _CONTRADICTION
    exact = RULES.get((status, code))
    if exact is not None:
        return exact
    if status in (405, 415):
        return _of_zoho(by_status)
    exact = RULES.get((None, code))
    if exact is not None:
        return exact
    # Zoho sends failures as HTTP 200 too [OAS]: then the code has to say it alone.
    # Only the documented pairs prove that a command was not understood.
    same_code = [rule for (_, known), rule in RULES.items() if known == code]
    if len(same_code) == 1 and same_code[0].error is not VariantRefusedError:
        return same_code[0]
    return _NOT_SIGNED_IN if status == 401 else _UNDOCUMENTED


def _of_zoho(rule: Rule) -> Rule:
    """The rule of an HTTP status, where it is Zoho that does not take how a request is put."""
    return replace(rule, error=VariantRefusedError)
