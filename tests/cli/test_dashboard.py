"""What a dashboard offers when it begins, and says of its memory when it ends."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.jobs import watched
from zcbulk_tui.cli import dashboard, state
from zcbulk_tui.config import load, paths
from zcbulk_tui.domain.snapshot import ServiceSnapshot
from zcbulk_tui.monitor.events import Event
from zcbulk_tui.store.watch_list import WatchList
from zcbulk_tui.store.windows import Windows


class _Nobody:
    def publish(self, event: Event) -> None:
        """Takes an event."""


def nowhere(home: Path) -> Path:
    """A state folder that cannot be one, whoever runs this."""
    (home / "file").touch()
    return home / "file" / "state"


def somewhere(home: Path) -> Path:
    return home / "state"


def configure(home: Path, monkeypatch: pytest.MonkeyPatch, config: str) -> None:
    """Has a dashboard come up with this configuration, as far as its screen."""
    file = home / "settings.toml"
    file.write_text(config, encoding="utf-8")
    monkeypatch.setenv(paths.CONFIG, str(file))
    monkeypatch.setenv(paths.STATE_DIR, str(somewhere(home)))
    monkeypatch.setenv("ZCBULK_ACCESS_TOKEN", "1000.a.b")
    monkeypatch.setattr(dashboard, "_check_terminal", lambda: None)


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
    spec = dashboard.profile_spec(load.read(), None)
    await spec.connect(_Nobody()).close()
    assert len(not_saved) == said
    if said:
        assert "What happens is not kept" in not_saved[0]


@pytest.mark.parametrize(
    ("config", "offered"),
    [
        ('[profiles.new]\ndata_center = "us"\n', ["Before"]),
        ('[profiles.new]\ndata_center = "eu"\n', []),
        ("[profiles.default]\n", []),
    ],
    ids=["of the same data centre", "of another", "the profile is there"],
)
async def test_jobs_of_a_profile_that_is_no_more_are_offered_at_the_start(
    home: Path, monkeypatch: pytest.MonkeyPatch, config: str, offered: list[str]
) -> None:
    configure(home, monkeypatch, config)
    with state.open_memory() as database:
        WatchList(database, "default").add(watched("1", "Before"))
    spec = dashboard.profile_spec(load.read(), None)
    assert [job.label for jobs in spec.stranded.values() for job in jobs] == offered
    await spec.connect(_Nobody()).close()


async def test_jobs_that_a_window_has_open_are_left_to_it(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    configure(home, monkeypatch, '[profiles.new]\ndata_center = "us"\n')
    with state.open_memory() as database:
        WatchList(database, "default").add(watched("1", "Before"))
        Windows(database, "default", "jump1").heartbeat(ServiceSnapshot(), focused=True)
        spec = dashboard.profile_spec(load.read(), None)
    assert spec.stranded == {}
    assert "A window is open on the profile “default”" in spec.notice
    assert "1 job of it can be moved" in spec.notice
    await spec.connect(_Nobody()).close()
