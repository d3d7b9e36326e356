"""Secrets go where they belong: to no screen, to no log, to no file beside those of the sign-in."""

import json
import sys
from pathlib import Path

import pytest

from tests.cli import canaries, run_all
from tests.support.commands import PROGRAM, environment
from tests.support.jobs import URL
from tests.support.stub_server import DROP, Answer, Reply, Request, StubServer

TOKEN_REFUSED = Reply.of({"code": 1030, "message": "The token has expired."}, 401)
ALL_WAYS = {**canaries.ENVIRONMENT, **canaries.ACCESS_TOKEN}

LOOKING = (("config", "show"), ("config", "show", "--json"), ("config", "check"))
STATUS = (("status", URL), ("status", URL, "--json"))

NO_TOKENS: tuple[Answer, ...] = (
    Reply.of({"error": "invalid_code"}),
    Reply.of({"error": "invalid_client"}, 400),
    Reply.of({"error": "Access Denied", "error_description": "too many requests"}),
    Reply.of({"error": "general_error"}, 500),
    Reply(200, b"<html>"),
    Reply(302, b"", {"Location": "http://127.0.0.1:1/"}),
    DROP,
    Reply.of({**canaries.GIVEN, "access_token": "1000.canary\n"}),
    Reply.of({**canaries.GIVEN, "access_token": ["1000.canary.list"]}),
    Reply.of({**canaries.GIVEN, "refresh_token": {"1000.canary": 1}}),
    Reply.of({"refresh_token": "1000.canary.alone"}),
    Reply(200, json.dumps(canaries.GIVEN).encode()[:-1]),
)
"""Every way in which an accounts server gives no tokens, several with tokens in them."""


def look(
    home: Path, env: dict[str, str], *commands: tuple[str, ...], typed: str = ""
) -> dict[str, int]:
    """Runs commands in one process that logs all; returns their exit codes."""
    command = [sys.executable, run_all.__file__, json.dumps(commands)]
    ended, arguments = canaries.run_talkative(command, env, typed)
    assert canaries.seen(home, out=ended.out, err=ended.err, arguments=arguments) == []
    assert "Traceback" not in ended.err
    printed = (line.rpartition(" ") for line in ended.out.splitlines() if line.startswith("['"))
    return {arguments: int(code) for arguments, _, code in printed}


@pytest.mark.parametrize("arguments", [LOOKING[0], STATUS[0]], ids=" ".join)
def test_each_command_as_a_process(home: Path, arguments: tuple[str, ...]) -> None:
    with StubServer(lambda _: TOKEN_REFUSED) as server:
        canaries.keep_sign_in(home, server.url)
        env = environment(home, base_url=server.url, **ALL_WAYS, ZCBULK_ACCOUNTS_URL=server.url)
        ended, shown = canaries.run_talkative([*PROGRAM, *arguments], env)
    assert ended.code == (0 if arguments in LOOKING else 3)
    assert b"zcbulk_tui" in shown or shown == b""
    assert canaries.seen(home, out=ended.out, err=ended.err, arguments=shown) == []


def test_each_way_in_that_fails(home: Path) -> None:
    ways = (("--refresh-token",), ("--self-client",), ()) * len(NO_TOKENS)
    commands = [("login", *way) for way, _ in zip(ways, NO_TOKENS, strict=False)]
    with StubServer(NO_TOKENS) as server:
        env = environment(home, **canaries.ENVIRONMENT, ZCBULK_ACCOUNTS_URL=server.url)
        env["ZCBULK_CLIENT_ID"] = canaries.CLIENT_ID
        typed = f"{canaries.CODE}\n" * len(commands)
        codes = look(home, env, *commands, typed=typed)
    assert set(codes) == {str(list(command)) for command in commands}
    assert len(server.requests) == len(commands)
    assert not list(home.rglob("credentials.json"))


def test_each_way_out_that_fails(home: Path) -> None:
    with StubServer([*NO_TOKENS] * 3) as server:
        canaries.keep_sign_in(home, server.url)
        commands = [("logout",)] * 6
        look(home, environment(home), *commands)


def test_each_way_to_a_token_beside_the_variable(tmp_path: Path, home: Path) -> None:
    def zoho(request: Request) -> Answer:
        given = Reply.of(canaries.GIVEN)
        return given if request.path.startswith("/oauth/") else TOKEN_REFUSED

    with StubServer(zoho) as server:
        # It has ended, so that a token is asked for first.
        canaries.keep_sign_in(home, server.url, ended=True)
        env = environment(home, base_url=server.url)
        for way in (canaries.token_command(tmp_path), {}):
            assert set(look(home, {**env, **way}, *STATUS).values()) == {3}


def test_tokens_that_cannot_be_used(home: Path) -> None:
    bad = dict.fromkeys(canaries.ENVIRONMENT, "1000.canary.a b\x1b[1m")
    commands = (STATUS[0], *LOOKING, ("login", "--refresh-token"))
    look(home, environment(home, **bad), *commands)
    look(home, environment(home, ZCBULK_TOKEN_COMMAND="x canary" * 999), *commands)


def test_a_sign_in_that_cannot_be_read(home: Path) -> None:
    damaged = {"first": "credentials.json", "second": "token.json"}
    config = "".join(f"[profiles.{profile}]\n" for profile in damaged)
    with StubServer() as server:
        for profile, file in damaged.items():
            canaries.keep_sign_in(home, server.url, profile=profile)
            path = next(home.rglob(f"{profile}/{file}"))
            path.write_text(path.read_text(encoding="utf-8")[:-2], encoding="utf-8")
        commands = (*STATUS, *LOOKING, ("logout",), ("login",))
        env = environment(home, base_url=server.url, config=config)
        for_both = [(*it, "--profile", profile) for profile in damaged for it in commands]
        codes = look(home, env, *for_both)
    assert len(codes) == len(for_both)
