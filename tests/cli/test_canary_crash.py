"""What nobody foresaw, in frames that hold secrets: none of them is shown."""

import sys
from pathlib import Path

import pytest

from tests.cli import canaries, crash
from tests.support.commands import environment
from tests.support.jobs import REF, URL
from tests.support.stub_server import Answer, Reply, Request, StubServer
from tests.support.terminal import ENTER, Terminal

CRASH = (sys.executable, crash.__file__)
READY = Reply.of({"code": 3000, "data": {"api_status": "Ready-to-upload"}})
SCREEN = "zcbulk_tui.tui.screens.watch:WatchScreen"
NAME = f"{REF.form} {REF.job_id[-4:]}"


CLIENT = "zcbulk_tui.creator.client:CreatorClient"
SIGNED_CALLS = "zcbulk_tui.creator.signed_calls:SignedCalls"
ACCOUNTS = "zcbulk_tui.creator.accounts:Accounts"
JOB_LIST = "zcbulk_tui.tui.widgets.job_list:JobList"
LOAD = "zcbulk_tui.config.load"
SECRETS = "zcbulk_tui.config.secrets"

TWO_PROFILES = """\
profile = "first"
[profiles.first]
[profiles.second]
"""


VARIABLE, SIGN_IN = "variable", "sign-in"

WATCH = ("watch", URL)
SWITCH = (("calls left", "P"), ("Enter shows it", "j"), ("Enter shows it", ENTER))


def zoho(request: Request) -> Answer:
    return Reply.of(canaries.GIVEN) if request.path.startswith("/oauth/") else READY


@pytest.mark.parametrize(
    ("way", "place", "where", "words", "arguments", "steps"),
    [
        pytest.param(VARIABLE, f"{CLIENT}.__init__", "thread", "", WATCH, (), id="connect"),
        pytest.param(VARIABLE, f"{SIGNED_CALLS}._send", "loop", "GET", WATCH, (), id="poll"),
        pytest.param(SIGN_IN, f"{ACCOUNTS}._post", "loop", "refresh", WATCH, (), id="renewal"),
        pytest.param(VARIABLE, f"{JOB_LIST}.render_line", "loop", "", WATCH, (), id="render"),
        pytest.param(VARIABLE, f"{SECRETS}:_can_be", "loop", "", (), (), id="signed in"),
        pytest.param(VARIABLE, f"{LOAD}:_file", "loop", "", (), SWITCH, id="environment"),
    ],
)
def test_a_dashboard_that_breaks(
    home: Path,
    way: str,
    place: str,
    where: str,
    words: str,
    arguments: tuple[str, ...],
    steps: tuple[tuple[str, str], ...],
) -> None:
    with StubServer(zoho) as server:
        ways = {VARIABLE: canaries.ACCESS_TOKEN}
        # The secrets are first: of long tables, tracebacks show the beginning.
        env = {
            **canaries.ENVIRONMENT,
            **ways.get(way, {}),
            **environment(home, base_url=server.url, config=TWO_PROFILES),
            **canaries.TALKATIVE,
        }
        canaries.keep_sign_in(home, server.url, profile="first", ended=True)
        with Terminal([*CRASH, place, where, words, *arguments], env, columns=200) as screen:
            for text, key in steps:
                screen.wait_for(text)
                screen.press(key)
            shown = canaries.arguments_of(screen.pid)
            assert screen.exit_code() == 1
            written = bytes(screen.written)
    assert b"RuntimeError" in written
    assert canaries.seen(home, written=written, arguments=shown) == []
