"""The command that signs in, and the error of a profile that is signed out."""

from zcbulk_tui.errors import SignedOutError

DEFAULT_PROFILE = "default"
"""The profile of users who have only one."""


def login(profile: str) -> str:
    """Returns the command that signs a profile in."""
    return f"zcbulk-tui login{'' if profile == DEFAULT_PROFILE else f' --profile {profile}'}"


def not_signed_in(profile: str) -> SignedOutError:
    """Returns the error of a profile without credentials."""
    return SignedOutError(
        f"The profile “{profile}” is not signed in",
        next_step=f"Write: {login(profile)}. To look around without: zcbulk-tui demo",
    )
