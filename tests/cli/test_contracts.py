"""What a probe has found is used by commands, and an answer that contradicts it is said once."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.cli.remembering import database, put_on_list
from tests.cli.signing_in import CLIENT, Zoho, grant_code, pipe, set_all
from tests.support.commands import CommandLine
from tests.support.contracts import contract_of
from tests.support.jobs import NOW, REF, URL, watched
from tests.support.stub_server import Reply, StubServer
from zcbulk_tui.cli import connection, state
from zcbulk_tui.cli.contracts import form_contract
from zcbulk_tui.cli.failure_rows import files_on_disk
from zcbulk_tui.config import load
from zcbulk_tui.data.result_columns import ServerColumns
from zcbulk_tui.data.result_folder import ResultFolder
from zcbulk_tui.domain.contract import Contract, Question
from zcbulk_tui.domain.form import FormRef
from zcbulk_tui.domain.job import Counts, Environment, JobReading, JobState
from zcbulk_tui.domain.probe import Act, Exchange, Step
from zcbulk_tui.monitor.events import ContractContradicted, Event
from zcbulk_tui.store.contracts import Contracts
from zcbulk_tui.store.memory import Memory
from zcbulk_tui.store.windows import NoWindow

SINCE = f"{NOW.astimezone():%Y-%m-%d}"
FINE = {"code": 3000, "data": {"api_status": "Completed", "record_details": {"total_records": 9}}}
PROBED = FormRef.of(REF)._replace(environment=Environment.DEVELOPMENT)
BESIDE = contract_of((Question.RECORD_DETAILS, {"place": "beside"}))


def know(home: Path, origin: str, contract: Contract) -> None:
    """A probe has found this."""
    (home / "state").mkdir(exist_ok=True)
    with database(home) as opened:
        Contracts(opened, "default").save(origin, contract)


def known(home: Path, origin: str) -> Contract:
    """What is known."""
    with database(home) as opened:
        return Contracts(opened, "default").known(origin)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[StubServer]:
    """A server that has its counts inside ``data``."""
    with StubServer([Reply.of(FINE)] * 9) as stub:
        monkeypatch.setenv("ZCBULK_BASE_URL", stub.url)
        yield stub


@pytest.mark.usefixtures("signed_in")
def test_a_contradiction_is_said_once_written_down_and_counts_from_then_on(
    cli: CommandLine, home: Path, server: StubServer
) -> None:
    know(home, server.url, BESIDE)
    first, second = cli("status", URL), cli("status", URL, "--fresh")
    assert (first.code, second.code) == (0, 0)
    (line,) = first.lines
    assert "beside" in line
    assert "inside" in line
    assert SINCE in line
    assert second.lines == []
    assert known(home, server.url).value(Question.RECORD_DETAILS, "place") == "inside"
    assert "inside" in cli("log", "inside", "--since", "1h").out


@pytest.mark.usefixtures("signed_in")
def test_without_a_probe_nothing_is_said(cli: CommandLine, home: Path, server: StubServer) -> None:
    assert cli("status", URL).lines == []
    assert known(home, server.url).findings == {}


@pytest.mark.usefixtures("signed_in")
@pytest.mark.parametrize(("fails", "most"), [("its batch", 2), ("alone", 2), (None, 20)])
def test_the_risk_is_told_by_what_is_known(
    cli: CommandLine, home: Path, monkeypatch: pytest.MonkeyPatch, fails: str | None, most: int
) -> None:
    counts = {"total_records": 9_000, "success_records": 3_600, "failed_records": 400}
    body = {"code": 3000, "data": {"api_status": "In-progress", "record_details": counts}}
    with StubServer([Reply.of(body)]) as stub:
        monkeypatch.setenv("ZCBULK_BASE_URL", stub.url)
        if fails is not None:
            know(home, stub.url, contract_of((Question.BAD_RECORD, {"fails": fails})))
        put_on_list(home, watched())
        risk = json.loads(cli("status", URL, "--json").out)[0]["abort_risk"]
        listed = json.loads(cli("jobs", "list", "--json").out)[0]["abort_risk"]
    least = 0 if fails == "alone" else 2
    assert (risk["failed_batches_least"], risk["failed_batches_most"]) == (least, most)
    assert listed == risk


@pytest.mark.usefixtures("signed_in")
def test_a_start_is_shown_as_it_would_be_put(
    cli: CommandLine, home: Path, server: StubServer
) -> None:
    know(home, server.url, contract_of((Question.CONTROL_METHOD, {"method": "PUT"})))
    assert "PUT" in cli("start", URL, "--dry-run").out
    assert server.requests == []


def test_a_check_says_what_is_known(
    cli: CommandLine, home: Path, server: StubServer, tmp_path: Path
) -> None:
    know(
        home,
        server.url,
        contract_of(
            (Question.BAD_RECORD, {"fails": "alone"}),
            (Question.DELIMITERS, {"semicolon": "misread"}),
        ),
    )
    file = tmp_path / "a.csv"
    file.write_text("Email;City\na@b.co;Rome;x\n" + "a@b.co;Rome\n" * 300)
    ended = cli("check", str(file), "--delimiter", "semicolon")
    assert f"A bad record fails alone (known since {SINCE})" in ended.out
    assert f"Zoho misreads semicolons between values (known since {SINCE})" in ended.out
    assert "If one bad record" not in ended.out
    as_json = cli("check", str(file), "--delimiter", "semicolon", "--json").out
    assert '"one_fails_its_batch": false' in as_json
    assert '"how": "misread"' in as_json


def test_a_repair_reads_results_by_what_is_known_of_the_base_url(
    home: Path, tmp_path: Path, server: StubServer
) -> None:
    know(home, server.url, contract_of((Question.RESULT_COLUMNS, {"reason": "Why"})))
    put_on_list(home, watched())
    with database(home) as opened:
        memory = Memory(opened, "default", NoWindow(opened, "default"))
        memory.read(REF, JobReading(JobState.COMPLETED, "Completed", Counts(9, 9, 0, 0), NOW))
    files = files_on_disk(load.load(), ResultFolder(tmp_path))(REF)
    assert files.known == ServerColumns("Why")


@pytest.mark.usefixtures("signed_in")
def test_a_dashboard_publishes_a_contradiction(home: Path, server: StubServer) -> None:
    know(home, server.url, BESIDE)
    settings = load.load()
    found: list[ContractContradicted] = []

    async def scene() -> None:
        seen = asyncio.Event()

        class Sink:
            def publish(self, event: Event) -> None:
                if isinstance(event, ContractContradicted):
                    found.append(event)
                    seen.set()

        opened, _ = state.open_with_list(settings.profile)
        with closing(opened.database):
            window = connection.connect(settings, opened.database, [watched()], Sink(), [])
            try:
                window.monitor.watch(window.jobs)
                running = asyncio.create_task(window.monitor.run())
                async with asyncio.timeout(20):
                    await seen.wait()
                running.cancel()
            finally:
                await window.close()

    asyncio.run(scene())
    (event,) = found
    assert (event.contradiction.known, event.contradiction.seen) == ("beside", "inside")
    assert event.known_since == NOW


@pytest.mark.parametrize("scope", ["CREATE", "UPDATE"])
def test_a_login_asks_for_no_scope_that_is_known_not_to_be_needed(
    cli: CommandLine, home: Path, zoho: Zoho, monkeypatch: pytest.MonkeyPatch, scope: str
) -> None:
    know(home, zoho.url, contract_of((Question.CONTROL_SCOPE, {"scope": scope})))
    set_all(monkeypatch, CLIENT)
    pipe(monkeypatch, f"{grant_code(zoho)}\n")
    ended = cli("login", "--self-client")
    assert ended.code == 0
    assert ("ZohoCreator.bulk.UPDATE" in ended.out) == (scope == "UPDATE")


@pytest.mark.parametrize(
    ("form", "is_known"),
    [
        (PROBED, True),
        (PROBED._replace(form="Other", environment=Environment.PRODUCTION), True),
        (PROBED._replace(app="another-app"), False),
        (PROBED._replace(owner="another"), False),
        (None, False),
    ],
)
def test_how_dates_are_written_is_known_of_the_application_that_was_probed(
    home: Path, monkeypatch: pytest.MonkeyPatch, form: FormRef | None, is_known: bool
) -> None:
    monkeypatch.setenv("ZCBULK_BASE_URL", PROBED.origin)
    dates = (Question.DATE_FORMATS, {"yyyy-MM-dd": "refused"})
    know(home, PROBED.origin, contract_of(dates, (Question.BAD_RECORD, {"fails": "alone"})))
    step = Step("a create", Act.CREATE, "a", "new job")
    with database(home) as opened:
        contracts = Contracts(opened, "default")
        contracts.begin(PROBED, step, NOW)
        contracts.end(PROBED, Exchange(step, NOW, 200, 3000, "", {"job_id": REF.job_id}))
    found = form_contract(load.load(), form)
    assert (Question.DATE_FORMATS in found.findings) is is_known
    assert found.one_fails_its_batch is False
