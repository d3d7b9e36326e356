"""What a sign-in leaves behind: in the system's keyring, or in files that only this user may read.

A file says where the credentials are, and holds them itself where there is no keyring. It is
replaced as a whole, after the keyring has its part: whoever is killed on the way leaves either the
old credentials or the new ones.
"""

import asyncio
import fcntl
import importlib.util
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from zcbulk_tui import user_files
from zcbulk_tui.domain.commands import login
from zcbulk_tui.errors import ConfigError, ServiceError
from zcbulk_tui.store import files, system_keyring

if TYPE_CHECKING:
    from pydantic import SecretStr

FOLDER_NAME = "sign-in"

Where = Literal["auto", "keyring", "file"]

_PATIENCE = 90.0
"""Seconds to wait for another process: longer than a request may take."""

_LOOK = 0.05
"""Seconds between two looks whether another process is done."""


class SignInFiles:
    """The sign-in of one profile.

    Args:
        folder: Where each profile has a folder, which is made when something is kept.
        profile: Whose.
        where: Where new credentials go; ``auto`` is the keyring if it can be used, else the file.

    Attributes:
        notice: What the user should know of what was done last, as a sentence; empty for nothing.
    """

    def __init__(self, folder: Path, profile: str, where: Where = "auto") -> None:
        self._profile = profile
        self._where = where
        self._folder = folder / profile
        self._credentials = self._folder / "credentials.json"
        self._token = self._folder / "token.json"
        self._lock = self._folder / "lock"
        self.notice = ""

    @property
    def exists(self) -> bool:
        """Whether there are credentials, as far as that shows without reading them.

        Raises:
            ConfigError: The folder cannot be read.
        """
        try:
            return self._credentials.exists()
        except OSError as error:
            raise files.unreadable(self._credentials, error) from error

    @property
    def place(self) -> str:
        """Where the credentials are, as the user knows it."""
        return "the system's keyring" if self._is_in_keyring() else str(self._credentials)

    def credentials(self) -> "SecretStr | None":
        """Returns the credentials; None for none.

        Raises:
            ConfigError: They cannot be read, or others could read them too.
        """
        record = self._read(self._credentials)
        if record is None:
            return None
        if _points_to_keyring(record):
            return system_keyring.read(self._profile)
        return record

    def save(self, credentials: "SecretStr") -> None:
        """Keeps the credentials instead of those before.

        Raises:
            ConfigError: They cannot be kept; those before are still there.
        """
        in_keyring = self._where != "file" and self._keep_in_keyring(credentials)
        was_in_keyring = self._is_in_keyring()
        # From here on this file counts: what a keyring still takes of it later is never read.
        self._write(self._credentials, _POINTER if in_keyring else credentials)
        if was_in_keyring and not in_keyring:
            self._remove_from_keyring()

    def forget(self) -> None:
        """Removes credentials and token.

        Raises:
            ConfigError: They cannot be removed.
        """
        was_in_keyring = self._is_in_keyring()
        self._tidy()
        try:
            for path in (self._credentials, self._token):
                path.unlink(missing_ok=True)
        except OSError as error:
            raise ConfigError(
                f"{error.filename} cannot be removed", f"{error}.", "Remove it by hand."
            ) from error
        # One that did not answer once may have taken credentials all the same.
        if was_in_keyring or importlib.util.find_spec("keyring"):
            self._remove_from_keyring(was_there=was_in_keyring)

    def token(self) -> "SecretStr | None":
        """Returns the access token that was kept last; None for none that can be used."""
        with suppress(ConfigError):
            return self._read(self._token)
        return None

    def save_token(self, token: "SecretStr") -> None:
        """Keeps the access token.

        Raises:
            ConfigError: It cannot be kept.
        """
        self._write(self._token, token)

    @asynccontextmanager
    async def lock(self) -> AsyncIterator[None]:
        """Keeps all other processes from what is done in the context; death ends it too.

        Raises:
            ConfigError: There can be no lock, for want of a folder to write to.
            ServiceError: Another process holds it for too long.
        """
        self._prepare()
        try:
            descriptor = os.open(self._lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise files.unwritable(self._lock, error) from error
        try:
            await _locked(descriptor, self._lock)
            yield
        finally:
            os.close(descriptor)

    def _read(self, path: Path) -> "SecretStr | None":
        from pydantic import SecretStr

        for part in (self._folder, path):
            files.check_private(part)
        try:
            return SecretStr(user_files.read_text(path))
        except FileNotFoundError:
            return None
        except (OSError, user_files.BadFileError) as error:
            problem = f"{error}."
        # Outside, so that no traceback leads to what was read.
        raise ConfigError(
            f"{path} cannot be read", problem, f"Sign in again: {login(self._profile)}"
        )

    def _write(self, path: Path, content: "str | SecretStr") -> None:
        self._prepare()
        self._tidy()
        files.replace(path, content)

    def _tidy(self) -> None:
        """Removes what a process left that was killed while it wrote: only one writes at a time."""
        for left in self._folder.glob(".*"):
            with suppress(OSError):
                left.unlink()

    def _prepare(self) -> None:
        try:
            files.make_folder(self._folder)
        except OSError as error:
            raise files.unwritable(self._folder, error) from error
        files.check_private(self._folder)

    def _is_in_keyring(self) -> bool:
        with suppress(ConfigError):
            record = self._read(self._credentials)
            return record is not None and _points_to_keyring(record)
        return False

    def _keep_in_keyring(self, credentials: "SecretStr") -> bool:
        """Whether the keyring has taken the credentials; the answer is no only for ``auto``."""
        problem = system_keyring.write(self._profile, credentials)
        if problem and self._where == "keyring":
            raise ConfigError(
                "The system's keyring cannot be used",
                problem,
                'Set secrets = "file", or repair the keyring.',
            )
        if problem == system_keyring.NO_ANSWER:
            self.notice = f"The system's keyring cannot be used, so a file is. {problem}"
        return not problem

    def _remove_from_keyring(self, *, was_there: bool = True) -> None:
        problem = system_keyring.remove(self._profile)
        if problem and (was_there or problem == system_keyring.NO_ANSWER):
            left = "The system's keyring may still have a sign-in of this profile"
            self.notice = f"{self.notice} {left}. {problem}".strip()


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


_POINTER = '{"kept_in": "keyring"}'


def _points_to_keyring(record: "SecretStr") -> bool:
    return record.get_secret_value().strip() == _POINTER


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
