"""Jobs whose ids a spreadsheet may have rounded: each may be right, so somebody has to look."""

from collections.abc import Collection

from zcbulk_tui.domain.job import JobRef
from zcbulk_tui.domain.job_id import is_long, looks_rounded


def doubts(refs: Collection[JobRef], watched: Collection[JobRef] = ()) -> dict[JobRef, str]:
    """Returns why the ids of jobs are doubtful, as sentences, by these jobs.

    Args:
        refs: The jobs that somebody names.
        watched: The jobs that are watched already, which nobody doubts.
    """
    first: dict[str, JobRef] = {}
    for ref in (*watched, *refs):
        first.setdefault(ref.job_id, ref)
    found = {}
    for ref in set(refs).difference(watched):
        said = []
        if looks_rounded(ref.job_id):
            said.append(
                f"{ref.job_id} has only zeros after 15 digits: a spreadsheet may have rounded it."
            )
        other = first[ref.job_id]
        if is_long(ref.job_id) and _form(other) != _form(ref):
            said.append(
                f"{ref.job_id} is also the id of a job of form {other.form} in "
                f"{other.owner}/{other.app}, and Zoho gives no id twice: a spreadsheet may have "
                "rounded both."
            )
        if said:
            found[ref] = " ".join(said)
    return {ref: found[ref] for ref in refs if ref in found}


def _form(ref: JobRef) -> tuple[str, str, str]:
    return ref.owner, ref.app, ref.form
