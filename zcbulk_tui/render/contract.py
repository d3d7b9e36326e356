"""A probe and what it has found out: as lines for its user, and as a report for anybody.

The report names no account, owner, application, form, job or record, and no host but the name of
its data centre: what users put together is worth more than what each of them keeps.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from functools import partial
from urllib.parse import urlsplit

from zcbulk_tui.domain import datacenters
from zcbulk_tui.domain import probe_files as files
from zcbulk_tui.domain.anonymous import MASK, common
from zcbulk_tui.domain.contract import Contract, Finding, Question
from zcbulk_tui.domain.contract_text import answer_text, described, question_text
from zcbulk_tui.domain.form import FormRef
from zcbulk_tui.domain.probe import MOST_CALLS, Act, Exchange, Step, calls_made
from zcbulk_tui.domain.probe_answers import Result, result_of
from zcbulk_tui.domain.probe_files import form_of
from zcbulk_tui.domain.probe_findings import CREATE, UPDATE, Granted
from zcbulk_tui.domain.probe_trail import TWIN, Row, Trail, trails_of
from zcbulk_tui.domain.result import ResultKind
from zcbulk_tui.domain.text import counted, one_line
from zcbulk_tui.render.span import Line, Look, Span, fit, wrap

_NUMBER, _CALL, _PURPOSE = 3, 11, 38
"""Cells of the columns of a step, where there is room."""

_ANSWER, _LEAST_PURPOSE = 24, 8
"""Cells that an answer has at least, and a purpose, if it has any."""

_TITLE = 26
"""Cells of a question."""

PROBED = tuple(question for question in Question if question.is_probed)
"""What a probe asks, in the order that it is told in."""

_RUNNING = "running"
"""The aspect of `Question.STATE_WORDS` without which a dashboard does not know a job that runs."""

_SHOWN = ("api_status", "details", "total", "success", "failed", "unprocessed", "retry_after")
"""What the raw answers of a report have of `Exchange.seen`: no id, no record, no field's name."""

_DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}

_FEW_ROWS = 20
"""Records whose roles are told; of more, the places."""

_MOST_COLUMNS, _MOST_REASONS, _MOST_RUNS = 40, 6, 12
"""Of one result, in a report."""

_Safe = Callable[[str], str]
"""Leaves out of a server's words what may not be shared."""


def answered(contract: Contract) -> int:
    """Returns how many questions of a probe have an answer."""
    return sum(_is_answered(contract.findings.get(question)) for question in PROBED)


def _is_answered(finding: Finding | None) -> bool:
    """Whether a question has its answer; without the word of a job that runs it has only a part."""
    if finding is None:
        return False
    return finding.question is not Question.STATE_WORDS or _RUNNING in finding.values


def step(number: int, exchange: Exchange, cells: int) -> Line:
    """Returns a step with its answer, in one line.

    Args:
        number: Which call of the probe it is, from 1.
        exchange: The step.
        cells: The width of the line.
    """
    look = Look.SUCCESS if exchange.is_accepted else Look.TEXT
    if not exchange.is_answered:
        look = Look.WARNING
    call = f"{exchange.step.act.value} {exchange.step.job}".strip()
    left = max(cells - _NUMBER - _CALL - 2, 1)
    for_what = min(_PURPOSE, left - _ANSWER - 2)
    head: Line = (
        Span(fit(f"{number}", _NUMBER, right=True), Look.DIM),
        Span("  "),
        Span(fit(call, _CALL)),
    )
    if for_what >= _LEAST_PURPOSE:
        head = (*head, Span(fit(_purpose(exchange.step), for_what)), Span("  "))
        left -= for_what + 2
    return (*head, Span(fit(answer(exchange), left).rstrip(), look))


def _purpose(step: Step) -> str:
    """What a step is for; of a start or an abort, first how it is put."""
    is_put = step.detail and step.act in (Act.START, Act.ABORT)
    return f"{step.detail}: {step.purpose}" if is_put else step.purpose


def answer(exchange: Exchange) -> str:
    """Returns what came of a step: HTTP status, code and words."""
    if exchange.is_unsent:
        return f"not carried out: {exchange.text}"
    if not exchange.is_answered:
        return f"no answer: {exchange.text}" if exchange.text else "no answer"
    code = "" if exchange.code is None else f"/{exchange.code}"
    shown = exchange.seen.get("api_status") or exchange.text
    if "zip" in exchange.seen:
        return f"{exchange.http_status} ZIP"
    return f"{exchange.http_status}{code}" + (f" “{one_line(shown, 60)}”" if shown else "")


def questions(contract: Contract, cells: int) -> Iterator[Line]:
    """Yields each question with its answer; one that is open says so.

    Args:
        contract: What is known.
        cells: The width of the lines.
    """
    asked = [it for it in Question if it.is_probed or it in contract.findings]
    for question in asked:
        title = Span(f"  {fit(question_text(question), _TITLE)}  ")
        finding = contract.findings.get(question)
        if finding is None:
            yield (title, Span("open", Look.DIM))
            continue
        said = answer_text(finding)
        if not _is_answered(finding):
            said = f"in part: {said}; {_RUNNING}: not seen"
        first, *more = wrap(one_line(said, 400), max(cells - _TITLE - 4, 20), 4)
        yield (title, Span(first, Look.STRONG))
        for line in more:
            yield (Span(" " * (_TITLE + 4)), Span(line, Look.STRONG))


_HEADING = "# What Zoho Creator's bulk insert API does"


def is_report(text: str) -> bool:
    """Whether a text begins as a report of a probe does."""
    return text.startswith(f"{_HEADING}\n")


def report(
    contract: Contract,
    form: FormRef,
    transcript: Sequence[Exchange],
    version: str,
    granted: Granted | None = None,
    *,
    is_complete: bool = True,
) -> str:
    """Returns what a probe has found out, as Markdown, without names.

    Args:
        contract: What is known of the server.
        form: The form that was probed; nothing of it is named.
        transcript: The steps.
        version: That of this program.
        granted: What the sign-in allows; None where that is not known.
        is_complete: Whether the probe has nothing more to ask.
    """
    fields = form_of(transcript)
    columns = None if fields is None else files.columns_of(fields)
    link_names = [it.link_name for it in fields.fields] if fields is not None else []
    safe = partial(_safe, names=frozenset((form.owner, form.app, form.form, *link_names)))
    made = [it for it in transcript if not it.is_unsent]
    days = sorted({f"{it.sent_at:%Y-%m-%d}" for it in made})
    when = " to ".join(dict.fromkeys((days[0], days[-1]))) if days else "never"
    cost = calls_made(transcript)
    calls = counted(cost, "call")
    if not is_complete:
        calls = f"partial: {cost} of at most {MOST_CALLS} calls made"
    lines = [
        _HEADING,
        "",
        f"- Probed: {when} (UTC), {'in ' if is_complete else ''}{calls}",
        f"- Data centre: {_data_centre(form)}",
        f"- Environment: {form.environment.value}",
        f"- Sign-in: {_scopes(granted)}",
        f"- By: zcbulk-tui {version}",
        f"- Answered: {answered(contract)} of the {len(PROBED)} questions that a probe asks",
        "",
        *_legend(columns),
        "",
        "## Answers",
        "",
        "| question | answer | found |",
        "|---|---|---|",
    ]
    for question in Question:
        finding = contract.findings.get(question)
        said = "open" if finding is None else _answer(finding, safe)
        if finding is not None and not _is_answered(finding):
            said = f"in part: {said}"
        found = "" if finding is None else f"{finding.found_at:%Y-%m-%d}"
        passing = "" if question.is_probed else " (not asked: noted in passing)"
        lines.append(f"| {described(question)}{passing} | {said} | {found} |")
    lines += [
        "",
        "## Raw answers",
        "",
        "| step | call | what for | HTTP | code | words | shown |",
        "|---:|---|---|---:|---:|---|---|",
    ]
    trails = {it.job: it for it in trails_of(transcript, columns)}
    for number, exchange in enumerate(made, 1):
        call = " ".join(filter(None, (exchange.step.act, exchange.step.job, exchange.step.detail)))
        http = exchange.http_status if exchange.is_answered else "no answer"
        code = "" if exchange.code is None else _safe(f"{exchange.code}")
        shown = "; ".join(_shown(exchange, trails.get(exchange.step.job), columns, safe))
        lines.append(
            f"| {number} | {call} | {exchange.step.purpose} | {http} | {code} "
            f"| {safe(exchange.text)} | {shown} |"
        )
    return "\n".join(lines) + "\n"


def _legend(columns: files.Columns | None) -> Iterator[str]:
    """The short words of a report, as a paragraph."""
    dates = ", ".join(f"{role} a date as {name}" for role, name in files.DATE_ROLES.items())
    yield (
        f"Names, ids, addresses and records are left out: {MASK} stands for all words of the "
        "server that are not of the API's own language. *open* is what no answer has settled. "
        f"Jobs are a, b, c…: a2 takes the place of a, and {TWIN} is a second job beside one. "
        'PATCH wrapped lower is a PATCH with `{"data": {"action": "start"}}`; flat is '
        '`{"action": "start"}`, and capital is `Start`. details inside or beside: where '
        "`record_details` stands to `data`. In a result, a column of the file is its number there "
        "(first the marker, then a date and a number, if the form has them), and a record its "
        "role: xd, xn and xt are bad (date, number, text), k1 to k3 good, e has an accent, "
        f"{dates}; g and s are good, too. Places are those in the file."
    )
    if columns is not None:
        yield ""
        yield f"{files.CONTROLS} holds: {' '.join(files.roles_of(files.CONTROLS, columns))}."


def _scopes(granted: Granted | None) -> str:
    """Those that matter to a probe; of others, nothing."""
    if granted is None:
        return "of unknown scopes"
    names = [f"bulk.{name}" for name in ("READ", CREATE, UPDATE) if granted.has(name)]
    return f"{', '.join(names) or 'no scope of bulk calls'}, since {granted.since:%Y-%m-%d}"


def _answer(finding: Finding, safe: _Safe) -> str:
    is_said = finding.question in (Question.STATE_WORDS, Question.RESULT_COLUMNS)
    values = {
        aspect: safe(value) if is_said and aspect != "columns" else _safe(value)
        for aspect, value in finding.values.items()
    }
    return _in_table(answer_text(finding._replace(values=values)))


def _shown(
    exchange: Exchange, trail: Trail | None, columns: files.Columns | None, safe: _Safe
) -> Iterator[str]:
    """What an answer has besides its words, as counts, structure and roles."""
    seen = exchange.seen
    yield from (f"{name} {safe(seen[name])}" for name in _SHOWN if name in seen)
    if exchange.step.act is Act.FIELDS and (fields := form_of([exchange])) is not None:
        yield counted(len(fields.fields), "field")
    if "zip" in seen:
        yield f"ZIP of {safe(seen['zip'])} bytes"
    result = result_of(exchange)
    if result is None:
        return
    yield counted(len(result.rows), "row")
    yield f"columns {_columns(result, () if columns is None else columns.header, safe)}"
    yield f"{safe(result.encoding)}, {_DELIMITERS.get(result.delimiter, MASK)}"
    kind = exchange.step.detail
    if trail is not None and trail.call(kind) is exchange and columns is not None:
        yield from _records(trail.rows(kind), trail.file, columns)
        if kind == ResultKind.FAILURE:
            yield from _reasons(trail.rows(kind), safe)


def _columns(result: Result, header: Sequence[str], safe: _Safe) -> str:
    place = {name: f"{at}" for at, name in reversed(list(enumerate(header, 1)))}
    names = [place.get(name) or f"“{safe(name)}”" for name in result.columns]
    return " ".join(names[:_MOST_COLUMNS]) + (" …" if len(names) > _MOST_COLUMNS else "")


def _records(rows: Sequence[Row], file: str | None, columns: files.Columns) -> Iterator[str]:
    """Which records of a file came back, in which order."""
    if not rows:
        return
    if len(rows) <= _FEW_ROWS:
        yield f"records {' '.join(it.role for it in rows)}"
    elif file is not None:
        place = {role: at for at, role in enumerate(files.roles_of(file, columns), 1)}
        yield f"places {_runs([place.get(it.role, 0) for it in rows])}"


def _reasons(rows: Sequence[Row], safe: _Safe) -> Iterator[str]:
    """The reasons of failed records, each with their roles."""
    reasons: dict[str, list[str]] = {}
    for row in rows:
        reasons.setdefault(safe(" ".join(row.reason)), []).append(row.role)
    for reason, roles in list(reasons.items())[:_MOST_REASONS]:
        if reason:
            whose = " ".join(roles) if len(roles) <= _FEW_ROWS else counted(len(roles), "record")
            yield f"“{reason}” of {whose}"


def _runs(places: Sequence[int]) -> str:
    """Numbers in their order, as in ``201-410, 1-200``."""
    runs: list[list[int]] = []
    for place in places:
        if runs and place == runs[-1][1] + 1:
            runs[-1][1] = place
        else:
            runs.append([place, place])
    said = [f"{first}-{last}" if first < last else f"{first}" for first, last in runs]
    return ", ".join(said[:_MOST_RUNS]) + (", …" if len(said) > _MOST_RUNS else "")


def _safe(text: str, names: Collection[str] = ()) -> str:
    return _in_table(common(one_line(text, 400), names))


def _in_table(text: str) -> str:
    # In a table, a line that breaks it is nobody's words.
    return text.replace("|", "/").replace("`", "'")


def _data_centre(form: FormRef) -> str:
    center = datacenters.find(urlsplit(form.origin).hostname or "")
    return center.name if center else "another server"
