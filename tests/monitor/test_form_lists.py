"""What is listed is kept: for whom, and for how long."""

from tests.support.databases import memory_database
from tests.support.jobs import NOW
from zcbulk_tui.domain.budget import Cause, QuotaPlan
from zcbulk_tui.domain.form import FormFields, FormRef, NamedLink
from zcbulk_tui.monitor.call_limiter import CallLimiter
from zcbulk_tui.monitor.calls import Calls
from zcbulk_tui.monitor.form_lists import FormLists
from zcbulk_tui.monitor.quota_tracker import QuotaTracker
from zcbulk_tui.store.database import Database
from zcbulk_tui.store.memory import Memory
from zcbulk_tui.store.meta_cache import MetaCache
from zcbulk_tui.store.quota import CallLedger
from zcbulk_tui.store.rate_limiter import RateLimiter
from zcbulk_tui.store.windows import NoWindow

ORIGIN = "https://www.zohoapis.eu"
APP = FormRef(ORIGIN, "anna", "store", "x")


class Api:
    """Lists what it is told to."""

    def __init__(self, *names: str) -> None:
        self._links = tuple(NamedLink(name, name, "anna") for name in names)

    async def fields(self, *_: object) -> FormFields:
        """Is not asked for here."""
        raise NotImplementedError

    async def forms(self, *_: object) -> tuple[NamedLink, ...]:
        """The forms."""
        return self._links

    async def applications(self, *_: object) -> tuple[NamedLink, ...]:
        """The applications."""
        return self._links


def lists_of(profile: str, database: Database, api: Api) -> FormLists:
    quota = QuotaTracker(
        CallLedger(database, profile),
        QuotaPlan(1000, share=1, reserve=20, zone=None),
        now=lambda: NOW,
    )
    memory = Memory(database, profile, NoWindow(database, profile))
    limiter = CallLimiter(RateLimiter(database, profile))
    calls = Calls(limiter, quota, memory, lambda: NOW)
    return FormLists(api, calls, quota, MetaCache(database), Cause.KEY, lambda: NOW)


async def test_no_profile_is_shown_the_applications_of_another() -> None:
    database = memory_database()
    ours, theirs = (lists_of(profile, database, Api(profile)) for profile in ("ours", "theirs"))
    listed = await ours.applications(ORIGIN)
    assert ours.known_applications(ORIGIN) == listed
    assert theirs.known_applications(ORIGIN) is None
    assert [it.link_name for it in await theirs.applications(ORIGIN)] == ["theirs"]
    assert ours.known_applications(ORIGIN) == listed


async def test_forms_are_the_same_whoever_lists_them() -> None:
    database = memory_database()
    ours, theirs = (lists_of(it, database, Api("Orders")) for it in ("ours", "theirs"))
    assert theirs.known_forms(APP) is None
    assert await ours.forms(APP) == theirs.known_forms(APP)
