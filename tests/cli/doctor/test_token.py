"""The doctor on the status of one job."""

import pytest

from tests.cli.doctor.examined import Doctor, calls
from tests.support.simulators import url_of
from zcbulk_tui.cli.context import quota_tracker
from zcbulk_tui.cli.state import open_memory
from zcbulk_tui.config import load
from zcbulk_tui.simulator.creator import Creator
from zcbulk_tui.simulator.server import LoopbackServer


@pytest.mark.usefixtures("signed_in")
def test_a_job_costs_a_call_that_is_counted(
    doctor: Doctor, creator: Creator, server: LoopbackServer
) -> None:
    job = next(iter(creator.jobs.values()))
    found = doctor(url_of(server, job))
    assert found["status"][0] == "pass"
    assert job.id in found["status"][1]
    assert calls(creator) == [job.path]
    with open_memory() as database:
        assert quota_tracker(load.load(), database).budget.day.total == 1


@pytest.mark.usefixtures("signed_in")
def test_a_job_that_there_is_not(doctor: Doctor, creator: Creator, server: LoopbackServer) -> None:
    job = next(iter(creator.jobs.values()))
    assert doctor(url_of(server, job)[:-3] + "999")["status"][0] == "fail"
    assert doctor.ended.code == 1
    assert doctor("nonsense")["status"][0] == "fail"
    assert doctor.ended.code == 2
