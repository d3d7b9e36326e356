"""A probe and what it has found out: as lines for its user, and as a report for anybody.

The report names no account, owner, application, form, job or record, and no host but the name of
its data centre: what users put together is worth more than what each of them keeps.
"""

from collections.abc import Iterable, Iterator, Sequence
from urllib.parse import urlsplit

from zcbulk_tui.domain import datacenters
from zcbulk_tui.domain.anonymous import anonymous
from zcbulk_tui.domain.contract import Contract, Question
from zcbulk_tui.domain.contract_text import answer_text, described, question_text
from zcbulk_tui.domain.form import FormRef
from zcbulk_tui.domain.probe import Act, Exchange, Step, calls_made
from zcbulk_tui.domain.probe_files import form_of
from zcbulk_tui.domain.text import counted, one_line
from zcbulk_tui.render.span import Line, Look, Span, fit, wrap

_NUMBER, _CALL, _PURPOSE = 3, 11, 38
"""Cells of the columns of a step."""

_TITLE = 26
"""Cells of a question."""

PROBED = tuple(question for question in Question if question.is_probed)
"""What a probe asks, in the order that it is told in."""

_SHOWN = ("api_status", "details", "total", "success", "failed", "unprocessed", "retry_after")
"""What the raw answers of a report have of `Exchange.seen`: no id, no record, no field's name."""


def answered(contract: Contract) -> int:
    """Returns how many questions of a probe have an answer."""
    return sum(question in contract.findings for question in PROBED)


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
    head = (
        Span(fit(f"{number}", _NUMBER, right=True), Look.DIM),
        Span("  "),
        Span(fit(call, _CALL)),
        Span(fit(_purpose(exchange.step), _PURPOSE)),
        Span("  "),
    )
    left = cells - _NUMBER - _CALL - _PURPOSE - 4
    return (*head, Span(fit(answer(exchange), max(left, 12)).rstrip(), look))


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
        first, *more = wrap(one_line(answer_text(finding), 400), max(cells - _TITLE - 4, 20), 4)
        yield (title, Span(first, Look.STRONG))
        for line in more:
            yield (Span(" " * (_TITLE + 4)), Span(line, Look.STRONG))


def report(contract: Contract, form: FormRef, transcript: Sequence[Exchange], version: str) -> str:
    """Returns what a probe has found out, as Markdown, without names.

    Args:
        contract: What is known of the server.
        form: The form that was probed; nothing of it is named.
        transcript: The steps.
        version: That of this program.
    """
    names = (form.owner, form.app, form.form)
    form_fields = form_of(transcript)
    # A server may quote the header of a file.
    fields = [it.link_name for it in form_fields.fields] if form_fields else []

    made = [it for it in transcript if not it.is_unsent]
    days = sorted({f"{it.sent_at:%Y-%m-%d}" for it in made})
    when = " to ".join(dict.fromkeys((days[0], days[-1]))) if days else "never"
    lines = [
        "# What Zoho Creator's bulk insert API does",
        "",
        f"- Probed: {when} (UTC), in {counted(calls_made(transcript), 'call')}",
        f"- Data centre: {_data_centre(form)}",
        f"- Environment: {form.environment.value}",
        f"- By: zcbulk-tui {version}",
        f"- Answered: {answered(contract)} of {len(PROBED)} questions",
        "",
        "Names, ids, addresses and records are left out.",
        "",
        "## Answers",
        "",
        "| question | answer | found |",
        "|---|---|---|",
    ]
    for question in Question:
        finding = contract.findings.get(question)
        said = "open" if finding is None else _safe(answer_text(finding), names)
        found = "" if finding is None else f"{finding.found_at:%Y-%m-%d}"
        lines.append(f"| {described(question)} | {said} | {found} |")
    lines += [
        "",
        "## Raw answers",
        "",
        "| step | call | what for | HTTP | code | words | shown |",
        "|---:|---|---|---:|---:|---|---|",
    ]
    for number, exchange in enumerate(made, 1):
        shown = ", ".join(
            f"{name} {_safe(exchange.seen[name], names)}"
            for name in _SHOWN
            if name in exchange.seen
        )
        call = " ".join(filter(None, (exchange.step.act, exchange.step.job, exchange.step.detail)))
        http = exchange.http_status if exchange.is_answered else "no answer"
        code = "" if exchange.code is None else exchange.code
        lines.append(
            f"| {number} | {call} | {exchange.step.purpose} | {http} | {code} "
            f"| {_safe(exchange.text, names, fields)} | {shown} |"
        )
    return "\n".join(lines) + "\n"


def _safe(text: str, names: Iterable[str], fields: Iterable[str] = ()) -> str:
    # In a table, a line that breaks it is nobody's words.
    return anonymous(one_line(text, 400), names, fields).replace("|", "/").replace("`", "'")


def _data_centre(form: FormRef) -> str:
    center = datacenters.find(urlsplit(form.origin).hostname or "")
    return center.name if center else "another server"
