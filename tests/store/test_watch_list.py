"""The watch list keeps its order and its words, and a change that fails changes nothing."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.store.failing_database import Failing, full_at_last, unreadable, unwritable
from tests.store.failing_disk import full_disk
from tests.support.databases import memory_database
from tests.support.jobs import NOW, REF, reading, watched
from tests.support.text import HOSTILE, is_one_safe_line
from zcbulk_tui.domain.job import Environment, WatchedJob
from zcbulk_tui.domain.records import EventKind, JobEvent
from zcbulk_tui.errors import ConfigError
from zcbulk_tui.store.archive import Archive
from zcbulk_tui.store.database import Database, open_database
from zcbulk_tui.store.memory import Memory
from zcbulk_tui.store.rows import KNOW_JOB, job_values
from zcbulk_tui.store.watch_list import WatchList
from zcbulk_tui.store.windows import NoWindow

IST = timezone(timedelta(hours=5, minutes=30))

TOLD = watched("1", "Told in full")._replace(
    created_at=NOW - timedelta(hours=1),
    started_at=NOW - timedelta(minutes=50),
    added_by="anna@jump1, key a",
    tags=("eu", "2024"),
    note="Runs again on Monday",
)


ON_STAGE = watched("1")._replace(ref=watched("1").ref._replace(environment=Environment.STAGE))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state.db"


@pytest.fixture
def database(path: Path) -> Iterator[Database]:
    with closing(open_database(path)) as opened:
        opened.connection.execute("PRAGMA busy_timeout = 0")
        yield opened


@pytest.fixture
def watch_list(database: Database) -> WatchList:
    return WatchList(database, "default")


def ids(watch_list: WatchList) -> list[str]:
    return [job.ref.job_id for job in watch_list.jobs()]


def on_list(watch_list: WatchList, *job_ids: str) -> None:
    watch_list.add_all(map(watched, job_ids))


def test_a_new_list_is_empty(watch_list: WatchList) -> None:
    assert watch_list.jobs() == []


@pytest.mark.parametrize(
    "job",
    [
        pytest.param(watched(), id="plain"),
        pytest.param(TOLD, id="all there is"),
        pytest.param(watched(label=""), id="no label"),
        pytest.param(watched(label="Kunden „Süd“ 名前 🙂"), id="any script"),
        pytest.param(watched(label="%s :label ?1 '); DROP TABLE jobs; --"), id="statement"),
        pytest.param(watched(label="x" * 60), id="long label"),
        pytest.param(
            watched()._replace(added_at=datetime(2026, 3, 11, 16, 0, 0, 123_000, IST)),
            id="time zone",
        ),
        *(
            pytest.param(
                watched()._replace(ref=REF._replace(environment=environment)), id=environment
            )
            for environment in Environment
        ),
        pytest.param(
            watched()._replace(ref=REF._replace(origin="http://127.0.0.1:8080")), id="simulator"
        ),
    ],
)
def test_a_job_comes_back_as_it_was(path: Path, job: WatchedJob) -> None:
    with closing(open_database(path)) as database:
        WatchList(database, "default").add(job)
    with closing(open_database(path)) as database:
        assert WatchList(database, "default").jobs() == [job]


def test_jobs_stay_in_the_order_of_their_adding(watch_list: WatchList) -> None:
    for job_id in ("3", "1", "2"):
        watch_list.add(watched(job_id))
    on_list(watch_list, "9", "5")
    assert ids(watch_list) == ["3", "1", "2", "9", "5"]


def test_a_job_that_is_on_the_list_stays_in_its_place_and_gets_its_words(
    watch_list: WatchList,
) -> None:
    watch_list.add_all([TOLD, watched("2")])
    again = TOLD._replace(
        label="Renamed",
        tags=("us",),
        note="",
        added_at=NOW + timedelta(days=1),
        added_by="bert@jump2, import",
        started_at=None,
    )
    watch_list.add(again)
    assert watch_list.jobs() == [
        TOLD._replace(label="Renamed", tags=("us",), note=""),
        watched("2"),
    ]


@pytest.mark.parametrize("told", [None, NOW - timedelta(hours=2)], ids=["not told", "told"])
def test_when_a_job_was_created_is_kept_until_it_is_told_anew(
    watch_list: WatchList, told: datetime | None
) -> None:
    watch_list.add(TOLD)
    watch_list.add(TOLD._replace(created_at=told))
    (job,) = watch_list.jobs()
    assert job.created_at == (told or TOLD.created_at)


def test_a_removed_job_is_gone_and_the_others_stay(watch_list: WatchList) -> None:
    on_list(watch_list, "1", "2", "3")
    watch_list.remove(watched("2").ref)
    watch_list.remove(watched("4").ref)
    assert ids(watch_list) == ["1", "3"]


def test_a_removed_job_comes_back_at_the_end_as_one_that_was_added_now(
    watch_list: WatchList,
) -> None:
    watch_list.add_all([TOLD, watched("2")])
    watch_list.remove(TOLD.ref)
    later = NOW + timedelta(days=1)
    watch_list.add(watched("1", "Back")._replace(added_at=later, added_by="bert@jump2, key a"))
    # What is known of its life at Zoho stays known.
    back = TOLD._replace(
        label="Back", added_at=later, added_by="bert@jump2, key a", tags=(), note=""
    )
    assert watch_list.jobs() == [watched("2"), back]


def test_removed_jobs_that_are_put_back_are_as_they_were(watch_list: WatchList) -> None:
    watch_list.add_all([watched("0"), TOLD, watched("2"), watched("3")])
    before = watch_list.jobs()
    places = [watch_list.remove(job.ref) for job in (TOLD, watched("3"))]
    assert places == [2, 4]
    assert watch_list.remove(TOLD.ref) is None
    watch_list.put_back([(TOLD, places[0]), (watched("3"), places[1])])
    assert watch_list.jobs() == before


def test_a_place_that_another_job_has_taken_is_shared(watch_list: WatchList) -> None:
    on_list(watch_list, "1", "2")
    place = watch_list.remove(watched("2").ref)
    watch_list.add(watched("3"))
    watch_list.put_back([(watched("2"), place), (watched("4"), None)])
    assert ids(watch_list) == ["1", "2", "3", "4"]


def test_a_job_in_another_environment_takes_the_place_of_the_one(watch_list: WatchList) -> None:
    on_list(watch_list, "1", "2")
    watch_list.replace(watched("1").ref, ON_STAGE)
    assert [job.ref for job in watch_list.jobs()] == [ON_STAGE.ref, watched("2").ref]
    watch_list.replace(ON_STAGE.ref, watched("1"))
    assert ids(watch_list) == ["1", "2"]


def test_a_job_that_is_only_known_is_not_listed_and_goes_to_the_end_when_it_is_added(
    watch_list: WatchList, database: Database
) -> None:
    database.write_later(KNOW_JOB, job_values("default", TOLD))
    assert watch_list.jobs() == []
    watch_list.add(watched("2"))
    watch_list.add(TOLD)
    assert ids(watch_list) == ["2", "1"]


def test_the_same_id_elsewhere_is_another_job(watch_list: WatchList) -> None:
    refs = [
        REF,
        REF._replace(environment=Environment.STAGE),
        REF._replace(form="Orders"),
        REF._replace(app="another"),
        REF._replace(owner="anna"),
        REF._replace(origin="https://www.zohoapis.eu"),
    ]
    watch_list.add_all(watched()._replace(ref=ref) for ref in refs)
    watch_list.remove(refs[0])
    watch_list.add(watched(label="Renamed")._replace(ref=refs[3]))
    assert [(job.ref, job.label) for job in watch_list.jobs()] == [
        (ref, "Renamed" if ref == refs[3] else "Employees") for ref in refs[1:]
    ]


def test_each_profile_has_its_own_list(watch_list: WatchList, database: Database) -> None:
    other = WatchList(database, "other")
    on_list(watch_list, "1", "2")
    on_list(other, "2", "1", "3")
    other.add(watched("1", "Theirs"))
    watch_list.remove(watched("2").ref)
    assert ids(watch_list) == ["1"]
    assert [(job.ref.job_id, job.label) for job in other.jobs()] == [
        ("2", "Employees"),
        ("1", "Theirs"),
        ("3", "Employees"),
    ]
    assert watch_list.jobs()[0].label == "Employees"


def test_two_programs_on_one_list_lose_nothing_of_each_other(path: Path) -> None:
    with closing(open_database(path)) as here, closing(open_database(path)) as there:
        one, other = WatchList(here, "default"), WatchList(there, "default")
        one.add(watched("1"))
        other.add(watched("2"))
        one.remove(watched("1").ref)
        other.add_all([watched("3"), watched("1")])
        one.add(watched("4"))
        assert ids(one) == ids(other) == ["2", "3", "1", "4"]


steps = st.lists(
    st.tuples(st.sampled_from(["add", "remove"]), st.sampled_from("abcd")), max_size=30
)


@given(steps)
def test_it_is_a_list_in_which_each_job_stands_once(drawn: list[tuple[str, str]]) -> None:
    model: dict[str, str] = {}
    with closing(memory_database()) as database:
        watch_list = WatchList(database, "default")
        for number, (step, job_id) in enumerate(drawn):
            if step == "add":
                watch_list.add(watched(job_id, f"Step {number}"))
                model[job_id] = f"Step {number}"
            else:
                watch_list.remove(watched(job_id).ref)
                model.pop(job_id, None)
        assert [(job.ref.job_id, job.label) for job in watch_list.jobs()] == list(model.items())


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_harmful_characters_do_not_come_back(watch_list: WatchList, text: str) -> None:
    job = watched(label=f"Label {text}")._replace(
        note=f"Note {text}", added_by=f"By {text}", tags=("a", text)
    )
    watch_list.add(job)
    (back,) = watch_list.jobs()
    assert (back.label[:5], back.note[:4], back.added_by[:2]) == ("Label", "Note", "By")
    assert all(map(is_one_safe_line, (back.label, back.note, back.added_by, *back.tags)))
    assert back.tags[0] == "a"
    assert not any(" " in tag for tag in back.tags)


def test_words_without_end_are_cut_short(watch_list: WatchList) -> None:
    endless = "x" * 100_000
    watch_list.add(watched(label=endless)._replace(note=endless, added_by=endless, tags=(endless,)))
    (back,) = watch_list.jobs()
    assert max(map(len, (back.label, back.note, back.added_by, *back.tags))) <= 200


Change = Callable[[WatchList], object]

CHANGES: dict[str, Change] = {
    "add": lambda watch_list: watch_list.add(watched("3")),
    "add again": lambda watch_list: watch_list.add(watched("1", "Renamed")),
    "add all": lambda watch_list: on_list(watch_list, "3", "4"),
    "remove": lambda watch_list: watch_list.remove(watched("1").ref),
    "put back": lambda watch_list: watch_list.put_back([(watched("3"), 1), (watched("4"), None)]),
    "replace": lambda watch_list: watch_list.replace(watched("1").ref, ON_STAGE),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
@pytest.mark.parametrize(
    "failing",
    [
        pytest.param(unwritable, id="not to be written"),
        pytest.param(full_at_last, id="full at last"),
        pytest.param(lambda _: full_disk(), id="full disk"),
    ],
)
def test_a_change_that_cannot_be_written_is_refused_and_nothing_is_changed(
    watch_list: WatchList,
    database: Database,
    path: Path,
    change: Change,
    failing: Failing,
) -> None:
    on_list(watch_list, "1", "2")
    before = watch_list.jobs()
    with failing(database), pytest.raises(ConfigError) as caught:
        change(watch_list)
    assert str(path) in caught.value.title
    assert "cannot be written" in caught.value.title
    assert caught.value.next_step
    assert is_one_safe_line(str(caught.value))
    with closing(open_database(path)) as there:
        assert watch_list.jobs() == WatchList(there, "default").jobs() == before
    # Nor is it written later, when nobody expects it any more.
    database.write_later("DELETE FROM minute")
    assert watch_list.jobs() == before
    change(watch_list)
    assert watch_list.jobs() != before


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_change_that_another_program_stands_in_the_way_of_is_refused(
    watch_list: WatchList, path: Path, change: Change
) -> None:
    on_list(watch_list, "1", "2")
    before = watch_list.jobs()
    with closing(open_database(path)) as other, other.transaction():
        with pytest.raises(ConfigError, match="cannot be written"):
            change(watch_list)
        assert watch_list.jobs() == before


def test_what_cannot_be_read_is_said(watch_list: WatchList, database: Database) -> None:
    on_list(watch_list, "1")
    with unreadable(database), pytest.raises(ConfigError, match="cannot be read"):
        watch_list.jobs()
    assert ids(watch_list) == ["1"]


def test_many_are_added_all_or_none_when_the_database_refuses_one(
    watch_list: WatchList, database: Database
) -> None:
    on_list(watch_list, "1")
    database.connection.execute(
        "CREATE TEMP TRIGGER refuse BEFORE INSERT ON jobs WHEN NEW.job_id = '3'"
        " BEGIN SELECT RAISE(ABORT, 'not this one'); END"
    )
    with pytest.raises(ConfigError) as caught:
        watch_list.add_all([watched("2"), watched("1", "Renamed"), watched("3"), watched("4")])
    assert "not this one" in caught.value.cause
    assert watch_list.jobs() == [watched("1")]


def test_many_are_added_all_or_none_when_they_end_in_an_error(watch_list: WatchList) -> None:
    def broken() -> Iterable[WatchedJob]:
        yield watched("2")
        raise ConfigError("The second one is wrong")

    with pytest.raises(ConfigError, match="The second one"):
        watch_list.add_all(broken())
    assert watch_list.jobs() == []


@pytest.mark.parametrize("fails", [False, True], ids=["written", "refused"])
def test_a_change_waits_for_the_disk_and_what_comes_after_it_does_not(
    watch_list: WatchList, database: Database, fails: bool
) -> None:
    seen: list[int] = []
    database.connection.create_function("note", 0, lambda: seen.append(synchronous()))

    def synchronous() -> int:
        return int(database.rows("PRAGMA synchronous")[0][0])

    database.connection.execute("CREATE TABLE said (what)")
    refusal = ", RAISE(ABORT, 'no')" if fails else ""
    database.connection.execute(
        f"CREATE TEMP TRIGGER look BEFORE INSERT ON jobs BEGIN SELECT note(){refusal}; END"
    )
    if fails:
        with pytest.raises(ConfigError):
            watch_list.add(watched())
    else:
        watch_list.add(watched())
    assert seen == [2]
    assert synchronous() == 1


def test_jobs_of_a_profile_that_is_no_more_are_moved_with_their_past(database: Database) -> None:
    before, here = WatchList(database, "default"), WatchList(database, "eu")
    before.add_all([TOLD, watched("2"), watched("3")])
    here.add_all([watched("3", "Here already")])
    memory = Memory(database, "default", NoWindow(database, "default"))
    memory.read(TOLD.ref, reading(10, 100))
    memory.happened(JobEvent(NOW, EventKind.STATE, "First read", TOLD.ref))
    database.flush()
    assert here.stranded(["default", "eu"], None) == {}
    assert here.stranded(["eu"], "https://www.zohoapis.eu") == {}, "of another data centre"
    (other, jobs), *rest = here.stranded(["eu"], REF.origin).items()
    assert (other, [job.ref.job_id for job in jobs], rest) == ("default", ["1", "2", "3"], [])
    here.adopt(other, jobs)
    assert here.stranded(["eu"], None) == {}
    assert before.jobs() == []
    WatchList(database, "us").adopt(other, jobs)
    assert ids(WatchList(database, "us")) == [], "each is moved once"
    assert ids(here) == ["3", "1", "2"]
    assert here.jobs()[1] == TOLD
    history = Archive(database, "eu").history(TOLD.ref)
    assert history is not None
    assert len(history.readings) == len(history.events) == 1


def test_a_move_that_fails_moves_nothing(database: Database) -> None:
    before, here = WatchList(database, "default"), WatchList(database, "eu")
    on_list(before, "1", "2")
    with full_disk(), pytest.raises(ConfigError):
        here.adopt("default", before.jobs())
    assert (ids(before), ids(here)) == (["1", "2"], [])
