"""The private names of Textual: each is there, and this is what happens without it."""

import importlib
import inspect
import pkgutil
import re
from dis import get_instructions
from functools import cache
from importlib.metadata import requires
from pathlib import Path
from typing import Any

import pytest
from textual import events
from textual.app import App
from textual.notifications import Notify, SeverityLevel
from textual.pilot import Pilot

import zcbulk_tui
from tests.support.commands import CommandLine
from tests.tui.slow_terminal import SlowTerminal, on_slow_terminal
from zcbulk_tui import tui
from zcbulk_tui.errors import IncompatibleError
from zcbulk_tui.tui import textual_internals
from zcbulk_tui.tui.app import DashboardApp
from zcbulk_tui.tui.terminal.frame_diff import FrameDiff
from zcbulk_tui.tui.terminal.input_driver import InputDriver, driver_class
from zcbulk_tui.tui.textual_internals import PRIVATE_NAMES, PrivateName

REQUIRED = [each.name for each in PRIVATE_NAMES if each.is_required]

_PRIVATE_MODULE = re.compile(r"\btextual(\.\w+)*\._\w+")


@pytest.mark.parametrize("private", PRIVATE_NAMES, ids=lambda private: private.name)
def test_the_installed_textual_has_each_name(private: PrivateName) -> None:
    module, _, of_class = private.owner.partition(":")
    owner: Any = importlib.import_module(module)
    if of_class:
        owner = getattr(owner, of_class)
    assert re.search(rf"(?<!\w){private.name}(?!\w)", _source(owner))
    assert private.without.endswith(".")


@cache
def _source(owner: Any) -> str:
    return inspect.getsource(owner)


def test_no_other_name_is_used_and_no_private_module_imported_elsewhere() -> None:
    used = set()
    for info in pkgutil.walk_packages(tui.__path__, f"{tui.__name__}."):
        for ours in vars(importlib.import_module(info.name)).values():
            if isinstance(ours, type) and ours.__module__ == info.name:
                bases = (each for each in ours.__mro__ if each.__module__.startswith("textual"))
                used |= _private_names(ours) & set().union(*map(_private_names, bases))
    assert used == {"_fatal_error", "_display"}
    package = Path(zcbulk_tui.__file__).parent
    mentions = {path.name for path in package.rglob("*.py") if _PRIVATE_MODULE.search(_text(path))}
    assert mentions == {"textual_internals.py"}


@cache
def _private_names(owner: type) -> set[str]:
    """The private names of a class's methods, and of the attributes that they read and set."""
    methods = [each for each in vars(owner).values() if inspect.isfunction(each)]
    steps = (step for method in methods for step in get_instructions(method))
    attributes = {step.argval for step in steps if step.opname.endswith(("_ATTR", "_METHOD"))}
    names = {method.__name__ for method in methods} | attributes
    return {name for name in names if re.match("_[a-z]", str(name))}


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def test_the_releases_that_have_them_are_those_that_are_required() -> None:
    (required,) = (each for each in requires("zcbulk-tui") or () if each.startswith("textual"))
    assert _versions(required) == _versions(textual_internals.SUPPORTED)


def _versions(requirement: str) -> set[str]:
    return set(requirement.removeprefix("textual").split(","))


@pytest.mark.parametrize("name", REQUIRED)
def test_without_a_required_name_it_does_not_start(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.delattr(App, name)
    with pytest.raises(IncompatibleError) as caught:
        DashboardApp()
    assert caught.value.exit_code == 1
    assert f"It has no textual.app.App.{name}." in caught.value.cause
    assert caught.value.next_step.endswith("pip install 'textual>=8.2.7,<9'")


def test_the_command_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("zcbulk_tui.cli.dashboard._check_terminal", lambda: None)
    monkeypatch.delattr(App, "_fatal_error")
    ended = CommandLine(capsys)("demo")
    assert ended.code == 1
    (line,) = ended.lines
    assert line.startswith("zcbulk-tui: The installed Textual does not work with this version")
    assert "access tokens" in line
    assert "pip install" in line


def test_with_them_textual_is_read_and_watched() -> None:
    parser = textual_internals.parser_class()
    assert parser is not None
    (key,) = parser().feed("j")
    assert isinstance(key, events.Key)
    assert textual_internals.key_sequences()["\x1b[A"]
    app = DashboardApp()
    assert issubclass(app.driver_class, InputDriver)
    assert not textual_internals.is_batching(app)
    with app.batch_update():
        assert textual_internals.is_batching(app)


@pytest.fixture
def no_private_module(monkeypatch: pytest.MonkeyPatch) -> None:
    """A Textual whose private modules have other names."""

    def gone(module: str) -> object:
        raise ModuleNotFoundError(module)

    monkeypatch.setattr(textual_internals, "import_module", gone)


@pytest.mark.usefixtures("no_private_module")
def test_without_its_parser_textual_reads() -> None:
    assert driver_class("j", lambda _: None) is None
    assert textual_internals.key_sequences() == {}


class _Framed(App[None]):
    def __init__(self) -> None:
        super().__init__(driver_class=SlowTerminal)
        self.frame_diff = FrameDiff(self)


@pytest.mark.usefixtures("no_private_module")
async def test_without_its_updates_frames_are_sent_as_textual_makes_them() -> None:
    async with on_slow_terminal(_Framed()) as (app, _):
        update = app.screen._compositor.render_full_update()
        assert app.frame_diff.diff(update) is update


class _Toasting(App[None]):
    def on_notify(self, event: Notify) -> None:
        textual_internals.make_room_for_toast(self, event.notification, 2)

    async def shown(self, pilot: Pilot[None], *said: tuple[str, SeverityLevel]) -> list[str]:
        for text, severity in said:
            self.notify(text, severity=severity, timeout=3600)
            await pilot.pause()
        toasts = list(self.screen.query("Toast"))
        assert len(self.screen.query("ToastHolder")) == len(toasts)
        return [str(toast.render()) for toast in toasts]


async def test_there_is_room_for_two_toasts_and_the_least_severe_goes() -> None:
    app = _Toasting()
    async with app.run_test(notifications=True) as pilot:
        assert await app.shown(pilot, ("a", "error"), ("b", "warning")) == ["a", "b"]
        assert await app.shown(pilot, ("b", "warning")) == ["a", "b"], "it is there once"
        assert await app.shown(pilot, ("c", "information")) == ["a", "c"]
        assert await app.shown(pilot, ("d", "error"), ("e", "error")) == ["d", "e"]


def test_without_its_backlog_nothing_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    app = _Framed()
    monkeypatch.delattr(app, "_driver")
    assert textual_internals.driver_of(app) is None
    assert textual_internals.queued_writes(None) == 0
    monkeypatch.delattr(app, "_batch_count")
    assert not textual_internals.is_batching(app)
