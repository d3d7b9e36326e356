"""The published page: a profile's list as HTML, in one file without scripts.

What it shows are the figures of the screen, by the same functions. It has labels and names of
forms, for they are what is watched; it names no person, no account, no note and no answer of a
server but the state.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, tzinfo
from html import escape

from zcbulk_tui import __version__
from zcbulk_tui.domain.concern import Concern
from zcbulk_tui.domain.job import Counts, Environment, JobState
from zcbulk_tui.domain.publication import MARKS, Publication, PublishedLine, Stamp
from zcbulk_tui.domain.snapshot import JobSnapshot
from zcbulk_tui.domain.text import counted, one_line
from zcbulk_tui.render import columns as widths
from zcbulk_tui.render import concerns, figures, row, words
from zcbulk_tui.render.bar import layout
from zcbulk_tui.render.glyphs import UNICODE
from zcbulk_tui.render.page_style import STYLE
from zcbulk_tui.render.span import Look, Span
from zcbulk_tui.render.status import connection, purse, totals
from zcbulk_tui.render.totals import Sum, Tally, share, share_of_chain
from zcbulk_tui.render.window_title import faults_and_share, title_state

MOST_LINES = 200
"""Lines that a page has; of more, those that matter most."""

MOST_BYTES = 100_000
"""Bytes of a page, in UTF-8; long names leave room for fewer lines."""

RELOADED = 60
"""Seconds after which a browser reads it again."""

_FOR_THE_REST = 12_000
"""Bytes of all but the lines, with some to spare; a test measures it."""

_PARTS = 1000
"""The width of a bar, in the parts that it is shared out in."""

_CLASSES = {
    Look.SUCCESS: "ok",
    Look.FAILED: "bad",
    Look.ERROR: "bad",
    Look.WARNING: "amber",
    Look.RUNNING: "run",
    Look.DIM: "dim",
}

# Only style may be used, and it stands in the page. A form or a frame could send something away.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"

_TITLES = ("Job", "Progress", "OK", "Failed", "Left", "Records/s", "Ends in", "Risk")
_LAST_TITLES = ("State", "Read at")


def page(publication: Publication, stamp: Stamp, zone: tzinfo | None = None) -> str:
    """Returns the page, of fewer than `MOST_BYTES`.

    Args:
        publication: What it shows.
        stamp: The times that are written on it.
        zone: Where its readers are; None for the zone of this machine.
    """
    lines = publication.lines
    now = publication.now
    # Where all are in one environment, it stands beside the name of the profile.
    is_mixed = len(_environments(lines)) > 1
    made = (_line(line, now, zone, is_mixed=is_mixed) for line in _in_order(lines, now))
    shown = list(_fitting(made))
    total = _total(lines)
    parts = [
        _head(publication),
        _header(publication, stamp, zone),
        _table(shown, total) if lines else "<p class=note>No job is watched.</p>",
        _left_out(len(lines), len(shown)),
        _legend(publication, zone),
        "</main></body></html>\n",
    ]
    return "".join(parts)


# Around the list.


def _head(publication: Publication) -> str:
    snapshots = publication.jobs
    faults, part = faults_and_share(snapshots)
    title = title_state(_states(snapshots), faults, part, UNICODE).title
    return (
        f"{MARKS['index.html']}"
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name=viewport content="width=device-width,initial-scale=1">'
        "<meta name=referrer content=no-referrer><meta name=robots content=noindex>"
        f"<meta http-equiv=refresh content={RELOADED}>"
        f"<title>{_text(f'{title} · {publication.profile}')}</title><style>{STYLE}</style></head>"
        "<body><main>"
    )


def _header(publication: Publication, stamp: Stamp, zone: tzinfo | None) -> str:
    service, now = publication.service, publication.now
    failing = sum(snapshot.is_failing for snapshot in publication.jobs)
    said = [connection(service._replace(poller=""), now, failing), *_counted(publication.jobs)]
    state = "".join(f"<b{_class(span.look)}>{_text(span.text)}</b>" for span in said)
    calls = ""
    if service.spent is not None:
        left = purse(service.spent)[0][0]
        resets = words.reset(service.spent)
        calls = f"<b{_class(left.look)}>{_text(left.text)}, reset at {_text(resets)}</b>"
    environments = _environments(publication.lines)
    badge = _badge(next(iter(environments))) if len(environments) == 1 else ""
    written, until = stamp
    return (
        f"<header><h1>{_text(publication.profile)}{badge}</h1>"
        f"<p class=state>{state}{calls}</p>"
        f"<p class=dim>Written {_time(written, f'{written.astimezone(zone):%d %b %Y, %H:%M %Z}')}. "
        f"It may be trusted until {_time(until, f'{until.astimezone(zone):%H:%M}')}: if that is "
        "past, nobody polls, and all of it is old.</p></header>"
    )


def _counted(snapshots: Sequence[JobSnapshot]) -> list[Span]:
    spans = totals(_states(snapshots), UNICODE, in_words=True)
    return [span for span in spans if span.text.strip()]


def _states(snapshots: Sequence[JobSnapshot]) -> Counter[JobState | None]:
    return Counter(snapshot.state for snapshot in snapshots)


def _left_out(count: int, shown: int) -> str:
    if count == shown:
        return ""
    more = figures.number(count - shown)
    return (
        f"<p class=note>… and {more} more: above are the {figures.number(shown)} that matter "
        "most. <a href=jobs.json>jobs.json</a> has all of them.</p>"
    )


def _legend(publication: Publication, zone: tzinfo | None) -> str:
    at = f"{publication.now.astimezone(zone):%H:%M}"
    return (
        "<p class='legend dim'><i class=s></i>OK<i class=f></i>failed<i class=e></i>estimated "
        "since the last reading<i></i>left</p>"
        f"<footer>Counts are what Zoho said when a job was read. “Ends in” is a forecast, counted "
        f"from {at}. The same as <a href=jobs.json>JSON</a> and as <a href=metrics.txt>metrics</a>."
        f" zcbulk-tui {_text(__version__)}</footer>"
    )


# The list.


def _in_order(lines: Sequence[PublishedLine], now: datetime) -> Sequence[PublishedLine]:
    """In the list's order as long as all have room, else what matters most comes first."""
    if len(lines) <= MOST_LINES:
        return lines
    return sorted(lines, key=lambda line: _weight(line, now))[:MOST_LINES]


def _weight(line: PublishedLine, now: datetime) -> tuple[object, ...]:
    """The worst first, as the list has it by risk; of what is well, what runs, then the newest."""
    snapshot = line.listed.snapshot
    read = (now - snapshot.last.read_at).total_seconds() if snapshot.last else 0.0
    worst = line.assessment
    return worst.concern, -worst.weight, snapshot.is_final, read


def _fitting(lines: Iterable[str]) -> Iterator[str]:
    room = MOST_BYTES - _FOR_THE_REST
    for line in lines:
        room -= len(line.encode())
        if room < 0:
            return
        yield line


def _table(lines: Sequence[str], total: str) -> str:
    head = "".join(f"<th scope=col>{title}" for title in (*_TITLES, *_LAST_TITLES))
    body = "".join(lines)
    return f"<table><thead><tr>{head}</thead><tbody>{body}</tbody>{total}</table>"


def _line(line: PublishedLine, now: datetime, zone: tzinfo | None, *, is_mixed: bool) -> str:
    snapshot, counts, assessment = line.listed.snapshot, line.counts, line.assessment
    last = snapshot.last
    state = _state(snapshot)
    ends = row.ends(snapshot, now, line.chain)
    # How it has ended stands in the column of the state.
    ends_text = "–" if ends.text == state.text else ends.text
    is_forecast = last is not None and last.state is JobState.IN_PROGRESS
    risk = concerns.in_words(assessment, snapshot, now)
    if assessment.concern is Concern.NONE:
        risk = Span("")
    read = "–" if last is None else _time(last.read_at, figures.clock(last.read_at, now, zone))
    stale = _class(Look.WARNING if row.is_stale(snapshot, now) else Look.TEXT)
    failed = figures.number(counts.failed, widths.FAILED)
    return (
        f"<tr><th scope=row>{_text(snapshot.job.label)}{_place(line, is_mixed=is_mixed)}"
        f"{_progress(line, now)}"
        f"<td>{figures.number(counts.success)}"
        f"<td{_class(concerns.failed_look(assessment.concern))}>{failed}"
        f"<td>{figures.number(counts.left)}"
        f"<td>{row.rate(snapshot.motion)}"
        f"<td{_class(ends.look, 'est' if is_forecast else '')}>{_text(ends_text)}"
        f"<td{_class(risk.look, 'w')}>{_text(risk.text)}"
        f"<td{_class(state.look, 'r')}>{_text(state.text)}"
        f"<td{stale}>{read}\n"
    )


def _environments(lines: Iterable[PublishedLine]) -> set[Environment]:
    return {line.listed.snapshot.ref.environment for line in lines}


def _badge(environment: Environment) -> str:
    is_production = environment is Environment.PRODUCTION
    return f"<span class='env{' P' if is_production else ''}'>{environment.value}</span>"


def _place(line: PublishedLine, *, is_mixed: bool) -> str:
    """The form, the environment where there are several, and of how many attempts a chain is."""
    ref = line.listed.snapshot.ref
    place = _text(ref.form)
    if is_mixed:
        place += f" · {words.ENVIRONMENT[ref.environment] or ref.environment.value}"
    if line.chain is not None:
        place += f" · {counted(len(line.chain.attempts), 'attempt')}"
    return f"<small>{place}</small>"


def _state(snapshot: JobSnapshot) -> Span:
    """The state in a word, as the screen has it; what Zoho calls it where that is not known."""
    if snapshot.last is None:
        return Span("not read yet", Look.DIM)
    return words.state(snapshot.last)


def _progress(line: PublishedLine, now: datetime) -> str:
    counts, estimate = line.counts, line.estimate(now)
    percent = figures.percent(counts.share_done)
    done = "–" if percent == "–" else f"{percent} %"
    more = f" <small class=est>+{figures.roughly(estimate)} estimated</small>" if estimate else ""
    state = line.listed.snapshot.state
    if state is not None and state.is_waiting and not counts.processed:
        return "<td class=p><small>not started</small>"
    return f"<td class=p>{_bar(counts, estimate)}<b>{done}</b>{more}"


def _bar(counts: Counts, estimate: int) -> str:
    """A bar for the eyes; the text beside it says the same."""
    total, success, failed, left = counts.total, counts.success, counts.failed, counts.left
    if not total or success is None or failed is None or left is None:
        return ""
    of = layout(success, failed, min(estimate, left), max(total, success + failed), _PARTS)
    kinds = (("s", of.success), ("f", of.failed + of.trace), ("e", of.estimate))
    drawn = "".join(
        f"<i class={kind} style=width:{parts / 10:g}%></i>" for kind, parts in kinds if parts
    )
    return f"<u aria-hidden=true>{drawn}</u>"


def _total(lines: Sequence[PublishedLine]) -> str:
    """What the jobs add up to; none of it is estimated."""
    if len(lines) < 2:
        return ""
    total = Tally(map(_share, lines)).sum
    counts = total.counts
    jobs = counted(total.jobs, "job")
    missing = f"{total.incomplete:,} unknown" if total.incomplete else ""
    percent = figures.percent(counts.share_done)
    done = "–" if percent == "–" else f"{percent} %"
    return (
        f"<tfoot><tr><th scope=row>Total<small>{jobs}</small>"
        f"<td class=p>{_bar(counts, 0)}<b>{done}</b>"
        f"<td>{figures.number(counts.success)}"
        f"<td>{figures.number(counts.failed, widths.FAILED)}"
        f"<td>{figures.number(counts.left)}<td>{figures.rate(total.rate)}"
        f"<td class=dim>{missing}<td class=w><td class=r><td></tfoot>"
    )


def _share(line: PublishedLine) -> Sum:
    return share(line.listed) if line.chain is None else share_of_chain(line.chain, line.jobs)


# Pieces.


def _text(text: str) -> str:
    """A text from outside as one line, without any meaning in HTML."""
    return escape(one_line(text), quote=True)


def _class(look: Look, *more: str) -> str:
    names = [name for name in (*more, _CLASSES.get(look, "")) if name]
    if not names:
        return ""
    return f" class={names[0]}" if len(names) == 1 else f' class="{" ".join(names)}"'


def _time(moment: datetime, text: str) -> str:
    return f"<time datetime={moment:%Y-%m-%dT%H:%M:%S%z}>{text}</time>"
