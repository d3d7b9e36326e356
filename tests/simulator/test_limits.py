import pytest

from zcbulk_tui.simulator.faults import RefusalError
from zcbulk_tui.simulator.limits import Limits, Meter

DAY = 86_400.0


def refusal(meter: Meter, now: float) -> int | None:
    """The code of the refusal of a call at that moment, None if it is let through."""
    try:
        meter.count(now)
    except RefusalError as error:
        return error.row.code
    return None


def test_fifty_calls_in_any_sixty_seconds() -> None:
    meter = Meter(Limits())
    assert {refusal(meter, second) for second in range(50)} == {None}
    assert refusal(meter, 59.9) == 2955
    assert refusal(meter, 60.0) is None
    assert refusal(meter, 60.5) == 2955


def test_refused_calls_do_not_prolong_the_wait() -> None:
    meter = Meter(Limits(per_minute=1))
    assert refusal(meter, 0) is None
    assert {refusal(meter, second) for second in range(1, 60)} == {2955}
    assert refusal(meter, 60) is None


@pytest.mark.parametrize(("in_flight", "expected"), [(6, None), (7, 2955)])
def test_six_calls_in_flight(in_flight: int, expected: int | None) -> None:
    meter = Meter(Limits())
    meter.in_flight = in_flight
    assert refusal(meter, 0) == expected


def test_the_day_ends_at_midnight() -> None:
    meter = Meter(Limits(per_day=2))
    evening = 5 * DAY - 100
    assert [refusal(meter, evening + second) for second in range(3)] == [None, None, 4000]
    assert refusal(meter, 5 * DAY - 1) == 4000
    assert refusal(meter, 5 * DAY) is None


def test_the_wait_ends_when_the_oldest_call_is_a_minute_old() -> None:
    meter = Meter(Limits(per_minute=2))
    meter.count(10)
    assert meter.seconds_to_wait(20) == 0
    meter.count(20)
    assert meter.seconds_to_wait(25) == 45


def test_the_day_may_end_with_another_status() -> None:
    meter = Meter(Limits(per_day=0, quota_refusal="403-4000"))
    with pytest.raises(RefusalError) as caught:
        meter.count(0)
    assert (caught.value.row.status, caught.value.row.code) == (403, 4000)
