"""Stores opened whatever has become of their files, and files that are spoilt."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from tests.store.filled import JOBS, PROFILE
from tests.support.jobs import NOW
from tests.support.text import is_one_safe_line
from zcbulk_tui.errors import ConfigError
from zcbulk_tui.store.database import Database
from zcbulk_tui.store.opening import Opened, open_with_list
from zcbulk_tui.store.watch_list import WatchList

PAGE, HEADER = 4096, 100
BESIDE = {"watch-list.json", "calls-today.json"}
ASIDE = "state.db.damaged-20260311T103000"
ALL = [job.label for job in JOBS]


def put(path: Path, content: bytes) -> bytes:
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    return content


@contextmanager
def opened(path: Path) -> Iterator[Opened]:
    result, _ = open_with_list(path, PROFILE, NOW)
    if result.problem is not None:
        assert is_one_safe_line(str(result.problem))
        assert result.problem.title
        assert result.problem.cause
        assert result.problem.next_step
    with closing(result.database):
        yield result


def told(result: Opened) -> ConfigError:
    assert result.problem is not None
    return result.problem


def jobs(store: Database) -> list[str]:
    return [job.label for job in WatchList(store, PROFILE).jobs()]


def is_on_disk(store: Database) -> bool:
    return bool(store.rows("PRAGMA database_list")[0][2])


def names(path: Path) -> set[str]:
    return {file.name for file in path.parent.iterdir()}


def root_of(content: bytes, name: str, path: Path) -> int:
    """The number of the page at which a table or an index begins."""
    put(path, content)
    with closing(sqlite3.connect(path)) as connection:
        sql = "SELECT rootpage FROM sqlite_master WHERE name = ?"
        number = connection.execute(sql, (name,)).fetchone()[0]
    path.unlink()
    return int(number)


def spoilt_at(content: bytes, page: int) -> bytes:
    """The content with rubbish in the place of a page; the first has number 1."""
    return content[: (page - 1) * PAGE] + b"\xa5" * PAGE + content[page * PAGE :]


def check_it_is_in_memory(result: Opened, path: Path, because: str = "cannot be written") -> None:
    assert not is_on_disk(result.database)
    assert because in told(result).title
    assert str(path) in told(result).title
    trouble = result.database.trouble or ""
    assert because in trouble
    assert is_one_safe_line(trouble)
    assert "ends with this program" in told(result).cause
    assert "nothing keeps two of them from sending the same start or abort" in told(result).cause
    # It is used as any other.
    WatchList(result.database, PROFILE).remove(JOBS[0].ref)
    assert ALL[0] not in jobs(result.database)
