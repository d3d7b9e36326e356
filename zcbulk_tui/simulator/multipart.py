"""The parts of a ``multipart/form-data`` body."""

from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from email.parser import BytesHeaderParser

_LINE = b"\r\n"


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a body."""

    name: str
    file_name: str
    """Empty where none was sent."""
    content: bytes


def parts(content_type: str, body: bytes) -> Iterator[Part]:
    """The parts of a body that have an end, and a name in their heads; of another body, none.

    Args:
        content_type: The header of that name, which names the boundary.
        body: All of it; the content of each part is copied once.
    """
    header = Message()
    header["content-type"] = content_type
    boundary = header.get_boundary()
    if header.get_content_type() != "multipart/form-data" or not boundary:
        return
    delimiter = b"--" + boundary.encode("utf-8", "surrogateescape")
    position = 0 if body.startswith(delimiter) else body.find(_LINE + delimiter)
    while position >= 0:
        begin = body.find(_LINE, position + len(delimiter)) + len(_LINE)
        end = body.find(_LINE + delimiter, begin)
        head_end = body.find(_LINE + _LINE, begin, end)
        if begin < len(_LINE) or end < 0:
            return
        if head_end >= 0:
            yield from _part(body[begin:head_end], body, head_end + 2 * len(_LINE), end)
        position = end + len(_LINE)


def _part(head: bytes, body: bytes, begin: int, end: int) -> Iterator[Part]:
    headers = BytesHeaderParser().parsebytes(head)
    name = headers.get_param("name", header="content-disposition")
    if headers.get_content_disposition() == "form-data" and isinstance(name, str):
        yield Part(name, headers.get_filename(""), body[begin:end])
