"""Certificates that nobody has signed but themselves."""

import shutil
import ssl
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate and its key, as files in PEM."""

    certificate: Path
    key: Path

    def for_server(self) -> ssl.SSLContext:
        """What a server needs to show it."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, self.key)
        return context


def self_signed(folder: Path, *names: str) -> Certificate:
    """Makes a certificate for names as ``subjectAltName`` has them, as in ``IP:127.0.0.1``."""
    program = shutil.which("openssl")
    if program is None:
        pytest.skip("there is no openssl to make a certificate with")
    made = Certificate(folder / "certificate.pem", folder / "key.pem")
    subprocess.run(
        [
            *(program, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"),
            *("-nodes", "-days", "2", "-subj", "/CN=self-signed"),
            *("-addext", f"subjectAltName={','.join(names)}"),
            *("-out", str(made.certificate), "-keyout", str(made.key)),
        ],
        check=True,
        capture_output=True,
    )
    return made


@dataclass(frozen=True, slots=True)
class Chain:
    """A certificate for a server, and the authority that has signed it.

    Attributes:
        authority: The authority.
        server: The server's certificate.
    """

    authority: Certificate
    server: Certificate

    def for_server(self) -> ssl.SSLContext:
        """What a server needs to show it; keys that are too weak by default are taken too."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.set_ciphers("DEFAULT@SECLEVEL=0")
        context.load_cert_chain(self.server.certificate, self.server.key)
        return context


def chain(
    folder: Path,
    *,
    authority: str = "",
    server: str = "",
    authority_key: str = "EC",
    server_key: str = "EC",
    root: Certificate | None = None,
    days: int = 2,
) -> Chain:
    """Makes an authority, and a certificate for 127.0.0.1 that it has signed.

    Args:
        folder: Where; it must be empty.
        authority: Its extensions, as in OpenSSL's configuration, on lines of their own.
        server: Those of the server's certificate.
        authority_key: ``EC``, or the bits of an RSA key.
        server_key: The same for the server.
        root: What signs the authority; None for itself.
        days: For how long the server's certificate is good; negative for one that has ended.
    """
    folder.mkdir(exist_ok=True)
    made = Certificate(folder / "authority.pem", folder / "authority.key")
    _sign(made, "company authority", authority, authority_key, root, 9)
    leaf = Certificate(folder / "server.pem", folder / "server.key")
    _sign(leaf, "server", server, server_key, made, days)
    return Chain(made, leaf)


def _sign(
    made: Certificate,
    name: str,
    extensions: str,
    key: str,
    by: Certificate | None,
    days: int,
) -> None:
    program = shutil.which("openssl")
    if program is None:
        pytest.skip("there is no openssl to make a certificate with")
    written = made.certificate.with_suffix(".cnf")
    written.write_text(f"{extensions}\n", encoding="utf-8")
    request = made.certificate.with_suffix(".csr")
    kind = ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"] if key == "EC" else [f"rsa:{key}"]
    signer = ["-signkey", str(made.key)]
    if by is not None:
        signer = ["-CA", str(by.certificate), "-CAkey", str(by.key), "-CAcreateserial"]
    for command in (
        [
            *("req", "-new", "-newkey", *kind, "-nodes", "-subj", f"/CN={name}"),
            *("-out", str(request), "-keyout", str(made.key)),
        ],
        [
            *("x509", "-req", "-in", str(request), "-days", str(days), *signer),
            *("-extfile", str(written), "-out", str(made.certificate)),
        ],
    ):
        subprocess.run([program, *command], check=True, capture_output=True)
