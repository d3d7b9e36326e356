"""Keyrings chosen by ``PYTHON_KEYRING_BACKEND``: one that works, and some that do not."""

# ruff: noqa: ARG002 - the base class dictates the arguments

import getpass
import json
import os
import sys
from pathlib import Path
from threading import Event
from typing import NoReturn, cast

import pytest
from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked, PasswordDeleteError

FILE = "ZCBULK_TEST_KEYRING"
"""Names the file that the keyrings keep passwords in."""

# The base class sorts by it; nothing here is chosen by its rank.
_RANK = 1.0


class FileKeyring(KeyringBackend):
    """Keeps passwords in a JSON file, replaced as a whole as a database would."""

    priority = _RANK

    def get_password(self, service: str, username: str) -> str | None:
        return passwords().get(f"{service}/{username}")

    def set_password(self, service: str, username: str, password: str) -> None:
        _keep(passwords() | {f"{service}/{username}": password})

    def delete_password(self, service: str, username: str) -> None:
        kept = passwords()
        if kept.pop(f"{service}/{username}", None) is None:
            raise PasswordDeleteError("no such password")
        _keep(kept)


class SlowKeyring(FileKeyring):
    """Takes a moment for each answer."""

    def get_password(self, service: str, username: str) -> str | None:
        Event().wait(0.01)
        return super().get_password(service, username)


class LockedKeyring(FileKeyring):
    """Gives nothing, and takes nothing."""

    def get_password(self, service: str, username: str) -> str | None:
        raise KeyringLocked("it is locked\x1b[2J")

    def set_password(self, service: str, username: str, password: str) -> None:
        raise KeyringLocked("it is locked\x1b[2J")


class FailingKeyring(FileKeyring):
    """Fails as a backend does whose service has gone."""

    def get_password(self, service: str, username: str) -> str | None:
        raise OSError("no D-Bus")

    def set_password(self, service: str, username: str, password: str) -> None:
        raise OSError("no D-Bus")

    def delete_password(self, service: str, username: str) -> None:
        raise OSError("no D-Bus")


class LyingKeyring(FileKeyring):
    """Says that it keeps what it is given."""

    def set_password(self, service: str, username: str, password: str) -> None:
        pass


class CuttingKeyring(FileKeyring):
    """Keeps only the beginning, as one does whose entries have a largest size."""

    def set_password(self, service: str, username: str, password: str) -> None:
        super().set_password(service, username, password[:20])


class HangingKeyring(FileKeyring):
    """Never answers, like one whose dialog waits on a screen that nobody sees."""

    def get_password(self, service: str, username: str) -> str | None:
        _hang()

    def set_password(self, service: str, username: str, password: str) -> None:
        _hang()

    def delete_password(self, service: str, username: str) -> None:
        _hang()


class HangingAtWritesKeyring(FileKeyring):
    """Keeps what it is given, and never says so."""

    def set_password(self, service: str, username: str, password: str) -> None:
        super().set_password(service, username, password)
        _hang()


class HangingAtRemovalKeyring(FileKeyring):
    """Never says what became of a removal."""

    def delete_password(self, service: str, username: str) -> None:
        _hang()


class AskingKeyring(FileKeyring):
    """Asks for a password at the terminal."""

    def get_password(self, service: str, username: str) -> str | None:
        return getpass.getpass("Password of the keyring: ")

    def set_password(self, service: str, username: str, password: str) -> None:
        input("Password of the keyring: ")


class SenselessKeyring(FileKeyring):
    """Gives what is no text."""

    def get_password(self, service: str, username: str) -> str | None:
        return cast("str", [1, 2, 3])


class LeavingKeyring(FileKeyring):
    """Ends the program, if it can."""

    def get_password(self, service: str, username: str) -> str | None:
        sys.exit(3)

    def set_password(self, service: str, username: str, password: str) -> None:
        sys.exit(3)


BROKEN = (LockedKeyring, FailingKeyring, LyingKeyring, CuttingKeyring)


def passwords() -> dict[str, str]:
    """All that is kept, by service and user."""
    path = Path(os.environ[FILE])
    found: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
    return found


def environment(kind: type[KeyringBackend], file: Path) -> dict[str, str]:
    """The variables with which a process uses a keyring."""
    return {"PYTHON_KEYRING_BACKEND": f"{__name__}.{kind.__name__}", FILE: str(file)}


def use(monkeypatch: pytest.MonkeyPatch, kind: type[KeyringBackend], file: Path) -> None:
    """Has this process use a keyring, until the test ends."""
    for name, value in environment(kind, file).items():
        monkeypatch.setenv(name, value)
    # It is chosen once for a process.
    monkeypatch.setattr("keyring.core._keyring_backend", kind())


def _hang() -> NoReturn:
    while True:
        Event().wait(60)


def _keep(kept: dict[str, str]) -> None:
    path = Path(os.environ[FILE])
    new = path.with_suffix(".new")
    new.write_text(json.dumps(kept))
    new.replace(path)
