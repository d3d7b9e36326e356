"""What was found in a file before it is sent, as lines: the worst first."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from zcbulk_tui.domain.batch_rule import BAD_SHARE_AT_LIMIT, BATCH, BatchVerdict
from zcbulk_tui.domain.contract import UNKNOWN, Contract, Question
from zcbulk_tui.domain.preflight import (
    DELIMITERS,
    UPLOAD_LIMIT,
    Finding,
    Gap,
    Kind,
    NotChecked,
    Preflight,
)
from zcbulk_tui.domain.text import counted
from zcbulk_tui.render.figures import clock
from zcbulk_tui.render.span import Line, Look, Span, fit, line_width, width, wrap

_MOST_SHOWN = 40
"""Findings of one severity that are shown; the rest is counted."""

_MOST_LINES = 6
"""Lines that a sentence may take."""

_INDENT = 2
_NAME_LEAST = 12
"""Cells of a column's name that stay on a narrow screen."""

_NAMED_AT_MOST = 8
"""Columns that a sentence names."""


def report(preflight: Preflight, now: datetime, cells: int, *, is_cut: bool = False) -> list[Line]:
    """Returns the whole report, in lines of at most so many cells.

    Args:
        preflight: What was found.
        now: Aware.
        cells: The width, at least 40.
        is_cut: Whether a file over the limit is sent in parts, so that it is not refused.
    """
    lines = [*_facts(preflight, now, cells), *_limit(preflight, is_cut, cells)]
    lines += _misfits(preflight, cells)
    lines += [(), _heading("Batches")]
    if preflight.header_blocks:
        lines += _sentence("The header would be refused, and so all records.", Look.ERROR, cells)
    is_known = preflight.fields_read_at is not None
    for text, look in verdict(preflight.verdict, preflight.contract, fields_are_known=is_known):
        lines += _sentence(text, look, cells)
    blocking = [finding for finding in preflight.findings if finding.blocks]
    doubtful = [finding for finding in preflight.findings if finding.is_exception]
    warning = [it for it in preflight.findings if not it.blocks and not it.is_exception]
    lines += _section("Would be refused, or lose data", blocking, preflight, Look.ERROR, cells)
    lines += _section(
        "May be refused, and unlike the rest of the column: suspect, too",
        doubtful,
        preflight,
        Look.WARNING,
        cells,
    )
    lines += _section("May be refused, or look wrong", warning, preflight, Look.WARNING, cells)
    if preflight.not_checked:
        lines += [(), _heading("Not checked")]
        for each in preflight.not_checked:
            lines += _sentence(not_checked(each), Look.TEXT, cells)
    lines += [(), *_sentence(f"SHA-256 {preflight.facts.sha256}", Look.DIM, cells)]
    return lines


def size(amount: int) -> str:
    """Returns bytes as "812 bytes", "1.2 kB", "105.4 MB" or "10.0 GB", by the thousand."""
    if amount < 1000:
        return f"{amount} bytes" if amount != 1 else "1 byte"
    for unit, name in ((1e9, "GB"), (1e6, "MB")):
        if amount >= unit:
            return f"{amount / unit:,.1f} {name}"
    return f"{amount / 1e3:.1f} kB"


def share(part: float) -> str:
    """Returns a share as percent: two digits that count, 100 only for all, 0 only for none."""
    percent = part * 100
    if not percent:
        return "0 %"
    if percent < 0.001:
        return "<0.001 %"
    if percent < 9.95:
        return f"{percent:.2g} %"
    return f"{min(round(percent), 99) if percent < 100 else 100} %"


def verdict(
    found: BatchVerdict, contract: Contract = UNKNOWN, *, fields_are_known: bool
) -> list[tuple[str, Look]]:
    """Returns what the rule of failed batches makes of a file, as sentences.

    In both readings, unless it is known which one holds.

    Args:
        found: How many batches have suspect records.
        contract: What is known of the server.
        fields_are_known: Whether values were checked against the form's fields.
    """
    batches = counted(found.batches, "batch", "batches")
    allowed = f"at most {found.allowed:,}" if found.allowed else "none"
    rule = f"Zoho ends a job when more than 5 % of its batches of {BATCH} records fail"
    if not found.suspects:
        limit = f"{rule}: {allowed} of {batches} may fail."
        if fields_are_known:
            return [(f"No record is suspect. {limit}", Look.SUCCESS)]
        by_itself = "Nothing is known of the form's fields: values were checked for damage only."
        return [(f"{by_itself} {limit}", Look.WARNING)]
    suspect = counted(found.suspects, "record is", "records are")
    said = [(f"{suspect} suspect: {share(found.suspects / found.records)}. {rule}.", Look.TEXT)]
    known = contract.one_fails_its_batch
    if known is not False:
        if_so = (
            "If one bad record fails its batch"
            if known is None
            else f"One bad record fails its batch ({since(contract, Question.BAD_RECORD)}), and"
        )
        said.append(
            (
                f"{if_so}{',' if known is None else ''} this job "
                f"{_ends(found.ends_if_one_fails_all)}: {found.holding:,} of {batches} "
                f"{'has' if found.holding == 1 else 'have'} one, {allowed} may fail.",
                Look.ERROR if found.ends_if_one_fails_all else Look.TEXT,
            )
        )
    if not known:
        if_so = (
            "If a bad record fails alone, it"
            if known is None
            else f"A bad record fails alone ({since(contract, Question.BAD_RECORD)}), and this job"
        )
        open_ = " No source says which of the two holds." if known is None else ""
        said.append(
            (
                f"{if_so} {_ends(found.ends_if_each_fails_alone)}: {found.full:,} of {batches} "
                f"{'has' if found.full == 1 else 'have'} nothing else.{open_}",
                Look.ERROR if found.ends_if_each_fails_alone else Look.TEXT,
            )
        )
    if known is False:
        return said
    if found.packed < found.holding:
        where = "batch" if found.packed == 1 else "batches"
        end = f"and the job {_ends(found.ends_if_packed)}"
        said.append(
            (
                f"Packed together at the end of the file, they are in {found.packed:,} {where}, "
                f"{end}.",
                Look.TEXT,
            )
        )
    said.append(
        (
            f"Spread at random, as many would be in {found.expected_at_random:,.0f} of {batches} "
            f"(estimate); {share(BAD_SHARE_AT_LIMIT)} of all records is enough for 5 %.",
            Look.DIM,
        )
    )
    return said


def finding_text(finding: Finding) -> str:
    """Returns what was found in words, without the column."""
    hint = finding.hint
    match finding.kind:
        case Kind.UNKNOWN_COLUMN if hint:
            return f"no field has this link name; “{hint}” is near"
        case Kind.MISSING_MANDATORY if hint:
            return f"mandatory, but has no column, such as “{hint}”"
        case kind:
            return _TEXTS[kind].format(hint=hint)


_TEXTS = {
    Kind.BLANK_NAME: "has no name",
    Kind.DUPLICATE_COLUMN: "names the same field {hint}",
    Kind.UNKNOWN_COLUMN: "no field has this link name",
    Kind.DISPLAY_NAME: "is a display name; the link name is “{hint}”",
    Kind.OTHER_CASE: "the link name is “{hint}”, in other capitals",
    Kind.SPACES_AROUND: "has spaces around its name",
    Kind.NEEDS_SUBFIELD: "is named by its parts, as in “{hint}”",
    Kind.CANNOT_BE_SET: "is an auto number, which Zoho sets",
    Kind.MISSING_MANDATORY: "mandatory, but has no column",
    Kind.TOO_FEW_VALUES: "fewer values than {hint} columns",
    Kind.TOO_MANY_VALUES: "more values than {hint} columns",
    Kind.EMPTY_RECORD: "all values empty",
    Kind.BLANK_LINE: "a blank line, which may count as a record",
    Kind.STRAY_QUOTE: "a quote where none belongs",
    Kind.NUL: "NUL characters",
    Kind.CONTROL_CHARACTER: "control characters",
    Kind.LINE_BREAK: "line breaks in values",
    Kind.REPLACEMENT_CHARACTER: "“\N{REPLACEMENT CHARACTER}”: characters lost earlier",
    Kind.MANDATORY_EMPTY: "mandatory, but empty",
    Kind.TOO_LONG: "longer than {hint} characters",
    Kind.TOO_MANY_DIGITS: "more than {hint} digits before the point",
    Kind.NOT_A_NUMBER: "not a number",
    Kind.NOT_WHOLE: "not a whole number",
    Kind.NOT_AN_EMAIL: "not an e-mail address",
    Kind.NOT_A_URL: "not a URL",
    Kind.NO_SCHEME: "a URL without https://",
    Kind.DATE_FORMAT: "date not as in 31-Jan-2026",
    Kind.DATE_REFUSED: "a date in a format that this server is known to refuse",
    Kind.DATE_TIME_FORMAT: "not as in 31-Jan-2026 14:05:00",
    Kind.NOT_A_DECISION: "neither true nor false",
    Kind.NOT_A_CHOICE: "none of the choices",
    Kind.DUPLICATE: "unique, but occurs before",
    Kind.SCIENTIFIC: "a spreadsheet wrote it as 1.2E+18",
    Kind.ROUNDED: "digits may be rounded by a spreadsheet",
}


def not_checked(each: NotChecked) -> str:
    """Returns what could not be checked, and why, as a sentence."""
    names = _names(each.columns)
    match each.gap:
        case Gap.NO_FIELDS:
            return (
                "Names of columns, mandatory and unique values, types and lengths: "
                "the form's fields are not known."
            )
        case Gap.UNKNOWN_TYPE:
            return f"Types of values in {names}: no document says what they must be."
        case Gap.SUBFIELDS:
            return f"Values in the parts of {names}: their types and limits are not known."
        case Gap.CHOICES:
            return f"Choices in {names}: the list of fields has none."
        case Gap.EXISTING_RECORDS:
            return f"Whether the form has a value of {names} already."
        case Gap.DUPLICATES_BEYOND:
            return (
                f"Duplicates in {names} from record {each.record or 0:,} on: "
                "so many values do not fit in memory."
            )


def _facts(preflight: Preflight, now: datetime, cells: int) -> Iterator[Line]:
    facts = preflight.facts
    batches = preflight.verdict.batches
    yield (Span(fit(facts.name, min(width(facts.name), cells)), Look.STRONG),)
    packed = f" ({size(facts.disk_bytes)} as ZIP)" if facts.is_zip else ""
    yield from _sentence(
        f"{size(facts.csv_bytes)}{packed}, {counted(facts.records, 'record')} in "
        f"{counted(batches, 'batch', 'batches')}, {counted(len(facts.columns), 'column')}",
        Look.TEXT,
        cells,
    )
    others = [
        f"{counted(columns, 'column')} with a {DELIMITERS.get(character, character)}"
        for character, columns in facts.other_delimiters
    ]
    instead = f" ({', '.join(others)})" if others else ""
    delimiter = DELIMITERS.get(facts.delimiter, facts.delimiter)
    look = Look.WARNING if others and len(facts.columns) == 1 else Look.DIM
    said = f"Encoding {facts.encoding}, delimiter {delimiter}{instead}"
    yield from _sentence(said, look, cells)
    if preflight.fields_read_at is not None:
        at = clock(preflight.fields_read_at, now)
        yield from _sentence(f"Fields of the form as of {at}", Look.DIM, cells)


def since(contract: Contract, question: Question) -> str:
    """Returns since when something is known that is known, as in "known since 2026-11-30"."""
    return f"known since {contract.findings[question].found_at.astimezone():%Y-%m-%d}"


def _misfits(preflight: Preflight, cells: int) -> Iterator[Line]:
    for misfit in preflight.misfits:
        verb = "refuses" if misfit.how == "refused" else "misreads"
        said = f"Zoho {verb} {misfit.what} ({since(preflight.contract, misfit.question)})"
        if misfit.is_rewritten:
            said += ": insert writes them anew, as UTF-8 with commas."
            yield from _sentence(said, Look.WARNING, cells)
        else:
            yield from _sentence(f"{said}, and insert sends them.", Look.ERROR, cells)


def _limit(preflight: Preflight, is_cut: bool, cells: int) -> Iterator[Line]:
    if is_cut and preflight.is_cut:
        said = f"It is over Zoho's limit of {size(UPLOAD_LIMIT)}: it will be cut into parts."
        yield from _sentence(said, Look.WARNING, cells)
    elif preflight.is_over_limit:
        said = f"It is over Zoho's limit of {size(UPLOAD_LIMIT)}: it would be refused."
        yield from _sentence(said, Look.ERROR, cells)
    elif preflight.may_be_over_limit:
        said = (
            f"Unpacked it is over Zoho's limit of {size(UPLOAD_LIMIT)}; "
            "no source says whether a ZIP counts as it is packed."
        )
        yield from _sentence(said, Look.WARNING, cells)


def _section(
    title: str, findings: Sequence[Finding], preflight: Preflight, look: Look, cells: int
) -> Iterator[Line]:
    if not findings:
        return
    yield ()
    yield _heading(title)
    for finding in findings[:_MOST_SHOWN]:
        yield from _finding(finding, preflight.share(finding), look, cells)
    if (more := len(findings) - _MOST_SHOWN) > 0:
        what = counted(more, "more finding")
        yield from _sentence(f"and {what} of this kind.", Look.DIM, cells)


def _finding(finding: Finding, part: float | None, look: Look, cells: int) -> Iterator[Line]:
    """The column, what was found, and how often: at the right where there is room; then where."""
    often = ""
    if part is not None:
        often = f"{counted(finding.count, 'record')} {share(part):>7}"
    name = finding.column or "Records"
    text = f": {finding_text(finding)}"
    least = min(width(name), _NAME_LEAST)
    beside = cells - _INDENT - width(text) - width(often) - 2
    is_beside = bool(often) and beside >= least
    room = min(width(name), max(beside if is_beside else cells - _INDENT - width(text), least))
    left = (
        Span(" " * _INDENT),
        Span(fit(name, room), Look.STRONG),
        Span(fit(text, min(width(text), cells - _INDENT - room)), look),
    )
    gap = Span(" " * (cells - line_width(left) - width(often)))
    yield (*left, gap, Span(often)) if is_beside else left
    yield from _where(finding, "" if is_beside else " ".join(often.split()), cells)


def _where(finding: Finding, often: str, cells: int) -> Iterator[Line]:
    places = ""
    if finding.lines and not finding.kind.is_of_header:
        more = ", …" if finding.count > len(finding.lines) else ""
        numbers = ", ".join(f"{line:,}" for line in finding.lines)
        places = f"{'line' if finding.count == 1 else 'lines'} {numbers}{more}"
    samples = ", ".join(_sample(finding.kind, sample) for sample in finding.samples)
    if finding.kind is Kind.DUPLICATE and finding.count == len(finding.samples):
        places = ""  # The samples name them.
    text = "; ".join(filter(None, (often, places, samples)))
    if text:
        yield from _sentence(text, Look.DIM, cells, indent=2 * _INDENT, lines=3)


def _sample(kind: Kind, sample: str) -> str:
    match kind:
        case Kind.DUPLICATE:
            return sample
        case Kind.TOO_FEW_VALUES | Kind.TOO_MANY_VALUES:
            return "1 value" if sample == "1" else f"{sample} values"
        case _:
            return f"“{sample}”"


def _heading(text: str) -> Line:
    return (Span(text, Look.STRONG),)


def _sentence(
    text: str, look: Look, cells: int, *, indent: int = _INDENT, lines: int = _MOST_LINES
) -> Iterator[Line]:
    for line in wrap(text, max(cells - indent, 1), lines):
        yield (Span(" " * indent), Span(line, look))


def _names(columns: Sequence[str]) -> str:
    named = ", ".join(columns[:_NAMED_AT_MOST])
    more = len(columns) - _NAMED_AT_MOST
    return f"{named} and {more:,} more" if more > 0 else named


def _ends(does: bool) -> str:
    return "ends" if does else "does not end"
