"""The searchable text of a job on the list."""

from typing import NamedTuple

from zcbulk_tui.domain.snapshot import JobSnapshot, Listed
from zcbulk_tui.render import terms as language
from zcbulk_tui.render import words
from zcbulk_tui.render.terms import SearchField, Term


class Searchable(NamedTuple):
    """The searchable texts of a job, all in lower case.

    Attributes:
        anywhere: Text for words without a prefix: all but the application, which most jobs of a
            list share.
        job: Its label and its id.
        state: The words for its state, each after a line break; empty before the first reading.
        form: Its form.
        env: Its environment.
        app: Its owner and application, as in ``owner/app``.
        profile: The profile that watches it.
        tag: Its tags.
    """

    anywhere: str
    job: str
    state: str
    form: str
    env: str
    app: str
    profile: str
    tag: str


def searchable(listed: Listed) -> Searchable:
    """Returns the searchable texts of a job; cacheable as long as its snapshot."""
    snapshot = listed.snapshot
    job, ref = snapshot.job, snapshot.ref
    name = f"{job.label}\n{ref.job_id}"
    app = f"{ref.owner}/{ref.app}"
    tags = "\n".join(job.tags)
    everything = (
        name,
        ref.form,
        ref.environment,
        tags,
        job.note,
        words.STATE[snapshot.state] if snapshot.state else "",
        snapshot.last.raw_state if snapshot.last else "",
        snapshot.fault.error.title if snapshot.fault else "",
    )
    return Searchable(
        "\n".join(everything).casefold(),
        name.casefold(),
        _state(snapshot),
        ref.form.casefold(),
        ref.environment.casefold(),
        app.casefold(),
        listed.profile.casefold(),
        tags.casefold(),
    )


def terms(text: str) -> tuple[Term, ...]:
    """Parses a filter as typed."""
    return language.terms(text.split(), _FIELDS, _ANYWHERE)


def _state(snapshot: JobSnapshot) -> str:
    """The words for a state, and the last part of one: "sys-aborted" is "aborted", too."""
    if snapshot.state is None:
        return ""
    shown = words.STATE[snapshot.state]
    return f"\n{shown}\n{snapshot.state.value}\n{shown.rpartition('-')[2]}"


_ANYWHERE = Searchable._fields.index("anywhere")
_FIELDS = tuple(
    # A state is found by how its words begin: "failed" is a word, "5 failed records" is not.
    SearchField(f"{name}:", index, "\n" if name == "state" else "")
    for index, name in enumerate(Searchable._fields)
    if index != _ANYWHERE
)
