"""How far a command is, in one line on the standard error, which is gone afterwards."""

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from zcbulk_tui.cli.output import print_error
from zcbulk_tui.data.rows import OnProgress
from zcbulk_tui.domain.text import one_line
from zcbulk_tui.errors import EncodingUnknownError
from zcbulk_tui.render.preflight import size


class ProgressLine:
    """A line that is written over; only on a terminal, and only where it looks different."""

    def __init__(self) -> None:
        self._is_seen = sys.stderr.isatty()
        self._shown = ""

    def say(self, text: str) -> None:
        """Shows a text, safe and as much of it as fits."""
        self._show(one_line(text, max(shutil.get_terminal_size().columns - 1, 1)))

    def show_share(self, done: int, total: int) -> None:
        """Shows so many bytes of all, as a bar."""
        share = min(done / total, 1.0) if total else 1.0
        words = f" {share * 100:3.0f} % of {size(total)}"
        cells = max(min(shutil.get_terminal_size().columns - len(words) - 10, 40), 0)
        full = int(share * cells)
        self._show(f"Checking {'█' * full}{'░' * (cells - full)}{words}")

    def clear(self) -> None:
        """Takes the line away."""
        if self._shown:
            self._shown = ""
            self._write("")

    def _show(self, line: str) -> None:
        if self._is_seen and line != self._shown:
            self._shown = line
            self._write(line)

    def _write(self, line: str) -> None:
        sys.stderr.write(f"\r{line}\x1b[K")
        sys.stderr.flush()


@contextmanager
def reading(path: Path) -> Iterator[OnProgress | None]:
    """Shows on a terminal how much has been read, within the context.

    Where the encoding is not known, previews of what it may be are printed.

    Args:
        path: What is read.
    """
    line = ProgressLine()
    try:
        yield line.show_share if sys.stderr.isatty() else None
    except EncodingUnknownError as error:
        line.clear()
        print_error(f"{one_line(str(path))}, line by line in the encodings that it may have:")
        for name, preview in error.previews:
            print_error(f"  {name:<12}  {preview}")
        raise
    finally:
        line.clear()
