"""What a profile on the screen comes to life with; loaded with it, after the first frame."""

from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any, NamedTuple

from zcbulk_tui.domain.windows import Recalled
from zcbulk_tui.monitor.monitor import Monitor
from zcbulk_tui.monitor.night import NightWatch
from zcbulk_tui.store.archive import Archive
from zcbulk_tui.tui.failing import Failures
from zcbulk_tui.tui.inserting import Inserting


class Connection(NamedTuple):
    """What a profile comes to life with.

    Attributes:
        monitor: Watches the jobs.
        jobs: The jobs to watch, as they are remembered.
        archive: What can be looked up of the past.
        close: Ends the connection; called once the monitor has stopped.
        inserting: Brings files into forms; None where that cannot be.
        failures: The results of its jobs; None where that cannot be.
        night: Follows the night; None where there can be none.
        tasks: What runs beside the monitor, for as long as it does; a part that fails ends alone.
    """

    monitor: Monitor
    jobs: Sequence[Recalled]
    archive: Archive
    close: Callable[[], Awaitable[None]]
    inserting: Inserting | None = None
    failures: Failures | None = None
    night: NightWatch | None = None
    tasks: Sequence[Callable[[], Coroutine[Any, Any, None]]] = ()
