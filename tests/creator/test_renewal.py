"""An access token is renewed in time, by one of all who need it, and not asked for in vain."""

import asyncio
from pathlib import Path

import pytest

from tests.creator.sign_ins import ManualWorld, world
from tests.store.failing_disk import full_disk
from zcbulk_tui.creator.network import Network
from zcbulk_tui.errors import (
    SignedOutError,
    SignInBusyError,
    SignInError,
    UnreachableError,
)
from zcbulk_tui.simulator.faults import SignInFault
from zcbulk_tui.simulator.sign_in_errors import SignInCall

REFUSAL = SignInError("The access token is not valid")


def throttled(times: int | None = None, error: str = "throttle") -> SignInFault:
    return SignInFault(SignInCall.REFRESH, error, times)


async def test_nothing_is_asked_while_the_token_is_good(
    at_zoho: ManualWorld, wire: Network
) -> None:
    await at_zoho.sign_in()
    asker = at_zoho.asker(wire)
    first = await asker.token()
    at_zoho.pass_time(3299)
    assert await asker.token() == await at_zoho.asker(wire).token() == first
    assert at_zoho.is_accepted(first)
    assert at_zoho.refreshes == []


async def test_a_token_of_a_forgotten_sign_in_is_not_used(
    at_zoho: ManualWorld, wire: Network
) -> None:
    await at_zoho.sign_in()
    asker = at_zoho.asker(wire)
    first = await asker.token()
    at_zoho.store.forget()
    with pytest.raises(SignedOutError):
        await asker.token()
    await at_zoho.sign_in()
    assert await asker.token() != first


@pytest.mark.parametrize(
    ("life", "good_for"), [(3600, 3300), (86400, 86100), (6000, 5700), (60, 55), (12, 11)]
)
async def test_it_is_renewed_before_its_end(
    tmp_path: Path, wire: Network, life: float, good_for: float
) -> None:
    with world(tmp_path, token_life=life) as at_zoho:
        await at_zoho.sign_in()
        asker = at_zoho.asker(wire)
        first = await asker.token()
        at_zoho.pass_time(good_for - 0.01)
        assert await asker.token() == first
        at_zoho.pass_time(0.02)
        second = await asker.token()
        assert second != first
        assert at_zoho.is_accepted(first)
        assert at_zoho.is_accepted(second)
        assert at_zoho.refreshes == ["ok"]


async def test_many_who_need_it_at_once_ask_once(at_zoho: ManualWorld, wire: Network) -> None:
    await at_zoho.sign_in()
    askers = [at_zoho.asker(wire) for _ in range(3)]
    at_zoho.pass_time(3601)
    tokens = await asyncio.gather(*(asker.token() for asker in askers * 10))
    assert len({token.get_secret_value() for token in tokens}) == 1
    assert at_zoho.refreshes == ["ok"]


async def test_many_who_are_refused_at_once_ask_once(at_zoho: ManualWorld, wire: Network) -> None:
    await at_zoho.sign_in()
    asker = at_zoho.asker(wire)
    first = await asker.token()
    tokens = await asyncio.gather(*(asker.renew(first, REFUSAL) for _ in range(10)))
    assert len({token.get_secret_value() for token in tokens} - {first.get_secret_value()}) == 1
    assert at_zoho.refreshes == ["ok"]


async def test_the_newer_token_of_another_process_is_taken(
    at_zoho: ManualWorld, wire: Network
) -> None:
    await at_zoho.sign_in()
    one, other = at_zoho.asker(wire), at_zoho.asker(wire)
    first = await one.token()
    assert await other.token() == first
    newer = await other.renew(first, REFUSAL)
    assert await one.renew(first, REFUSAL) == await one.token() == newer
    assert at_zoho.refreshes == ["ok"]


@pytest.mark.parametrize("error", ["throttle", "throttle-400"])
async def test_after_too_many_requests_nobody_asks_for_ten_minutes(
    at_zoho: ManualWorld, wire: Network, error: str
) -> None:
    await at_zoho.sign_in()
    at_zoho.pass_time(3601)
    at_zoho.accounts.inject(throttled(1, error))
    asker = at_zoho.asker(wire)
    with pytest.raises(SignInBusyError) as caught:
        await asker.token()
    assert caught.value.retry_after == 600
    at_zoho.pass_time(599)
    for one in (asker, at_zoho.asker(wire)):
        with pytest.raises(SignInBusyError) as caught:
            await one.token()
        assert caught.value.retry_after == pytest.approx(1)
    assert len(at_zoho.refreshes) == 1
    at_zoho.pass_time(2)
    assert at_zoho.is_accepted(await asker.token())
    assert at_zoho.refreshes[1:] == ["ok"]


async def test_a_pause_on_disk_reaches_who_has_the_same_token(
    at_zoho: ManualWorld, wire: Network
) -> None:
    await at_zoho.sign_in()
    one, other = at_zoho.asker(wire), at_zoho.asker(wire)
    first = await one.token()
    assert await other.token() == first
    at_zoho.accounts.inject(throttled(1))
    for asker in (one, other):
        with pytest.raises(SignInBusyError):
            await asker.renew(first, REFUSAL)
    assert len(at_zoho.refreshes) == 1


async def test_a_pause_lets_a_token_be_used_until_its_end(
    at_zoho: ManualWorld, wire: Network
) -> None:
    await at_zoho.sign_in()
    asker = at_zoho.asker(wire)
    first = await asker.token()
    at_zoho.accounts.inject(throttled())
    at_zoho.pass_time(3430)
    assert await asker.token() == await at_zoho.asker(wire).token() == first
    at_zoho.pass_time(169)
    assert await asker.token() == first
    assert len(at_zoho.refreshes) == 1
    at_zoho.pass_time(2)
    with pytest.raises(SignInBusyError):
        await asker.token()


async def test_a_pause_of_a_clock_that_was_wrong_does_not_last(
    at_zoho: ManualWorld, wire: Network
) -> None:
    await at_zoho.sign_in()
    at_zoho.pass_time(10 * 365 * 86400)
    at_zoho.accounts.inject(throttled(1))
    with pytest.raises(SignInBusyError):
        await at_zoho.asker(wire).token()
    at_zoho.pass_time(-10 * 365 * 86400 + 3601)
    await at_zoho.asker(wire).token()
    assert at_zoho.refreshes[1:] == ["ok"]


async def test_while_zoho_cannot_be_reached_the_token_is_used_until_its_end(
    at_zoho: ManualWorld, wire: Network
) -> None:
    await at_zoho.sign_in()
    asker = at_zoho.asker(wire)
    first = await asker.token()
    at_zoho.server.close()
    for seconds in (3430, 61, 61):
        at_zoho.pass_time(seconds)
        assert await asker.token() == first
    at_zoho.pass_time(60)
    with pytest.raises(UnreachableError):
        await asker.token()


async def test_it_is_looked_for_zoho_once_a_minute(at_zoho: ManualWorld, wire: Network) -> None:
    await at_zoho.sign_in()
    asker = at_zoho.asker(wire)
    await asker.token()
    at_zoho.accounts.inject(SignInFault(SignInCall.REFRESH, "general_error"))
    at_zoho.pass_time(3430)
    for _ in range(12):
        await asker.token()
        at_zoho.pass_time(10)
    assert len(at_zoho.refreshes) == 2


async def test_a_revoked_sign_in_is_not_asked_for_again(
    at_zoho: ManualWorld, wire: Network
) -> None:
    await at_zoho.sign_in()
    asker = at_zoho.asker(wire)
    first = await asker.token()
    at_zoho.accounts.revoke_all()
    with pytest.raises(SignedOutError) as caught:
        await asker.renew(first, REFUSAL)
    for _ in range(3):
        at_zoho.pass_time(3600)
        with pytest.raises(SignedOutError) as again:
            await asker.token()
        assert str(again.value) == str(caught.value)
    assert at_zoho.refreshes == ["invalid_code"]
    await at_zoho.sign_in()
    assert at_zoho.is_accepted(await asker.token())
    assert at_zoho.refreshes == ["invalid_code"]


async def test_the_same_error_again_does_not_grow(at_zoho: ManualWorld, wire: Network) -> None:
    await at_zoho.sign_in()
    asker = at_zoho.asker(wire)
    at_zoho.accounts.revoke_all()
    at_zoho.pass_time(3600)
    lengths = set()
    for _ in range(5):
        with pytest.raises(SignedOutError) as caught:
            await asker.token()
        lengths.add(len(caught.traceback))
    assert len(lengths) <= 2


@pytest.mark.parametrize("callers", [1, 3])
async def test_tokens_that_are_refused_when_new_are_given_up_for_ten_minutes(
    at_zoho: ManualWorld, wire: Network, callers: int
) -> None:
    await at_zoho.sign_in()
    asker = at_zoho.asker(wire)
    await asker.renew(await asker.token(), REFUSAL)
    for _ in range(callers):  # each of several calls at the same time
        assert "data centre" in asker.give_up(REFUSAL).cause
    at_zoho.pass_time(599)
    with pytest.raises(SignedOutError, match="does not accept them"):
        await asker.token()
    assert at_zoho.refreshes == ["ok"]
    at_zoho.pass_time(2)
    await asker.token()


async def test_a_new_sign_in_ends_giving_up(at_zoho: ManualWorld, wire: Network) -> None:
    await at_zoho.sign_in()
    asker = at_zoho.asker(wire)
    await asker.token()
    asker.give_up(REFUSAL)
    await at_zoho.sign_in()
    assert at_zoho.is_accepted(await asker.token())


async def test_a_token_that_cannot_be_kept_is_used_all_the_same(
    at_zoho: ManualWorld, wire: Network
) -> None:
    await at_zoho.sign_in()
    asker = at_zoho.asker(wire)
    at_zoho.pass_time(3601)
    with full_disk():
        kept = await asker.token()
        at_zoho.accounts.inject(throttled())
        at_zoho.pass_time(3430)
        assert await asker.token() == kept
        at_zoho.pass_time(300)
        for _ in range(3):
            with pytest.raises(SignInBusyError):
                await asker.token()
    assert at_zoho.refreshes == ["ok", "throttle"]


async def test_a_clock_that_is_set_back_costs_one_refresh(
    at_zoho: ManualWorld, wire: Network
) -> None:
    await at_zoho.sign_in()
    one, other = at_zoho.asker(wire), at_zoho.asker(wire)
    first = await one.token()
    at_zoho.pass_time(-86400)
    assert await one.token() == await other.token() == first
    second = await one.renew(first, REFUSAL)
    assert await other.renew(first, REFUSAL) == second
    assert at_zoho.refreshes == ["ok"]


async def test_a_clock_that_is_set_forward_costs_one_refresh(
    at_zoho: ManualWorld, wire: Network
) -> None:
    await at_zoho.sign_in()
    at_zoho.pass_time(10 * 365 * 86400)
    for _ in range(3):
        await at_zoho.asker(wire).token()
    assert at_zoho.refreshes == ["ok"]
