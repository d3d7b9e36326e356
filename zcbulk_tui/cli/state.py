"""The files in the state folder: the memory, and the sign-in of each profile."""

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from zcbulk_tui.cli.output import print_error
from zcbulk_tui.config import paths, secrets
from zcbulk_tui.config.settings import Settings
from zcbulk_tui.domain.commands import command, not_signed_in
from zcbulk_tui.domain.snapshot import JobSnapshot
from zcbulk_tui.errors import ConfigError, SignedOutError
from zcbulk_tui.store import opening, sign_in
from zcbulk_tui.store.database import FILE_NAME, Database, open_database
from zcbulk_tui.store.kept_secret import KeptSecret, PrivateFolder
from zcbulk_tui.store.opening import Opened
from zcbulk_tui.store.sign_in import SignInFiles

RESULTS_FOLDER = "results"
"""The folder, in the state folder, that the results of jobs are kept in."""

_ALERTS_FOLDER = "alerts"
"""The folder, in the state folder, that the webhook's secret of each profile is kept in."""


@contextmanager
def open_memory(*, is_only_read: bool = False) -> Iterator[Database]:
    """Opens the memory in the state folder.

    Where the file has gone, a new one begins with what was saved beside it: else the next thing to
    be saved would take the place of that.

    Args:
        is_only_read: Whether nothing will be written, so that a full disk is no reason to refuse.

    Raises:
        ConfigError: It cannot be used.
    """
    with closing(_opened(memory_file(), is_only_read=is_only_read)) as database:
        yield database


def _opened(path: Path, *, is_only_read: bool) -> Database:
    with suppress(OSError):  # opening it says why
        if path.stat().st_size:
            opening.look(path)
            return open_database(path, is_only_read=is_only_read)
    database, problem = opening.open_store(path, datetime.now(UTC))
    if problem is not None and database.path is None:
        database.close()
        raise problem
    if problem is not None:
        print_error(str(problem))
    return database


def open_with_list(profile: str) -> tuple[Opened, list[JobSnapshot]]:
    """Opens the memory in every case, and reads the watch list as the first frame shows it.

    At worst, what is kept ends with this process.
    """
    return opening.open_with_list(memory_file(), profile, datetime.now(UTC))


def sign_in_files(settings: Settings) -> SignInFiles:
    """Returns the files that the profile's sign-in is kept in."""
    folder = paths.state_dir() / sign_in.FOLDER_NAME
    return SignInFiles(folder, settings.profile, settings.secrets)


def kept_webhook_secret(settings: Settings) -> KeptSecret:
    """Returns what keeps the secret of the profile's webhook, wherever its sign-in is kept."""
    profile = settings.profile
    folder = PrivateFolder(
        paths.state_dir() / _ALERTS_FOLDER / profile, command("alerts secret set", profile)
    )
    title = f"The webhook's secret of “{profile}”"
    # No profile has a space in its name.
    return KeptSecret(folder, "webhook-secret", title, f"{profile} webhook", settings.secrets)


def check_signed_in(settings: Settings) -> None:
    """Makes sure that there is a way to a token, without the time that going it takes.

    Raises:
        SignedOutError: There is none.
        ConfigError: The environment holds something that is no token.
    """
    token = os.environ.get(secrets.ACCESS_TOKEN, "")
    if token.strip():
        secrets.check(token, secrets.ACCESS_TOKEN)
    elif settings.token_command is None and not sign_in_files(settings).exists:
        raise not_signed_in(settings.profile)


def is_signed_in(settings: Settings) -> bool:
    """Returns whether there is a way to a token.

    Raises:
        ConfigError: The environment holds something that is no token.
    """
    try:
        check_signed_in(settings)
    except SignedOutError:
        return False
    return True


def seems_signed_in(settings: Settings) -> bool:
    """Returns whether there is a way to a token; the polls report what keeps it from being read."""
    try:
        return is_signed_in(settings)
    except ConfigError:
        return True


def memory_file() -> Path:
    """Returns the file of the memory."""
    return paths.state_dir() / FILE_NAME
