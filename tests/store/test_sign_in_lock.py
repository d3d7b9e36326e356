"""The lock of a sign-in within one process: patience, cancellation, and what is in its way."""

import asyncio
import os
import stat
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path

import pytest
from pydantic import SecretStr

from zcbulk_tui.errors import ConfigError, ServiceError
from zcbulk_tui.store import sign_in
from zcbulk_tui.store.sign_in import MemorySignIn, SignInFiles


@pytest.fixture
def store(tmp_path: Path) -> SignInFiles:
    return SignInFiles(tmp_path / "state", "default", "file")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def descriptors() -> list[int]:
    """Those of this process that hold or want a lock."""
    found = []
    for path in Path("/proc/self/fd").iterdir():
        with suppress(FileNotFoundError):  # that of the listing itself
            if path.readlink().name == "lock":
                found.append(int(path.name))
    return found


async def enter(store: SignInFiles, then: Callable[[], Awaitable[object]]) -> None:
    async with store.lock():
        await then()


async def test_two_of_one_process_keep_each_other_out(
    store: SignInFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sign_in, "_LOOK", 0.001)
    inside: list[int] = []

    async def alone() -> None:
        inside.append(1)
        assert len(inside) == 1
        await asyncio.sleep(0.002)
        inside.pop()

    other = SignInFiles(tmp_path / "state", "default", "keyring")
    await asyncio.gather(*(enter(each, alone) for each in (store, other) * 5))


async def test_patience_has_an_end(store: SignInFiles, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sign_in, "_PATIENCE", 0.01)
    monkeypatch.setattr(sign_in, "_LOOK", 0.001)
    async with store.lock():
        before = descriptors()
        with pytest.raises(ServiceError, match="does not come to an end") as caught:
            await enter(store, lambda: asyncio.sleep(0))
        assert descriptors() == before
    assert "suspended" in caught.value.next_step


async def test_who_is_cancelled_inside_frees_it(store: SignInFiles) -> None:
    begun = asyncio.Event()

    async def forever() -> None:
        begun.set()
        await asyncio.Event().wait()

    task = asyncio.create_task(enter(store, forever))
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with store.lock():
        pass


async def test_who_is_cancelled_while_waiting_leaves_nothing(store: SignInFiles) -> None:
    async with store.lock():
        before = descriptors()
        task = asyncio.create_task(enter(store, lambda: asyncio.sleep(0)))
        await asyncio.sleep(0)
        assert len(descriptors()) == 2
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert descriptors() == before


async def test_an_error_inside_frees_it(store: SignInFiles) -> None:
    with pytest.raises(ZeroDivisionError):
        async with store.lock():
            raise ZeroDivisionError
    async with store.lock():
        pass


@pytest.mark.parametrize("umask", [0o000, 0o077], ids=oct)
async def test_its_file_is_for_this_user_alone(
    store: SignInFiles, tmp_path: Path, umask: int
) -> None:
    before = os.umask(umask)
    try:
        async with store.lock():
            path = tmp_path / "state" / "default" / "lock"
            assert mode(path) == 0o600
    finally:
        os.umask(before)


async def test_no_other_program_inherits_it(store: SignInFiles) -> None:
    async with store.lock():
        assert [os.get_inheritable(number) for number in descriptors()] == [False]


async def test_a_folder_that_cannot_be_made_is_named() -> None:
    with pytest.raises(ConfigError, match="cannot be written") as caught:
        await enter(SignInFiles(Path("/proc/nothing"), "default"), lambda: asyncio.sleep(0))
    assert "ZCBULK_STATE_DIR" in caught.value.next_step


async def test_a_folder_that_others_may_read_is_refused(store: SignInFiles, tmp_path: Path) -> None:
    store.save_token(SecretStr("1000.a"))
    (tmp_path / "state" / "default").chmod(0o750)
    with pytest.raises(ConfigError, match="can be read by others"):
        await enter(store, lambda: asyncio.sleep(0))


async def test_that_of_the_demo_keeps_nobody_out() -> None:
    memory = MemorySignIn()
    async with memory.lock(), memory.lock():
        pass
