"""The questions before start, abort, poll, remove and the steps of a file, as values."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from zcbulk_tui.domain.insertion import QueuedFile, QueueStop, Stage, Step
from zcbulk_tui.domain.job import Action, Environment, JobState, WatchedJob
from zcbulk_tui.domain.progress import estimated_since
from zcbulk_tui.domain.snapshot import JobSnapshot, Listed
from zcbulk_tui.domain.text import counted
from zcbulk_tui.render import lineage, words
from zcbulk_tui.render.figures import number, roughly
from zcbulk_tui.render.night import stopped
from zcbulk_tui.tui.profile_spec import ProfileSpec
from zcbulk_tui.tui.question import Question, Typed
from zcbulk_tui.tui.workspace import Targets, Workspace

_LEFT_OUT = 5
"""Jobs that are left out and named; of more the number."""


def command(workspace: Workspace, jobs: Targets, action: Action, now: datetime) -> Question:
    """Asks whether to start or abort jobs; at least one of them is able."""
    several = len(jobs.able) > 1 or jobs.left_out
    return (_about_several if several else _about_one)(workspace, jobs, action, now)


def poll(workspace: Workspace, jobs: Sequence[Listed]) -> Question:
    """Asks whether to spend so many calls."""
    return Question(
        f"Ask for the status of {len(jobs):,} jobs?",
        [f"It costs {len(jobs):,} calls, at 50 a minute. {calls_left(workspace, jobs)}"],
        yes="Ask",
    )


def remove(workspace: Workspace, jobs: Sequence[Listed]) -> Question:
    """Asks whether to stop watching jobs; there is at least one."""
    ids = ", ".join(listed.snapshot.ref.job_id for listed in jobs)
    one = jobs[0].snapshot.job.label if len(jobs) == 1 else ""
    named = (
        _in_chain(workspace, jobs[0])
        if one
        else ["\n".join(listed.snapshot.job.label for listed in jobs)]
    )
    return Question(
        f"Stop watching “{one}”?" if one else f"Stop watching {len(jobs):,} jobs?",
        [
            *named,
            f"{'It leaves' if one else 'They leave'} this list. Nothing changes at Zoho.",
            f"Undo brings {'it' if one else 'them'} back until you quit or show another profile. "
            f"After that you need {'its id' if one else 'their ids'}, {ids}.",
        ],
        yes="Stop watching",
    )


def adopt(other: str, jobs: Sequence[WatchedJob], spec: ProfileSpec) -> Question:
    """Asks whether to move jobs to a profile from one that is no more; there is at least one."""
    environment = spec.job_defaults.environment
    strange = [job for job in jobs if job.ref.environment is not environment]
    places = ", ".join(sorted({job.ref.environment.value for job in strange}))
    differ = f"{len(strange):,} of them live in {places}, “{spec.badge}” in {environment.value}."
    return Question(
        f"Move {counted(len(jobs), 'job')} to the profile “{spec.badge}”?",
        [
            _stranded(other, jobs),
            *([differ] if strange else []),
            *(["It is read-only: it leaves out start and abort."] if spec.read_only else []),
            "The watch list and all that is remembered move. Nothing changes at Zoho.",
            "After a no they stay where they are, and the next start asks again.",
        ],
        yes="Move",
    )


def choose_adopter(
    other: str, jobs: Sequence[WatchedJob], specs: Sequence[ProfileSpec]
) -> tuple[str, str, list[str]]:
    """Asks to which of several profiles jobs move from one that is no more.

    Returns:
        The title, the text, and the lines to choose from: one for each profile, and one for none.
    """
    lines = [
        f"{it.badge} ({it.job_defaults.environment.value}{', read-only' if it.read_only else ''})"
        for it in specs
    ]
    title = f"Move {counted(len(jobs), 'job')} to which profile?"
    return title, _stranded(other, jobs), [*lines, "none: the next start asks again"]


def _stranded(other: str, jobs: Sequence[WatchedJob]) -> str:
    were, them = ("It was", "it") if len(jobs) == 1 else ("They were", "them")
    return (
        f"{were} added with the profile “{other}”, which the configuration does not have, and "
        f"which no window is open on: nobody polls {them}."
    )


def resume(stop: QueueStop, files: int, now: datetime) -> Question:
    """Asks whether the queue goes on that was stopped."""
    sent = counted(files, "file is", "files are")
    return Question(
        "Let the queue go on?",
        [
            f"{stopped(stop, now)}.",
            f"{sent} in it. Each is created, uploaded and started when its turn comes, for "
            "3 calls. There is no rollback.",
        ],
        yes="Go on",
    )


def cancel_upload(file: QueuedFile) -> Question:
    """Asks whether to end an upload."""
    return Question(
        f"Cancel the upload of “{file.insertion.label}”?",
        [
            "Its job stays, without a file. The queue keeps the file: there you can let it go on, "
            "from its beginning, or take it off.",
        ],
        yes="Cancel the upload",
    )


def go_on(file: QueuedFile) -> Question:
    """Asks whether a file of the queue goes on."""
    insertion = file.insertion
    form = insertion.form
    typed = (
        Typed("the form's link name", form.form)
        if form.environment is Environment.PRODUCTION
        else None
    )
    where = f"Form {form.form} in {form.owner}/{form.app}, {form.environment.value.upper()}."
    last = insertion.last_step
    if last is None:
        before = f"{file.slot.ended_badly} ended badly. " if file.slot.ended_badly else ""
        starts = "and is started" if insertion.starts else "and is not started"
        consequence = (
            f"{before}Where the form's slot is free, its next job is created, gets "
            f"{counted(insertion.upload_file.rows, 'record')}, {starts}."
        )
        return Question(
            f"Insert “{insertion.label}” now?", [where, consequence], yes="Insert", typed=typed
        )
    step, record = last
    if not file.stage.needs_user:
        coming = {
            Stage.SENDING: "A step of it is on its way, by another program.",
            Stage.CREATED: "Its job is there, and gets the file.",
            Stage.UPLOADED: "Its job has the file, and is started, unless a start was sent.",
        }.get(file.stage, f"The {step} was not carried out, and is sent again.")
        return Question(
            f"Go on with “{insertion.label}”?", [where, coming], yes="Go on", typed=typed
        )
    refused = record.error.title if record.error is not None else f"The {step} was refused"
    consequence = {
        (Step.CREATE, True): "The first create may have made a job whose id nobody knows. Then "
        "the form is busy, for up to 3 hours, and Zoho refuses this one.",
        (Step.CREATE, False): f"{refused}. This asks for a job once more.",
        (Step.UPLOAD, True): "The job may have the file already. Then Zoho refuses this upload, "
        "and nothing is doubled: a job takes one file.",
        (Step.UPLOAD, False): f"{refused}. This uploads the file once more.",
    }[step, record.is_unclear]
    verb = "Create" if step is Step.CREATE else "Upload"
    return Question(
        f"{verb} once more for “{insertion.label}”?", [where, consequence], yes=verb, typed=typed
    )


def calls_left(workspace: Workspace, jobs: Iterable[Listed]) -> str:
    """What is left of today's calls of the jobs' profiles, in sentences."""
    said = []
    for name in dict.fromkeys(listed.profile for listed in jobs):
        spent = workspace.profile(name).service.spent
        if spent is not None:
            whose = f"{name}: " if len(workspace.profiles) > 1 else ""
            said.append(f"{whose}{words.calls_left(spent)}")
    return " ".join(said)


def _about_one(workspace: Workspace, jobs: Targets, action: Action, now: datetime) -> Question:
    (listed,) = jobs.able
    snapshot, verb = listed.snapshot, action.value.capitalize()
    in_production = snapshot.ref.environment is Environment.PRODUCTION
    return Question(
        f"{verb} “{snapshot.job.label}”?",
        [
            _place(snapshot),
            *_in_chain(workspace, listed),
            *consequences(snapshot, action, now),
            f"{_PRICE} {calls_left(workspace, jobs.able)}",
        ],
        yes=verb,
        typed=Typed("the form's link name", snapshot.ref.form)
        if action is Action.ABORT and in_production
        else None,
    )


def _about_several(workspace: Workspace, jobs: Targets, action: Action, _: datetime) -> Question:
    """Names every job, also those that a filter leaves out of the list."""
    verb, count = action.value.capitalize(), len(jobs.able)
    typed: Typed | None = None
    if action is Action.ABORT and any(_in_production(listed) for listed in jobs.able):
        typed = Typed("the number of jobs to abort", str(count))
    effect = (
        "Zoho will begin to insert their records. No workflows run for them."
        if action is Action.START
        else "There is no rollback, and an aborted job cannot be resumed. What is in stays in."
    )
    jobs_word = "job" if count == 1 else "jobs"
    return Question(
        f"{verb} {count:,} {jobs_word}?",
        [
            effect,
            "\n".join(_in_a_line(workspace, listed) for listed in jobs.able),
            *([_left_out(jobs.left_out)] if jobs.left_out else []),
            f"It costs {2 * count:,} calls, up to {5 * count:,} where answers are lost. "
            f"{calls_left(workspace, jobs.able)}",
        ],
        yes=verb,
        typed=typed,
    )


def _in_a_line(workspace: Workspace, listed: Listed) -> str:
    snapshot = listed.snapshot
    ref = snapshot.ref
    hidden = workspace.rows.index_of(listed.key) is None
    parts = (
        snapshot.job.label,
        ref.form,
        ref.environment.value.upper() if _in_production(listed) else ref.environment.value,
        f"profile {listed.profile}" if len(workspace.profiles) > 1 else "",
        "not shown by the filter" if hidden else "",
    )
    return f"{workspace.glyphs.mark} {', '.join(part for part in parts if part)}"


def _left_out(jobs: Sequence[Listed]) -> str:
    named = [f"{it.snapshot.job.label} ({_state(it.snapshot)})" for it in jobs[:_LEFT_OUT]]
    more = len(jobs) - len(named)
    return f"Left out: {', '.join(named)}{f' and {more:,} more' if more else ''}."


def _state(snapshot: JobSnapshot) -> str:
    return words.STATE[snapshot.state] if snapshot.state else "not read yet"


def _in_production(listed: Listed) -> bool:
    return listed.snapshot.ref.environment is Environment.PRODUCTION


def consequences(snapshot: JobSnapshot, action: Action, now: datetime) -> list[str]:
    """What a start or an abort will do, as far as it is known."""
    last = snapshot.last
    if action is Action.START:
        total = last.counts.total if last else None
        records = f"{number(total, 15)} records" if total else "the uploaded records"
        return [f"Zoho will begin to insert {records}. No workflows run for them."]
    if last is None:
        told = "Not read yet: how many records are in is unknown."
    elif last.state is not JobState.IN_PROGRESS:
        told = "It has not started, as far as is known, and cannot be started after this."
    elif last.counts.success is None or last.counts.left is None:
        told = "Zoho has not said how many records are in."
    else:
        moved = estimated_since(snapshot.motion, last, now)
        told = (
            f"About {roughly(last.counts.success + moved, least=last.counts.success)} records are "
            f"in and stay in ({number(last.counts.success, 15)} at the last reading); about "
            f"{roughly(last.counts.left - moved)} will not be inserted."
        )
    return ["There is no rollback, and an aborted job cannot be resumed.", told]


def _in_chain(workspace: Workspace, listed: Listed) -> list[str]:
    """Which attempt of its chain a job is, for keys on the line of a chain are about one job."""
    chain = workspace.rows.chain_of(listed.key)
    return [] if chain is None else [lineage.place(chain, listed.key)]


_PRICE = "It costs 2 calls, the command and a status; up to 5 where the answer is lost."


def _place(snapshot: JobSnapshot) -> str:
    ref = snapshot.ref
    return (
        f"Job {ref.job_id} of form {ref.form} in {ref.owner}/{ref.app}, "
        f"{ref.environment.value.upper()}."
    )
