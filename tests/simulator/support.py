"""A clock to turn by hand, and calls in one line."""

import json

from zcbulk_tui.simulator.creator import Creator
from zcbulk_tui.simulator.jobs import Job
from zcbulk_tui.simulator.messages import Request, Response


class ManualClock:
    """Stands still until told otherwise."""

    def __init__(self, now: float = 1_000_000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


def headers(creator: Creator, job: Job, **changes: str) -> dict[str, str]:
    """The headers of a proper call for a job; a change to "" leaves one out."""
    proper = {
        "authorization": f"Zoho-oauthtoken {creator.token}",
        "accept": "application/json",
        "environment": job.address.environment,
    }
    return {name: value for name, value in {**proper, **changes}.items() if value}


def status(creator: Creator, job: Job, **changes: str) -> Response:
    """Ask for the status of a job."""
    return creator.handle(Request("GET", job.path, headers(creator, job, **changes)))


def control(
    creator: Creator, job: Job, action: str = "start", *, method: str = "PATCH", flat: bool = False
) -> Response:
    """Start or abort a job."""
    body = {"action": action} if flat else {"data": {"action": action}}
    call_headers = headers(creator, job)
    return creator.handle(Request(method, job.path, call_headers, json.dumps(body).encode()))


def content(response: Response) -> dict[str, object]:
    """The JSON object of an answer."""
    decoded = json.loads(response.body)
    assert isinstance(decoded, dict)
    return decoded


def outcome(response: Response) -> tuple[int, object]:
    """HTTP status and Creator's code."""
    return response.status, content(response)["code"]
