"""What a sign-in leaves behind is kept for its owner alone, in a file or in the keyring."""

import os
import stat
import sys
from collections.abc import Callable
from pathlib import Path
from typing import cast

import pytest
from pydantic import SecretStr

from tests.creator.signing_in import ACCESS, REFRESH, leaks, shown
from tests.store.failing_disk import full_disk
from tests.support import keyrings
from tests.support.text import is_one_safe_line
from zcbulk_tui.errors import ConfigError
from zcbulk_tui.store import system_keyring
from zcbulk_tui.store.kept_secret import Where
from zcbulk_tui.store.sign_in import MemorySignIn, SignInFiles

OLD, NEW = SecretStr(f'{{"refresh_token": "{REFRESH}.old"}}'), SecretStr(f'{{"r": "{REFRESH}"}}')
TOKEN = SecretStr(f'{{"access_token": "{ACCESS}"}}')
MISSING = "missing"

Open = Callable[[str], SignInFiles]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "state" / "sign-in"


@pytest.fixture
def keyring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file of a keyring that works."""
    keyrings.use(monkeypatch, keyrings.FileKeyring, tmp_path / "keyring.json")
    return tmp_path / "keyring.json"


@pytest.fixture
def files_of(folder: Path) -> Open:
    return lambda where: SignInFiles(folder, "default", cast(Where, where))


def take_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """The package keyring is not installed any more."""
    monkeypatch.setitem(sys.modules, "keyring", None)


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077], ids=oct)
def test_files_and_folders_are_for_this_user_alone(
    files_of: Open, folder: Path, umask: int
) -> None:
    before = os.umask(umask)
    try:
        files_of("file").save(OLD)
        files_of("file").save_token(TOKEN)
    finally:
        os.umask(before)
    for path in (folder.parent, folder, *folder.rglob("*")):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600)


@pytest.mark.parametrize("where", ["file", "keyring", "auto"])
@pytest.mark.usefixtures("keyring")
def test_what_is_kept_comes_back_until_it_is_forgotten(files_of: Open, where: str) -> None:
    store = files_of(where)
    assert store.credentials() is store.token() is None
    assert not store.exists
    for credentials in (OLD, NEW):
        store.save(credentials)
        store.save_token(TOKEN)
        assert files_of("auto").credentials() == credentials
        assert files_of("auto").token() == TOKEN
    assert files_of(where).exists
    store.forget()
    assert files_of(where).credentials() is files_of(where).token() is None
    assert not files_of(where).exists
    assert keyrings.passwords() == {}
    store.forget()


def test_looking_makes_no_folder(files_of: Open, folder: Path) -> None:
    store = files_of("auto")
    assert store.credentials() is store.token() is None
    store.forget()
    assert not folder.exists()


@pytest.mark.parametrize("where", ["keyring", "auto"])
@pytest.mark.usefixtures("keyring")
def test_a_keyring_leaves_no_secret_in_the_files(files_of: Open, folder: Path, where: str) -> None:
    store = files_of(where)
    store.save(NEW)
    assert leaks("".join(path.read_text() for path in folder.rglob("*.json"))) == []
    assert keyrings.passwords() == {"zcbulk-tui/default": NEW.get_secret_value()}
    assert store.place == "the system's keyring"


@pytest.mark.usefixtures("keyring")
def test_profiles_do_not_meet(files_of: Open, folder: Path) -> None:
    other = SignInFiles(folder, "other", "keyring")
    files_of("keyring").save(OLD)
    other.save(NEW)
    files_of("keyring").forget()
    assert other.credentials() == NEW


@pytest.mark.usefixtures("keyring")
def test_from_the_keyring_to_the_file_and_back(files_of: Open, folder: Path) -> None:
    files_of("keyring").save(OLD)
    files_of("file").save(NEW)
    assert keyrings.passwords() == {}
    assert files_of("keyring").credentials() == NEW
    assert files_of("auto").place == str(folder / "default" / "credentials.json")
    files_of("keyring").save(OLD)
    assert files_of("file").credentials() == OLD
    assert leaks((folder / "default" / "credentials.json").read_text()) == []


@pytest.mark.parametrize("kind", [*keyrings.BROKEN, MISSING])
def test_where_the_keyring_cannot_be_used(
    files_of: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: object
) -> None:
    if isinstance(kind, type):
        keyrings.use(monkeypatch, kind, tmp_path / "keyring.json")
    else:
        take_away(monkeypatch)
    files_of("file").save(OLD)
    with pytest.raises(ConfigError, match="keyring") as caught:
        files_of("keyring").save(NEW)
    assert 'secrets = "file"' in caught.value.next_step
    assert is_one_safe_line(str(caught.value))
    assert leaks(shown(caught.value)) == []
    assert files_of("keyring").credentials() == OLD
    files_of("auto").save(NEW)
    assert files_of("auto").credentials() == NEW
    assert files_of("auto").place.endswith("credentials.json")


@pytest.mark.parametrize("kind", [keyrings.LockedKeyring, keyrings.FailingKeyring, MISSING])
def test_credentials_that_the_keyring_does_not_give(
    files_of: Open, keyring: Path, monkeypatch: pytest.MonkeyPatch, kind: object
) -> None:
    files_of("keyring").save(OLD)
    if isinstance(kind, type):
        keyrings.use(monkeypatch, kind, keyring)
    else:
        take_away(monkeypatch)
    with pytest.raises(ConfigError) as caught:
        files_of("auto").credentials()
    assert caught.value.title.startswith("The sign-in of “default” is in the system's keyring")
    assert 'secrets = "file" and write: zcbulk-tui login' in caught.value.next_step
    assert is_one_safe_line(str(caught.value))
    assert leaks(shown(caught.value)) == []
    files_of("auto").save(NEW)
    assert files_of("auto").credentials() == NEW
    files_of("auto").forget()
    assert not files_of("auto").exists


def test_credentials_that_the_keyring_has_lost(files_of: Open, keyring: Path) -> None:
    files_of("keyring").save(OLD)
    keyring.unlink()
    with pytest.raises(ConfigError, match="keyring, which cannot give it") as caught:
        files_of("keyring").credentials()
    assert "any more" in caught.value.cause


@pytest.mark.parametrize("name", ["", "credentials.json"])
def test_what_others_may_read_is_not_taken(files_of: Open, folder: Path, name: str) -> None:
    files_of("file").save(OLD)
    path = folder / "default" / name
    path.chmod(0o755)
    with pytest.raises(ConfigError) as caught:
        files_of("file").credentials()
    assert f"chmod {'600' if name else '700'} '{path}'" in caught.value.next_step


def test_nothing_is_kept_where_others_may_read(files_of: Open, folder: Path) -> None:
    (folder / "default").mkdir(parents=True)
    (folder / "default").chmod(0o755)
    for save in (files_of("file").save, files_of("file").save_token):
        with pytest.raises(ConfigError, match="can be read by others"):
            save(OLD)
    assert names(folder / "default") == set()


def test_files_of_another_user_are_not_taken(
    files_of: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    files_of("file").save(OLD)
    mine = os.getuid()
    monkeypatch.setattr(os, "getuid", lambda: mine + 1)
    with pytest.raises(ConfigError, match="another user"):
        files_of("file").credentials()
    assert files_of("file").token() is None


@pytest.mark.parametrize("kept", ["save", "save_token"])
def test_what_a_killed_process_has_left_is_removed(files_of: Open, folder: Path, kept: str) -> None:
    files_of("file").save(OLD)
    for name in (".credentials.json.x7", ".token.json.8a"):
        (folder / "default" / name).write_text(REFRESH)
    getattr(files_of("file"), kept)(NEW)
    assert not {name for name in names(folder / "default") if name.startswith(".")}


def test_forgetting_removes_what_a_killed_process_has_left(files_of: Open, folder: Path) -> None:
    files_of("file").save(OLD)
    (folder / "default" / ".credentials.json.x7").write_text(REFRESH)
    files_of("file").forget()
    assert names(folder / "default") == set()


def test_a_full_disk_leaves_the_old_ones_and_shows_no_secret(files_of: Open, folder: Path) -> None:
    files_of("file").save(OLD)
    for save in (files_of("file").save, files_of("file").save_token):
        with full_disk(), pytest.raises(ConfigError, match="cannot be written") as caught:
            save(NEW)
        assert leaks(shown(caught.value)) == []
    assert files_of("file").credentials() == OLD
    assert names(folder / "default") == {"credentials.json"}


@pytest.mark.parametrize("content", [b"\xff" + REFRESH.encode(), None], ids=["no text", "folder"])
def test_credentials_that_cannot_be_read(
    files_of: Open, folder: Path, content: bytes | None
) -> None:
    path = folder / "default" / "credentials.json"
    if content is None:
        path.mkdir(parents=True, mode=0o700)
        (folder / "default").chmod(0o700)
    else:
        files_of("file").save(OLD)
        path.write_bytes(content)
    with pytest.raises(ConfigError, match="cannot be read") as caught:
        files_of("file").credentials()
    assert leaks(shown(caught.value)) == []


def test_nothing_shows_what_is_kept(files_of: Open) -> None:
    store = files_of("file")
    store.save(NEW)
    store.save_token(TOKEN)
    memory = MemorySignIn()
    memory.save(NEW)
    memory.save_token(TOKEN)
    for kept in (store, memory):
        text = f"{kept!r} {vars(kept)} {kept.credentials()!r} {kept.token()!r}"
        assert leaks(text) == []


@pytest.mark.parametrize(
    "kind",
    [keyrings.HangingKeyring, keyrings.HangingAtWritesKeyring],
    ids=lambda kind: kind.__name__,
)
def test_the_file_counts_where_the_keyring_does_not_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: type[keyrings.FileKeyring]
) -> None:
    monkeypatch.setattr(system_keyring, "_PATIENCE", 0.3)
    passwords = tmp_path / "keyring.json"
    keyrings.use(monkeypatch, keyrings.FileKeyring, passwords)
    monkeypatch.setattr(system_keyring, "_keyring", system_keyring._Keyring())
    SignInFiles(tmp_path / "sign-in", "default").save(SecretStr("old"))
    keyrings.use(monkeypatch, kind, passwords)
    store = SignInFiles(tmp_path / "sign-in", "default")
    store.save(SecretStr("new"))
    assert "did not answer" in store.notice
    assert is_one_safe_line(store.notice)
    # Whatever the keyring has by now.
    keyrings.use(monkeypatch, keyrings.FileKeyring, passwords)
    monkeypatch.setattr(system_keyring, "_keyring", system_keyring._Keyring())
    kept = SignInFiles(tmp_path / "sign-in", "default").credentials()
    assert kept is not None
    assert kept.get_secret_value() == "new"
    SignInFiles(tmp_path / "sign-in", "default").forget()
    assert keyrings.passwords() == {}


def test_a_keyring_that_is_asked_for_and_does_not_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(system_keyring, "_PATIENCE", 0.3)
    keyrings.use(monkeypatch, keyrings.HangingKeyring, tmp_path / "keyring.json")
    monkeypatch.setattr(system_keyring, "_keyring", system_keyring._Keyring())
    store = SignInFiles(tmp_path / "sign-in", "default", "keyring")
    with pytest.raises(ConfigError, match="cannot be used") as caught:
        store.save(SecretStr("new"))
    assert "did not answer" in caught.value.cause
    assert not store.exists
