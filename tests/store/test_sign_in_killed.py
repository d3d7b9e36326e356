"""Whoever is killed while a sign-in is kept leaves the old one or the new one, and it is whole."""

import multiprocessing
import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import pytest

from tests.store.writing import ONE, TWO, add, hold, write
from tests.support import keyrings
from tests.support.commands import PATIENCE
from zcbulk_tui.errors import ServiceError
from zcbulk_tui.store import sign_in
from zcbulk_tui.store.sign_in import SignInFiles

KILLS = 50

# A process costs milliseconds this way, and no thread of the tests is in it.
_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(["tests.store.writing", "tests.support.keyrings"])


@contextmanager
def running(target: Any, *arguments: object) -> Iterator[BaseProcess]:
    """A process that has begun with its work; it is killed at the end."""
    receiver, sender = _FORKS.Pipe(duplex=False)
    process = _FORKS.Process(target=target, args=(*arguments, sender))
    process.start()
    try:
        assert receiver.poll(PATIENCE)
        yield process
    finally:
        process.kill()
        process.join()
        receiver.close()
        sender.close()


@pytest.mark.parametrize(
    "places",
    [
        pytest.param(("file",), id="file"),
        pytest.param(("keyring",), id="keyring"),
        pytest.param(("keyring", "file"), id="both by turns"),
    ],
)
def test_the_credentials_are_the_old_ones_or_the_new_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, places: tuple[str, ...]
) -> None:
    passwords = tmp_path / "keyring.json"
    environment = keyrings.environment(keyrings.FileKeyring, passwords)
    keyrings.use(monkeypatch, keyrings.FileKeyring, passwords)
    folder = tmp_path / "sign-in"
    store = SignInFiles(folder, "default", "file")
    rng = random.Random(1)
    found: set[bool] = set()
    for turn in range(20 * KILLS):
        if turn >= KILLS and found == {True, False}:
            break
        with running(write, folder, places, environment):
            time.sleep(rng.uniform(0, 0.004))  # the moment of the kill is left to chance
        credentials, token = store.credentials(), store.token()
        assert credentials in (ONE, TWO)
        assert token in (ONE, TWO)
        found.add(credentials == ONE)
        store.save_token(TWO)
        names = {path.name for path in (folder / "default").iterdir()}
        assert names == {"credentials.json", "token.json"}
    assert found == {True, False}, "all were killed at the same moment"


async def test_the_lock_is_for_one_process_and_ends_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sign_in, "_PATIENCE", 0.0)
    store = SignInFiles(tmp_path, "default")
    with running(hold, tmp_path):
        with pytest.raises(ServiceError, match="Another zcbulk-tui") as caught:
            async with store.lock():
                pass
        assert caught.value.exit_code == 4
        async with SignInFiles(tmp_path, "another").lock():
            pass
    async with store.lock():
        pass


def test_what_is_done_under_the_lock_is_done_by_one_at_a_time(tmp_path: Path) -> None:
    (tmp_path / "number").write_text("0")
    processes = [_FORKS.Process(target=add, args=(tmp_path, 25)) for _ in range(4)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(PATIENCE)
    assert (tmp_path / "number").read_text() == "100"
