"""Zoho's accounts server as far as a terminal tool needs it: sign-in, refresh, revocation."""

import random
from collections.abc import Callable, Iterable, Mapping
from threading import Lock

from zcbulk_tui.simulator import centres, devices, scopes
from zcbulk_tui.simulator.clock import Timeline
from zcbulk_tui.simulator.devices import DeviceBook
from zcbulk_tui.simulator.faults import SignInFault, SignInFaults
from zcbulk_tui.simulator.messages import Request, Response, json_response
from zcbulk_tui.simulator.sign_in_errors import SignInCall, SignInRefusalError
from zcbulk_tui.simulator.sign_in_messages import (
    Parameters,
    SignInEntry,
    basic_credentials,
    device_answer,
    grant_answer,
)
from zcbulk_tui.simulator.tokens import TOKEN_LIFE, TOKENS_PER_TEN_MINUTES, Grant, TokenBook

CLIENT_ID = "1000.SIMULATOR"
CLIENT_SECRET = "simulator-secret"  # noqa: S105 - opens nothing but the simulator

_NEWER_REVOKE = "/oauth/v2/revoke/token"  # [REV2]

_CALLS: Mapping[str, tuple[str, Mapping[str, SignInCall]]] = {
    "/oauth/v3/device/code": ("POST", {"device_request": SignInCall.DEVICE_CODE}),
    "/oauth/v3/device/token": ("POST", {"device_token": SignInCall.DEVICE_TOKEN}),
    "/oauth/v2/token": (
        "POST",
        {"authorization_code": SignInCall.CODE, "refresh_token": SignInCall.REFRESH},
    ),
    "/oauth/v2/token/revoke": ("POST", {"": SignInCall.REVOKE}),  # [REV1]
    _NEWER_REVOKE: ("POST", {"": SignInCall.REVOKE}),
    "/oauth/serverinfo": ("GET", {"": SignInCall.INFO}),
}
"""By path: the method, and the calls by ``grant_type``."""


class Accounts:
    """Signs in one user, with one client of every kind.

    Safe to call from several threads. Times in answers are simulated seconds: on a timeline that
    runs faster, a token ends sooner than its answer said.
    """

    client_id = CLIENT_ID
    client_secret = CLIENT_SECRET

    def __init__(
        self,
        timeline: Timeline,
        *,
        token_life: float = TOKEN_LIFE,
        milliseconds: bool = False,
        home: str = centres.US,
        tokens_per_ten_minutes: int | None = TOKENS_PER_TEN_MINUTES,
        dc_key: str = "user_location",
        known_scopes: Iterable[str] = scopes.ALL,
        seed: int = 1,
    ) -> None:
        """Starts without a sign-in.

        Args:
            timeline: Where the time comes from.
            token_life: How long an access token holds, in simulated seconds.
            milliseconds: Whether answers give times in milliseconds, as third parties report.
            home: The user's data centre: ``us``, ``eu``, or one that no host stands for.
            tokens_per_ten_minutes: Access tokens to a refresh token; None = no limit.
            dc_key: The key of the home in ``other_dc``: ``user_location`` [MDC-D] or ``dc``.
            known_scopes: All scopes that may be requested; whether ``bulk.UPDATE`` may is open.
            seed: Changes tokens and codes.
        """
        self.timeline = timeline
        self.home = home
        self.log: list[SignInEntry] = []
        """Every call of a client, the oldest first; the user's visits to the page are none."""
        self.on_call: Callable[[SignInEntry], None] = lambda _: None
        """Called with every log entry as it is made."""
        self._token_life = token_life
        self._milliseconds = milliseconds
        self._dc_key = dc_key
        self._known_scopes = frozenset(known_scopes)
        rng = random.Random(seed)  # noqa: S311 - repeatable names, not cryptography
        self._tokens = TokenBook(rng, token_life, tokens_per_ten_minutes)
        self._devices = DeviceBook(rng, self._tokens.new_secret)
        self._faults = SignInFaults()
        self._lock = Lock()

    def scopes_of(self, token: str) -> frozenset[str] | None:
        """What an access token is for; None if it is unknown, expired or revoked."""
        with self._lock:
            return self._tokens.scopes_of(token, self.timeline.now())

    def permit(self, token: str, granted: Iterable[str] = scopes.ALL) -> None:
        """Let an access token be good for these scopes, until it is revoked by name."""
        with self._lock:
            self._tokens.permit(token, frozenset(granted))

    def grant_code(self, wanted: Iterable[str]) -> str:
        """What "Generate Code" of a self client gives: good once, for 3 simulated minutes [SELF].

        Raises:
            ValueError: A scope is unknown, or there is none.
        """
        asked = frozenset(wanted)
        if not asked or not asked <= self._known_scopes:
            raise ValueError(f"no scopes of this API: {sorted(asked - self._known_scopes)}")
        with self._lock:
            return self._tokens.new_code(asked, self.timeline.now())

    def refresh_token(self, wanted: Iterable[str]) -> str | None:
        """A refresh token as an earlier sign-in would have left it."""
        with self._lock:
            return self._tokens.grant(frozenset(wanted), self.timeline.now(), offline=True).refresh

    def answer_device(self, user_code: str, *, allowed: bool) -> bool:
        """Let the user allow or deny a device; False if none waits with that code."""
        with self._lock:
            return self._devices.answer(user_code, self.timeline.now(), allowed=allowed)

    def revoke_all(self) -> None:
        """Let the user take back all consent; ``permit``ted tokens stay good."""
        with self._lock:
            self._tokens.revoke_all()
            self._devices.forget_consent()

    def inject(self, fault: SignInFault) -> None:
        """Plan a fault while the simulator runs."""
        with self._lock:
            self._faults.add(fault)

    def handle(self, request: Request) -> Response:
        """Answer a call at the present simulated moment, and log it."""
        given = Parameters.of(request)
        if request.path == devices.PATH and request.method in ("GET", "POST"):
            return self._visit(request, given)
        call, outcome = None, "ok"
        with self._lock:
            now = self.timeline.now()
            try:
                call = _call(request, given)
                self._faults.meet(call)
                response = self._serve(call, request, given, now)
            except SignInRefusalError as refusal:
                outcome = refusal.name
                response = refusal.row.response(**self._hint(refusal, request))
            host = centres.host_of(request)
            entry = SignInEntry(now, call, host, outcome, given.secrets_in_query)
            self.log.append(entry)
        self.on_call(entry)
        return response

    def _visit(self, request: Request, given: Parameters) -> Response:
        user_code, answer = given["user_code"], given["answer"]
        if request.method == "GET":
            return devices.form_page(user_code)
        if answer not in ("allow", "deny"):
            return devices.form_page(user_code, status=400)
        if not self.answer_device(user_code, allowed=answer == "allow"):
            return devices.unknown_page(user_code)
        return devices.answered_page(allowed=answer == "allow")

    def _serve(self, call: SignInCall, request: Request, given: Parameters, now: float) -> Response:
        match call:
            case SignInCall.DEVICE_CODE:
                return self._begin(request, given, now)
            case SignInCall.DEVICE_TOKEN:
                return self._poll(request, given, now)
            case SignInCall.CODE:
                self._check_client(given, request)
                if "redirect_uri" in given:
                    # A self client has none; the sources do not say what it meets.
                    raise SignInRefusalError("invalid_redirect_uri")
                return self._granted(self._tokens.redeem(given["code"], now), request)
            case SignInCall.REFRESH:
                self._check_client(given, request)
                return self._granted(self._tokens.refresh(given["refresh_token"], now), request)
            case SignInCall.REVOKE:
                if request.path == _NEWER_REVOKE:
                    _check_credentials(*basic_credentials(request))
                self._tokens.revoke(given["token"], given["token_type"])
                return json_response(200, {"status": "success"})
            case SignInCall.INFO:
                servers = centres.locations(request)
                return json_response(200, {"result": "success", "locations": servers})

    def _begin(self, request: Request, given: Parameters, now: float) -> Response:
        if given["client_id"] != CLIENT_ID:
            raise SignInRefusalError("invalid_client")
        asked = frozenset(name.strip() for name in given["scope"].split(","))
        if not asked <= self._known_scopes:
            raise SignInRefusalError("invalid_scope")
        device = self._devices.open(
            asked,
            now,
            offline=given["access_type"] == "offline",  # the default is online [DEV-I]
            asks_again=given["prompt"] == "consent",
        )
        page = centres.origin_of(request) + devices.PATH
        return device_answer(device, page, milliseconds=self._milliseconds)

    def _poll(self, request: Request, given: Parameters, now: float) -> Response:
        _check_credentials(given["client_id"], given["client_secret"])
        at_home = centres.centre_of(request) == self.home
        device = self._devices.poll(given["code"], now, at_home=at_home)
        offline = self._devices.gets_refresh_token(device)
        return self._granted(self._tokens.grant(device.scopes, now, offline=offline), request)

    def _check_client(self, given: Parameters, request: Request) -> None:
        _check_credentials(given["client_id"], given["client_secret"])
        if centres.centre_of(request) != self.home:
            raise SignInRefusalError("invalid_client")  # [BOOK]

    def _granted(self, grant: Grant, request: Request) -> Response:
        centre = centres.centre_of(request)
        return grant_answer(grant, centre, self._token_life, milliseconds=self._milliseconds)

    def _hint(self, refusal: SignInRefusalError, request: Request) -> Mapping[str, str]:
        if refusal.name != "other_dc":
            return {}
        asked = centres.centre_of(request)
        other = centres.US if asked == centres.EU else centres.EU
        return {self._dc_key: self.home if asked != self.home else other}


def _call(request: Request, given: Parameters) -> SignInCall:
    if request.path not in _CALLS:
        raise SignInRefusalError("not_found")
    method, calls = _CALLS[request.path]
    if request.method != method:
        raise SignInRefusalError("wrong_method")
    grant = "" if "" in calls else given["grant_type"]
    if grant not in calls:
        raise SignInRefusalError("general_error")
    return calls[grant]


def _check_credentials(client_id: str, secret: str) -> None:
    # [BOOK] has one error for both; the table of 5.5 names another for the secret alone.
    if client_id != CLIENT_ID:
        raise SignInRefusalError("invalid_client")
    if secret != CLIENT_SECRET:
        raise SignInRefusalError("invalid_client_secret")
