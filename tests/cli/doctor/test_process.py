"""``zcbulk-tui doctor`` as a process: over TLS, and with a reader that has seen enough."""

import subprocess
from pathlib import Path

from tests.support.certificates import self_signed
from tests.support.commands import CANARY, PATIENCE, PROGRAM, environment, run_process
from zcbulk_tui.config.layers import variable
from zcbulk_tui.simulator.scenarios import build
from zcbulk_tui.simulator.server import LoopbackServer


def test_tls_needs_a_certificate_that_is_trusted(tmp_path: Path) -> None:
    creator = build("steady", token=CANARY)
    made = self_signed(tmp_path, "IP:127.0.0.1")
    with LoopbackServer(creator, tls=made.for_server()) as server:
        env = environment(
            tmp_path / "home",
            base_url=server.base_url,
            token=CANARY,
            **{variable("accounts_url"): server.base_url},
        )
        refused = run_process("doctor", env=env)
        accepted = run_process("doctor", env={**env, variable("ca_bundle"): str(made.certificate)})
    assert refused.code == 4
    assert "fail  API TLS" in refused.out
    assert "ca_bundle" in refused.out
    assert accepted.code == 0
    assert "ok    API TLS           TLSv1." in accepted.out
    assert "the certificate ends on 20" in accepted.out
    for ended in (refused, accepted):
        assert ended.err == ""
        assert CANARY not in ended.out


def test_a_reader_that_has_seen_enough(tmp_path: Path) -> None:
    with LoopbackServer(build("steady", token=CANARY)) as server:
        env = environment(
            tmp_path / "home",
            token=CANARY,
            **{"ZCBULK_BASE_URL": server.base_url, variable("accounts_url"): server.base_url},
        )
        with subprocess.Popen(
            [*PROGRAM, "doctor"],
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        ) as process:
            assert process.stdout is not None
            assert process.stderr is not None
            process.stdout.close()
            assert process.stderr.read() == b""
            assert process.wait(PATIENCE) == 141
