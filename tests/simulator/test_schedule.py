from zcbulk_tui.simulator.faults import Call
from zcbulk_tui.simulator.messages import LOST
from zcbulk_tui.simulator.schedule import Fault, Schedule


def schedule(*faults: Fault, seed: int = 1) -> Schedule:
    made = Schedule(seed)
    for fault in faults:
        made.add(fault)
    return made


def test_a_window_has_a_first_moment_and_ends_before_its_last() -> None:
    plan = schedule(Fault(LOST, window=(40, 52)))
    met = [moment for moment in (39.9, 40, 51.9, 52) if plan.take(moment, "1", Call.STATUS)]
    assert met == [40, 51.9]


def test_a_fault_for_one_job_spares_the_others_and_calls_without_job() -> None:
    plan = schedule(Fault(LOST, job_id="1"))
    assert plan.take(0, "1", Call.STATUS)
    assert not plan.take(0, "2", Call.STATUS)
    assert not plan.take(0, None, Call.STATUS)


def test_a_fault_for_one_kind_of_call_spares_the_other() -> None:
    plan = schedule(Fault(LOST, calls=frozenset({Call.CONTROL})))
    assert plan.take(0, "1", Call.CONTROL)
    assert not plan.take(0, "1", Call.STATUS)


def test_a_fault_can_be_for_the_next_few_calls() -> None:
    plan = schedule(Fault(LOST, times=2))
    assert [bool(plan.take(0, None, Call.STATUS)) for _ in range(4)] == [True, True, False, False]


def test_the_first_fault_that_fits_comes_first() -> None:
    first, second = Fault(delay=1.0, times=1), Fault(delay=2.0)
    plan = schedule(first, second)
    assert plan.take(0, None, Call.STATUS) is first
    assert plan.take(0, None, Call.STATUS) is second


def test_chance_depends_on_the_seed_alone() -> None:
    def meetings(seed: int) -> list[bool]:
        plan = schedule(Fault(LOST, chance=0.3), seed=seed)
        return [bool(plan.take(0, None, Call.STATUS)) for _ in range(200)]

    assert meetings(1) == meetings(1)
    assert meetings(1) != meetings(2)
    assert 30 < sum(meetings(1)) < 90
