"""The simulator as a process of its own, so that its CPU is not the dashboard's.

``python -m tests.benchmarks.loopback_server STAGE JOBS`` prints one line of JSON, the base URL, the
token and a code to sign in with, and serves until its standard input ends; the stages are
`make_creator`'s.
"""

import json
import sys
import time
from dataclasses import replace

from zcbulk_tui.simulator.accounts import Accounts
from zcbulk_tui.simulator.builder import JobBuilder
from zcbulk_tui.simulator.clock import Timeline
from zcbulk_tui.simulator.creator import Creator
from zcbulk_tui.simulator.faults import ERRORS
from zcbulk_tui.simulator.hostile import BAD_GATEWAY, SERVER_ERROR
from zcbulk_tui.simulator.messages import LOST
from zcbulk_tui.simulator.physics import Workload
from zcbulk_tui.simulator.scenarios import build
from zcbulk_tui.simulator.schedule import Fault
from zcbulk_tui.simulator.scopes import CREATE, READ
from zcbulk_tui.simulator.server import LoopbackServer

_TOKEN = "1000.benchmark"

_TOKEN_LIFE = 120.0
"""Seconds that a token of `soak` holds."""

_WEARY = replace(ERRORS["429-2955"].response(), headers={"retry-after": "3"})

_FAULTS = (
    Fault(_WEARY, chance=0.005),
    Fault(ERRORS["401-1030"].response(), chance=0.005),
    Fault(SERVER_ERROR, chance=0.01),
    Fault(BAD_GATEWAY, chance=0.01),
    Fault(LOST, chance=0.01),
    Fault(LOST, behind=True, chance=0.01),
    Fault(delay=2.5, chance=0.01),
)
"""What calls of `soak` meet, one in twenty."""

_WAITING = 10
"""Jobs of `soak` that do not run."""


def make_creator(stage: str, jobs: int) -> Creator:
    """A simulator of one stage.

    Args:
        stage: `hundred` is the scenario; `running`, `finished` and `ending` (one after the other,
            soon) have as many jobs as wanted in this state; `soak` has running jobs, a few that
            are ready, faults, and tokens that soon end.
        jobs: How many; `hundred` has its own hundred.
    """
    if stage == "hundred":
        return build("hundred", token=_TOKEN)
    timeline = Timeline(time.time)
    builder = JobBuilder(timeline.start, seed=1)
    soaked = stage == "soak"
    for number in range(1, jobs + 1):
        label, form = f"Job {number:05}", f"Form_{number:05}"
        if stage == "finished":
            builder.ending(label, form, Workload(20_000 + 37 * number, 200), at=-600.0 - number)
        elif stage == "ending":
            builder.ending(label, form, Workload(200_000, 1_000, 0.01), at=48.0 + 12 * number)
        elif soaked and number > jobs - _WAITING:
            builder.ready(label, form, Workload(20_000, 150))
        else:
            # Some of `soak` end within the hour; else all would be polled at the same moments.
            rate = 60 + 7 * (number % 40) if soaked else 200
            builder.running(label, form, Workload(2_000_000, rate, 0.01), done=0.2)
    # Zoho's limit on tokens is for those that hold an hour.
    accounts = Accounts(timeline, token_life=_TOKEN_LIFE, tokens_per_ten_minutes=None)
    return Creator(
        builder.jobs,
        timeline,
        token=_TOKEN,
        accounts=accounts if soaked else None,
        faults=_FAULTS if soaked else (),
    )


def main() -> None:
    """Serves until the other end of the standard input is closed."""
    creator = make_creator(sys.argv[1], int(sys.argv[2]))
    with LoopbackServer(creator) as server:
        hello = {
            "base_url": server.base_url,
            "token": creator.token,
            "code": creator.accounts.grant_code([READ, CREATE]),
        }
        print(json.dumps(hello), flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
