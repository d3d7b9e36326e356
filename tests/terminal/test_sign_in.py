"""The dashboard over a sign-in that is kept: its token is renewed in time, again and again."""

import asyncio
import re
import signal
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr

from tests.support.commands import PATIENCE, environment, files_below
from tests.support.simulators import SimulatorProcess
from tests.support.terminal import Terminal
from tests.terminal.conftest import Open
from zcbulk_tui.creator import scopes, sign_in
from zcbulk_tui.creator.accounts import Accounts, Client
from zcbulk_tui.creator.grants import Grant
from zcbulk_tui.creator.network import Network
from zcbulk_tui.store.sign_in import FOLDER_NAME, SignInFiles

RENEWALS = 2
"""Tokens to see, beyond the one of the sign-in."""


@pytest.fixture
def short_lived(tmp_path: Path) -> Iterator[SimulatorProcess]:
    """Jobs behind tokens that hold two seconds."""
    env = environment(tmp_path / "of-the-simulator")
    with SimulatorProcess(env, arguments=["--token-life", "2"]) as running:
        yield running


def allow(simulator: SimulatorProcess, user_code: str) -> None:
    """Lets a device in, as a user does on the page that they are sent to."""
    httpx.post(
        f"{simulator.accounts_url}/oauth/v3/device",
        data={"user_code": user_code, "answer": "allow"},
        trust_env=False,
        timeout=PATIENCE,
    ).raise_for_status()


def signed_in(home: Path, simulator: SimulatorProcess) -> SignInFiles:
    """Signs the default profile in, as a user with a device does."""
    files = SignInFiles(home / "state" / FOLDER_NAME, "default", "file")
    found = re.search(
        r"CLIENT_ID=(\S+)\nexport ZCBULK_CLIENT_SECRET=(\S+)", "\n".join(simulator.welcome)
    )
    assert found is not None
    client = Client(found[1], SecretStr(found[2]))

    async def save() -> None:
        network = Network()
        accounts = Accounts(network, simulator.accounts_url)
        code = await accounts.device_code(client.id, scopes.needed(read_only=False))
        await asyncio.to_thread(allow, simulator, code.user_code)
        grant = await accounts.device_grant(client, code.device_code)
        assert isinstance(grant, Grant)
        await sign_in.save(files, accounts, client, grant, datetime.now(UTC))
        await network.aclose()

    asyncio.run(save())
    return files


def watch(on_terminal: Open, home: Path, simulator: SimulatorProcess) -> Terminal:
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


def renewals(simulator: SimulatorProcess) -> int:
    """How often a token was renewed."""
    return sum(entry["call"] == "REFRESH" for entry in simulator.sign_ins())


def test_tokens_are_renewed_before_they_end(
    on_terminal: Open, short_lived: SimulatorProcess, home: Path
) -> None:
    files = signed_in(home, short_lived)
    secrets = [files.credentials(), files.token()]
    screen = watch(on_terminal, home, short_lived)
    poll_until(screen, lambda: renewals(short_lived) >= RENEWALS, "renewals")
    assert " PRODUCTION  default " in screen.lines[0]

    screen.send_signal(signal.SIGTERM)
    assert screen.exit_code(5.0) in (0, 128 + signal.SIGTERM)
    assert screen.is_as_it_was()
    assert b"Traceback" not in screen.written

    log = short_lived.log()
    assert len(log) > RENEWALS
    assert {(entry["status"], entry["code"]) for entry in log} == {(200, 3000)}
    sign_ins = short_lived.sign_ins()
    assert {entry["outcome"] for entry in sign_ins} == {"ok"}
    assert not any(entry["secrets_in_query"] for entry in sign_ins)
    for secret in secrets:
        assert secret is not None
        for value in re.findall(r"1000\.[\w.]+", secret.get_secret_value()):
            assert value.encode() not in screen.written
    kept = [path for path in files_below(home) if path.startswith(f"state/{FOLDER_NAME}")]
    assert {Path(path).name for path in kept} == {"credentials.json", "token.json", "lock"}


def test_who_signs_out_elsewhere_is_told_and_who_signs_in_again_goes_on(
    on_terminal: Open, short_lived: SimulatorProcess, home: Path
) -> None:
    files = signed_in(home, short_lived)
    screen = watch(on_terminal, home, short_lived)
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
    assert len(short_lived.log()) > asked
    screen.press("q")
    assert screen.exit_code() == 0
