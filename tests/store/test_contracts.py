"""What is known of the contract, and a probe's transcript: written before the first byte."""

from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from tests.support.contexts import PROFILE
from tests.support.databases import memory_database
from tests.support.insertions import FORM
from tests.support.jobs import NOW
from zcbulk_tui.domain.contract import UNKNOWN, Contract, Finding, Question, Withdrawn
from zcbulk_tui.domain.form import FormRef
from zcbulk_tui.domain.job import Environment
from zcbulk_tui.domain.probe import Act, Exchange, Step
from zcbulk_tui.errors import ConfigError, HeldError
from zcbulk_tui.store.contracts import Contracts
from zcbulk_tui.store.database import open_database

LATER = NOW + timedelta(hours=3)
CREATE = Step("create-a", Act.CREATE, "a", "begins a job")
FIELDS = Step("fields", Act.FIELDS, "", "fields")
UPLOAD = Step("upload-a", Act.UPLOAD, "a", "shows the state after it", "good.csv", 2.5)
ANSWER = Exchange(
    UPLOAD, LATER, 200, 3000, "Uploaded", {"api_status": "Uploaded", "rows": '[["1", "Dé"]]'}
)
METHOD = Finding(Question.CONTROL_METHOD, {"method": "PUT"}, NOW)
WORDS = Finding(Question.STATE_WORDS, {"created": "Created", "running": "In Progress"}, NOW)


def test_a_step_is_there_for_whoever_comes_after_a_kill(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    with closing(open_database(path)) as one, closing(open_database(path)) as other:
        Contracts(one, PROFILE).begin(FORM, CREATE, NOW)
        (found,) = Contracts(other, PROFILE).transcript(FORM)
        assert found == Exchange(CREATE, NOW)
        assert not found.is_answered


def test_an_answer_is_added_to_its_step() -> None:
    contracts = Contracts(memory_database(), PROFILE)
    first = Exchange(CREATE, NOW, 200, 3000, "", {"job_id": "2000000193177"})
    contracts.begin(FORM, CREATE, NOW)
    contracts.end(FORM, first)
    contracts.begin(FORM, UPLOAD, LATER)
    contracts.end(FORM, ANSWER)
    assert contracts.transcript(FORM) == (first, ANSWER)
    assert contracts.last_form() == FORM


def test_no_step_is_begun_twice() -> None:
    contracts = Contracts(memory_database(), PROFILE)
    contracts.begin(FORM, CREATE, NOW)
    with pytest.raises(HeldError, match="Nothing was sent"):
        contracts.begin(FORM, CREATE, LATER)
    assert [it.sent_at for it in contracts.transcript(FORM)] == [NOW]


def test_a_step_that_was_not_sent_is_begun_again() -> None:
    contracts = Contracts(memory_database(), PROFILE)
    contracts.begin(FORM, CREATE, NOW)
    contracts.end(FORM, Exchange(CREATE, NOW, is_unsent=True, calls=0))
    contracts.begin(FORM, CREATE, LATER)
    assert contracts.transcript(FORM) == (Exchange(CREATE, LATER),)


def test_what_was_refused_and_is_begun_again_has_cost_its_calls() -> None:
    contracts = Contracts(memory_database(), PROFILE)
    contracts.begin(FORM, CREATE, NOW)
    contracts.end(FORM, Exchange(CREATE, NOW, 429, is_unsent=True, calls=2))
    contracts.begin(FORM, CREATE, LATER)
    assert contracts.transcript(FORM) == (Exchange(CREATE, LATER, calls=3),)
    contracts.end(FORM, Exchange(CREATE, LATER, 200, 3000, calls=2))
    assert contracts.transcript(FORM) == (Exchange(CREATE, LATER, 200, 3000, calls=4),)


def test_a_probe_that_is_forgotten_begins_anew() -> None:
    contracts = Contracts(memory_database(), PROFILE)
    other = FORM._replace(form="Other")
    for form in (other, FORM):
        contracts.begin(form, CREATE, NOW)
    contracts.note(FORM.origin, METHOD)
    contracts.forget(FORM)
    assert contracts.transcript(FORM) == ()
    assert len(contracts.transcript(other)) == 1
    assert contracts.known(FORM.origin).findings
    contracts.begin(FORM, CREATE, LATER)


@pytest.mark.parametrize(
    "other",
    [
        FORM._replace(form="Other"),
        FORM._replace(app="other"),
        FORM._replace(environment=Environment.STAGE),
    ],
)
def test_each_form_has_its_own_transcript(other: FormRef) -> None:
    contracts = Contracts(memory_database(), PROFILE)
    contracts.begin(FORM, CREATE, NOW)
    assert contracts.transcript(other) == ()
    contracts.begin(other, CREATE, LATER)
    assert contracts.last_form() == other


def test_a_form_that_does_not_exist_is_not_the_last() -> None:
    contracts = Contracts(memory_database(), PROFILE)
    contracts.begin(FORM, CREATE, NOW)
    contracts.end(FORM, Exchange(CREATE, NOW, 200, 3000))
    unsent = FORM._replace(form="Mistyped")
    contracts.begin(unsent, FIELDS, LATER)
    contracts.end(unsent, Exchange(FIELDS, LATER, 404, 2894, "No such form", is_unsent=True))
    other = FORM._replace(form="Without_texts")
    contracts.begin(other, FIELDS, LATER)
    contracts.end(other, Exchange(FIELDS, LATER, 200, 3000))
    assert contracts.last_form() == FORM


def test_a_mistyped_form_alone_is_no_probe() -> None:
    contracts = Contracts(memory_database(), PROFILE)
    contracts.begin(FORM, FIELDS, NOW)
    contracts.end(FORM, Exchange(FIELDS, NOW, 404, 2894, is_unsent=True))
    assert contracts.last_form() is None


def test_each_profile_has_its_own() -> None:
    database = memory_database()
    Contracts(database, PROFILE).begin(FORM, CREATE, NOW)
    Contracts(database, PROFILE).note(FORM.origin, METHOD)
    other = Contracts(database, "eu")
    assert other.transcript(FORM) == ()
    assert other.last_form() is None
    assert other.known(FORM.origin) == UNKNOWN


def test_findings_are_kept_of_each_server() -> None:
    contracts = Contracts(memory_database(), PROFILE)
    contract = Contract({METHOD.question: METHOD, WORDS.question: WORDS})
    contracts.save(FORM.origin, contract)
    assert contracts.known(FORM.origin) == contract
    assert contracts.known("https://www.zohoapis.ae") == UNKNOWN


def test_a_later_finding_changes_the_aspects_that_it_names() -> None:
    contracts = Contracts(memory_database(), PROFILE)
    contracts.save(FORM.origin, Contract({WORDS.question: WORDS}))
    contracts.note(FORM.origin, Finding(Question.STATE_WORDS, {"running": "Running"}, LATER))
    found = contracts.known(FORM.origin).findings[Question.STATE_WORDS]
    assert found.values == {"created": "Created", "running": "Running"}
    assert found.found_at == LATER


def test_an_older_finding_changes_nothing() -> None:
    contracts = Contracts(memory_database(), PROFILE)
    contracts.note(FORM.origin, METHOD._replace(values={"method": "PATCH"}, found_at=LATER))
    contracts.save(FORM.origin, Contract({METHOD.question: METHOD}))
    assert contracts.known(FORM.origin).value(METHOD.question, "method") == "PATCH"


def test_what_is_withdrawn_is_open_again_unless_it_was_found_later() -> None:
    contracts = Contracts(memory_database(), PROFILE)
    contracts.save(FORM.origin, Contract({METHOD.question: METHOD, WORDS.question: WORDS}))
    contracts.note("https://www.zohoapis.ae", METHOD)
    gone = ((METHOD.question, "method"), (WORDS.question, "running"), (WORDS.question, "none"))
    contracts.save(FORM.origin, UNKNOWN, Withdrawn(gone, NOW - timedelta(seconds=1)))
    assert len(contracts.known(FORM.origin).findings) == 2
    contracts.save(FORM.origin, UNKNOWN, Withdrawn(gone, NOW))
    assert contracts.known(FORM.origin) == Contract(
        {WORDS.question: WORDS._replace(values={"created": "Created"})}
    )
    assert contracts.known("https://www.zohoapis.ae").findings


def test_a_question_of_another_version_is_passed_over() -> None:
    database = memory_database()
    contracts = Contracts(database, PROFILE)
    contracts.note(FORM.origin, METHOD)
    database.connection.execute("UPDATE findings SET question = 'colour'")
    assert contracts.known(FORM.origin) == UNKNOWN


@pytest.mark.parametrize(
    ("wrong", "reads"),
    [
        ("findings SET aspects = '[]'", lambda it: it.known(FORM.origin)),
        ("findings SET aspects = '{\"method\": 1}'", lambda it: it.known(FORM.origin)),
        ("findings SET found_at = 9e18", lambda it: it.known(FORM.origin)),
        ("probe_steps SET act = 'dance'", lambda it: it.transcript(FORM)),
        ("probe_steps SET seen = '{'", lambda it: it.transcript(FORM)),
        ("probe_steps SET environment = 'moon'", lambda it: it.last_form()),
    ],
)
def test_damage_is_an_error_of_the_memory(wrong: str, reads: Callable[[Contracts], object]) -> None:
    database = memory_database()
    contracts = Contracts(database, PROFILE)
    contracts.begin(FORM, CREATE, NOW)
    contracts.note(FORM.origin, METHOD)
    database.connection.execute(f"UPDATE {wrong}")
    with pytest.raises(ConfigError, match="make no sense"):
        reads(contracts)
