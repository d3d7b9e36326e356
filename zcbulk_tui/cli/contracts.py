"""What is known of the servers of a profile, for whoever calls them."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from zcbulk_tui.cli.forms import home_of
from zcbulk_tui.cli.output import print_error
from zcbulk_tui.cli.state import memory_file, open_memory
from zcbulk_tui.config.settings import Settings
from zcbulk_tui.domain.contract import BOTH, UNKNOWN, Contract, Contradiction, Question
from zcbulk_tui.domain.contract_text import contradiction_text
from zcbulk_tui.domain.form import FormRef
from zcbulk_tui.domain.observations import of_result
from zcbulk_tui.errors import ConfigError
from zcbulk_tui.monitor.contract_watch import ContractWatch
from zcbulk_tui.monitor.events import ContractContradicted, Sink
from zcbulk_tui.store.contracts import Contracts
from zcbulk_tui.store.database import Database, in_memory
from zcbulk_tui.store.memory import Memory
from zcbulk_tui.store.windows import NoWindow

if TYPE_CHECKING:  # loaded with what reads results
    from zcbulk_tui.data.result_columns import ResultColumns


def window_watch(settings: Settings, database: Database, sink: Sink) -> ContractWatch:
    """Returns what is known to a window, which publishes what contradicts it."""

    def publish(contradiction: Contradiction, known_since: datetime) -> None:
        sink.publish(ContractContradicted(contradiction, known_since))

    return watch(settings, database, publish)


@contextmanager
def command_watch(settings: Settings) -> Iterator[ContractWatch]:
    """Opens what is known to a command, which prints what contradicts it.

    Where the memory is not there, or cannot be used, nothing is known.
    """
    with ExitStack() as stack:
        database = None
        with suppress(ConfigError):
            if memory_file().exists():
                database = stack.enter_context(open_memory())
        yield printing_watch(settings, database or stack.enter_context(closing(in_memory())))


def printing_watch(settings: Settings, database: Database) -> ContractWatch:
    """Returns what is known, as the memory has it; what contradicts it is printed."""
    return watch(settings, database, print_contradiction)


def observe_columns(settings: Settings, origin: str, columns: "ResultColumns") -> None:
    """Notes where a result has its reason, if that is not as known; its report says so itself."""
    reason = columns.header[columns.reason[0]].strip() if columns.reason else None
    finding = of_result(known_contract(settings, origin), reason, _now())
    if finding is not None:
        with suppress(ConfigError), open_memory() as database:
            watch(settings, database, lambda _, _since: None).observe(origin, finding)


def known_contract(settings: Settings, origin: str | None = None) -> Contract:
    """Returns what is known of a server; nothing where the memory cannot say.

    For the arguments see `read_contract`.
    """
    try:
        return read_contract(settings, origin)
    except ConfigError:
        return UNKNOWN


def form_contract(settings: Settings, form: FormRef | None) -> Contract:
    """Returns what is known that concerns the files of a form; nothing where the memory cannot say.

    How dates are written is a setting of an application: what was found in one says nothing of
    another.

    Args:
        settings: Those of the profile.
        form: The form; None where it is not known.
    """
    try:
        with _contracts(settings) as contracts:
            if contracts is None:
                return UNKNOWN
            known, probed = (
                _of_server(contracts, settings, form and form.origin),
                contracts.last_form(),
            )
    except ConfigError:
        return UNKNOWN
    if form is None or probed is None or (form.owner, form.app) != (probed.owner, probed.app):
        return known.without(Question.DATE_FORMATS)
    return known


def read_contract(settings: Settings, origin: str | None = None) -> Contract:
    """Returns what is known of a server.

    Args:
        settings: Those of the profile.
        origin: Scheme and host of its API; None for that of the profile's data centre, or of the
            last probe where no setting names one.

    Raises:
        ConfigError: The memory cannot be read.
    """
    with _contracts(settings) as contracts:
        return UNKNOWN if contracts is None else _of_server(contracts, settings, origin)


@contextmanager
def _contracts(settings: Settings) -> Iterator[Contracts | None]:
    """Opens what is known to a profile; None where there is no memory yet."""
    if not memory_file().exists():
        yield None
        return
    with open_memory(is_only_read=True) as database:
        yield Contracts(database, settings.profile)


def _of_server(contracts: Contracts, settings: Settings, origin: str | None) -> Contract:
    server = settings.base_url or origin or home_of(settings)
    if server is None and (form := contracts.last_form()) is not None:
        server = form.origin
    return UNKNOWN if server is None else contracts.known(server)


def watch(
    settings: Settings, database: Database, say: Callable[[Contradiction, datetime], None]
) -> ContractWatch:
    """Returns what is known, as the memory has it.

    Args:
        settings: Those of the profile.
        database: The memory.
        say: Takes what contradicts it, and since when that was known.
    """
    profile = settings.profile
    # A memory of its own: it is there before the window is.
    memory = Memory(database, profile, NoWindow(database, profile))
    return ContractWatch(Contracts(database, profile), memory, say, _now, settings.base_url)


def print_contradiction(contradiction: Contradiction, known_since: datetime) -> None:
    """Says that an answer is not what was known."""
    then = "It is open again" if contradiction.seen == BOTH else "This counts from now on"
    print_error(f"{contradiction_text(contradiction, known_since)}. {then}.")


def _now() -> datetime:
    return datetime.now(UTC)
