"""The dialog that inserts a file: which file and which form, then what the check has found."""

import asyncio
import threading
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar, TypeVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.css.query import DOMQuery
from textual.suggester import SuggestFromList
from textual.widget import Widget
from textual.widgets import Button, Input, Label, Select, Static
from textual.worker import Worker

from zcbulk_tui.domain.form import FormFields, FormRef, NamedLink
from zcbulk_tui.domain.insertion import InsertPlan, Prepared
from zcbulk_tui.domain.text import one_line
from zcbulk_tui.domain.upload import Suspects
from zcbulk_tui.errors import EncodingUnknownError, UsageError, ZcbulkError
from zcbulk_tui.render import preflight
from zcbulk_tui.render.repair import outcome_lines
from zcbulk_tui.render.span import Look, Span
from zcbulk_tui.tui.inserting import CheckedFile, Files, FormNames, Inserting, question
from zcbulk_tui.tui.profile_spec import JobDefaults
from zcbulk_tui.tui.repairing import Resent
from zcbulk_tui.tui.screens.choose import ChooseScreen
from zcbulk_tui.tui.screens.dialogs import ConfirmScreen, Dialog, Form
from zcbulk_tui.tui.screens.reading import Reading, StoppedError
from zcbulk_tui.tui.widgets import painter
from zcbulk_tui.tui.widgets.field import EnvironmentSelect, Field
from zcbulk_tui.tui.widgets.path_field import PathField

_ASKED = {
    "path": "Which file?",
    "form": "Into which form? Its link name stands in its URL.",
    "owner": "Who owns the application? The user name stands in its URL.",
    "app": "In which application is the form? Its link name stands in its URL.",
}
"""What is asked where a field is empty."""

_ALWAYS = ("cancel", "back")
"""Buttons that can be pressed while a file is read."""

_TICK = 0.25
"""Seconds between two looks at how much has been read."""

_HANDLINGS = (
    ("leave them out, into a file beside it", Suspects.LEAVE_OUT),
    ("pack them together at the end", Suspects.PACK),
    ("send them as they are", Suspects.AS_THEY_ARE),
)


_Made = TypeVar("_Made")


class _FileReading(Reading):
    """The reading of a file, and what was prepared of it until somebody claims that.

    Args:
        files: Discards what was written for nothing.
    """

    def __init__(self, files: Files) -> None:
        super().__init__()
        self._files = files
        self._unclaimed: Prepared | None = None
        self._lock = threading.Lock()

    def prepare(self, checked: CheckedFile, plan: InsertPlan) -> None:
        """Writes what is uploaded, for `claim`; in the thread."""
        prepared = checked.prepare(plan, self.note_progress)
        with self._lock:
            self._unclaimed = prepared
        if self.is_stopped:
            self._discard()

    def claim(self) -> Prepared | None:
        """Returns what was prepared, once: who has it inserts or discards it."""
        with self._lock:
            claimed, self._unclaimed = self._unclaimed, None
        return claimed

    def stop(self) -> None:
        """Ends it; what was prepared and not claimed goes, whether that comes first or this."""
        super().stop()
        self._discard()

    def _discard(self) -> None:
        prepared = self.claim()
        if prepared is not None:
            self._files.discard(prepared)


class InsertFileScreen(Form[Prepared | None], Dialog[Prepared | None]):
    """Asks for a file and a form, checks the file, and asks whether to insert it.

    Args:
        inserting: What checks files and lists forms.
        home: Where a form is whose address is not given in full.
        forms: Forms that jobs were seen in, the likeliest first.
        calls_left: Returns how many calls are left today, as a sentence.
        now: The time of day; aware.
        resent: The file, where it has the repaired records of a job: its form is that of the job,
            and it is checked at once.
    """

    AUTO_FOCUS = "#path"
    COMPONENT_CLASSES: ClassVar[set[str]] = painter.COMPONENT_CLASSES
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "cancel", "Cancel")]

    def __init__(
        self,
        inserting: Inserting,
        home: JobDefaults,
        forms: Sequence[FormRef],
        calls_left: Callable[[], str],
        now: Callable[[], datetime],
        *,
        resent: Resent | None = None,
    ) -> None:
        super().__init__()
        self._resent = resent
        self._inserting = inserting
        self._home = home
        self._forms = forms
        self._calls_left = calls_left
        self._now = now
        self._reading: _FileReading | None = None
        self._busy: Sequence[Widget] = ()
        self._worker: Worker[None] | None = None
        self._checked: CheckedFile | None = None
        self._form: FormRef | None = None
        self._encoding: str | None = None

    # What is shown.

    def compose(self) -> ComposeResult:
        """The fields, the report below them once there is one, and the buttons."""
        like = self._forms[0] if self._forms else None
        owner = self._home.owner or (like.owner if like else "")
        app = self._home.app or (like.app if like else "")
        names = SuggestFromList([it.form for it in self._forms])
        resent = self._resent
        path, label = (str(resent.file.path), resent.label) if resent is not None else ("", "")
        title = "Insert a file" if resent is None else "Insert the repaired records"
        with VerticalScroll(classes="dialog", can_focus=False):
            yield Static(title, classes="dialog-title")
            with Vertical(id="fields", classes="first"):
                with Horizontal(classes="field"):
                    yield Label("File")
                    yield PathField(
                        id="path", value=path, placeholder="a CSV, or a ZIP with one; → completes"
                    )
                with Horizontal(classes="field"):
                    yield Label("Form")
                    yield Field(
                        self._home.form, id="form", placeholder="its link name", suggester=names
                    )
                with Horizontal(classes="field"):
                    yield Label("Owner")
                    yield Field(owner, id="owner")
                with Horizontal(classes="field"):
                    yield Label("Application")
                    yield Field(app, id="app")
                with Horizontal(classes="field"):
                    yield Label("Environment")
                    yield EnvironmentSelect(self._home.environment)
                with Horizontal(classes="field"):
                    yield Label("Label")
                    yield Field(
                        label, id="label", placeholder="the name of the file, if left empty"
                    )
                with Horizontal(classes="field"):
                    yield Label("Then")
                    yield Select(
                        [("start the job", True), ("leave it unstarted", False)],
                        value=True,
                        allow_blank=False,
                        compact=True,
                        id="starts",
                    )
            if resent is not None:
                yield Static(id="became", classes="second", markup=False)
            yield Static(id="report", classes="second", markup=False)
            with Vertical(classes="dialog-answer"):
                with Horizontal(classes="field second", id="handling"):
                    yield Label("Suspects")
                    yield Select(
                        list(_HANDLINGS),
                        # Records that are left out of a repair would be in no file of the user's.
                        value=Suspects.LEAVE_OUT if resent is None else Suspects.PACK,
                        allow_blank=False,
                        compact=True,
                        id="suspects",
                    )
                yield Static(id="problem", markup=False)
                with Horizontal(classes="dialog-buttons"):
                    yield Button("Cancel", id="cancel", classes="first")
                    yield Button("List forms…", id="list-forms", classes="first")
                    yield Button("Check", id="check", variant="primary", classes="first")
                    yield Button("Back", id="back", classes="second")
                    yield Button("List fields (1 call)", id="list-fields", classes="second")
                    yield Button("Insert…", id="insert", variant="primary", classes="second")

    def on_mount(self) -> None:
        """Shows the first page."""
        self._say("")
        self._turn_to(self.query(".first"))
        self._ticking = self.set_interval(_TICK, self._show_progress, pause=True)
        if self._resent is not None:
            self.query_one("#fields").display = False
            self._check(self._resent.form, None)

    def on_unmount(self) -> None:
        """Ends what is under way."""
        self._stop()

    def on_resize(self) -> None:
        """Fits the report to the width."""
        if self._checked is not None:
            self.call_after_refresh(self._show_report, self._checked)

    def _show_progress(self) -> None:
        read, size = self._reading.done if self._reading else (0, 0)
        if size:
            part = min(read * 100 // size, 100)
            self._say(f"Reading the file: {part} % of {preflight.size(size)}. Esc cancels.")

    def _show_report(self, checked: CheckedFile) -> None:
        report = self.query_one("#report", Static)
        width = max(self.query_one(VerticalScroll).scrollable_content_region.width, 40)
        lines = preflight.report(checked.found, self._now(), width, is_cut=True)
        report.update(painter.text(self, lines))
        if self._resent is not None:
            title = (Span("What became of the records", Look.STRONG),)
            became = [title, *outcome_lines(self._resent.file, width), ()]
            self.query_one("#became", Static).update(painter.text(self, became))

    def _say(self, text: str) -> None:
        problem = self.query_one("#problem", Static)
        problem.update(text)
        problem.display = bool(text)

    # The first page: a file and a form.

    @on(Button.Pressed, "#back")
    def action_cancel(self) -> None:
        """Goes back from the report to the fields, and from them to the list.

        What is under way ends: its answer would come over something else.
        """
        self._stop()
        if self._checked is not None and self._resent is None:
            self._show_fields()
        elif self.may_drop():
            self.dismiss(None)
        else:
            self._say("")  # nothing is read any more

    @on(Button.Pressed, "#cancel")
    def _cancelled(self) -> None:
        self._stop()
        self.dismiss(None)

    @on(Input.Submitted)
    @on(Button.Pressed, "#check")
    def _submitted(self) -> None:
        for name, asked in _ASKED.items():
            if not self._field(name).value.strip():
                self._field(name).focus()
                self._say(asked)
                return
        try:
            form = self._names().ref(self._home.origin)
        except UsageError as error:
            self._say(str(error))
            return
        self._check(form, None)

    def _names(self) -> FormNames:
        environment = self.query_one(EnvironmentSelect).environment
        owner, app, form = (self._field(name).value for name in ("owner", "app", "form"))
        return FormNames(owner, app, form, environment)

    def _field(self, name: str) -> Input:
        return self.query_one(f"#{name}", Input)

    @on(Button.Pressed, "#list-forms")
    def _list(self) -> None:
        """Shows the applications, or the forms of one, as they were listed last."""
        names, lists, origin = self._names(), self._inserting.lists, self._home.origin
        if not (names.owner.strip() and names.app.strip()):
            self._choose(None, lists.known_applications(origin))
            return
        try:
            app = names._replace(form="x").ref(origin)
        except UsageError as error:
            self._say(str(error))
        else:
            self._choose(app, lists.known_forms(app))

    async def _list_anew(self, app: FormRef | None) -> None:
        lists = self._inserting.lists
        try:
            found = await (lists.forms(app) if app else lists.applications(self._home.origin))
        except ZcbulkError as error:
            self._say(str(error))
        else:
            self._choose(app, found)

    def _choose(self, app: FormRef | None, known: Sequence[NamedLink] | None) -> None:
        """Offers what is known, and to list it for a call.

        Args:
            app: A form of the application whose forms they are; None for applications.
            known: What was listed; None where nothing was yet.
        """
        links = known or ()

        def chosen(index: int | None) -> None:
            if index == len(links):
                self._work(self._list_anew(app))
            elif index is not None:
                link = links[index]
                fields = ("form",) if app else ("app", "owner")
                for field, value in zip(fields, (link.link_name, link.owner), strict=False):
                    self._field(field).value = value
                self._field("form").focus()

        title = "Which form?" if app else "Which application?"
        text = "" if known is None or known else "Zoho listed none."
        lines = [f"{it.link_name}  {it.display_name}" for it in links]
        lines.append("List them (1 call)" if known is None else "List them again (1 call)")
        self.app.push_screen(ChooseScreen(title, text, lines), chosen)

    # The check.

    def _check(self, form: FormRef, encoding: str | None) -> None:
        self._form, self._encoding = form, encoding
        path = self.query_one("#path", PathField).path
        self._work(self._checking(path, form, self._inserting.lists.known_fields(form)))

    async def _checking(self, path: Path, form: FormRef, fields: FormFields | None) -> None:
        files, encoding = self._inserting.files, self._encoding
        reading = _FileReading(files)
        try:
            checked = await self._in_thread(
                reading, lambda: files.check(path, form, fields, encoding, reading.note_progress)
            )
        except EncodingUnknownError as error:
            self._ask_for_encoding(error)
        except ZcbulkError as error:
            self._say(str(error))
        else:
            self._take(checked)

    def _ask_for_encoding(self, error: EncodingUnknownError) -> None:
        names = [name for name, _ in error.previews]
        lines = [f"{name:<13} {one_line(preview, 60)}" for name, preview in error.previews]

        def chosen(index: int | None) -> None:
            if index is None or self._form is None:
                self._say(str(error))
            else:
                self._check(self._form, names[index])

        if not lines:
            self._say(str(error))
            return
        screen = ChooseScreen("Which encoding reads this line right?", f"{error.title}.", lines)
        self.app.push_screen(screen, chosen)

    def _take(self, checked: CheckedFile) -> None:
        """Shows what was found in the place of the fields."""
        self._checked = checked
        suspects = len(checked.found.suspects)
        self._turn_to(self.query(".second"))
        self.query_one("#handling").display = suspects > 0
        self._show_report(checked)
        self.query_one(VerticalScroll).scroll_home(animate=False)
        known = checked.found.fields_read_at is not None
        said = "" if known else "The form's fields are not known: List fields checks the values."
        if checked.found.header_blocks:
            said = "The header would be refused. Mend it: leaving out records does not."
        self._say(said)
        # What a job was refused for is known of a repair: that needs no call.
        self.query_one("#insert" if known or self._resent else "#list-fields").focus()

    def _show_fields(self) -> None:
        self._checked = None
        self._turn_to(self.query(".first"))
        self._say("")
        self._field("path").focus()

    def _turn_to(self, page: DOMQuery[Widget]) -> None:
        """Shows what is on one of the two pages, and nothing of the other."""
        shown = set(page)
        for widget in self.query(".first, .second"):
            widget.display = widget in shown

    @on(Button.Pressed, "#list-fields")
    def _list_again(self) -> None:
        if self._form is not None:
            self._work(self._list_fields(self._form))

    async def _list_fields(self, form: FormRef) -> None:
        try:
            fields = await self._inserting.lists.fields(form)
        except ZcbulkError as error:
            self._say(str(error))
            self.query_one("#insert").focus()
            return
        await self._checking(self.query_one("#path", PathField).path, form, fields)

    # The insertion.

    @on(Button.Pressed, "#insert")
    def _prepare(self) -> None:
        checked = self._checked
        if checked is None or self._form is None:
            return
        chosen = Suspects(self.query_one("#suspects", Select).value)
        plan = InsertPlan(
            self._form,
            one_line(self._field("label").value, 60),
            suspects=chosen if len(checked.found.suspects) else Suspects.AS_THEY_ARE,
            starts=bool(self.query_one("#starts", Select).value),
            repairs=self._resent.job_id if self._resent is not None else "",
        )
        self._work(self._preparing(checked, plan))

    async def _preparing(self, checked: CheckedFile, plan: InsertPlan) -> None:
        reading = _FileReading(self._inserting.files)
        try:
            await self._in_thread(reading, lambda: reading.prepare(checked, plan))
        except ZcbulkError as error:
            self._say(str(error))
            return
        prepared = reading.claim()
        if prepared is None:
            return
        self._say("")

        def answered(yes: bool | None) -> None:
            if yes:
                self.dismiss(prepared)
            else:
                self._inserting.files.discard(prepared)

        expected = None if checked.found.header_blocks else self._inserting.expected
        asked = question(prepared, plan, expected, self._calls_left())
        self.app.push_screen(ConfirmScreen(asked), answered)

    # What takes long.

    async def _in_thread(self, reading: _FileReading, read: Callable[[], _Made]) -> _Made:
        self._reading = reading
        self._ticking.resume()
        # Not the other page: the styles of all that is disabled are worked out anew.
        self._busy = [it for it in self.focus_chain if it.id not in _ALWAYS]
        for widget in self._busy:
            widget.disabled = True
        try:
            return await asyncio.to_thread(read)
        finally:
            if self._reading is reading:
                self._end_reading()

    def _end_reading(self) -> None:
        self._reading = None
        self._ticking.pause()
        for widget in self._busy:
            widget.disabled = False

    def _work(self, coroutine: Coroutine[Any, Any, None]) -> None:
        self._stop()

        async def work() -> None:
            with suppress(StoppedError):
                await coroutine

        # The app's own worker: the app hears of it if something unforeseen goes wrong.
        self._worker = self.app.run_worker(work(), group="insert", exit_on_error=False)

    def _stop(self) -> None:
        """Ends what is under way, and discards what was written for it."""
        if self._worker is not None:
            self._worker.cancel()
            self._worker = None
        if self._reading is not None:
            self._reading.stop()
            # Not only once its worker is gone: the next reading may have begun by then.
            self._end_reading()
