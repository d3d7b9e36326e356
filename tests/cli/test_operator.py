"""Who a record of a start or an abort is signed with."""

import os
import pwd
import socket

import pytest

from zcbulk_tui.cli.context import operator

USER = pwd.getpwuid(os.getuid()).pw_name


@pytest.fixture(autouse=True)
def somewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "gethostname", lambda: "jump1")


def signed_in_as(login: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    def getlogin() -> str:
        if login is None:
            raise OSError("no terminal")
        return login

    monkeypatch.setattr(os, "getlogin", getlogin)


@pytest.mark.parametrize("login", [USER, None])
def test_it_is_the_user_and_the_host(login: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    signed_in_as(login, monkeypatch)
    assert operator() == f"{USER}@jump1"


def test_who_became_another_user_is_named_too(monkeypatch: pytest.MonkeyPatch) -> None:
    signed_in_as("anna", monkeypatch)
    assert operator() == f"anna as {USER}@jump1"


def test_the_environment_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    signed_in_as(None, monkeypatch)
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME", "SUDO_USER"):
        monkeypatch.setenv(name, "mallory")
    assert operator() == f"{USER}@jump1"


def test_a_user_without_a_name_has_a_number(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody(_: int) -> pwd.struct_passwd:
        raise KeyError

    signed_in_as(None, monkeypatch)
    monkeypatch.setattr(pwd, "getpwuid", nobody)
    assert operator() == f"{os.getuid()}@jump1"
