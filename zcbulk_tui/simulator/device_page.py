"""The page on which a user lets a device in, or does not. Its looks are invented."""

from collections.abc import Mapping
from html import escape

from zcbulk_tui.simulator.messages import Response

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
