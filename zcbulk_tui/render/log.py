"""The log as text and as lines: events, calls and commands."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from zcbulk_tui.domain.budget import Cause, Reason
from zcbulk_tui.domain.control import Outcome
from zcbulk_tui.domain.job import Action, JobRef
from zcbulk_tui.domain.records import CallRecord, ControlRecord, EventKind, JobEvent, Record
from zcbulk_tui.domain.text import one_line
from zcbulk_tui.errors import Answer, ZcbulkError
from zcbulk_tui.render import terms as language
from zcbulk_tui.render import words
from zcbulk_tui.render.budget import REASON
from zcbulk_tui.render.figures import duration, number
from zcbulk_tui.render.glyphs import Glyphs
from zcbulk_tui.render.span import Line, Look, Span, fit, fit_line, wrap
from zcbulk_tui.render.terms import SearchField, Term

EVENT, ALERT, CALL, COMMAND = "event", "alert", "call", "command"
"""The kinds of entries."""

_LONGEST = 1000
"""Most characters of an entry; errors can be long."""

_LONGEST_LABEL = 100

_WIDE = 100
"""Cells from which on there is room for the seconds of another day."""

_TIME_WIDE, _TIME = 15, 12
_KIND = 7
_LABEL_LEAST, _LABEL_MOST = 10, 24

_WARNINGS = frozenset({EventKind.FAULT, EventKind.ALERT, EventKind.CONTRACT})


# In words.


def kind(record: Record) -> str:
    """Returns `EVENT`, `ALERT`, `CALL` or `COMMAND`."""
    match record:
        case JobEvent(kind=EventKind.ALERT):
            return ALERT
        case JobEvent():
            return EVENT
        case CallRecord():
            return CALL
        case ControlRecord():
            return COMMAND


def text(record: Record, between: str = "  ") -> str:
    """Returns an entry in plain words, in one safe line without its time; the job's label first."""
    return between.join(filter(None, (_label(record), _words(record))))


def _words(record: Record) -> str:
    match record:
        case JobEvent():
            told = _event(record)
        case CallRecord():
            told = _call(record)
        case ControlRecord():
            told = _command(record)
    return one_line(told, _LONGEST)


def _label(record: Record) -> str:
    label = record.job.label if isinstance(record, ControlRecord) else record.label
    return one_line(label, _LONGEST_LABEL)


def _ref(record: Record) -> JobRef | None:
    return record.job.ref if isinstance(record, ControlRecord) else record.ref


def _event(event: JobEvent) -> str:
    if event.kind is EventKind.PACE:
        return f"pace: {event.text}"
    told = event.text or event.kind.value
    if event.error is None:
        return told
    if event.error.title in told:
        return f"{told}{_answer(event.error)}"
    return f"{told}: {event.error.title}{_answer(event.error)}"


def _answer(error: ZcbulkError) -> str:
    return f"; {error.answer.with_sender}" if error.answer is not None else ""


def _call(call: CallRecord) -> str:
    what, why = _CALLS[call.cause], call.why
    if why in REASON:
        why = REASON[Reason(why)]
    elif call.cause is Cause.KEY:
        what, why = f"key {why}", ""
    came = [_codes(call.answer)] if call.answer is not None else []
    if call.failure:
        came.insert(0, call.failure)
    told = ", ".join([*(came or ["no answer"]), _took(call.seconds), f"{number(call.left)} left"])
    said = call.answer.text if call.answer is not None and call.failure else ""
    quoted = f"; it said “{said}”" if said else ""
    return f"{call.request}, {what}{f' ({why})' if why else ''}: {told}{quoted}"


_CALLS = {
    Cause.PLAN: "scheduled check",
    Cause.KEY: "key",
    Cause.COMMAND: "command",
    Cause.SCRIPT: "script",
}


def _codes(answer: Answer) -> str:
    return str(Answer(answer.http_status, answer.code))


def _took(seconds: float) -> str:
    return f"{seconds * 1000:,.0f} ms" if seconds < 10 else duration(seconds)


def _command(record: ControlRecord) -> str:
    name = "Start" if record.command.action is Action.START else "Abort"
    told = f"{name} by {record.operator}: {_outcome(record)}"
    if record.settled is None:
        return told
    read_at, sent_at = record.settled.read_at.astimezone(), record.at.astimezone()
    date = "" if read_at.date() == sent_at.date() else f"{read_at:%d %b} "
    return f"{told}; settled: {record.settled.raw_state} at {date}{read_at:%H:%M:%S}"


def _outcome(record: ControlRecord) -> str:
    error = record.command.error
    why = f"{error.title}{_answer(error)}" if error is not None else ""
    match record.command.outcome:
        case Outcome.ACCEPTED:
            said = record.command.said
            return f"accepted, the server said “{said}”" if said else "accepted"
        case Outcome.REFUSED:
            what = words.refusal(error)
            return f"{what}: {why}" if why else what
        case Outcome.SENT:
            return f"the answer is unclear: {why}" if why else "sent, not answered yet"
        case Outcome.TOOK_EFFECT | Outcome.NO_EFFECT | Outcome.UNPROVEN as outcome:
            told = f"{words.unclear(error)}, {words.shown(outcome)}"
    return f"{told} ({why})" if why else told


# In lines.


def look(record: Record) -> Look:
    """Returns what an entry means at a glance."""
    match record:
        case JobEvent(kind=kind) if kind in _WARNINGS:
            return Look.WARNING
        case JobEvent():
            return Look.TEXT
        case CallRecord():
            return Look.WARNING if record.failure else Look.DIM
        case ControlRecord():
            outcome = record.command.outcome
    if outcome is Outcome.REFUSED:
        return Look.ERROR
    is_unclear = outcome is Outcome.SENT and record.command.error is not None
    is_open = is_unclear or outcome in (Outcome.NO_EFFECT, Outcome.UNPROVEN)
    return Look.WARNING if is_open else Look.STRONG


def entry(record: Record, now: datetime, width: int, *, glyphs: Glyphs) -> Line:
    """Returns an entry as one line: time, kind, job, words; its first cell is for the cursor.

    Args:
        record: The entry.
        now: Aware; an entry of another day bears its date.
        width: Cells.
        glyphs: The characters; what went wrong is marked by one of them as well.
    """
    is_wide = width >= _WIDE
    time = fit(_time(record.at, now, seconds=is_wide), _TIME_WIDE if is_wide else _TIME, right=True)
    meaning = look(record)
    went_wrong = meaning in (Look.WARNING, Look.ERROR)
    label_width = max(_LABEL_LEAST, min(width // 6, _LABEL_MOST))
    spans = (
        Span(" "),
        Span(f"{time} ", Look.DIM),
        Span(glyphs.trouble if went_wrong else " ", meaning),
        Span(f" {kind(record):<{_KIND}}  ", Look.DIM),
        Span(
            f"{fit(_label(record), label_width)}  ", Look.DIM if meaning is Look.DIM else Look.TEXT
        ),
        Span(_words(record), meaning),
    )
    return fit_line(spans, width)


def _time(moment: datetime, now: datetime, *, seconds: bool) -> str:
    local = moment.astimezone()
    if local.date() == now.astimezone().date():
        return f"{local:%H:%M:%S}"
    return f"{local:%d %b %H:%M:%S}" if seconds else f"{local:%d %b %H:%M}"


def in_full(record: Record, width: int, height: int, *, glyphs: Glyphs) -> list[Line]:
    """Returns an entry with its date, its job's id and all its words, in `height` lines."""
    ref = _ref(record)
    job = f"{_label(record)} ({ref.job_id})" if ref is not None else _label(record)
    at = f"{record.at.astimezone():%Y-%m-%d %H:%M:%S}"
    told = f" {glyphs.separator} ".join(filter(None, (at, kind(record), job, _words(record))))
    meaning = look(record)
    shown = Look.TEXT if meaning in (Look.DIM, Look.STRONG) else meaning
    lines = wrap(told, max(width - 2, 1), height)
    return [
        fit_line([Span(f" {line}", shown)], width) for line in lines + [""] * (height - len(lines))
    ]


# What is around them.


class View(NamedTuple):
    """What is shown of the log.

    Attributes:
        shown: Entries that pass the filter.
        loaded: Entries loaded and checked.
        query: The filter as typed.
        calls: Whether calls are shown.
        back_to: Time of the oldest entry checked; None when there is no older one.
    """

    shown: int
    loaded: int
    query: str
    calls: bool
    back_to: datetime | None

    @property
    def is_filtered(self) -> bool:
        """Whether entries may be left out."""
        return bool(self.query.strip()) or not self.calls


def title(view: View, width: int, *, glyphs: Glyphs) -> Line:
    """Returns the line above the log."""
    left_out = f"{view.shown:,} of " if view.is_filtered else ""
    older = "" if view.back_to is None else " newest"
    spans = [Span(" Log", Look.STRONG), Span(f"  {left_out}{view.loaded:,}{older} entries")]
    if not view.calls:
        spans.append(Span(f" {glyphs.separator} without calls", Look.WARNING))
    if view.query.strip():
        spans.append(Span(f" {glyphs.separator} {_quoted(view.query)}", Look.WARNING))
    return fit_line(spans, width)


def note(view: View, now: datetime) -> str:
    """Returns how far back a filter has searched; empty where that is everything."""
    if view.back_to is None or not view.is_filtered:
        return ""
    return f" searched back to {_time(view.back_to, now, seconds=False)}; press G for more "


def hint(view: View, now: datetime) -> str:
    """Explains why the log is empty."""
    if not view.loaded:
        return "Nothing has happened yet."
    since = "" if view.back_to is None else f" since {_time(view.back_to, now, seconds=False)}"
    what = f"Nothing matches {_quoted(view.query)}" if view.query.strip() else "Nothing but calls"
    return f"{what}{since}{'' if view.calls else '; c shows the calls too'}."


def _quoted(query: str) -> str:
    return f"“{one_line(query)}”"


# What is looked for.


class Searchable(NamedTuple):
    """The searchable texts of an entry, all in lower case.

    Attributes:
        kind: Its kind.
        job: Its job's label and id.
        words: Its kind and its text.
    """

    kind: str
    job: str
    words: str


def searchable(record: Record) -> Searchable:
    """Returns the searchable texts of an entry; cacheable."""
    ref = _ref(record)
    job = f"{_label(record)}\n{ref.job_id if ref is not None else ''}"
    return Searchable(kind(record), job.casefold(), f"{kind(record)}\n{text(record)}".casefold())


def terms(words: Iterable[str]) -> tuple[Term, ...]:
    """Parses the words of a filter; incomplete words match everything."""
    return language.terms(words, _FIELDS, _ANYWHERE)


_FIELDS = tuple(SearchField(f"{name}:", Searchable._fields.index(name)) for name in ("kind", "job"))
_ANYWHERE = Searchable._fields.index("words")


def matches(record: Record, words: Sequence[str]) -> bool:
    """Whether an entry matches a filter, regardless of case.

    Every word must be in the entry's text, kind or label; one that begins with ``!`` must not.
    ``kind:call`` matches a kind only, ``job:TEXT`` a job by its label or id.
    """
    return language.matches(terms(words), searchable(record))
