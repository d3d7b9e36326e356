"""A call whose token is refused is made once more with another one, and never a third time."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import pytest
from pydantic import SecretStr

from tests.creator.calls import TOKEN, creator
from tests.creator.sign_ins import ManualWorld
from tests.creator.signing_in import leaks, network, shown
from tests.support.contract import PAGE_STARTED, PAGE_STATUS
from tests.support.jobs import REF
from tests.support.simulators import commands_sent, labelled, url_of
from tests.support.stub_server import Answer, Reply, Request, StubServer
from zcbulk_tui.creator import tokens
from zcbulk_tui.creator.client import CreatorClient
from zcbulk_tui.creator.tokens import CommandToken, FixedToken, TokenSource
from zcbulk_tui.domain.address import parse_job_url
from zcbulk_tui.domain.job import Action, Environment, JobRef, JobState
from zcbulk_tui.errors import SignedOutError, SignInBusyError, SignInError, ZcbulkError
from zcbulk_tui.simulator.faults import SignInFault
from zcbulk_tui.simulator.physics import State
from zcbulk_tui.simulator.sign_in_errors import SignInCall

REFUSED = Reply.of({"code": 1030, "message": "invalid"}, 401)
OTHER_401 = [(1000, 401), (2945, 401), (None, 401), (1060, 401)]


def job(at_zoho: ManualWorld, label: str) -> JobRef:
    found = labelled(at_zoho.creator, label)
    return parse_job_url(
        url_of(at_zoho.server, found),
        Environment(found.address.environment),
        base_url=at_zoho.server.base_url,
    )


def by_token(*good: str) -> Callable[[Request], Answer]:
    """A server that accepts these tokens only."""

    def answer(request: Request) -> Answer:
        if request.headers["authorization"].removeprefix("Zoho-oauthtoken ") not in good:
            return REFUSED
        return Reply(200, PAGE_STATUS if request.method == "GET" else PAGE_STARTED)

    return answer


def signed(server: StubServer) -> list[str]:
    """The token of each call."""
    return [r.headers["authorization"].removeprefix("Zoho-oauthtoken ") for r in server.requests]


class Printer:
    """A program that prints these tokens, the last one again and again."""

    def __init__(self, *tokens: str) -> None:
        self._tokens = tokens
        self.runs = 0

    def __call__(self) -> SecretStr:
        self.runs += 1
        return SecretStr(self._tokens[min(self.runs, len(self._tokens)) - 1])


def client_of(
    server: StubServer, tokens: TokenSource
) -> AbstractAsyncContextManager[CreatorClient]:
    return creator(server.url, tokens=tokens)


async def test_a_status_is_asked_for_again_with_another_token(at_zoho: ManualWorld) -> None:
    await at_zoho.sign_in()
    ref = job(at_zoho, "Customers")
    async with network() as wire:
        tokens = at_zoho.asker(wire)
        await at_zoho.revoke(await tokens.token())
        client = CreatorClient(tokens, wire, base_url=at_zoho.server.base_url)
        assert (await client.status(ref)).state is JobState.IN_PROGRESS
        await client.status(ref)
    assert [entry.code for entry in at_zoho.creator.log] == [1030, 3000, 3000]
    assert at_zoho.refreshes == ["ok"]


@pytest.mark.parametrize(
    ("label", "action", "state"),
    [("Suppliers", Action.START, State.RUNNING), ("Customers", Action.ABORT, State.USER_ABORTED)],
)
async def test_a_command_has_one_effect(
    at_zoho: ManualWorld, label: str, action: Action, state: State
) -> None:
    await at_zoho.sign_in()
    ref = job(at_zoho, label)
    async with network() as wire:
        tokens = at_zoho.asker(wire)
        await at_zoho.revoke(await tokens.token())
        await CreatorClient(tokens, wire, base_url=at_zoho.server.base_url).control(ref, action)
    sent = commands_sent(at_zoho.creator)
    assert [entry.code for entry in at_zoho.creator.log] == [1030, 3000]
    assert len(set(sent)) == 1
    assert labelled(at_zoho.creator, label).state(at_zoho.clock()) is state


async def test_tokens_that_are_always_refused_end_it(at_zoho: ManualWorld) -> None:
    await at_zoho.sign_in()
    with StubServer(lambda _: REFUSED) as server:
        async with network() as wire:
            client = CreatorClient(at_zoho.asker(wire), wire, base_url=server.url)
            for _ in range(3):
                with pytest.raises(SignedOutError) as caught:
                    await client.status(REF)
        assert len(server.requests) == 2
        assert len(set(signed(server))) == 2
    assert at_zoho.refreshes == ["ok"]
    assert leaks(shown(caught.value)) == []
    assert not [token for token in signed(server) if token in shown(caught.value)]


async def test_many_calls_at_once_do_not_keep_each_other_going(at_zoho: ManualWorld) -> None:
    await at_zoho.sign_in()
    with StubServer(lambda _: REFUSED) as server:
        async with network() as wire:
            client = CreatorClient(at_zoho.asker(wire), wire, base_url=server.url)
            for _ in range(3):
                ends = await asyncio.gather(
                    *(client.status(REF) for _ in range(5)), return_exceptions=True
                )
                assert {type(end) for end in ends} == {SignedOutError}
        assert len(server.requests) <= 10
    assert at_zoho.refreshes == ["ok"]


@pytest.mark.parametrize("end", ["revoked", "throttled"])
async def test_no_call_is_spent_on_a_token_that_is_known_to_be_refused(
    at_zoho: ManualWorld, end: str
) -> None:
    await at_zoho.sign_in()
    if end == "revoked":
        at_zoho.accounts.revoke_all()
    else:
        at_zoho.accounts.inject(SignInFault(SignInCall.REFRESH, "throttle"))
    with StubServer(lambda _: REFUSED) as server:
        async with network() as wire:
            client = CreatorClient(at_zoho.asker(wire), wire, base_url=server.url)
            for _ in range(3):
                with pytest.raises(SignedOutError if end == "revoked" else SignInBusyError):
                    await client.status(REF)
        assert len(server.requests) == 1
    assert len(at_zoho.refreshes) == 1


@pytest.mark.parametrize(("code", "http"), OTHER_401)
async def test_what_is_no_refusal_of_the_token_is_not_asked_again(
    at_zoho: ManualWorld, code: int | None, http: int
) -> None:
    await at_zoho.sign_in()
    answer = Reply.of({"code": code, "message": "no"}, http)
    with StubServer(lambda _: answer) as server:
        async with network() as wire:
            client = CreatorClient(at_zoho.asker(wire), wire, base_url=server.url)
            with pytest.raises(ZcbulkError) as caught:
                await client.status(REF)
        assert len(server.requests) == 1
    assert not isinstance(caught.value, SignedOutError)
    assert at_zoho.refreshes == []


async def test_a_fixed_token_is_not_used_again_once_refused() -> None:
    with StubServer(by_token()) as server:
        async with client_of(server, FixedToken(SecretStr(TOKEN), "ZCBULK_ACCESS_TOKEN")) as client:
            for _ in range(5):
                with pytest.raises(SignedOutError, match="ZCBULK_ACCESS_TOKEN") as caught:
                    await client.status(REF)
        assert signed(server) == [TOKEN]
    assert len(caught.traceback) < 10
    assert caught.value.answer is not None
    assert caught.value.answer.code == 1030
    assert "zcbulk-tui login" in caught.value.next_step


@pytest.mark.parametrize("code", [1000, 2945])
async def test_a_fixed_token_stays_in_use_after_other_refusals(code: int) -> None:
    script = [Reply.of({"code": code}, 401), Reply(200, PAGE_STATUS)]
    with StubServer(script) as server:
        async with client_of(server, FixedToken(SecretStr(TOKEN), "the tests")) as client:
            with pytest.raises(SignInError):
                await client.status(REF)
            await client.status(REF)
        assert signed(server) == [TOKEN, TOKEN]


async def test_a_command_is_run_once_while_its_token_is_good() -> None:
    run = Printer("1000.a")
    with StubServer(by_token("1000.a")) as server:
        async with client_of(server, CommandToken(run)) as client:
            await asyncio.gather(*(client.status(REF) for _ in range(3)))
            await client.control(REF, Action.START)
    assert run.runs == 1


async def test_a_command_is_run_again_for_a_refused_token() -> None:
    run = Printer("1000.a", "1000.b")
    with StubServer(by_token("1000.b")) as server:
        async with client_of(server, CommandToken(run)) as client:
            await client.control(REF, Action.START)
        assert signed(server) == ["1000.a", "1000.b"]
    assert run.runs == 2


@pytest.mark.parametrize(("again", "runs"), [(60.0, 2), (0.0, 4)])
async def test_a_command_that_prints_the_same_token_again_has_none(
    monkeypatch: pytest.MonkeyPatch, again: float, runs: int
) -> None:
    monkeypatch.setattr(tokens, "_AGAIN", again)
    run = Printer("1000.a")
    with StubServer(by_token()) as server:
        async with client_of(server, CommandToken(run)) as client:
            for _ in range(3):
                with pytest.raises(SignedOutError, match="token_command"):
                    await client.status(REF)
        assert signed(server) == ["1000.a"]
    assert run.runs == runs


@pytest.mark.parametrize("callers", [1, 3])
async def test_a_command_whose_tokens_are_all_refused_makes_two_calls(callers: int) -> None:
    run = Printer("1000.a", "1000.b")
    with StubServer(by_token()) as server:
        async with client_of(server, CommandToken(run)) as client:
            for _ in range(3):
                ends = await asyncio.gather(
                    *(client.status(REF) for _ in range(callers)), return_exceptions=True
                )
                assert {type(end) for end in ends} == {SignedOutError}
        assert set(signed(server)) == {"1000.a", "1000.b"}
        assert len(server.requests) <= 2 * callers


@pytest.mark.parametrize("callers", [1, 3])
async def test_a_token_that_several_calls_were_refused_for_is_remembered(callers: int) -> None:
    refusal = SignInError("The access token is not valid")
    tokens = CommandToken(Printer("1000.a", "1000.b"))
    assert await tokens.renew(await tokens.token(), refusal) == SecretStr("1000.b")
    for _ in range(callers):
        tokens.give_up(refusal)
    with pytest.raises(SignedOutError):
        await tokens.token()


async def test_a_command_that_fails_is_the_error_of_the_call() -> None:
    def run() -> SecretStr:
        raise SignInError("token_command brings no token")

    with StubServer() as server:
        async with client_of(server, CommandToken(run)) as client:
            with pytest.raises(SignInError, match="brings no token"):
                await client.status(REF)
        assert server.requests == []
