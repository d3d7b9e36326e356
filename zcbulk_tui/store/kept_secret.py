"""Secrets of a profile that outlive a command: in the system's keyring, or in private files.

A file says where the secret is, and holds it itself where there is no keyring. It is replaced as a
whole, after the keyring has its part: whoever is killed on the way leaves either the old secret or
the new one.
"""

import importlib.util
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from zcbulk_tui import user_files
from zcbulk_tui.domain.commands import naming
from zcbulk_tui.errors import ConfigError
from zcbulk_tui.store import files, system_keyring

if TYPE_CHECKING:
    from pydantic import SecretStr

Where = Literal["auto", "keyring", "file"]
"""Where new secrets go; ``auto`` is the keyring if it can be used, else the file."""


class PrivateFolder:
    """Files that only this user may read, in a folder that is made when one of them is written.

    Only one process writes there at a time.

    Args:
        path: The folder, which has the name of its profile.
        again: The command that writes its files anew.
    """

    def __init__(self, path: Path, again: str) -> None:
        self.path = path
        self.again = again

    def read(self, name: str) -> "SecretStr | None":
        """Returns what a file holds; None where there is none.

        Raises:
            ConfigError: It cannot be read, or others could read it too.
        """
        from pydantic import SecretStr  # takes a moment, which the first frame does not have

        path = self.path / name
        for part in (self.path, path):
            self._check(part)
        try:
            return SecretStr(user_files.read_text(path))
        except FileNotFoundError:
            return None
        except (OSError, user_files.BadFileError) as error:
            problem = f"{error}."
        # Outside, so that no traceback leads to what was read.
        raise ConfigError(f"{path} cannot be read", problem, f"Write: {self.again}")

    def write(self, name: str, content: "str | SecretStr") -> None:
        """Replaces what a file holds.

        Raises:
            ConfigError: It cannot be written; what it held before is still there.
        """
        self.prepare()
        self._tidy()
        files.replace(self.path / name, content)

    def remove(self, *names: str) -> None:
        """Removes files that are there.

        Raises:
            ConfigError: One of them cannot be removed.
        """
        self._tidy()
        try:
            for name in names:
                (self.path / name).unlink(missing_ok=True)
        except OSError as error:
            raise ConfigError(
                f"{error.filename} cannot be removed", f"{error}.", "Remove it by hand."
            ) from error

    def prepare(self) -> None:
        """Makes the folder where there is none.

        Raises:
            ConfigError: It cannot be made, or others may read it.
        """
        try:
            files.make_folder(self.path)
        except OSError as error:
            raise files.unwritable(self.path, error) from error
        self._check(self.path)

    def _check(self, path: Path) -> None:
        with naming(self.path.name):
            files.check_private(path)

    def _tidy(self) -> None:
        """Removes what a process left that was killed while it wrote."""
        for left in self.path.glob(".*"):
            with suppress(OSError):
                left.unlink()


class KeptSecret:
    """A secret of a profile.

    Args:
        folder: Has the file.
        name: That of the file.
        title: What is kept, as in ``The sign-in of “eu”``.
        user: The name that the keyring keeps it under.
        where: Where a new one goes.

    Attributes:
        notice: What the user should know of what was done last, as a sentence; empty for nothing.
    """

    def __init__(
        self, folder: PrivateFolder, name: str, title: str, user: str, where: Where = "auto"
    ) -> None:
        self._folder = folder
        self._name = name
        self._title = title
        self._user = user
        self._where = where
        self.notice = ""

    @property
    def exists(self) -> bool:
        """Whether there is one, as far as that shows without reading it.

        Raises:
            ConfigError: The folder cannot be read.
        """
        path = self._folder.path / self._name
        try:
            return path.exists()
        except OSError as error:
            raise files.unreadable(path, error) from error

    @property
    def place(self) -> str:
        """Where it is, as the user knows it."""
        file = str(self._folder.path / self._name)
        return "the system's keyring" if self._is_in_keyring() else file

    def read(self) -> "SecretStr | None":
        """Returns it; None for none.

        Raises:
            ConfigError: It cannot be read, or others could read it too.
        """
        record = self._folder.read(self._name)
        if record is None or not _points_to_keyring(record):
            return record
        secret, problem = system_keyring.read(self._user)
        if secret is not None:
            return secret
        raise ConfigError(
            f"{self._title} is in the system's keyring, which cannot give it",
            problem,
            f'Unlock the keyring, or set secrets = "file" and write: {self._folder.again}',
        )

    def write(self, secret: "SecretStr") -> None:
        """Keeps it instead of the one before.

        Raises:
            ConfigError: It cannot be kept; the one before is still there.
        """
        in_keyring = self._where != "file" and self._keep_in_keyring(secret)
        was_in_keyring = self._is_in_keyring()
        # From here on this file counts: what a keyring still takes of it later is never read.
        self._folder.write(self._name, _POINTER if in_keyring else secret)
        if was_in_keyring and not in_keyring:
            self._remove_from_keyring()

    def remove(self, *others: str) -> None:
        """Removes it, with other files of its folder.

        Raises:
            ConfigError: It cannot be removed.
        """
        was_in_keyring = self._is_in_keyring()
        self._folder.remove(self._name, *others)
        # One that did not answer once may have taken it all the same.
        if was_in_keyring or importlib.util.find_spec("keyring"):
            self._remove_from_keyring(was_there=was_in_keyring)

    def _is_in_keyring(self) -> bool:
        with suppress(ConfigError):
            record = self._folder.read(self._name)
            return record is not None and _points_to_keyring(record)
        return False

    def _keep_in_keyring(self, secret: "SecretStr") -> bool:
        """Whether the keyring has taken it; the answer is no only for ``auto``."""
        problem = system_keyring.write(self._user, secret)
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
        problem = system_keyring.remove(self._user)
        if problem and (was_there or problem == system_keyring.NO_ANSWER):
            left = f"The system's keyring may still have this: {self._title}"
            self.notice = f"{self.notice} {left}. {problem}".strip()


_POINTER = '{"kept_in": "keyring"}'


def _points_to_keyring(record: "SecretStr") -> bool:
    return record.get_secret_value().strip() == _POINTER
