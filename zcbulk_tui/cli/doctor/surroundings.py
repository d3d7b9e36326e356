"""The doctor on the variables of proxies and certificates: each that is set, and what it does."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from zcbulk_tui.cli.doctor.findings import Finding, Grade, failure, short_path
from zcbulk_tui.creator import trust
from zcbulk_tui.domain import proxies
from zcbulk_tui.errors import ConfigError

_NOT_USED = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "NETRC")
"""Variables of other programs, for which somebody may have set them."""


def check(environ: Mapping[str, str]) -> list[Finding]:
    """Returns a line for each variable that is set."""
    return [*_proxies(environ), *_certificates(environ), *_not_used(environ)]


def _proxies(environ: Mapping[str, str]) -> Iterator[Finding]:
    given = proxies.variables(environ)
    try:
        read = proxies.read(environ)
        used, is_off = {read.https, read.http}, read.is_off
    except ConfigError:
        used, is_off = set(), False
    for kind in proxies.KINDS:
        if kind not in given:
            continue
        name, value = given[kind]
        try:
            proxy = proxies.parse(name, value)
        except ConfigError as error:
            counts = not is_off and (kind != "all_proxy" or len(given.keys() & proxies.KINDS) < 3)
            found = failure(name, error)
            yield found if counts else replace(found, grade=Grade.WARN)
            continue
        if is_off:
            said = "nothing goes through it, since NO_PROXY has *"
        elif used and proxy not in used:
            said = "the others go before it"
        elif kind == "http_proxy":
            said = "not needed: only this machine is asked without TLS"
        else:
            said = "what goes to Zoho goes through it"
        yield Finding(name, Grade.PASS, f"{proxy.shown}: {said}.")
    if "no_proxy" in given:
        yield from _no_proxy(environ, *given["no_proxy"])


def _no_proxy(environ: Mapping[str, str], name: str, value: str) -> Iterator[Finding]:
    # Whether a proxy can be used has a line of its own.
    without = {key: each for key, each in environ.items() if key.lower() not in proxies.KINDS}
    warnings = proxies.read(without).warnings
    for warning in warnings:
        yield Finding(name, Grade.WARN, warning.partition(": ")[2], "Correct it, or take it out.")
    if not warnings:
        count = len(value.replace(",", " ").split())
        said = f"{count} that no proxy gets to see, and this machine."
        yield Finding(name, Grade.PASS, said)


def _certificates(environ: Mapping[str, str]) -> Iterator[Finding]:
    checks: tuple[tuple[str, Callable[[str], None], str], ...] = (
        (trust.CERT_FILE, trust.check_bundle, "its certificates are trusted"),
        (trust.CERT_DIR, trust.check_folders, "the certificates there are trusted"),
        (
            trust.KEY_LOG,
            trust.check_key_log,
            "the keys of all connections go there, for you alone",
        ),
    )
    for name, check_, said in checks:
        value = environ.get(name, "")
        if not value:
            continue
        try:
            check_(value)
        except ConfigError as error:
            yield failure(name, error)
        else:
            grade = Grade.WARN if name == trust.KEY_LOG else Grade.PASS
            fix = f"Whoever reads it reads the token: unset {name}." if grade is Grade.WARN else ""
            yield Finding(name, grade, f"{short_path(Path(value))}: {said}.", fix)


def _not_used(environ: Mapping[str, str]) -> Iterator[Finding]:
    for name in _NOT_USED:
        if environ.get(name):
            instead = "ca_bundle counts" if name.endswith("BUNDLE") else "nothing is read there"
            said = f"{name}, which is {short_path(Path(environ[name]))}: {instead}."
            yield Finding("not used here", Grade.PASS, said)
