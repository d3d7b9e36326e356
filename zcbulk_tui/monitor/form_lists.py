"""The forms of an account and their fields: as they are kept, or listed anew for a call."""

from collections.abc import Callable
from datetime import datetime

from zcbulk_tui.domain.budget import Cause
from zcbulk_tui.domain.form import FormFields, FormRef, NamedLink
from zcbulk_tui.monitor.call_limiter import Priority
from zcbulk_tui.monitor.calls import Calls, Slots
from zcbulk_tui.monitor.ports import FormApi
from zcbulk_tui.monitor.quota_tracker import QuotaTracker
from zcbulk_tui.store.meta_cache import MetaCache


class FormLists:
    """Lists fields, forms and applications: one call each, and kept since.

    Args:
        api: The Meta API.
        calls: Makes the calls.
        quota: What may be spent on them.
        cache: Keeps the lists.
        cause: What the calls are for: a key or a command line.
        now: The time of day; aware.
    """

    def __init__(
        self,
        api: FormApi,
        calls: Calls,
        quota: QuotaTracker,
        cache: MetaCache,
        cause: Cause,
        now: Callable[[], datetime],
    ) -> None:
        self._api = api
        self._calls = calls
        self._quota = quota
        self._cache = cache
        self._cause = cause
        self._now = now

    def known_fields(self, form: FormRef) -> FormFields | None:
        """Returns the fields as they were listed last; None where they never were."""
        return self._cache.fields(form)

    async def fields(self, form: FormRef) -> FormFields:
        """Lists the fields of a form.

        Raises:
            ZcbulkError: There is no list, or the day's calls do not allow it.
        """
        self._quota.check(1)
        found = await self._api.fields(form, self._slots(form.form, "fields"))
        self._cache.keep_fields(form, found)
        return found

    def known_forms(self, app: FormRef) -> tuple[NamedLink, ...] | None:
        """Returns the forms of an application as they were listed last; None if never."""
        return self._cache.links(*_about_app(app))

    async def forms(self, app: FormRef) -> tuple[NamedLink, ...]:
        """Lists the forms of an application that store records.

        Args:
            app: A form of it, of whatever name.

        Raises:
            ZcbulkError: There is no list, or the day's calls do not allow it.
        """
        self._quota.check(1)
        slots = self._slots(app.app, "forms")
        found = await self._api.forms(app.origin, app.owner, app.app, app.environment, slots)
        self._cache.keep_links(found, self._now(), *_about_app(app))
        return found

    def known_applications(self, origin: str) -> tuple[NamedLink, ...] | None:
        """Returns the applications as this profile listed them last; None if never."""
        return self._cache.links(*self._about_applications(origin))

    async def applications(self, origin: str) -> tuple[NamedLink, ...]:
        """Lists the applications that the user may see.

        Raises:
            ZcbulkError: There is no list, or the day's calls do not allow it.
        """
        self._quota.check(1)
        found = await self._api.applications(origin, self._slots("all applications", "apps"))
        self._cache.keep_links(found, self._now(), *self._about_applications(origin))
        return found

    def _about_applications(self, origin: str) -> tuple[str, ...]:
        # A call lists those of whoever makes it, which another profile must not be shown.
        return "applications", origin, self._calls.profile

    def _slots(self, about: str, why: str) -> Slots:
        return Slots(self._calls, about, self._cause, why, Priority.KEY)


def _about_app(app: FormRef) -> tuple[str, ...]:
    return app.origin, app.owner, app.app, app.environment.value
