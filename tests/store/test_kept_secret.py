"""A secret that is kept: beside that of a sign-in, and never taken for it."""

import stat
from pathlib import Path

import pytest
from pydantic import SecretStr

from tests.support import keyrings
from zcbulk_tui.errors import ConfigError
from zcbulk_tui.store.kept_secret import KeptSecret, PrivateFolder, Where
from zcbulk_tui.store.sign_in import SignInFiles

HOOK = SecretStr("hunter2.hunter2")


def kept(folder: Path, where: Where = "auto") -> KeptSecret:
    private = PrivateFolder(folder / "alerts" / "default", "zcbulk-tui alerts secret set")
    return KeptSecret(private, "webhook-secret", "The webhook's secret", "default webhook", where)


@pytest.fixture
def keyring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    keyrings.use(monkeypatch, keyrings.FileKeyring, tmp_path / "keyring.json")
    return tmp_path / "keyring.json"


@pytest.mark.parametrize("where", ["file", "keyring", "auto"])
@pytest.mark.usefixtures("keyring")
def test_two_secrets_of_a_profile_do_not_meet(tmp_path: Path, where: Where) -> None:
    sign_in = SignInFiles(tmp_path / "sign-in", "default", where)
    sign_in.save(SecretStr("{}"))
    kept(tmp_path, where).write(HOOK)
    assert kept(tmp_path).read() == HOOK
    sign_in.forget()
    assert kept(tmp_path).read() == HOOK
    sign_in.save(SecretStr("{}"))
    kept(tmp_path, where).remove()
    assert (kept(tmp_path).read(), kept(tmp_path).exists) == (None, False)
    assert sign_in.credentials() == SecretStr("{}")


def test_in_a_file_it_is_for_this_user_alone(tmp_path: Path) -> None:
    secret = kept(tmp_path, "file")
    secret.write(HOOK)
    file = Path(secret.place)
    assert file.read_text() == HOOK.get_secret_value()
    assert (stat.S_IMODE(file.stat().st_mode), stat.S_IMODE(file.parent.stat().st_mode)) == (
        0o600,
        0o700,
    )
    file.chmod(0o644)
    with pytest.raises(ConfigError, match="can be read by others"):
        secret.read()


def test_a_keyring_that_has_lost_it(tmp_path: Path, keyring: Path) -> None:
    kept(tmp_path, "keyring").write(HOOK)
    keyring.unlink()
    with pytest.raises(ConfigError) as caught:
        kept(tmp_path).read()
    assert caught.value.title == (
        "The webhook's secret is in the system's keyring, which cannot give it"
    )
    assert "zcbulk-tui alerts secret set" in caught.value.next_step


def test_looking_makes_no_folder(tmp_path: Path) -> None:
    assert (kept(tmp_path).read(), kept(tmp_path).exists) == (None, False)
    kept(tmp_path).remove()
    assert not (tmp_path / "alerts").exists()
