"""Whatever windows do and whenever, no two of them can be sure that they poll."""

from contextlib import nullcontext

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from tests.store.failing_database import Failing, full_at_last, unreadable, unwritable
from tests.support.databases import memory_database
from zcbulk_tui.domain.snapshot import ServiceSnapshot
from zcbulk_tui.store.windows import SILENT, SURE, Windows

_NAMES = st.sampled_from(["pts/1", "pts/2", "pts/3", "wait 1", "wait 2"])
_WAYS: dict[str, Failing] = {
    "unwritable": unwritable,
    "full": full_at_last,
    "unreadable": unreadable,
}


class Lease(RuleBasedStateMachine):
    """Windows that tell that they live when they like, leave, and come back; two of them yield."""

    def __init__(self) -> None:
        super().__init__()
        self.database = memory_database()
        self.now = 0.0
        self.windows: dict[str, Windows] = {}

    def teardown(self) -> None:
        self.database.close()

    @rule(name=_NAMES, way=st.just("") | st.sampled_from(list(_WAYS)), focused=st.booleans())
    def beats(self, name: str, way: str, focused: bool) -> None:
        window = self.windows.get(name)
        if window is None:
            yields = name.startswith("wait")
            window = Windows(self.database, "default", name, yields=yields, clock=lambda: self.now)
            self.windows[name] = window
        before = window.status
        with _WAYS[way](self.database) if way else nullcontext():
            status = window.heartbeat(ServiceSnapshot(), focused=focused)
        assert status == window.status
        if way:
            assert status == before
        else:
            assert window.is_sure
            assert not (status.polls and status.poller)
            # Between two that poll is a moment for which the lease lies open.
            gives_way = window.yields and status.windows - 1 > status.yielding
            assert status.polls or status.poller or gives_way
            assert not (status.polls and gives_way)

    @rule(name=_NAMES)
    def leaves(self, name: str) -> None:
        if name in self.windows:
            self.windows.pop(name).leave()

    @rule(
        seconds=st.sampled_from([0.25, 1.0, 2.0, SURE, SILENT, SILENT + 0.5, 60.0])
        | st.floats(0.0, 6.0)
    )
    def time_passes(self, seconds: float) -> None:
        self.now += seconds

    @rule()
    def all_tell_that_they_live(self) -> None:
        """When nothing fails, everybody knows within three rounds who polls: exactly one does."""
        for _ in range(3):
            for window in self.windows.values():
                window.heartbeat(ServiceSnapshot(), focused=False)
        statuses = {name: window.status for name, window in self.windows.items()}
        if not statuses:
            return
        (poller,) = (name for name, status in statuses.items() if status.polls)
        waits = sum(name.startswith("wait") for name in statuses)
        assert poller.startswith("wait") == (waits == len(statuses))
        for name, status in statuses.items():
            assert status.windows == len(statuses)
            assert status.yielding == waits - name.startswith("wait")
            assert status.poller_yields == (name != poller and poller.startswith("wait"))
            assert status.poller == ("" if name == poller else poller)

    @invariant()
    def at_most_one_is_sure_that_it_polls(self) -> None:
        sure = [
            name for name, window in self.windows.items() if window.status.polls and window.is_sure
        ]
        assert len(sure) <= 1

    @invariant()
    def each_has_its_own_number(self) -> None:
        numbers = [window.number for window in self.windows.values() if window.number]
        assert len(numbers) == len(set(numbers))


TestLease = Lease.TestCase
TestLease.settings = settings(max_examples=60, stateful_step_count=30)
