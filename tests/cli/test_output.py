"""Standard streams that take nothing, or not all: no traceback, nothing left undone, a code."""

import errno
import io
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import IO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.cli.remembering import database, remember
from tests.support.commands import CANARY, PATIENCE, PROGRAM, environment
from tests.support.contract import PAGE_STARTED
from tests.support.jobs import REF, URL
from tests.support.simulators import commands_sent, labelled, url_of
from tests.support.stub_server import Reply, StubServer
from zcbulk_tui.cli.main import main
from zcbulk_tui.cli.output import Output, SafeWriter, prose
from zcbulk_tui.cli.parser import make_parser
from zcbulk_tui.config import paths
from zcbulk_tui.domain.control import Outcome
from zcbulk_tui.domain.records import ControlRecord
from zcbulk_tui.simulator.faults import Call
from zcbulk_tui.simulator.messages import LOST
from zcbulk_tui.simulator.scenarios import build
from zcbulk_tui.simulator.schedule import Fault
from zcbulk_tui.simulator.server import LoopbackServer
from zcbulk_tui.store.archive import Archive

COMMANDS: tuple[tuple[str, ...], ...] = (
    (),
    ("--help",),
    ("--version",),
    ("no-such-command",),
    ("login", "--refresh-token"),
    ("logout",),
    ("logout", "--local"),
    ("demo",),
    ("watch", URL),
    ("status", URL),
    ("status", URL, "--json"),
    ("start", URL, "--yes"),
    ("abort", URL, "--yes"),
    ("start", URL),
    ("history", REF.job_id),
    ("history", REF.job_id, "--json"),
    ("log", "--since", "9w"),
    ("log", "--since", "9w", "--json"),
    (
        "jobs",
        "export",
    ),
    ("jobs", "export", "--format", "csv"),
    ("jobs", "import", "-"),
    ("jobs", "import", "no-such-file"),
    ("import", "customers.csv"),
    ("export",),
    ("check", "customers.csv"),
    ("insert", "customers.csv", "--dry-run", "--form", "Customers"),
    ("results", "list"),
    ("results", REF.job_id),
    ("failures", REF.job_id, "--json"),
    ("repair", REF.job_id, "--suggest"),
    ("wait", REF.job_id),
    ("wait", REF.job_id, "--json"),
    ("queue",),
    ("queue", "--json"),
    ("budget",),
    ("report",),
    ("report", "--json"),
    ("statusline",),
    ("alerts",),
    ("alerts", "list", "--json"),
    ("alerts", "test"),
    ("alerts", "secret"),
    ("completion", "bash"),
    ("budget", "--json"),
    ("budget", "--format", "{left}"),
    ("schema",),
    ("schema", "status"),
    ("schema", "bogus"),
    ("store", "compact"),
    ("simulator", "--list"),
    ("simulator", "--scenario", "bogus"),
    ("config", "show"),
    ("config", "show", "--json"),
    ("config", "path"),
    ("config", "init"),
    ("config", "check"),
    ("doctor",),
    ("doctor", "--json"),
)


@contextmanager
def full() -> Iterator[IO[str]]:
    yield _Failing(errno.ENOSPC)


@contextmanager
def gone() -> Iterator[IO[str]]:
    yield _Failing(errno.EPIPE)


@contextmanager
def closed() -> Iterator[None]:
    yield None


@contextmanager
def closed_later() -> Iterator[IO[str]]:
    stream = io.StringIO()
    stream.close()
    yield stream


@contextmanager
def narrow() -> Iterator[IO[str]]:
    yield io.TextIOWrapper(io.BytesIO(), encoding="ascii", errors="strict")


class _Failing(io.StringIO):
    def __init__(self, code: int) -> None:
        super().__init__()
        self._code = code

    def write(self, _: str) -> int:
        raise OSError(self._code, os.strerror(self._code))


Kind = Callable[[], AbstractContextManager[IO[str] | None]]
KINDS: dict[str, Kind] = {
    kind.__name__: kind for kind in (full, gone, closed, closed_later, narrow)
}
CODES = {"full": 5, "gone": 141, "closed": 5, "closed_later": 5, "narrow": 0}
"""How a command ends that is fine, but prints there."""

NOTICED = ("closed", "closed_later")
"""What any look at a stream shows; the others show it to whoever prints there."""


def test_every_command_of_the_parser_is_among_them() -> None:
    choices = [it.choices for it in make_parser()._actions if isinstance(it.choices, dict)]
    assert {arguments[0] for arguments in COMMANDS if arguments} >= choices[0].keys()


OF_EACH_KIND = [
    *(("--help",), ("no-such-command",), ("status", URL, "--json"), ("start", URL, "--yes")),
    *(("jobs", "export"), ("demo",)),
]
"""What is only printed by the parser, only complained of, asked of Zoho, changed there, read from
the memory, and shown."""


SEVERAL = [*OF_EACH_KIND, ("doctor",)]


@pytest.mark.parametrize(
    ("arguments", "kinds"),
    [
        *((arguments, ["full"]) for arguments in COMMANDS if arguments not in SEVERAL),
        (("doctor",), ["full", "gone"]),
        *((arguments, list(KINDS)) for arguments in OF_EACH_KIND),
    ],
    ids=lambda value: " ".join(value),
)
@pytest.mark.usefixtures("signed_in")
def test_no_stream_makes_a_command_raise(
    home: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], kinds: list[str]
) -> None:
    remember(home)
    monkeypatch.setenv(paths.CONFIG, str(home / "config.toml"))

    def run(out: IO[str] | None, err: IO[str] | None) -> int:
        (home / "config.toml").unlink(missing_ok=True)  # config init has written it
        if arguments[:2] == ("config", "check"):
            (home / "config.toml").write_text("", encoding="utf-8")
        with monkeypatch.context() as streams:
            streams.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO()))
            streams.setattr(sys, "stdout", out)
            streams.setattr(sys, "stderr", err)
            code = main(arguments)
            assert (sys.stdout, sys.stderr) == (out, err)
        return code

    with StubServer(lambda _: Reply(200, PAGE_STARTED)) as server:
        monkeypatch.setenv("ZCBULK_BASE_URL", server.url)
        monkeypatch.setenv("ZCBULK_ACCOUNTS_URL", server.url)
        out, err = io.StringIO(), io.StringIO()
        code = run(out, err)
        assert "Traceback" not in err.getvalue()
        for name in kinds:
            kind, lost, is_noticed = KINDS[name], CODES[name], name in NOTICED
            if out.getvalue() or is_noticed:
                with kind() as broken:
                    assert run(broken, io.StringIO()) == (code or (lost if out.getvalue() else 0))
            if err.getvalue() or is_noticed:
                with kind() as broken:
                    assert run(io.StringIO(), broken) == (code or (lost if err.getvalue() else 0))
            if (out.getvalue() and err.getvalue()) or is_noticed:
                with kind() as broken, kind() as other:
                    assert run(broken, other) == (code or lost)


def in_shell(line: str, env: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    """Runs a command whose streams a shell has set; its own stdout is what that leaves."""
    return subprocess.run(
        ["bash", "-c", line.replace("PROGRAM", '"$@"'), "bash", *PROGRAM, *arguments],
        env=env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


@pytest.mark.parametrize(
    ("line", "arguments", "code", "said"),
    [
        ("PROGRAM > /dev/full", ("simulator", "--list"), 5, "No space left on device"),
        ("PROGRAM >&-", ("simulator", "--list"), 5, "It is closed"),
        ("PROGRAM 2>&-", ("simulator", "--list"), 0, ""),
        ("PROGRAM 2> /dev/full", ("no-such-command",), 2, ""),
        ("PROGRAM <&- >&- 2>&-", ("status", URL), 3, ""),
        ("PROGRAM <&-", ("start", URL), 2, "There is no terminal to ask on"),
    ],
)
def test_what_a_shell_sees(
    home: Path, line: str, arguments: tuple[str, ...], code: int, said: str
) -> None:
    ended = in_shell(line, environment(home), *arguments)
    assert (ended.returncode, said in ended.stderr) == (code, True), ended.stderr
    assert "Traceback" not in ended.stderr + ended.stdout
    assert "Exception ignored" not in ended.stderr
    assert len(ended.stderr.splitlines()) <= 1


def test_no_file_gets_the_number_of_a_closed_stream(home: Path) -> None:
    remember(home)
    before = (home / "state" / "state.db").read_bytes()[:16]
    ended = in_shell("PROGRAM >&- 2>&-", environment(home), "jobs", "export")
    assert ended.returncode == 5
    assert (home / "state" / "state.db").read_bytes()[:16] == before


@pytest.mark.parametrize("kind", ["full", "gone", "closed"])
@pytest.mark.usefixtures("signed_in")
def test_a_command_is_looked_after_though_nothing_can_be_printed(
    home: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setattr("zcbulk_tui.domain.control.LOOKS", (0.1, 0.2, 0.3, 0.5))
    creator = build("steady", token=CANARY)
    creator.inject(Fault(LOST, behind=True, calls=frozenset({Call.CONTROL})))
    job = labelled(creator, "Price list")
    with LoopbackServer(creator) as server, KINDS[kind]() as out:
        monkeypatch.setenv("ZCBULK_BASE_URL", server.base_url)
        # An effect is proven only against a reading from before.
        assert main(("status", url_of(server, job))) == 0
        monkeypatch.setattr(sys, "stdout", out)
        assert main(("start", url_of(server, job), "--yes")) == CODES[kind]
    assert commands_sent(creator) == [("PATCH", "start")]
    assert [entry.method for entry in creator.log][:3] == ["GET", "PATCH", "GET"]
    with database(home) as opened:
        outcomes = [
            record.command.outcome
            for record in Archive(opened, "default").log()
            if isinstance(record, ControlRecord)
        ]
    assert outcomes == [Outcome.TOOK_EFFECT]


def test_a_writer_writes_nothing_more_after_a_gap() -> None:
    stream = _Failing(errno.ENOSPC)
    writer = SafeWriter(stream)
    print("a", file=writer)
    first = writer.failure
    print("b", file=writer)
    assert first is writer.failure
    assert isinstance(first, OSError)


@pytest.mark.parametrize(
    ("out", "err", "code"),
    [
        (None, None, 0),
        (None, errno.ENOSPC, 5),
        (None, errno.EPIPE, 141),
        (errno.ENOSPC, None, 5),
        (errno.EPIPE, None, 141),
        (errno.EPIPE, errno.ENOSPC, 5),
        (errno.EPIPE, errno.EPIPE, 141),
    ],
)
def test_the_code_of_what_both_streams_have_lost(
    out: int | None, err: int | None, code: int
) -> None:
    writers = [
        SafeWriter(io.StringIO() if error is None else _Failing(error)) for error in (out, err)
    ]
    for writer in writers:
        print("a", file=writer)
    assert Output(*writers).exit_code(0) == code
    for what_happened in (1, 3, 10, 11, 12):
        assert Output(*writers).exit_code(what_happened) == what_happened


def test_sentences_are_broken_between_words_and_a_command_as_a_shell_takes_it() -> None:
    jobs = "Jobs of the probe: 3888833000000116275, 3888833000000116283"
    assert prose(jobs, 80) == [jobs]
    assert prose(jobs, 40) == [
        "Jobs of the probe: 3888833000000116275,",
        "3888833000000116283",
    ]
    lines = prose("It is complete. To ask again: zcbulk-tui doctor --probe --form 'A B' --anew", 40)
    assert lines == [
        "It is complete. To ask again:",
        "  zcbulk-tui doctor --probe --form \\",
        "  'A B' --anew",
    ]


@given(st.lists(st.text("ab-", min_size=1, max_size=12), min_size=1), st.integers(20, 60))
def test_no_word_is_lost_or_broken(words: list[str], cells: int) -> None:
    text = " ".join(words)
    assert " ".join(prose(text, cells)) == text
    assert all(len(line) <= cells for line in prose(text, cells))
