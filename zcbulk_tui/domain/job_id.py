"""Parsing job ids, and detecting ids that a spreadsheet has damaged.

A spreadsheet keeps 15 digits of a number, and an id has 19: the rest becomes zeros, or is cut off
as in 3.88883E+18. The lost digits cannot be recovered, and two ids may have become the same number.
"""

import re
from collections.abc import Collection

from zcbulk_tui.domain.job import JobRef
from zcbulk_tui.domain.text import one_line
from zcbulk_tui.errors import UsageError

EXAMPLE = "3888833000000114027"

_ID = re.compile(r"[0-9]{1,30}", re.ASCII)
_DIGITS_KEPT = 15
_QUOTES = "'\"`‘’“”„‚«»"
_WITH_EXPONENT = re.compile(r"[+-]?[0-9][0-9.,]*\s*[eE]\s*[+-]?[0-9]+", re.ASCII)
_WITH_DECIMALS = re.compile(r"[0-9]+[.,]0*", re.ASCII)
_IN_GROUPS = re.compile(
    r"[0-9]{1,3}(?:[.,'’_ \N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}\N{THIN SPACE}][0-9]{3})+"
    r"(?:[.,]0*)?"
)
_GROUPED_LINE = re.compile(r"[0-9]{1,3}(?:\s[0-9]{3}){2,}(?![^\s])")

_HAVE_IT_AS_TEXT = f"Copy the id from Zoho, as in {EXAMPLE}; have a spreadsheet read it as text."


def unquoted(text: str) -> str:
    """Returns `text` without surrounding white space and the quotes that spreadsheets add."""
    return text.strip().strip(_QUOTES).strip()


def is_number(text: str) -> bool:
    """Whether `text` is meant as an id, not a URL; the id may be damaged."""
    bare = unquoted(text)
    return bare.isdecimal() or _what_spoilt(bare) is not None


def read_id(text: str) -> str:
    """Returns the digits of a job id.

    Raises:
        UsageError: The text is not an id; the error explains damage by a spreadsheet.
    """
    bare = unquoted(text)
    if _ID.fullmatch(bare):
        return bare
    if not bare:
        raise UsageError("The job id is missing", next_step=f"It is digits only, as in {EXAMPLE}.")
    spoilt = _what_spoilt(bare)
    raise UsageError(
        f"“{one_line(text.strip(), 60)}” is not a job id",
        spoilt or "",
        _HAVE_IT_AS_TEXT if spoilt else f"A job id is digits only, as in {EXAMPLE}.",
    )


def looks_rounded(job_id: str) -> bool:
    """Whether an id looks as if a spreadsheet had kept only 15 of its digits.

    True by chance for one id in ten thousand.
    """
    return is_long(job_id) and not job_id[_DIGITS_KEPT:].strip("0")


def is_long(job_id: str) -> bool:
    """Whether an id has more digits than a spreadsheet keeps."""
    return len(job_id) > _DIGITS_KEPT


def grouped(line: str) -> str:
    """Returns the leading number of a line, if its digits are grouped by three; else ""."""
    match = _GROUPED_LINE.match(line)
    return match[0] if match else ""


def _what_spoilt(bare: str) -> str | None:
    if _WITH_EXPONENT.fullmatch(bare):
        return "A spreadsheet has cut it to its first digits, and the others are lost."
    if _WITH_DECIMALS.fullmatch(bare):
        return "It is a number with decimals, so a program may have rounded its last digits."
    if _IN_GROUPS.fullmatch(bare):
        return (
            "It is a number in groups of digits, so a spreadsheet may have rounded the last ones."
        )
    return None


def doubts(refs: Collection[JobRef], watched: Collection[JobRef] = ()) -> dict[JobRef, str]:
    """Returns the jobs whose ids are doubtful, each with the reason as a sentence.

    Args:
        refs: The jobs to check.
        watched: Jobs that are watched already, whose ids are trusted.
    """
    first: dict[str, JobRef] = {}
    for ref in (*watched, *refs):
        first.setdefault(ref.job_id, ref)
    found = {}
    for ref in set(refs).difference(watched):
        said = []
        if looks_rounded(ref.job_id):
            said.append(
                f"{ref.job_id} has only zeros after 15 digits: a spreadsheet may have rounded it."
            )
        other = first[ref.job_id]
        if is_long(ref.job_id) and _form(other) != _form(ref):
            said.append(
                f"{ref.job_id} is also the id of a job of form {other.form} in "
                f"{other.owner}/{other.app}, and Zoho gives no id twice: a spreadsheet may have "
                "rounded both."
            )
        if said:
            found[ref] = " ".join(said)
    return {ref: found[ref] for ref in refs if ref in found}


def _form(ref: JobRef) -> tuple[str, str, str]:
    return ref.owner, ref.app, ref.form
