"""A dashboard whose memory could not be kept says so when it ends."""

from collections.abc import Callable
from pathlib import Path

import pytest

from zcbulk_tui.cli import dashboard
from zcbulk_tui.config import load, paths
from zcbulk_tui.monitor.events import Event


class _Nobody:
    def publish(self, event: Event) -> None:
        """Takes an event."""


def nowhere(home: Path) -> Path:
    """A state folder that cannot be one, whoever runs this."""
    (home / "file").touch()
    return home / "file" / "state"


def somewhere(home: Path) -> Path:
    return home / "state"


@pytest.mark.parametrize(("folder", "said"), [(somewhere, 0), (nowhere, 1)])
async def test_what_could_not_be_kept_is_said_at_the_end(
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    folder: Callable[[Path], Path],
    said: int,
) -> None:
    monkeypatch.setenv(paths.STATE_DIR, str(folder(home)))
    monkeypatch.setenv("ZCBULK_ACCESS_TOKEN", "1000.a.b")
    monkeypatch.setattr(dashboard, "_check_terminal", lambda: None)
    not_saved: list[str] = []
    monkeypatch.setattr(dashboard, "_not_saved", not_saved)
    spec = dashboard._profile_spec(load.read(), None)
    await spec.connect(_Nobody()).close()
    assert len(not_saved) == said
    if said:
        assert "What happens is not kept" in not_saved[0]
