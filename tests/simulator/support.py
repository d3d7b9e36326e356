"""A clock to turn by hand, and calls in one line."""

import csv
import io
import json
import zipfile
from collections.abc import Iterable, Sequence

from zcbulk_tui.simulator.creator import Creator
from zcbulk_tui.simulator.jobs import APP, OWNER, Address, Job
from zcbulk_tui.simulator.messages import Request, Response


class ManualClock:
    """Stands still until told otherwise."""

    def __init__(self, now: float = 1_000_000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


def headers(creator: Creator, job: Job, **changes: str) -> dict[str, str]:
    """The headers of a proper call for a job; a change to "" leaves one out."""
    return proper_headers(creator, **{"environment": job.address.environment, **changes})


def proper_headers(creator: Creator, **changes: str) -> dict[str, str]:
    """The headers of a proper call that is about no job; a change to "" leaves one out."""
    proper = {"authorization": f"Zoho-oauthtoken {creator.token}", "accept": "application/json"}
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


def create(creator: Creator, form: str = "Contacts", **changes: str) -> Response:
    """Create a job for a form, in production."""
    at = Address(OWNER, APP, form)
    return creator.handle(Request("POST", at.path, proper_headers(creator, **changes)))


def created(creator: Creator, form: str = "Contacts") -> Job:
    """A job that a call has just created."""
    job_id = create(creator, form).job_id
    assert job_id is not None
    return creator.jobs[job_id]


def multipart(data: bytes, name: str = "file", file_name: str = "rows.csv") -> tuple[str, bytes]:
    """Content type and body of an upload."""
    disposition = f'form-data; name="{name}"; filename="{file_name}"'
    head = f"--edge\r\nContent-Disposition: {disposition}\r\nContent-Type: text/csv\r\n\r\n"
    return "multipart/form-data; boundary=edge", head.encode() + data + b"\r\n--edge--\r\n"


def upload(
    creator: Creator,
    job: Job,
    data: bytes,
    *,
    name: str = "file",
    file_name: str = "rows.csv",
    **changes: str,
) -> Response:
    """Upload a file to a job."""
    content_type, body = multipart(data, name, file_name)
    call_headers = headers(creator, job, **{"content-type": content_type, **changes})
    query = f"job_id={job.id}"
    return creator.handle(Request("POST", job.address.path, call_headers, body, query))


def result(
    creator: Creator,
    job: Job,
    outcome: str = "failure",
    *,
    query: str | None = None,
    **changes: str,
) -> Response:
    """Ask for a result of a job; `query` replaces the whole query."""
    asked = f"filter={outcome}" if query is None else query
    call_headers = headers(creator, job, **changes)
    request = Request("GET", f"{job.path}/result", call_headers, query=asked)
    return creator.handle(request).made()


def rows_of(response: Response) -> list[list[str]]:
    """The rows of the CSV in a result, the header first."""
    with zipfile.ZipFile(io.BytesIO(response.body)) as archive:
        (name,) = archive.namelist()
        return list(csv.reader(io.StringIO(archive.read(name).decode(), newline="")))


def csv_of(rows: Iterable[Sequence[str]]) -> bytes:
    """Rows as a CSV file."""
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()


def content(response: Response) -> dict[str, object]:
    """The JSON object of an answer."""
    decoded = json.loads(response.body)
    assert isinstance(decoded, dict)
    return decoded


def outcome(response: Response) -> tuple[int, object]:
    """HTTP status and Creator's code."""
    return response.status, content(response)["code"]
