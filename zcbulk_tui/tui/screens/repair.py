"""The repair of a job: a rule for each group of failures, what it does, and the way back in."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.timer import Timer

from zcbulk_tui.domain.insertion import Prepared
from zcbulk_tui.domain.lineage import repair_label
from zcbulk_tui.domain.repair import Preview, RepairFile, Rule, Rules
from zcbulk_tui.domain.suggestions import Suggestion
from zcbulk_tui.domain.text import counted, one_line
from zcbulk_tui.errors import ZcbulkError
from zcbulk_tui.render.failed_rows import samples
from zcbulk_tui.render.failures import reason_spans
from zcbulk_tui.render.figures import number
from zcbulk_tui.render.glyphs import Glyphs
from zcbulk_tui.render.repair import preview_lines, rule_text
from zcbulk_tui.render.span import Line, Look, Span, fit, fit_line, line_width, wrap
from zcbulk_tui.tui.failed_job import FailedJob
from zcbulk_tui.tui.failing import FailureRows
from zcbulk_tui.tui.key_line import legend
from zcbulk_tui.tui.keys import Context, Key, bindings
from zcbulk_tui.tui.profile_spec import JobDefaults
from zcbulk_tui.tui.repairing import Repairing, Resent, RuleLine
from zcbulk_tui.tui.screens.ask_path import AskPathScreen
from zcbulk_tui.tui.screens.dialogs import NoticeScreen
from zcbulk_tui.tui.screens.edit_rule import EditRuleScreen
from zcbulk_tui.tui.screens.insert_file import InsertFileScreen
from zcbulk_tui.tui.screens.opening import OpeningScreen
from zcbulk_tui.tui.screens.reading import Reading
from zcbulk_tui.tui.widgets.line_list import LineList
from zcbulk_tui.tui.widgets.lines import Lines

_PREVIEW, _RULES, _WRITE = "preview", "rules", "write"

_PREVIEWED = 8
"""Records that are shown before and after, at most."""

_REST = 0.15
"""Seconds for which the cursor rests on a group before its records are read."""

_FOOT_SHARE = 0.45
_LEAST_FOOT = 4


class RepairScreen(OpeningScreen):
    """Shows the groups of a job's failures with their rules, and sends the records again.

    Args:
        job: The job.
        rows: Its failures; None where they are to be read.
        glyphs: The characters to draw with.
        keys: All keys, some of them the user's own.
    """

    CSS_PATH = "failing.tcss"
    CONTEXT = Context.REPAIR
    BINDINGS: ClassVar[list[BindingType]] = bindings(CONTEXT)

    def __init__(
        self, job: FailedJob, rows: FailureRows | None, *, glyphs: Glyphs, keys: Sequence[Key]
    ) -> None:
        super().__init__(job, rows, glyphs=glyphs, keys=keys)
        self._repairing: Repairing | None = None
        self._lines: Sequence[RuleLine] = ()
        self._previews: dict[tuple[str, Rules], Sequence[Preview]] = {}
        self._note = Span("")
        self._head = Lines(id="failing-head")
        self._heading = Lines(id="failing-heading")
        self._list = LineList(
            self._rule_line,
            glyphs.cursor,
            self._selected,
            id="failing-list",
            on_open=self.action_edit_rule,
        )
        self._foot = Lines(id="failing-foot")
        self._keys = Lines(id="failing-keys")
        self._resting: Timer | None = None

    def compose(self) -> ComposeResult:
        """From top to bottom."""
        yield self._head
        yield self._heading
        yield self._list
        yield self._foot
        yield self._keys

    # Showing.

    def opened(self, rows: FailureRows) -> None:
        """Shows the groups, with the rules that are proposed."""

        def take(suggestions: Mapping[str, Suggestion]) -> None:
            self._repairing = Repairing(rows.report, suggestions)
            left = self.job.left_rules.get(self.job.snapshot.ref)
            if left is not None:
                self._repairing.go_on(left)
                self._note = Span("The rules are as you left them.", Look.STRONG)
            if not rows.report.records:
                self.hint = Span(f"No record failed. {self._left} can be sent again.", Look.DIM)
            self._show_rules()

        def failed(error: ZcbulkError) -> None:
            self.hint = Span(str(error), Look.WARNING)
            self.show_lines()

        self.in_thread(_RULES, lambda _: rows.suggest(self.fields), take, failed)

    @property
    def _left(self) -> str:
        last = self.job.snapshot.last
        left = last.counts.left if last is not None else None
        if left is None:
            return "The unprocessed records"
        return (
            "The unprocessed record" if left == 1 else f"The {number(left, 11)} unprocessed records"
        )

    def _show_rules(self) -> None:
        """Shows the groups after a rule has changed."""
        if self._repairing is not None:
            self._lines = self._repairing.lines
            self._list.put(len(self._lines), self._list.cursor)
            self._selected()

    def _selected(self) -> None:
        """Shows what is under the cursor, and has its records read once the cursor rests."""
        self.show_lines()
        if self._resting is not None:
            self._resting.stop()
        self._resting = self.set_timer(_REST, self._read_preview)

    def show_lines(self) -> None:
        """Shows all of it, as far as it is known."""
        width, height = self.size
        if width <= 0:
            return
        rule: Line = (Span(self.glyphs.rule * width, Look.LEFT),)
        self._list.hint = self.hint
        self._head.show(self._title(width), self._what_becomes(width), rule)
        if self._repairing is None:
            self._list.paint()
            self._keys.show(legend(self.keys, {"back": "cancel"}, width))
            return
        self._heading.show(self._titles(width) if self._lines else ())
        self._list.paint()
        room = max(_LEAST_FOOT, int(height * _FOOT_SHARE))
        self._set_height(self._foot, room + 1)
        self._foot.show(self._rule(self._note, width), *self._about(width)[:room])
        actions = {
            "send_repair": "go on",
            "edit_rule": "change",
            "switch_rule": "on, off",
            "unchanged": "hold unchanged" if self._repairing.with_unchanged else "send unchanged",
            "back": "close",
            "add_rule": "add rule",
            "load_rules save_rules": "open, save rules",
        }
        if not self._lines:
            actions = {name: actions[name] for name in ("send_repair", "back")}
        self._keys.show(legend(self.keys, actions, width))

    def _title(self, width: int) -> Line:
        title = Span(f" Repair of {one_line(self.job.label, 40)}", Look.STRONG)
        form, environment = self.job.form.form, self.job.form.environment.value
        full = Span(f"  into {form}, {environment}", Look.DIM)
        if self.fields is not None or self._repairing is None:
            return fit_line([title, full], width)
        gap = Span(f" {self.glyphs.separator} ", Look.DIM)
        unlisted = Span("fields not listed yet", Look.WARNING)
        few = Span(": few rules are proposed", Look.WARNING)
        lines = (
            [title, full, gap, unlisted, few],
            [title, full, gap, unlisted],
            [title, Span(f"  into {environment}", Look.DIM), gap, unlisted],
        )
        fitting = (line for line in lines if line_width(line) <= width)
        return fit_line(next(fitting, lines[-1]), width)

    def _what_becomes(self, width: int) -> Line:
        repairing = self._repairing
        if repairing is None:
            return ()
        records, ruled = repairing.report.records, repairing.ruled
        separator = f" {self.glyphs.separator} "
        spans = []
        if records:
            said = f"{number(ruled, 11)} of {number(records, 11)} failed have a rule"
            spans += [Span(" "), Span(said)]
        others = records - ruled
        if others:
            sent = (
                "are sent again as they are" if repairing.with_unchanged else "have none: held back"
            )
            look = Look.TEXT if repairing.with_unchanged else Look.WARNING
            spans += [Span(separator, Look.DIM), Span(f"{number(others, 11)} {sent}", look)]
        last = self.job.snapshot.last
        if last is not None and last.counts.left:
            left = number(last.counts.left, 11)
            between = Span(separator if records else " ", Look.DIM)
            spans += [between, Span(f"{left} unprocessed are sent again")]
        return fit_line(spans, width)

    def _titles(self, width: int) -> Line:
        count, rule = self._widths(width)
        text = f" {'':3} {fit('RECORDS', count, right=True)}  {fit('RULE', rule)}  REASON"
        return fit_line([Span(text, Look.DIM)], width)

    def _widths(self, width: int) -> tuple[int, int]:
        groups = self._repairing.report.groups if self._repairing is not None else ()
        most = max((len(number(group.records, 11)) for group in groups), default=0)
        return max(most, len("RECORDS")), max(width * 2 // 5, 16)

    def _rule_line(self, place: int, width: int) -> Line:
        repairing, line = self._repairing, self._lines[place]
        if repairing is None:
            return ()
        count, rule = self._widths(width)
        switched, is_first = line.rule, not line.place
        if switched is None:
            state, said, look = "", self._without_rule(line), Look.DIM
            if not repairing.with_unchanged:
                look = Look.WARNING
        else:
            state = "on" if switched.is_on else "off"
            said = rule_text(switched.rule)
            look = Look.SUCCESS if switched.is_on else Look.DIM
        records = line.group.records if line.group is not None else repairing.report.records
        reason = line.group.reason if line.group is not None else "every failed record"
        return fit_line(
            [
                Span(f" {fit(state, 3)} ", look),
                Span(f"{fit(number(records, 11) if is_first else '', count, right=True)}  "),
                Span(f"{fit(said, rule)}  ", look),
                *(reason_spans(one_line(reason, 400)) if is_first else ()),
            ],
            width,
        )

    def _without_rule(self, line: RuleLine) -> str:
        repairing = self._repairing
        if repairing is not None and line.reason and repairing.has_rule(""):
            return "the rule for every record"
        if repairing is not None and repairing.with_unchanged:
            return "sent again as they are"
        return "held back: no rule"

    def _about(self, width: int) -> list[Line]:
        """What is said of the selected line, and its records before and after."""
        line, repairing = self._line, self._repairing
        if line is None or repairing is None:
            return []
        lines: list[Line] = []
        proposed = repairing.suggestions.get(line.reason)
        is_proposed = proposed is not None and (
            line.rule is None or line.rule.rule == proposed.rule
        )
        if proposed is not None and is_proposed:
            texts = wrap(one_line(proposed.why, 400), max(width - 2, 1), 2)
            lines += [fit_line([Span(f" {text}", Look.DIM)], width) for text in texts]
        if line.group is not None and not repairing.changes(line.reason):
            columns = repairing.report.columns
            return [*lines, *samples(line.group, columns, width, _PREVIEWED)]
        previews = self._previews.get((self._preview_reason, repairing.rules))
        if previews is None:
            return [*lines, fit_line([Span(" …", Look.DIM)], width)]
        for each in previews:
            drawn = preview_lines(each, max(width - 2, 40), self.glyphs)
            lines += [fit_line([Span(" "), *it], width) for it in drawn]
            lines += [()] if len(drawn) > 1 else []
        return lines

    @property
    def _line(self) -> RuleLine | None:
        return self._lines[self._list.cursor] if self._lines else None

    @property
    def _preview_reason(self) -> str:
        """The group whose records are shown: for rules that are for all, the first."""
        line, repairing = self._line, self._repairing
        if line is None or repairing is None or line.reason or not repairing.report.groups:
            return line.reason if line is not None else ""
        return repairing.report.groups[0].reason

    def _read_preview(self) -> None:
        rows, repairing, line = self.rows, self._repairing, self._line
        if rows is None or repairing is None or line is None:
            return
        reason, rules = self._preview_reason, repairing.rules
        if (reason, rules) in self._previews or not repairing.changes(reason):
            return

        def work(_: Reading) -> Sequence[Preview]:
            return rows.preview(rules, reason, _PREVIEWED)

        def take(previews: Sequence[Preview]) -> None:
            self._previews = {**self._previews, (reason, rules): previews}
            self.show_lines()

        self.in_thread(_PREVIEW, work, take, self._say_error)

    def _say(self, text: str, look: Look = Look.STRONG) -> None:
        self._note = Span(text, look)
        self.show_lines()

    def _say_error(self, error: ZcbulkError) -> None:
        self._say(str(error), Look.WARNING)

    # Keys.

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leaves out what makes no sense before the failures are read."""
        about_rules = {"edit_rule", "add_rule", "switch_rule", "load_rules", "save_rules"}
        if action in {*about_rules, "unchanged", "send_repair"} and self._repairing is None:
            return None
        return super().check_action(action, parameters)

    def move(self, lines: int) -> None:
        """Moves the cursor."""
        self._note = Span("")
        super().move(lines)

    def move_to_end(self, *, last: bool) -> None:
        """Moves the cursor to the first or the last line."""
        self._note = Span("")
        super().move_to_end(last=last)

    def action_back(self) -> None:
        """Ends the writing of the file, or closes the screen."""
        if self.reads(_WRITE) is not None:
            self.stop(_WRITE)
            self._ticking.pause()
            self._say("The writing was ended; nothing is sent.")
        else:
            self.action_close()

    def action_close(self) -> None:
        """Closes the screen; the rules are kept for the next time."""
        left = self._repairing.left if self._repairing is not None else None
        if left is not None:
            self.job.left_rules[self.job.snapshot.ref] = left
        elif self._repairing is not None:
            self.job.left_rules.pop(self.job.snapshot.ref, None)
        super().action_close()

    # The rules.

    def action_switch_rule(self) -> None:
        """Switches the rule on or off; without a rule, asks for one."""
        line, repairing = self._line, self._repairing
        if line is None or repairing is None:
            return
        if line.rule is None:
            self._edit(line, is_new=True)
            return
        repairing.switch(line)
        self._show_rules()

    def action_edit_rule(self) -> None:
        """Asks what the rule does."""
        if self._line is not None:
            self._edit(self._line, is_new=self._line.rule is None)

    def action_add_rule(self) -> None:
        """Asks for one more rule for the group."""
        if self._line is not None:
            self._edit(self._line, is_new=True)

    def _edit(self, line: RuleLine, *, is_new: bool) -> None:
        repairing = self._repairing
        if repairing is None:
            return
        columns = self._columns(line)
        group = line.group
        if group is not None:
            about = f"For {counted(group.records, 'record')}: {one_line(group.reason)}"
        else:
            about = "For every failed record."

        def answered(rule: Rule | None) -> None:
            if rule is None:
                return
            (repairing.add if is_new else repairing.change)(line, rule)
            self._show_rules()

        before = None if is_new or line.rule is None else line.rule.rule
        self.app.push_screen(EditRuleScreen(about, columns, before), answered)

    def _columns(self, line: RuleLine) -> list[str]:
        """The columns that a rule may be for: a result may have some of the file's only."""
        concerned = line.group.fields if line.group is not None else ()
        rules = self._repairing.rules if self._repairing is not None else ()
        columns = self._repairing.report.columns if self._repairing is not None else ()
        of_form = [it.link_name for it in self.fields.fields] if self.fields is not None else []
        named = [it for rule in rules for it in rule.columns]
        return list(dict.fromkeys((*concerned, *columns, *named, *of_form)))

    def action_unchanged(self) -> None:
        """Sends records as they are that no rule changes, or holds them back."""
        if self._repairing is not None:
            self._repairing.with_unchanged = not self._repairing.with_unchanged
            self._show_rules()

    def action_load_rules(self) -> None:
        """Asks for a file of rules, and takes them."""

        def answered(path: Path | None) -> None:
            if path is not None:
                self.in_thread(_RULES, lambda _: self.job.failures.read_rules(path), take, failed)

        def take(rules: Rules) -> None:
            if self._repairing is not None:
                left_out = self._repairing.take(rules)
                self._show_rules()
                none = f"; {left_out:,} for reasons that nothing failed for" if left_out else ""
                self._say(f"{counted(len(rules), 'rule')} of the file{none}")

        def failed(error: ZcbulkError) -> None:
            self.app.push_screen(NoticeScreen.of(error))

        text = "Its rules come in the place of those that are set here."
        self.app.push_screen(AskPathScreen("Open a file of rules", text, "Open"), answered)

    def action_save_rules(self) -> None:
        """Asks for a path, and writes the rules that count there."""
        repairing = self._repairing
        if repairing is None:
            return
        rules = repairing.rules

        def answered(path: Path | None) -> None:
            if path is None:
                return

            def work(_: Reading) -> None:
                self.job.failures.write_rules(rules, path)

            def take(_: None) -> None:
                self._say(f"Saved to {one_line(str(path), 60)}")

            self.in_thread(_RULES, work, take, failed)

        def failed(error: ZcbulkError) -> None:
            self.app.push_screen(NoticeScreen.of(error))

        text = f"To a new TOML file: {counted(len(rules), 'rule')}, those that are on."
        self.app.push_screen(AskPathScreen("Save the rules", text, "Save"), answered)

    # The way back in.

    def action_send_repair(self) -> None:
        """Writes the repaired file, and goes on to its check."""
        rows, repairing = self.rows, self._repairing
        if rows is None or repairing is None or self.reads(_WRITE) is not None:
            return
        rules, with_unchanged = repairing.rules, repairing.with_unchanged

        def work(reading: Reading) -> RepairFile:
            return rows.write_repair(
                rules, with_unchanged=with_unchanged, on_progress=reading.note_progress
            )

        def failed(error: ZcbulkError) -> None:
            self._say("")
            self.app.push_screen(NoticeScreen.of(error))

        self._say("Writing the repaired file. Esc ends it.")
        self.in_thread(_WRITE, work, self._insert_again, failed)

    def _insert_again(self, file: RepairFile) -> None:
        """Goes on to the check of the file, and to the question."""
        self._say("")
        inserting, job = self.job.inserting, self.job
        if inserting is None:
            return
        label = repair_label(job.label, job.chain)
        resent = Resent(file, job.form, job.snapshot.ref.job_id, label)

        def answered(prepared: Prepared | None) -> None:
            if prepared is not None:
                self.job.left_rules.pop(self.job.snapshot.ref, None)
                self.dismiss(prepared)
            else:
                resent.discard()

        form = job.form
        home = JobDefaults(form.environment, form.origin, form.owner, form.app, form.form)
        screen = InsertFileScreen(inserting, home, (), job.calls_left, job.now, resent=resent)
        self.app.push_screen(screen, answered)
