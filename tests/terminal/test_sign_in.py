"""The dashboard over a sign-in that is kept: its token is renewed in time, again and again."""

import asyncio
import re
import signal
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import SecretStr

from tests.support.commands import environment, files_below
from tests.support.simulators import SimulatorThread
from tests.support.terminal import Terminal
from tests.terminal.conftest import Open
from zcbulk_tui.creator import scopes, sign_in
from zcbulk_tui.creator.accounts import Accounts, Client
from zcbulk_tui.creator.network import Network
from zcbulk_tui.store.sign_in import FOLDER_NAME, SignInFiles

RENEWALS = 2
"""Tokens to see, beyond the one of the sign-in."""


@pytest.fixture
def short_lived() -> Iterator[SimulatorThread]:
    """Jobs behind tokens that hold two seconds."""
    with SimulatorThread.serving(token_life=2.0) as running:
        yield running


def signed_in(home: Path, simulator: SimulatorThread) -> SignInFiles:
    """Signs the default profile in, as a self client does."""
    files = SignInFiles(home / "state" / FOLDER_NAME, "default", "file")
    zoho = simulator.accounts
    client = Client(zoho.client_id, SecretStr(zoho.client_secret))

    async def save() -> None:
        network = Network()
        accounts = Accounts(network, simulator.base_url)
        code = SecretStr(zoho.grant_code(scopes.needed(read_only=False)))
        grant = await accounts.code_grant(client, code)
        await sign_in.save(files, accounts, client, grant, datetime.now(UTC))
        await network.aclose()

    asyncio.run(save())
    return files


def watch(on_terminal: Open, home: Path, simulator: SimulatorThread) -> Terminal:
    """Watches two jobs, with the sign-in."""
    env = environment(home, base_url=simulator.base_url)
    urls = [simulator.urls[label] for label in ("Customers", "Orders")]
    screen = on_terminal("watch", *urls, env=env)
    screen.wait_for("connected")
    return screen


def poll_until(screen: Terminal, condition: Callable[[], bool], what: str) -> None:
    """Polls again and again: a token is asked for when one is needed, and its life has to pass."""

    def has_come() -> bool:
        if condition():
            return True
        screen.press("r")
        time.sleep(0.5)
        return False

    screen.wait_until(has_come, what)


def renewals(simulator: SimulatorThread) -> int:
    """How often a token was renewed."""
    return sum(entry["call"] == "REFRESH" for entry in simulator.sign_ins())


def test_tokens_are_renewed_in_time_and_who_has_signed_out_is_told(
    on_terminal: Open, short_lived: SimulatorThread, home: Path
) -> None:
    files = signed_in(home, short_lived)
    secrets = [files.credentials(), files.token()]
    screen = watch(on_terminal, home, short_lived)
    poll_until(screen, lambda: renewals(short_lived) >= RENEWALS, "renewals")
    assert " PRODUCTION  default " in screen.lines[0]
    log = short_lived.log()
    assert len(log) > RENEWALS
    assert {(entry["status"], entry["code"]) for entry in log} == {(200, 3000)}
    sign_ins = short_lived.sign_ins()
    assert {entry["outcome"] for entry in sign_ins} == {"ok"}
    assert not any(entry["secrets_in_query"] for entry in sign_ins)
    kept = [path for path in files_below(home) if path.startswith(f"state/{FOLDER_NAME}")]
    assert {Path(path).name for path in kept} == {"credentials.json", "token.json", "lock"}

    # Who signs out elsewhere is told, and nothing is asked until they sign in again.
    files.forget()
    poll_until(screen, lambda: "SIGNED OUT" in screen.text, "signed out")
    asked = len(short_lived.log())
    screen.wait_for("zcbulk-tui login")
    screen.press("q")
    screen.wait_until_gone("zcbulk-tui login")
    assert len(short_lived.log()) == asked
    signed_in(home, short_lived)
    screen.press("r")
    screen.wait_for("connected")
    screen.wait_until(lambda: len(short_lived.log()) > asked, "poll")

    secrets += [files.credentials(), files.token()]
    screen.send_signal(signal.SIGTERM)
    assert screen.exit_code() == 128 + signal.SIGTERM
    assert screen.is_as_it_was()
    assert b"Traceback" not in screen.written
    for secret in secrets:
        assert secret is not None
        for value in re.findall(r"1000\.[\w.]+", secret.get_secret_value()):
            assert value.encode() not in screen.written
