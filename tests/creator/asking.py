"""A process that needs an access token again and again."""

import asyncio
import hashlib
from pathlib import Path

from tests.creator.signing_in import network
from zcbulk_tui.creator.renewal import RefreshedToken
from zcbulk_tui.store.sign_in import SignInFiles


def ask(folder: Path, number: int, times: int) -> None:
    """Asks so many times, and writes down which tokens it got."""
    asyncio.run(_ask(folder, number, times))


async def _ask(folder: Path, number: int, times: int) -> None:
    got = []
    async with network() as made:
        asker = RefreshedToken(made, SignInFiles(folder, "default", "file"), "default")
        for _ in range(times):
            token = await asker.token()
            got.append(hashlib.sha256(token.get_secret_value().encode()).hexdigest())
            await asyncio.sleep(0.1)
    (folder / f"asked-{number}").write_text("\n".join(got))
