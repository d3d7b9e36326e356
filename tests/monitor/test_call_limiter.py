"""The gate: who goes first, and what happens to those who give up."""

import asyncio

from tests.support.databases import memory_database
from tests.support.virtual_time import run_virtual
from zcbulk_tui.domain.call_limits import CALLS_AT_ONCE
from zcbulk_tui.monitor.call_limiter import CallLimiter, Priority
from zcbulk_tui.store.rate_limiter import RateLimiter


def own_minute() -> RateLimiter:
    """A minute that nobody else takes calls of, in the loop's time."""
    return RateLimiter(
        memory_database(), "default", clock=lambda: asyncio.get_running_loop().time()
    )


def test_commands_overtake_keys_and_keys_overtake_polls() -> None:
    async def scene() -> list[str]:
        limiter, order = CallLimiter(own_minute()), list[str]()

        async def caller(name: str, priority: Priority) -> None:
            await limiter.enter(priority)
            order.append(name)
            await asyncio.sleep(1)
            limiter.leave()

        async with asyncio.TaskGroup() as tasks:
            for number in range(CALLS_AT_ONCE):
                tasks.create_task(caller(f"first {number}", Priority.SCHEDULE))
            await asyncio.sleep(0.1)
            tasks.create_task(caller("poll", Priority.SCHEDULE))
            tasks.create_task(caller("key", Priority.KEY))
            tasks.create_task(caller("command", Priority.COMMAND))
        return order[CALLS_AT_ONCE:]

    assert run_virtual(scene()) == ["command", "key", "poll"]


def test_a_cancelled_caller_takes_no_place() -> None:
    async def scene() -> float:
        limiter = CallLimiter(own_minute())
        loop = asyncio.get_running_loop()
        for _ in range(CALLS_AT_ONCE):
            await limiter.enter(Priority.SCHEDULE)
        waiting = asyncio.create_task(limiter.enter(Priority.SCHEDULE))
        await asyncio.sleep(1)
        waiting.cancel()
        for _ in range(CALLS_AT_ONCE):
            limiter.leave()
        async with asyncio.timeout(10):
            for _ in range(CALLS_AT_ONCE):
                await limiter.enter(Priority.SCHEDULE)
        return loop.time()

    assert run_virtual(scene()) == 1


def test_one_cancelled_just_after_its_turn_gives_it_back() -> None:
    async def scene() -> None:
        limiter = CallLimiter(own_minute())
        for _ in range(CALLS_AT_ONCE):
            await limiter.enter(Priority.SCHEDULE)
        waiting = asyncio.create_task(limiter.enter(Priority.SCHEDULE))
        await asyncio.sleep(0)
        limiter.leave()  # it is its turn now
        waiting.cancel()
        await asyncio.sleep(0)
        async with asyncio.timeout(1):
            await limiter.enter(Priority.SCHEDULE)

    run_virtual(scene())


def test_a_call_that_was_not_made_does_not_count_for_the_minute() -> None:
    async def scene() -> float:
        limiter = CallLimiter(own_minute())
        for _ in range(100):
            limiter.give_back(await limiter.enter(Priority.SCHEDULE))
        return asyncio.get_running_loop().time()

    assert run_virtual(scene()) == 0
