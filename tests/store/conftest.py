"""TomlLines of databases, and the bytes of one."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.store.filled import filled
from zcbulk_tui.store.backup import CALLS_NAME, LIST_NAME


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "state.db"


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The bytes of a database with something of everything."""
    path = tmp_path_factory.mktemp("whole") / "state.db"
    filled(path, readings=200)
    return path.read_bytes()


@pytest.fixture
def saved() -> Callable[[Path], None]:
    """Puts the backup of such a database beside the place of one."""

    def put(path: Path) -> None:
        path.parent.mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory() as folder:
            other = Path(folder) / path.name
            filled(other)
            for name in (LIST_NAME, CALLS_NAME):
                shutil.copy(other.with_name(name), path.parent)

    return put


@pytest.fixture
def everybodys_folder() -> Iterator[Path]:
    """A folder outside those of pytest, which are closed to whom root is in `no_root`."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder
        folder.chmod(0o755)
