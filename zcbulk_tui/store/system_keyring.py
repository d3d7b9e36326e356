"""The system's keyring, if the optional package ``keyring`` is there and has one to talk to."""

from typing import TYPE_CHECKING

from zcbulk_tui.domain.text import one_line
from zcbulk_tui.errors import ConfigError

if TYPE_CHECKING:
    from pydantic import SecretStr

_SERVICE = "zcbulk-tui"
"""Under what the keyring keeps it; the user name there is the profile's."""


def write(profile: str, credentials: "SecretStr") -> str:
    """Keeps credentials; returns why they cannot be kept there, empty if they are."""
    try:
        import keyring
    except ImportError:
        return "The package keyring is not installed (pip install 'zcbulk-tui[keyring]')."
    try:
        keyring.set_password(_SERVICE, profile, credentials.get_secret_value())
        kept = keyring.get_password(_SERVICE, profile)
    except Exception as error:  # noqa: BLE001 - backends raise what D-Bus or the system raises
        return f"{type(error).__name__}: {one_line(str(error), 120)}."
    return "" if kept == credentials.get_secret_value() else "It does not keep what it is given."


def read(profile: str) -> "SecretStr":
    """Returns the credentials.

    Raises:
        ConfigError: The keyring cannot be read here, or does not have them.
    """
    from pydantic import SecretStr

    problem = "It does not have them any more."
    try:
        import keyring

        kept = keyring.get_password(_SERVICE, profile)
        if kept is not None:
            return SecretStr(kept)
    except ImportError:
        problem = "The package keyring is not installed (pip install 'zcbulk-tui[keyring]')."
    except Exception as error:  # noqa: BLE001 - backends raise what D-Bus or the system raises
        problem = f"{type(error).__name__}: {one_line(str(error), 120)}."
    raise ConfigError(
        f"The sign-in of “{profile}” is in the system's keyring, which cannot give it",
        problem,
        'Unlock the keyring, or sign in anew with secrets = "file": zcbulk-tui login',
    )


def remove(profile: str) -> None:
    """Removes credentials, as far as the keyring lets us."""
    try:
        import keyring

        keyring.delete_password(_SERVICE, profile)
    except Exception:  # noqa: BLE001, S110 - see above; what cannot be removed has been revoked
        pass
