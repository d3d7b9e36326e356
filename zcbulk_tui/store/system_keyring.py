"""The system's keyring, if the optional package ``keyring`` is there and has one to talk to.

Any call of it may take for ever, as where its dialog waits on a screen that nobody sees. So each is
made in a thread of its own, which is left behind when the patience for all of them is over, and
keeps no process from its end.
"""

import builtins
import getpass
import time
from collections.abc import Callable
from threading import Lock, Thread, current_thread
from types import ModuleType
from typing import TYPE_CHECKING, Any

from zcbulk_tui.domain.text import one_line

if TYPE_CHECKING:
    from pydantic import SecretStr

_SERVICE = "zcbulk-tui"
"""Under what the keyring keeps them; the user name there tells them apart."""

_PATIENCE = 3.0
"""Seconds to wait for a keyring, in all calls of a command together."""

_FORGIVEN = 30.0
"""Seconds without a call after which it is waited for as if for the first time."""

_LONGEST = 2**20
"""Characters; whatever is longer was never written by us."""

NO_ANSWER = f"It did not answer within {_PATIENCE:.0f} seconds."
NOT_INSTALLED = "The package keyring is not installed (pip install 'zcbulk-tui[keyring]')."


class _AsksAtTerminalError(OSError):
    """A keyring wants something typed."""


class _Call(Thread):
    """One call, and what came of it.

    Args:
        carry_out: Makes the call, of the module ``keyring``; returns what the keyring has then.

    Attributes:
        kept: What the keyring has; None for nothing.
        problem: What went wrong; empty for nothing.
    """

    def __init__(self, carry_out: Callable[[ModuleType], object]) -> None:
        super().__init__(name="keyring", daemon=True)
        self._carry_out = carry_out
        self.kept: str | None = None
        self.problem = ""

    def run(self) -> None:
        """Makes the call."""
        try:
            import keyring  # takes a moment, and few have it

            kept = self._carry_out(keyring)
        except ImportError:
            self.problem = NOT_INSTALLED
        except _AsksAtTerminalError:
            self.problem = "It asks at the terminal."
        except BaseException as error:  # noqa: BLE001 - backends raise what D-Bus or the system raises
            # Not its words, which may quote what was to be kept.
            self.problem = f"It fails with {one_line(type(error).__name__, 60)}."
        else:
            if kept is None or (isinstance(kept, str) and len(kept) <= _LONGEST):
                self.kept = kept
            else:
                self.problem = "It gives something that it was never given."


class _Keyring:
    """Makes one call after the other, for as long as there is patience; from any thread."""

    def __init__(self) -> None:
        self._turn = Lock()
        self._left = _PATIENCE
        self._last = float("-inf")
        self._running: _Call | None = None

    def call(self, carry_out: Callable[[ModuleType], object]) -> tuple[str | None, str]:
        """Returns what the keyring has, and what went wrong, which is empty for nothing."""
        with self._turn:
            return self._call(carry_out)

    def _call(self, carry_out: Callable[[ModuleType], object]) -> tuple[str | None, str]:
        begun = time.monotonic()
        if begun > self._last + _FORGIVEN:
            self._left = _PATIENCE
        if self._left <= 0 or (self._running is not None and self._running.is_alive()):
            return None, NO_ANSWER
        _keep_from_terminal()
        self._running = call = _Call(carry_out)
        call.start()
        call.join(self._left)
        self._last = time.monotonic()
        self._left -= self._last - begun
        return (None, NO_ANSWER) if call.is_alive() else (call.kept, call.problem)


_keyring = _Keyring()


def write(user: str, secret: "SecretStr") -> str:
    """Keeps a secret; returns why it cannot be kept there, empty if it is."""

    def carry_out(keyring: Any) -> object:
        keyring.set_password(_SERVICE, user, secret.get_secret_value())
        return keyring.get_password(_SERVICE, user)

    kept, problem = _keyring.call(carry_out)
    if problem:
        return problem
    return "" if kept == secret.get_secret_value() else "It does not keep what it is given."


def read(user: str) -> "tuple[SecretStr | None, str]":
    """Returns a secret, and why there is none, which is empty where there is one."""
    from pydantic import SecretStr

    kept, problem = _keyring.call(lambda keyring: keyring.get_password(_SERVICE, user))
    if kept is None:
        return None, problem or "It does not have it any more."
    return SecretStr(kept), ""


def remove(user: str) -> str:
    """Removes a secret; returns why it may still be there, empty if it is not."""

    def carry_out(keyring: Any) -> object:
        if keyring.get_password(_SERVICE, user) is not None:
            keyring.delete_password(_SERVICE, user)
        return None

    _, problem = _keyring.call(carry_out)
    return "" if problem == NOT_INSTALLED else problem


class _Guarded:
    """A function that asks at the terminal: of whoever asks, but not of a keyring.

    That would take keys from the screen, and leave the terminal hiding what is typed.
    """

    def __init__(self, ask: Callable[..., str]) -> None:
        self._ask = ask

    def __call__(self, *args: Any, **kwargs: Any) -> str:
        if isinstance(current_thread(), _Call):
            raise _AsksAtTerminalError
        return self._ask(*args, **kwargs)


def _keep_from_terminal() -> None:
    for module, name in ((builtins, "input"), (getpass, "getpass")):
        ask = getattr(module, name)
        if not isinstance(ask, _Guarded):
            setattr(module, name, _Guarded(ask))
