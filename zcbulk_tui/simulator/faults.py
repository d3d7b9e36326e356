"""Every error of the contract in one table, and planned trouble with signing in."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum

from zcbulk_tui.simulator.messages import Response, json_response
from zcbulk_tui.simulator.sign_in_errors import SIGN_IN_ERRORS, SignInCall, SignInRefusalError


class Call(Enum):
    """The calls of the API, by the letters of the error table; the last is all of the Meta API."""

    CREATE = "C"
    UPLOAD = "U"
    CONTROL = "S"
    STATUS = "G"
    RESULT = "D"
    META = "M"


@dataclass(frozen=True, slots=True)
class ErrorRow:
    """One error answer: ``{"code": ..., "message": ...}`` under an HTTP status [OAS]."""

    status: int
    code: int | None
    """None = the answer has none."""
    message: str
    calls: frozenset[Call] = frozenset(Call)
    """The calls it is documented for."""

    def response(self) -> Response:
        """The answer itself."""
        code = {} if self.code is None else {"code": self.code}
        return json_response(self.status, {**code, "message": self.message})


def _calls(letters: str) -> frozenset[Call]:
    return frozenset(Call(letter) for letter in letters)


ERRORS: Mapping[str, ErrorRow] = {
    "200-3910": ErrorRow(200, 3910, "There are no forms in this application.", _calls("M")),
    "200-4000": ErrorRow(200, 4000, "Your daily API call limit has been reached."),
    "200-4070": ErrorRow(200, 4070, "Only admins and developers can use the bulk API."),
    "200-7120": ErrorRow(200, 7120, "The job ID is not valid.", _calls("USGD")),
    "200-7130": ErrorRow(200, 7130, "You have no permission for this job.", _calls("USGD")),
    "200-11110": ErrorRow(200, 11110, "The result is being prepared.", _calls("D")),
    "200-11120": ErrorRow(200, 11120, "The job has no result in its present state.", _calls("D")),
    "400-9210": ErrorRow(400, 9210, "The Accept header is not supported."),  # third parties
    "400-9350": ErrorRow(400, 9350, "A mandatory item is missing.", _calls("USD")),
    "400-11000": ErrorRow(400, 11000, "Invalid value for a parameter.", _calls("SD")),
    "400-11340": ErrorRow(
        400, 11340, "A file cannot be uploaded in the state CURRENT_STATUS.", _calls("U")
    ),
    "400-11350": ErrorRow(400, 11350, "The file upload is not complete.", _calls("S")),
    # Documented for bulk read only.
    "400-3020": ErrorRow(400, 3020, "The JSON body is missing or incomplete.", _calls("S")),
    "401-1000": ErrorRow(401, 1000, "IAM error."),
    "401-1000-parameter": ErrorRow(401, 1000, "A mandatory parameter is missing or repeated."),
    "401-1030": ErrorRow(401, 1030, "The access token is invalid or has expired."),
    "401-1060": ErrorRow(401, 1060, "The request parameter is not supported."),
    "401-2945": ErrorRow(401, 2945, "The token lacks a scope for this call."),
    "403-1060": ErrorRow(403, 1060, "The application is not shared with you."),
    "403-1080": ErrorRow(403, 1080, "The application is disabled."),
    # [TTK2] gives the code without an HTTP status; 403 is invented.
    "403-1130": ErrorRow(403, 1130, "API access is switched off in your permission set."),
    "403-2898": ErrorRow(403, 2898, "You have no permission to view records."),
    "403-2899": ErrorRow(403, 2899, "You have no permission to add records."),
    "403-2933": ErrorRow(403, 2933, "You have no access to this application."),
    # Documented for custom APIs only [CUSTOM].
    "403-4000": ErrorRow(403, 4000, "Your daily API call limit has been reached."),
    "404-1000": ErrorRow(404, 1000, "The URL format is wrong."),
    "404-1040": ErrorRow(404, 1040, "No such account owner."),
    "404-2892": ErrorRow(404, 2892, "No such application."),
    "404-2893": ErrorRow(404, 2893, "No such form."),
    "404-2930": ErrorRow(404, 2930, "An error has occurred."),
    "404-11130": ErrorRow(404, 11130, "There is no result file for this job.", _calls("D")),
    "404-11330": ErrorRow(404, 11330, "There is no job for this form.", _calls("US")),
    "405-1020": ErrorRow(405, 1020, "The HTTP method is not supported."),
    "409-11070": ErrorRow(409, 11070, "A file has already been uploaded.", _calls("U")),
    "409-11080": ErrorRow(409, 11080, "The job has been aborted by the user.", _calls("S")),
    "409-11090": ErrorRow(409, 11090, "The job has been aborted by the system.", _calls("S")),
    "409-11100": ErrorRow(409, 11100, "The job is already completed.", _calls("S")),
    "429-2955": ErrorRow(429, 2955, "The API call limit per minute has been reached."),
}
"""Key: HTTP status and code, and a word where both are documented twice. The wording is ours."""

INVENTED: Mapping[str, ErrorRow] = {
    "active": ErrorRow(409, 99005, "Invented: the form has an active job.", _calls("C")),
    "active as 400": ErrorRow(400, 99008, "Invented: the form has an active job.", _calls("C")),
    "early": ErrorRow(409, 99009, "Invented: the job has no file yet.", _calls("S")),
    "too large": ErrorRow(413, 99006, "Invented: the file is larger than 100 MB.", _calls("U")),
    "unsupported": ErrorRow(
        400, None, "Unsupported file. Upload one CSV, or a ZIP with exactly one CSV.", _calls("U")
    ),
    "header": ErrorRow(400, 99007, "Invented: columns that the form lacks: COLUMNS.", _calls("US")),
    "busy": ErrorRow(409, 99001, "Invented: the form has a running job.", _calls("S")),
    "running": ErrorRow(409, 99002, "Invented: the job is already running.", _calls("S")),
    "failed": ErrorRow(409, 99003, "Invented: the job has failed.", _calls("S")),
    "expired": ErrorRow(409, 99004, "Invented: the job has expired.", _calls("S")),
}
"""Answers to cases whose code is in no source."""


class RefusalError(Exception):
    """Ends the work on a call with a row of ``ERRORS`` or ``INVENTED``.

    Args:
        key: That of the row.
        words: What stands in place of words of its message, such as ``CURRENT_STATUS`` [OAS].
    """

    def __init__(self, key: str, **words: str) -> None:
        super().__init__(key)
        self.key = key
        row = ERRORS[key] if key in ERRORS else INVENTED[key]
        for name, word in words.items():
            row = replace(row, message=row.message.replace(name, word))
        self.row = row


@dataclass(frozen=True, slots=True)
class SignInFault:
    """An error in place of the proper answer; the call is neither checked nor carried out."""

    call: SignInCall
    error: str
    """A key of ``SIGN_IN_ERRORS``."""
    times: int | None = None
    """How many calls it meets; None = no end."""

    def __post_init__(self) -> None:
        if self.error not in SIGN_IN_ERRORS:
            raise ValueError(f"no such error: {self.error}")


class SignInFaults:
    """The faults still to come. Of several that fit a call, the one added first meets it."""

    def __init__(self) -> None:
        self._faults: list[SignInFault] = []
        self._met: list[int] = []

    def add(self, fault: SignInFault) -> None:
        """Plan a fault."""
        self._faults.append(fault)
        self._met.append(0)

    def meet(self, call: SignInCall) -> None:
        """Let a call meet its fault, which is thereby used up once.

        Raises:
            SignInRefusalError: There is one.
        """
        for index, fault in enumerate(self._faults):
            if fault.call is call and (fault.times is None or self._met[index] < fault.times):
                self._met[index] += 1
                raise SignInRefusalError(fault.error)
