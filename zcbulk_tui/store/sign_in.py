"""What a sign-in leaves behind, and the lock for those that change it.

The credentials are kept as every secret of a profile is; the access token, which ends within the
hour, stands in a file beside them.
"""

import asyncio
import fcntl
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from zcbulk_tui.domain.commands import login
from zcbulk_tui.errors import ConfigError, ServiceError
from zcbulk_tui.store import files
from zcbulk_tui.store.kept_secret import KeptSecret, PrivateFolder, Where

if TYPE_CHECKING:
    from pydantic import SecretStr

FOLDER_NAME = "sign-in"

_TOKEN = "token.json"  # noqa: S105 - a file's name

_PATIENCE = 90.0
"""Seconds to wait for another process: longer than a request may take."""

_LOOK = 0.05
"""Seconds between two looks whether another process is done."""


class SignInFiles:
    """The sign-in of one profile.

    Args:
        folder: Where each profile has a folder, which is made when something is kept.
        profile: Whose.
        where: Where new credentials go.
    """

    def __init__(self, folder: Path, profile: str, where: Where = "auto") -> None:
        self._folder = PrivateFolder(folder / profile, login(profile))
        title = f"The sign-in of “{profile}”"
        self._kept = KeptSecret(self._folder, "credentials.json", title, profile, where)
        self._lock = folder / profile / "lock"

    @property
    def notice(self) -> str:
        """What the user should know of what was done last, as a sentence; empty for nothing."""
        return self._kept.notice

    @property
    def exists(self) -> bool:
        """Whether there are credentials, as far as that shows without reading them.

        Raises:
            ConfigError: The folder cannot be read.
        """
        return self._kept.exists

    @property
    def place(self) -> str:
        """Where the credentials are, as the user knows it."""
        return self._kept.place

    def credentials(self) -> "SecretStr | None":
        """Returns the credentials; None for none.

        Raises:
            ConfigError: They cannot be read, or others could read them too.
        """
        return self._kept.read()

    def save(self, credentials: "SecretStr") -> None:
        """Keeps the credentials instead of those before.

        Raises:
            ConfigError: They cannot be kept; those before are still there.
        """
        self._kept.write(credentials)

    def forget(self) -> None:
        """Removes credentials and token.

        Raises:
            ConfigError: They cannot be removed.
        """
        self._kept.remove(_TOKEN)

    def token(self) -> "SecretStr | None":
        """Returns the access token that was kept last; None for none that can be used."""
        with suppress(ConfigError):
            return self._folder.read(_TOKEN)
        return None

    def save_token(self, token: "SecretStr") -> None:
        """Keeps the access token.

        Raises:
            ConfigError: It cannot be kept.
        """
        self._folder.write(_TOKEN, token)

    @asynccontextmanager
    async def lock(self) -> AsyncIterator[None]:
        """Keeps all other processes from what is done in the context; death ends it too.

        Raises:
            ConfigError: There can be no lock, for want of a folder to write to.
            ServiceError: Another process holds it for too long.
        """
        self._folder.prepare()
        try:
            descriptor = os.open(self._lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise files.unwritable(self._lock, error) from error
        try:
            await _locked(descriptor, self._lock)
            yield
        finally:
            os.close(descriptor)


class MemorySignIn:
    """A sign-in that ends with the process: for the demo."""

    def __init__(self) -> None:
        self._credentials: SecretStr | None = None
        self._token: SecretStr | None = None

    @property
    def exists(self) -> bool:
        """Whether there are credentials."""
        return self._credentials is not None

    def credentials(self) -> "SecretStr | None":
        """Returns the credentials; None for none."""
        return self._credentials

    def save(self, credentials: "SecretStr") -> None:
        """Keeps the credentials instead of those before."""
        self._credentials = credentials

    def forget(self) -> None:
        """Removes credentials and token."""
        self._credentials = self._token = None

    def token(self) -> "SecretStr | None":
        """Returns the access token that was kept last; None for none."""
        return self._token

    def save_token(self, token: "SecretStr") -> None:
        """Keeps the access token."""
        self._token = token

    @asynccontextmanager
    async def lock(self) -> AsyncIterator[None]:
        """Lets through at once: no other process has a share in this."""
        yield


async def _locked(descriptor: int, lock: Path) -> None:
    waited = 0.0
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if waited > _PATIENCE:
                raise ServiceError(
                    "Another zcbulk-tui is signing in, and does not come to an end",
                    next_step="Look for one that is suspended or hangs, and end it.",
                ) from None
            await asyncio.sleep(_LOOK)
            waited += _LOOK
        except OSError as error:
            raise files.unlockable(lock, error) from error
        else:
            return
