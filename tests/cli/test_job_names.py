"""How a job is named: the same way in every command, over the watch list."""

import json
from pathlib import Path

import pytest

from tests.cli.remembering import put_on_list
from tests.support.commands import CommandLine
from tests.support.jobs import REF, URL, watched
from zcbulk_tui.cli.job_names import JobNames, named_jobs, watched_jobs
from zcbulk_tui.config import load
from zcbulk_tui.config.settings import Settings
from zcbulk_tui.domain.job import Environment, WatchedJob
from zcbulk_tui.errors import UsageError
from zcbulk_tui.store.database import FILE_NAME

STAGE, PRODUCTION = Environment.STAGE, Environment.PRODUCTION

CUSTOMERS = watched("3888833000000114027", "Customers 2019")
ORDERS = watched("3888833000000224028", "Orders EU")
LOWER = watched("3888833000000334029", "orders eu")
NUMBERED = watched("3888833000000440000", "224028")
LIST = [CUSTOMERS, ORDERS, LOWER]


@pytest.fixture
def settings() -> Settings:
    return load.load(flags={})


def in_stage(job: WatchedJob) -> WatchedJob:
    return job._replace(ref=job.ref._replace(environment=STAGE))


@pytest.mark.parametrize("strict", [True, False])
@pytest.mark.parametrize(
    "name",
    [
        pytest.param(URL, id="URL"),
        pytest.param(f"{URL}/result", id="URL-of-the-result"),
        pytest.param(URL.removeprefix("https://"), id="URL-without-a-scheme"),
        pytest.param(f" {CUSTOMERS.ref.job_id}\n", id="id"),
        pytest.param("4027", id="four-digits"),
        pytest.param("114027", id="last-digits"),
        pytest.param(" Customers 2019 ", id="label"),
        pytest.param("CUSTOMERS 2019", id="label-in-capitals"),
    ],
)
def test_a_job_is_found_by(settings: Settings, name: str, strict: bool) -> None:
    job = CUSTOMERS._replace(ref=REF._replace(job_id=CUSTOMERS.ref.job_id))
    assert JobNames(settings, [job, ORDERS, LOWER], strict=strict).find(name) == job


@pytest.mark.parametrize(
    ("name", "near"), [("Customer 2019", "“Customers 2019”"), ("Orders", "“Orders EU”")]
)
def test_a_name_that_is_close_to_a_label(settings: Settings, name: str, near: str) -> None:
    with pytest.raises(UsageError) as refused:
        JobNames(settings, [CUSTOMERS, ORDERS]).find(name)
    assert refused.value.cause == f"Close to it: {near}."


def test_the_exact_label_goes_before_the_one_in_other_letters(settings: Settings) -> None:
    assert JobNames(settings, LIST).find("orders eu") == LOWER
    assert JobNames(settings, LIST).find("Orders EU") == ORDERS
    with pytest.raises(UsageError, match="may be 2 jobs"):
        JobNames(settings, LIST).find("ORDERS EU")


def test_a_label_that_looks_like_an_id_is_refused_where_something_changes(
    settings: Settings,
) -> None:
    jobs = [*LIST, NUMBERED]
    assert JobNames(settings, jobs).find("224028") == NUMBERED
    with pytest.raises(UsageError) as caught:
        JobNames(settings, jobs, strict=True).find("224028")
    for words in (ORDERS.ref.job_id, NUMBERED.ref.job_id, "Orders EU", "production"):
        assert words in str(caught.value)
    assert JobNames(settings, jobs, strict=True).find(ORDERS.ref.job_id) == ORDERS


def test_a_label_that_the_settings_read_as_an_id_is_refused_where_something_changes(
    settings: Settings,
) -> None:
    whole = settings._replace(data_center="eu", owner="o", app="a", form="f")
    named = ORDERS._replace(label="3888833000000999999")
    assert JobNames(whole, [named]).find(named.label) == named
    with pytest.raises(UsageError, match="may be 2 jobs"):
        JobNames(whole, [named], strict=True).find(named.label)


@pytest.mark.parametrize("name", ["027", "Cust", "Customers", "Nothing"])
def test_what_is_no_name_of_a_job(settings: Settings, name: str) -> None:
    with pytest.raises(UsageError) as caught:
        JobNames(settings, LIST).find(name)
    assert ("“Customers 2019”" in caught.value.cause) == name.startswith("Customers")


def test_of_many_jobs_ten_are_named(settings: Settings) -> None:
    many = [watched(f"38888330000001{number:05}", "Twins") for number in range(12)]
    with pytest.raises(UsageError) as caught:
        JobNames(settings, many).find("Twins")
    assert caught.value.cause.count("Twins (") == 10
    assert "and 2 more" in caught.value.cause


def test_the_watch_list_says_where_a_job_is(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    jobs = [in_stage(CUSTOMERS)]
    assert JobNames(settings, jobs).find(URL).ref.environment is STAGE
    assert JobNames(settings, jobs, STAGE).find(URL) == jobs[0]
    assert not capsys.readouterr().err
    other = JobNames(settings, jobs, PRODUCTION)
    for name in (URL, CUSTOMERS.ref.job_id):
        assert other.find(name).ref == CUSTOMERS.ref
        assert "is watched in stage, and --environment says production" in capsys.readouterr().err
    for name in ("4027", CUSTOMERS.label):
        with pytest.raises(UsageError, match="watched in stage, not in production"):
            other.find(name)


def test_of_one_id_in_two_environments_it_must_be_said_which(settings: Settings) -> None:
    jobs = [CUSTOMERS, in_stage(CUSTOMERS)]
    for name in (URL, CUSTOMERS.ref.job_id, "4027", CUSTOMERS.label):
        with pytest.raises(UsageError, match="may be 2 jobs") as caught:
            JobNames(settings, jobs).find(name)
        assert "--environment" in caught.value.next_step
        assert JobNames(settings, jobs, STAGE).find(name) == jobs[1]


def test_without_a_readable_list_a_url_is_a_name(
    home: Path, settings: Settings, cli: CommandLine
) -> None:
    del cli
    (home / "state").mkdir(mode=0o700)
    (home / "state" / FILE_NAME).write_bytes(b"no database")
    (job,) = named_jobs([URL], settings)
    assert job.ref == CUSTOMERS.ref
    with pytest.raises(UsageError, match="cannot be looked up"):
        named_jobs(["Customers 2019"], settings)
    with pytest.raises(UsageError, match="cannot be looked up"):
        named_jobs(["4027"], settings._replace(form=None))


def test_a_look_makes_no_file(home: Path) -> None:
    assert watched_jobs("default") == []
    assert not (home / "state").exists()


@pytest.mark.usefixtures("signed_in")
@pytest.mark.parametrize("command", ["history", "jobs export", "start --dry-run"])
def test_every_command_takes_every_name(cli: CommandLine, home: Path, command: str) -> None:
    put_on_list(home, *LIST)
    first, *options = command.split()
    for name in (URL, CUSTOMERS.ref.job_id, "4027", "customers 2019"):
        ended = cli(first, *options, name)
        assert (ended.code, ended.err) == (0, "")
        assert CUSTOMERS.label in ended.out


@pytest.mark.usefixtures("profiles")
def test_the_profile_is_in_the_command_that_lists_the_jobs(cli: CommandLine) -> None:
    ended = cli("history", "Nothing", "--profile", "orders")
    assert "zcbulk-tui jobs --profile orders" in ended.err
    assert json.loads(cli("jobs", "list", "--json", "--profile", "orders").out) == []
