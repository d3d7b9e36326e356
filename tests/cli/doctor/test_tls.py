"""``zcbulk-tui doctor`` over TLS."""

from pathlib import Path

import pytest

from tests.support.certificates import self_signed
from tests.support.commands import CANARY, CommandLine
from zcbulk_tui.config.layers import variable
from zcbulk_tui.simulator.scenarios import build
from zcbulk_tui.simulator.server import LoopbackServer


@pytest.fixture(autouse=True)
def no_certificates() -> None:
    """Here, certificates are read."""


@pytest.mark.usefixtures("signed_in")
def test_tls_needs_a_certificate_that_is_trusted(
    cli: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = self_signed(tmp_path, "IP:127.0.0.1")
    with LoopbackServer(build("steady", token=CANARY), tls=made.for_server()) as server:
        for name in ("base_url", "accounts_url"):
            monkeypatch.setenv(variable(name), server.base_url)
        refused = cli("doctor")
        monkeypatch.setenv(variable("ca_bundle"), str(made.certificate))
        accepted = cli("doctor")
    assert refused.code == 4
    assert "fail  API TLS" in refused.out
    assert "ca_bundle" in refused.out
    assert accepted.code == 0
    assert "ok    API TLS           TLSv1." in accepted.out
    assert "the certificate ends on 20" in accepted.out
    for ended in (refused, accepted):
        assert ended.err == ""
        assert CANARY not in ended.out
