"""The states of a job, independent of how an answer spells them."""

from enum import Enum, auto


class State(Enum):
    """Where a job stands in its life [LIMB].

    ``WAITING`` and ``READY`` both come before the start: without and with an uploaded file.
    """

    WAITING = auto()
    READY = auto()
    RUNNING = auto()
    COMPLETED = auto()
    USER_ABORTED = auto()
    SYSTEM_ABORTED = auto()
    FAILED = auto()
    EXPIRED = auto()
