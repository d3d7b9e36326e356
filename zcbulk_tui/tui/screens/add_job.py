"""The dialog that adds a job: paste a URL, or give the names."""

from collections.abc import Callable, Collection
from datetime import datetime
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Button, Input, Label, Static

from zcbulk_tui.domain.address import (
    check_origin,
    make_ref,
    parse_base_url,
    parse_job_url,
)
from zcbulk_tui.domain.job import JobRef, WatchedJob
from zcbulk_tui.domain.job_id import doubts, is_number, read_id
from zcbulk_tui.domain.job_text import FoundJobs, without_tokens
from zcbulk_tui.domain.snapshot import JobSnapshot
from zcbulk_tui.domain.text import one_line
from zcbulk_tui.errors import UsageError
from zcbulk_tui.tui.pasted_jobs import IGNORED, needs_list
from zcbulk_tui.tui.profile_spec import JobDefaults
from zcbulk_tui.tui.screens.dialogs import Form
from zcbulk_tui.tui.widgets.field import EnvironmentSelect, Field, PasteField

Answer = WatchedJob | FoundJobs | None
"""One job, or those of a text that was pasted into the field of the URL."""


class AddJobScreen(Form[Answer], ModalScreen[Answer]):
    """Asks which job to watch.

    A URL that can be read fills in the names below it; what stands in the names is what counts.

    Args:
        like: A job whose host, owner and application are offered; None to offer those of `home`.
        home: Where a job is whose address is not given in full; no URL has its environment.
        now: The time of day; aware.
        find: Returns the jobs in a text.
        pasted: A text with at most one job, for the field of the URL.
        watched: The jobs that are watched already.
    """

    CSS_PATH = "dialogs.tcss"
    AUTO_FOCUS = "#url"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "cancel", "Cancel")]

    _NAMES = (
        ("host", "Host"),
        ("owner", "Owner"),
        ("app", "Application"),
        ("form", "Form"),
        ("job_id", "Job id"),
    )

    def __init__(
        self,
        like: JobSnapshot | None,
        home: JobDefaults,
        now: Callable[[], datetime],
        find: Callable[[str], FoundJobs],
        *,
        pasted: str = "",
        watched: Collection[JobRef] = (),
    ) -> None:
        super().__init__()
        self._like = like.ref if like else None
        self._home = home
        self._now = now
        self._find = find
        self._watched = watched
        self._doubted = ""
        self._remark = ""
        self._pasted = pasted

    def compose(self) -> ComposeResult:
        """The fields and the buttons."""
        like = self._like or self._home
        offered = {
            "host": like.origin,
            "owner": like.owner,
            "app": like.app,
            "form": self._home.form,
        }
        with VerticalScroll(classes="dialog", can_focus=False):
            yield Static("Watch a job", classes="dialog-title")
            with Horizontal(classes="field"):
                yield Label("Job URL or id")
                yield PasteField(
                    self._take_pasted, id="url", placeholder="paste it here, or fill in below"
                )
            for position, (name, label) in enumerate(self._NAMES):
                with Horizontal(classes="field" if position else "field apart"):
                    yield Label(label)
                    yield Field(offered.get(name, ""), id=name)
            with Horizontal(classes="field"):
                yield Label("Environment")
                yield EnvironmentSelect(self._home.environment)
            with Horizontal(classes="field apart"):
                yield Label("Label")
                yield Field(id="label", placeholder="the form's name, if left empty")
            yield Static(id="problem", markup=False)
            with Horizontal(classes="dialog-answer dialog-buttons"):
                yield Button("Cancel", id="cancel")
                yield Button("Watch", id="watch", variant="primary")

    def on_mount(self) -> None:
        """Takes what was pasted before the dialog was there."""
        if self._pasted:
            self._take_pasted(self._pasted)

    def action_cancel(self) -> None:
        """Leaves without a job."""
        if self.may_drop():
            self.dismiss(None)

    @on(Button.Pressed, "#cancel")
    def _cancelled(self) -> None:
        self.dismiss(None)

    def _take_pasted(self, text: str) -> None:
        """Fills in the job of a text; one with several is the answer itself."""
        found = self._find(text)
        if needs_list(found, text):
            self.dismiss(found)
            return
        self._remark = IGNORED if found.has_token else ""
        if not found.jobs:
            self.query_one("#url", PasteField).put(one_line(without_tokens(text), 2000))
            self._say("")
            return
        (job,) = found.jobs
        self._field("url").value = job.url
        self._field("label").value = job.label
        if job.environment is not None:
            self.query_one(EnvironmentSelect).value = job.environment
            self._remark = f"The environment is that of the text. {self._remark}".strip()
        self._say("")

    @on(Input.Changed, "#url")
    def _url_changed(self, event: Input.Changed) -> None:
        if not event.value.strip():
            self._say("")
            return
        try:
            if is_number(event.value):
                self._field("job_id").value = read_id(event.value)
                self._say("")
                return
            ref = parse_job_url(event.value, base_url=self._home.base_url)
        except UsageError as error:
            self._say(str(error))
            return
        self._say("")
        filled = (ref.origin, ref.owner, ref.app, ref.form, ref.job_id)
        for (name, _), value in zip(self._NAMES, filled, strict=True):
            self._field(name).value = value
        self._doubts(ref)

    @on(Button.Pressed, "#watch")
    @on(Input.Submitted)
    def _watch(self) -> None:
        try:
            job = self._read()
        except UsageError as error:
            self._say(str(error))
            return
        if not self._doubts(job.ref):
            self.dismiss(job)

    def _doubts(self, ref: JobRef) -> bool:
        """Says why an id may be wrong; returns whether that was not said of this job before."""
        doubt = doubts([ref], self._watched).get(ref)
        if doubt is None:
            return False
        before, self._doubted = self._doubted, ref.job_id
        self._say(f"{doubt} Enter watches it all the same.")
        return before != ref.job_id

    def _read(self) -> WatchedJob:
        url = self._field("url").value.strip()
        if url and is_number(url):
            read_id(url)
        elif url:
            parse_job_url(url, base_url=self._home.base_url)
        owner, app, form, job_id = (
            self._field(name).value for name in ("owner", "app", "form", "job_id")
        )
        environment = self.query_one(EnvironmentSelect).environment
        origin = parse_base_url(self._field("host").value)
        check_origin(origin, self._home.base_url)
        ref = make_ref(
            origin,
            owner,
            app,
            form,
            job_id,
            environment,
        )
        label = one_line(self._field("label").value, 60)
        return WatchedJob(ref, label or f"{ref.form} {ref.job_id[-4:]}", self._now())

    def _field(self, name: str) -> Input:
        return self.query_one(f"#{name}", Input)

    def _say(self, problem: str) -> None:
        said = " ".join(part for part in (problem, self._remark) if part)
        self.query_one("#problem", Static).update(said)
