"""Job URLs and base URLs: parsing, checking, building.

A pasted URL decides where the access token goes, so only Zoho's own hosts and the configured server
are allowed; loopback is not an exception, since another user's program may listen there. Plain http
is allowed on loopback only.
"""

import re
from urllib.parse import SplitResult, parse_qs, quote, unquote, urlsplit

from zcbulk_tui.domain import datacenters
from zcbulk_tui.domain.form import FormRef
from zcbulk_tui.domain.job import Environment, JobRef
from zcbulk_tui.domain.job_id import read_id
from zcbulk_tui.domain.result import ResultKind
from zcbulk_tui.domain.text import one_line
from zcbulk_tui.errors import UsageError

EXAMPLE = "https://www.zohoapis.com/creator/v2.1/bulk/jason18/zylker-store/form/Orders/insert/3888833000000114027"

LOOPBACK = ("127.0.0.1", "localhost", "::1")
"""Host names of this machine; plain http is allowed to these only."""

_BASE_EXAMPLE = "https://www.zohoapis.eu"
_HOST = re.compile(r"(\w[\w-]*(\.[\w-]+)*|\[[0-9a-f:.]+\])(:[0-9]+)?", re.ASCII | re.IGNORECASE)
_PATH = re.compile(
    r"/creator/v[0-9.]+/bulk/([^/]+)/([^/]+)/form/([^/]+)/insert"
    r"(?:/([^/]+)(?:/result)?)?/?"
)
_NO_SCHEME = re.compile(r"[\w.-]+(?::[0-9]+)?/creator/", re.ASCII | re.IGNORECASE)
_NAME = re.compile(r"\w[\w.@+-]{0,99}", re.ASCII)


def parse_job_url(
    url: str,
    environment: Environment = Environment.PRODUCTION,
    *,
    base_url: str | None = None,
) -> JobRef:
    """Parses a job's status, upload or result URL, as Zoho documents them [STATUS][UPLOAD][RESULT].

    Args:
        url: Text as pasted, with or without ``https://``. Its API version is dropped: the
            configured one applies.
        environment: The job's environment, which the URL does not contain.
        base_url: The configured base URL, allowed in addition to Zoho's hosts.

    Raises:
        UsageError: The URL is not that of a bulk insert job, or its host is not allowed.
    """
    text = url.strip()
    shown = one_line(text, 120)
    if _NO_SCHEME.match(text):
        text = f"https://{text}"
    parts = _split(text, "job URL", EXAMPLE)
    _check_token_goes_to(parts, shown, base_url)
    match = _PATH.fullmatch(parts.path)
    if match is None:
        raise UsageError(
            f"“{shown}” is not the URL of a bulk insert job",
            next_step=f"It looks like this: {EXAMPLE}",
        )
    uploaded_to = parse_qs(parts.query).get("job_id", [None])[0]  # the upload URL [UPLOAD]
    if (job_id := match[4] or uploaded_to) is None:
        raise UsageError(
            f"“{shown}” has no job id",
            next_step="Add the id that the create call gave you, after /insert/.",
        )
    owner, app, form = (unquote(part) for part in match.group(1, 2, 3))
    origin = f"{parts.scheme}://{parts.netloc.lower()}"
    return make_ref(origin, owner, app, form, unquote(job_id), environment)


def is_job_url(text: str) -> bool:
    """Whether `text` is meant as a job's URL; it may be one that cannot be used."""
    return "://" in text or _NO_SCHEME.match(text.strip()) is not None


def make_ref(
    origin: str,
    owner: str,
    app: str,
    form: str,
    job_id: str,
    environment: Environment = Environment.PRODUCTION,
) -> JobRef:
    """Returns a reference built from its parts, after checking each.

    Raises:
        UsageError: A part is missing, or is not a valid link name or job id.
    """
    for what, value in (("account owner", owner), ("application", app), ("form", form)):
        if not is_link_name(value.strip()):
            raise UsageError(
                f"“{one_line(value, 60)}” cannot be the {what}'s link name"
                if value.strip()
                else f"The {what} is missing",
                next_step="Link names stand in the URL of the application; they have no spaces.",
            )
    job_id = read_id(job_id)
    return JobRef(origin, owner.strip(), app.strip(), form.strip(), job_id, environment)


def parse_base_url(text: str, example: str = _BASE_EXAMPLE) -> str:
    """Returns the scheme and host of a server URL, without a trailing slash.

    Args:
        text: Text as typed.
        example: A valid URL to show in errors.

    Raises:
        UsageError: The text is not a URL, has a path, or would send the token in clear text.
    """
    shown = one_line(text, 120)
    parts = _split(text.strip(), "server's URL", example)
    if parts.path not in ("", "/") or parts.query or parts.fragment:
        raise UsageError(
            f"The server's URL “{shown}” has more than a host",
            next_step=f"Write scheme and host only, as in {example}.",
        )
    _check_scheme(parts, shown)
    return f"{parts.scheme}://{parts.netloc.lower()}"


def parse_private_url(text: str, example: str) -> str:
    """Returns a URL whose path and query may be secret, in a normal form; no error repeats it.

    Args:
        text: Text as typed.
        example: A valid URL to show in errors.

    Raises:
        UsageError: The text is not a URL, names a user, or what is sent there would go in clear
            text.
    """
    stripped = text.strip()
    try:
        parts = _split(stripped, "URL", example)
    except UsageError as error:
        next_step = error.next_step
    else:
        if parts.scheme == "http" and not is_loopback(parts.hostname or ""):
            raise UsageError("Plain http is for this machine only", next_step="Write https://.")
        if stripped.isascii() and not re.search(r"\s", stripped):
            query = f"?{parts.query}" if parts.query else ""
            return f"{parts.scheme}://{parts.netloc.lower()}{parts.path or '/'}{query}"
        next_step = f"Write it as in {example}"
    # Outside, so that no traceback leads to what quotes it.
    raise UsageError("It is no URL that can be called", next_step=next_step)


def check_origin(origin: str, base_url: str | None = None) -> None:
    """Checks that the access token may be sent to a server.

    Args:
        origin: The server's scheme and host.
        base_url: The configured base URL.

    Raises:
        UsageError: The server is neither Zoho's nor the configured one.
    """
    shown = one_line(origin, 120)
    _check_token_goes_to(_split(parse_base_url(origin), "server's URL", origin), shown, base_url)


def is_link_name(text: str) -> bool:
    """Whether `text` is valid in URLs as the name of an account owner, an application or a form."""
    return _NAME.fullmatch(text) is not None


def job_path(ref: JobRef, api_version: str) -> str:
    """Returns the URL path of a job's status, start and abort calls [STATUS][START]."""
    return f"{create_path(FormRef.of(ref), api_version)}/{quote(ref.job_id, safe='')}"


def result_path(ref: JobRef, kind: ResultKind, api_version: str) -> str:
    """Returns the URL path and query of the call that fetches a result [OAS].

    The samples of [RESULT] name a report in its path, and explain a form.
    """
    return f"{job_path(ref, api_version)}/result?filter={kind.value}"


def create_path(form: FormRef, api_version: str) -> str:
    """Returns the URL path of the call that creates a job [CREATE]."""
    owner, app, name = _quoted(form.owner, form.app, form.form)
    return f"/creator/{api_version}/bulk/{owner}/{app}/form/{name}/insert"


def upload_path(ref: JobRef, api_version: str) -> str:
    """Returns the URL path and query of a job's upload call [UPLOAD][OAS].

    Without its query it is the path of a create call, so an id that is none is never written.

    Raises:
        UsageError: The job's id is missing, or is none.
    """
    return f"{create_path(FormRef.of(ref), api_version)}?job_id={read_id(ref.job_id)}"


def fields_path(form: FormRef, api_version: str) -> str:
    """Returns the URL path of the list of a form's fields [FIELDS]."""
    owner, app, name = _quoted(form.owner, form.app, form.form)
    return f"/creator/{api_version}/meta/{owner}/{app}/form/{name}/fields"


def forms_path(owner: str, app: str, api_version: str) -> str:
    """Returns the URL path of the list of an application's forms [FORMS]."""
    owner, app = _quoted(owner, app)
    return f"/creator/{api_version}/meta/{owner}/{app}/forms"


def applications_path(api_version: str) -> str:
    """Returns the URL path of the list of all applications [OAS]."""
    return f"/creator/{api_version}/meta/applications"


def report_path(ref: JobRef, report: str) -> str:
    """Returns the URL path of a job's start and abort calls, as the samples of [START] have it."""
    owner, app, name, job_id = _quoted(ref.owner, ref.app, report, ref.job_id)
    return f"/api/v2.1/{owner}/{app}/report/{name}/bulk/job/{job_id}"


def is_loopback(host: str) -> bool:
    """Whether a host name or address refers to this machine."""
    return host in LOOPBACK


def _quoted(*parts: str) -> list[str]:
    return [quote(part, safe="") for part in parts]


def _split(text: str, what: str, example: str) -> SplitResult:
    complaint = f"“{one_line(text, 120)}” is not a {what}"
    try:
        parts = urlsplit(text)
        _ = parts.port  # raises on a port that is not a number
    except ValueError as error:
        raise UsageError(
            complaint, f"{one_line(str(error))}.", f"Write it as in {example}"
        ) from error
    if parts.username is not None or parts.password is not None:
        # The user part may hold a password, so the error does not repeat it.
        raise UsageError(
            f"The {what} names a user before the host",
            next_step=f"Leave out user and password. Write it as in {example}",
        )
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise UsageError(complaint, "It does not start with https://.", f"Write it as in {example}")
    if not _HOST.fullmatch(parts.netloc):
        raise UsageError(complaint, "Its host cannot be a host.", f"Write it as in {example}")
    return parts


def _check_scheme(parts: SplitResult, shown: str) -> None:
    if parts.scheme == "http" and not is_loopback(parts.hostname or ""):
        raise UsageError(
            f"“{shown}” would send the access token in clear text",
            "Plain http is for this machine only.",
            "Write https:// instead.",
        )


def _check_token_goes_to(parts: SplitResult, shown: str, base_url: str | None) -> None:
    _check_scheme(parts, shown)
    if base_url is not None and _server(parts) == _server(urlsplit(base_url)):
        return
    if parts.scheme == "https" and datacenters.find(parts.hostname or ""):
        return
    known = ", ".join(datacenters.API_HOSTS)
    raise UsageError(
        f"The host of “{shown}” is not one of Zoho's API hosts",
        "The access token goes to known hosts only.",
        f"Known are {known}; for another one set base_url (or ZCBULK_BASE_URL).",
    )


def _server(parts: SplitResult) -> tuple[str, str, int]:
    """Returns a normal form: equal for all spellings of one server's URL."""
    port = parts.port or {"http": 80, "https": 443}.get(parts.scheme, 0)
    return parts.scheme, parts.hostname or "", port
