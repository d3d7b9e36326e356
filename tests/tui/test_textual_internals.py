"""The private names of Textual: they are there, and without them there is another way."""

import pytest
from textual import events

from zcbulk_tui.tui import textual_internals
from zcbulk_tui.tui.app import DashboardApp
from zcbulk_tui.tui.input_driver import InputDriver, driver_class


def test_the_names_are_what_they_are_taken_for() -> None:
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


def test_without_them_textual_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(textual_internals, "_name", lambda *_: None)
    assert driver_class("j", lambda _: None) is None
    assert textual_internals.key_sequences() == {}
