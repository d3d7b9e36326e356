"""The last step of drawing on a terminal that shows ASCII only."""

from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

from zcbulk_tui.render.glyphs import to_ascii


class AsciiFilter(LineFilter):
    """Draws every line, of ours and of Textual's own widgets, in ASCII."""

    def apply(
        self,
        segments: list[Segment],
        background: Color,  # noqa: ARG002 - part of the signature of Textual
    ) -> list[Segment]:
        """Returns the segments of a line in ASCII."""
        return [Segment(to_ascii(text), style, control) for text, style, control in segments]
