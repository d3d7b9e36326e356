"""The command that signs in, and the error of a profile that is signed out."""

from zcbulk_tui.domain.commands import command
from zcbulk_tui.errors import SignedOutError


def login(profile: str) -> str:
    """Returns the command that signs a profile in."""
    return command("login", profile)


def not_signed_in(profile: str) -> SignedOutError:
    """Returns the error of a profile without credentials."""
    return SignedOutError(
        f"The profile “{profile}” is not signed in",
        next_step=f"Write: {login(profile)}. To look around without: zcbulk-tui demo",
    )
