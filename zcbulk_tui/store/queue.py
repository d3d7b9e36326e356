"""The queue of a profile as it stands, by what is in the store alone.

A window knows more: how much of a file is sent, and what each job was read as a moment ago.
"""

from zcbulk_tui.domain.insertion import QueuedFile, queued_files
from zcbulk_tui.store import recall
from zcbulk_tui.store.database import Database
from zcbulk_tui.store.insertions import Insertions


def as_they_stand(database: Database, profile: str) -> list[QueuedFile]:
    """Returns the files of the queue, with slots and starts by what was read and written last.

    Raises:
        ConfigError: They cannot be read.
    """
    insertions = Insertions(database, profile)
    queue, jobs = insertions.as_known(insertions.open()), recall.in_full(database, profile)
    slots = {form: insertions.slot(form, jobs) for form in {it.form for it in queue}}
    commands = recall.last_commands(database, profile)
    return [
        file._replace(start=commands[ref].command)
        if (ref := file.insertion.ref) is not None and ref in commands
        else file
        for file in queued_files(queue, slots)
    ]
