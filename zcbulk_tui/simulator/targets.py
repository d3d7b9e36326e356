"""What a call is, and at which form or job it points: by its URL, headers and body alone."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qs

from zcbulk_tui.simulator.dialect import requested_action
from zcbulk_tui.simulator.faults import Call
from zcbulk_tui.simulator.jobs import PRODUCTION, Address, Job
from zcbulk_tui.simulator.messages import Request

# The pages say v2.1, the OAS v2.
_PATH = re.compile(
    r"/creator/v2(?:\.1)?/bulk/([^/]+)/([^/]+)/form/([^/]+)/insert(?:/([^/]+)(/result)?)?",
    re.ASCII,
)

_REPORT_PATH = re.compile(r"/api/v2\.1/([^/]+)/([^/]+)/report/([^/]+)/bulk/job/([^/]+)", re.ASCII)
"""As the samples of [START] have it; it names no form."""


@dataclass(frozen=True, slots=True)
class Target:
    """What the URL and the ``environment`` header of a call point at."""

    call: Call
    address: Address
    job_id: str | None = None
    """None of a create call, and of others that name no job where they should."""
    by_report: bool = False
    """Whether the URL names a report of the form."""


def target_of(request: Request, jobs: Mapping[str, Job], report: str | None) -> Target | None:
    """What a call points at; None where it is none of the bulk insert API.

    Args:
        request: The call.
        jobs: By id, for a URL that names no form.
        report: The one at whose URL jobs are started and aborted; None where there is none.
    """
    return _by_report(request, jobs, report) or _by_form(request)


def action_of(request: Request, target: Target | None) -> str | None:
    """What a call asks for, for the log."""
    match target.call if target else None:
        case Call.CREATE:
            return "create"
        case Call.UPLOAD:
            return "upload"
        case Call.RESULT:
            return filter_of(request) or None
        case _:
            return requested_action(request.body)


def filter_of(request: Request) -> str:
    """The parameter of a result call; empty where it is missing."""
    return parse_qs(request.query).get("filter", [""])[0]


def environment_of(request: Request) -> str:
    """The header of that name; production where there is none [ADD]."""
    return request.headers.get("environment", PRODUCTION)


def _by_report(request: Request, jobs: Mapping[str, Job], report: str | None) -> Target | None:
    match = _REPORT_PATH.fullmatch(request.path)
    if match is None or match[3] != report:
        return None
    owner, app, _, job_id = match.groups()
    form = jobs[job_id].address.form if job_id in jobs else ""
    call = Call.STATUS if request.method == "GET" else Call.CONTROL
    return Target(call, Address(owner, app, form, environment_of(request)), job_id, by_report=True)


def _by_form(request: Request) -> Target | None:
    match = _PATH.fullmatch(request.path)
    if match is None:
        return None
    owner, app, form, job_id, result = match.groups()
    address = Address(owner, app, form, environment_of(request))
    if result:
        return Target(Call.RESULT, address, job_id)
    if request.method == "POST" and job_id is None:
        # The id alone tells an upload from a create call: losing it makes another job.
        job_id = parse_qs(request.query).get("job_id", [None])[0]
        return Target(Call.UPLOAD if job_id else Call.CREATE, address, job_id)
    return Target(Call.STATUS if request.method == "GET" else Call.CONTROL, address, job_id)
