"""Errors as values, to be compared."""

from zcbulk_tui.errors import Answer, ZcbulkError


def told(
    error: ZcbulkError | None,
) -> tuple[type[ZcbulkError], str, str, str, Answer | None] | None:
    """All that is kept of an error; when to ask again is not, which matters at once or never."""
    if error is None:
        return None
    return type(error), error.title, error.cause, error.next_step, error.answer
