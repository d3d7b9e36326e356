"""What a locale's name says of characters; alone, since a prompt waits for it."""

from collections.abc import Mapping

_VARIABLES = ("LC_ALL", "LC_CTYPE", "LANG")

# What Python sets LC_CTYPE to where it finds the locale C, or one that is not installed (PEP 538).
COERCED = ("C.UTF-8", "C.utf8", "UTF-8")


def locale_of(environ: Mapping[str, str]) -> str:
    """Returns the locale of characters: the first of the variables that is set and not empty.

    Not Python's opinion: in the locale C it writes UTF-8, whatever the terminal shows.
    """
    return next((value for name in _VARIABLES if (value := environ.get(name, ""))), "")


def is_utf8(locale: str) -> bool:
    """Whether a locale, or the name of an encoding, says UTF-8, as in ``de_DE.utf8@euro``."""
    encoding = locale.partition("@")[0].rpartition(".")[2]
    return encoding.lower().replace("-", "").replace("_", "") == "utf8"
