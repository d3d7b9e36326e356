"""``zcbulk-tui queue``: the files that are on their way into a form, and what is done with them."""

from argparse import SUPPRESS, ArgumentParser, Namespace
from collections.abc import Sequence
from datetime import UTC, datetime

from zcbulk_tui.cli import insert, options, prompts, queue_work, templates, waiting
from zcbulk_tui.cli.context import insert_context
from zcbulk_tui.cli.json_records import insertion_object
from zcbulk_tui.cli.output import in_columns, print_error, print_lines
from zcbulk_tui.cli.state import memory_file, open_memory
from zcbulk_tui.config import load
from zcbulk_tui.config.settings import Settings
from zcbulk_tui.domain.commands import command
from zcbulk_tui.domain.insertion import Insertion, QueuedFile, QueueStop
from zcbulk_tui.domain.records import EventKind
from zcbulk_tui.domain.text import one_line
from zcbulk_tui.errors import RefusedError, UsageError, ZcbulkError
from zcbulk_tui.monitor.profile_context import ProfileContext
from zcbulk_tui.monitor.recorder import Recorder
from zcbulk_tui.render import queue
from zcbulk_tui.render.night import stopped
from zcbulk_tui.render.span import Span
from zcbulk_tui.store.insertions import as_they_stand
from zcbulk_tui.store.json_objects import JsonObject
from zcbulk_tui.store.queue_stops import QueueStops
from zcbulk_tui.tui import questions
from zcbulk_tui.tui.question import Question

_COLUMNS = ("ID", "LABEL", "FORM", "ENVIRONMENT", "RECORDS", "STANDS")

_DROPS = ("ENVIRONMENT", "FORM", "RECORDS")
"""What a narrow terminal goes without, in this order."""

_ID = 8
"""Characters of a key that name a file; fewer will do where they name one alone."""

_PARTS = {
    "list": "print the queue (the default)",
    "stop": "stop the queue: what is on its way ends, and nothing more is sent",
    "go-on": "let the stopped queue go on, or a file that was held, refused or left unclear",
    "drop": "take a file off; a job that it has stays",
    "up": "let a file change places with the one before it for the same form",
    "down": "let a file change places with the one after it for the same form",
}


def add_arguments(parser: ArgumentParser) -> None:
    """Adds what can be typed after the command."""
    parser.description = (
        "The files that are on their way into a form. An open dashboard works the queue; without "
        "one, go-on works one file."
    )
    options.add_profile(parser, inherit=True)
    templates.add_arguments(parser, "queue", "as a JSON array")
    parts = parser.add_subparsers(title="commands", metavar="COMMAND", dest="part")
    for part, what in _PARTS.items():
        sub = parts.add_parser(part, help=what, description=f"Queue: {what}.")
        options.add_profile(sub, inherit=True)
        if part == "list":
            templates.add_arguments(sub, "queue", "as a JSON array", inherit=True)
        elif part == "stop":
            sub.add_argument(
                "--why", metavar="TEXT", default="by hand", help="is shown with the queue"
            )
        else:
            sub.add_argument(
                "id",
                metavar="ID",
                nargs="?" if part == "go-on" else None,
                help="its id, as the list has it, or its label"
                + ("; the whole queue where it is left out" if part == "go-on" else ""),
            )
    go_on = parts.choices["go-on"]
    go_on.add_argument("--yes", action="store_true", help="skip the question (for scripts)")
    waiting.add_wait(go_on)
    waiting.add_timeout(go_on)
    go_on.add_argument("--json", action="store_true", default=SUPPRESS, help="as a JSON array")


def run(arguments: Namespace) -> int:
    """Does what was typed after the command; returns the exit code.

    Raises:
        ZcbulkError: It cannot be done.
    """
    settings = load.load(flags=options.setting_flags(arguments))
    match arguments.part:
        case "stop":
            return _stop(arguments, settings)
        case "go-on" if arguments.id is None:
            if arguments.wait:
                raise UsageError(
                    "--wait is for one file",
                    next_step=f"Name it: {command('queue go-on ID --wait', settings.profile)}",
                )
            return _resume(arguments, settings)
        case "go-on":
            return _go_on(arguments, settings)
        case "drop" | "up" | "down":
            return _change(arguments, settings)
        case _:
            return _show(settings, arguments)


def _show(settings: Settings, arguments: Namespace) -> int:
    files, stop = _files(settings)
    is_for_programs = templates.is_for_programs(arguments)
    if stop is not None:
        said = f"{stopped(stop, datetime.now(UTC))}."
        go_on = f"To let it go on: {command('queue go-on', settings.profile)}"
        if is_for_programs:
            print_error(f"{said} {go_on}")
        else:
            print_lines([said, go_on, ""])
    if is_for_programs:
        templates.print_found(arguments, list(map(_object, files)))
    elif files:
        giving = {"LABEL": 12, "FORM": 8, "STANDS": 24}
        print_lines(in_columns(_COLUMNS, map(_cells, files), giving=giving, drops=_DROPS))
    else:
        print(f"No file is on its way. To insert one: {command('insert FILE', settings.profile)}")
    return 0


def _object(file: QueuedFile) -> JsonObject:
    known = insertion_object(file.insertion, file.stage, _error(file))
    return {**known, "stands": queue.said(file), "files_before": file.behind}


def _error(file: QueuedFile) -> ZcbulkError | None:
    """Why a file does not come further, by its last step or its start."""
    if file.start is not None and file.start.error is not None:
        return file.start.error
    last = file.insertion.last_step
    return last[1].error if last is not None else None


def _files(settings: Settings) -> tuple[list[QueuedFile], QueueStop | None]:
    if not memory_file().exists():
        return [], None
    with open_memory(is_only_read=True) as database:
        stop = QueueStops(database, settings.profile).current()
        return as_they_stand(database, settings.profile), stop


def _cells(file: QueuedFile) -> tuple[str | Span, ...]:
    insertion = file.insertion
    return (
        insertion.key[:_ID],
        insertion.label,
        insertion.form.form,
        insertion.form.environment.value,
        f"{insertion.upload_file.rows:,}",
        Span(queue.said(file), queue.LOOKS[file.stage]),
    )


def _named(name: str, files: Sequence[Insertion], profile: str) -> Insertion:
    """Returns the file of a name.

    Raises:
        UsageError: It is not the name of exactly one file.
    """
    found = [it for it in files if it.label == name]
    if not found and name:
        found = [it for it in files if it.key.startswith(name)]
    if len(found) == 1:
        return found[0]
    problem = "may be several files" if found else "is no file of the queue"
    raise UsageError(
        f"“{one_line(name, 60)}” {problem}",
        next_step=f"Name one by its ID: {command('queue', profile)}",
    )


def _change(arguments: Namespace, settings: Settings) -> int:
    with insert_context(settings) as (_, _, insertions):
        named = _named(arguments.id, insertions.open(), settings.profile)
        if arguments.part == "drop":
            insertions.drop(named)
            print(f"{named.label} is off the queue.")
            return 0
        insertions.move(named.key, up=arguments.part == "up")
    return _show(settings, arguments)


def _stop(arguments: Namespace, settings: Settings) -> int:
    with insert_context(settings) as (context, _, insertions):
        stop = QueueStop(datetime.now(UTC), one_line(arguments.why, 100), context.operator)
        if insertions.stops.stop(stop):
            _record(context, f"Queue stopped by {stop.by}: {stop.why}")
        current = insertions.stops.current() or stop
    print(f"{stopped(current, datetime.now(UTC))}.")
    print(f"To let it go on: {command('queue go-on', settings.profile)}")
    return 0


def _resume(arguments: Namespace, settings: Settings) -> int:
    with insert_context(settings) as (context, _, insertions):
        stop = insertions.stops.current()
        if stop is None:
            return _resumed(arguments, settings, "The queue is not stopped.")
        question = questions.resume(stop, len(insertions.open()), datetime.now(UTC))
        if not arguments.yes and not _confirmed(question):
            raise RefusedError("The queue stays stopped", "It was not confirmed.")
        if insertions.stops.go_on():
            _record(context, f"Queue goes on: {context.operator}")
    return _resumed(arguments, settings, "The queue goes on. An open dashboard works it.")


def _resumed(arguments: Namespace, settings: Settings, said: str) -> int:
    """Says how the queue stands; with ``--json`` by its files."""
    if templates.is_for_programs(arguments):
        print_error(said)
        return _show(settings, arguments)
    print(said)
    return 0


def _record(context: ProfileContext, text: str) -> None:
    Recorder(context.memory, lambda: datetime.now(UTC)).event(EventKind.NIGHT, text)


def _go_on(arguments: Namespace, settings: Settings) -> int:
    waiting.check_arguments(arguments)
    insert.check_may_send(settings)
    with insert_context(settings) as (_, _, insertions):
        files = as_they_stand(insertions.database, settings.profile)
        named = _named(arguments.id, [it.insertion for it in files], settings.profile)
        file = next(it for it in files if it.insertion is named)
        if not arguments.yes and not _confirmed(questions.go_on(file)):
            raise RefusedError("Nothing was sent", "It was not confirmed.")
        released = insertions.release(named)
    return queue_work.work(arguments, settings, [released], are_new=False)


def _confirmed(question: Question) -> bool:
    if not prompts.has_terminal():
        raise UsageError(
            "There is no terminal to ask on, so nothing was sent",
            next_step="In a script, add --yes.",
        )
    print(question.title)
    print_lines(question.paragraphs)
    if question.typed is not None:
        typed = prompts.answer(f"To confirm, type {question.typed.what} ({question.typed.text}): ")
        return typed == question.typed.text
    return prompts.confirm("Go on? [y/N] ")
