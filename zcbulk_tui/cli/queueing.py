"""Before a file is inserted: what is asked, what it costs, and how it gets into the queue."""

from argparse import Namespace
from collections.abc import Sequence

from zcbulk_tui.cli import prompts
from zcbulk_tui.cli.context import insert_context, now
from zcbulk_tui.cli.output import print_error
from zcbulk_tui.cli.preparing import CheckedFile, discard, sweep
from zcbulk_tui.cli.shutdown import ended_by_signals
from zcbulk_tui.cli.state import memory_file
from zcbulk_tui.config.settings import Settings
from zcbulk_tui.domain.form import FormRef
from zcbulk_tui.domain.insertion import CALLS, Insertion, InsertPlan, Prepared
from zcbulk_tui.domain.job import Environment
from zcbulk_tui.domain.preflight import Preflight
from zcbulk_tui.domain.text import counted, one_line
from zcbulk_tui.domain.trial import Selection
from zcbulk_tui.domain.upload import Suspects
from zcbulk_tui.errors import RefusedError, UsageError
from zcbulk_tui.monitor.quota_tracker import QuotaTracker


def suspects(arguments: Namespace, found: Preflight) -> Suspects:
    """Returns what becomes of suspect records: as was typed, else as is answered.

    Raises:
        UsageError: It was not typed, and there is no terminal to ask on.
        RefusedError: Nothing is to be sent.
    """
    typed = arguments.suspects
    if found.header_blocks and typed != Suspects.AS_THEY_ARE.value and not arguments.dry_run:
        if typed is not None or not prompts.has_terminal():
            raise UsageError(
                "The header would be refused, so nothing was sent",
                "Leaving out records, or packing them, mends no header.",
                "Mend it, or send the file nevertheless: --suspects as-they-are",
            )
        if not prompts.confirm("The header would be refused. Send it nevertheless? [y/N] "):
            raise RefusedError("Nothing was sent", "It was not confirmed.")
    count = len(found.suspects)
    if typed is not None or not count or arguments.dry_run:
        return Suspects(typed) if typed is not None else Suspects.AS_THEY_ARE
    if not prompts.has_terminal():
        raise UsageError(
            f"{counted(count, 'record')} {'would' if found.blocks else 'may'} be refused, so "
            "nothing was sent",
            next_step="Repair the file, or say what to do: --suspects leave-out, pack or "
            "as-they-are.",
        )
    said = prompts.answer(
        f"{counted(count, 'suspect record')}: leave them [o]ut, [p]ack them at the end, "
        "[s]end them as they are, or [q]uit? "
    ).lower()
    chosen = {"o": Suspects.LEAVE_OUT, "p": Suspects.PACK, "s": Suspects.AS_THEY_ARE}.get(said[:1])
    if chosen is None:
        raise RefusedError("Nothing was sent", "It was not confirmed.")
    return chosen


def queue_file(
    arguments: Namespace,
    settings: Settings,
    checked: CheckedFile,
    plan: InsertPlan,
    *,
    selection: Selection | None = None,
    goes_on: bool = False,
    more: Sequence[str] = (),
) -> Prepared | None:
    """Writes what is uploaded, asks once for all parts of it, and puts them into the queue.

    Args:
        arguments: What was typed.
        settings: The configuration.
        checked: The file.
        plan: How it is inserted.
        selection: The records that are inserted; None for all.
        goes_on: See `Insertion.goes_on`; it is about the first part.
        more: Sentences that stand before the question.

    Returns:
        What is in the queue; None where it was not confirmed, and then nothing is left of it.

    Raises:
        ZcbulkError: Nothing is in the queue.
    """
    folder = memory_file().parent / "uploads"
    with insert_context(settings) as (context, quota, insertions), ended_by_signals():
        sweep(folder, insertions, now())
        prepared = checked.prepare(plan, folder, context.operator, now(), selection=selection)
        try:
            suspects = len(checked.found.suspects) if selection is None else 0
            kept = _suspects_kept(prepared, plan, suspects)
            if arguments.yes:
                say = print_error if arguments.json else print
                for line in kept:
                    say(line)
            elif not _confirmed(prepared, plan, quota, [*kept, *more]):
                discard(prepared)
                return None
            first, *others = prepared.insertions
            insertions.add([first._replace(goes_on=goes_on or first.goes_on), *others])
        except BaseException:
            discard(prepared)
            raise
    return prepared


def _confirmed(
    prepared: Prepared, plan: InsertPlan, quota: QuotaTracker, more: Sequence[str]
) -> bool:
    form, parts = plan.form, prepared.insertions
    if not prompts.has_terminal():
        raise UsageError(
            "There is no terminal to ask on, so nothing was sent",
            next_step="In a script, add --yes.",
        )
    print(f"Insert {_records(parts)} into {place(form)}: {jobs(len(parts))}.")
    print("There is no rollback. No workflows run.")
    print(price(len(parts), plan))
    for line in (*more, left(quota)):
        print(line)
    if form.environment is Environment.PRODUCTION:
        typed = prompts.answer(f"To confirm, type the form's link name ({form.form}): ")
        return typed == form.form
    return prompts.confirm("Go on? [y/N] ")


def _suspects_kept(prepared: Prepared, plan: InsertPlan, suspects: int) -> list[str]:
    """Says what has become of the suspect records, a sentence each."""
    if prepared.left_out_path is not None:
        count = counted(prepared.left_out, "suspect record is", "suspect records are")
        return [f"{count} left out, into {one_line(str(prepared.left_out_path))}"]
    if plan.suspects is Suspects.PACK and suspects:
        return [packed(suspects, "is", "are")]
    return []


def packed(count: int, one: str, several: str) -> str:
    """Returns that suspect records stand behind all others, as a sentence.

    Args:
        count: How many.
        one: The verb for one of them.
        several: The verb for more.
    """
    records = counted(count, f"suspect record {one}", f"suspect records {several}")
    return f"{records} packed together behind all others."


def _records(parts: Sequence[Insertion]) -> str:
    """Which records are inserted, as in ``the other 49,800 records of orders.csv``."""
    source, rows = parts[0].source, sum(it.upload_file.rows for it in parts)
    if source.is_trial:
        return f"{rows:,} of the {source.rows:,} records of {source.name} as a trial"
    return f"{'the other ' if source.rest_of else ''}{counted(rows, 'record')} of {source.name}"


def place(form: FormRef) -> str:
    """Returns where records go, as in ``form Orders in jason18/zylker-store, PRODUCTION``."""
    return f"form {form.form} in {form.owner}/{form.app}, {form.environment.value.upper()}"


def jobs(count: int) -> str:
    """Returns how many jobs there are."""
    return counted(count, "job", "jobs, one after the other")


def price(count: int, plan: InsertPlan, least: str = "") -> str:
    """Returns what jobs cost, as a sentence.

    Args:
        count: How many jobs.
        plan: How they are inserted.
        least: What stands before a number that may be larger; empty where it is certain.
    """
    steps = "create, upload, start" if plan.starts else "create, upload"
    calls = calls_of(count, plan)
    of_each = "the job" if count == 1 and not least else "each job"
    return f"It costs {least}{calls:,} calls ({steps}), and the status readings of {of_each}."


def calls_of(count: int, plan: InsertPlan) -> int:
    """Returns the calls that so many jobs take, without the readings of their status."""
    return (CALLS if plan.starts else CALLS - 1) * count


def left(quota: QuotaTracker) -> str:
    """Returns what calls are left today, as a sentence."""
    return f"{quota.budget.left:,} calls left today."
