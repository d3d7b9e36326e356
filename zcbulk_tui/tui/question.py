"""A question whose safe answer is no, as a value."""

from collections.abc import Sequence
from typing import NamedTuple


class Typed(NamedTuple):
    """What must be typed before the answer can be yes.

    Attributes:
        what: What it is, in words.
        text: The text itself.
    """

    what: str
    text: str


class Question(NamedTuple):
    """A question whose safe answer is no.

    Attributes:
        title: The question.
        paragraphs: What will happen.
        yes: What the button that does it says.
        typed: What must be typed before it can be pressed; None for nothing.
    """

    title: str
    paragraphs: Sequence[str]
    yes: str
    typed: Typed | None = None
