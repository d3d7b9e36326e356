"""A configuration file, and what the commands say of it."""

from pathlib import Path

from tests.support.commands import Ended
from tests.support.text import is_one_safe_line
from zcbulk_tui.config import secrets
from zcbulk_tui.config.layers import settings_of
from zcbulk_tui.config.settings import Settings

CANARY = "1000.0123456789abcdef0123456789abcdef.fedcba9876543210fedcba9876543210"
SECRETS = secrets.VARIABLES
KEYS = [key for key, _ in settings_of(Settings)]

TWO = """\
owner = "jason18"

[profiles.orders]
data_center = "eu"

[profiles.orders.budget]
users = 12

[profiles.test]
environment = "stage"
"""


def write(file: Path, content: str) -> None:
    """Writes a configuration."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(content, encoding="utf-8")


def rows(ended: Ended) -> dict[str, tuple[str, str]]:
    """The settings of a table by their names: value and source."""
    _, _, table = ended.out.partition("\n\n")
    head, *lines = table.splitlines()
    value, source = head.index("VALUE"), head.index("FROM")
    return {line[:value].rstrip(): (line[value:source].rstrip(), line[source:]) for line in lines}


def complaint(ended: Ended) -> str:
    """The one line that a command which failed has said."""
    assert (ended.code, ended.out) == (2, "")
    (line,) = ended.lines
    assert is_one_safe_line(line)
    return line.removeprefix("zcbulk-tui: ")
