"""The queue of files in the database, and who works a form."""

import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.support.contexts import PROFILE
from tests.support.databases import memory_database
from tests.support.insertions import FORM, OTHER_FORM, insertion
from tests.support.jobs import NOW, watched
from zcbulk_tui.domain.control import Outcome
from zcbulk_tui.domain.form import FormField, FormFields, NamedLink
from zcbulk_tui.domain.insertion import Insertion, Step, StepRecord
from zcbulk_tui.errors import Answer, UndocumentedError, UsageError
from zcbulk_tui.store.archive import Archive
from zcbulk_tui.store.insertions import Insertions
from zcbulk_tui.store.meta_cache import MetaCache
from zcbulk_tui.store.process_locks import FormLocks
from zcbulk_tui.store.watch_list import WatchList

JOB_ID = "3888833000000114027"


def make() -> Insertions:
    return Insertions(memory_database(), PROFILE)


def test_what_was_made_of_a_file_is_found_unless_nothing_of_it_was_sent() -> None:
    insertions = make()
    one = insertion()
    trial = one._replace(job_id=JOB_ID, source=one.source._replace(is_trial=True))
    rest = one._replace(key="two", source=one.source._replace(rest_of=JOB_ID))
    dropped = one._replace(key="three", is_over=True)
    other_file = one._replace(key="four", source=one.source._replace(sha256="cd" * 32))
    insertions.add([trial, rest, dropped, other_file, insertion("five", OTHER_FORM)])
    found = insertions.of_file(FORM, "ab" * 32)
    assert [(it.key, it.source.is_trial, it.source.rest_of) for it in found] == [
        ("one", True, ""),
        ("two", False, JOB_ID),
    ]
    assert str(found[0].source) == "one.csv, trial"
    assert insertions.of_file(FORM, "ef" * 32) == []


def test_all_of_it_comes_back() -> None:
    insertions = make()
    error = UndocumentedError("Zoho refused", "Why", "Next", answer=Answer(409, 99005, "busy"))
    kept = insertion(
        tags=("a", "b"),
        create=StepRecord(NOW, Outcome.ACCEPTED, "Job created successfully"),
        upload=StepRecord(NOW).ended_by(error),
        job_id=JOB_ID,
        starts=False,
        goes_on=True,
    )
    source = kept.source._replace(encoding="windows-1252", delimiter=";")
    kept = kept._replace(source=source)
    insertions.add([kept])
    (found,) = insertions.open()
    assert found.upload is not None
    assert str(found.upload.error) == str(error)
    # Errors are equal by their words only.
    assert found.with_step(Step.UPLOAD, kept.upload) == kept
    for again in (insertions.find("one"), insertions.of_job(FORM.job(JOB_ID))):
        assert again is not None
        assert again.with_step(Step.UPLOAD, kept.upload) == kept
    assert insertions.of_job(OTHER_FORM.job(JOB_ID)) is None
    last = insertions.last_of(FORM)
    assert last is not None
    assert last.key == kept.key
    assert insertions.last_of(OTHER_FORM) is None


def test_a_source_of_an_earlier_release_has_commas() -> None:
    insertions = make()
    kept = insertion()
    insertions.add([kept])
    with insertions.database.transaction() as connection:
        connection.execute(
            "UPDATE insertions SET source = json_remove(source, '$.encoding', '$.delimiter')"
        )
    assert insertions.open() == [kept]


def test_what_is_over_is_in_no_queue_and_names_its_job_still() -> None:
    insertions = make()
    made = insertion(job_id=JOB_ID)
    insertions.add([made])
    job = watched(JOB_ID)
    insertions.created(made, job)
    insertions.end(made)
    assert insertions.open() == []
    assert [it.ref for it in WatchList(insertions.database, PROFILE).jobs()] == [job.ref]
    history = Archive(insertions.database, PROFILE).history(job.ref)
    assert history is not None
    assert history.insertion is not None
    assert history.insertion.source == made.source


def test_when_jobs_were_created_lately() -> None:
    insertions = make()
    times = [NOW, NOW + timedelta(seconds=30), NOW + timedelta(seconds=90)]
    insertions.add(insertion(str(number), create=StepRecord(at)) for number, at in enumerate(times))
    assert insertions.creates_since(NOW + timedelta(seconds=29)) == times[1:]


@pytest.mark.parametrize("job_id", ["", JOB_ID])
def test_what_was_made_for_the_upload_goes_with_the_end(tmp_path: Path, job_id: str) -> None:
    insertions = make()
    copy, row_map = tmp_path / "copy.csv", tmp_path / "lines.csv"
    for path in (copy, row_map):
        path.write_text("a\n1\n")
    made = insertion(job_id=job_id)
    source = made.source._replace(row_map=row_map)
    file = made.upload_file._replace(path=copy, is_copy=True)
    insertions.add([made._replace(source=source, upload_file=file)])
    (kept,) = insertions.open()
    insertions.end(kept)
    assert not copy.exists()
    assert row_map.exists() is bool(job_id)  # who asks later which line a record came from


@pytest.mark.parametrize("source", ["orders.csv", "./orders.csv", "/elsewhere/orders.csv"])
def test_the_users_own_file_is_never_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str
) -> None:
    monkeypatch.chdir(tmp_path)
    insertions, own = make(), Path("orders.csv")
    own.write_text("a\n1\n")
    made = insertion()
    made = made._replace(
        source=made.source._replace(path=Path(source)),
        upload_file=made.upload_file._replace(path=own),
    )
    insertions.add([made])
    (kept,) = insertions.open()
    insertions.end(kept)
    assert own.exists()


@pytest.mark.parametrize("decide", [Insertions.drop, Insertions.release])
@pytest.mark.parametrize(
    "meanwhile",
    [
        {"create": StepRecord(NOW)},
        {"create": StepRecord(NOW, Outcome.ACCEPTED), "job_id": JOB_ID},
        {"is_over": True},
    ],
    ids=["begun", "created", "over"],
)
def test_what_was_decided_of_something_else_changes_nothing(
    decide: Callable[[Insertions, Insertion], object], meanwhile: dict[str, Any]
) -> None:
    insertions, shown = make(), insertion()
    insertions.add([shown])
    insertions.keep(shown._replace(**meanwhile))
    with pytest.raises(UsageError, match="has changed meanwhile"):
        decide(insertions, shown)
    found = insertions.find(shown.key)
    assert found == shown._replace(**meanwhile)


@pytest.mark.parametrize("decide", [Insertions.drop, Insertions.release])
def test_nothing_is_decided_while_a_step_is_on_its_way(
    decide: Callable[[Insertions, Insertion], object],
) -> None:
    insertions = make()
    shown = insertion(create=StepRecord(NOW, Outcome.ACCEPTED), job_id=JOB_ID)
    insertions.add([shown])
    assert insertions.locks.take(FORM)
    with pytest.raises(UsageError, match="on its way"):
        decide(insertions, shown)
    assert insertions.find(shown.key) == shown
    insertions.locks.release(FORM)
    decide(insertions, shown)


def test_a_step_whose_sender_is_gone_is_released_as_what_it_is() -> None:
    insertions, sent = make(), insertion(create=StepRecord(NOW))
    insertions.add([sent])
    (shown,) = insertions.as_known([sent])
    assert insertions.release(shown).create is None


def test_one_process_works_a_form(tmp_path: Path) -> None:
    one, other = FormLocks(tmp_path), FormLocks(tmp_path)
    assert one.take(FORM)
    assert not one.take(FORM)
    assert not other.take(FORM)
    assert other.take(OTHER_FORM)
    one.release(FORM)
    assert other.take(FORM)
    other.release(FORM)
    other.release(OTHER_FORM)


_HOLDER = """
import os, sys
from pathlib import Path
from tests.support.insertions import FORM
from zcbulk_tui.store.process_locks import FormLocks
assert FormLocks(Path(sys.argv[1])).take(FORM)
print("taken", flush=True)
sys.stdin.read()
"""


def test_a_killed_process_holds_no_form(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", _HOLDER, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "taken\n"
        locks = FormLocks(tmp_path)
        assert not locks.take(FORM)
        holder.kill()
        holder.wait()
        assert locks.take(FORM)
        locks.release(FORM)


def test_where_no_file_can_be_made_a_form_can_be_worked(tmp_path: Path) -> None:
    locks = FormLocks(tmp_path / "missing")
    assert locks.take(FORM)
    assert not locks.take(FORM)
    locks.release(FORM)


FIELDS = FormFields(
    (
        FormField("Email", "E-mail", 3, is_unique=True, max_char=255),
        FormField("Name", "Name", 29, is_mandatory=True, subfields=("first_name",)),
        FormField("City", "City", 12, choices=("Paris", "Rome")),
    ),
    NOW,
)


def test_what_was_listed_is_kept() -> None:
    cache = MetaCache(memory_database())
    assert cache.fields(FORM) is None
    cache.keep_fields(FORM, FIELDS)
    assert cache.fields(FORM) == FIELDS
    assert cache.fields(OTHER_FORM) is None
    links = (NamedLink("Orders", "All orders"), NamedLink("store", "Store", "jason18"))
    assert cache.links("a", "b") is None
    cache.keep_links(links, NOW, "a", "b")
    assert cache.links("a", "b") == links


@pytest.mark.parametrize("answer", ["nonsense", "[1]", '[{"link_name": 5}]', "{}"])
def test_what_makes_no_sense_is_listed_anew(answer: str) -> None:
    database = memory_database()
    cache = MetaCache(database)
    cache.keep_fields(FORM, FIELDS)
    database.write_later("UPDATE meta SET answer = ?", (answer,))
    found = cache.fields(FORM)
    assert found is None or found.fields == ()
