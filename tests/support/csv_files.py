"""Files of records for tests: how they are made, and strategies for what stands in them."""

import csv
import io
import zipfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from hypothesis import strategies as st

from zcbulk_tui.data.rows import RecordReader
from zcbulk_tui.data.source import Source, open_source
from zcbulk_tui.simulator.fields import FORMS
from zcbulk_tui.simulator.samples import sample

cells = st.text(
    st.sampled_from('ab ,;"\n\r\t|') | st.characters(exclude_categories=["Cs"]), max_size=6
)
"""Whatever a cell may hold, mostly what has a meaning in a CSV."""

rows = st.lists(st.lists(cells, min_size=1, max_size=4), min_size=1, max_size=12)
"""Records, which need not have the same number of cells."""


def source_of(folder: Path, content: str | bytes, name: str = "a.csv") -> Source:
    """Writes a file and opens it."""
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return open_source(path)


def write_contacts(path: Path, records: int, bad: float = 0.0) -> Path:
    """Writes a file for the form Contacts, with that share of bad records; returns its path."""
    path.write_bytes(_contacts(records, bad))
    return path


@cache
def _contacts(records: int, bad: float) -> bytes:
    content = io.StringIO(newline="")
    csv.writer(content).writerows(sample(FORMS["Contacts"].fields, records, bad=bad))
    return content.getvalue().encode()


def zip_of(members: Sequence[tuple[str, bytes]], packed: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Returns a ZIP with these members, the same bytes at any time."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, data in members:
            archive.writestr(zipfile.ZipInfo(name), data, packed)
    return content.getvalue()


def read_fields(reader: RecordReader) -> list[list[str]]:
    """Returns the fields of all records, the header first."""
    return [fields for _, fields in reader]
