"""Finding job URLs in any text: a mail, a list, a curl command, a table in Markdown.

Nothing is guessed. A URL that a line break has cut is joined only where no other reading is
possible; else it is left out, with the reason. Access tokens in the text are blanked before
anything is read. The work grows with the length of the text, whatever is in it.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import NamedTuple, Protocol
from urllib.parse import unquote

from zcbulk_tui.domain.job import Environment, JobRef
from zcbulk_tui.domain.text import one_line
from zcbulk_tui.errors import UsageError

MAX_LABEL = 60
"""Characters of a label; a longer text before a URL is a sentence."""

_MAX_URL = 1000
"""Characters of a URL; a job's has a tenth of them."""

_MAX_PIECES = 4
"""Lines that a mail client makes of one URL."""

_ID_DIGITS, _MAX_ID = 19, 40
"""Digits of an id in Zoho's samples [STATUS]; one that a line break has cut has fewer."""

_TOKEN = re.compile(
    r"authorization[\"']?[ \t]*[:=](?:(?!https?://)[^\r\n\"'])*"
    r"|(?:zoho-oauthtoken|bearer)\s+(?!https?://)[^\s\"']+"
    r"|\b1000\.[0-9a-f]{10,}\.[0-9a-f]{10,}"
    r"|(?:access|refresh)_token=[^\s\"'&]+",
    re.ASCII | re.IGNORECASE,
)

_START = re.compile(
    r"https?://|https?%3a%2f%2f|(?<![\w.@/:%-])(?:www\.)?zohoapis\.", re.ASCII | re.IGNORECASE
)
_URL = re.compile(r"(?:https?://)?(?:\[[0-9a-f:.]{2,45}\])?[\w.~:/?#@$&+=%!*-]+", re.ASCII | re.I)
_ENCODED = re.compile(r"[\w.~%-]+", re.ASCII)
_TRAILING = ".:!?*_~"
"""What ends a sentence or an emphasis, and never a job URL."""

_CALL_OF_A_JOB = re.compile(
    r"(https?://[^/?#]+/creator/v[0-9.]+/bulk/[^/?#]+/[^/?#]+/form/[^/?#]+/insert)(?:/([^/?#]+))?",
    re.ASCII | re.IGNORECASE,
)
_ID_AT_END = re.compile(r"/([0-9]+)=*$", re.ASCII)
_DIGIT_FIRST = re.compile(r"[\s>|]*[0-9]", re.ASCII)
_ID_IN_QUERY = re.compile(r"[?&]job_id=([^&#]+)", re.ASCII)
_API = re.compile(r"https?://(?:www\.)?zohoapis\.[^/?#]*/creator/", re.ASCII | re.IGNORECASE)

_GOES_ON = re.compile(r"[\\^`][ \t]*$")
"""At the end of a line of a command that goes on in the next one."""

_ENVIRONMENT = re.compile(r"(?<![\w-])environment[ \t]*:[ \t]*([a-z]+)", re.ASCII | re.IGNORECASE)

_TITLE = re.compile(r"\[([^\[\]]+)\]\($")
_BULLET = re.compile(r"^(?:[\s>*•·–—+|#,;&-]|[0-9]{1,4}[.)]\s)*")
_SEPARATED = re.compile(r"^(.*?)[*_]*\s*(?::|\s[–—-]|\||\t)[*_]*\s*[<(]?$", re.DOTALL)
_NO_LABEL = re.compile(
    r"[\"'`=<>{}\[\]\\/|]|[.!?;:]\s|^(?:job|status|the|its)?\s*(?:url|link)$", re.I
)


class JobReader(Protocol):
    """Parses a job's URL or id, within what the settings allow."""

    def __call__(self, text: str, environment: Environment | None, /) -> JobRef:
        """Returns the job.

        Args:
            text: Text as in the file.
            environment: The job's environment; None where the text names none.

        Raises:
            UsageError: The text is not a valid job.
        """


@dataclass(frozen=True, slots=True)
class FoundJob:
    """A job whose URL is in a text.

    Attributes:
        ref: Which job.
        url: Its status URL, as found, without what follows the id.
        label: What the text calls it, sanitised; empty where that is not clear.
        environment: The one that a header in the same command names; None for none.
        line: The number of its line.
    """

    ref: JobRef
    url: str
    label: str = ""
    environment: Environment | None = None
    line: int = field(default=1, compare=False)


class LeftOut(NamedTuple):
    """A URL that looks like a job's and is not used.

    Attributes:
        line: The number of its line.
        reason: Why, in a sentence or two.
    """

    line: int
    reason: str


class FoundJobs(NamedTuple):
    """What a text has of jobs.

    Attributes:
        jobs: Each job once, in the order of the text.
        left_out: What looks like a job URL and is not used.
        has_token: Whether there was an access token, which was not read.
    """

    jobs: Sequence[FoundJob] = ()
    left_out: Sequence[LeftOut] = ()
    has_token: bool = False


def without_tokens(text: str) -> str:
    """Returns a text without the access tokens in it."""
    # Lines keep their numbers.
    return _TOKEN.sub(lambda match: "\n" * match[0].count("\n"), text)


def has_token(text: str) -> bool:
    """Whether there is an access token in a text."""
    return _TOKEN.search(text) is not None


def find_jobs(text: str, job: JobReader) -> FoundJobs:
    """Returns the jobs whose URLs are in a text.

    Args:
        text: Anything.
        job: Parses a URL, and says which hosts are allowed.
    """
    readable = without_tokens(text)
    lines = readable.splitlines()
    found: dict[JobRef, FoundJob] = {}
    environments: dict[JobRef, set[str]] = {}
    left_out: dict[str, LeftOut] = {}
    for (number, url, label), named in _urls(lines):
        try:
            ref = job(_checked(url), None)
            environments.setdefault(ref, set()).update(named)
        except UsageError as error:
            reason = " ".join(part for part in (f"{error.title}.", error.cause) if part)
            left_out.setdefault(reason, LeftOut(number, reason))
            continue
        known = found.setdefault(ref, FoundJob(ref, _checked(url), label, line=number))
        if label and not known.label:
            found[ref] = replace(known, label=label)
    jobs = []
    for ref, one in found.items():
        named = environments[ref]
        if len(named) > 1 or not named <= frozenset(Environment):
            reason = f"“{one_line(one.url, 120)}” stands with {_listed(named)}. {_ENVIRONMENTS}"
            left_out.setdefault(reason, LeftOut(one.line, reason))
            continue
        environment = Environment(next(iter(named))) if named else None
        ref = ref if environment is None else job(one.url, environment)
        jobs.append(replace(one, ref=ref, environment=environment))
    return FoundJobs(jobs, tuple(left_out.values()), has_token(text))


_ENVIRONMENTS = f"A job is in one of {', '.join(Environment)}."


def _listed(environments: set[str]) -> str:
    named = " and ".join(f"“{one_line(name, 20)}”" for name in sorted(environments))
    return f"the environment{'s' * (len(environments) > 1)} {named}"


class _Candidate(NamedTuple):
    line: int
    url: str
    label: str


def _urls(lines: Sequence[str]) -> Iterator[tuple[_Candidate, set[str]]]:
    """Yields what looks like a job URL, and the environments that its command names."""
    command: list[_Candidate] = []
    named: set[str] = set()
    for index, line in enumerate(lines):
        command += _in_line(lines, index)
        named.update(match[1].lower() for match in _ENVIRONMENT.finditer(line))
        if _GOES_ON.search(line[-20:]) and index + 1 < len(lines):
            continue
        for candidate in command:
            yield candidate, named
        command, named = [], set()


def _in_line(lines: Sequence[str], index: int) -> Iterator[_Candidate]:
    line = lines[index]
    starts = [match.start() for match in _START.finditer(line)]
    after = 0
    for start, end in pairwise([*starts, len(line)]):
        piece = line[start:end]
        url = _encoded(piece) if piece[4:].lower().startswith(("%3a", "s%3a")) else piece
        match = _URL.match(url)
        written = match[0] if match else ""
        if url is piece and end == len(line) and written == piece.rstrip():
            written = _continued(written, lines, index)
        if not written.lower().startswith("http"):
            may_be_cut = not start and index > 0 and lines[index - 1].endswith("=")
            written = f"https://{written}{'=' * may_be_cut}"
        if "/bulk/" in written.lower() or _API.match(written):
            yield _Candidate(index + 1, written, _label(line[after:start]))
        after = start + (len(match[0]) if match and url is piece else len(piece))


def _encoded(piece: str) -> str:
    match = _ENCODED.match(piece)
    return unquote(match[0]) if match else ""


def _continued(url: str, lines: Sequence[str], index: int) -> str:
    """Returns a URL at the end of a line, with what a mail client has put into the next lines.

    Such a client ends the line with "=", which no path of a URL has. Where the next line may also
    be something else, the URL comes back with "=" at its end, which `_checked` refuses.
    """
    for line in lines[index + 1 : index + _MAX_PIECES]:
        if "?" in url or _START.match(line):
            return url
        digits = _ID_AT_END.search(url[-_MAX_ID:])
        is_whole = digits is not None and len(digits[1]) >= _ID_DIGITS
        if not url.endswith("="):
            is_cut = digits is not None and not is_whole and _DIGIT_FIRST.match(line)
            return f"{url}=" if is_cut and _CALL_OF_A_JOB.match(url) else url
        more = _URL.match(line)
        if more is None or (is_whole and _DIGIT_FIRST.match(line)):
            return url
        url = url[:-1] + more[0]
        if more[0] != line.rstrip():
            return url
    return url


def _checked(url: str) -> str:
    """Returns a URL without what stands behind the id, which may be secret.

    Raises:
        UsageError: A line break may have cut it, or it is longer than any job's.
    """
    if len(url) > _MAX_URL:
        raise UsageError(f"A URL is longer than {_MAX_URL:,} characters")
    bare = url.split("?")[0].split("#")[0]
    if bare.endswith("="):
        shown = one_line(bare.rpartition("@")[2].rstrip("="), 120)
        raise UsageError(f"“{shown}” may be cut by a line break", "The rest of it is not clear.")
    match = _CALL_OF_A_JOB.match(url)
    if match is None:
        return bare.rstrip(_TRAILING)
    in_query = _ID_IN_QUERY.search(url)
    job_id = (match[2] or (in_query[1] if in_query else "")).rstrip(_TRAILING)
    return f"{match[1]}/{job_id}" if job_id else match[1]


def _label(before: str) -> str:
    """Returns what a line calls the job whose URL follows; empty where that is not clear."""
    if len(before) > 4 * MAX_LABEL:
        return ""
    title = _TITLE.search(before)
    separated = _SEPARATED.match(_BULLET.sub("", before, count=1))
    words = title[1] if title else separated[1] if separated else ""
    label = one_line(words.strip().strip("*_").strip())
    is_clear = len(label) <= MAX_LABEL and not _NO_LABEL.search(label)
    return label if is_clear and any(map(str.isalnum, label)) else ""
