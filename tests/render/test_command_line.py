"""The command that `Y` copies is one that the program takes."""

import shlex

import pytest
from hypothesis import given

from tests.render.strategies import refs
from tests.support.jobs import NOW, REF, URL
from zcbulk_tui.domain.address import parse_job_url
from zcbulk_tui.domain.job import Environment, JobRef, WatchedJob
from zcbulk_tui.domain.snapshot import JobSnapshot, Listed
from zcbulk_tui.render.clipboard import status_command


def command(ref: JobRef, profile: str = "eu") -> str:
    """The command for a job of a profile."""
    return status_command(Listed(profile, JobSnapshot(WatchedJob(ref, "Any", NOW))))


@pytest.mark.parametrize("environment", Environment)
def test_the_command_says_all_that_counts(environment: Environment) -> None:
    said = command(REF._replace(environment=environment))
    assert said == f"zcbulk-tui status {URL} --environment {environment} --profile eu"


@given(refs())
def test_its_url_leads_back_to_the_job(ref: JobRef) -> None:
    words = shlex.split(command(ref, "a profile"))
    assert parse_job_url(words[2], Environment(words[4])) == ref
    assert words[6] == "a profile"
