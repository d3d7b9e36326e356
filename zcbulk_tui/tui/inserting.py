"""What inserting a file needs beside the screen, and what its dialogs make of their fields."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol

from zcbulk_tui.domain.address import is_link_name
from zcbulk_tui.domain.form import FormFields, FormRef
from zcbulk_tui.domain.insertion import CALLS, InsertPlan, Prepared
from zcbulk_tui.domain.job import Environment
from zcbulk_tui.domain.text import counted, one_line
from zcbulk_tui.errors import UsageError
from zcbulk_tui.render.span import fit
from zcbulk_tui.tui.question import Question, Typed

# Types only: they are loaded with the connection, after the first frame.
if TYPE_CHECKING:
    from zcbulk_tui.domain.preflight import Preflight
    from zcbulk_tui.monitor.form_lists import FormLists
    from zcbulk_tui.monitor.insert_queue import InsertQueue

OnProgress = Callable[[int, int], None]
"""Takes the bytes that were read, and the bytes in all."""


class CheckedFile(Protocol):
    """A file that was checked, and can be inserted as it was then."""

    @property
    def found(self) -> "Preflight":
        """What the check found."""

    def prepare(self, plan: InsertPlan, on_progress: OnProgress) -> Prepared:
        """Writes what is uploaded; may take long.

        Raises:
            DataError: The file has changed since, or files cannot be written.
        """


class Files(Protocol):
    """The files of this machine, as far as they are brought into forms."""

    def check(
        self,
        path: Path,
        form: FormRef,
        fields: FormFields | None,
        encoding: str | None,
        on_progress: OnProgress,
    ) -> CheckedFile:
        """Checks a file for a form; may take long.

        Raises:
            EncodingUnknownError: It is not in UTF-8, and no encoding was given.
            DataError: It cannot be used.
        """

    def discard(self, prepared: Prepared) -> None:
        """Removes what was written for insertions that nobody wants any more."""


class Inserting(NamedTuple):
    """What brings files into the forms of a profile.

    Attributes:
        queue: Works the files that are on their way.
        lists: The forms and their fields.
        files: Checks files, and makes insertions of them.
        expected: Says of a form and a number of records how long they will probably take; empty
            where no past job of the form shows it.
    """

    queue: "InsertQueue"
    lists: "FormLists"
    files: Files
    expected: Callable[[FormRef, int], str]


class FormNames(NamedTuple):
    """A form as it is typed.

    Attributes:
        owner: The account owner's user name.
        app: Link name of the application.
        form: Link name of the form.
        environment: Where its records are.
    """

    owner: str
    app: str
    form: str
    environment: Environment

    def ref(self, origin: str) -> FormRef:
        """Returns the form.

        Raises:
            UsageError: A part of its name cannot be one.
        """
        for what, value in (("form", self.form), ("owner", self.owner), ("application", self.app)):
            if not value.strip():
                raise UsageError(f"The {what} is missing")
            if not is_link_name(value.strip()):
                raise UsageError(
                    f"“{one_line(value, 60)}” cannot be the {what}'s link name",
                    next_step="Link names stand in the application's URL; they have no spaces.",
                )
        owner, app, form = (part.strip() for part in (self.owner, self.app, self.form))
        return FormRef(origin, owner, app, form, self.environment)


def question(
    prepared: Prepared,
    plan: InsertPlan,
    expected: Callable[[FormRef, int], str] | None,
    calls_left: str,
) -> Question:
    """Asks whether to insert what was prepared; there is at least one part.

    Args:
        prepared: What is uploaded.
        plan: How.
        expected: See `Inserting`; None where nothing is to be expected.
        calls_left: How many calls are left today, as a sentence; empty where that is not known.
    """
    files, form = prepared.insertions, plan.form
    records = sum(it.upload_file.rows for it in files)
    in_production = form.environment is Environment.PRODUCTION
    steps = CALLS if plan.starts else CALLS - 1
    is_alone = len(files) == 1 and plan.starts
    jobs = counted(len(files), "job", "jobs, one after the other")
    then = "starts it" if plan.starts else "leaves it unstarted, for 3 hours at most"
    paragraphs = [
        f"Form {form.form} in {form.owner}/{form.app}, {form.environment.value.upper()}.",
        f"Zoho creates {jobs}; this uploads the file and {then}. There is no rollback, and no "
        "workflows run.",
        *_left_out(prepared),
        *([f"They are those that job {plan.repairs} has not brought in."] if plan.repairs else []),
        *filter(None, [expected(form, records) if expected is not None and is_alone else ""]),
        f"It costs {steps * len(files)} calls, and then the status readings. {calls_left}".strip(),
    ]
    return Question(
        f"Insert {counted(records, 'record')} of {fit(files[0].source.name, 40).rstrip()}?",
        paragraphs,
        yes="Insert",
        typed=Typed("the form's link name", form.form) if in_production else None,
    )


def _left_out(prepared: Prepared) -> Sequence[str]:
    if prepared.left_out_path is None:
        return ()
    where = one_line(str(prepared.left_out_path))
    return (f"{counted(prepared.left_out, 'record is', 'records are')} left out, into {where}.",)
