"""TomlLines of databases, and the bytes of one."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.store.filled import filled


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
def everybodys_folder() -> Iterator[Path]:
    """A folder outside those of pytest, which are closed to whom root is in `no_root`."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder
        folder.chmod(0o755)
