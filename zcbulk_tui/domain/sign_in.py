"""How to sign in, as a command to write."""

from zcbulk_tui.errors import SignedOutError

DEFAULT_PROFILE = "default"
"""The profile of those who have only one."""


def login(profile: str) -> str:
    """The command that signs a profile in."""
    return f"zcbulk-tui login{'' if profile == DEFAULT_PROFILE else f' --profile {profile}'}"


def not_signed_in(profile: str) -> SignedOutError:
    """What to say where there is no way to a token."""
    return SignedOutError(
        f"The profile “{profile}” is not signed in",
        next_step=f"Write: {login(profile)}. To look around without: zcbulk-tui demo",
    )
