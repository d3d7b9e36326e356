"""What is known of a server in the place of guesses, and what its answers show of that."""

from collections.abc import Mapping
from typing import Any

import pytest

from tests.creator.calls import creator, status_body
from tests.creator.test_control import FLAT, FLAT_CAPITAL, WRAPPED, picky, sent
from tests.support.contracts import ONE_FAILS_ITS_BATCH, contract_of
from tests.support.jobs import NOW, REF
from tests.support.stub_server import Reply, StubServer
from zcbulk_tui.creator.control import Variant, VariantMemory, candidates, known_way
from zcbulk_tui.creator.scopes import CREATE, READ, UPDATE, needed
from zcbulk_tui.domain.contract import UNKNOWN, Contract, Finding, Question
from zcbulk_tui.domain.job import Action, JobState
from zcbulk_tui.errors import BusyError, QuotaSpentError, SignInError, ZcbulkError

Seen = list[tuple[Question, Mapping[str, str]]]

PUT_FLAT = contract_of(
    (Question.CONTROL_METHOD, {"method": "PUT"}),
    (Question.CONTROL_BODY, {"body": "flat", "case": "lower"}),
)


class Observed:
    """Takes what a client sees."""

    def __init__(self) -> None:
        self.seen: Seen = []
        self.origins: set[str] = set()

    def __call__(self, origin: str, finding: Finding) -> None:
        self.origins.add(origin)
        self.seen.append((finding.question, finding.values))
        assert finding.found_at == NOW


def takes(*ways: tuple[str, Any]) -> Any:
    """A judge that takes only these."""
    return lambda method, body: (
        3000 if (method, body) in ways else 1020 if all(method != it for it, _ in ways) else 11000
    )


async def test_the_known_way_is_the_first_one() -> None:
    observed = Observed()
    with StubServer(picky(takes(("PUT", FLAT)))) as server:
        async with creator(server.url, contract=PUT_FLAT, observe=observed) as client:
            await client.control(REF, Action.START)
        assert sent(server) == [("PUT", FLAT)]
    assert observed.seen == []


@pytest.mark.parametrize(
    ("memory", "ways"),
    [
        (VariantMemory("POST"), [("POST", FLAT), ("PUT", FLAT)]),
        (VariantMemory(shape="wrapped"), [("PUT", WRAPPED), ("PUT", FLAT)]),
    ],
)
async def test_what_the_user_has_set_goes_before_what_is_known(
    memory: VariantMemory, ways: list[tuple[str, Any]]
) -> None:
    observed = Observed()
    with StubServer(picky(takes(("PUT", FLAT)))) as server:
        async with creator(
            server.url, memory=memory, contract=PUT_FLAT, observe=observed
        ) as client:
            await client.control(REF, Action.START)
        assert sent(server) == ways, "and what is known comes next"
    assert observed.seen == []


async def test_another_way_that_is_taken_too_contradicts_nothing() -> None:
    observed = Observed()
    with StubServer(picky(lambda *_: 3000)) as server:
        async with creator(
            server.url, memory=VariantMemory("POST"), contract=PUT_FLAT, observe=observed
        ) as client:
            await client.control(REF, Action.START)
    assert observed.seen == []


async def test_a_way_that_is_taken_after_the_known_one_was_refused_is_seen() -> None:
    observed = Observed()
    with StubServer(picky(takes(("POST", FLAT_CAPITAL)))) as server:
        for _ in range(2):
            async with creator(server.url, contract=PUT_FLAT, observe=observed) as client:
                await client.control(REF, Action.START)
        assert observed.origins == {server.url}
    with StubServer(picky(takes(("POST", FLAT)))) as server:
        async with creator(server.url, observe=(unprobed := Observed())) as client:
            await client.control(REF, Action.START)
    assert unprobed.seen == [], "where nothing is known nothing is contradicted"
    once = [
        (Question.CONTROL_METHOD, {"method": "POST"}),
        (Question.CONTROL_BODY, {"body": "flat", "case": "capital"}),
    ]
    assert observed.seen == [*once, *once]


async def test_only_what_was_refused_of_the_known_way_is_put_otherwise() -> None:
    observed = Observed()
    with StubServer(picky(lambda _, body: 3000 if body == WRAPPED else 9350)) as server:
        async with creator(server.url, contract=PUT_FLAT, observe=observed) as client:
            await client.control(REF, Action.START)
        assert sent(server) == [("PUT", FLAT), ("PUT", WRAPPED)]
    assert (Question.CONTROL_METHOD, {"method": "PUT"}) in observed.seen


def test_the_order_of_the_ways() -> None:
    worked = VariantMemory("POST")
    worked.save("https://a", Variant("PATCH", "flat"))
    known = known_way(PUT_FLAT)
    assert known == Variant("PUT", "flat")
    assert worked.recall("https://a", known) == Variant("PATCH", "flat")
    assert worked.recall("https://b", known) == Variant("POST", "flat")
    assert VariantMemory().recall("https://b", known) == known
    assert known_way(UNKNOWN) is None
    assert known_way(contract_of((Question.CONTROL_BODY, {"case": "capital"}))) == Variant(
        capital=True
    )
    ways = candidates(Variant(), known)
    assert ways[:2] == [Variant(), known]
    assert len(ways) == len(set(ways)) == len(candidates(Variant()))


@pytest.mark.parametrize(
    ("scope", "scopes"),
    [
        (None, (READ, CREATE, UPDATE)),
        ("UPDATE", (READ, CREATE, UPDATE)),
        ("CREATE", (READ, CREATE)),
    ],
)
def test_only_needed_scopes_are_asked_for(scope: str | None, scopes: tuple[str, ...]) -> None:
    known = contract_of((Question.CONTROL_SCOPE, {"scope": scope})) if scope else UNKNOWN
    assert needed(read_only=False, contract=known) == scopes
    assert needed(read_only=True, contract=known) == (READ,)


@pytest.mark.parametrize("scope", [None, "CREATE"])
async def test_a_scope_that_is_known_not_to_be_needed_is_not_named(scope: str | None) -> None:
    known = contract_of((Question.CONTROL_SCOPE, {"scope": scope})) if scope else UNKNOWN
    body = {"code": 2945, "message": "INVALID_OAUTHSCOPE"}
    with StubServer([Reply.of(body, 401)]) as server:
        async with creator(server.url, contract=known) as client:
            with pytest.raises(SignInError) as caught:
                await client.control(REF, Action.START)
    assert "bulk.CREATE" in caught.value.next_step
    assert ("bulk.UPDATE" in caught.value.next_step) == (scope is None)


async def test_a_word_that_was_found_out_is_the_state_that_it_means() -> None:
    known = contract_of((Question.STATE_WORDS, {"uploaded": "File Uploaded"}))
    for contract, state in ((known, JobState.READY), (UNKNOWN, JobState.UNKNOWN)):
        with StubServer([Reply(200, status_body("File uploaded"))]) as server:
            async with creator(server.url, contract=contract) as client:
                reading = await client.status(REF)
        assert (reading.state, reading.raw_state) == (state, "File uploaded")


@pytest.mark.parametrize(
    ("data", "beside", "seen"),
    [
        ({"record_details": {"total_records": 9}}, {}, "inside"),
        ({}, {"record_details": {"total_records": 9}}, "beside"),
        ({"record_details": {}}, {"record_details": {"total_records": 9}}, "beside"),
        ({"record_details": {"total_records": 9}}, {"record_details": {"total_records": 9}}, None),
        ({}, {}, None),
    ],
)
async def test_where_the_counts_stand_is_seen(
    data: dict[str, Any], beside: dict[str, Any], seen: str | None
) -> None:
    observed = Observed()
    known = contract_of((Question.RECORD_DETAILS, {"place": "inside"}))
    body = {"code": 3000, "data": {"api_status": "Completed", **data}, **beside}
    with StubServer([Reply.of(body, 200)]) as server:
        async with creator(server.url, contract=known, observe=observed) as client:
            await client.status(REF)
    assert observed.seen == ([(Question.RECORD_DETAILS, {"place": seen})] if seen else [])


async def test_a_single_failure_is_seen() -> None:
    observed = Observed()
    counts = {"total_records": 1_000, "success_records": 997, "failed_records": 3}
    body = {"code": 3000, "data": {"api_status": "Completed", "record_details": counts}}
    with StubServer([Reply.of(body, 200)]) as server:
        async with creator(server.url, contract=ONE_FAILS_ITS_BATCH, observe=observed) as client:
            await client.status(REF)
    assert observed.seen == [(Question.BAD_RECORD, {"fails": "alone"})]


@pytest.mark.parametrize(
    ("answer", "error", "seen"),
    [
        (Reply.of({"code": 2955}, 429), BusyError, {"retry-after": "missing"}),
        (
            Reply.of({"code": 2955}, 429, Retry_After="7"),
            BusyError,
            {"retry-after": "sent"},
        ),
        (Reply.of({"code": 4000}, 200), QuotaSpentError, {"quota": "200/4000"}),
        (Reply(429, b"<p>slow down</p>"), BusyError, None),
    ],
)
async def test_the_limits_are_noted_when_they_are_met(
    answer: Reply, error: type[ZcbulkError], seen: dict[str, str] | None
) -> None:
    observed = Observed()
    contract: Contract = UNKNOWN
    with StubServer([answer]) as server:
        async with creator(server.url, contract=contract, observe=observed) as client:
            with pytest.raises(error):
                await client.status(REF)
    assert observed.seen == ([(Question.LIMITS, seen)] if seen else [])
