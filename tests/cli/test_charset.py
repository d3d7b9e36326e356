"""ASCII or everything: by the locale, not by what Python thinks of its streams."""

import os
import pty
import subprocess
from pathlib import Path

import pytest

from tests.support.commands import PATIENCE, PROGRAM, environment
from zcbulk_tui.cli.charset import Ascii, draws_ascii
from zcbulk_tui.cli.locale_names import is_utf8, locale_of


@pytest.mark.parametrize(
    ("environ", "locale"),
    [
        ({}, ""),
        ({"LANG": "C"}, "C"),
        ({"LANG": "de_DE.UTF-8", "LC_CTYPE": "POSIX"}, "POSIX"),
        ({"LANG": "C", "LC_CTYPE": "C.UTF-8", "LC_ALL": ""}, "C.UTF-8"),
        ({"LANG": "C.UTF-8", "LC_CTYPE": "C.UTF-8", "LC_ALL": "C"}, "C"),
        ({"LANG": "C", "LC_MESSAGES": "C.UTF-8", "LANGUAGE": "de.UTF-8"}, "C"),
    ],
)
def test_the_first_variable_that_is_set_counts(environ: dict[str, str], locale: str) -> None:
    assert locale_of(environ) == locale


@pytest.mark.parametrize(
    "locale",
    [
        "C.UTF-8",
        "C.utf8",
        "en_US.UTF-8",
        "de_DE.Utf-8@euro",
        "UTF-8",
        "utf8",
        "tr_TR.UTF8",
        "utf_8",
    ],
)
def test_utf8_is_spelt_in_many_ways(locale: str) -> None:
    assert is_utf8(locale)


@pytest.mark.parametrize(
    "locale",
    [
        *("", "C", "POSIX", "en_US", "en_US.ISO-8859-1", "de_DE@euro", "ja_JP.eucJP", "C.UTF-16"),
        *("zh_CN.GB18030", "UTF-8.C", "en_US.ISO-8859-15@UTF-8"),
    ],
)
def test_nothing_else_is_utf8(locale: str) -> None:
    assert not is_utf8(locale)


@pytest.mark.parametrize("locale", ["C", "C.UTF-8"])
@pytest.mark.parametrize(("setting", "ascii_only"), [(True, True), (False, False), ("auto", None)])
def test_the_setting_goes_before_the_locale(
    locale: str, setting: Ascii, ascii_only: bool | None
) -> None:
    expected = locale == "C" if ascii_only is None else ascii_only
    assert draws_ascii(setting, {"LANG": locale}) is expected


def said_on_a_terminal(env: dict[str, str], *arguments: str) -> str:
    """What a command writes about its error, on a terminal."""
    ours, theirs = pty.openpty()
    try:
        subprocess.run(
            [*PROGRAM, *arguments, "history", "no-job"],
            env=env,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            timeout=PATIENCE,
            check=False,
        )
        return os.read(ours, 4096).decode()
    finally:
        os.close(ours)
        os.close(theirs)


@pytest.mark.parametrize(
    ("variables", "arguments", "shown"),
    [
        # Python takes each of the first three for UTF-8.
        ({"LANG": ""}, (), '"no-job"'),
        ({"LANG": "xx_XX.ISO-8859-1"}, (), '"no-job"'),
        ({"LANG": "C", "PYTHONIOENCODING": "utf-8", "PYTHONUTF8": "1"}, (), '"no-job"'),
        ({"LANG": "C.UTF-8", "PYTHONIOENCODING": "latin-1"}, (), "“no-job”"),
        ({"LANG": "C.UTF-8"}, ("--ascii",), '"no-job"'),
        ({"LANG": "C", "ZCBULK_ASCII": "false"}, (), "“no-job”"),
        ({"LANG": "C", "ZCBULK_ASCII": "true"}, ("--no-ascii",), "“no-job”"),
    ],
)
def test_what_a_terminal_is_shown(
    home: Path, variables: dict[str, str], arguments: tuple[str, ...], shown: str
) -> None:
    said = said_on_a_terminal(environment(home, **variables), *arguments)
    assert shown in said
    assert said.isascii() is ('"no-job"' in said)
