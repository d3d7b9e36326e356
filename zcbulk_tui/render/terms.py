"""The filter language: words that must, or must not, occur."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple


class SearchField(NamedTuple):
    """The field that a prefix selects.

    Attributes:
        prefix: The prefix in lower case, as in ``job:``.
        field: Index of the field among the searchable texts.
        before: Text required before the word; empty where it may stand anywhere.
    """

    prefix: str
    field: int
    before: str = ""


class Term(NamedTuple):
    """One word of a filter.

    Attributes:
        field: Index of the field among the searchable texts.
        text: The word in lower case.
        required: Whether it must occur, or must not.
    """

    field: int
    text: str
    required: bool


def terms(words: Iterable[str], fields: Sequence[SearchField], anywhere: int) -> tuple[Term, ...]:
    """Parses the words of a filter; incomplete words match everything.

    Args:
        words: Words as typed; one that begins with ``!`` must not occur.
        fields: The known prefixes.
        anywhere: Index of the field for words without a prefix.
    """
    read = []
    for word in words:
        required = not word.startswith("!")
        folded = word.removeprefix("!").casefold()
        for prefix, field, before in fields:
            if folded.startswith(prefix):
                text = folded.removeprefix(prefix)
                read.append(Term(field, text and before + text, required))
                break
        else:
            read.append(Term(anywhere, folded, required))
    return tuple(term for term in read if term.text)


def matches(query: Sequence[Term], texts: Sequence[str]) -> bool:
    """Whether the texts match every term."""
    for field, text, required in query:  # noqa: SIM110 - twice as fast as all(), at each key typed
        if (text in texts[field]) is not required:
            return False
    return True
