"""Parsing files with jobs: a list with one job per line, exported JSON or CSV, or any text."""

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from zcbulk_tui.domain.address import job_path, make_ref, parse_base_url
from zcbulk_tui.domain.job import LIST_VERSION, Environment, JobRef
from zcbulk_tui.domain.job_id import grouped, is_number, read_id
from zcbulk_tui.domain.job_text import JobReader, find_jobs, without_tokens
from zcbulk_tui.domain.text import from_cell, json_problem, one_line, tags_in
from zcbulk_tui.errors import UsageError

_WHERE = ("origin", "owner", "app", "form", "job_id")
"""Required fields of a JSON or CSV entry."""

_NEXT_STEP = "Give a text with the URLs of jobs in it, or what jobs export has written."


@dataclass(frozen=True, slots=True)
class ListedJob:
    """A job listed in a file; fields that the file leaves out are empty.

    Attributes:
        ref: Which job.
        label: Its name, sanitised.
        tags: Its tags.
        note: A one-line note, sanitised.
        added_at: When it was added to the exported list; aware.
        created_at: When it was created at Zoho; aware.
        started_at: When its start was accepted; aware.
        repairs: The id of the job that it repairs.
        place: Its position in the file, as in ``line 3``.
    """

    ref: JobRef
    label: str = ""
    tags: tuple[str, ...] = ()
    note: str = ""
    added_at: datetime | None = None
    created_at: datetime | None = None
    started_at: datetime | None = None
    repairs: str = ""
    place: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class BadEntry:
    """An invalid entry.

    Attributes:
        place: Its position in the file, as in ``line 3``.
        reason: Why, in a sentence or two.
    """

    place: str
    reason: str


def read(text: str, job: JobReader) -> Iterator[ListedJob | BadEntry]:
    """Yields the entries of a file in order; its content decides the format.

    A text whose first line begins with a URL or an id is a list, and each of its lines must be a
    job. In any other text the jobs are those whose URLs are in it.

    Args:
        text: The file's content.
        job: Parses a job's URL or id.

    Raises:
        UsageError: The file is JSON or CSV that lists no jobs.
    """
    if text.lstrip().startswith(("{", "[")):
        return _read_json(text, job)
    text = without_tokens(text)
    first = next((line for line in io.StringIO(text, newline=None) if line.strip()), "")
    # Spreadsheets choose the delimiter by locale.
    delimiter = max(",;\t", key=first.count)
    if {name.strip('" \n') for name in first.split(delimiter)}.issuperset(_WHERE):
        return _read_entries(_rows(text, delimiter), job)
    found = () if _begins_a_list(text) else _found(text, job)
    return iter(found) if found else _read_lines(text, job)


def _begins_a_list(text: str) -> bool:
    """Whether the first line that is no comment begins with a URL or an id."""
    lines = map(str.strip, io.StringIO(text, newline=None))
    first = next((line for line in lines if line and not line.startswith("#")), "")
    word = grouped(first) or first.partition(" ")[0]
    return word.lower().startswith(("http://", "https://")) or is_number(word)


def _found(text: str, job: JobReader) -> Sequence[ListedJob | BadEntry]:
    """Returns the jobs whose URLs are in a text, and what looks like one, by their lines."""
    found = find_jobs(text, job)
    entries: list[tuple[int, ListedJob | BadEntry]] = [
        (it.line, ListedJob(it.ref, it.label, place=f"line {it.line}")) for it in found.jobs
    ]
    entries += [(it.line, BadEntry(f"line {it.line}", it.reason)) for it in found.left_out]
    return [entry for _, entry in sorted(entries, key=lambda pair: pair[0])]


def _read_lines(text: str, job: JobReader) -> Iterator[ListedJob | BadEntry]:
    for number, line in enumerate(io.StringIO(text, newline=None), start=1):
        stripped, place = line.strip(), f"line {number}"
        if not stripped or stripped.startswith("#"):
            continue
        # Otherwise the first group would become the id, and the rest the label.
        where, *words = [grouped(stripped)] if grouped(stripped) else stripped.split()
        tags = [word for word in words if _is_tag(word)]
        label = " ".join(word for word in words if not _is_tag(word))
        try:
            yield ListedJob(
                job(where, None), one_line(label, 60), tags_in(" ".join(tags)), place=place
            )
        except UsageError as error:
            yield BadEntry(place, _reason(error))


def _read_json(text: str, job: JobReader) -> Iterator[ListedJob | BadEntry]:
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UsageError(
            "It begins like JSON, and is none", json_problem(error), _NEXT_STEP
        ) from error
    if not isinstance(content, dict) or not isinstance(content.get("jobs"), list):
        raise UsageError("It is JSON that lists no jobs", next_step=_NEXT_STEP)
    if content.get("version") != LIST_VERSION:
        raise UsageError(
            f"Its version is {one_line(repr(content.get('version')), 40)}, not {LIST_VERSION}",
            "It is of a later version of zcbulk-tui, or of another program.",
            _NEXT_STEP,
        )
    return _read_entries(((f"job {n}", it) for n, it in enumerate(content["jobs"], 1)), job)


_LARGEST_CELL = 131_072
"""Characters of a cell; what is longer has a quotation mark without its other one."""


def _rows(text: str, delimiter: str) -> Iterator[tuple[str, object]]:
    """Yields the position of each row, and its cells by column name."""
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    header: list[str] = []
    line = 1
    try:
        for row in rows:
            if any(len(cell) > _LARGEST_CELL for cell in row):
                raise csv.Error("A cell is too large")  # as csv says it, whose limit others set
            place, line = f"line {line}", rows.line_num + 1
            if not any(cell.strip() for cell in row):
                continue
            if not header:
                header = [name.strip() for name in row]
                continue
            yield place, dict(zip(header, map(from_cell, row), strict=False))
    except csv.Error as error:
        raise UsageError(
            f"It is CSV that breaks off after line {line - 1}",
            f"A cell has more than {_LARGEST_CELL:,} characters, or a quotation mark has "
            "no other one.",
            _NEXT_STEP,
        ) from error


def _read_entries(
    entries: Iterator[tuple[str, object]], job: JobReader
) -> Iterator[ListedJob | BadEntry]:
    for place, entry in entries:
        try:
            if not isinstance(entry, dict):
                raise UsageError("It is not an object")
            yield _listed(entry, place, job)
        except UsageError as error:
            yield BadEntry(place, _reason(error))


def _listed(entry: Mapping[str, object], place: str, job: JobReader) -> ListedJob:
    origin, owner, app, form, job_id = (_text(entry, name) for name in _WHERE)
    named = _text(entry, "environment")
    if named and named not in frozenset(Environment):
        raise UsageError(
            f"“{one_line(named, 40)}” is not an environment", f"It is {', '.join(Environment)}."
        )
    ref = make_ref(parse_base_url(origin), owner, app, form, job_id)
    # Through the URL parser, so that its check of the host is the only one.
    url = f"{ref.origin}{job_path(ref, 'v2.1')}"
    tags, repairs = entry.get("tags"), _text(entry, "repairs")
    if isinstance(tags, list) and not all(isinstance(tag, str) for tag in tags):
        raise UsageError("Its tags are not all texts")
    return ListedJob(
        job(url, Environment(named) if named else None),
        one_line(_text(entry, "label"), 60),
        tags_in(" ".join(tags) if isinstance(tags, list) else _text(entry, "tags")),
        one_line(_text(entry, "note")),
        _moment(entry, "added_at"),
        _moment(entry, "created_at"),
        _moment(entry, "started_at"),
        read_id(repairs) if repairs else "",
        place,
    )


def _text(entry: Mapping[str, object], name: str) -> str:
    value = entry.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise UsageError(f"Its {name} is not a text")
    return value.strip()


def _moment(entry: Mapping[str, object], name: str) -> datetime | None:
    text = _text(entry, name)
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None or not 1970 < moment.year < 9999:
        raise UsageError(f"Its {name} “{one_line(text, 40)}” is not a moment with a zone")
    return moment


def _is_tag(word: str) -> bool:
    return word.startswith("#") and word.strip("#") != ""


def _reason(error: UsageError) -> str:
    return " ".join(part for part in (f"{error.title}.", error.cause) if part)
