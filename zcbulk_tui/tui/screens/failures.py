"""The failures of a job: why its records failed, in groups, and where they stand in the file."""

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType

from zcbulk_tui.domain.failures import FailureGroup
from zcbulk_tui.domain.insertion import Prepared
from zcbulk_tui.domain.text import counted, one_line
from zcbulk_tui.render.failed_rows import samples
from zcbulk_tui.render.failures import (
    block_strip,
    failure_sentences,
    group_lines,
    group_titles,
)
from zcbulk_tui.render.figures import number
from zcbulk_tui.render.glyphs import Glyphs
from zcbulk_tui.render.span import Line, Look, Span, fit, fit_line, wrap
from zcbulk_tui.tui.failed_job import FailedJob
from zcbulk_tui.tui.failed_rows import FailedRows
from zcbulk_tui.tui.failing import FailureRows
from zcbulk_tui.tui.key_line import legend
from zcbulk_tui.tui.keys import Context, Key, bindings
from zcbulk_tui.tui.screens.failed_rows import FailedRowsScreen
from zcbulk_tui.tui.screens.opening import OpeningScreen
from zcbulk_tui.tui.screens.repair import RepairScreen
from zcbulk_tui.tui.widgets.line_list import LineList
from zcbulk_tui.tui.widgets.lines import Lines

_FOOT_SHARE = 0.35
_LEAST_FOOT, _MOST_FOOT = 3, 13
"""Lines below the groups."""

_HIGH = 18
"""Lines of a screen from which on it shows where the failures stand in the file."""


class FailuresScreen(OpeningScreen):
    """Shows the failures of a job.

    Args:
        job: The job.
        copy: Copies a text, and says what it is.
        glyphs: The characters to draw with.
        keys: All keys, some of them the user's own.
    """

    CSS_PATH = "failing.tcss"
    CONTEXT = Context.FAILURES
    BINDINGS: ClassVar[list[BindingType]] = bindings(CONTEXT)

    def __init__(
        self,
        job: FailedJob,
        copy: Callable[[str, str], None],
        *,
        glyphs: Glyphs,
        keys: Sequence[Key],
    ) -> None:
        super().__init__(job, None, glyphs=glyphs, keys=keys)
        self._copy = copy
        self._head = Lines(id="failing-head")
        self._strip = Lines(id="failing-strip")
        self._heading = Lines(id="failing-heading")
        self._list = LineList(
            self._group_line,
            glyphs.cursor,
            self.show_lines,
            id="failing-list",
            on_open=self.action_rows,
        )
        self._foot = Lines(id="failing-foot")
        self._keys = Lines(id="failing-keys")

    def compose(self) -> ComposeResult:
        """From top to bottom."""
        yield self._head
        yield self._strip
        yield self._heading
        yield self._list
        yield self._foot
        yield self._keys

    # Showing.

    def opened(self, rows: FailureRows) -> None:
        """Shows the groups."""
        self._list.put(len(rows.report.groups))
        self.show_lines()

    def show_lines(self) -> None:
        """Shows all of it, as far as it is known."""
        width, height = self.size
        rule: Line = (Span(self.glyphs.rule * width, Look.LEFT),)
        self._head.show(self._title(width), rule)
        self._list.hint = self.hint
        if self.rows is None:
            self._list.paint()
            self._keys.show(legend(self.keys, {"back": "cancel"}, width))
            return
        report = self.rows.report
        drawn = block_strip(report.blocks, max(width - 2, 40), self.glyphs)
        strip = [fit_line([Span(" "), *line], width) for line in drawn]
        lines = [*strip, rule] if strip and height >= _HIGH else []
        self._set_height(self._strip, len(lines))
        self._strip.show(*lines)
        self._heading.show((Span(" "), *group_titles(width - 1)))
        self._list.paint()
        room = max(_LEAST_FOOT, min(int(height * _FOOT_SHARE), _MOST_FOOT))
        self._set_height(self._foot, room + 1)
        said = [
            fit_line([Span(f" {part}", look)], width)
            for text, look in failure_sentences(report)
            for part in wrap(text, max(width - 2, 1), 3)
        ]
        said = said[: room // 2]
        about = self._about(width, room - len(said))
        padding: list[Line] = [()] * (room - len(about) - len(said))
        self._foot.show(rule, *about, *padding, *said)
        actions = {
            "rows": "records",
            "all_rows": "all records",
            "repair": "repair",
            "copy_reason": "copy reason",
            "back": "close",
        }
        if not self.job.repair:
            del actions["repair"]
        self._keys.show(legend(self.keys, actions, width))

    def _about(self, width: int, height: int) -> list[Line]:
        """The selected group: its reason in full, and samples."""
        if self.rows is None or self._selected is None:
            return []
        group = self._selected
        texts = wrap(one_line(group.reason, 1000), max(width - 2, 1), 2 if height > 3 else 1)
        lines = [fit_line([Span(f" {text}", Look.STRONG)], width) for text in texts]
        more = samples(group, self.rows.report.columns, width, height - len(lines))
        return [*lines, *more]

    def _title(self, width: int) -> Line:
        last = self.job.snapshot.last
        spans = [
            Span(" Failures of ", Look.STRONG),
            Span(fit(self.job.label, 40).rstrip(), Look.STRONG),
        ]
        if self.rows is not None:
            report, counts = self.rows.report, last.counts if last is not None else None
            total = f" of {number(counts.total, 11)}" if counts and counts.total else ""
            reasons = counted(len(report.groups), "reason")
            spans.append(Span(f"  {number(report.records, 11)}{total} records failed", Look.FAILED))
            spans.append(Span(f" {self.glyphs.separator} {reasons}"))
            if counts and counts.left:
                spans.append(
                    Span(f" {self.glyphs.separator} {number(counts.left, 11)} unprocessed")
                )
        return fit_line(spans, width)

    def _group_line(self, place: int, width: int) -> Line:
        if self.rows is None:
            return ()
        report = self.rows.report
        (line,) = group_lines(report.groups[place], report.records, width - 1, self.glyphs)
        return (Span(" "), *line)

    @property
    def _selected(self) -> FailureGroup | None:
        groups = self.rows.report.groups if self.rows is not None else ()
        return groups[self._list.cursor] if groups else None

    # Keys.

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leaves out what makes no sense before the failures are read, or at all."""
        if action in ("rows", "all_rows", "copy_reason") and self.rows is None:
            return None
        if action == "repair" and (self.rows is None or not self.job.repair):
            return None
        return super().check_action(action, parameters)

    def action_rows(self) -> None:
        """Shows the records of the group."""
        if self._selected is not None:
            self._show_rows(self._selected.reason)

    def action_all_rows(self) -> None:
        """Shows all records that failed."""
        self._show_rows(None)

    def _show_rows(self, reason: str | None) -> None:
        if self.rows is not None:
            screen = FailedRowsScreen(
                FailedRows(self.rows, reason),
                self.job.label,
                self._copy,
                glyphs=self.glyphs,
                keys=self.keys,
            )
            self.app.push_screen(screen)

    def action_copy_reason(self) -> None:
        """Copies the reason of the group."""
        if self._selected is not None:
            self._copy(self._selected.reason, "the reason")

    def action_repair(self) -> None:
        """Goes on to the repair; closes once its file is on its way."""

        def answered(prepared: Prepared | None) -> None:
            if prepared is not None:
                self.dismiss(prepared)

        screen = RepairScreen(self.job, self.rows, glyphs=self.glyphs, keys=self.keys)
        self.app.push_screen(screen, answered)
