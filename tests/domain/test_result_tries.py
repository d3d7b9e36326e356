"""When a result is tried again: soon at first, then rarely, so that a long outage costs none."""

from datetime import timedelta

from tests.support.jobs import NOW, REF
from zcbulk_tui.domain.backoff import COSTLY, LONGEST, delay
from zcbulk_tui.domain.result import Result, ResultKind, ResultStage
from zcbulk_tui.domain.result_tries import MOST_TRIES, failed
from zcbulk_tui.errors import Answer, ServiceError


def test_a_server_that_fails_for_hours_costs_no_result() -> None:
    result, at, waits = Result(REF, ResultKind.FAILURE), NOW, []
    while result.stage is ResultStage.DUE:
        tries = result.tries + 1
        wait = delay(tries, 0.0, None, COSTLY)
        error = ServiceError("The server failed", answer=Answer(502))
        result = failed(
            Result(REF, ResultKind.FAILURE, tries=tries), error, at, wait, is_called=True
        )
        if result.next_try is not None:
            waits.append((result.next_try - at).total_seconds())
            at = result.next_try
    assert (result.tries, result.stage) == (MOST_TRIES, ResultStage.REFUSED)
    assert waits == sorted(waits)
    assert (max(waits[:6]), max(waits)) == (delay(6, 0.0, None, COSTLY), LONGEST)
    assert at - NOW > timedelta(hours=3.5)
