"""Secrets from outside, wrapped so that nothing prints them by accident."""

import os
import re
import selectors
import shlex
import signal
import subprocess
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from zcbulk_tui import user_files
from zcbulk_tui.domain.text import one_line
from zcbulk_tui.errors import ConfigError, SignInError

if TYPE_CHECKING:
    from pydantic import SecretStr

# The names of variables, not secrets.
ACCESS_TOKEN = "ZCBULK_ACCESS_TOKEN"  # noqa: S105
REFRESH_TOKEN = "ZCBULK_REFRESH_TOKEN"  # noqa: S105
CLIENT_SECRET = "ZCBULK_CLIENT_SECRET"  # noqa: S105
WEBHOOK_SECRET = "ZCBULK_WEBHOOK_SECRET"  # noqa: S105

VARIABLES = (ACCESS_TOKEN, CLIENT_SECRET, REFRESH_TOKEN, WEBHOOK_SECRET)
"""The variables that hold secrets."""

_LONGEST = 64 * 2**10
"""Bytes of a file with a token, or of what a program prints: no token comes near it."""

_PATIENCE = 60.0
"""Seconds that a program may take to print a token: the user may have to unlock a keyring."""

_LOOK = 0.1
"""Seconds between two looks whether it has ended."""

# Stands in headers and forms as it is (RFC 6750, 2.1); Zoho's tokens are hexadecimal with dots.
_SECRET = re.compile(r"[\w.~+/=-]+", re.ASCII)


def from_environment(name: str, environ: Mapping[str, str] = os.environ) -> "SecretStr | None":
    """Returns a secret from the environment; None where the variable is not set, or is empty.

    Raises:
        ConfigError: It has characters that no such secret has.
    """
    if not environ.get(name, "").strip():
        return None
    return secret(environ[name], name)


def from_file(path: Path) -> "SecretStr":
    """Returns the secret that a file holds.

    Raises:
        ConfigError: The file cannot be read, or holds something else.
    """
    try:
        return secret(user_files.read_text(path, _LONGEST, pipes=True), str(path))
    except (OSError, user_files.BadFileError) as error:
        raise ConfigError(
            f"{one_line(str(path), 120)} cannot be read",
            f"{one_line(str(error), 120)}.",
            "Name a file that holds the token alone, without quotes.",
        ) from None


def secret(text: str, source: str) -> "SecretStr":
    """Wraps a secret that the user has typed or pasted.

    Args:
        text: The secret, with or without white space around it.
        source: Where it comes from, as the user knows it.

    Raises:
        ConfigError: It cannot be one.
    """
    from pydantic import SecretStr

    check(text, source)
    return SecretStr(text.strip())


def check(text: str, source: str) -> None:
    """Makes sure that a text can be a secret, without the time that wrapping it takes.

    Raises:
        ConfigError: It cannot be one.
    """
    if not _can_be(text):
        raise ConfigError(
            f"{source} cannot be used",
            "It is empty, or has others than ASCII letters, digits and _ . ~ + / = -.",
            "Copy it alone, without “Zoho-oauthtoken” or “Bearer” and without quotes.",
        )


def _can_be(text: str) -> bool:
    return _SECRET.fullmatch(text.strip()) is not None


def printed_by(command: str) -> "SecretStr":
    """Runs a program and returns the token that it prints.

    What it writes to its standard error is not looked at: that may be a secret, too.

    Raises:
        SignInError: It does not run, fails, takes too long, or prints something else.
    """
    problem, printed = _run(command)
    if not problem and not _can_be(printed):
        problem = "It printed something that is no token"
    if problem:
        raise SignInError(
            f"token_command brings no token: {problem}",
            next_step="Run it by hand: it should print an access token and nothing else.",
        )
    return secret(printed, "token_command")


def _run(command: str) -> tuple[str, str]:
    """Returns what went wrong, which is empty for nothing, and what was printed."""
    try:
        words = [expanded(word) for word in shlex.split(command)]
    except ValueError:
        return "its quotes do not match", ""
    try:
        # Not by a shell: what stands in the configuration is run as it stands there.
        with subprocess.Popen(  # noqa: S603
            words,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # so that it can be ended with all that it has started
        ) as running:
            problem, printed = _output(running)
    except OSError as error:
        return f"it cannot be run ({error.strerror})", ""
    if not problem and running.returncode:
        problem = f"it failed with exit code {running.returncode}"
    return problem, printed.decode("utf-8", "replace")


def _output(running: subprocess.Popen[bytes]) -> tuple[str, bytes]:
    """Returns what went wrong while a program ran, and what it printed, within bounds."""
    deadline, printed = time.monotonic() + _PATIENCE, b""
    stream = running.stdout
    if stream is None:  # pragma: no cover -- it is a pipe
        return "it has no output", b""
    try:
        with selectors.DefaultSelector() as selector:
            selector.register(stream, selectors.EVENT_READ)
            while len(printed) <= _LONGEST:
                has_ended = running.poll() is not None
                if not selector.select(0 if has_ended else _LOOK):
                    if has_ended:  # what it has left running may hold its output open
                        return "", printed
                    if time.monotonic() > deadline:
                        raise subprocess.TimeoutExpired(running.args, _PATIENCE)
                    continue
                some = os.read(stream.fileno(), 2**16)
                if not some:
                    running.wait(max(0.0, deadline - time.monotonic()))
                    return "", printed
                printed += some
    except subprocess.TimeoutExpired:
        _kill(running)
        return f"it did not end within {_PATIENCE:.0f} seconds", b""
    except BaseException:
        _kill(running)
        raise
    _kill(running)
    return "it printed something that is no token, far too much of it", b""


def _kill(running: subprocess.Popen[bytes]) -> None:
    """Ends a program with all that it has started."""
    # While it is not waited for, its number is no other's, even if it has just ended.
    if running.returncode is None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(running.pid, signal.SIGKILL)


def expanded(word: str) -> str:
    """Returns a word with ``~`` as the home folder."""
    # Path.expanduser() raises where nobody has the name: what opens or runs it says that better.
    return os.path.expanduser(word)  # noqa: PTH111
