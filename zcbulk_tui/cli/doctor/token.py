"""The doctor on what a token is needed for: the token itself, and the status of one job."""

from datetime import UTC, datetime

from pydantic import ValidationError

from zcbulk_tui.cli import event_loop
from zcbulk_tui.cli.client import open_client
from zcbulk_tui.cli.context import command_context
from zcbulk_tui.cli.doctor import sign_in
from zcbulk_tui.cli.doctor.findings import Finding, Grade, failure
from zcbulk_tui.cli.job_names import in_words, named_jobs
from zcbulk_tui.cli.state import sign_in_files
from zcbulk_tui.config.settings import Settings
from zcbulk_tui.creator.client import CreatorClient
from zcbulk_tui.creator.credentials import CachedToken
from zcbulk_tui.domain.commands import command
from zcbulk_tui.domain.job import JobReading
from zcbulk_tui.errors import ZcbulkError
from zcbulk_tui.monitor.once import read_all
from zcbulk_tui.render import words
from zcbulk_tui.render.figures import percent

_SUBJECT = "token"


def check(settings: Settings, job: str | None) -> list[Finding]:
    """Gets a token, which costs no call, and with it the status of a job if one is named."""
    try:
        has_sign_in = sign_in.kept(settings) is not None
    except ZcbulkError:
        return []  # It has a line of its own.
    return event_loop.run(_check(settings, job, has_sign_in))


async def _check(settings: Settings, job: str | None, has_sign_in: bool) -> list[Finding]:
    try:
        async with open_client(settings) as client:
            await client.sign_in()
            token = Finding(_SUBJECT, Grade.PASS, _known_of_token(settings, has_sign_in))
            return [token, await _status(settings, client, job)]
    except ZcbulkError as error:
        return [failure(_SUBJECT, error)]


def _known_of_token(settings: Settings, has_sign_in: bool) -> str:
    if not has_sign_in:
        return "There is one; only a call shows whether Zoho accepts it."
    ends_at = _end_of_token(settings)
    if ends_at is None:
        return "There is one."
    return f"Valid for {(ends_at - datetime.now(UTC)).total_seconds() // 60:.0f}m."


def _end_of_token(settings: Settings) -> datetime | None:
    """When the token ends that the sign-in has brought; None where it could not be kept."""
    token = sign_in_files(settings).token()
    try:
        return CachedToken.model_validate_json(token.get_secret_value()).ends_at if token else None
    except ValidationError:
        return None


async def _status(settings: Settings, client: CreatorClient, job: str | None) -> Finding:
    subject = "status"
    if job is None:
        asks = command("doctor JOB", settings.profile)
        said = f"Not asked: {asks} asks for that of one job, which costs 1 call."
        return Finding(subject, Grade.PASS, said)
    try:
        jobs = named_jobs([job], settings)
        with command_context(settings) as (context, quota):
            (result,) = await read_all(client, jobs, quota, context, _now, fresh=True)
    except ZcbulkError as error:
        return failure(subject, error)
    if not isinstance(result, JobReading):
        return failure(subject, result)
    share = percent(result.counts.share_done)
    said = f"{in_words(jobs[0])}: {words.state(result).text}, {share} %; it cost 1 call."
    return Finding(subject, Grade.PASS, said)


def _now() -> datetime:
    return datetime.now(UTC)
