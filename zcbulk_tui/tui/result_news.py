"""What is said of results while they are fetched."""

from collections.abc import Iterable, Sequence

from zcbulk_tui.domain.job import JobRef
from zcbulk_tui.domain.result import Result, ResultKind, ResultStage
from zcbulk_tui.domain.snapshot import JobSnapshot
from zcbulk_tui.monitor.events import ResultChanged
from zcbulk_tui.tui import notices
from zcbulk_tui.tui.notices import Notice


class ResultNews:
    """The results of a profile that are being fetched.

    Attributes:
        got: Bytes that have come of those that are on their way.
    """

    def __init__(self) -> None:
        self.got: dict[tuple[JobRef, ResultKind], int] = {}
        self._asked: set[tuple[JobRef, ResultKind]] = set()
        self._said_to_wait: set[tuple[JobRef, ResultKind]] = set()
        self._ended: dict[JobRef, list[Result]] = {}

    def ask(self, refs: Iterable[JobRef], kinds: Sequence[ResultKind]) -> None:
        """Notes that the user has asked for results: what keeps them away is said in a dialog."""
        self._asked |= {(ref, kind) for ref in refs for kind in kinds}

    def take(
        self, event: ResultChanged, snapshot: JobSnapshot, known: Sequence[Result]
    ) -> list[Notice]:
        """Takes how a result stands; returns what is to be said once the last of a job has come.

        Nothing is said of results that nobody asked for: the log and the details of the job have
        them.

        Args:
            event: How it stands.
            snapshot: Its job.
            known: What is known of all results of the job.
        """
        result = event.result
        ref, key = result.ref, (result.ref, result.kind)
        if event.got is None:
            self.got.pop(key, None)
        else:
            self.got[key] = event.got
        if result.stage is ResultStage.DUE and key in self._asked and result.error is not None:
            if key in self._said_to_wait:
                return []
            self._said_to_wait.add(key)
            return [notices.result_waits(snapshot.job.label, result)]
        if result.stage.is_open or key not in self._asked:
            return []
        self._ended.setdefault(ref, []).append(result)
        comes = (it for it in known if it.kind is not result.kind and it.stage.is_open)
        if any(it.next_try is None for it in comes):
            return []
        ended = self._ended.pop(ref)
        keys = {(ref, it.kind) for it in ended}
        self._asked -= keys
        self._said_to_wait -= keys
        return notices.results_ended(snapshot, known, ended)
