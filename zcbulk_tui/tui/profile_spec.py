"""One profile on the screen: what it shows at first, and how it comes to life."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from zcbulk_tui.domain.job import Environment, WatchedJob
from zcbulk_tui.domain.snapshot import JobSnapshot
from zcbulk_tui.errors import ZcbulkError
from zcbulk_tui.monitor.events import Sink

if TYPE_CHECKING:  # all that the monitor needs is loaded with it, after the first frame
    from zcbulk_tui.tui.connection import Connection

Connect = Callable[[Sink], "Connection"]
"""Makes the connection; may take a while: runs in a thread, once the screen is up."""


US = "https://www.zohoapis.com"
"""Scheme and host of the API of Zoho's first data centre."""


class JobDefaults(NamedTuple):
    """Where a job is whose address is not given in full.

    Attributes:
        environment: Where it lives.
        origin: Scheme and host of its API.
        owner: The owner of its application; empty where nothing is to be offered.
        app: Its application.
        form: Its form.
        base_url: The configured base URL, whose host is allowed beside Zoho's.
    """

    environment: Environment = Environment.PRODUCTION
    origin: str = US
    owner: str = ""
    app: str = ""
    form: str = ""
    base_url: str | None = None


class Profiles(NamedTuple):
    """The profiles that there are to choose from.

    Attributes:
        names: Their names.
        open: Returns the specification of one; raises an error of the tree where it cannot be used.
    """

    names: Sequence[str]
    open: "Callable[[str], ProfileSpec]"


class ProfileSpec(NamedTuple):
    """A profile.

    Attributes:
        connect: Makes the connection.
        badge: What the status line calls it: the profile's name, or DEMO.
        watched: The jobs as they are known already, for the first frame.
        job_defaults: Where a job is whose address is not given in full.
        read_only: Whether start and abort are left out.
        is_real: Whether there is anything that could be harmed, which the demo has not.
        is_signed_in: Returns whether there is a way to sign calls.
        notice: What to say once the screen is up; empty for nothing.
        problem: What of the memory could not be used; None for nothing.
        profiles: The profiles to choose from; None where there is no choice.
        stranded: Watched jobs of profiles that are no more, by their names.
    """

    connect: Connect
    badge: str
    watched: Sequence[JobSnapshot] = ()
    job_defaults: JobDefaults = JobDefaults()
    read_only: bool = False
    is_real: bool = True
    is_signed_in: Callable[[], bool] = lambda: True
    notice: str = ""
    problem: ZcbulkError | None = None
    profiles: Profiles | None = None
    stranded: Mapping[str, Sequence[WatchedJob]] = MappingProxyType({})
