"""The installed program, which answers how much there is in it, on a socket of its own.

``python -m tests.benchmarks.observed_app SOCKET [ARGUMENT …]``: whoever connects to the socket gets
one line of JSON. Nothing is collected for it: what is counted is what there is.
"""

import asyncio
import gc
import json
import sys
from asyncio import StreamReader, StreamWriter
from unittest.mock import patch

from textual.dom import DOMNode
from textual.widget import Widget

from zcbulk_tui.cli.main import main
from zcbulk_tui.tui.app import DashboardApp


def count() -> dict[str, int]:
    """Returns how many tasks, objects and widgets there are; widgets that are gone are `dead`."""
    objects = gc.get_objects()
    widgets = [each for each in objects if isinstance(each, Widget)]
    return {
        "tasks": len(asyncio.all_tasks()) - 1,  # this one
        "objects": len(objects),
        "nodes": sum(isinstance(each, DOMNode) for each in objects),
        "dead": sum(not widget.is_attached for widget in widgets),
    }


async def _answer(_: StreamReader, writer: StreamWriter) -> None:
    writer.write(json.dumps(count()).encode() + b"\n")
    await writer.drain()
    writer.close()


def run(socket: str, arguments: list[str]) -> int:
    """Runs the program; returns its exit code."""
    on_ready = DashboardApp.on_ready
    servers = []

    async def answer_from_now_on(app: DashboardApp) -> None:
        on_ready(app)
        servers.append(await asyncio.start_unix_server(_answer, socket))

    # Not a class of its own: Textual looks for style sheets beside the file of the class.
    with patch.object(DashboardApp, "on_ready", answer_from_now_on):
        return main(arguments)


if __name__ == "__main__":
    sys.exit(run(sys.argv[1], sys.argv[2:]))
