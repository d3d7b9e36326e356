"""Zoho's contract as its documents put it: literal samples, spellings of states, error answers.

Written down here a second time, apart from the program's own tables, so that a slip in those shows.
"""

from dataclasses import dataclass

from zcbulk_tui.domain.job import JobState
from zcbulk_tui.errors import (
    AlreadyEndedError,
    BusyError,
    JobRefusedError,
    JobUnknownError,
    QuotaSpentError,
    RefusedError,
    ResultGoneError,
    ResultNotReadyError,
    ServiceError,
    SignInError,
    VariantRefusedError,
    ZcbulkError,
)

PAGE_STATUS = b"""{
"code": 3000,
"data": {
"api_status": "IN_PROGRESS",
"record_details": {
"total_records": 1,
"failed_records": 0,
"unprocessed_records": 0,
"success_records": 1
}
}
}"""
"""The status page's sample: the counts stand inside ``data``."""

OPENAPI_STATUS = (
    b'{"code":3000,"data":{"api_status":"COMPLETED"},"record_details":{"total_records":500,'
    b'"failed_records":10,"unprocessed_records":0,"success_records":490}}'
)
"""The OpenAPI file's sample: the counts stand beside ``data``."""

PAGE_STARTED = b"""{
    "code": 3000,
    "status": "Job created successfully"
}"""

PAGE_ABORTED = b""" {
    "code": 3000,
    "status": "Job aborted successfully"
}"""

OPENAPI_STARTED = b'{"code":3000,"message":"Job started successfully"}'

SPELLINGS = (
    ("CREATED", JobState.CREATED),
    ("Created", JobState.CREATED),
    ("Ready-to-upload", JobState.READY),
    ("READY_TO_UPLOAD", JobState.READY),
    ("Ready to upload", JobState.READY),
    ("In-progress", JobState.IN_PROGRESS),
    ("IN_PROGRESS", JobState.IN_PROGRESS),
    ("IN PROGRESS", JobState.IN_PROGRESS),
    ("Start", JobState.IN_PROGRESS),
    ("STARTED", JobState.IN_PROGRESS),
    ("Completed", JobState.COMPLETED),
    ("COMPLETED", JobState.COMPLETED),
    ("User Aborted", JobState.USER_ABORTED),
    ("USER_ABORTED", JobState.USER_ABORTED),
    ("user-aborted", JobState.USER_ABORTED),
    ("System Aborted", JobState.SYSTEM_ABORTED),
    ("SYSTEM_ABORTED", JobState.SYSTEM_ABORTED),
    ("System-aborted", JobState.SYSTEM_ABORTED),
    ("Aborted", JobState.ABORTED),
    ("ABORTED", JobState.ABORTED),
    ("Failed", JobState.FAILED),
    ("FAILED", JobState.FAILED),
    ("Expired", JobState.EXPIRED),
    ("EXPIRED", JobState.EXPIRED),
    ("  in__progress ", JobState.IN_PROGRESS),
    ("Paused", JobState.UNKNOWN),
    ("CURRENT_STATUS", JobState.UNKNOWN),
    ("INPROGRESS", JobState.UNKNOWN),
    ("完了", JobState.UNKNOWN),
)
"""Every documented spelling of every state, its natural variations, and names that mean nothing."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A row of the error table: an answer, and the error that it has to become."""

    http: int
    code: int
    error: type[ZcbulkError]
    exit_code: int

    def __str__(self) -> str:
        return f"{self.http}-{self.code}"


REFUSALS = (
    Refusal(200, 3910, RefusedError, 1),
    Refusal(200, 4000, QuotaSpentError, 1),
    Refusal(403, 4000, QuotaSpentError, 1),
    Refusal(200, 4070, RefusedError, 1),
    Refusal(200, 7120, JobUnknownError, 1),
    Refusal(200, 7130, JobRefusedError, 1),
    Refusal(200, 11110, ResultNotReadyError, 1),
    Refusal(200, 11120, RefusedError, 1),
    Refusal(400, 9210, RefusedError, 1),
    Refusal(400, 9350, VariantRefusedError, 1),
    Refusal(400, 11000, VariantRefusedError, 1),
    Refusal(400, 11340, RefusedError, 1),
    Refusal(400, 11350, RefusedError, 1),
    Refusal(400, 3020, RefusedError, 1),
    Refusal(401, 1000, SignInError, 3),
    Refusal(401, 1030, SignInError, 3),
    Refusal(401, 1060, RefusedError, 1),
    Refusal(401, 2945, SignInError, 3),
    Refusal(403, 1060, RefusedError, 1),
    Refusal(403, 1080, RefusedError, 1),
    Refusal(200, 1130, RefusedError, 1),
    Refusal(403, 1130, RefusedError, 1),
    Refusal(403, 2898, RefusedError, 1),
    Refusal(403, 2899, RefusedError, 1),
    Refusal(403, 2933, RefusedError, 1),
    Refusal(404, 1000, RefusedError, 1),
    Refusal(404, 1040, JobUnknownError, 1),
    Refusal(404, 2892, JobUnknownError, 1),
    Refusal(404, 2893, JobUnknownError, 1),
    Refusal(404, 2894, JobUnknownError, 1),
    Refusal(404, 2930, ServiceError, 4),
    Refusal(404, 11130, ResultGoneError, 1),
    Refusal(404, 11330, JobUnknownError, 1),
    Refusal(405, 1020, VariantRefusedError, 1),
    Refusal(409, 11070, RefusedError, 1),
    Refusal(409, 11080, AlreadyEndedError, 1),
    Refusal(409, 11090, AlreadyEndedError, 1),
    Refusal(409, 11100, AlreadyEndedError, 1),
    Refusal(429, 2955, BusyError, 4),
)
"""Every row of the error table but success."""
