"""What ``insert --dry-run`` and ``--rehearse`` print: what would be sent, and what it costs."""

from argparse import Namespace
from math import ceil

from zcbulk_tui.cli import check, expected, queueing, rehearsing
from zcbulk_tui.cli.context import insert_context
from zcbulk_tui.cli.json_records import form_object
from zcbulk_tui.cli.output import page_width, print_json, print_lines
from zcbulk_tui.config.settings import Settings
from zcbulk_tui.domain.insertion import InsertPlan
from zcbulk_tui.domain.preflight import Preflight
from zcbulk_tui.domain.text import counted
from zcbulk_tui.domain.trial import Selection, Trial
from zcbulk_tui.domain.upload import Suspects
from zcbulk_tui.errors import DataError
from zcbulk_tui.render import rehearsal
from zcbulk_tui.render.preflight import size
from zcbulk_tui.store.json_objects import JsonObject


def print_plan(
    arguments: Namespace,
    settings: Settings,
    found: Preflight,
    plan: InsertPlan,
    *,
    chosen: Trial | None = None,
    others: Selection | None = None,
) -> None:
    """Prints what would be sent.

    Args:
        arguments: What was typed.
        settings: The configuration.
        found: What the check found.
        plan: How the file would be inserted.
        chosen: The records of a trial, where only these would be.
        others: The records, where all but those of a trial would be.

    Raises:
        DataError: Nothing would be.
    """
    facts, whole = found.facts, found.facts.records
    suspects = found.suspects if plan.suspects is Suspects.LEAVE_OUT and chosen is None else ()
    left_out = sum(others is None or it in others for it in suspects)
    meant = whole - len(others.records) if others is not None else whole
    records = len(chosen.records) if chosen is not None else meant - left_out
    if not records:
        raise DataError(
            f"Nothing of {facts.name} is left to upload",
            f"It has {counted(meant, 'record')} to be sent, and {left_out:,} would be left out.",
        )
    played = rehearsing.rehearsed(found, plan, settings) if arguments.rehearse else None
    jobs = ceil(records / plan.part_records) if plan.part_records and chosen is None else 1
    # How many parts the bytes make is known only when they are written.
    is_cut = chosen is None and found.is_cut_as(plan.suspects, plan.part_records)
    # It is that of one job: each of several waits for the one before, too.
    is_one = jobs == 1 and not is_cut and not found.header_blocks
    ahead = expected.expected_of(plan.form, settings, records) if is_one else None
    if arguments.json:
        planned: JsonObject = {
            **form_object(plan.form),
            "suspects": plan.suspects.value,
            "starts": plan.starts,
            "records": records,
            "left_out": left_out,
            "jobs": jobs,
            "jobs_are_exact": not is_cut,
            "calls": queueing.calls_of(jobs, plan),
            "repairs": plan.repairs or None,
            "check": check.as_object(found, expected.as_object(ahead)),
            "trial": chosen and trial_object(chosen),
            "rest_of": others.rest_of if others is not None else None,
            "rehearsal": rehearsing.as_object(played),
        }
        print_json([planned])
        return
    least = "at least " if is_cut else ""
    is_part = records < whole - left_out
    what = f"{records:,} of the {whole:,} records" if is_part else counted(records, "record")
    print(
        f"{what} of a file of {size(facts.disk_bytes)}, into "
        f"{queueing.place(plan.form)}{', as a trial' if chosen else ''}: "
        f"{least}{queueing.jobs(jobs)}."
    )
    lines = [f"Chosen: {chosen}."] if chosen is not None else []
    if left_out:
        lines.append(f"Suspect records that would be left out: {left_out:,}.")
    if plan.suspects is Suspects.PACK and chosen is None and found.suspects:
        lines.append(queueing.packed(len(found.suspects), "would be", "would be"))
    lines.append(queueing.price(jobs, plan, least))
    if arguments.rehearse:
        print_lines([*lines, "", *rehearsal.lines(played, page_width(check.LEAST_WIDTH)), ""])
    else:
        lines += expected.sentences(ahead, header_blocks=found.header_blocks)
        with insert_context(settings) as (_, quota, _):
            print_lines([*lines, queueing.left(quota)])
    if arguments.list_fields and arguments.fields is None:
        print("Only the form's fields were asked for, by 1 call; nothing else was sent.")
    else:
        print("Nothing was sent, and nothing was written.")


def trial_object(chosen: Trial) -> JsonObject:
    """The records of a trial, and why they were chosen, for ``--json``."""
    return {
        "records": list(chosen.records),
        "chosen": {it.name.lower(): count for it, count in chosen.strata.items()},
    }
