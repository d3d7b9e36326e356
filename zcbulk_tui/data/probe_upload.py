"""A file of a probe, written to the disk as it is uploaded."""

import hashlib
import zipfile
from itertools import islice
from pathlib import Path

from zcbulk_tui.domain.probe_files import ProbeFile
from zcbulk_tui.domain.text import one_line
from zcbulk_tui.domain.upload import UploadFile
from zcbulk_tui.errors import DataError

_FAST = 1
"""Level of compression: what is packed is one line, again and again."""

_PIECES = 64
"""How many pieces are packed at once: each time takes longer than to pack one."""


def write(file: ProbeFile, folder: Path) -> UploadFile:
    """Writes a file; one of the same name is written over.

    Raises:
        DataError: It cannot be written.
    """
    path = folder / file.name
    try:
        if file.is_zip:
            inner = Path(file.name).with_suffix(".csv").name
            with (
                zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=_FAST) as archive,
                archive.open(inner, "w") as member,
            ):
                pieces = file.pieces()
                while block := b"".join(islice(pieces, _PIECES)):
                    member.write(block)
        else:
            path.write_bytes(b"".join(file.pieces()))
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        found = path.stat()
    except OSError as error:
        raise DataError(
            f"{one_line(str(path))} cannot be written",
            f"The system says: {one_line(error.strerror or str(error))}.",
            "Make room in the folder for temporary files, or set TMPDIR to another one.",
        ) from error
    return UploadFile(
        path, file.name, found.st_size, digest, file.records, found.st_mtime_ns, is_copy=True
    )
