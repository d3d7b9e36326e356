"""Configuration files, and what is said of those that cannot be used."""

from collections.abc import Callable
from pathlib import Path

import pytest

from zcbulk_tui.config.load import load
from zcbulk_tui.errors import ConfigError

Write = Callable[[str | bytes], dict[str, str]]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a configuration file; returns the environment that names it."""

    def write_file(content: str | bytes) -> dict[str, str]:
        path = tmp_path / "config.toml"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return {"ZCBULK_CONFIG": str(path)}

    return write_file


def refusal(environ: dict[str, str]) -> ConfigError:
    """Loads settings that cannot be used; returns what is said of them."""
    with pytest.raises(ConfigError) as caught:
        load(environ)
    assert caught.value.exit_code == 2
    return caught.value
