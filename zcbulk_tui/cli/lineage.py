"""Chains of jobs on the command line: which there are, and the job that another one repairs."""

import shlex
from collections.abc import Mapping, Sequence
from contextlib import suppress

from zcbulk_tui.cli.job_names import at_its_home, in_words, remembered_job
from zcbulk_tui.cli.output import wrapped
from zcbulk_tui.cli.state import memory_file, open_memory
from zcbulk_tui.config.settings import Settings
from zcbulk_tui.domain.commands import command
from zcbulk_tui.domain.form import FormRef
from zcbulk_tui.domain.job import Environment, JobRef, WatchedJob
from zcbulk_tui.domain.lineage import Chain
from zcbulk_tui.errors import ConfigError, UsageError
from zcbulk_tui.render.glyphs import UNICODE
from zcbulk_tui.render.lineage import Branch, net
from zcbulk_tui.store.archive import Archive
from zcbulk_tui.store.insertions import Insertions

Chains = Mapping[JobRef, Chain]
"""By job, the chain that it belongs to."""


def known_chains(profile: str) -> Chains:
    """Returns the chains of a watch list; none where that cannot be read."""
    if not memory_file().exists():
        return {}
    with suppress(ConfigError), open_memory(is_only_read=True) as database:
        return Archive(database, profile).chains()
    return {}


def remembered_chain(
    name: str, settings: Settings, environment: Environment | None
) -> tuple[WatchedJob, Chain | None]:
    """Returns the job that is to be repaired, and the chain that it belongs to already.

    Args:
        name: What was typed for it.
        settings: Those of the profile.
        environment: That of ``--environment``; None where it was not typed.

    Raises:
        UsageError: It is not the name of exactly one job that is remembered.
        ConfigError: The memory cannot be read.
    """
    with open_memory(is_only_read=True) as database:
        archive = Archive(database, settings.profile)
        job = remembered_job(name, archive, settings, environment).job
        return job, archive.chains().get(job.ref)


def check_same_form(job: WatchedJob, form: FormRef, settings: Settings) -> None:
    """Looks whether a job can be repaired by one of a form.

    Raises:
        UsageError: It is of another form, or in another environment.
    """
    of_job = FormRef.of(at_its_home(job.ref, settings))
    if of_job != form:
        raise UsageError(
            f"{in_words(job)} cannot be repaired by a job of form {form.form}, {form.environment}",
            f"It is of form {of_job.form} in {of_job.owner}/{of_job.app}, {of_job.environment}. "
            "A job and its repair are of the same form and environment.",
            "Leave out what names a form: that of the job is taken then.",
        )


def check_is_new(
    job: WatchedJob, form: FormRef, insertions: Insertions, sha256: str, settings: Settings
) -> None:
    """Looks whether a file was sent before as a repair of a job.

    Raises:
        UsageError: It was: its records would be sent twice.
        ConfigError: It cannot be looked up.
    """
    for before in insertions.of_file(form, sha256):
        if job.ref.job_id in (before.repairs, before.job_id):
            raise UsageError(
                f"This file was sent before, as {before.label}",
                f"{in_words(job)} would get records twice.",
                "To repair what is left, make a new file: "
                f"{command(f'repair {shlex.quote(job.label)}', settings.profile)}",
            )


def as_tree(jobs: Sequence[WatchedJob], chains: Chains) -> list[tuple[str, WatchedJob]]:
    """Returns jobs with what stands before their labels: those of a chain below its first one.

    Args:
        jobs: In the list's order.
        chains: Those of the list.
    """
    by_ref = {job.ref: job for job in jobs}
    found: list[tuple[str, WatchedJob]] = []
    for job in jobs:
        chain = chains.get(job.ref)
        refs = [it.key.ref for it in chain.attempts if it.key is not None] if chain else []
        if not refs or refs[0] not in by_ref:
            found.append(("", job))
        elif refs[0] == job.ref:
            found.append(("", job))
            others = [by_ref[ref] for ref in refs[1:] if ref in by_ref]
            for other in others:
                branch = Branch.LAST if other is others[-1] else Branch.ONE
                found.append((f"{branch.glyph(UNICODE)} ", other))
    return found


def net_results(jobs: Sequence[WatchedJob], chains: Chains) -> list[str]:
    """Returns the net results of the chains that some jobs belong to, each once."""
    found = {id(chain): chain for job in jobs if (chain := chains.get(job.ref)) is not None}
    return [line for it in found.values() for line in wrapped(f"{it.root.label}: {net(it)}.")]
