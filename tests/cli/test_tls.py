"""Certificates: who is not trusted learns nothing, and nothing turns that off."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from tests.cli.signing_in import CLIENT, kept
from tests.support.certificates import Certificate, self_signed
from tests.support.commands import CANARY, CommandLine, Ended, environment, run_process
from tests.support.simulators import url_of
from tests.support.text import is_one_safe_line
from zcbulk_tui.config.layers import settings_of
from zcbulk_tui.config.settings import Settings
from zcbulk_tui.simulator.accounts import Accounts
from zcbulk_tui.simulator.creator import Creator
from zcbulk_tui.simulator.scenarios import build
from zcbulk_tui.simulator.scopes import READ
from zcbulk_tui.simulator.server import LoopbackServer

TURNED_OFF_ELSEWHERE = {
    "PYTHONHTTPSVERIFY": "0",
    "NODE_TLS_REJECT_UNAUTHORIZED": "0",
    "GIT_SSL_NO_VERIFY": "1",
    "CURL_INSECURE": "1",
    "HTTPX_VERIFY": "0",
    "REQUESTS_CA_BUNDLE": "",
    "ZCBULK_VERIFY": "false",
    "ZCBULK_INSECURE": "true",
}
"""What turns verification off in other programs, and what somebody may guess."""


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    """One for the address 127.0.0.1, and for no name."""
    return self_signed(tmp_path_factory.mktemp("tls"), "IP:127.0.0.1")


class Secure:
    """The simulator over TLS.

    Attributes:
        creator: The simulator.
        url: Scheme, host and port.
    """

    def __init__(self, creator: Creator, server: LoopbackServer) -> None:
        self.creator = creator
        self.url = server.base_url
        self.job = url_of(server, next(iter(creator.jobs.values())))

    @property
    def heard(self) -> int:
        """Calls that have arrived."""
        return len(self.creator.log) + len(self.creator.accounts.log)


@contextmanager
def serving(certificate: Certificate) -> Iterator[Secure]:
    creator = build("steady", token=CANARY, accounts=partial(Accounts, home="us"))
    with LoopbackServer(creator, tls=certificate.for_server()) as server:
        yield Secure(creator, server)


@pytest.fixture(autouse=True)
def no_certificates() -> None:
    """Here, certificates are read."""


@pytest.fixture
def secure(certificate: Certificate) -> Iterator[Secure]:
    with serving(certificate) as server:
        yield server


@pytest.fixture
def login(
    secure: Secure, home: Path, cli: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Ended]:
    """Signs in with the refresh token of another sign-in."""

    def log_in(**more: str) -> Ended:
        accounts = secure.creator.accounts
        grant = accounts._tokens.grant(frozenset({READ}), accounts.timeline.now(), offline=True)
        env = environment(home, config=f'accounts_url = "{secure.url}"\nread_only = true\n')
        token = {"ZCBULK_REFRESH_TOKEN": str(grant.refresh)}
        for name, value in {**env, **CLIENT, **token, **more}.items():
            monkeypatch.setenv(name, value)
        return cli("login", "--refresh-token")

    return log_in


def distrusted(ended: Ended, secure: Secure) -> None:
    assert (ended.code, ended.out, len(ended.lines)) == (4, "", 1)
    host = secure.url.removeprefix("https://")
    for words in (
        f"{host} is not trusted",
        "Nothing was sent",
        "ca_bundle",
        "cannot be turned off",
    ):
        assert words in ended.err
    assert is_one_safe_line(ended.lines[0])
    assert secure.heard == 0


def test_who_is_not_known_is_not_trusted(secure: Secure, home: Path) -> None:
    # A process of its own: some of the variables are read when Python begins.
    env = environment(home, base_url=secure.url, token=CANARY, **TURNED_OFF_ELSEWHERE)
    distrusted(run_process("status", secure.job, env=env), secure)


def test_nobody_signs_in_there(secure: Secure, home: Path, login: Callable[..., Ended]) -> None:
    distrusted(login(**TURNED_OFF_ELSEWHERE), secure)
    assert not list(home.rglob("credentials.json"))


def test_no_setting_turns_it_off() -> None:
    names = " ".join(name for name, _ in settings_of(Settings))
    assert not any(word in names for word in ("verif", "insecure", "trust", "ssl", "tls"))


def test_a_bundle_is_trusted_too(
    secure: Secure, home: Path, certificate: Certificate, login: Callable[..., Ended]
) -> None:
    ended = login(ZCBULK_CA_BUNDLE=str(certificate.certificate))
    assert (ended.code, ended.err) == (0, "")
    assert kept(home)["accounts_url"] == secure.url


@pytest.mark.usefixtures("signed_in")
def test_a_bundle_that_cannot_be_used(
    secure: Secure, certificate: Certificate, cli: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle = certificate.key
    monkeypatch.setenv("ZCBULK_BASE_URL", secure.url)
    monkeypatch.setenv("ZCBULK_CA_BUNDLE", str(bundle))
    ended = cli("status", secure.job)
    assert (ended.code, ended.out, len(ended.lines)) == (2, "", 1)
    assert f"ca_bundle: {bundle}"[:100] in ended.err
    assert secure.heard == 0
