"""The calls of a probe: each step is one signed call, and what its answer shows.

Other ways of putting a start are other steps, so none is tried here. A call is made twice in two
cases only, in both of which the first one certainly did nothing: its token was refused (code 1030),
or the Accept header of a result (code 9210).
"""

import codecs
import csv
import io
import json
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, get_args

from pydantic import SecretStr

from zcbulk_tui.creator import wire, wire_meta
from zcbulk_tui.creator.accepts import AcceptMemory, is_refused, other
from zcbulk_tui.creator.control import Method, Shape, Variant
from zcbulk_tui.creator.network import Network
from zcbulk_tui.creator.operations import Operation
from zcbulk_tui.creator.signed_calls import Call, SignedCalls
from zcbulk_tui.creator.tokens import TokenSource
from zcbulk_tui.creator.upload_body import open_upload
from zcbulk_tui.domain.address import (
    check_origin,
    create_path,
    fields_path,
    job_path,
    result_path,
    upload_path,
)
from zcbulk_tui.domain.anonymous import anonymous
from zcbulk_tui.domain.call_limits import OpenCall, Slot
from zcbulk_tui.domain.commands import DEFAULT_PROFILE
from zcbulk_tui.domain.form import FormRef
from zcbulk_tui.domain.job import Action
from zcbulk_tui.domain.job_id import read_id
from zcbulk_tui.domain.probe import Act, Exchange, Step
from zcbulk_tui.domain.result import ResultKind
from zcbulk_tui.domain.text import one_line
from zcbulk_tui.domain.upload import UploadFile
from zcbulk_tui.errors import (
    Answer,
    BetweenError,
    BetweenVariantError,
    BusyError,
    DataError,
    QuotaSpentError,
    RefusedError,
    ServiceError,
    SignInError,
    UnclearError,
    UnreadableError,
    ZcbulkError,
)

_LONGEST = 200
"""Characters of the server's words that are kept."""

_LARGEST_ZIP, _LARGEST_CSV = 2**22, 2**21
"""Bytes of a result that are looked at; those of a probe have some kilobytes."""

_LONGEST_ROWS = 120_000
"""Characters of the rows that are kept, as JSON."""

_LONGEST_CELL = 120

_LACKS_SCOPE = 2945
"""Creator's code for a token without the scope [OAS]; for a start, an answer to a question."""

_TOO_LARGE = 413
"""What servers in front of Zoho's own may say of an upload."""

_COUNTS = ("total", "success", "failed", "unprocessed")
"""Each with ``_records`` behind it is a key of ``record_details`` [STATUS]."""

_OPERATIONS = {
    Act.FIELDS: (Operation.FIELDS, "GET"),
    Act.CREATE: (Operation.CREATE, "POST"),
    Act.UPLOAD: (Operation.UPLOAD, "POST"),
    Act.STATUS: (Operation.STATUS, "GET"),
    Act.START: (Operation.CONTROL, ""),
    Act.ABORT: (Operation.CONTROL, ""),
}
"""Each with its HTTP method; a start and an abort name theirs in the step."""

_DELIMITERS = (",", ";", "\t", "|")
"""The likeliest first: a comma that stands in a header parts it, whatever else is in it."""

_CANNOT_BE_READ = (
    *(zipfile.BadZipFile, zlib.error, csv.Error, NotImplementedError, RuntimeError),
    *(ValueError, EOFError),
)
"""What reading a ZIP raises that is broken, encrypted, packed oddly, or has not one file in it."""

Seen = Mapping[str, str]


class ProbeCalls:
    """Makes the steps of a probe.

    Args:
        tokens: Source of the access token.
        network: Carries the calls.
        profile: Whose sign-in it is.
        base_url: Replaces the origin of the form; None for its own data centre.
        api_version: ``v2.1`` or ``v2``.
        accepts: Remembers which Accept header the server takes for results.
    """

    def __init__(
        self,
        tokens: TokenSource,
        network: Network,
        *,
        profile: str = DEFAULT_PROFILE,
        base_url: str | None = None,
        api_version: str = "v2.1",
        accepts: AcceptMemory | None = None,
    ) -> None:
        self._calls = SignedCalls(tokens, network, profile)
        self._base_url = base_url
        self._api_version = api_version
        self._accepts = accepts or AcceptMemory()

    async def exchange(
        self,
        form: FormRef,
        step: Step,
        job_id: str,
        file: UploadFile | None,
        sent_at: datetime,
        slot: Slot | None = None,
    ) -> tuple[Exchange, ZcbulkError | None]:
        """Makes a step; returns what came of it, and why that is no answer of Zoho's.

        Args:
            form: The form.
            step: What to do.
            job_id: The id of its job; empty for a create and the fields.
            file: What is uploaded; None for other calls.
            sent_at: When the step was written down; aware.
            slot: Opens the context that each call is made in.

        Raises:
            UsageError: The form's server must not get the token, or the id of the job is none;
                nothing was sent.
        """
        origin = self._origin(form.origin)
        if step.act not in (Act.FIELDS, Act.CREATE):
            read_id(job_id)
        try:
            answer, seen = await self._made(origin, form, step, job_id, file, slot)
        except ZcbulkError as error:
            return _without_success(form, step, sent_at, error)
        return _exchange(form, step, sent_at, answer, seen), None

    async def _made(
        self,
        origin: str,
        form: FormRef,
        step: Step,
        job_id: str,
        file: UploadFile | None,
        slot: Slot | None,
    ) -> tuple[Answer, Seen]:
        if step.act is Act.RESULT:
            return await self._result(origin, form, step, job_id, slot)
        operation, method = _OPERATIONS[step.act]
        request, content = operation.value, None
        headers: tuple[tuple[str, str], ...] = ()
        if step.act in (Act.START, Act.ABORT):
            variant, action = variant_of(step.detail), Action(step.act.value)
            method, request = variant.method, variant.request(action)
            headers = (("Content-Type", "application/json"),)
            content = json.dumps(variant.body(action)).encode()
        url = origin + self._path(form, step, job_id)
        to_send = Call(operation, method, url, form.environment, headers, content)
        return await self._send(step, to_send, slot, request, file)

    def _path(self, form: FormRef, step: Step, job_id: str) -> str:
        match step.act:
            case Act.FIELDS:
                return fields_path(form, self._api_version)
            case Act.CREATE:
                return create_path(form, self._api_version)
            case Act.UPLOAD:
                return upload_path(form.job(job_id), self._api_version)
            case _:
                return job_path(form.job(job_id), self._api_version)

    async def _send(
        self, step: Step, to_send: Call, slot: Slot | None, request: str, file: UploadFile | None
    ) -> tuple[Answer, Seen]:
        async def send(call: OpenCall, token: SecretStr) -> tuple[Answer, Seen]:
            if file is None:
                way = self._calls.change if step.act.changes else self._calls.ask
                parsed = await way(call, token, to_send)
            else:
                call.nothing_sent = True
                async with open_upload(file, lambda _: None) as body:
                    parsed = await self._calls.change(call, token, replace(to_send, body=body))
            seen = _shown_by(parsed, step.act)
            call(parsed.answer)
            return parsed.answer, seen

        return await self._calls.make(slot, request, send)

    async def _result(
        self, origin: str, form: FormRef, step: Step, job_id: str, slot: Slot | None
    ) -> tuple[Answer, Seen]:
        first = self._accepts.recall(origin)
        try:
            return await self._fetch(origin, form, step, job_id, first, slot)
        except RefusedError as refusal:
            if not is_refused(refusal):
                raise
        self._accepts.save(origin, other(first))
        return await self._fetch(origin, form, step, job_id, other(first), slot)

    async def _fetch(
        self, origin: str, form: FormRef, step: Step, job_id: str, accept: str, slot: Slot | None
    ) -> tuple[Answer, Seen]:
        path = result_path(form.job(job_id), ResultKind(step.detail), self._api_version)
        to_send = Call(
            Operation.RESULT, "GET", origin + path, form.environment, (("Accept", accept),)
        )

        async def fetch(call: OpenCall, token: SecretStr) -> tuple[Answer, Seen]:
            packed = bytearray()

            def write(data: bytes) -> None:
                packed.extend(data[: _LARGEST_ZIP - len(packed)])

            said = await self._calls.fetch(call, token, to_send, write)
            call(said)
            return said, {"zip": f"{len(packed)}", **_unpacked(bytes(packed))}

        return await self._calls.make(slot, to_send.operation.value, fetch)

    def _origin(self, origin: str) -> str:
        if self._base_url is not None:
            return self._base_url
        check_origin(origin)
        return origin


def variant_of(detail: str) -> Variant:
    """Returns the way of putting a start or an abort that a step names, as ``PATCH flat lower``.

    Raises:
        ValueError: It names none.
    """
    method, shape, case = detail.split()
    if method not in get_args(Method) or shape not in get_args(Shape):
        raise ValueError(f"No way of putting a start: {detail}")
    return Variant(method, shape, case == "capital")  # type: ignore[arg-type]  # just checked


def _exchange(form: FormRef, step: Step, sent_at: datetime, answer: Answer, seen: Seen) -> Exchange:
    return Exchange(
        step, sent_at, answer.http_status, answer.code, _words(form, answer.text), dict(seen)
    )


def _words(form: FormRef, text: str) -> str:
    return one_line(anonymous(text, (form.owner, form.app, form.form)), _LONGEST)


def _without_success(
    form: FormRef, step: Step, sent_at: datetime, error: ZcbulkError
) -> tuple[Exchange, ZcbulkError | None]:
    """What is known of a step that ended in an error, and that error where it is none of Zoho's."""
    if isinstance(error, UnclearError | UnreadableError):
        return Exchange(step, sent_at, text=_words(form, error.title)), error
    answer = error.answer
    seen = {}
    if isinstance(error, ServiceError) and error.retry_after is not None:
        seen["retry_after"] = f"{error.retry_after:.0f}"
    if answer is not None and _is_about_the_step(step, error, answer):
        if not answer.from_zoho and not isinstance(error, BetweenError):
            seen["from"] = "zoho"  # its words are those of the documents [UPLOAD]
        return _exchange(form, step, sent_at, answer, seen), None
    # Of this nothing came, and it would be so of any other call: the step may be made again.
    return (
        Exchange(
            step,
            sent_at,
            answer.http_status if answer else None,
            answer.code if answer else None,
            _words(form, (answer.text if answer else "") or error.title),
            seen,
            is_unsent=True,
        ),
        error,
    )


def _is_about_the_step(step: Step, error: ZcbulkError, answer: Answer) -> bool:
    """Whether a refusal answers what was asked; else it is about the moment, or who asks."""
    if step.act is Act.FIELDS:
        return False  # it is read to go on, not to find out how it is refused
    if isinstance(error, SignInError):
        return answer.code == _LACKS_SCOPE and step.act in (Act.START, Act.ABORT)
    if isinstance(error, BetweenError) and not isinstance(error, BetweenVariantError):
        return answer.http_status == _TOO_LARGE
    return not isinstance(error, BusyError | QuotaSpentError | DataError)


def _shown_by(parsed: wire.ParsedAnswer, act: Act) -> Seen:
    """What the answer of a success shows.

    Raises:
        UnclearError: A job was created whose id is not in it.
        UnreadableError: It is no list of fields.
    """
    match act:
        case Act.CREATE:
            try:
                return {"job_id": parsed.created().job_id}
            except UnreadableError as error:
                raise UnclearError(
                    "Zoho confirmed a new job without its id", error.cause, answer=parsed.answer
                ) from error
        case Act.STATUS:
            return _shown_by_status(parsed)
        case Act.FIELDS:
            return {"fields": json.dumps([it.as_object() for it in wire_meta.fields(parsed)])}
    return {}


def _shown_by_status(parsed: wire.ParsedAnswer) -> Seen:
    holder = _object(parsed.value, "data")
    inside, beside = _object(holder, "record_details"), _object(parsed.value, "record_details")
    seen = {"details": "inside" if inside else "beside" if beside else "none"}
    if isinstance(state := holder.get("api_status"), str):
        seen["api_status"] = parsed.line(state, 40)
    for name in _COUNTS:
        if isinstance(count := (inside or beside).get(f"{name}_records"), int | str):
            seen[name] = one_line(str(count), 20)
    return seen


def _object(value: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = value.get(key)
    return found if isinstance(found, dict) else {}


def _unpacked(packed: bytes) -> Seen:
    """Columns and rows of the CSV in a result; nothing where that cannot be read."""
    try:
        with zipfile.ZipFile(io.BytesIO(packed)) as archive:
            (member,) = archive.infolist()
            with archive.open(member) as file:
                content = file.read(_LARGEST_CSV)
        if len(content) == _LARGEST_CSV:
            content = content[: content.rfind(b"\n") + 1]
        text, encoding = _decoded(content)
        delimiter = _delimiter(text)
        columns, *rows = list(_read(text, delimiter)) or [[]]
    except _CANNOT_BE_READ:
        return {}
    kept, length = [], 0
    for row in filter(None, rows):
        cells = _cells(row)
        length += len(json.dumps(cells)) + 2
        if length > _LONGEST_ROWS:
            break
        kept.append(cells)
    return {
        "columns": json.dumps(_cells(columns)),
        "rows": json.dumps(kept),
        "encoding": encoding,
        "delimiter": delimiter,
    }


def _decoded(content: bytes) -> tuple[str, str]:
    """Returns the text of a result, and its encoding, ``ascii`` where that makes no difference."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content.decode("utf-16"), "utf-16"
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace"), "windows-1252"
    return text, "ascii" if text.isascii() else "utf-8"


def _delimiter(text: str) -> str:
    """Returns what parts the columns of a header; a comma where nothing does."""
    found = (it for it in _DELIMITERS if len(next(_read(text, it), ())) > 1)
    return next(found, _DELIMITERS[0])


def _read(text: str, delimiter: str) -> Iterator[list[str]]:
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)


def _cells(row: Iterable[str]) -> list[str]:
    return [one_line(cell, _LONGEST_CELL) for cell in row]
