"""Commands that texts name: each works as it stands, with the profile that it needs."""

import shlex

from zcbulk_tui.errors import SignedOutError

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


def login(profile: str) -> str:
    """Returns the command that signs a profile in."""
    return command("login", profile)


def not_signed_in(profile: str) -> SignedOutError:
    """Returns the error of a profile without credentials."""
    return SignedOutError(
        f"The profile “{profile}” is not signed in",
        next_step=f"Write: {login(profile)}. To look around without: zcbulk-tui demo",
    )
