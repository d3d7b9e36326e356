"""What stands in one cell of the database as JSON: an error, or a reading beside other things."""

import json
from collections.abc import Iterator

from zcbulk_tui.domain.job import JobReading
from zcbulk_tui.domain.text import one_line
from zcbulk_tui.errors import Answer, ZcbulkError
from zcbulk_tui.store.rows import from_reading, to_reading


def reading_json(reading: JobReading | None) -> str | None:
    """Returns a reading as text."""
    return None if reading is None else json.dumps(from_reading(reading))


def reading_from_json(text: str | None) -> JobReading | None:
    """Returns the reading that `reading_json` has made a text of."""
    return None if text is None else to_reading(tuple(json.loads(text)))


def error_json(error: ZcbulkError | None) -> str | None:
    """Returns an error as text; its kind is kept."""
    if error is None:
        return None
    answer = error.answer
    return json.dumps(
        {
            "kind": type(error).__name__,
            "title": error.title,
            "cause": error.cause,
            "next_step": error.next_step,
            "answer": answer and [answer.http_status, answer.code, answer.text, answer.from_zoho],
        }
    )


def error_from_json(text: str | None) -> ZcbulkError | None:
    """Returns the error that `error_json` has made a text of."""
    if text is None:
        return None
    parts = json.loads(text)
    answer = None
    if parts["answer"]:
        # Earlier versions did not write down whose answer it was.
        http_status, code, said, *sender = parts["answer"]
        answer = Answer(http_status, code, one_line(said), *sender)
    kind = _KINDS.get(parts["kind"], ZcbulkError)
    words = (one_line(parts[name], 1000) for name in ("title", "cause", "next_step"))
    return kind(*words, answer=answer)


def _tree(root: type[ZcbulkError]) -> Iterator[type[ZcbulkError]]:
    yield root
    for kind in root.__subclasses__():
        yield from _tree(kind)


_KINDS = {kind.__name__: kind for kind in _tree(ZcbulkError)}
