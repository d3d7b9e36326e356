"""What the doctor is shown, and what it says of it."""

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import SecretStr

from tests.support.commands import CommandLine, Ended
from tests.support.text import is_one_safe_line
from zcbulk_tui.cli.state import sign_in_files
from zcbulk_tui.config import load, paths
from zcbulk_tui.config.layers import variable
from zcbulk_tui.creator import scopes
from zcbulk_tui.creator.accounts import Accounts, Client
from zcbulk_tui.creator.network import Network
from zcbulk_tui.creator.sign_in import save
from zcbulk_tui.domain import datacenters
from zcbulk_tui.simulator.creator import Creator

ACCOUNTS_URL = variable("accounts_url")
US = datacenters.DATA_CENTERS[0]


class Doctor:
    """Runs the doctor, and gives its lines by their subjects."""

    def __init__(self, cli: CommandLine) -> None:
        self._cli = cli
        self.ended = Ended(0, "", "")

    def __call__(self, *arguments: str) -> dict[str, tuple[str, str, str]]:
        """Grade, what is said and the fix of each subject."""
        self.ended = self._cli("doctor", *arguments, "--json")
        assert self.ended.err == ""
        findings = json.loads(self.ended.out)["findings"]
        for each in findings:
            assert each["said"].endswith((".", "?")), each
            assert bool(each["fix"]) == (each["grade"] != "pass"), each
            assert is_one_safe_line(each["said"] + each["fix"])
        return {each["subject"]: (each["grade"], each["said"], each["fix"]) for each in findings}


def configure(home: Path, monkeypatch: pytest.MonkeyPatch, content: str) -> Path:
    """Writes the configuration file."""
    file = home / "config.toml"
    file.write_text(content, encoding="utf-8")
    monkeypatch.setenv(paths.CONFIG, str(file))
    return file


def sign_in(
    creator: Creator, url: str, allowed: tuple[str, ...] = (scopes.READ, scopes.CREATE)
) -> Path:
    """Signs in as a self client does; returns the file that it is kept in."""
    zoho = creator.accounts
    client = Client(zoho.client_id, SecretStr(zoho.client_secret))
    store = sign_in_files(load.load())

    async def signed_in() -> None:
        made = Network()
        try:
            accounts = Accounts(made, url)
            grant = await accounts.code_grant(client, SecretStr(zoho.grant_code(allowed)))
            await save(store, accounts, client, grant, datetime.now(UTC))
        finally:
            await made.aclose()

    asyncio.run(signed_in())
    return Path(store.place)


def change(credentials: Path, **values: object) -> None:
    """Changes what is kept of a sign-in."""
    content = json.loads(credentials.read_text(encoding="utf-8"))
    credentials.write_text(json.dumps({**content, **values}), encoding="utf-8")


def calls(creator: Creator) -> list[str]:
    """What was asked of the API beside ``/``, which is no call."""
    return [entry.path for entry in creator.log if entry.path != "/"]
