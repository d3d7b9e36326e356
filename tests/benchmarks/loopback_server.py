"""The simulator as a process of its own, so that its CPU is not the dashboard's.

``python -m tests.benchmarks.loopback_server hundred|running|finished JOBS`` prints one line of
JSON, the base URL and the token, and serves until its standard input ends.
"""

import json
import sys
import time

from zcbulk_tui.simulator.builder import JobBuilder
from zcbulk_tui.simulator.clock import Timeline
from zcbulk_tui.simulator.creator import Creator
from zcbulk_tui.simulator.physics import Workload
from zcbulk_tui.simulator.scenarios import build
from zcbulk_tui.simulator.server import LoopbackServer

_TOKEN = "1000.benchmark"


def make_creator(stage: str, jobs: int) -> Creator:
    """The scenario `hundred`, or as many jobs as wanted that are all running or all finished."""
    if stage == "hundred":
        return build("hundred", token=_TOKEN)
    timeline = Timeline(time.time)
    builder = JobBuilder(timeline.start, seed=1)
    for number in range(1, jobs + 1):
        label, form = f"Job {number:05}", f"Form_{number:05}"
        if stage == "finished":
            builder.ending(label, form, Workload(20_000 + 37 * number, 200), at=-600.0 - number)
        else:
            builder.running(label, form, Workload(2_000_000, 200, 0.01), done=0.2)
    return Creator(builder.jobs, timeline, token=_TOKEN)


def main() -> None:
    """Serves until the other end of the standard input is closed."""
    creator = make_creator(sys.argv[1], int(sys.argv[2]))
    with LoopbackServer(creator) as server:
        print(json.dumps({"base_url": server.base_url, "token": creator.token}), flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
