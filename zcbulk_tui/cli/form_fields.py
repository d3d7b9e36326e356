"""The fields of a form, as they are kept, or listed for a call."""

from zcbulk_tui.cli import event_loop
from zcbulk_tui.cli.client import open_client
from zcbulk_tui.cli.context import insert_context, now
from zcbulk_tui.cli.state import memory_file, open_memory
from zcbulk_tui.config.settings import Settings
from zcbulk_tui.domain.budget import Cause
from zcbulk_tui.domain.form import FormFields, FormRef
from zcbulk_tui.monitor.call_limiter import CallLimiter
from zcbulk_tui.monitor.calls import Calls
from zcbulk_tui.monitor.form_lists import FormLists
from zcbulk_tui.store.meta_cache import MetaCache


def fields_of(form: FormRef, settings: Settings, *, anew: bool) -> FormFields | None:
    """Returns the fields of a form: as they are kept, or listed anew for a call.

    Raises:
        ZcbulkError: They were to be listed, and cannot be.
    """
    if anew:
        return event_loop.run(_listed(form, settings))
    if not memory_file().exists():
        return None
    with open_memory(is_only_read=True) as database:
        return MetaCache(database).fields(form)


async def _listed(form: FormRef, settings: Settings) -> FormFields:
    async with open_client(settings) as client:
        with insert_context(settings) as (context, quota, insertions):
            calls = Calls(CallLimiter(context.rate_limiter), quota, context.memory, now)
            cache = MetaCache(insertions.database)
            lists = FormLists(client, calls, quota, cache, Cause.SCRIPT, now)
            return await lists.fields(form)
