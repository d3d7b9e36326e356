"""What the accounts server is asked, and what becomes of each of its answers."""

import base64
from collections.abc import Awaitable, Callable

import httpx
import pytest
from pydantic import SecretStr

from tests.creator.calls import patience
from tests.creator.signing_in import (
    CLIENT,
    CODE,
    REFRESH,
    SECRET,
    SIGNED_IN,
    THROTTLED,
    accounts,
    form,
    grant,
    leaks,
    network,
    shown,
)
from tests.support.stub_server import DROP, Answer, Raw, Reply, Request, Silence, StubServer
from zcbulk_tui.creator.accounts import Accounts
from zcbulk_tui.creator.grants import Complaint
from zcbulk_tui.creator.network import Timeouts
from zcbulk_tui.errors import (
    ServiceError,
    SignedOutError,
    SignInBusyError,
    UnclearError,
    UnreachableError,
    UnreadableError,
    ZcbulkError,
)

DEVICE = {"device_code": CODE, "user_code": "ABC-123", "verification_url": "https://a.example/"}
PLACES = {"locations": {"eu": "https://accounts.zoho.eu"}}
DONE = Reply.of({"status": "success"})
WHO = {"client_id": CLIENT.id, "client_secret": SECRET}
NEWER, OLDER = "/oauth/v2/revoke/token", "/oauth/v2/token/revoke"

Ask = Callable[[Accounts], Awaitable[object]]
ASKED: dict[str, tuple[Ask, str, dict[str, str], Reply]] = {
    "device code": (
        lambda server: server.device_code(CLIENT.id, ("a.READ", "b.CREATE")),
        "/oauth/v3/device/code",
        {
            "client_id": CLIENT.id,
            "grant_type": "device_request",
            "scope": "a.READ,b.CREATE",
            "access_type": "offline",
            "prompt": "consent",
        },
        Reply.of(DEVICE),
    ),
    "device grant": (
        lambda server: server.device_grant(CLIENT, SecretStr(CODE)),
        "/oauth/v3/device/token",
        {**WHO, "grant_type": "device_token", "code": CODE},
        Reply.of(SIGNED_IN),
    ),
    "code": (
        lambda server: server.code_grant(CLIENT, SecretStr(CODE)),
        "/oauth/v2/token",
        {**WHO, "grant_type": "authorization_code", "code": CODE},
        Reply.of(SIGNED_IN),
    ),
    "refresh": (
        lambda server: server.refresh(CLIENT, SecretStr(REFRESH)),
        "/oauth/v2/token",
        {**WHO, "grant_type": "refresh_token", "refresh_token": REFRESH},
        grant(),
    ),
}


def revoke(server: Accounts) -> Awaitable[object]:
    return server.revoke(CLIENT, SecretStr(REFRESH))


ALL: dict[str, Ask] = {name: ask for name, (ask, *_) in ASKED.items()} | {"revoke": revoke}
TELLING = {name: ask for name, ask in ALL.items() if name != "device grant"}
"""Those for which a refusal is an error; for a device, "not yet" is one of its answers."""

each = pytest.mark.parametrize("ask", ALL.values(), ids=ALL)


def is_safe(request: Request) -> bool:
    """Whether nothing secret stands where servers and proxies log it."""
    head = f"{request.path} {dict(request.headers) | {'authorization': ''}}"
    return "?" not in request.path and not leaks(head)


async def failure(ask: Ask, *script: Answer, timeouts: Timeouts | None = None) -> ZcbulkError:
    """The error that answers lead to; it shows no secret."""
    with StubServer(script) as server:
        async with accounts(server.url, timeouts) as there:
            with pytest.raises(ZcbulkError) as caught:
                await ask(there)
        assert all(is_safe(request) for request in server.requests)
    assert leaks(shown(caught.value)) == []
    return caught.value


@pytest.mark.parametrize(("ask", "path", "sent", "answer"), ASKED.values(), ids=ASKED)
async def test_what_is_asked_goes_into_the_body(
    ask: Ask, path: str, sent: dict[str, str], answer: Reply
) -> None:
    with StubServer([answer]) as server:
        async with accounts(server.url) as there:
            found = await ask(there)
    (request,) = server.requests
    assert (request.method, request.path, form(request)) == ("POST", path, sent)
    assert is_safe(request)
    assert "authorization" not in request.headers
    assert leaks(repr(found)) == []


async def test_what_a_device_may_be_told_is_no_error() -> None:
    with StubServer([Reply.of({"error": "authorization_pending"})]) as server:
        async with accounts(server.url) as there:
            answer = await there.device_grant(CLIENT, SecretStr(CODE))
    assert answer == Complaint("authorization_pending", "authorization_pending", 200)


async def test_the_places_are_public() -> None:
    with StubServer([Reply.of(PLACES)]) as server:
        async with accounts(server.url) as there:
            assert await there.locations() == PLACES["locations"]
    (request,) = server.requests
    assert (request.method, request.path) == ("GET", "/oauth/serverinfo")
    assert request.body == b""


@pytest.mark.parametrize("http_status", [200, 400])
@pytest.mark.parametrize("ask", TELLING.values(), ids=TELLING)
async def test_an_error_counts_under_any_http_status(ask: Ask, http_status: int) -> None:
    refused = Reply.of({"error": "invalid_client"}, http_status)
    assert type(await failure(ask, refused, refused)) is SignedOutError
    busy = Reply.of(THROTTLED, http_status)
    assert type(await failure(ask, busy, busy)) is SignInBusyError


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        pytest.param(Reply(200, b"<html>"), UnreadableError, id="HTML"),
        pytest.param(Reply.of({}), UnreadableError, id="empty"),
        pytest.param(Reply(503, b"<html>"), ServiceError, id="503"),
        pytest.param(Reply(302), ServiceError, id="302"),
        pytest.param(Reply(403, b"<html>"), ServiceError, id="403"),
        pytest.param(Reply(404), ServiceError, id="404"),
    ],
)
async def test_what_is_no_grant(answer: Reply, kind: type[ZcbulkError]) -> None:
    assert type(await failure(ALL["refresh"], answer)) is kind


@each
@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        pytest.param(DROP, UnclearError, id="dropped"),
        pytest.param(Raw(b"garbage\r\n\r\n"), UnclearError, id="garbage"),
        pytest.param(Silence(), UnclearError, id="silence"),
        pytest.param(
            Reply(200, REFRESH.encode() + b" " * 2 * 1024 * 1024), UnreadableError, id="too large"
        ),
    ],
)
async def test_broken_answers(ask: Ask, answer: Answer, kind: type[ZcbulkError]) -> None:
    assert type(await failure(ask, answer, timeouts=patience(answer))) is kind


@each
async def test_a_host_that_cannot_be_one(ask: Ask) -> None:
    async with accounts("https://[v1.x]") as there:
        with pytest.raises(UnreachableError) as caught:
            await ask(there)
    assert leaks(shown(caught.value)) == []


@each
async def test_what_the_network_was_about_to_send_shows_in_no_error(ask: Ask) -> None:
    class Failing(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            written = await request.aread()
            raise httpx.WriteError(f"{len(written)} bytes")

    async with network(transport=Failing()) as made:
        with pytest.raises(UnclearError) as caught:
            await ask(Accounts(made, "http://127.0.0.1"))
    assert leaks(shown(caught.value)) == []


@each
@pytest.mark.parametrize("http_status", [301, 302, 303, 307, 308])
async def test_no_redirect_is_followed(ask: Ask, http_status: int) -> None:
    with StubServer() as elsewhere:
        redirect = Reply(http_status, b"", {"Location": elsewhere.url})
        assert isinstance(await failure(ask, redirect, redirect), ServiceError)
        assert elsewhere.requests == []


async def test_a_revocation_goes_to_the_newer_address_with_the_client_in_its_header() -> None:
    with StubServer([DONE]) as server:
        async with accounts(server.url) as there:
            await revoke(there)
    (request,) = server.requests
    assert request.path == NEWER
    assert form(request) == {"token": REFRESH, "token_type": "refresh_token"}
    basic = base64.b64encode(f"{CLIENT.id}:{SECRET}".encode()).decode()
    assert request.headers["authorization"] == f"Basic {basic}"


@pytest.mark.parametrize(
    "first",
    [
        Reply.of({"error": "invalid_client"}),
        Reply(400),
        Reply(404, b"<html>"),
        Reply(500),
        Reply(302, b"", {"Location": "https://accounts.zoho.com/signin"}),
    ],
    ids=lambda reply: str(reply.status),
)
async def test_the_older_address_follows(first: Reply) -> None:
    with StubServer([first, DONE]) as server:
        async with accounts(server.url) as there:
            await revoke(there)
    newer, older = server.requests
    assert (newer.path, older.path) == (NEWER, OLDER)
    assert form(older) == {"token": REFRESH}
    assert "authorization" not in older.headers
    assert is_safe(older)


async def test_a_revocation_that_both_refuse_has_not_happened() -> None:
    assert isinstance(await failure(revoke, Reply(400), Reply(400)), ServiceError)
