"""The filter language: words that must, or must not, occur."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple


class Place(NamedTuple):
    """The field that a prefix selects.

    Attributes:
        prefix: The prefix in lower case, as in ``job:``.
        place: Index of the field among the searchable texts.
        before: Text required before the word; empty where it may stand anywhere.
    """

    prefix: str
    place: int
    before: str = ""


class Term(NamedTuple):
    """One word of a filter.

    Attributes:
        place: Index of the field among the searchable texts.
        text: The word in lower case.
        wanted: Whether it must occur, or must not.
    """

    place: int
    text: str
    wanted: bool


def terms(words: Iterable[str], places: Sequence[Place], anywhere: int) -> tuple[Term, ...]:
    """Parses the words of a filter; incomplete words match everything.

    Args:
        words: Words as typed; one that begins with ``!`` must not occur.
        places: The known prefixes.
        anywhere: Index of the field for words without a prefix.
    """
    read = []
    for word in words:
        wanted = not word.startswith("!")
        asked = word.removeprefix("!").casefold()
        for prefix, place, before in places:
            if asked.startswith(prefix):
                text = asked.removeprefix(prefix)
                read.append(Term(place, text and before + text, wanted))
                break
        else:
            read.append(Term(anywhere, asked, wanted))
    return tuple(term for term in read if term.text)


def finds(asked: Sequence[Term], where: Sequence[str]) -> bool:
    """Whether the texts match every term."""
    for place, text, wanted in asked:  # noqa: SIM110 - twice as fast as all(), at each key typed
        if (text in where[place]) is not wanted:
            return False
    return True
