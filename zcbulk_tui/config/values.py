"""The value of a setting: its source, and how it may be shown."""

import re
from collections.abc import Callable
from datetime import date, time
from typing import TypeGuard
from urllib.parse import urlsplit

from zcbulk_tui.domain.text import one_line

_HIDDEN = "(not shown)"

# Zoho's tokens are 1000.….…, with two parts of 32 digits and letters from a to f; a client's secret
# is one such run. The id of a client, 1000.… with one part in capitals, is no secret.
_SECRET = re.compile(
    r"1000\.[0-9A-Za-z_-]+\.[0-9A-Za-z_.-]+"
    r"|(?<![0-9a-f])(?=[a-f]*[0-9])[0-9a-f]{24,}"
)


def masked(text: str) -> str:
    """Returns `text` without what looks like a token or a client's secret.

    People paste them where they do not belong, and what is said of that ends in logs and tickets.
    """
    return _SECRET.sub(_HIDDEN, text)


def public_part(value: str) -> str:
    """Returns of a URL scheme and host, of a command its program: all else may be secret."""
    if value.startswith(("http://", "https://")):
        scheme, host, path, query, _ = urlsplit(value)
        return f"{scheme}://{host}/{'…' if path != '/' or query else ''}"
    # As may be the value of a variable.
    word, *rest = value.split(maxsplit=1)
    name, assigned, _ = word.partition("=")
    return f"{name}=…" if assigned else f"{word} …" if rest else word


def shown(value: object, limit: int = 60) -> str:
    """Returns a value of TOML as it may stand in a sentence: masked before it is cut.

    Of tables and lists only what they are: a setting in them may be secret by its name.
    """
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, bool):
        return str(value).lower()
    # Dates and times have their own spelling in TOML, which is not that of Python.
    plain = str(value) if isinstance(value, date | time) else repr(value)
    return one_line(masked(plain), limit)


class SettingValue:
    """A value that the user has set.

    Args:
        value: The value, which may be secret.
        source: Where: a file with its line, a variable, a flag. A function where it is slow to
            compute, since it is rarely needed.
    """

    __slots__ = ("_source", "value")

    def __init__(self, value: object, source: str | Callable[[], str]) -> None:
        self.value = value
        self._source = source

    @property
    def source(self) -> str:
        """Where it was set."""
        return self._source if isinstance(self._source, str) else self._source()


def is_table(value: object) -> TypeGuard[dict[str, object]]:
    """Whether a value of TOML is a table."""
    return isinstance(value, dict)
