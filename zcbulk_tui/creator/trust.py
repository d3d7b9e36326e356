"""Whom to trust: certificates from the system, the environment and a file, judged alike everywhere.

Pythons differ in what they refuse: from 3.13 on their default context is strict about extensions
that the certificate authorities of companies often lack. Here every version takes what OpenSSL
takes, and a certificate that is named is trusted, whether or not it has signed itself.
"""

import os
import re
import ssl
import stat
from collections.abc import Mapping
from pathlib import Path

from zcbulk_tui.domain.text import one_line
from zcbulk_tui.errors import ConfigError, UnreachableError

CERT_FILE, CERT_DIR, KEY_LOG = "SSL_CERT_FILE", "SSL_CERT_DIR", "SSLKEYLOGFILE"
"""The variables of OpenSSL and of Python that count."""

MAX_BUNDLE = 16 * 2**20
"""Bytes of the largest file of certificates; the system's has some hundred thousand."""

# As OpenSSL looks for them in a folder; `openssl rehash` gives these names.
_HASHED = re.compile(r"[0-9a-f]{8}\.[0-9]+")

_NOT_HELPED = "The setting ca_bundle does not help here; verification cannot be turned off."

_NO_AUTHORITY = (
    "What signed it is no authority: its owner must sign with a certificate that has "
    "basicConstraints CA:TRUE and, if it has a key usage, keyCertSign in it."
)

_FOR_OWNER: Mapping[int, str] = {
    9: "It is not valid yet: check the clock of this machine, else its owner must renew it.",
    10: "It has expired: its owner must renew it.",
    23: "It has been revoked: its owner must renew it.",
    24: _NO_AUTHORITY,
    26: "It is not meant for servers: its owner must add the extended key usage serverAuth.",
    32: _NO_AUTHORITY,
    62: "It is for other hosts: its owner must add this one as subjectAltName.",
    64: "It is for other hosts: its owner must add this address as subjectAltName.",
    66: "Its key is too weak: its owner must renew it with RSA of 2048 bits or more.",
    67: "The key of its authority is too weak: its owner must renew that with RSA of 2048 bits or "
    "more.",
    68: "It is signed with a weak hash: its owner must sign it anew with SHA-256.",
    79: _NO_AUTHORITY,
}
"""What to do by OpenSSL's code of verification, where naming an authority does not help."""


def trust(ca_bundle: str | None = None, environ: Mapping[str, str] | None = None) -> ssl.SSLContext:
    """Whom to trust: the system's certificates, and those of a PEM file beside them.

    Args:
        ca_bundle: The file.
        environ: The environment; None for that of the process, which OpenSSL reads too.

    Raises:
        ConfigError: The file, or one that a variable names, cannot be read or has no certificates;
            or others can read the file of keys.
    """
    environ = os.environ if environ is None else environ
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    file, folders = environ.get(CERT_FILE, ""), environ.get(CERT_DIR, "")
    if file:
        # OpenSSL itself says nothing of what it cannot read, and reads without an end.
        _load(context, CERT_FILE, file)
    elif folders:
        check_folders(folders)
    context.load_default_certs()
    known = ssl.get_default_verify_paths()
    if not (file or folders or known.cafile or known.capath):
        # Some builds of Python know of no certificates of the system.
        import certifi

        context.load_verify_locations(certifi.where())
    if ca_bundle is not None:
        _load(context, "ca_bundle", ca_bundle)
    if key_log := environ.get(KEY_LOG, ""):
        _log_keys(context, key_log)
    return context


def check_folders(folders: str) -> None:
    """Makes sure that one of the folders of `SSL_CERT_DIR` has certificates that OpenSSL finds.

    Raises:
        ConfigError: None has.
    """
    for folder in filter(None, folders.split(os.pathsep)):
        try:
            if any(_HASHED.fullmatch(name) for name in os.listdir(folder)):  # noqa: PTH208 - names
                return
        except (OSError, ValueError):
            continue
    raise ConfigError(
        f"{CERT_DIR}: {one_line(folders, 120)} cannot be used",
        "No folder there has certificates under the names by which they are looked for.",
        f"Name one that you may read, after: openssl rehash FOLDER; or unset {CERT_DIR}.",
    )


def distrust(host: str, error: BaseException | None) -> UnreachableError | None:
    """Returns the error for a certificate that is not trusted; None where it is not that.

    Args:
        host: Whose certificate.
        error: What was raised; what it comes from counts.
    """
    while error is not None and not isinstance(error, ssl.SSLCertVerificationError):
        error = error.__cause__ or error.__context__
    if error is None:
        return None
    advice = _FOR_OWNER.get(error.verify_code)
    return UnreachableError(
        f"The certificate of {host} is not trusted",
        f"Nothing was sent ({one_line(error.verify_message or str(error), 120)}).",
        f"{advice} {_NOT_HELPED}"
        if advice
        else "Where a proxy of your company signs for others, name the certificate of its "
        "authority in the setting ca_bundle; verification cannot be turned off.",
    )


def check_bundle(path: str) -> None:
    """Makes sure that the file of `SSL_CERT_FILE` has certificates.

    Raises:
        ConfigError: It has none, or cannot be read.
    """
    _load(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), CERT_FILE, path)


def check_key_log(path: str) -> None:
    """Makes sure that the file of `SSLKEYLOGFILE` can be written, and read by nobody else.

    Raises:
        ConfigError: It is not so.
    """
    _log_keys(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), path)


def _load(context: ssl.SSLContext, named_by: str, path: str) -> None:
    """Trusts the certificates of a file too."""
    try:
        _check_file(Path(path).expanduser())
        context.load_verify_locations(Path(path).expanduser())
    except (OSError, ValueError, RuntimeError) as error:
        # A name with a null character, or the home of an unknown user, is not an OSError.
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise ConfigError(
            f"{named_by}: {one_line(path, 120)} cannot be used",
            f"{one_line(reason).rstrip('.')}.",
            "It is a file with certificates in PEM, which you may read.",
        ) from error


def _check_file(path: Path) -> None:
    status = path.stat()
    if not stat.S_ISREG(status.st_mode):
        raise ValueError("It is no regular file")
    if status.st_size > MAX_BUNDLE:
        raise ValueError(f"It has more than {MAX_BUNDLE // 2**20} MiB")


def _log_keys(context: ssl.SSLContext, path: str) -> None:
    try:
        # Opening a pipe without a reader blocks for ever.
        if Path(path).exists() and stat.S_ISFIFO(Path(path).stat().st_mode):
            raise ValueError("It is a pipe")
        _keep_to_owner(path)
        context.keylog_filename = path
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise ConfigError(
            f"{KEY_LOG}: {one_line(path, 120)} cannot be written",
            f"{one_line(reason)}.",
            f"Name a file that you may write, or unset {KEY_LOG}.",
        ) from error


def _keep_to_owner(path: str) -> None:
    """Begins a file of keys for its owner only, or makes sure that one that is there is so.

    Raises:
        OSError: It cannot be written.
        ConfigError: Others can read or write it.
    """
    # OpenSSL would begin it with whatever the umask leaves.
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        found = os.fstat(descriptor)
    finally:
        os.close(descriptor)
    if not stat.S_ISREG(found.st_mode):
        return
    shown = one_line(path, 120)
    if found.st_uid not in (os.geteuid(), 0) or found.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise ConfigError(
            f"{KEY_LOG}: others can read {shown}",
            f"It belongs to user {found.st_uid}, and its mode is {stat.S_IMODE(found.st_mode):o}. "
            "With the keys in it, whoever sees the connections reads the access token.",
            f"Remove it, or write: chmod go-rwx '{shown}'",
        )
