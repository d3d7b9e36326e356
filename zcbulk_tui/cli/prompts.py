"""Questions on the terminal; in a script the answers come from elsewhere."""

import getpass
import sys

from pydantic import SecretStr

from zcbulk_tui.cli.shutdown import line_comes_back
from zcbulk_tui.config import secrets
from zcbulk_tui.errors import UsageError

_LONGEST = 10_000
"""Characters of a secret that is read where there is no terminal."""


def has_terminal() -> bool:
    """Whether there is a terminal to ask on."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def line(question: str, setting: str) -> str:
    """Asks for a line.

    Args:
        question: What to ask.
        setting: The setting that makes the question unnecessary.

    Raises:
        UsageError: There is no terminal.
    """
    if not has_terminal():
        raise UsageError(
            f"There is no terminal to ask on for {setting}",
            next_step=f"Set {setting} in the configuration, or ZCBULK_{setting.upper()}.",
        )
    try:
        return input(question).strip()
    except EOFError:
        print()
        raise UsageError("Nothing was typed, and nothing was changed") from None


def answer(question: str) -> str:
    """Asks for a line on the terminal; empty at the end of input."""
    try:
        return input(question).strip()
    except EOFError:
        print()
        return ""


def confirm(question: str) -> bool:
    """Asks on the terminal whether to go on; the end of input is a no."""
    return answer(question).lower() in ("y", "yes")


def secret(question: str, variable: str | None) -> SecretStr:
    """Asks for a secret, which is not shown; where there is no terminal, a line is read.

    Args:
        question: What to ask.
        variable: The environment variable that makes the question unnecessary; None for none.

    Raises:
        UsageError: Nothing was typed.
        ConfigError: It cannot be a secret.
    """
    hint = f", or set {variable}" if variable else ""
    try:
        if sys.stdin.isatty():
            with line_comes_back():
                typed = SecretStr(getpass.getpass(question))
        else:
            typed = SecretStr(sys.stdin.readline(_LONGEST + 1))
    except EOFError:
        print()
        typed = SecretStr("")
    except (OSError, UnicodeDecodeError) as error:
        # Not what failed itself: it may have bytes of the secret with it.
        said = error.strerror if isinstance(error, OSError) else "It is no text"
        raise UsageError(
            f"{question.strip(': ')}: the standard input cannot be read",
            f"{said}.",
            f"Write the secret to the standard input{hint}.",
        ) from None
    if len(typed.get_secret_value()) > _LONGEST:
        raise UsageError(
            f"{question.strip(': ')}: more than {_LONGEST:,} characters are no secret",
            next_step="Write it alone to the standard input, with an end of line behind it.",
        )
    if not typed.get_secret_value().strip():
        raise UsageError(
            f"{question.strip(': ')}: nothing was typed, and nothing was changed",
            next_step=f"Paste it, or write it to the standard input{hint}.",
        )
    return secrets.secret(typed.get_secret_value(), question.strip(": "))
