"""What nobody foresaw, in frames that hold secrets: none of them is shown."""

import sys
from pathlib import Path

import pytest

from tests.cli import canaries, crash
from tests.support.commands import environment
from tests.support.jobs import URL
from tests.support.stub_server import Answer, Reply, Request, StubServer
from tests.support.terminal import Terminal

CRASH = (sys.executable, crash.__file__)
READY = Reply.of({"code": 3000, "data": {"api_status": "Ready-to-upload"}})
CLIENT = "zcbulk_tui.creator.client:CreatorClient"
ACCOUNTS = "zcbulk_tui.creator.accounts:Accounts"
JOB_LIST = "zcbulk_tui.tui.widgets.job_list:JobList"
SECRETS = "zcbulk_tui.config.secrets"

TWO_PROFILES = """\
profile = "first"
[profiles.first]
[profiles.second]
"""


VARIABLE, SIGN_IN = "variable", "sign-in"

WATCH = ("watch", URL)


def zoho(request: Request) -> Answer:
    return Reply.of(canaries.GIVEN) if request.path.startswith("/oauth/") else READY


@pytest.mark.parametrize(
    ("way", "place", "where", "words", "arguments"),
    [
        pytest.param(VARIABLE, f"{CLIENT}.__init__", "thread", "", WATCH, id="connect"),
        pytest.param(SIGN_IN, f"{ACCOUNTS}._post", "loop", "refresh", WATCH, id="renewal"),
        pytest.param(VARIABLE, f"{JOB_LIST}.render_line", "loop", "", WATCH, id="render"),
        pytest.param(VARIABLE, f"{SECRETS}:_can_be", "loop", "", (), id="signed in"),
    ],
)
def test_a_dashboard_that_breaks(
    home: Path,
    way: str,
    place: str,
    where: str,
    words: str,
    arguments: tuple[str, ...],
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
            shown = canaries.arguments_of(screen.pid)
            assert screen.exit_code() == 1
            assert screen.is_as_it_was()
            written = bytes(screen.written)
    said = written.rpartition(b"\x1b[?1049l")[2]
    assert said.count(b"A fault in this program ended it (RuntimeError") == 1
    assert b"Traceback" not in written
    assert canaries.seen(home, written=written, arguments=shown) == []
