"""What the apps of these tests need not do, or need not do again."""

from collections.abc import Iterator
from typing import Any

import pytest
from textual._compositor import Compositor
from textual.css.model import RuleSet
from textual.css.stylesheet import Stylesheet
from textual.screen import Screen

_PARSED: dict[tuple[object, ...], list[RuleSet]] = {}
"""The rules of a stylesheet's source with certain variables."""

_SHEETS: dict[tuple[object, ...], tuple[list[RuleSet], dict[str, list[RuleSet]]]] = {}
"""All rules of a stylesheet's sources with certain variables, and the same by what they select."""


@pytest.fixture(autouse=True, scope="session")
def stylesheets_are_parsed_once() -> Iterator[None]:
    """Keeps parsed rules for all apps that come later.

    Textual keeps them for one stylesheet; each app has one, and each screen with rules of its own
    makes a new one.
    """
    parse_rules, parse, by_name = (
        Stylesheet._parse_rules,
        Stylesheet.parse,
        vars(Stylesheet)["rules_map"],
    )

    def rules_parsed(sheet: Stylesheet, css: str, *args: Any, **options: Any) -> list[RuleSet]:
        key = (css, args, *options.items(), *sheet._variables.items())
        if key not in _PARSED:
            _PARSED[key] = parse_rules(sheet, css, *args, **options)
        return _PARSED[key]

    def parsed(sheet: Stylesheet) -> None:
        key = (*sheet.source.items(), *sheet._variables.items())
        if key not in _SHEETS:
            parse(sheet)
            _SHEETS[key] = sheet._rules, by_name.fget(sheet)
        sheet._rules, sheet._rules_map = _SHEETS[key]
        sheet._require_parse = False

    def rules_map(sheet: Stylesheet) -> dict[str, list[RuleSet]]:
        if sheet._require_parse:
            sheet.parse()
        by_selector: dict[str, list[RuleSet]] = by_name.fget(sheet)
        return by_selector

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Stylesheet, "_parse_rules", rules_parsed)
        patch.setattr(Stylesheet, "parse", parsed)
        patch.setattr(Stylesheet, "rules_map", property(rules_map))
        # By identity as before, and without a call of Python for each rule and each widget.
        patch.setattr(RuleSet, "__hash__", object.__hash__)
        yield


@pytest.fixture(autouse=True)
def frames_for_nobody(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Leaves frames without content where there is no terminal, and so nobody to see them.

    A look at the screen draws it, and the stages look at it before they end. Everything else takes
    its course: layout, what is due to be drawn, what counts as drawn. A test that uses
    `every_frame` has all of them drawn.
    """
    if "every_frame" in request.fixturenames:
        return
    refresh = Screen._compositor_refresh

    def refresh_only(screen: Screen[Any]) -> None:
        if screen.app.is_headless:
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(Compositor, "_render_chops", _blank)
                refresh(screen)
        else:
            refresh(screen)

    monkeypatch.setattr(Screen, "_compositor_refresh", refresh_only)


def _blank(compositor: Compositor, *_: object) -> list[dict[int, object]]:
    """Of each line of the screen, nothing."""
    return [{} for _ in range(compositor.size.height)]


@pytest.fixture
def every_frame() -> None:
    """Has every frame drawn, also where there is no terminal."""
