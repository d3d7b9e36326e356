"""Which certificates are trusted, the same on every Python, and files that have none."""

import os
import ssl
import stat
from pathlib import Path

import pytest

from tests.support.certificates import Chain, chain
from tests.support.text import is_one_safe_line
from zcbulk_tui.creator.trust import CERT_DIR, CERT_FILE, KEY_LOG, check_key_log, distrust, trust
from zcbulk_tui.errors import ConfigError, UnreachableError

HOST = "127.0.0.1"
NAMED = f"subjectAltName=IP:{HOST}"
NO_IDS = "subjectKeyIdentifier=none\nauthorityKeyIdentifier=none"
AUTHORITY = "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign"


@pytest.fixture(autouse=True)
def asked_for_defaults(monkeypatch: pytest.MonkeyPatch) -> list[ssl.SSLContext]:
    """Reading all certificates of the system takes far longer than what is tested here."""
    asked: list[ssl.SSLContext] = []
    monkeypatch.setattr(ssl.SSLContext, "load_default_certs", lambda context: asked.append(context))
    return asked


def met(made: Chain, bundle: Path, host: str = HOST) -> UnreachableError | None:
    """Why a server that shows the certificate is not trusted; None where it is."""
    to_client, to_server = ssl.MemoryBIO(), ssl.MemoryBIO()
    context = trust(str(bundle), {})
    client = context.wrap_bio(to_client, to_server, server_hostname=host)
    server = made.for_server().wrap_bio(to_server, to_client, server_side=True)
    for _ in range(8):
        for side in (client, server):
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue
            except ssl.SSLError as error:
                return distrust(host, error)
            if side is client:
                return None
    raise AssertionError


@pytest.mark.parametrize(
    ("authority", "server"),
    [
        pytest.param(AUTHORITY, NAMED, id="as it should be"),
        pytest.param(f"{AUTHORITY}\n{NO_IDS}", f"{NAMED}\n{NO_IDS}", id="no key identifiers"),
        pytest.param("basicConstraints=critical,CA:TRUE", NAMED, id="no key usage"),
        pytest.param("basicConstraints=CA:TRUE", NAMED, id="constraints not critical"),
        pytest.param(
            "basicConstraints=CA:TRUE\nkeyUsage=keyCertSign", NAMED, id="usage not critical"
        ),
        pytest.param(
            f"basicConstraints=CA:TRUE\n{NO_IDS}",
            f"{NAMED}\nbasicConstraints=CA:FALSE\n{NO_IDS}",
            id="nothing of all that",
        ),
        pytest.param(
            "basicConstraints=CA:TRUE,pathlen:0\nkeyUsage=digitalSignature,keyCertSign",
            f"{NAMED}\nextendedKeyUsage=serverAuth",
            id="path length not critical",
        ),
    ],
)
def test_the_authority_of_a_company_is_taken(tmp_path: Path, authority: str, server: str) -> None:
    made = chain(tmp_path, authority=authority, server=server)
    assert met(made, made.authority.certificate) is None


def test_an_authority_that_another_has_signed_is_enough(tmp_path: Path) -> None:
    root = chain(tmp_path / "root", authority=AUTHORITY, server=NAMED).authority
    (tmp_path / "below").mkdir()
    made = chain(tmp_path / "below", authority=AUTHORITY, server=NAMED, root=root)
    assert met(made, made.authority.certificate) is None
    # So is the server's own.
    assert met(made, made.server.certificate) is None


@pytest.mark.parametrize(
    ("how", "host", "advice"),
    [
        pytest.param({"days": -1}, HOST, "has expired: its owner must renew it", id="expired"),
        pytest.param({}, "127.0.0.2", "this address as subjectAltName", id="other address"),
        pytest.param({}, "localhost", "this one as subjectAltName", id="other name"),
        pytest.param({"server": ""}, "localhost", "subjectAltName", id="no name"),
        pytest.param(
            {"authority": "basicConstraints=CA:FALSE"}, HOST, "CA:TRUE", id="no authority"
        ),
        pytest.param(
            {"authority": "basicConstraints=CA:TRUE\nkeyUsage=digitalSignature"},
            HOST,
            "keyCertSign",
            id="must not sign",
        ),
        pytest.param(
            {"server": f"{NAMED}\nextendedKeyUsage=clientAuth"},
            HOST,
            "serverAuth",
            id="not for servers",
        ),
        pytest.param({"server_key": "1024"}, HOST, "2048 bits", id="weak key"),
        pytest.param({"authority_key": "1024"}, HOST, "2048 bits", id="weak key of the authority"),
    ],
)
def test_of_one_that_is_refused_it_is_said_what_its_owner_must_do(
    tmp_path: Path, how: dict[str, object], host: str, advice: str
) -> None:
    made = chain(tmp_path, **{"authority": AUTHORITY, "server": NAMED, **how})  # type: ignore[arg-type]  # any part
    error = met(made, made.authority.certificate, host)
    assert error is not None
    assert advice in error.next_step
    assert "ca_bundle does not help" in error.next_step
    assert "Nothing was sent" in error.cause


def test_one_that_nobody_knows_is_to_be_named(tmp_path: Path) -> None:
    made = chain(tmp_path / "one", authority=AUTHORITY, server=NAMED)
    other = chain(tmp_path / "other", authority=AUTHORITY, server=NAMED)
    error = met(made, other.authority.certificate)
    assert error is not None
    assert "in the setting ca_bundle" in error.next_step


def test_every_python_is_as_strict(asked_for_defaults: list[ssl.SSLContext]) -> None:
    context = trust(None, {})
    assert not context.verify_flags & ssl.VERIFY_X509_STRICT
    assert context.verify_flags & ssl.VERIFY_X509_PARTIAL_CHAIN
    assert context.check_hostname
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert asked_for_defaults == [context]


@pytest.mark.parametrize("variable", [CERT_FILE, CERT_DIR, KEY_LOG])
@pytest.mark.parametrize(
    "kind", ["nowhere", "folder", "junk", "pipe", "zero", "huge", "long", "null"]
)
def test_what_a_variable_names_and_cannot_be_used_is_named(
    tmp_path: Path, variable: str, kind: str
) -> None:
    path = tmp_path / kind
    match kind:
        case "folder":
            path.mkdir()
        case "junk":
            path.write_text("no certificate", encoding="utf-8")
        case "pipe":
            os.mkfifo(path)
        case "zero":
            path = Path("/dev/zero")
        case "huge":
            path.touch()
            os.truncate(path, 2**40)
        case "long":
            path = tmp_path / ("x" * 5000)
        case "null":
            path = Path("a\0b")
        case _:
            path = tmp_path / "nowhere" / "x"
    if variable == KEY_LOG and kind == "zero":
        return  # it can be written, and keeps nothing
    with pytest.raises(ConfigError) as caught:
        trust(None, {variable: str(path)})
    assert caught.value.title.startswith(f"{variable}: ")
    assert caught.value.next_step
    assert is_one_safe_line(str(caught.value))
    assert caught.value.exit_code == 2


def test_what_a_variable_names_is_used(tmp_path: Path) -> None:
    made = chain(tmp_path, authority=AUTHORITY, server=NAMED)
    context = trust(None, {CERT_FILE: str(made.authority.certificate)})
    assert any(dict(cert)["serialNumber"] for cert in context.get_ca_certs())
    (tmp_path / "0123abcd.0").symlink_to(made.authority.certificate)
    trust(None, {CERT_DIR: f"/nowhere:{tmp_path}"})
    assert trust(None, {KEY_LOG: str(tmp_path / "keys")}).keylog_filename == str(tmp_path / "keys")


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
def test_a_file_of_keys_is_for_its_owner_only(tmp_path: Path, umask: int) -> None:
    path = tmp_path / "keys"
    before = os.umask(umask)
    try:
        for _ in range(2):
            trust(None, {KEY_LOG: str(path)})
            assert stat.S_IMODE(path.stat().st_mode) == 0o600
    finally:
        os.umask(before)


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o620, 0o666])
def test_a_file_of_keys_that_others_can_read_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "keys"
    path.write_text("as it was", encoding="utf-8")
    path.chmod(mode)
    for use in (lambda: trust(None, {KEY_LOG: str(path)}), lambda: check_key_log(str(path))):
        with pytest.raises(ConfigError, match="others can read") as caught:
            use()
        assert f"{mode:o}" in caught.value.cause
        assert f"chmod go-rwx '{path}'" in caught.value.next_step
    assert path.read_text(encoding="utf-8") == "as it was"
