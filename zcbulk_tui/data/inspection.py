"""A file as a whole: opened, read once, and checked on the way."""

from collections.abc import Callable, Iterator
from pathlib import Path

from zcbulk_tui.data import delimiter as delimiters
from zcbulk_tui.data.checks import Found, RecordChecks
from zcbulk_tui.data.columns import Header, read_header
from zcbulk_tui.data.rows import (
    RECORDS_AT_ONCE,
    OnProgress,
    Record,
    RecordReader,
    in_chunks,
    read_header_line,
    read_rows,
)
from zcbulk_tui.data.source import Source, SourceKind, open_source
from zcbulk_tui.domain.contract import UNKNOWN, Contract
from zcbulk_tui.domain.form import FormFields
from zcbulk_tui.domain.preflight import (
    FileFacts,
    Finding,
    Kind,
    Preflight,
    Severity,
    worst_first,
)
from zcbulk_tui.errors import DataError

_MOST_COLUMNS = 5_000
"""No form has as many fields; what has more is another kind of file."""


def inspect(
    path: Path,
    fields: FormFields | None = None,
    *,
    encoding: str | None = None,
    delimiter: str | None = None,
    contract: Contract = UNKNOWN,
    on_progress: OnProgress | None = None,
) -> Preflight:
    """Reads a file once, and returns what was found in it.

    Args:
        path: A CSV, or a ZIP with one.
        fields: Those of the form; None where they are not known.
        encoding: The name of its encoding; None for its mark, else UTF-8.
        delimiter: The character between values, or its name; None for the one whose header has
            most of the link names.
        contract: What is known of the server that it is for.
        on_progress: Called with the bytes read, and the bytes in all.

    Raises:
        EncodingUnknownError: It is not in UTF-8, and no encoding was given.
        DataError: It cannot be read as a CSV, or has no records.
    """
    source = open_source(path)
    header_line = read_header_line(source, encoding)
    names = _link_names(fields)
    chosen = (
        delimiters.choose(header_line, names)
        if delimiter is None
        else delimiters.use(header_line, delimiter, names)
    )
    reader = read_rows(
        source, encoding=encoding, delimiter=chosen.character, on_progress=on_progress
    )
    header, found = check_records(
        iter(reader), fields, position=lambda: reader.bytes_read, contract=contract
    )
    if not found.records:
        raise DataError(
            f"{source.name} has no records",
            "There is nothing behind the header.",
            "Give a file with records.",
        )
    findings = [*header.findings, *found.findings, *_stray_quotes(reader)]
    return Preflight(
        facts=_facts(source, reader, chosen, header, found.records),
        findings=worst_first(findings),
        suspects=found.suspects,
        not_checked=(*header.not_checked, *found.not_checked),
        fields_read_at=fields.read_at if fields is not None else None,
        contract=contract,
    )


def check_records(
    records: Iterator[Record],
    fields: FormFields | None,
    *,
    position: Callable[[], int] = int,
    at_once: int = RECORDS_AT_ONCE,
    contract: Contract = UNKNOWN,
) -> tuple[Header, Found]:
    """Checks a header and the records below it.

    Args:
        records: The header first.
        fields: Those of the form; None where they are not known.
        position: Returns how many bytes have been read, which bounds what is kept in memory.
        at_once: Most records that are checked together; what is found does not depend on it.
        contract: What is known of the server that they go to.

    Raises:
        DataError: The header has more columns than any form has fields.
    """
    line, names = next(records)
    if len(names) > _MOST_COLUMNS:
        raise DataError(
            f"The header has {len(names):,} columns",
            f"At most {_MOST_COLUMNS:,} are read; no form has as many fields.",
            "Look at the first line of the file, and at its delimiter: --delimiter NAME.",
        )
    header = read_header(names, line, fields)
    checks = RecordChecks(header, contract=contract)
    for some in in_chunks(records, at_once, position):
        checks.check(some)
    return header, checks.finish()


def _link_names(fields: FormFields | None) -> set[str]:
    names: set[str] = set()
    for field in fields.fields if fields is not None else ():
        names.add(field.link_name)
        names.update(f"{field.link_name}.{part}" for part in field.subfields)
    return names


def _stray_quotes(reader: RecordReader) -> Iterator[Finding]:
    stray = reader.stray_quotes
    if stray.count:
        yield Finding(Kind.STRAY_QUOTE, "", None, Severity.WARNS, stray.count, tuple(stray.lines))


def _facts(
    source: Source,
    reader: RecordReader,
    chosen: delimiters.Delimiter,
    header: Header,
    records: int,
) -> FileFacts:
    encoding = reader.encoding.name if reader.encoding is not None else ""
    has_mark = reader.encoding is not None and bool(reader.encoding.bom)
    return FileFacts(
        name=source.name,
        disk_bytes=source.size,
        csv_bytes=source.csv_size,
        is_zip=source.kind is SourceKind.ZIP,
        sha256=reader.sha256,
        encoding=f"{encoding} with a byte order mark" if has_mark else encoding,
        delimiter=chosen.character,
        other_delimiters=tuple(
            (other.character, other.columns) for other in chosen.others if other.columns > 1
        ),
        columns=tuple(column.name for column in header.columns),
        records=records,
    )
