"""The API client: create, upload, status, start, abort, results, and the Meta API's lists.

Every call returns its result or raises an error of the tree. One that certainly did nothing may be
made again here: once where the access token was refused (code 1030), and a start, an abort or a
result in each further way of putting it. Whether anything else is worth another call, the monitor
decides.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import TypeVar
from urllib.parse import urlsplit

from pydantic import SecretStr

from zcbulk_tui.creator import scopes, wire, wire_meta
from zcbulk_tui.creator.accepts import AcceptMemory, is_refused, other
from zcbulk_tui.creator.control import (
    Variant,
    VariantMemory,
    candidates,
    follow,
    known_way,
    seen_in,
)
from zcbulk_tui.creator.download_body import Write
from zcbulk_tui.creator.faults import leave_out_update
from zcbulk_tui.creator.network import Network
from zcbulk_tui.creator.operations import Operation
from zcbulk_tui.creator.signed_calls import Call, SignedCalls, not_sent_again
from zcbulk_tui.creator.tokens import TokenSource
from zcbulk_tui.creator.upload_body import Progress, open_upload
from zcbulk_tui.domain import datacenters
from zcbulk_tui.domain.address import (
    applications_path,
    check_origin,
    create_path,
    fields_path,
    forms_path,
    job_path,
    report_path,
    result_path,
    upload_path,
)
from zcbulk_tui.domain.call_limits import OpenCall, Slot
from zcbulk_tui.domain.commands import DEFAULT_PROFILE
from zcbulk_tui.domain.contract import UNKNOWN, Contract, Finding, Question
from zcbulk_tui.domain.form import FormFields, FormRef, NamedLink
from zcbulk_tui.domain.job import Action, Environment, JobReading, JobRef
from zcbulk_tui.domain.observations import of_reading, state_meanings
from zcbulk_tui.domain.result import ResultKind
from zcbulk_tui.domain.upload import CreatedJob, UploadFile
from zcbulk_tui.errors import (
    Answer,
    BetweenVariantError,
    BusyError,
    QuotaSpentError,
    RefusedError,
    ResultGoneError,
    ResultNotReadyError,
    SignInError,
    UnclearError,
    UnreachableError,
    UnreadableError,
    VariantRefusedError,
)

_NO_FORMS = 3910
"""Creator's code for an empty list, with HTTP 200 [OAS]."""


_Result = TypeVar("_Result")

Observe = Callable[[str, Finding], None]
"""Takes what an answer of an origin shows of the contract; returns at once."""


class CreatorClient:
    """Creator's bulk insert API for one sign-in.

    Args:
        tokens: Source of the access token.
        network: Carries the calls.
        profile: Whose sign-in it is.
        base_url: Replaces the origin of every job; None for each job's own data centre.
        api_version: ``v2.1`` [STATUS] or ``v2`` [OAS].
        report: Link name of a report of the jobs' form, whose URL takes start and abort where no
            other way does; None to leave that way out.
        memory: Remembers which form of start and abort the server accepts.
        accepts: Remembers which Accept header it accepts for results.
        contract: Returns what is known of the server of an origin.
        observe: Takes what answers show of that in passing.
        now: Returns the current time; aware.
    """

    def __init__(
        self,
        tokens: TokenSource,
        network: Network,
        *,
        profile: str = DEFAULT_PROFILE,
        base_url: str | None = None,
        api_version: str = "v2.1",
        report: str | None = None,
        memory: VariantMemory | None = None,
        accepts: AcceptMemory | None = None,
        contract: Callable[[str], Contract] = lambda _: UNKNOWN,
        observe: Observe = lambda _, _finding: None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._calls = SignedCalls(tokens, network, profile)
        self._base_url = base_url
        self._api_version = api_version
        self._report = report
        self._memory = memory or VariantMemory()
        self._accepts = accepts or AcceptMemory()
        self._contract = contract
        self._observe = observe
        self._now = now

    async def sign_in(self) -> None:
        """Obtains an access token, which costs no call.

        Raises:
            ZcbulkError: No access token can be obtained now.
        """
        await self._calls.token()

    async def status(self, ref: JobRef, slot: Slot | None = None) -> JobReading:
        """Returns the status of a job: one call, and a second one if the token is refused.

        Args:
            ref: The job.
            slot: Opens the context that each call is made in.

        Raises:
            UsageError: The job's server must not get the token; nothing was sent.
            ZcbulkError: Anything but a readable success.
        """
        origin = self._origin(ref.origin)
        url = origin + job_path(ref, self._api_version)
        to_send = Call(Operation.STATUS, "GET", url, ref.environment)
        known = self._contract(origin)

        async def read(call: OpenCall, token: SecretStr) -> JobReading:
            parsed = await self._calls.ask(call, token, to_send)
            reading = parsed.reading(self._now(), state_meanings(known))
            call(reading.answer)
            for finding in of_reading(known, reading, parsed.counts_place):
                self._observe(origin, finding)
            return reading

        return await self._make(origin, slot, to_send.operation.value, read)

    async def control(self, ref: JobRef, action: Action, slot: Slot | None = None) -> Answer:
        """Starts or aborts a job: one call, and one more for each way of putting it refused.

        Args:
            ref: The job.
            action: Start or abort.
            slot: Opens the context that each call is made in.

        Returns:
            What the server said.

        Raises:
            UnclearError: Whether it was carried out is not known; nothing was sent after it.
            ZcbulkError: It was not carried out.
        """
        origin = self._origin(ref.origin)
        await self.sign_in()
        with_report = self._report_url(ref) is not None
        known = known_way(self._contract(origin))
        first = self._memory.recall(origin, known)
        remaining = candidates(first, known, with_report=with_report)
        while True:
            variant = remaining[0]
            try:
                said = await self._command(ref, action, variant, slot)
            except (VariantRefusedError, BetweenVariantError) as refusal:
                remaining = follow(remaining, variant, refusal)
                if not remaining:
                    raise
            except UnreachableError as error:
                if variant is first:
                    raise
                raise not_sent_again(error) from None
            else:
                self._memory.save(origin, variant)
                if known is not None and known not in remaining and not variant.report:
                    # The known way was refused: that another one is taken is no mere choice.
                    self._observe_all(origin, seen_in(variant))
                return said

    async def create(self, form: FormRef, slot: Slot | None = None) -> CreatedJob:
        """Creates a job: one call, and a second one if the token is refused [CREATE].

        Args:
            form: Where the job inserts.
            slot: Opens the context that each call is made in.

        Raises:
            UsageError: The form's server must not get the token; nothing was sent.
            UnclearError: A job may exist, whose id nobody knows.
            ZcbulkError: No job was created.
        """
        origin = self._origin(form.origin)
        url = origin + create_path(form, self._api_version)
        to_send = Call(Operation.CREATE, "POST", url, form.environment)

        async def send(call: OpenCall, token: SecretStr) -> CreatedJob:
            try:
                parsed = await self._calls.change(call, token, to_send)
                created = _created(parsed)
            except UnclearError as error:
                raise _with_words(
                    error,
                    "If Zoho created a job, its id is lost, and the form may be busy for up to "
                    "3 hours.",
                    "No job is created again by itself. Later, create one yourself: Zoho refuses "
                    "it while the form is busy.",
                ) from error
            call(created.answer)
            return created

        return await self._make(origin, slot, to_send.operation.value, send)

    async def upload(
        self,
        ref: JobRef,
        file: UploadFile,
        slot: Slot | None = None,
        on_progress: Progress = lambda _: None,
    ) -> Answer:
        """Uploads a job's file: one call, and a second one if the token is refused [UPLOAD].

        The file is read in pieces, and its end is sent only if all of it is what was checked. A
        cancelled upload has reached the server as a whole only if `on_progress` had all bytes.

        Args:
            ref: The job.
            file: What is sent.
            slot: Opens the context that each call is made in.
            on_progress: Takes the bytes of the file that were sent so far; see `Progress`.

        Returns:
            What the server said.

        Raises:
            UsageError: The job has no id, or its server must not get the token; nothing was sent.
            DataError: The file is not the one that was checked; its end was not sent.
            UnclearError: Whether the job has its file is not known.
            ZcbulkError: The job did not take it.
        """
        origin = self._origin(ref.origin)
        url = origin + upload_path(ref, self._api_version)
        async with open_upload(file, on_progress):
            pass  # what has changed already is no call

        async def send(call: OpenCall, token: SecretStr) -> Answer:
            call.nothing_sent = True
            async with open_upload(file, on_progress) as body:
                to_send = Call(Operation.UPLOAD, "POST", url, ref.environment, body=body)
                try:
                    said = (await self._calls.change(call, token, to_send)).answer
                    if not body.is_complete:
                        raise UnclearError(
                            "The answer came too early",
                            "It says success, and came before all of the file was sent.",
                            "If this goes on, check that the base URL is Zoho's, and the proxy.",
                            answer=said,
                        )
                except UnclearError as error:
                    raise _with_words(
                        error,
                        f"{body.sent:,} of {file.size:,} bytes were sent"
                        f"{'.' if body.is_complete else ', and not the end of the request.'}",
                        "Read the job's status before anything is repeated.",
                    ) from error
            call(said)
            return said

        return await self._make(origin, slot, Operation.UPLOAD.value, send)

    async def result(
        self, ref: JobRef, kind: ResultKind, write: Write, slot: Slot | None = None
    ) -> Answer:
        """Fetches a result: one call, and one more where the token or its Accept is refused [OAS].

        Its time has no limit as long as bytes come. What is no ZIP is not written, whatever its
        HTTP status.

        Args:
            ref: The job.
            kind: Which result.
            write: Takes the bytes of the ZIP, piece by piece; what it raises ends the call.
            slot: Opens the context that each call is made in.

        Returns:
            What the server said with the file.

        Raises:
            UsageError: The job's server must not get the token; nothing was sent.
            DataError: `write` raised it.
            ResultNotReadyError: It is still being made.
            ResultGoneError: There is no such file, or none any more.
            UnclearError: The file was cut off, or no answer came.
            ZcbulkError: There is no file.
        """
        origin = self._origin(ref.origin)
        first = self._accepts.recall(origin)
        try:
            return await self._fetch(ref, kind, first, write, slot)
        except RefusedError as refusal:
            if not is_refused(refusal):
                raise
        second = other(first)
        try:
            said = await self._fetch(ref, kind, second, write, slot)
        except UnreachableError as error:
            raise not_sent_again(error) from None
        except (ResultNotReadyError, ResultGoneError):
            self._accepts.save(origin, second)
            raise
        self._accepts.save(origin, second)
        return said

    async def fields(self, form: FormRef, slot: Slot | None = None) -> FormFields:
        """Returns a form's fields: one call, and a second one if the token is refused [FIELDS].

        Raises:
            UsageError: The form's server must not get the token; nothing was sent.
            ZcbulkError: Anything but a readable success.
        """
        origin = self._origin(form.origin)
        url = origin + fields_path(form, self._api_version)
        to_send = Call(Operation.FIELDS, "GET", url, form.environment)

        async def read(call: OpenCall, token: SecretStr) -> FormFields:
            parsed = await self._calls.ask(call, token, to_send)
            # A long list takes a second, which no key should wait for.
            listed = await asyncio.to_thread(wire_meta.fields, parsed)
            found = FormFields(listed, self._now())
            call(parsed.answer)
            return found

        return await self._make(origin, slot, to_send.operation.value, read)

    async def forms(
        self,
        origin: str,
        owner: str,
        app: str,
        environment: Environment = Environment.PRODUCTION,
        slot: Slot | None = None,
    ) -> tuple[NamedLink, ...]:
        """Returns the forms of an application that store records [FORMS]; calls as `fields`."""
        server = self._origin(origin)
        url = server + forms_path(owner, app, self._api_version)
        return await self._list(server, Call(Operation.FORMS, "GET", url, environment), slot)

    async def applications(self, origin: str, slot: Slot | None = None) -> tuple[NamedLink, ...]:
        """Returns all applications of the user [OAS]; calls as `fields`."""
        server = self._origin(origin)
        url = server + applications_path(self._api_version)
        return await self._list(server, Call(Operation.APPLICATIONS, "GET", url), slot)

    async def _list(self, origin: str, to_send: Call, slot: Slot | None) -> tuple[NamedLink, ...]:
        read_list = (
            wire_meta.forms if to_send.operation is Operation.FORMS else wire_meta.applications
        )

        async def read(call: OpenCall, token: SecretStr) -> tuple[NamedLink, ...]:
            try:
                parsed = await self._calls.ask(call, token, to_send)
                found, said = await asyncio.to_thread(read_list, parsed), parsed.answer
            except RefusedError as refusal:
                if refusal.answer is None or refusal.answer.code != _NO_FORMS:
                    raise
                found, said = (), refusal.answer
            call(said)
            return found

        return await self._make(origin, slot, to_send.operation.value, read)

    async def _fetch(
        self, ref: JobRef, kind: ResultKind, accept: str, write: Write, slot: Slot | None
    ) -> Answer:
        origin = self._origin(ref.origin)
        url = origin + result_path(ref, kind, self._api_version)
        headers = (("Accept", accept),)
        to_send = Call(Operation.RESULT, "GET", url, ref.environment, headers)

        async def fetch(call: OpenCall, token: SecretStr) -> Answer:
            said = await self._calls.fetch(call, token, to_send, write)
            call(said)
            return said

        return await self._make(origin, slot, to_send.operation.value, fetch)

    async def _command(
        self, ref: JobRef, action: Action, variant: Variant, slot: Slot | None
    ) -> Answer:
        origin = self._origin(ref.origin)
        url = self._report_url(ref) if variant.report else None
        to_send = Call(
            Operation.CONTROL,
            variant.method,
            url or origin + job_path(ref, self._api_version),
            ref.environment,
            (("Content-Type", "application/json"),),
            json.dumps(variant.body(action)).encode(),
        )

        async def send(call: OpenCall, token: SecretStr) -> Answer:
            said = (await self._calls.change(call, token, to_send)).answer
            call(said)
            return said

        return await self._make(origin, slot, variant.request(action), send)

    async def _make(
        self,
        origin: str,
        slot: Slot | None,
        request: str,
        make: Callable[[OpenCall, SecretStr], Awaitable[_Result]],
    ) -> _Result:
        """Makes a call of an origin, as `SignedCalls.make` does; notes the limits that it meets."""
        try:
            return await self._calls.make(slot, request, make)
        except BusyError as error:
            if error.answer is not None and error.answer.from_zoho:
                sent = "missing" if error.retry_after is None else "sent"
                self._observe_all(origin, [(Question.LIMITS, {"retry-after": sent})])
            raise
        except QuotaSpentError as error:
            if error.answer is not None and error.answer.from_zoho:
                code = "" if error.answer.code is None else f"/{error.answer.code}"
                how = f"{error.answer.http_status}{code}"
                self._observe_all(origin, [(Question.LIMITS, {"quota": how})])
            raise
        except SignInError as error:
            if scopes.is_update_unneeded(self._contract(origin)):
                leave_out_update(error)
            raise

    def _observe_all(self, origin: str, seen: Sequence[tuple[Question, Mapping[str, str]]]) -> None:
        for question, values in seen:
            self._observe(origin, Finding(question, values, self._now()))

    def _origin(self, origin: str) -> str:
        """Where the calls for a job or form go, wherever it came from itself.

        Raises:
            UsageError: That is no place for the token.
        """
        if self._base_url is not None:
            return self._base_url
        check_origin(origin)
        return origin

    def _report_url(self, ref: JobRef) -> str | None:
        """The URL of a job by its report [START]; None where there is none, or no host is known."""
        if self._report is None:
            return None
        center = datacenters.find(urlsplit(ref.origin).hostname or "")
        origin = self._base_url or (center and center.creator_url)
        return origin and origin + report_path(ref, self._report)


def _created(parsed: wire.ParsedAnswer) -> CreatedJob:
    try:
        return parsed.created()
    except UnreadableError as error:
        raise UnclearError(
            "Zoho confirmed a new job without its id",
            error.cause,
            answer=parsed.answer,
        ) from error


def _with_words(error: UnclearError, cause: str, next_step: str) -> UnclearError:
    """An error with what it means for this call."""
    return UnclearError(
        error.title,
        f"{error.cause} {cause}".strip(),
        f"{error.next_step} {next_step}".strip(),
        answer=error.answer,
        retry_after=error.retry_after,
    )
