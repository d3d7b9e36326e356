"""A probe against servers that differ in all that is open, whole and cut."""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache
from itertools import cycle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.domain.probe_server import FORMS, READ, WORDS, Rules, Server, truth
from zcbulk_tui.domain.contract import Contract, Question
from zcbulk_tui.domain.probe import MOST_CALLS, Act, Exchange, Step
from zcbulk_tui.domain.probe_findings import Granted, findings
from zcbulk_tui.domain.probe_plan import least_calls, next_step, open_job, outlook

FIRST = 14
"""The least calls with which a probe begins."""

GOOD = 7
"""Those for the job of good records, with which the most questions are answered."""

POINTS: Mapping[str, Sequence[object]] = {
    "form": ("small", "small", "whole", *FORMS),
    "fields_refused": (False,) * 9 + (True,),
    "method": ("PATCH", "PUT", "POST"),
    "shape": ("wrapped", "flat"),
    "case": ("lower", "capital"),
    "wrong_method": ("405/1020", "405/1020", "404/1000", "405"),
    "wrong_shape": ("400/9350", "400/9350", "401/2945", "400"),
    "scopes": tuple(map(frozenset[str], (("CREATE",), ("UPDATE",), ("CREATE", "UPDATE")))),
    "granted": (frozenset({"CREATE"}), frozenset({"CREATE", "UPDATE"})),
    "words": tuple(WORDS),
    "details": ("inside", "beside", "none"),
    "zeros": (True, False),
    "semicolon": ("read", "refused", "refused at start", "misread"),
    "windows": ("read", "refused", "refused at start", "misread"),
    "utf": ("read", "read", "misread"),
    "dates": tuple(
        map(
            frozenset[str],
            ((), ("dd-MMM-yyyy",), ("dd-MMM-yyyy", "yyyy-MM-dd"), ("MM/dd/yyyy", "dd.MM.yyyy")),
        )
    ),
    "layout": ("all", "first three"),
    "reason": ("Error", "ERRORS"),
    "id": ("ID", "RECORD_ID"),
    "style": ("codes", "sentences", "same"),
    "order": ("file", "other"),
    "empty": ("", "404/11130", "200/11120", "404"),
    "busy": ("409/99005", "400/99008", ""),
    "second": ("409/11070", "400/11340", ""),
    "appends": (False, True),
    "early": ("400/11350", "409/99009", "400/9350", "400/11000", ""),
    "late": ("409", "400", ""),
    "fails": ("alone", "its batch", "its batch, unreached", "alone, but its batch counts"),
    "zip": ("", "413", "400/99006", "413/99006"),
    "zip_text": ("The file is larger than 100 MB.", "No."),
    "queue": (0.0, 2.0, 20.0),
    "work": (0.0, 4.0),
    "delay": (0.0, 3.0, 20.0),
}
"""What a server may do, point by point."""

PLAIN: Mapping[str, Sequence[object]] = {
    **POINTS,
    "empty": ("", "404/11130", "200/11120"),
    "wrong_method": ("405/1020", "404/1000"),
    "wrong_shape": ("400/9350", "401/2945"),
    "form": ("small", "whole"),
    "fields_refused": (False,),
    "scopes": (frozenset({"CREATE"}), frozenset({"CREATE", "UPDATE"})),
    "granted": (frozenset({"CREATE"}),),
    "details": ("inside", "beside"),
    "utf": ("read",),
    "style": ("codes", "sentences"),
    "appends": (False,),
    "fails": ("alone", "its batch", "its batch, unreached"),
    "zip": ("", "400/99006", "413/99006"),
    "zip_text": ("The file is larger than 100 MB.",),
}
"""What a server may do that lets all questions be answered."""


def servers(points: Mapping[str, Sequence[object]]) -> st.SearchStrategy[Rules]:
    """Any combination of choices."""
    return st.fixed_dictionaries(
        {name: st.sampled_from(list(values)) for name, values in points.items()}
    ).map(lambda chosen: Rules(**chosen))  # type: ignore[arg-type]  # each by its own name


@dataclass
class Run:
    """A probe that is carried on against a server."""

    rules: Rules
    now: datetime = READ
    transcript: list[Exchange] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.server = Server(self.rules)

    @property
    def begun(self) -> datetime:
        """When the first call was made."""
        return next((it.sent_at for it in self.transcript if not it.is_unsent), self.now)

    @property
    def made(self) -> int:
        """Calls so far."""
        return sum(not it.is_unsent for it in self.transcript)

    @property
    def waiting(self) -> list[str]:
        """The jobs that hold the form until they are started; one that runs ends by itself."""
        jobs = self.server.jobs.values()
        states = ("created", "uploaded")
        return [it.name for it in jobs if self.server.state(it, self.now) in states]

    def next(self, calls: int = MOST_CALLS) -> Step | None:
        """The next step; time passes for its wait and its answer."""
        step = next_step(self.transcript, calls, self.now)
        if step is not None:
            self.now += timedelta(seconds=step.wait + 1)
        return step

    def answered(self, step: Step) -> Exchange:
        """What the server makes of a step."""
        return self.server.answer(step, self.now, self.begun)

    def go_on(self, calls: int = MOST_CALLS) -> "Run":
        """Makes steps to the end, or until so many calls are made."""
        begin = self.made
        while (step := self.next(calls - (self.made - begin))) is not None:
            self.transcript.append(self.answered(step))
        return self

    def found(self) -> Contract:
        """What is known."""
        granted = {f"ZohoCreator.bulk.{name}" for name in self.rules.granted}
        return findings(self.transcript, Granted(granted, READ))

    def wrong(self) -> list[tuple[Question, str, str]]:
        """Findings that are not so."""
        true = set(truth(self.rules))
        return [
            (question, aspect, value)
            for question, finding in self.found().findings.items()
            for aspect, value in finding.values.items()
            if (question, aspect, value) not in true and question is not Question.LIMITS
        ]

    def check(self) -> None:
        """Looks at what must be so of every probe."""
        assert self.wrong() == []
        assert self.made <= MOST_CALLS
        keys = [it.step.key for it in self.transcript if not it.is_unsent]
        assert len(keys) == len(set(keys))
        assert self.server.most_active <= 1 or not self.rules.busy


def run(**choices: object) -> Run:
    """A whole probe of a server that does so."""
    whole = _whole(Rules(**choices))  # type: ignore[arg-type]  # each by its own name
    probe = Run(whole.rules, whole.now, list(whole.transcript))
    probe.server = deepcopy(whole.server)
    return probe


@cache
def _whole(rules: Rules) -> Run:
    return Run(rules).go_on()


@given(servers(POINTS))
def test_a_probe_finds_nothing_that_is_not_so(rules: Rules) -> None:
    probe = Run(rules).go_on()
    probe.check()
    assert not probe.waiting or not rules.granted & rules.scopes


@given(servers(PLAIN))
def test_a_probe_answers_every_question_where_the_server_lets_it(rules: Rules) -> None:
    probe = Run(rules).go_on()
    probe.check()
    probed = {it for it in Question if it.is_probed}
    # Of 2,500 of these servers, 7 that refuse much left three open: their calls were used up.
    are_spent = MOST_CALLS - probe.made < GOOD
    assert len(probe.found().findings.keys() & probed) >= (10 if are_spent else 12)
    assert probe.waiting == []


@given(
    servers(POINTS),
    st.dictionaries(
        st.integers(0, MOST_CALLS),
        st.tuples(
            st.sampled_from(("lost", "lost behind", "failed behind", "unsent")),
            st.sampled_from((0, 600, 5 * 3600, 4 * 86_400)),
        ),
        min_size=1,
        max_size=3,
    ),
)
def test_a_probe_that_is_cut_makes_nothing_twice(
    rules: Rules, cuts: Mapping[int, tuple[str, int]]
) -> None:
    """Cut with and without an effect at the server, and carried on at once or days later."""
    probe = Run(rules)
    while (step := probe.next()) is not None:
        kind, gap = cuts.get(len(probe.transcript), ("", 0))
        if kind == "unsent":
            made = Exchange(step, probe.now, is_unsent=True)
        elif kind == "lost":
            made = Exchange(step, probe.now)
        elif kind:
            probe.answered(step)
            made = Exchange(step, probe.now, 502 if kind == "failed behind" else None)
        else:
            made = probe.answered(step)
        probe.transcript.append(made)
        probe.now += timedelta(seconds=gap)
    probe.check()


def test_a_probe_goes_on_after_a_cut_at_any_step() -> None:
    whole = run(fails="its batch", second="")
    for place in range(whole.made):
        probe = Run(whole.rules)
        while (step := probe.next()) is not None:
            made = probe.answered(step)
            is_cut = len(probe.transcript) == place
            probe.transcript.append(Exchange(step, probe.now) if is_cut else made)
        probe.check()
        if probe.transcript[place].step.act is Act.CREATE:
            continue  # the id of a job is in no other answer: it expires by itself
        assert probe.waiting == []
        assert len(probe.found().findings) >= 9


@pytest.mark.parametrize("job", ["a", "b", "d"])
def test_a_job_that_nobody_knows_holds_the_form_until_it_expires(job: str) -> None:
    probe = Run(Rules())
    while (step := probe.next()) is not None:
        made = probe.answered(step)
        is_cut = step.key == f"{job} create"
        probe.transcript.append(Exchange(step, probe.now) if is_cut else made)
    assert probe.waiting == [job]
    probe.now += timedelta(hours=2)
    assert probe.next() is None
    probe.now += timedelta(hours=2)
    probe.go_on().check()
    assert probe.waiting == []
    assert len(probe.found().findings) == 14


@given(servers(POINTS), st.lists(st.integers(1, 25), min_size=1, max_size=4))
def test_a_probe_keeps_to_its_calls_and_leaves_no_job_that_waits(
    rules: Rules, days: Sequence[int]
) -> None:
    probe = Run(rules)
    for calls in days:
        made = probe.made
        probe.go_on(calls)
        assert probe.made - made <= calls
        assert not probe.waiting or not rules.granted & rules.scopes
        probe.now += timedelta(days=1)
    probe.go_on().check()


@given(
    servers(PLAIN),
    st.lists(st.integers(FIRST, MOST_CALLS), min_size=1, max_size=3),
    st.sampled_from([timedelta(seconds=1), timedelta(hours=4), *map(timedelta, (1, 4))]),
)
def test_a_probe_that_is_split_answers_as_much(
    rules: Rules, runs: Sequence[int], gap: timedelta
) -> None:
    probe, calls = Run(rules), cycle(runs)
    while least_calls(probe.transcript, probe.now):
        made = probe.made
        probe.go_on(next(calls))
        assert probe.made > made
        probe.now += gap
    probe.check()
    # What each run begins anew, and what expires between two, may take more than all calls.
    are_spent = MOST_CALLS - probe.made < GOOD
    assert len(probe.found().findings) >= (8 if are_spent else 12)


SLOW = Rules(fails="its batch", method="POST", shape="flat", queue=20.0)
"""Of a server whose first job is under way when `FIRST` calls are made."""


def test_a_job_that_was_started_is_read_by_a_later_run() -> None:
    probe = Run(SLOW).go_on(FIRST)
    assert probe.transcript[-1].step.key.startswith("a status running")
    probe.now += timedelta(days=1)
    probe.go_on().check()
    assert "a2" not in probe.server.jobs
    assert len(probe.found().findings) == 14


def test_a_job_whose_results_were_left_to_expire_gives_way_to_another() -> None:
    probe = Run(SLOW).go_on(FIRST)
    probe.now += timedelta(days=4)
    probe.go_on().check()
    assert "a2" in probe.server.jobs
    assert len(probe.found().findings) >= 13


def test_a_job_that_has_expired_is_not_aborted_to_see_what_that_is_answered() -> None:
    probe = Run(Rules())
    while (step := probe.next()) is not None and step.purpose != "abort after the end":
        probe.transcript.append(probe.answered(step))
    probe.now += timedelta(days=4)
    probe.go_on().check()
    assert not any(it.step.key == "a late abort" for it in probe.transcript)
    assert len(probe.found().findings) == 14


@pytest.mark.parametrize("fails", ["alone", "its batch"])
def test_a_whole_probe_makes_the_jobs_and_the_records_that_it_says(fails: str) -> None:
    probe = run(fails=fails)
    jobs, records = outlook()
    assert len(probe.server.jobs) <= jobs
    started = [it for it in probe.server.jobs.values() if it.started_at is not None]
    inserted = sum(len(it.flaws) for it in started)
    assert records - 2 <= inserted <= records


def test_the_least_calls_that_go_on_do() -> None:
    probe = Run(Rules())
    assert least_calls(probe.transcript, probe.now) == FIRST
    while (least := least_calls(probe.transcript, probe.now)) > 0:
        assert least == 1 or next_step(probe.transcript, least - 1, probe.now) is None
        made = probe.made
        probe.go_on(least)
        assert probe.made > made
    probe.check()
    assert len(probe.found().findings) == 14


@pytest.mark.parametrize("act", [act for act in Act if act.changes])
@pytest.mark.parametrize("is_carried_out", [True, False])
def test_what_changes_something_is_never_made_again(act: Act, *, is_carried_out: bool) -> None:
    probe = Run(Rules(busy=""))
    cut: Step | None = None
    while (step := probe.next()) is not None:
        if cut is None and step.act is act:
            cut = step
            if is_carried_out:
                probe.answered(step)
            probe.transcript.append(Exchange(step, probe.now))
            continue
        assert cut is None or step.key != cut.key
        probe.transcript.append(probe.answered(step))
    probe.check()
    assert cut is not None
    if act is not Act.CREATE:
        later = [it.step for it in probe.transcript if it.step.job == cut.job]
        assert all(it.act is not act or it.key == cut.key for it in later[later.index(cut) :])


def test_what_was_certainly_not_sent_is_made_with_the_same_key() -> None:
    probe = Run(Rules())
    first = probe.next()
    assert first is not None
    probe.transcript.append(Exchange(first, probe.now, 429, 2955, is_unsent=True))
    again = probe.next()
    assert again is not None
    assert again.key == first.key


def test_a_job_is_open_until_it_has_ended_or_expired() -> None:
    probe = Run(Rules())
    assert open_job(probe.transcript, probe.now) is None
    probe.go_on(FIRST)
    cut = next(n for n, it in enumerate(probe.transcript) if it.step.act is Act.CREATE) + 1
    part = probe.transcript[:cut]
    created = part[-1].sent_at
    assert open_job(part, created + timedelta(hours=2, minutes=59)) == "a"
    assert open_job(part, created + timedelta(hours=3)) is None
    whole = Run(Rules()).go_on()
    assert open_job(whole.transcript, whole.now) is None


def test_what_was_refused_costs_calls_of_the_whole() -> None:
    probe = Run(Rules())
    first = probe.next()
    assert first is not None
    refused = Exchange(first, probe.now, 429, 2955, is_unsent=True, calls=MOST_CALLS - FIRST)
    assert least_calls([refused], probe.now) == FIRST
    assert least_calls([replace(refused, calls=MOST_CALLS - FIRST + 1)], probe.now) == 0


def test_the_fields_are_read_first() -> None:
    first = next_step([], MOST_CALLS, READ)
    assert first is not None
    assert (first.act, first.job) == (Act.FIELDS, "")


@pytest.mark.parametrize("choices", [{"fields_refused": True}, {"form": "no text"}])
def test_without_a_field_for_a_marker_nothing_is_created(choices: Mapping[str, object]) -> None:
    probe = run(**choices)
    assert [it.step.act for it in probe.transcript] == [Act.FIELDS]
    assert least_calls(probe.transcript, probe.now) == 0
    assert probe.found().findings == {}


def test_nothing_is_begun_that_the_calls_cannot_end() -> None:
    probe = Run(Rules()).go_on(FIRST - 1)
    assert probe.transcript == []
    assert least_calls([], READ) == FIRST


def test_a_missing_scope_ends_the_probe_before_a_second_job() -> None:
    probe = run(scopes=frozenset({"UPDATE"}))
    assert probe.found().value(Question.CONTROL_SCOPE, "scope") == "UPDATE"
    assert [it.step.job for it in probe.transcript if it.step.act is Act.CREATE] == ["a"]
    assert not any(it.step.act is Act.UPLOAD for it in probe.transcript)
    assert probe.made <= 5


def test_a_form_that_is_in_use_is_left_alone() -> None:
    probe = Run(Rules())
    probe.go_on(0)
    while (step := probe.next()) is not None:
        made = probe.answered(step)
        if step.act is Act.CREATE:
            made = Exchange(step, probe.now, 409, 99005)
        probe.transcript.append(made)
    assert [it.step.act for it in probe.transcript] == [Act.FIELDS, Act.CREATE]
    assert probe.found().findings == {}


def test_calls_are_few_where_all_goes_well() -> None:
    assert run().made <= 35
