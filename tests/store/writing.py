"""Processes that use a sign-in's files, to be killed at any moment."""

import asyncio
import os
from collections.abc import Mapping
from itertools import count
from multiprocessing.connection import Connection
from pathlib import Path
from typing import cast

from pydantic import SecretStr

from zcbulk_tui.store import sign_in
from zcbulk_tui.store.kept_secret import Where
from zcbulk_tui.store.sign_in import SignInFiles

ONE, TWO = (SecretStr(f'{{"refresh_token": "{name * 700}"}}') for name in ("one", "two"))
"""What is kept by turns: more than one write to the disk, perhaps."""


def write(
    folder: Path, places: tuple[str, ...], environment: Mapping[str, str], begun: Connection
) -> None:
    """Keeps both by turns, in each of the places by turns, and says when it has begun."""
    os.environ.update(environment)
    for turn in count():
        store = SignInFiles(folder, "default", cast(Where, places[turn % len(places)]))
        store.save((ONE, TWO)[turn % 2])
        store.save_token((ONE, TWO)[turn % 2])
        if turn == 1:
            begun.send(turn)


def hold(folder: Path, begun: Connection) -> None:
    """Takes the lock, says so, and keeps it."""

    async def held() -> None:
        async with SignInFiles(folder, "default").lock():
            begun.send(None)
            await asyncio.Event().wait()

    asyncio.run(held())


def add(folder: Path, times: int) -> None:
    """Adds to a number in a file, which goes wrong unless it is done by one at a time."""
    sign_in._LOOK = 0.001

    async def added() -> None:
        number = folder / "number"
        for _ in range(times):
            async with SignInFiles(folder, "default").lock():
                before = int(number.read_text())
                await asyncio.sleep(0)
                number.write_text(str(before + 1))

    asyncio.run(added())
