"""What is said of the jobs of a text before they are watched."""

import pytest

from tests.support.jobs import NOW, REF, URL
from zcbulk_tui.domain.job import Environment, JobRef
from zcbulk_tui.render.glyphs import UNICODE
from zcbulk_tui.tui.pasted_jobs import Offer, jobs_in, needs_list
from zcbulk_tui.tui.profile_spec import JobDefaults

OTHER = f"{URL[:-1]}8"
CURL = f"curl -H 'environment: stage' {OTHER}"
ON_STAGE = REF._replace(job_id=OTHER[-19:], environment=Environment.STAGE)


def offer(text: str, environment: Environment = Environment.DEVELOPMENT, *watched: JobRef) -> Offer:
    return Offer.of(jobs_in(text, JobDefaults()), environment, watched)


def said(text: str, *watched: JobRef) -> str:
    return "\n".join(offer(text, Environment.DEVELOPMENT, *watched).paragraphs(UNICODE))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (URL, False),
        (f"please see {URL}/result", False),
        ("nonsense", False),
        ("words alone", False),
        (URL.replace(".com", ".example"), False),
        (f"see {URL.replace('.com', '.example')}", True),
        (f"{URL} {OTHER}", True),
        (f"{URL} {URL.replace('.com', '.example')}", True),
    ],
)
def test_a_list_is_for_what_the_fields_of_one_job_cannot_show(text: str, expected: bool) -> None:
    assert needs_list(jobs_in(text, JobDefaults()), text) is expected


def test_the_chosen_environment_is_for_jobs_that_the_text_leaves_without() -> None:
    made = offer(f"Customers: {URL}\n{CURL}")
    jobs = made.watched_jobs(NOW)
    assert [(job.ref, job.label) for job in jobs] == [
        (REF._replace(environment=Environment.DEVELOPMENT), "Customers"),
        (ON_STAGE, f"Employee_Details {OTHER[-4:]}"),
    ]
    assert made.title == "Watch 2 jobs?"
    assert "stage*\nAn environment with a * is that of the text." in said(f"{URL} {CURL}")


def test_a_job_on_the_list_is_named_and_not_watched_again() -> None:
    text = f"{URL}\n{CURL}"
    assert [job.ref for job in offer(text, Environment.PRODUCTION, REF).new] == [ON_STAGE]
    assert f"On the list already: Employee_Details {OTHER[-4:]}." in said(text, ON_STAGE)
    everything = offer(text, Environment.PRODUCTION, REF, ON_STAGE)
    assert everything.title == "These jobs are on the list already"
    assert everything.watched_jobs(NOW) == []


def test_what_is_left_out_and_doubtful_is_named() -> None:
    rounded = URL.replace("114027", "110000")
    text = f"{rounded}\n{URL.replace('.com', '.example')}"
    assert "only zeros after 15 digits" in said(text)
    assert "Left out:\nline 2: The host of" in said(text)
    assert offer(text.splitlines()[1]).title == "No job to watch"


@pytest.mark.parametrize(
    ("base_url", "jobs"), [(None, []), ("http://localhost:8080", [Environment.STAGE])]
)
def test_the_jobs_in_a_text_are_those_of_the_profile(
    base_url: str | None, jobs: list[Environment]
) -> None:
    defaults = JobDefaults(Environment.STAGE, base_url=base_url)
    found = jobs_in(f"see {URL.replace(REF.origin, 'http://localhost:8080')}.", defaults)
    assert [job.ref.environment for job in found.jobs] == jobs
    assert bool(found.left_out) is not bool(jobs)
