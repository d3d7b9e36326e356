"""The system's keyring: what it takes, what it gives, and what is said where it does neither."""

import os
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from pydantic import SecretStr

from tests.creator.signing_in import REFRESH, leaks
from tests.support import keyrings
from tests.support.commands import PATIENCE
from tests.support.text import is_one_safe_line
from zcbulk_tui.store import system_keyring

KEPT = SecretStr(f'{{"refresh_token": "{REFRESH}", "name": "Süd 名前"}}')


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "keyring.json"


@pytest.fixture(autouse=True)
def little_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system_keyring, "_PATIENCE", 0.3)
    monkeypatch.setattr(system_keyring, "_keyring", system_keyring._Keyring())


def test_what_is_written_is_read_until_it_is_removed(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keyrings.use(monkeypatch, keyrings.FileKeyring, file)
    assert system_keyring.write("default", KEPT) == ""
    assert system_keyring.read("default") == (KEPT, "")
    assert system_keyring.read("other") == (None, "It does not have it any more.")
    system_keyring.remove("default")
    system_keyring.remove("default")
    assert keyrings.passwords() == {}


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (keyrings.LockedKeyring, "It fails with KeyringLocked"),
        (keyrings.FailingKeyring, "It fails with OSError"),
        (keyrings.LyingKeyring, "does not keep what it is given"),
        (keyrings.CuttingKeyring, "does not keep what it is given"),
        (keyrings.SenselessKeyring, "never given"),
        (keyrings.AskingKeyring, "It asks at the terminal"),
        (keyrings.LeavingKeyring, "SystemExit"),
        (keyrings.HangingKeyring, "did not answer"),
        (keyrings.HangingAtWritesKeyring, "did not answer"),
    ],
)
def test_why_it_cannot_be_written(
    file: Path,
    monkeypatch: pytest.MonkeyPatch,
    kind: type[keyrings.FileKeyring],
    words: str,
) -> None:
    keyrings.use(monkeypatch, kind, file)
    problem = system_keyring.write("default", KEPT)
    assert words in problem
    assert is_one_safe_line(problem)
    assert leaks(problem) == []
    system_keyring.remove("default")


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (keyrings.LockedKeyring, "KeyringLocked"),
        (keyrings.FailingKeyring, "OSError"),
        (keyrings.LyingKeyring, "any more"),
        (keyrings.SenselessKeyring, "never given"),
        (keyrings.AskingKeyring, "It asks at the terminal"),
        (keyrings.LeavingKeyring, "SystemExit"),
        (keyrings.HangingKeyring, "did not answer"),
    ],
)
def test_why_it_cannot_be_read(
    file: Path,
    monkeypatch: pytest.MonkeyPatch,
    kind: type[keyrings.FileKeyring],
    words: str,
) -> None:
    keyrings.use(monkeypatch, kind, file)
    secret, problem = system_keyring.read("default")
    assert secret is None
    assert words in problem
    assert is_one_safe_line(problem)
    assert leaks(problem) == []


def test_without_the_package_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)
    assert "pip install 'zcbulk-tui[keyring]'" in system_keyring.write("default", KEPT)
    assert "pip install 'zcbulk-tui[keyring]'" in system_keyring.read("default")[1]
    system_keyring.remove("default")


def test_another_process_chooses_its_keyring_by_the_environment(file: Path) -> None:
    code = (
        "from pydantic import SecretStr; from zcbulk_tui.store import system_keyring as k;"
        "assert k.write('default', SecretStr('kept')) == '';"
        "assert k.read('default')[0].get_secret_value() == 'kept'"
    )
    environment = {**os.environ, **keyrings.environment(keyrings.FileKeyring, file)}
    subprocess.run([sys.executable, "-c", code], env=environment, check=True, timeout=PATIENCE)
    assert "kept" in file.read_text()


def test_all_calls_together_are_waited_for_once(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keyrings.use(monkeypatch, keyrings.HangingKeyring, file)
    begun = time.monotonic()
    for _ in range(5):
        assert system_keyring.write("default", KEPT) == system_keyring.NO_ANSWER
        assert system_keyring.remove("default") == system_keyring.NO_ANSWER
    # Ten that are waited for one by one take ten times as long, on a busy machine even longer.
    assert 0.3 <= time.monotonic() - begun < 10 * 0.3


def test_several_threads_take_turns(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keyrings.use(monkeypatch, keyrings.SlowKeyring, file)
    # For all calls together; only one that hangs uses it up.
    monkeypatch.setattr(system_keyring, "_PATIENCE", PATIENCE)
    monkeypatch.setattr(system_keyring, "_keyring", system_keyring._Keyring())
    assert system_keyring.write("default", KEPT) == ""
    begin = threading.Barrier(8)

    def read(_: int) -> object:
        begin.wait(PATIENCE)
        return system_keyring.read("default")

    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(read, range(8))) == [(KEPT, "")] * 8


def test_a_removal_without_an_answer_is_told(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keyrings.use(monkeypatch, keyrings.HangingAtRemovalKeyring, file)
    assert system_keyring.write("default", KEPT) == ""
    assert system_keyring.remove("default") == system_keyring.NO_ANSWER


def test_a_process_ends_though_its_keyring_hangs(file: Path) -> None:
    code = (
        "from pydantic import SecretStr; from zcbulk_tui.store import system_keyring as k;"
        "k._keyring._left = 0.3; k._keyring._last = __import__('time').monotonic();"
        "print(k.write('default', SecretStr('kept')))"
    )
    environment = {**os.environ, **keyrings.environment(keyrings.HangingKeyring, file)}
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=environment,
        check=True,
        timeout=PATIENCE,
        capture_output=True,
    )
    assert b"did not answer" in done.stdout
