"""Widgets that draw spans of `zcbulk_tui.render`."""
