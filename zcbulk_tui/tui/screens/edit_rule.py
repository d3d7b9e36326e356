"""The dialog that makes a rule, or changes one."""

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import Button, Input, Label, Select, Static

from zcbulk_tui.domain.repair import Change, Rule
from zcbulk_tui.domain.text import one_line
from zcbulk_tui.errors import UsageError
from zcbulk_tui.tui.rule_form import ASKED, NAMES, rule_of
from zcbulk_tui.tui.screens.dialogs import Dialog, Form
from zcbulk_tui.tui.widgets.field import Field


class EditRuleScreen(Form[Rule | None], Dialog[Rule | None]):
    """Asks what a rule does, and to which column.

    Args:
        about: The records that it is for, as a sentence.
        columns: Their columns; those that the reason concerns first.
        rule: The rule as it is; None for one that is made.
    """

    AUTO_FOCUS = "#change"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "cancel", "Cancel")]

    def __init__(self, about: str, columns: Sequence[str], rule: Rule | None) -> None:
        super().__init__()
        self._about = about
        self._columns = columns
        self._rule = rule or Rule(Change.TRIM, field=columns[0] if columns else "")

    def compose(self) -> ComposeResult:
        """The change, what it needs to know, and the buttons."""
        rule = self._rule
        columns = [(one_line(name, 60), name) for name in self._columns]
        values = {
            "value": rule.value,
            "find": rule.find,
            "length": str(rule.length or ""),
            "formats": ", ".join(rule.formats),
        }
        with VerticalScroll(classes="dialog", can_focus=False):
            yield Static("Rule", classes="dialog-title")
            yield Static(self._about, classes="dialog-text", markup=False)
            with Horizontal(classes="field"):
                yield Label("Change")
                yield Select(
                    [(NAMES[change], change) for change in Change],
                    value=rule.change,
                    allow_blank=False,
                    compact=True,
                    id="change",
                )
            with Horizontal(classes="field", id="row-field"):
                yield Label("Column")
                yield self._column(columns, rule.field, "field")
            with Horizontal(classes="field", id="row-source"):
                yield Label("Taken from")
                yield self._column(columns, rule.value, "source")
            for name, (label, placeholder) in ASKED.items():
                with Horizontal(classes="field", id=f"row-{name}"):
                    yield Label(label)
                    yield Field(values[name], id=name, placeholder=placeholder)
            with Vertical(classes="dialog-answer"):
                yield Static(id="problem", markup=False)
                with Horizontal(classes="dialog-buttons"):
                    yield Button("Cancel", id="cancel")
                    yield Button("Take it", id="take", variant="primary")

    def _column(self, columns: Sequence[tuple[str, str]], chosen: str, id: str) -> Select[str]:
        names = [name for _, name in columns]
        return Select(
            columns,
            value=chosen if chosen in names else names[0] if names else Select.NULL,
            allow_blank=not names,
            compact=True,
            id=id,
        )

    def on_mount(self) -> None:
        """Shows what the change needs to know."""
        self._fit(self._rule.change)
        self.query_one("#problem").display = False

    @on(Select.Changed, "#change")
    def _changed(self, event: Select.Changed) -> None:
        self._fit(Change(str(event.value)))

    def _fit(self, change: Change) -> None:
        """Shows the fields that a change has."""
        needed = {
            Change.SET: ("field", "value"),
            Change.REPLACE: ("field", "find", "value"),
            Change.TRUNCATE: ("field", "length"),
            Change.DATE: ("field", "formats"),
            Change.COPY: ("field", "source"),
            Change.DROP: (),
            Change.KEEP: (),
        }.get(change, ("field",))
        for name in ("field", "source", *ASKED):
            self.query_one(f"#row-{name}").display = name in needed

    @on(Input.Submitted)
    @on(Button.Pressed, "#take")
    def _taken(self) -> None:
        change = Change(str(self.query_one("#change", Select).value))
        typed = {name: self.query_one(f"#{name}", Input).value for name in ASKED}
        field, source = (str(self.query_one(f"#{it}", Select).value) for it in ("field", "source"))
        try:
            rule = rule_of(change, field, source, typed, self._columns)
        except UsageError as error:
            problem = self.query_one("#problem", Static)
            problem.display = True
            problem.update(str(error))
        else:
            self.dismiss(rule)

    def action_cancel(self) -> None:
        """Leaves the rule as it is."""
        if self.may_drop():
            self.dismiss(None)

    @on(Button.Pressed, "#cancel")
    def _cancelled(self) -> None:
        self.dismiss(None)
