"""Commands that texts name: each works as it stands, with the profile that it needs."""

import re
import shlex
from collections.abc import Iterator
from contextlib import contextmanager

from zcbulk_tui.errors import SignedOutError, ZcbulkError

DEFAULT_PROFILE = "default"
"""The profile of users who have only one."""


def command(words: str, profile: str) -> str:
    """Returns a command to type for a profile.

    Args:
        words: What stands after the program's name, as in ``jobs list``; empty for nothing.
        profile: The profile that the text is about.
    """
    named = "" if profile == DEFAULT_PROFILE else f"--profile {shlex.quote(profile)}"
    return " ".join(part for part in ("zcbulk-tui", words, named) if part)


_NAMED = re.compile(
    r"zcbulk-tui ((?:login|logout|doctor)\b(?: --(?:self-client|with-forms))*)(?! --)"
)
"""A command of ours in a text that does not know the profile."""


@contextmanager
def naming(profile: str) -> Iterator[None]:
    """Has the errors that pass here name their commands with the profile that they are about."""
    try:
        yield
    except ZcbulkError as error:
        error.next_step = for_profile(error.next_step, profile)
        raise


def for_profile(text: str, profile: str) -> str:
    """Returns a text whose commands are for a profile; those that name one stay as they are."""
    return _NAMED.sub(lambda found: command(found[1], profile), text)


def login(profile: str) -> str:
    """Returns the command that signs a profile in."""
    return command("login", profile)


def not_signed_in(profile: str) -> SignedOutError:
    """Returns the error of a profile without credentials."""
    return SignedOutError(
        f"The profile “{profile}” is not signed in",
        next_step=f"Write: {login(profile)}. To look around without: zcbulk-tui demo",
    )
