"""What the environment says to libraries below this program, and must not say to it."""

import os
import time
from collections.abc import MutableMapping
from datetime import timedelta

from zcbulk_tui.cli.output import print_error
from zcbulk_tui.domain.text import one_line

_FOR_DEVELOPERS = "TEXTUAL"
"""Variables that begin so choose Textual's driver, keys to press at the start, files for its log: a
wrong one ends the dashboard, or keeps keys from it."""

_DAY = timedelta(days=1).total_seconds()


def forget_library_settings(environ: MutableMapping[str, str] = os.environ) -> None:
    """Takes out what is for the developers of the screen's library; before that is imported."""
    for name in [name for name in environ if name.startswith(_FOR_DEVELOPERS)]:
        del environ[name]


def settle_zone() -> None:
    """Has times shown in UTC where the local zone is a day from it, and says so.

    POSIX allows such a zone, in winter or in summer alone too, and Python has no time in it.
    """
    offsets = (time.timezone, time.altzone)
    if all(abs(offset) < _DAY for offset in offsets):
        return
    named = os.environ.get("TZ", "")
    os.environ["TZ"] = "UTC"
    time.tzset()
    print_error(
        f"TZ: {one_line(named, 60) or 'the zone of this machine'} cannot be used. It is a day or "
        "more from UTC. Times are shown in UTC."
    )
