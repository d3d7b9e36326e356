"""When a result is tried again that could not be fetched, and when no more: each try costs a call.

Zoho makes a result after the job's end, and says so (code 11110); no document says how long that
takes.
"""

from datetime import datetime, timedelta

from zcbulk_tui.domain import backoff
from zcbulk_tui.domain.result import Result, ResultStage
from zcbulk_tui.errors import (
    DataError,
    QuotaSpentError,
    ResultGoneError,
    ResultNotReadyError,
    SignedOutError,
    ZcbulkError,
)

MOST_TRIES = 12
"""Calls that one result costs at most, unless the user asks for it again."""

_WHILE_IT_IS_MADE = (15.0, 30.0, 60.0, 60.0, 60.0)
"""Seconds after the first tries of a result that is still being made [RESULT]."""

_LATER = 900.0
"""Seconds after all tries that follow."""

_SOON = 6
"""Tries of what may pass that follow one another as after any failed call. The waits after these
grow to an hour: a server that fails for three hours costs no more calls, and no result, since Zoho
keeps it for days.
"""

_ONCE_MORE = 60.0
"""Seconds until the second and last try of what is not likely to pass."""

_NOT_OVER = 11120
"""Zoho's code for a job that is not in a state to be downloaded."""


def failed(
    result: Result, error: ZcbulkError, at: datetime, wait: float, *, is_called: bool
) -> Result:
    """Returns a result as it stands after a try that brought nothing.

    Args:
        result: As it stands, with the calls that it has cost by now, and the error of the try
            before this one.
        error: Why there is no file.
        at: The time; aware.
        wait: Seconds to wait where the error is one of the moment.
        is_called: Whether a call was made.
    """
    known = result._replace(error=error.kept(), next_try=None)
    if isinstance(error, ResultGoneError):
        return known._replace(stage=ResultStage.GONE)
    if is_called:
        seconds = _seconds(result, error, wait)
        if seconds is None or result.tries >= MOST_TRIES:
            return known._replace(stage=ResultStage.REFUSED)
        wait = seconds
    return known._replace(stage=ResultStage.DUE, next_try=at + timedelta(seconds=wait))


def is_not_over(error: ZcbulkError | None) -> bool:
    """Whether Zoho says that the job itself has not ended."""
    return error is not None and error.answer is not None and error.answer.code == _NOT_OVER


def _seconds(result: Result, error: ZcbulkError, wait: float) -> float | None:
    """The seconds until the next try after a call; None for no other try."""
    if isinstance(error, ResultNotReadyError):
        made = max(result.tries, 1)
        return _WHILE_IT_IS_MADE[made - 1] if made <= len(_WHILE_IT_IS_MADE) else _LATER
    if isinstance(error, DataError):
        return None if isinstance(result.error, DataError) else _ONCE_MORE
    if is_not_over(error):
        return None if is_not_over(result.error) else _ONCE_MORE
    passes = bool(error.passes) or isinstance(error, QuotaSpentError | SignedOutError)
    if not passes:
        return None
    late = result.tries - _SOON
    spread = min(_LATER * 2.0 ** (late - 1), backoff.LONGEST) if late > 0 else 0.0
    return max(wait, spread)
