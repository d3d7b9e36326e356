"""What is uploaded to a job, and what the create call returned."""

from enum import Enum
from pathlib import Path
from typing import NamedTuple

from zcbulk_tui.domain.text import one_line
from zcbulk_tui.errors import Answer

LONGEST_NAME = 100
"""Characters that the name of an upload may have."""


class Suspects(Enum):
    """What becomes of the records that would probably fail."""

    AS_THEY_ARE = "as-they-are"
    """They are uploaded in their places."""

    LEAVE_OUT = "leave-out"
    """They are written to a file beside the source."""

    PACK = "pack"
    """They are uploaded behind all others."""


class UploadFile(NamedTuple):
    """A file that is uploaded as it stands on the disk.

    Attributes:
        path: Where it stands.
        name: The name that is sent; see `upload_name`.
        size: Its size in bytes.
        sha256: Its SHA-256, in hexadecimal.
        rows: Records in it, without the header.
        modified_ns: When it was last changed, in nanoseconds of its file system; None where that
            is not known.
        is_copy: Whether it was written for the upload, and is removed after it. Nothing else is
            ever removed: it is the user's own file.
    """

    path: Path
    name: str
    size: int
    sha256: str
    rows: int
    modified_ns: int | None = None
    is_copy: bool = False


def upload_name(stem: str, ending: str) -> str:
    """Returns a name for `UploadFile`: only its stem is cut, since its ending names the kind.

    Args:
        stem: What stands before the ending; sanitised here.
        ending: It ends in ``.csv`` or ``.zip``.
    """
    return one_line(stem, LONGEST_NAME - len(ending)) + ending


class CreatedJob(NamedTuple):
    """What a create call returned [CREATE].

    Attributes:
        job_id: The id of the new job.
        answer: The server's words.
    """

    job_id: str
    answer: Answer
