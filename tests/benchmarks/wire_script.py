"""What somebody without the dashboard would run under ``watch``: its jobs, a line each.

``python wire_script.py BASE_URL COUNT`` asks the simulator how its first jobs stand right now.
The columns are those of the dashboard that can be told without a memory: no rate, no forecast.
Standard library only and no module of this project, so that it starts as fast as it can.
"""

import http.client
import json
import sys
from typing import Any
from urllib.parse import urlsplit

_BAR = 24
"""Cells, about as many as the dashboard gives to its bar at this width."""


def main() -> None:
    """Prints the lines."""
    place = urlsplit(sys.argv[1])
    connection = http.client.HTTPConnection(place.hostname or "", place.port)
    connection.request("GET", "/simulator/jobs")
    jobs = json.load(connection.getresponse())
    print(f"   {'JOB':18} {'FORM':14} {'PROGRESS':{_BAR}}    %        OK   FAILED      LEFT    AGE")
    for job in jobs[: int(sys.argv[2])]:
        print(_line(job))


def _line(job: dict[str, Any]) -> str:
    counts = job["counts"]
    total, left = counts["total"], counts["unprocessed"]
    share = (total - left) / total
    done = int(share * _BAR)
    bar = "█" * done + "░" * (_BAR - done)
    return (
        f" ▶ {job['label']:18} {job['form']:14} {bar} {int(share * 100):4}"
        f" {counts['success']:9,} {counts['failed']:8,} {left:9,}    now"
    )


if __name__ == "__main__":
    main()
