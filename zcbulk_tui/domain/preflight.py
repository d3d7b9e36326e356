"""What was found in a file before it is sent to a form."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple

from zcbulk_tui.domain.batch_rule import BatchVerdict
from zcbulk_tui.domain.contract import UNKNOWN, Contract, Question
from zcbulk_tui.domain.record_set import RecordSet
from zcbulk_tui.domain.upload import Suspects

UPLOAD_LIMIT = 100_000_000
"""Bytes of a file, 100 MB [LIMB]; whether a ZIP counts packed or unpacked, only a probe says."""

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe"}
"""The characters that may part the values of a file, and their names, the likeliest first."""

_SENT = ("utf-8", ",")
"""Encoding and delimiter of what is written to be sent."""

SHOWN = 5
"""Line numbers that a finding has at most."""

SAMPLES = 3
"""Samples that a finding has at most."""


class Severity(StrEnum):
    """What a finding means for the records that it is about."""

    BLOCKS = "blocks"
    """They would be refused, or lose data."""

    WARNS = "warns"
    """They may be, or somebody should look."""


class Kind(StrEnum):
    """Kinds of findings: first those about the header, then about whole records, then values."""

    BLANK_NAME = "blank_name"
    DUPLICATE_COLUMN = "duplicate_column"
    UNKNOWN_COLUMN = "unknown_column"
    DISPLAY_NAME = "display_name"
    OTHER_CASE = "other_case"
    SPACES_AROUND = "spaces_around"
    NEEDS_SUBFIELD = "needs_subfield"
    CANNOT_BE_SET = "cannot_be_set"
    MISSING_MANDATORY = "missing_mandatory"

    TOO_FEW_VALUES = "too_few_values"
    TOO_MANY_VALUES = "too_many_values"
    EMPTY_RECORD = "empty_record"
    BLANK_LINE = "blank_line"
    STRAY_QUOTE = "stray_quote"

    NUL = "nul"
    CONTROL_CHARACTER = "control_character"
    LINE_BREAK = "line_break"
    REPLACEMENT_CHARACTER = "replacement_character"
    MANDATORY_EMPTY = "mandatory_empty"
    TOO_LONG = "too_long"
    TOO_MANY_DIGITS = "too_many_digits"
    NOT_A_NUMBER = "not_a_number"
    NOT_WHOLE = "not_whole"
    NOT_AN_EMAIL = "not_an_email"
    NOT_A_URL = "not_a_url"
    NO_SCHEME = "no_scheme"
    DATE_FORMAT = "date_format"
    DATE_TIME_FORMAT = "date_time_format"
    DATE_REFUSED = "date_refused"
    NOT_A_DECISION = "not_a_decision"
    NOT_A_CHOICE = "not_a_choice"
    DUPLICATE = "duplicate"
    SCIENTIFIC = "scientific"
    ROUNDED = "rounded"

    @property
    def is_of_header(self) -> bool:
        """Whether it is about a column's name, and so about all records or none."""
        return self in _OF_HEADER


_OF_HEADER = frozenset(
    {
        Kind.BLANK_NAME,
        Kind.DUPLICATE_COLUMN,
        Kind.UNKNOWN_COLUMN,
        Kind.DISPLAY_NAME,
        Kind.OTHER_CASE,
        Kind.SPACES_AROUND,
        Kind.NEEDS_SUBFIELD,
        Kind.CANNOT_BE_SET,
        Kind.MISSING_MANDATORY,
    }
)


@dataclass(frozen=True, slots=True)
class Finding:
    """Everything of one kind in one column.

    Attributes:
        kind: What was found.
        column: The name of the column, or of a missing field; empty for whole records; sanitised.
        position: Of the column, from 1; None where there is none.
        severity: What it means.
        count: Records that have it; 1 for what is about the header.
        lines: Where the first of them begin, from 1; at most `SHOWN`.
        samples: Some of the values, different ones, sanitised and shortened; at most `SAMPLES`.
        hint: What is meant instead, such as the name or the limit; empty for nothing.
        is_exception: Whether it may be refused, and few values of the column are like that, which
            makes the records suspect. Where many are, it is rather what the form takes.
        originals: For duplicates, where the records begin that have the same values first: one for
            each of `lines`.
    """

    kind: Kind
    column: str
    position: int | None
    severity: Severity
    count: int
    lines: tuple[int, ...]
    samples: tuple[str, ...] = ()
    hint: str = ""
    is_exception: bool = False
    originals: tuple[int, ...] = ()

    @property
    def blocks(self) -> bool:
        """Whether what it is about would be refused, or lose data."""
        return self.severity is Severity.BLOCKS

    @property
    def makes_suspects(self) -> bool:
        """Whether the records that have it are suspect."""
        return self.is_exception or (self.blocks and not self.kind.is_of_header)


class Gap(StrEnum):
    """What could not be checked."""

    NO_FIELDS = "no_fields"
    """The form's fields are not known: only the file itself was checked."""

    UNKNOWN_TYPE = "unknown_type"
    """No document says what the values of such a field must be."""

    SUBFIELDS = "subfields"
    """The parts of composite fields: their types and limits, and in part their names."""

    CHOICES = "choices"
    """The answer lists no choices."""

    EXISTING_RECORDS = "existing_records"
    """Whether a unique value is in the form already."""

    DUPLICATES_BEYOND = "duplicates_beyond"
    """Duplicates behind a record, up to which memory was enough."""


@dataclass(frozen=True, slots=True)
class NotChecked:
    """Something that could not be checked.

    Attributes:
        gap: What, and why.
        columns: Names of the columns that it is about, sanitised; empty for all.
        record: The first record, from 1, that was not checked; None where all or none were.
    """

    gap: Gap
    columns: tuple[str, ...] = ()
    record: int | None = None


@dataclass(frozen=True, slots=True)
class FileFacts:
    """A file of records, as it was read.

    Attributes:
        name: Its name; sanitised.
        disk_bytes: Its size on the disk.
        csv_bytes: The size of the CSV: the same unless it is in a ZIP.
        is_zip: Whether the CSV is in a ZIP.
        sha256: SHA-256 of the file on the disk, in hexadecimal.
        encoding: The name of its encoding.
        delimiter: The character between two values.
        other_delimiters: With how many columns the header would be read by others, most first.
        columns: The names in the header; sanitised.
        records: Records, the header not counted; at least one.
    """

    name: str
    disk_bytes: int
    csv_bytes: int
    is_zip: bool
    sha256: str
    encoding: str
    delimiter: str
    other_delimiters: tuple[tuple[str, int], ...]
    columns: tuple[str, ...]
    records: int


class Misfit(NamedTuple):
    """Something in how a file is written that its server is known not to read.

    Attributes:
        what: What, in the plural, as in "semicolons between values".
        question: Of which a probe has found it out.
        how: ``refused`` or ``misread``.
        is_rewritten: Whether it is written anew on the way; else it would be sent so.
    """

    what: str
    question: Question
    how: str
    is_rewritten: bool


@dataclass(frozen=True)
class Preflight:
    """All that was found in a file.

    Attributes:
        facts: The file.
        findings: By column and kind; the worst first.
        suspects: Records with a finding that makes them suspect.
        not_checked: What could not be checked.
        fields_read_at: When the form's fields were read, aware; None where they are not known.
        contract: What is known of the server that the file is for.
    """

    facts: FileFacts
    findings: tuple[Finding, ...]
    suspects: RecordSet = field(compare=False)
    not_checked: tuple[NotChecked, ...]
    fields_read_at: datetime | None
    contract: Contract = UNKNOWN

    @cached_property
    def verdict(self) -> BatchVerdict:
        """What the rule of failed batches makes of the suspect records."""
        records = self.facts.records
        return BatchVerdict(
            records=records,
            suspects=len(self.suspects),
            holding=self.suspects.batches(),
            full=self.suspects.full_batches(records),
        )

    @property
    def zip_counts_packed(self) -> bool | None:
        """Whether the limit of an upload is on the ZIP and not on its CSV; None if not known."""
        return zip_counts_packed(self.contract)

    @property
    def is_over_limit(self) -> bool:
        """Whether the file on the disk is larger than Zoho takes [LIMB]."""
        if self.zip_counts_packed is False:
            return self.facts.csv_bytes > UPLOAD_LIMIT
        return self.facts.disk_bytes > UPLOAD_LIMIT

    @property
    def may_be_over_limit(self) -> bool:
        """Whether that depends on how a ZIP counts, which is not known."""
        is_open = self.zip_counts_packed is None
        return is_open and not self.is_over_limit and self.facts.csv_bytes > UPLOAD_LIMIT

    @property
    def is_cut(self) -> bool:
        """Whether it is too large to be sent as one file: what is written anew is no ZIP."""
        facts = self.facts
        if facts.csv_bytes <= UPLOAD_LIMIT:
            return False
        is_ready = (facts.encoding, facts.delimiter) == _SENT
        return not (self.zip_counts_packed and is_ready) or facts.disk_bytes > UPLOAD_LIMIT

    def is_cut_as(self, treatment: Suspects, most: int | None) -> bool:
        """Whether its bytes make more than one job of it.

        Args:
            treatment: What becomes of its suspect records.
            most: Records in one job at most; None for any number.
        """
        is_changed = bool(self.suspects) and treatment is not Suspects.AS_THEY_ARE
        if is_changed or (most is not None and most < self.facts.records):
            return self.facts.csv_bytes > UPLOAD_LIMIT
        return self.is_cut

    @property
    def misfits(self) -> tuple[Misfit, ...]:
        """What in its encoding and delimiter is known not to be read, of the file or of a copy."""
        sent_encoding, sent_delimiter = _SENT
        encoding = self.facts.encoding.partition(" ")[0]
        encodings = dict.fromkeys((encoding, sent_encoding))
        delimiters = dict.fromkeys((self.facts.delimiter, sent_delimiter))
        names = {each: DELIMITERS.get(each, each) for each in delimiters}
        checked = [
            *((f"{it} files", Question.ENCODINGS, it, it == sent_encoding) for it in encodings),
            *(
                (f"{name}s between values", Question.DELIMITERS, name, it == sent_delimiter)
                for it, name in names.items()
            ),
        ]
        return tuple(
            Misfit(what, question, how, is_rewritten=not is_sent)
            for what, question, aspect, is_sent in checked
            if (how := self.contract.value(question, aspect)) in ("refused", "misread")
        )

    @property
    def blocks(self) -> bool:
        """Whether anything was found that would be refused, or lose data."""
        return (
            self.is_over_limit
            or any(finding.blocks for finding in self.findings)
            or any(not it.is_rewritten for it in self.misfits)
        )

    @property
    def header_blocks(self) -> bool:
        """Whether the header would be refused, and so all of the file."""
        return any(it.blocks and it.kind.is_of_header for it in self.findings)

    def share(self, finding: Finding) -> float | None:
        """Returns the share of the records that have a finding; None for one about the header."""
        if finding.kind.is_of_header:
            return None
        return finding.count / self.facts.records


def zip_counts_packed(contract: Contract) -> bool | None:
    """Whether the limit of an upload is on a ZIP and not on the CSV in it; None if not known."""
    counts = contract.value(Question.ZIP_LIMIT, "counts")
    return None if counts is None else counts == "packed"


def worst_first(findings: list[Finding]) -> tuple[Finding, ...]:
    """Returns findings in the order of their weight: blocking, of the header, by their count."""
    return tuple(
        sorted(
            findings,
            key=lambda each: (
                not each.blocks,
                not each.is_exception,
                not each.kind.is_of_header,
                -each.count,
                each.position or 0,
                each.kind,
            ),
        )
    )
