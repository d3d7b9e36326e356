"""The sign-in as a picture."""

import io

from rich.console import Console
from rich.text import Text

from zcbulk_tui.cli.device_page import page, waiting
from zcbulk_tui.render.big import big

_CODE = "KTQ-528"


def take() -> str:
    """Returns the picture as SVG."""
    console = Console(record=True, width=84, file=io.StringIO(), force_terminal=True)
    address = "https://accounts.zoho.eu/oauth/v3/device"
    lines = ["$ zcbulk-tui login", *page(address, _CODE, big(_CODE) or [], "orders")]
    for line in [*lines, waiting(22, 292)]:
        console.print(Text(line))
    return console.export_svg(title="zcbulk-tui login", unique_id="login")
