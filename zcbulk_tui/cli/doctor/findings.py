"""What the doctor finds, line by line."""

from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from zcbulk_tui.errors import Occasion, ZcbulkError


class Grade(Enum):
    """How good it is."""

    PASS = "pass"  # noqa: S105 - no password
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the doctor.

    Attributes:
        subject: What was looked at, in a word or two.
        grade: How good it is.
        said: What is so, one sentence.
        fix: What to do about it; empty when it passes.
        exit_code: What the program ends with where this is the first that fails.
    """

    subject: str
    grade: Grade
    said: str
    fix: str = ""
    exit_code: int = 1


def failure(subject: str, error: ZcbulkError) -> Finding:
    """Returns an error of the tree as a line."""
    answer = f"{error.answer.with_sender}." if error.answer else ""
    said = " ".join(part for part in (f"{error.title}.", error.cause, answer) if part)
    again = error.another_try(Occasion.ONCE) or "Fix that, and run the doctor again."
    fix = error.next_step or again
    return Finding(subject, Grade.FAIL, said, fix, error.exit_code)


def unforeseen(subject: str, error: Exception) -> Finding:
    """Returns an error that nobody thought of, without its words, which may hold secrets."""
    return Finding(
        subject,
        Grade.FAIL,
        f"The check broke down ({type(error).__name__}).",
        "This is a fault of this program: please report it.",
    )


def short_path(path: Path) -> str:
    """Returns a path as findings show it, with ``~`` for the home folder."""
    try:
        return f"~/{path.relative_to(Path.home())}"
    except (ValueError, RuntimeError):  # elsewhere, or nobody's home
        return str(path)
