"""Devices that wait for their user's consent, and the page on which the user gives it."""

import random
import string
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import escape

from zcbulk_tui.simulator.messages import Response
from zcbulk_tui.simulator.sign_in_errors import SignInRefusalError
from zcbulk_tui.simulator.tokens import Scopes

INTERVAL_SECONDS = 30.0
"""Two polls within this time are too many [DEV-P]."""

EXPIRY_SECONDS = 300.0
"""How long a user code holds [DEV-I]."""


@dataclass(slots=True)
class Device:
    """One sign-in under way. Moments are simulated seconds."""

    code: str
    """What the device polls with."""
    user_code: str
    """What the user types."""
    scopes: Scopes
    offline: bool
    """Whether it requested a refresh token."""
    asks_again: bool
    """Whether it requested consent again, given before or not: ``prompt=consent``."""
    ends_at: float
    allowed: bool | None = None
    """The user's answer; None = not given yet."""
    polled_at: float | None = None


class DeviceBook:
    """The sign-ins under way, and whether the user has ever consented to one."""

    def __init__(self, rng: random.Random, new_code: Callable[[], str]) -> None:
        self._rng = rng
        self._new_code = new_code
        self._devices: dict[str, Device] = {}
        self._consented = False

    def open(self, scopes: Scopes, now: float, *, offline: bool, asks_again: bool) -> Device:
        """Begin a sign-in."""
        device = Device(
            self._new_code(),
            self._new_user_code(),
            scopes,
            offline,
            asks_again,
            now + EXPIRY_SECONDS,
        )
        self._devices[device.code] = device
        return device

    def answer(self, user_code: str, now: float, *, allowed: bool) -> bool:
        """Take the user's answer; False if no device waits with that code."""
        wanted = user_code.strip().upper()
        for device in self._devices.values():
            if device.user_code == wanted and device.allowed is None and now < device.ends_at:
                device.allowed = allowed
                return True
        return False

    def poll(self, code: str, now: float, *, at_home: bool) -> Device:
        """Let a device poll; the one returned is allowed, and no longer under way.

        An answer given in time is kept for the device however late it polls, and the pace is
        measured over all data centres together: both are invented.

        Raises:
            SignInRefusalError: There is nothing for it, or not yet, or not here.
        """
        device = self._devices.get(code)
        if device is None:
            raise SignInRefusalError("invalid_code")
        before, device.polled_at = device.polled_at, now
        if before is not None and now - before < INTERVAL_SECONDS:
            raise SignInRefusalError("slow_down")
        if device.allowed is None:
            raise SignInRefusalError("authorization_pending" if now < device.ends_at else "expired")
        if not device.allowed:
            raise SignInRefusalError("access_denied")
        if not at_home:
            raise SignInRefusalError("other_dc")
        return self._devices.pop(code)

    def gets_refresh_token(self, device: Device) -> bool:
        """Whether consent to this device gives one: the first time, or on request [DEV-I]."""
        is_first, self._consented = not self._consented, True
        return device.offline and (is_first or device.asks_again)

    def forget_consent(self) -> None:
        """The next consent is the first one again."""
        self._consented = False

    def _new_user_code(self) -> str:
        taken = {device.user_code for device in self._devices.values()}
        while True:
            letters = "".join(self._rng.choices(string.ascii_uppercase, k=3))
            user_code = f"{letters}-{self._rng.randrange(1000):03}"
            if user_code not in taken:
                return user_code


PATH = "/oauth/v3/device"

_HEADERS: Mapping[str, str] = {"content-type": "text/html;charset=UTF-8"}


def _page(status: int, body: str) -> Response:
    text = (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Simulated sign-in</title>'
        f"<body><h1>Simulated Zoho accounts server</h1>{body}</body></html>"
    )
    return Response(status, text.encode(), _HEADERS)


def form_page(user_code: str, status: int = 200) -> Response:
    """The form; the code may come from anywhere and is escaped."""
    return _page(
        status,
        f'<form method="post" action="{PATH}">'
        f'<p><label>Code <input name="user_code" value="{escape(user_code)}"></label></p>'
        '<p><button name="answer" value="allow">Allow</button> '
        '<button name="answer" value="deny">Deny</button></p></form>',
    )


def answered_page(*, allowed: bool) -> Response:
    """What the user sees after the answer."""
    return _page(200, f"<p>{'Allowed' if allowed else 'Denied'}. You can close this page.</p>")


def unknown_page(user_code: str) -> Response:
    """What the user sees if no device waits with that code."""
    return _page(404, f"<p>No device is waiting with the code “{escape(user_code)}”.</p>")
