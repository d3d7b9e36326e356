"""What happens in a window without a screen, as lines: one an event, and none twice."""

from collections.abc import Callable
from datetime import datetime

from zcbulk_tui.domain.contract_text import contradiction_text
from zcbulk_tui.domain.insertion import QueuedFile, Stage
from zcbulk_tui.domain.job import JobRef
from zcbulk_tui.domain.result import ResultStage
from zcbulk_tui.domain.snapshot import JobSnapshot, ServiceSnapshot
from zcbulk_tui.domain.text import counted, one_line
from zcbulk_tui.monitor.events import (
    AlertCleared,
    AlertRaised,
    CommandEnded,
    ContractContradicted,
    Event,
    JobChanged,
    JobRemoved,
    NightChanged,
    PartFailed,
    QueueChanged,
    ReportNotWritten,
    ResultChanged,
    ServiceChanged,
)
from zcbulk_tui.render import night, queue, words
from zcbulk_tui.render.figures import number
from zcbulk_tui.render.status import connection


class EventLines:
    """The sink of a window without a screen: prints a line for each event that is news.

    Args:
        say: Prints a line.
        now: The time of day; aware.
    """

    def __init__(self, say: Callable[[str], None], now: Callable[[], datetime]) -> None:
        self._say = say
        self._now = now
        self._said: dict[object, str] = {}

    def publish(self, event: Event) -> None:
        """See `Sink`."""
        match event:
            case JobChanged(snapshot):
                self._job(snapshot)
            case JobRemoved(ref):
                self._said.pop(ref, None)
            case ServiceChanged(service):
                self._service(service)
            case CommandEnded(job, command):
                self._line(f"{job.label}: {words.command(command, self._now())}")
            case QueueChanged():
                self._queue(event)
            case ResultChanged(result, got) if got is None and result.file is not None:
                if result.stage is ResultStage.ON_DISK:
                    records = counted(result.file.records, f"{result.kind.word} record")
                    self._once((result.ref, result.kind), f"{self._name(result.ref)}: {records}")
            case AlertRaised(alert) | AlertCleared(alert):
                about = f"{alert.label}: " if alert.label else ""
                over = " (over)" if isinstance(event, AlertCleared) else ""
                self._line(f"{alert.severity.word}: {about}{alert.text}{over}")
            case NightChanged():
                self._night(event)
            case ReportNotWritten(error):
                self._line(f"The report is not written yet: {error}")
            case PartFailed(_, error):
                self._line(str(error))
            case ContractContradicted(contradiction, known_since):
                self._line(contradiction_text(contradiction, known_since))

    def _job(self, snapshot: JobSnapshot) -> None:
        """A job's state, once for each state, and why it cannot be read."""
        last, fault = snapshot.last, snapshot.fault
        if fault is not None and not snapshot.is_final:
            self._once(snapshot.ref, f"{snapshot.job.label}: {fault.error.title}")
        elif last is not None:
            counts = last.counts
            figures = f"{number(counts.success)} in, {number(counts.failed)} failed"
            said = f"{snapshot.job.label}: {words.state(last).text}"
            self._labels(snapshot)
            self._once(snapshot.ref, said, f"{said}, {figures}")

    def _labels(self, snapshot: JobSnapshot) -> None:
        self._said[("label", snapshot.ref)] = snapshot.job.label

    def _name(self, ref: JobRef) -> str:
        return self._said.get(("label", ref), ref.job_id)

    def _service(self, service: ServiceSnapshot) -> None:
        if service.answered is not None or service.held_by is not None:
            no_token = service.no_token
            said = no_token.title if no_token else connection(service, self._now()).text
            self._once("service", said)

    def _queue(self, event: QueueChanged) -> None:
        stop = night.stopped(event.stop, self._now()) if event.stop is not None else "goes on"
        if event.stop is not None or "stop" in self._said:
            self._once("stop", f"Queue: {stop}")
        for file in event.files:
            self._file(file)

    def _file(self, file: QueuedFile) -> None:
        if file.sent is not None or file.stage is Stage.UPLOADED:
            return  # how much has left is no news; the start that follows is
        said = f"{file.insertion.label}: {queue.said(file)}"
        self._once(file.insertion.key, said)

    def _night(self, event: NightChanged) -> None:
        if event.ended is not None:
            self._once("ended", f"Night ended. {night.ended(event.ended)}")
        elif event.night is not None:
            until = night.when(event.night.until, self._now())
            self._once("night", f"Night until {until}; the report goes to {event.night.report}")

    def _once(self, about: object, said: str, line: str = "") -> None:
        """Prints a line unless the same was said of it last."""
        if self._said.get(about) != said:
            self._said[about] = said
            self._line(line or said)

    def _line(self, text: str) -> None:
        self._say(f"{self._now().astimezone():%H:%M:%S}  {one_line(text, 400)}")
