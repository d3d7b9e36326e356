"""Bad answers: what a client must survive without losing its screen or its mind."""

import json
from collections.abc import Mapping

from zcbulk_tui.simulator.messages import LOST, Response, json_response

HTML_HEADERS: Mapping[str, str] = {"content-type": "text/html;charset=UTF-8"}

BAD_GATEWAY = Response(
    502, b"<html><head><title>502 Bad Gateway</title></head><body>502</body></html>", HTML_HEADERS
)
SERVER_ERROR = json_response(500, {"code": 500, "message": "Internal server error"})
UNAVAILABLE = Response(503, b"", HTML_HEADERS)


def _status(state: object, details: object) -> Response:
    return json_response(
        200, {"code": 3000, "data": {"api_status": state, "record_details": details}}
    )


def _details(total: object, success: object, failed: object, unprocessed: object) -> object:
    return {
        "total_records": total,
        "success_records": success,
        "failed_records": failed,
        "unprocessed_records": unprocessed,
    }


_SOUND = _details(1000, 600, 0, 400)

HOSTILE: Mapping[str, Response] = {
    "no answer": LOST,
    "bad gateway in HTML": BAD_GATEWAY,
    "server error in JSON": SERVER_ERROR,
    "unavailable, empty body": UNAVAILABLE,
    "success with an empty body": Response(200),
    "success in HTML": Response(200, b"<html><body>Please sign in</body></html>", HTML_HEADERS),
    "JSON cut short": Response(200, b'{"code":3000,"data":{"api_st'),
    "not UTF-8": Response(200, b'{"code":3000,"data":{"api_status":"\xff\xfe"}}'),
    "a list": Response(200, b"[3000]"),
    "code as text": Response(200, json.dumps({"code": "3000", "data": {}}).encode()),
    "no code": Response(200, json.dumps({"data": {"api_status": "COMPLETED"}}).encode()),
    "data as a list": json_response(200, {"code": 3000, "data": []}),
    "state as a number": _status(7, _SOUND),
    "counts as text": _status("IN_PROGRESS", _details("1000", "six hundred", "", None)),
    "counts as fractions": _status("IN_PROGRESS", _details(1000.5, 600.25, 0.0, 400.25)),
    "NaN and infinity": _status("IN_PROGRESS", _details(float("nan"), float("inf"), 0, 0)),
    "negative counts": _status("IN_PROGRESS", _details(-1000, -600, -1, -399)),
    "more done than there is": _status("IN_PROGRESS", _details(1000, 5000, 700, 0)),
    "completed at nothing": _status("COMPLETED", _details(1000, 0, 0, 1000)),
    "number of 400 digits": _status("IN_PROGRESS", _details(10**400, 0, 0, 10**400)),
    "nested too deep": Response(200, b"[" * 100_000),
    "huge body": _status("IN_PROGRESS" + " " * 2_000_000, _SOUND),
    "redirect to another host": Response(
        302, b"", {"location": "https://zoho.example.invalid/steal-the-token"}
    ),
    "markup as state": _status("[red]Done[/red] [@click=app.quit]x[/]", _SOUND),
    "escapes as state": _status("\x1b[2J\x1b]0;owned\x07\x9b31mDone\r\n\x00\u202e", _SOUND),
    "markup in an error": json_response(
        400, {"code": 11000, "message": "[bold red]x[/bold red] [/] \x1b[31mred\x07"}
    ),
    # Seen in third-party code of the widget SDK.
    "error under description": json_response(403, {"code": 2933, "description": "No access."}),
    "unknown error": json_response(418, {"code": 424242, "message": "Not in any source."}),
}
"""Answers by what is wrong with them."""
