"""The shapes of successful sign-in answers, in seconds or in milliseconds."""

from zcbulk_tui.simulator.centres import API_DOMAINS
from zcbulk_tui.simulator.devices import EXPIRY_SECONDS, INTERVAL_SECONDS, Device
from zcbulk_tui.simulator.messages import Response, json_response
from zcbulk_tui.simulator.tokens import Grant


def device_answer(device: Device, page: str, *, milliseconds: bool) -> Response:
    """The codes of a device, and the URL of the page for its user [DEV-I].

    In milliseconds the figures are those of a third party's test, whose interval is shorter than
    [DEV-P] allows.
    """
    seconds = int(INTERVAL_SECONDS), int(EXPIRY_SECONDS)
    interval, expires_in = (5000, 300_000) if milliseconds else seconds
    content = {
        "device_code": device.code,
        "user_code": device.user_code,
        "verification_url": page,
        "verification_uri_complete": f"{page}?user_code={device.user_code}",
        "interval": interval,
        "expires_in": expires_in,
    }
    return json_response(200, content)


def grant_answer(grant: Grant, centre: str, life: float, *, milliseconds: bool) -> Response:
    """The tokens, which hold ``life`` seconds [REF]; how the scopes are joined is invented."""
    content: dict[str, object] = {"access_token": grant.access}
    if grant.refresh is not None:
        content["refresh_token"] = grant.refresh
    content |= {
        "scope": " ".join(sorted(grant.scopes)),
        "api_domain": API_DOMAINS[centre],
        "token_type": "Bearer",
    }
    if milliseconds:
        content |= {"expires_in_sec": int(life), "expires_in": int(life * 1000)}  # both [WRCN]
    else:
        content["expires_in"] = int(life)
    return json_response(200, content)
