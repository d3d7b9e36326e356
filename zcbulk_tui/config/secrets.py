"""Secrets from outside, wrapped so that nothing prints them by accident."""

import os
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from zcbulk_tui.domain.text import one_line
from zcbulk_tui.errors import ConfigError, SignInError

if TYPE_CHECKING:
    from pydantic import SecretStr

# The names of variables, not secrets.
ACCESS_TOKEN = "ZCBULK_ACCESS_TOKEN"  # noqa: S105
REFRESH_TOKEN = "ZCBULK_REFRESH_TOKEN"  # noqa: S105
CLIENT_SECRET = "ZCBULK_CLIENT_SECRET"  # noqa: S105

_PATIENCE = 60.0
"""Seconds that a program may take to print a token: somebody may have to unlock something."""

# What stands in headers and forms as it is; Zoho's tokens are hexadecimal with dots.
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
        return secret(path.read_text(encoding="utf-8"), str(path))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"{one_line(str(path), 120)} cannot be read",
            f"{one_line(str(error), 120)}.",
            "Name a file that holds the token alone.",
        ) from None


def secret(text: str, source: str) -> "SecretStr":
    """Wraps a secret that somebody has typed or pasted.

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
            "It is empty, or has characters that no id, token or secret of Zoho's has.",
            "Copy it alone, without “Zoho-oauthtoken” and without quotes.",
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
    import shlex

    try:
        # Not by a shell: what stands in the configuration is run as it stands there.
        done = subprocess.run(  # noqa: S603
            [_expanded(word) for word in shlex.split(command)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=_PATIENCE,
            check=False,
        )
    except ValueError:
        return "its quotes do not match", ""
    except OSError as error:
        return f"it cannot be run ({error.strerror})", ""
    except subprocess.TimeoutExpired:
        return f"it did not end within {_PATIENCE:.0f} seconds", ""
    if done.returncode:
        return f"it failed with exit code {done.returncode}", ""
    return "", done.stdout.decode("utf-8", "replace")


def _expanded(word: str) -> str:
    return str(Path(word).expanduser()) if word.startswith("~") else word
