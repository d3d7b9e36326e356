"""``zcbulk-tui repair``: makes a file of what failed or was not reached, to be sent again."""

import shlex
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Sequence
from pathlib import Path

from zcbulk_tui.cli import options
from zcbulk_tui.cli.contracts import known_contract
from zcbulk_tui.cli.failing import result_folder
from zcbulk_tui.cli.job_names import named_jobs
from zcbulk_tui.cli.json_records import named_object
from zcbulk_tui.cli.output import page_width, print_error, print_json, print_lines
from zcbulk_tui.cli.progress import reading
from zcbulk_tui.cli.repairing import JobFiles, job_files
from zcbulk_tui.cli.state import open_memory
from zcbulk_tui.config import load
from zcbulk_tui.config.settings import Settings
from zcbulk_tui.data.repair import Repair
from zcbulk_tui.data.repair_rules import read_rules, rules_text
from zcbulk_tui.data.result_columns import server_columns
from zcbulk_tui.domain.commands import command
from zcbulk_tui.domain.failures import FailureGroup
from zcbulk_tui.domain.form import FormFields, FormRef
from zcbulk_tui.domain.job import JobRef
from zcbulk_tui.domain.repair import RepairFile, Rule, Rules
from zcbulk_tui.domain.suggestions import Suggestion
from zcbulk_tui.domain.text import counted, one_line
from zcbulk_tui.errors import UsageError
from zcbulk_tui.render.repair import outcome_lines, preview_lines, rules_lines
from zcbulk_tui.render.span import Line
from zcbulk_tui.store.json_objects import JsonObject
from zcbulk_tui.store.meta_cache import MetaCache

_DESCRIPTION = """\
Makes a CSV of the records of a job that failed, repaired by rules, and of those that Zoho had
not reached; never of one that went in. It reads the results on this disk, and makes no call:
zcbulk-tui results JOB fetches them."""

_EPILOG = """\
first steps:
  zcbulk-tui repair JOB --suggest > rules.toml     then look at them
  zcbulk-tui repair JOB --rules rules.toml --dry-run
  zcbulk-tui repair JOB --rules rules.toml --output again.csv

A rule is for the records of one reason, or without a reason for all that failed:
  [[rule]]
  reason = "LIMIT_EXCEEDED-Notes"
  change = "truncate"
  field = "Notes"
  length = 2000
Changes, and what they need: trim, upper, lower (field); set (field, value); replace (field,
find, value); truncate (field, length); date (field, formats, as in ["%d/%m/%Y"], written as
dd-MMM-yyyy); copy (field, from); drop: leave out; keep: send again as it is.

exit codes:
  0 the file was written (or proposed, or tried),
  2 it cannot be, or nothing is left to send,
  5 the disk is full"""

_LEAST_WIDTH = 60
"""Cells of a report, at least."""

_PREVIEWS = 2
"""Records of each group that a dry run shows."""


def add_arguments(parser: ArgumentParser) -> None:
    """Adds what can be typed after the command."""
    parser.description = _DESCRIPTION
    parser.epilog = _EPILOG
    options.add_job_arguments(parser, 1)
    parser.add_argument(
        "--rules", metavar="FILE", type=Path, help="what is done to failed records, as TOML"
    )
    parser.add_argument(
        "--output", metavar="CSV", type=Path, help="the new file, which only you can read"
    )
    parser.add_argument(
        "--with-unchanged",
        action="store_true",
        help="send failed records again, too, that no rule changes (default: leave them out)",
    )
    parser.add_argument(
        "--suggest",
        action="store_true",
        help="print rules that may help, as TOML, and what speaks for them; write no CSV",
    )
    parser.add_argument(
        "--dry-run", action="store_true", help="show what would become of the records, and stop"
    )
    parser.add_argument("--json", action="store_true", help="as a JSON object")


def run(arguments: Namespace) -> int:
    """Makes the file, or says what would be in it; returns the exit code.

    Raises:
        UsageError: There is no such job, a rule does not fit, or nothing says what is to be done.
        DataError: The results are not on this disk, or nothing is left to send, or the file
            cannot be written.
        ConfigError: The memory cannot be read.
    """
    if arguments.output is None and not arguments.dry_run and not arguments.suggest:
        raise UsageError(
            "There is no file to write to",
            next_step="Name a new one: --output again.csv. To see what would be in it: --dry-run",
        )
    settings = load.load(flags=options.setting_flags(arguments))
    # Before the results: what is wrong with the rules is known at once.
    rules = () if arguments.rules is None else read_rules(arguments.rules)
    (job,) = named_jobs(arguments.jobs, settings, environment=options.named_environment(arguments))
    with open_memory(is_only_read=True) as database:
        files = job_files(database, settings.profile, job.ref, arguments.jobs[0], result_folder())
        fields = MetaCache(database).fields(FormRef.of(job.ref))
    files = files._replace(known=server_columns(known_contract(settings, job.ref.origin)))
    repair = files.repair()
    if arguments.suggest:
        _print_suggestions(repair, fields, settings.profile, as_json=arguments.json)
        return 0
    output = arguments.output or Path("again.csv")
    with reading(output) as on_progress:
        made = repair.write(
            rules,
            output,
            with_unchanged=arguments.with_unchanged,
            is_dry=arguments.dry_run,
            on_progress=on_progress,
        )
    following = _insert(made, job.ref, settings)
    if arguments.json:
        found = {
            "job": named_object(job),
            **as_object(made, files, is_dry=arguments.dry_run),
            "next": None if arguments.dry_run else following,
        }
        print_json(found)
        return 0
    if arguments.dry_run:
        print_lines(_previews(repair, rules))
    print_lines(_report(made, files, is_dry=arguments.dry_run))
    if not arguments.dry_run:
        # Not cut to the width of the screen: it is to be copied.
        print(f"\nTo send them: {following}")
    return 0


def as_object(made: RepairFile, files: JobFiles, *, is_dry: bool) -> JsonObject:
    """Returns what became of every record, for ``--json``."""
    return {
        "file": None if is_dry else str(made.path),
        "records": made.records,
        "repaired": made.repaired,
        "unchanged": made.unchanged,
        "unprocessed": made.unprocessed,
        "dropped": made.dropped,
        "held": made.held,
        "unknown": made.unknown,
        "resent": made.resent,
        "notes": [*files.notes, *made.notes],
    }


def _print_suggestions(
    repair: Repair, fields: FormFields | None, profile: str, *, as_json: bool
) -> None:
    proposed = repair.suggest(fields)
    groups = () if repair.report is None else repair.report.groups
    found = [(group, proposed.get(group.reason)) for group in groups]
    if as_json:
        print_json({"suggestions": [_suggestion_object(*each) for each in found]})
        return
    print("\n".join(_suggestion_text(*each) for each in found), end="")
    if fields is None:
        print_error(
            "The form's fields are not known, so little can be proposed. To list them, for 1 call: "
            f"{command('check FILE --form FORM --list-fields', profile)}"
        )
    if not proposed:
        print_error("There is nothing to propose: write the rules yourself, as --help shows them.")


def _suggestion_text(group: FailureGroup, found: Suggestion | None) -> str:
    count = counted(group.records, "record")
    if found is not None:
        return rules_text([found.rule], [f"{count}. {found.why}"])
    return f"# {group.reason}\n# {count}. Nothing is proposed: without a rule they are left out.\n"


def _suggestion_object(group: FailureGroup, found: Suggestion | None) -> JsonObject:
    return {
        "reason": group.reason,
        "records": group.records,
        "rule": None if found is None else rule_object(found.rule),
        "why": None if found is None else found.why,
    }


def rule_object(rule: Rule) -> JsonObject:
    """Returns a rule for ``--json``, with what it needs and no more."""
    needed: JsonObject = {"reason": rule.reason or None, "change": rule.change.value}
    parts: JsonObject = {
        "field": rule.field,
        "value": rule.value,
        "find": rule.find,
        "length": rule.length,
        "formats": list(rule.formats),
    }
    return needed | {name: part for name, part in parts.items() if part}


def _previews(repair: Repair, rules: Rules) -> Iterator[str | Line]:
    if not rules or repair.report is None:
        return
    cells = page_width(_LEAST_WIDTH)
    yield from rules_lines(rules, cells)
    for group in repair.report.groups:
        if not any(rule.is_for(group.reason) for rule in rules):
            continue
        yield ""
        yield f"{group.reason}: {group.records:,}"
        for shown in repair.preview(rules, group.reason, _PREVIEWS):
            yield from preview_lines(shown, cells)
    yield ""


def _report(made: RepairFile, files: JobFiles, *, is_dry: bool) -> Iterator[str | Line]:
    if is_dry:
        yield f"{counted(made.records, 'record')} would be sent again:"
    else:
        count = counted(made.records, "record is", "records are")
        yield f"{count} in {one_line(str(made.path))}:"
    yield from outcome_lines(made, page_width(_LEAST_WIDTH))
    yield from (f"  {note}" for note in files.notes)
    if is_dry:
        yield "Nothing was written."


def _insert(made: RepairFile, ref: JobRef, settings: Settings) -> str:
    """The command that sends the file, with what the settings do not say of its form."""
    named: Sequence[tuple[str, str, object]] = (
        ("--owner", ref.owner, settings.owner),
        ("--app", ref.app, settings.app),
        ("--form", ref.form, settings.form),
        ("--environment", ref.environment.value, settings.environment),
    )
    words = ["insert", str(made.path), "--repairs", ref.job_id]
    for option, value, known in named:
        words += [option, value] if value != known else []
    return command(shlex.join(words), settings.profile)
