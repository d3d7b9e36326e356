"""The tags of a job, as they are typed."""

from zcbulk_tui.domain.text import one_line


def tags_in(text: str) -> tuple[str, ...]:
    """Returns each word of a text once, without the number sign before it."""
    words = (word.lstrip("#") for word in one_line(text).split())
    return tuple(dict.fromkeys(filter(None, words)))
