import http.client
import socket
import struct
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.simulator.support import ManualClock, created, csv_of, headers, multipart
from tests.support.simulators import labelled
from zcbulk_tui.simulator import scopes
from zcbulk_tui.simulator import server as simulator_server
from zcbulk_tui.simulator.accounts import CLIENT_ID, CLIENT_SECRET
from zcbulk_tui.simulator.creator import Creator
from zcbulk_tui.simulator.fields import FORMS
from zcbulk_tui.simulator.jobs import APP, OWNER, Address
from zcbulk_tui.simulator.messages import LOST
from zcbulk_tui.simulator.physics import State
from zcbulk_tui.simulator.samples import sample
from zcbulk_tui.simulator.schedule import Fault
from zcbulk_tui.simulator.server import LoopbackServer


@pytest.fixture
def server(creator: Creator) -> Iterator[LoopbackServer]:
    with LoopbackServer(creator) as running:
        yield running


@pytest.fixture
def client(creator: Creator, server: LoopbackServer) -> Iterator[httpx.Client]:
    proper = headers(creator, labelled(creator, "Customers"))
    with httpx.Client(base_url=server.base_url, headers=proper, trust_env=False) as made:
        yield made


def address(server: LoopbackServer) -> tuple[str, int]:
    host, _, port = server.base_url.removeprefix("http://").partition(":")
    return host, int(port)


def test_status_and_control(creator: Creator, client: httpx.Client) -> None:
    job = labelled(creator, "Customers")
    answer = client.get(job.path)
    assert answer.http_version == "HTTP/1.1"
    assert answer.json()["data"]["api_status"] == "In-progress"
    answer = client.patch(job.path, json={"data": {"action": "abort"}})
    assert answer.json() == {"code": 3000, "status": "Job aborted successfully"}
    assert job.state(creator.timeline.now()) is State.USER_ABORTED


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
def test_other_methods_reach_creator(creator: Creator, client: httpx.Client, method: str) -> None:
    answer = client.request(method, labelled(creator, "Customers").path)
    assert (answer.status_code, answer.json()["code"]) == (405, 1020)


def test_a_connection_is_kept_for_the_next_call(creator: Creator, server: LoopbackServer) -> None:
    job = labelled(creator, "Customers")
    connection = http.client.HTTPConnection(*address(server))
    ports = set()
    for _ in range(3):
        connection.request("GET", job.path, headers=headers(creator, job))
        connection.getresponse().read()
        ports.add(connection.sock.getsockname())
    connection.close()
    assert len(ports) == 1


def test_a_lost_answer_closes_the_connection_after_the_command(
    creator: Creator, client: httpx.Client
) -> None:
    job = labelled(creator, "Customers")
    creator.inject(Fault(LOST, behind=True, times=1))
    with pytest.raises(httpx.RemoteProtocolError):
        client.patch(job.path, json={"data": {"action": "abort"}})
    assert job.state(creator.timeline.now()) is State.USER_ABORTED
    assert client.get(job.path).json()["code"] == 3000


def test_a_late_answer_runs_into_the_timeout_of_the_client(
    creator: Creator, client: httpx.Client
) -> None:
    creator.inject(Fault(delay=60.0))
    with pytest.raises(httpx.ReadTimeout):
        client.get(labelled(creator, "Customers").path, timeout=0.05)


def test_a_seventh_call_at_once_is_refused(
    creator: Creator, server: LoopbackServer, client: httpx.Client
) -> None:
    job = labelled(creator, "Customers")
    six_asked = threading.Event()
    creator.on_call = lambda _: six_asked.set() if len(creator.log) == 6 else None
    creator.inject(Fault(delay=60.0, times=6))
    with ThreadPoolExecutor(6) as pool:
        late = [pool.submit(client.get, job.path, timeout=None) for _ in range(6)]
        assert six_asked.wait(5)
        answer = client.get(job.path)
        server.close()
    assert (answer.status_code, answer.json()["code"]) == (429, 2955)
    assert all(isinstance(call.exception(), httpx.RemoteProtocolError) for call in late)


def test_a_look_behind_the_scenes_needs_no_token_and_leaves_no_trace(
    creator: Creator, server: LoopbackServer, client: httpx.Client
) -> None:
    job = labelled(creator, "Suppliers")
    client.get(job.path)
    jobs = httpx.get(f"{server.base_url}/simulator/jobs", trust_env=False).json()
    assert jobs[4] == {
        "id": job.id,
        "label": "Suppliers",
        "form": "Suppliers",
        "environment": "stage",
        "state": "READY",
        "counts": {"total": 20_000, "success": 0, "failed": 0, "unprocessed": 20_000},
        "file": None,
        "uploads": 0,
        "starts_and_aborts": 0,
        "url": f"{server.base_url}{job.path}",
    }
    log = httpx.get(f"{server.base_url}/simulator/log", trust_env=False).json()
    assert log == [
        {
            "time": creator.timeline.start,
            "method": "GET",
            "path": job.path,
            "environment": "production",
            "action": None,
            "status": 200,
            "code": 7120,
            "job_id": None,
        }
    ]


def test_create_upload_start_and_the_records_of_a_form(
    clock: ManualClock, client: httpx.Client
) -> None:
    at = Address(OWNER, APP, "Contacts").path
    data = csv_of(sample(FORMS["Contacts"].fields, 250))
    job_id = client.post(at).json()["details"]["job_id"]
    answer = client.post(at, params={"job_id": job_id}, files={"file": ("rows.csv", data)})
    assert answer.json() == {"code": 3000, "message": "File uploaded successfully"}
    assert client.patch(f"{at}/{job_id}", json={"data": {"action": "start"}}).status_code == 200
    clock.now += 600
    records = client.get("/simulator/records", params={"form": "Contacts"}).json()
    assert [record["number"] for record in records] == list(range(1, 251))
    assert records[0]["job_id"] == job_id
    assert records[0]["values"]["Email"] == "person0000000@example.com"
    assert client.get("/simulator/records?form=Contacts&environment=stage").json() == []
    (job,) = (job for job in client.get("/simulator/jobs").json() if job["id"] == job_id)
    assert (job["file"], job["uploads"], job["starts_and_aborts"]) == ("rows.csv", 1, 1)


def test_an_upload_in_chunks(creator: Creator, client: httpx.Client) -> None:
    job = created(creator)
    content_type, body = multipart(b"Email\na@b.co\n")
    pieces = (body[begin : begin + 7] for begin in range(0, len(body), 7))
    url = f"{job.address.path}?job_id={job.id}"
    answer = client.post(url, content=pieces, headers={"content-type": content_type})
    assert (answer.status_code, job.uploads) == (200, 1)


@pytest.mark.parametrize("reset", [True, False])
def test_an_upload_cut_on_its_way_is_logged_and_changes_nothing(
    creator: Creator, server: LoopbackServer, reset: bool
) -> None:
    job = created(creator)
    content_type, body = multipart(b"Email\na@b.co\n")
    cut = threading.Event()
    creator.on_call = lambda _: cut.set()
    proper = headers(creator, job, **{"content-type": content_type})
    head = "".join(f"{name}: {value}\r\n" for name, value in proper.items())
    with socket.create_connection(address(server)) as raw:
        raw.sendall(
            f"POST {job.address.path}?job_id={job.id} HTTP/1.1\r\n{head}"
            f"Content-Length: {len(body)}\r\n\r\n".encode()
            + body[:-1]
        )
        if reset:
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    assert cut.wait(5)
    entry = creator.log[-1]
    assert (entry.action, entry.job_id, entry.status) == ("upload", job.id, None)
    assert (job.uploads, job.state(creator.timeline.now())) == (0, State.WAITING)


def test_a_file_that_is_too_large_is_read_and_refused(
    creator: Creator, client: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(simulator_server, "MAX_BODY_BYTES", 1_000)
    job = created(creator)
    files = {"file": ("rows.csv", b"Email\n" + b"a@b.co\n" * 100_000)}
    answer = client.post(job.address.path, params={"job_id": job.id}, files=files)
    assert (answer.status_code, answer.json()["code"]) == (413, 99006)
    assert client.get(job.path).json()["code"] == 3000


def test_a_long_upload_holds_up_no_other_call(
    creator: Creator, server: LoopbackServer, client: httpx.Client
) -> None:
    job = created(creator)
    with socket.create_connection(address(server)) as slow:
        slow.sendall(
            f"POST {job.address.path}?job_id={job.id} HTTP/1.1\r\n"
            "Content-Length: 1000000\r\n\r\n".encode()
        )
        slow.sendall(b"x" * 1000)
        answer = client.get(labelled(creator, "Customers").path)
    assert answer.json()["code"] == 3000


def test_killed_clients_are_nobodys_error(
    creator: Creator, server: LoopbackServer, capsys: pytest.CaptureFixture[str]
) -> None:
    job = labelled(creator, "Customers")
    asked, killed = threading.Event(), threading.Event()
    workers: list[threading.Thread] = []

    def hold_the_answer(_: object) -> None:
        workers.append(threading.current_thread())
        asked.set()
        killed.wait(5)

    creator.on_call = hold_the_answer
    with socket.create_connection(address(server)) as client:
        # Lingering for 0 seconds makes the close a reset, as of a killed process.
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        client.sendall(f"GET {job.path} HTTP/1.1\r\n\r\n".encode())
        assert asked.wait(5)
    killed.set()
    workers[0].join(5)
    assert not workers[0].is_alive()
    assert capsys.readouterr() == ("", "")


def test_a_length_that_is_no_number_is_refused(server: LoopbackServer) -> None:
    with socket.create_connection(address(server)) as raw:
        raw.sendall(b"POST / HTTP/1.1\r\nContent-Length: many\r\n\r\n")
        assert raw.makefile("rb").readline().startswith(b"HTTP/1.1 400 ")


def test_closing_does_not_wait_for_idle_connections(creator: Creator) -> None:
    threads = threading.active_count()
    with LoopbackServer(creator) as server, socket.create_connection(address(server)):
        pass
    with LoopbackServer(creator) as server:
        idle = socket.create_connection(address(server))
    assert threading.active_count() == threads
    idle.close()


def test_a_port_in_use_is_an_os_error(creator: Creator, server: LoopbackServer) -> None:
    with pytest.raises(OSError, match="in use"):
        LoopbackServer(creator, address(server)[1])


@pytest.mark.parametrize(
    ("query", "granted"),
    [
        ("", scopes.ALL),
        (f"?scope={scopes.READ},{scopes.UPDATE}", frozenset({scopes.READ, scopes.UPDATE})),
    ],
)
def test_a_code_is_for_the_scopes_asked_for(
    creator: Creator, client: httpx.Client, query: str, granted: frozenset[str]
) -> None:
    code = client.get(f"/simulator/grant-code{query}").text.strip()
    client_pair = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
    asked = {**client_pair, "grant_type": "authorization_code", "code": code}
    token = client.post("/oauth/v2/token", data=asked).json()["access_token"]
    assert creator.accounts.scopes_of(token) == granted


def test_no_code_is_for_a_scope_that_there_is_not(client: httpx.Client) -> None:
    assert client.get("/simulator/grant-code?scope=ZohoCRM.users.READ").status_code == 400
