"""The device flow: what a server may say while the user types the code, and no time is lost."""

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from pydantic import SecretStr

from tests.creator.signing_in import (
    CLIENT,
    CODE,
    REFRESH,
    SIGNED_IN,
    THROTTLED,
    accounts,
    form,
    leaks,
    shown,
)
from tests.support.stub_server import DROP, Answer, Reply, Request, StubServer
from zcbulk_tui.creator import device, grants
from zcbulk_tui.creator.accounts import Accounts
from zcbulk_tui.creator.grants import DeviceCode, Grant
from zcbulk_tui.creator.network import Network
from zcbulk_tui.creator.scopes import CREATE, READ, UPDATE, needed
from zcbulk_tui.domain import datacenters
from zcbulk_tui.errors import (
    SignedOutError,
    SignInBusyError,
    SignInError,
    ZcbulkError,
)

PENDING = Reply.of({"error": "authorization_pending"})
SLOW_DOWN = Reply.of({"error": "slow_down"})
DONE = Reply.of(SIGNED_IN)
GIVEN = {"device_code": CODE, "user_code": "ABC-123", "verification_url": "https://a.example/"}
UNKNOWN_SCOPE = Reply.of({"error": "invalid_scope"}, 400)


@dataclass
class Waits:
    """Waits in no time, and remembers for how long, and how much of the code's life was left."""

    steps: list[float] = field(default_factory=list)
    left: list[float] = field(default_factory=list)

    async def __call__(self, step: float, left: float) -> None:
        self.steps.append(step)
        self.left.append(left)


def code(interval: float = 30.0, life: float = 300.0) -> DeviceCode:
    return DeviceCode("ABC-123", "https://a.example/", None, SecretStr(CODE), interval, life)


async def polled(*script: Answer, given: DeviceCode | None = None) -> list[float]:
    """The waits of a sign-in that comes to its end."""
    waits = Waits()
    with StubServer(script) as server:
        async with accounts(server.url) as there:
            home, grant = await device.device_grant(there, CLIENT, given or code(), waits)
        assert home.url == server.url
        assert len(server.requests) == len(script) == len(waits.steps)
    assert grant.refresh_token == SecretStr(REFRESH)
    return waits.steps


async def failure(*script: Answer, given: DeviceCode | None = None) -> ZcbulkError:
    """The error that a sign-in ends with, after all of the script."""
    with StubServer(script) as server:
        async with accounts(server.url) as there:
            with pytest.raises(ZcbulkError) as caught:
                await device.device_grant(there, CLIENT, given or code(), Waits())
        assert len(server.requests) == len(script)
    assert leaks(shown(caught.value)) == []
    return caught.value


async def test_the_first_look_comes_after_a_wait() -> None:
    assert await polled(DONE) == [30]


@pytest.mark.parametrize(
    ("script", "steps"),
    [
        pytest.param([PENDING, PENDING, DONE], [30, 30, 30], id="pending"),
        pytest.param([SLOW_DOWN, PENDING, SLOW_DOWN, DONE], [30, 35, 35, 40], id="slow down"),
        pytest.param([DROP, PENDING, DONE], [30, 30, 30], id="dropped"),
        pytest.param([Reply(502, b"<html>"), DONE], [30, 30], id="502"),
        pytest.param([Reply(200, b"<html>"), DONE], [30, 30], id="HTML"),
        pytest.param([Reply(429), DONE], [30, 30], id="429"),
        pytest.param([Reply(302), DONE], [30, 30], id="redirect"),
        pytest.param([Reply.of({"error": "Slow Down"}), DONE], [30, 35], id="in other letters"),
        pytest.param(
            [Reply.of({"error": "authorization_pending"}, 400), DONE], [30, 30], id="pending as 400"
        ),
    ],
)
async def test_it_is_asked_again(script: list[Answer], steps: list[float]) -> None:
    assert await polled(*script) == steps


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ("access_denied", SignedOutError),
        ("expired", SignedOutError),
        ("invalid_client", SignedOutError),
        ("invalid_code", SignedOutError),
        ("moon_phase", SignInError),
    ],
)
async def test_it_ends_where_asking_again_is_in_vain(answer: str, kind: type[ZcbulkError]) -> None:
    assert type(await failure(PENDING, Reply.of({"error": answer}))) is kind


async def test_it_ends_where_too_much_was_asked() -> None:
    assert type(await failure(PENDING, Reply.of(THROTTLED))) is SignInBusyError


async def test_the_codes_life_is_its_end() -> None:
    waits = Waits()
    with StubServer(lambda _: PENDING) as server:
        async with accounts(server.url) as there:
            with pytest.raises(SignedOutError, match="The code has ended"):
                await device.device_grant(there, CLIENT, code(life=100), waits)
        assert len(server.requests) == 4
    assert waits.steps == [30, 30, 30, 10]
    assert waits.left == [100, 70, 40, 10]


async def test_an_interval_without_end_ends_with_the_code() -> None:
    assert type(await failure(PENDING, given=code(interval=float("inf")))) is SignedOutError


def two_centres(location: dict[str, str]) -> tuple[Callable[[Request], Answer], list[str]]:
    """A server on this machine that is two data centres, by the name that it is called."""
    asked: list[str] = []

    def answer(request: Request) -> Answer:
        host = request.headers["host"]
        asked.append(f"{host.partition(':')[0]} {request.path}")
        if request.path == "/oauth/serverinfo":
            port = host.partition(":")[2]
            return Reply.of({"locations": {"eu": f"http://localhost:{port}"}})
        assert form(request)["code"] == CODE
        return DONE if host.startswith("localhost") else Reply.of({"error": "other_dc", **location})

    return answer, asked


@pytest.mark.parametrize("location", [{"user_location": "eu"}, {"dc": "EU"}], ids=repr)
async def test_a_server_of_ones_own_is_asked_where_the_user_is(location: dict[str, str]) -> None:
    script, asked = two_centres(location)
    with StubServer(script) as server:
        async with accounts(server.url) as there:
            home, _ = await device.device_grant(there, CLIENT, code(), Waits())
    assert home.url == f"http://localhost:{server.port}"
    assert asked == [
        "127.0.0.1 /oauth/v3/device/token",
        "127.0.0.1 /oauth/serverinfo",
        "localhost /oauth/v3/device/token",
    ]


class Centres(Accounts):
    """Zoho's servers without their network: every one but the user's says where that is."""

    def __init__(self, network: Network, url: str, location: str, asked: list[str]) -> None:
        super().__init__(network, url)
        self.location = location
        self.asked = asked

    def at(self, url: str) -> "Centres":
        return Centres(self.network, url, self.location, self.asked)

    async def device_grant(self, *_: object) -> Grant | grants.Complaint:
        self.asked.append(self.url)
        center = datacenters.named(self.location)
        if center and center.accounts_url == self.url:
            return Grant(SecretStr("a"), 3600.0, SecretStr(REFRESH))
        return grants.Complaint("other_dc", "other_dc", 200, self.location)


async def looked_for(location: str) -> list[str]:
    """Which of Zoho's servers are asked for a user who is at home there."""
    asked: list[str] = []
    async with accounts("https://accounts.zoho.com") as there:
        centres = Centres(there.network, there.url, location, asked)
        home, _ = await device.device_grant(centres, CLIENT, code(), Waits())
    assert home.url == asked[-1]
    return asked


@pytest.mark.parametrize("center", datacenters.DATA_CENTERS[1:], ids=lambda center: center.name)
async def test_zohos_own_servers_are_known(center: datacenters.DataCenter) -> None:
    asked = ["https://accounts.zoho.com", center.accounts_url]
    assert await looked_for(center.name) == asked
    assert await looked_for(center.name.upper()) == asked


@pytest.mark.parametrize("location", ["", "mars", "https://evil.example", "eu.evil.example"])
async def test_the_secret_goes_to_no_server_that_is_not_known(location: str) -> None:
    with pytest.raises(SignInError) as caught:
        await looked_for(location)
    assert f"“{location}”" in caught.value.cause or not location
    assert "accounts_url" in caught.value.next_step


@pytest.mark.parametrize("place", ["http://evil.example", "https://a:b@evil.example", "", "eu"])
async def test_nor_to_one_in_clear_text(place: str) -> None:
    other = Reply.of({"error": "other_dc", "user_location": "eu"})
    error = await failure(other, Reply.of({"locations": {"eu": place}}))
    assert type(error) is SignInError


async def begun(*script: Reply, scopes: tuple[str, ...]) -> list[str]:
    """The scopes that are asked for, one text for each request."""
    with StubServer(script) as server:
        async with accounts(server.url) as there:
            await device.device_code(there, CLIENT, scopes)
    return [form(request)["scope"] for request in server.requests]


async def test_no_more_is_asked_for_than_is_needed() -> None:
    given = Reply.of(GIVEN)
    assert await begun(given, scopes=needed(read_only=True)) == [READ]
    assert await begun(given, scopes=needed(read_only=False)) == [f"{READ},{CREATE},{UPDATE}"]


@pytest.mark.parametrize("error", ["invalid_scope", "Invalid Scope"])
async def test_where_updates_are_no_scope_they_are_left_out(error: str) -> None:
    refused = Reply.of({"error": error}, 400)
    asked = await begun(refused, Reply.of(GIVEN), scopes=needed(read_only=False))
    assert asked == [f"{READ},{CREATE},{UPDATE}", f"{READ},{CREATE}"]


@pytest.mark.parametrize(
    ("scopes", "script"),
    [
        pytest.param((READ,), [UNKNOWN_SCOPE], id="nothing to leave out"),
        pytest.param((READ, UPDATE), [UNKNOWN_SCOPE, UNKNOWN_SCOPE], id="no better without"),
        pytest.param((READ, UPDATE), [Reply.of({"error": "invalid_client"})], id="another error"),
    ],
)
async def test_a_scope_that_stays_unknown_ends_it(
    scopes: tuple[str, ...], script: list[Reply]
) -> None:
    with pytest.raises(SignedOutError):
        await begun(*script, Reply.of(GIVEN), scopes=scopes)
