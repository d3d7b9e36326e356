"""The yardstick: what Textual itself costs, before anybody has written a dashboard."""

from textual.app import App, ComposeResult
from textual.widgets import Static


class MinimalApp(App[None]):
    """One line of text that never changes."""

    def compose(self) -> ComposeResult:
        """The line."""
        yield Static("One line, and nothing else.")


if __name__ == "__main__":
    MinimalApp().run()
