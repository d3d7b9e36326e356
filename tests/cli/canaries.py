"""Secrets that must not be seen anywhere, and the looking for them."""

import subprocess
import sys
from base64 import b64encode
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pydantic import SecretStr

from tests.support.commands import PATIENCE, Ended, files_below
from zcbulk_tui.creator.credentials import CachedToken, Credentials, sealed
from zcbulk_tui.store.sign_in import FOLDER_NAME, SignInFiles

CLIENT_ID = "1000.CLIENT"
CLIENT_SECRET = "canary5ecre7"
ENVIRONMENT = {
    "ZCBULK_CLIENT_SECRET": CLIENT_SECRET,
    "ZCBULK_REFRESH_TOKEN": "1000.canary.re4re5h",
}
ACCESS_TOKEN = {"ZCBULK_ACCESS_TOKEN": "1000.canary.acce55"}
CODE = "1000.canary.c0de"
PRINTED = "1000.canary.pr1nted"
GIVEN = {
    "access_token": "1000.canary.n3w",
    "refresh_token": "1000.canary.n3w-refresh",
    "expires_in": 3600,
}
"""What the accounts server gives out."""

TALKATIVE = {
    "PYTHONASYNCIODEBUG": "1",
    "PYTHONDEVMODE": "1",
    "HTTPX_LOG_LEVEL": "trace",
}
"""Makes Python and the libraries say more."""

_NEEDLES = (b"canary", b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()))


def token_command(folder: Path) -> dict[str, str]:
    """A program that prints a secret, beside one in its arguments."""
    path = folder / "print-token.py"
    path.write_text(f"print('{PRINTED}')", encoding="utf-8")
    return {"ZCBULK_TOKEN_COMMAND": f"{sys.executable} -ISE {path} 1000.canary.argument"}


def keep_sign_in(home: Path, url: str, *, profile: str = "default", ended: bool = False) -> None:
    """Leaves what a sign-in would have left."""
    store = SignInFiles(home / "state" / FOLDER_NAME, profile, "file")
    now = datetime.now(UTC)
    credentials = Credentials(
        id="1",
        accounts_url=url,
        client_id=CLIENT_ID,
        client_secret=SecretStr(CLIENT_SECRET),
        refresh_token=SecretStr("1000.canary.kep7"),
        scopes=(),
        signed_in_at=now,
    )
    end = now + timedelta(hours=-1 if ended else 1)
    token = CachedToken(
        sign_in="1", access_token=SecretStr("1000.canary.cached"), renew_at=end, ends_at=end
    )
    store.save(sealed(credentials))
    store.save_token(sealed(token))


def arguments_of(pid: int) -> bytes:
    """The arguments of a process, as everybody on the machine can see them."""
    path = Path(f"/proc/{pid}/cmdline")
    return path.read_bytes() if path.exists() else b""


def run_talkative(
    command: Sequence[str], env: Mapping[str, str], typed: str = ""
) -> tuple[Ended, bytes]:
    """Runs a program that says all it can; returns its end, and its arguments as it ran."""
    with subprocess.Popen(
        command,
        env={**env, **TALKATIVE},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        arguments = arguments_of(process.pid)
        out, err = process.communicate(typed.encode(), timeout=PATIENCE)
    return Ended(process.returncode, out.decode(), err.decode()), arguments


def seen(home: Path, **texts: str | bytes) -> list[str]:
    """The names of the texts, and of the files beside those of the sign-in, that show a secret."""
    found: dict[str, str | bytes] = {
        name: content
        for name, content in files_below(home).items()
        if FOLDER_NAME not in Path(name).parts
    }
    return [
        name
        for name, text in {**found, **texts}.items()
        if any(needle in (text.encode() if isinstance(text, str) else text) for needle in _NEEDLES)
    ]
