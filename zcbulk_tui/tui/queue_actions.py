"""What is done with the files of a queue, and what is said of each."""

from collections.abc import Callable, Iterable

from zcbulk_tui.domain.insertion import QueuedFile, QueueStop
from zcbulk_tui.domain.text import counted
from zcbulk_tui.errors import ConfigError, FaultError, UsageError
from zcbulk_tui.tui.notices import ErrorDialog, Notice, Toast
from zcbulk_tui.tui.profile_view import ProfileView


class QueueActions:
    """The queue of a profile, as its user changes it.

    Args:
        profile: Whose queue.
        say: Shows what is to be said.
    """

    def __init__(self, profile: ProfileView, say: Callable[[Iterable[Notice]], None]) -> None:
        self._profile = profile
        self._say = say

    def move(self, file: QueuedFile, *, up: bool) -> None:
        """Lets a file change places with another one for the same form."""
        inserting = self._profile.inserting
        if inserting is not None:
            self._try(lambda: inserting.queue.move(file.insertion.key, up=up))

    def drop(self, file: QueuedFile) -> None:
        """Takes a file off the queue."""
        inserting = self._profile.inserting
        if inserting is not None:
            self._try(lambda: inserting.queue.drop(file.insertion))

    def cancel(self, file: QueuedFile) -> None:
        """Ends the upload of a file; its user has said so."""
        inserting = self._profile.inserting
        if inserting is not None and not inserting.queue.cancel(file.insertion.key):
            self._say([Toast("The upload had ended already: its job has the file.")])

    def go_on(self, file: QueuedFile) -> None:
        """Lets a file go on; its user has said so."""
        if self._profile.spec.read_only:
            self._say([ErrorDialog(UsageError("This profile is read-only: nothing is sent"))])
            return
        inserting = self._profile.inserting
        if inserting is not None:
            self._try(lambda: inserting.queue.go_on(file.insertion))

    @property
    def stop(self) -> QueueStop | None:
        """Why the queue stands still; None where it does not."""
        return self._profile.stop

    def resume(self) -> None:
        """Lets the queue go on that was stopped; its user has said so."""
        if self._profile.spec.read_only:
            self._say([ErrorDialog(UsageError("This profile is read-only: nothing is sent"))])
            return
        inserting = self._profile.inserting
        if inserting is not None:
            self._try(inserting.queue.resume)

    def about(self, file: QueuedFile) -> list[str]:
        """Returns what there is to know of a file, as sentences."""
        insertion = file.insertion
        source, upload = insertion.source, insertion.upload_file
        form = insertion.form
        last = insertion.last_step
        error = last[1].error if last else None
        return [
            f"{source}: {counted(upload.rows, 'record')}, {upload.size:,} bytes, "
            f"SHA-256 {upload.sha256[:12]}….",
            f"Form {form.form} in {form.owner}/{form.app}, {form.environment.value}.",
            f"Queued by {insertion.operator}.",
            *([str(error)] if error is not None else []),
        ]

    def _try(self, change: Callable[[], object]) -> None:
        try:
            change()
        except (ConfigError, FaultError, UsageError) as error:
            self._say([ErrorDialog(error)])
