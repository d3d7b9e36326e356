"""What several tests of files of records begin with."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.data.fetched import CSV, left


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[Path]:
    """A folder with a CSV in it, which nothing may touch."""
    made = tmp_path / "elsewhere"
    made.mkdir()
    (made / "failure.csv").write_bytes(CSV)
    yield made
    assert left(made) == ["failure.csv"]
    assert (made / "failure.csv").read_bytes() == CSV
