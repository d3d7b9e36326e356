"""Questions and notices."""

from collections.abc import Callable, Iterable
from typing import ClassVar, TypeVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.markup import escape
from textual.screen import ModalScreen
from textual.widgets import Button, Input, Static

from zcbulk_tui.errors import Occasion, ZcbulkError
from zcbulk_tui.tui.question import Question
from zcbulk_tui.tui.screens.base import ClosedOnce
from zcbulk_tui.tui.widgets.field import Field

Answer = TypeVar("Answer")

_LOOK = 1.0
"""Seconds between two looks at whether a question still makes sense."""


class Form(ClosedOnce[Answer]):
    """A dialog with fields, whose first Esc does not drop what was typed."""

    def on_mount(self) -> None:
        """Takes what stands in the fields before anything is typed."""
        self._untyped = self._asked = self._typed_values

    @property
    def _typed_values(self) -> list[str]:
        return [field.value for field in self.query(Input)]

    def may_drop(self) -> bool:
        """Whether what was typed may be dropped: nothing was, or this has been asked already."""
        typed = self._typed_values
        if typed in (self._untyped, self._asked):
            return True
        self._asked = typed
        self.query_one(VerticalScroll).border_subtitle = "Esc again drops what you have typed."
        return False


class Dialog(ClosedOnce[Answer], ModalScreen[Answer]):
    """A text that may be longer than the screen, and buttons, which always stand below it."""

    CSS_PATH = "dialogs.tcss"
    VERTICAL_BREAKPOINTS = [(0, "-low"), (20, "-high")]  # noqa: RUF012 - Textual declares no class variable
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "scroll(-1)", show=False),
        Binding("down", "scroll(1)", show=False),
        Binding("pageup", "scroll(-10)", show=False),
        Binding("pagedown", "scroll(10)", show=False),
    ]

    def action_scroll(self, lines: int) -> None:
        """Scrolls."""
        self.query_one(VerticalScroll).scroll_relative(y=lines, animate=False)


def _texts(title: str, paragraphs: Iterable[str]) -> ComposeResult:
    yield Static(title, classes="dialog-title", markup=False)
    # What is docked alone has no height: without a paragraph nothing would be seen.
    for paragraph in [*paragraphs] or [" "]:
        yield Static(paragraph, classes="dialog-text", markup=False)


class ConfirmScreen(Dialog[bool]):
    """Asks a question, where Enter alone never says yes.

    The focus is on No, or on the field where something has to be typed.

    Args:
        question: What it asks.
        outdated: Returns why it asks for nothing any more; empty as long as it does.
    """

    AUTO_FOCUS = "#typed, #no"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", "No"),
        Binding("n,q", "no", "No"),
        Binding("y", "yes", "Yes"),
        Binding("left", "app.focus_previous", show=False),
        Binding("right", "app.focus_next", show=False),
    ]

    def __init__(self, question: Question, outdated: Callable[[], str] = str) -> None:
        super().__init__()
        self._outdated = outdated
        self._is_over = False
        self._title = question.title
        self._paragraphs = question.paragraphs
        self._yes = question.yes
        self._typed = question.typed

    def compose(self) -> ComposeResult:
        """The question, what to type, and the two answers."""
        with VerticalScroll(classes="dialog", can_focus=False):
            yield from _texts(self._title, self._paragraphs)
            with Vertical(classes="dialog-answer"):
                if self._typed is not None:
                    yield Static(
                        f"To confirm, type {self._typed.what}: {self._typed.text}", markup=False
                    )
                    yield Field(id="typed", classes="dialog-typed", select_on_focus=False)
                with Horizontal(classes="dialog-buttons"):
                    yield Button("No", id="no", variant="primary")
                    yield Button(
                        self._yes, id="yes", variant="error", disabled=self._typed is not None
                    )

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """One letter is not enough where a name has to be typed."""
        if action in ("yes", "no") and self._typed is not None:
            return False
        return super().check_action(action, parameters)

    def on_mount(self) -> None:
        """Looks from now on whether the question still makes sense."""
        self.set_interval(_LOOK, self.look)

    def look(self) -> None:
        """Says that the question is over, once it is: only No is left then, which closes it."""
        over = "" if self._is_over else self._outdated()
        if over:
            self._is_over = True
            self.query_one(".dialog-title", Static).update(over)
            self._say("")
            self.query_one("#yes", Button).disabled = True
            self.query_one("#no", Button).label = "Close"
            self.query_one("#no", Button).focus()

    def _answer_yes(self) -> None:
        self.look()
        if not self._is_over:
            self.dismiss(True)

    def action_yes(self) -> None:
        """Answers yes."""
        self._answer_yes()

    def action_no(self) -> None:
        """Answers no."""
        self.dismiss(False)

    def action_cancel(self) -> None:
        """Answers no."""
        self.dismiss(False)

    @property
    def asks_for_name(self) -> bool:
        """Whether a name must have been typed before a key can say yes."""
        return self._typed is not None

    def would_say_yes(self, key: str) -> bool:
        """Whether a key may answer yes; Enter does not while the focus is on No."""
        if key == "y":
            return self._typed is None
        return key == "enter" and (self.focused is None or self.focused.id != "no")

    def say_too_soon(self) -> None:
        """Says that a yes did not count: it came at once, within text, or with other input."""
        self.look()
        if not self._is_over:  # no second press could answer yes then
            self._say("Too soon for a yes. Wait a second, then press it again.")

    def _say(self, text: str) -> None:
        self.query_one(VerticalScroll).border_subtitle = escape(text)

    @on(Input.Changed, "#typed")
    def _typing(self, event: Input.Changed) -> None:
        is_typed = self._is_typed(event.value) and not self._is_over
        self.query_one("#yes", Button).disabled = not is_typed

    @on(Input.Submitted, "#typed")
    def _typed_and_entered(self, event: Input.Submitted) -> None:
        if self._is_typed(event.value):
            self._answer_yes()
        elif self._typed is not None:
            says = f"That is not {self._typed.text}." if event.value else "Esc answers No."
            self._say(says)

    def _is_typed(self, value: str) -> bool:
        return self._typed is not None and value.strip() == self._typed.text

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        if event.button.id == "yes":
            self._answer_yes()
        else:
            self.dismiss(False)


class NoticeScreen(Dialog[None]):
    """Says something that must be read.

    Args:
        title: What happened.
        paragraphs: Why, and what can be done.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,n,q", "close", "Close")]

    def __init__(self, title: str, paragraphs: Iterable[str]) -> None:
        super().__init__()
        self._title = title
        self._paragraphs = paragraphs
        self._error = ""

    @classmethod
    def of(
        cls,
        error: ZcbulkError,
        title: str | None = None,
        *,
        occasion: Occasion | None = None,
        more: str = "",
    ) -> "NoticeScreen":
        """A notice of an error.

        Args:
            error: The error.
            title: Stands above it; None for its own.
            occasion: What caused the call, where another try is to be mentioned.
            more: Stands at its end.
        """
        parts = [*error.paragraphs(occasion), more]
        if title is not None:
            parts.insert(0, f"{error.title}.")
        notice = cls(title or error.title, [part for part in parts if part])
        notice._error = error.title
        return notice

    def says(self, error: ZcbulkError) -> bool:
        """Whether it shows such an error already."""
        return self._error == error.title

    def compose(self) -> ComposeResult:
        """The text, and the button that closes it."""
        with VerticalScroll(classes="dialog", can_focus=False):
            yield from _texts(self._title, self._paragraphs)
            with Horizontal(classes="dialog-answer dialog-buttons"):
                yield Button("Close", variant="primary")

    def action_close(self) -> None:
        """Closes it."""
        self.dismiss()

    def on_button_pressed(self) -> None:
        """Closes it."""
        self.dismiss()
