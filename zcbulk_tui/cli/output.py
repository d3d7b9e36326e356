"""Lines on the standard output."""

import shutil
import sys
from collections.abc import Iterable

from zcbulk_tui.render.span import fit


def print_lines(lines: Iterable[str]) -> None:
    """Prints lines as they come; on a terminal, none is longer than it is wide."""
    cells = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    for line in lines:
        print(line.rstrip() if cells is None else fit(line, cells).rstrip())
