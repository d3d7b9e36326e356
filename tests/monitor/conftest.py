"""How often the windows look at each other, and what does its work without threads."""

import asyncio
from collections.abc import Callable
from typing import ParamSpec, TypeVar

import pytest

P = ParamSpec("P")
T = TypeVar("T")


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """A window without others looks seldom, so that a day is over soon; set by test modules."""
    monkeypatch.setattr("zcbulk_tui.monitor.monitor.TICK", 300.0)


@pytest.fixture
def no_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    """What takes long is done at once: virtual time would pass while a thread does it."""

    async def at_once(work: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        await asyncio.sleep(0)
        return work(*args, **kwargs)

    monkeypatch.setattr(asyncio, "to_thread", at_once)
