"""The heartbeat as others see it: a URL that is called, or a file whose time is set."""

import asyncio
import os
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import SecretStr

from zcbulk_tui.creator.network import Network
from zcbulk_tui.domain.text import one_line
from zcbulk_tui.errors import ConfigError, ServiceError, UnreachableError, ZcbulkError

ANSWERED_WITHIN = 10.0
"""Seconds for an answer; the next heartbeat does not wait for it any longer."""

_MODE = 0o644
"""Of the file: whatever watches it may be another user."""


class UrlPing:
    """Calls a URL by GET; any answer of 2xx will do. It costs none of Zoho's calls.

    Args:
        network: Carries the call.
        url: May hold a secret: nothing shows more of it than its host.
    """

    def __init__(self, network: Network, url: SecretStr) -> None:
        self._network = network
        self._url = url
        self.host = one_line(urlsplit(url.get_secret_value()).netloc, 120)

    async def __call__(self) -> None:
        """Calls it.

        Raises:
            ServiceError: It gave no such answer.
        """
        try:
            async with asyncio.timeout(ANSWERED_WITHIN):
                status = await self._get()
        except TimeoutError:
            failure = self._failed(f"There was no answer within {ANSWERED_WITHIN:.0f} s")
        except ZcbulkError as error:
            failure = self._failed(error.title)
        else:
            if 200 <= status < 300:
                return
            failure = self._failed(f"The answer was HTTP {status}")
        # Outside, so that no traceback leads to the request.
        raise failure

    async def _get(self) -> int:
        url = self._url.get_secret_value()
        request = self._network.request("GET", url, headers={"Accept": "*/*"})
        redaction = self._network.redaction(*map(SecretStr, _parts(url)))
        response, _ = await self._network.send(request, redaction=redaction, takes_any_body=True)
        return response.status_code

    def _failed(self, why: str) -> ServiceError:
        return UnreachableError(
            f"The heartbeat did not reach {self.host}",
            f"{why}.",
            "Check [heartbeat] url and the network.",
        )


class FileTouch:
    """Sets the time of a file to now; makes the file where there is none, for all to read.

    The file is never missing for a moment once it is there.

    Args:
        path: The file; its folder must be there.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    async def __call__(self) -> None:
        """Sets it.

        Raises:
            ConfigError: It cannot be set.
        """
        # The folder may be another machine's, which may not answer.
        await asyncio.to_thread(self._touch)

    def _touch(self) -> None:
        try:
            with suppress(FileExistsError):
                made = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC)
                try:
                    os.fchmod(made, _MODE)
                finally:
                    os.close(made)
            os.utime(self._path)
        except OSError as error:
            raise ConfigError(
                f"The heartbeat's file {one_line(str(self._path))} cannot be written",
                f"{error.strerror}.",
                "Make its folder, or set [heartbeat] file to another one.",
            ) from error


def _parts(url: str) -> tuple[str, ...]:
    """What of a URL may be secret, as a whole and piece by piece."""
    split = urlsplit(url)
    pieces = (*split.path.split("/"), split.query, split.path)
    return tuple(dict.fromkeys(pieces))
