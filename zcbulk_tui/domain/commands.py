"""Commands that texts name: each works as it stands, with the profile that it needs.

All texts but those of ``--help`` build their commands here. Whoever knows the profile that a text
is about calls `command`; an error of a layer that does not know it has `of_any_profile`, and
`naming` puts the profile in on its way up.
"""

import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

from zcbulk_tui.errors import SignedOutError, ZcbulkError

PROGRAM = "zcbulk-tui"
"""What is typed before the words of a command."""

DEFAULT_PROFILE = "default"
"""The profile of users who have only one."""

Common = Literal["--help", "config init", "demo", "repair --help", "schema"]
"""The commands that do the same whatever the profile, of those that texts name."""

_ANY = " --profile NAME"


def command(words: str, profile: str) -> str:
    """Returns a command to type for a profile.

    Args:
        words: What stands after the program's name, as in ``jobs list``; empty for nothing.
        profile: The profile that the text is about.
    """
    return f"{PROGRAM} {words}".rstrip() + _option(profile)


def explicit(words: str, profile: str) -> str:
    """Returns a command that names its profile, even the one that is used by default."""
    return f"{PROGRAM} {words} --profile {shlex.quote(profile)}"


def common(words: Common) -> str:
    """Returns a command that does the same whatever the profile."""
    return f"{PROGRAM} {words}"


def of_any_profile(words: str) -> str:
    """Returns a command for a profile that is not known here; see `naming`.

    Args:
        words: As for `command`.
    """
    return f"{PROGRAM} {words}".rstrip() + _ANY


def _option(profile: str) -> str:
    return "" if profile == DEFAULT_PROFILE else f" --profile {shlex.quote(profile)}"


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
    return text.replace(_ANY, _option(profile))


def login(profile: str) -> str:
    """Returns the command that signs a profile in."""
    return command("login", profile)


def not_signed_in(profile: str) -> SignedOutError:
    """Returns the error of a profile without credentials."""
    return SignedOutError(
        f"The profile “{profile}” is not signed in",
        next_step=f"Write: {login(profile)}. To look around without: {common('demo')}",
    )
