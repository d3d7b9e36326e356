"""Commands that texts name: each works as it stands, with the profile that it needs."""

import shlex

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
