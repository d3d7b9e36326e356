"""A webhook: each alert as the body of a POST, sent again while its service fails.

The secret goes as ``Authorization: Bearer``, which most services that take alerts know, and which
proxies and logs leave out by habit, as they do with no header of our own naming. The key of
idempotency is the same for each try of an alert, so that a service that knows the header takes an
alert once whose first answer was lost.
"""

import asyncio
import hashlib
import random
import time
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from pydantic import SecretStr

from zcbulk_tui.channels.payload import alert_json
from zcbulk_tui.creator.between import words
from zcbulk_tui.creator.network import Network, retry_after
from zcbulk_tui.domain import backoff
from zcbulk_tui.domain.alerts import Alert
from zcbulk_tui.domain.commands import command
from zcbulk_tui.errors import AlertNotSentError, ServiceError, ZcbulkError

PATIENCE = 600.0
"""Seconds after which an alert is not sent again."""

_FAILS = frozenset({408, 425, 429})
"""HTTP statuses below 500 that say no for a while (RFC 9110, RFC 8470, RFC 6585)."""

_NO_LEAVE = frozenset({401, 403})


class WebhookChannel:
    """Sends alerts to a URL.

    Args:
        network: Carries them.
        url: Where they go; its path and query may be secret.
        secret: Returns what the service knows us by; None for nothing. It may take a moment, and is
            called in a thread.
        patience: Seconds after which an alert is not sent again; 0 for one try.
        wait: Waits so many seconds.
        clock: The seconds that have passed since some moment.
    """

    name = "webhook"

    def __init__(
        self,
        network: Network,
        url: str,
        secret: Callable[[], SecretStr | None],
        *,
        patience: float = PATIENCE,
        wait: Callable[[float], Awaitable[object]] = asyncio.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        parts = urlsplit(url)
        self._network = network
        self._url = SecretStr(url)
        self._private_part = SecretStr(f"{parts.path}{'?' if parts.query else ''}{parts.query}")
        self._host = f"{parts.scheme}://{parts.netloc}"
        self._secret = secret
        self._patience = patience
        self._wait = wait
        self._clock = clock

    async def send(self, alert: Alert) -> None:
        """Sends an alert; again where the service fails, asks to wait, or cannot be reached.

        Raises:
            ConfigError: The secret cannot be read.
            AlertNotSentError: The service refused it, or did not take it in all that time.
        """
        secret = await asyncio.to_thread(self._secret)
        begun, tries = self._clock(), 0
        while True:
            tries += 1
            failure = await self._try(alert, secret)
            if failure is None:
                return
            if not isinstance(failure, ServiceError):
                raise failure
            pause = backoff.delay(tries, random.random(), failure.retry_after)  # noqa: S311 - jitter
            if self._clock() + pause > begun + self._patience:
                break
            await self._wait(pause)
        raise _given_up(failure, tries, self._clock() - begun, alert.profile)

    async def _try(self, alert: Alert, secret: SecretStr | None) -> ZcbulkError | None:
        """Sends an alert once; returns what went wrong, a `ServiceError` where it may pass."""
        body = alert_json(alert)
        headers = {
            "Content-Type": "application/json",
            "Idempotency-Key": hashlib.sha256(body).hexdigest()[:32],
        }
        if secret is not None:
            headers["Authorization"] = f"Bearer {secret.get_secret_value()}"
        secrets = [self._private_part] if secret is None else [self._private_part, secret]
        redaction = self._network.redaction(*secrets)
        try:
            request = self._network.request(
                "POST", self._url.get_secret_value(), headers=headers, content=body
            )
            response, answer = await self._network.send(
                request, redaction=redaction, takes_any_body=True
            )
        except ServiceError as error:
            return error
        said = words(answer, redaction.line)
        return self._failure(response.status_code, said, retry_after(response), alert.profile)

    def _failure(
        self, status: int, said: str, requested: float | None, profile: str
    ) -> ZcbulkError | None:
        """What an answer means; None for a success."""
        if 200 <= status < 300:
            return None
        title = f"{self._host} answered HTTP {status}"
        cause = f"It said: “{said}”." if said else ""
        if status >= 500 or status in _FAILS:
            return ServiceError(title, cause, retry_after=requested)
        if status < 400:
            return AlertNotSentError(
                f"{self._host} redirects elsewhere with HTTP {status}",
                "Redirects are not followed: they could take the secret along.",
                "Set alerts.webhook to where it leads.",
            )
        next_step = "Correct alerts.webhook"
        if status in _NO_LEAVE:
            next_step = f"Set the secret that it expects: {command('alerts secret set', profile)}"
        return AlertNotSentError(title, cause, f"{next_step}{_then_test(profile)}")


def _then_test(profile: str) -> str:
    return f", then try it: {command('alerts test', profile)}"


def _given_up(failure: ServiceError, tries: int, seconds: float, profile: str) -> ZcbulkError:
    """What to say at the end of all patience, by the last failure."""
    times = f"It was tried {tries} times in {seconds / 60:.0f} minutes." if tries > 1 else ""
    cause = " ".join(part for part in (failure.cause, times) if part)
    next_step = failure.next_step or f"Check the service{_then_test(profile)}"
    return AlertNotSentError(failure.title, cause, next_step)
