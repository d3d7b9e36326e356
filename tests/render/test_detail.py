"""The pane about one job: its lines are as wide as asked, and it says what counts."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.render.drawn import text
from tests.render.histories import histories, read, start
from tests.render.plans import CET, days
from tests.render.strategies import lines, moments, snapshots
from tests.support.jobs import NOW, REF, watched
from tests.support.text import HOSTILE, is_one_safe_line
from zcbulk_tui.domain.budget import Reason, Spent
from zcbulk_tui.domain.control import Command, Outcome
from zcbulk_tui.domain.form_past import FormPast, Quantity
from zcbulk_tui.domain.job import Action, Counts, Environment, JobReading, JobState, WatchedJob
from zcbulk_tui.domain.records import ControlRecord, History
from zcbulk_tui.domain.snapshot import Fault, JobSnapshot, Listed, ServiceSnapshot
from zcbulk_tui.errors import Answer, RefusedError, UnreachableError
from zcbulk_tui.render.detail import Known, detail
from zcbulk_tui.render.glyphs import ASCII, UNICODE, Glyphs
from zcbulk_tui.render.span import Line, Look, line_width

S = JobState
LATER = NOW + timedelta(seconds=70)
RUN = [read(at, at * 100, at, total=100_000) for at in range(10, 61, 10)]


def known(
    *readings: JobReading,
    job: WatchedJob | None = None,
    past: Sequence[JobReading] = (),
    record: ControlRecord | None = None,
    fault: Fault | None = None,
    command: Command | None = None,
    form_past: FormPast | None = None,
) -> Known:
    """A job with these readings."""
    snapshot = JobSnapshot(
        job or watched(),
        readings,
        fault,
        NOW + timedelta(seconds=75),
        Reason.FINISH,
        command,
        form_past,
    )
    return Known(Listed("eu-team", snapshot), past, record)


def pane(
    *readings: JobReading, width: int = 60, now: datetime = LATER, **others: Any
) -> list[Line]:
    """The pane about a job with these readings."""
    return detail(known(*readings, **others), now, width, UNICODE, CET)


def values(pane: Sequence[Line]) -> dict[str, str]:
    """What stands beside each name, over all its lines; what has no name goes with the one above.

    Only of panes with one column; names that come twice keep what comes first.
    """
    found: dict[str, str] = {}
    name = ""
    for line in pane:
        said = text(line)
        label, value = said[1:13].strip(), said[14:].rstrip()
        if label and label not in found:
            name = label
            found[name] = value
        elif not label and name:
            found[name] += f" {value.strip()}"
    return found


def looks(pane: Sequence[Line], part: str) -> set[Look]:
    """How a text is drawn."""
    return {span.look for line in pane for span in line if part in span.text}


def said(pane: Sequence[Line]) -> str:
    """All that is written, without line ends."""
    return " ".join(" ".join(text(line).split()) for line in pane)


@settings(max_examples=60)
@given(
    snapshots(),
    histories(),
    lines,
    st.none() | days(),
    moments,
    st.integers(20, 160),
    st.sampled_from([UNICODE, ASCII]),
)
def test_every_line_is_as_wide_as_asked_and_prints(
    snapshot: JobSnapshot,
    past: History,
    profile: str,
    spent: Spent | None,
    now: datetime,
    width: int,
    glyphs: Glyphs,
) -> None:
    record = past.commands[-1] if past.commands else None
    all_known = Known(Listed(profile, snapshot), past.readings, record, ServiceSnapshot(spent))
    drawn = detail(all_known, now, width, glyphs, CET)
    assert {line_width(line) for line in drawn} == {width}
    assert all(is_one_safe_line(text(line)) for line in drawn)


@pytest.mark.parametrize(
    "label", ["名前です" * 30, "e\u0301" * 90, "🙂🚀" * 40, "한국어 라벨", "x"]
)
@pytest.mark.parametrize("now", [NOW, LATER])
def test_every_width_is_kept_with_any_label(label: str, now: datetime) -> None:
    job = watched(label=label)._replace(note=label, tags=(label,))
    one = known(*RUN, job=job, record=start(0))
    for width in range(20, 161):
        assert {line_width(line) for line in detail(one, now, width, UNICODE, CET)} == {width}


@pytest.mark.parametrize("kind", HOSTILE)
def test_nothing_harmful_is_drawn(kind: str) -> None:
    evil = HOSTILE[kind]
    job = watched(label=evil)._replace(note=evil, tags=(evil,), added_by=evil)
    bad = replace(RUN[-1], raw_state=evil)
    command = Command(Action.START, NOW, Outcome.ACCEPTED, evil)
    record = start(0)._replace(operator=evil, command=command, settled=bad)
    fault = Fault(RefusedError(evil, evil, answer=Answer(400, 1, evil)), NOW)
    drawn = pane(bad, job=job, record=record, fault=fault)
    assert all(is_one_safe_line(text(line)) for line in drawn)


def test_nothing_is_read_as_markup() -> None:
    job = watched(label="[bold]a[/]")._replace(note="[red]b[/red]")
    assert "[bold]a[/]" in said(pane(job=job))
    assert "[red]b[/red]" in said(pane(job=job))


@pytest.mark.parametrize("state", JobState)
def test_every_state_is_told(state: JobState) -> None:
    drawn = pane(read(0, 500, 20, state=state))
    assert f"“{state.value}”" in said(drawn)
    assert values(drawn)["Answer"] == f"“{state.value}”"
    has_deadline = state not in (S.EXPIRED, S.UNKNOWN)
    assert ("DEADLINES" in said(drawn)) is has_deadline
    assert ("SYSTEM ABORT" in said(drawn)) is (state in (S.IN_PROGRESS, S.SYSTEM_ABORTED))
    assert ("Ends in" in values(drawn)) is (state in (S.IN_PROGRESS, S.UNKNOWN))


def test_the_reference_is_told_in_full() -> None:
    job = watched(label="Orders EU")._replace(
        tags=("eu", "q3"), note="Ask Anna", added_by="anna@jump1, key a"
    )
    told = values(pane(job=job))
    assert told["Orders EU"[:9]].endswith("not read yet")
    assert told["Id"] == f"{REF.job_id}  y copies it"
    assert told["Form"] == f"{REF.owner}/{REF.app}/{REF.form}"
    assert "PRODUCTION" in told["Where"]
    assert "eu-team" in told["Where"]
    assert told["Host"] == "www.zohoapis.com (US)"
    assert told["Command"].startswith("zcbulk-tui status https://")
    assert told["Command"].endswith("Y copies it")
    assert told["Tags"] == "#eu #q3"
    assert told["Note"] == "Ask Anna"
    assert told["Added"] == "Wed 11 Mar 11:30 CET by anna@jump1, key a"


def test_the_keys_are_those_that_the_user_has() -> None:
    known = Known(Listed("eu", JobSnapshot(watched())), id_key="F2", command_key="")
    told = values(detail(known, NOW, 60, UNICODE, CET))
    assert told["Id"].endswith("F2 copies it")
    assert "copies it" not in told["Command"]


def test_other_environments_do_not_look_like_production() -> None:
    stage = watched()._replace(ref=REF._replace(environment=Environment.STAGE))
    assert looks(pane(), "PRODUCTION") == {Look.PRODUCTION}
    assert looks(pane(job=stage), "stage") == {Look.TEXT}


def test_counts_have_their_shares_and_the_estimate_is_told_apart() -> None:
    drawn = pane(*RUN)
    told = values(drawn)
    assert told["Success"].split() == ["6,000", "6.0", "%"]
    assert told["Failed"].split() == ["60", "<0.1", "%"]
    assert told["Estimated"].split() == ["~1,000", "~1", "%"]
    assert told["Left"].split() == ["93,940", "93.9", "%"]
    assert told["Total"] == "100,000"
    assert looks(drawn, "~1,000") == looks(drawn, "~1 %") == {Look.ESTIMATE}
    ends = {len(text(line)[:20].rstrip()) for line in drawn if " Left " in text(line)[:10]}
    assert ends == {len(text(line)[:20].rstrip()) for line in drawn if " Total " in text(line)[:10]}


@pytest.mark.parametrize(
    ("counts", "share"),
    [
        (Counts(1_000, 1_000, 0, 0), "100 %"),
        (Counts(100_000, 99_999, 1, 0), "99.9 %"),
        (Counts(100_000, 1, 0, 99_999), "<0.1 %"),
        (Counts(100_000, 0, 0, 100_000), "0 %"),
        (Counts(None, 5, 0, None), "5"),
        (Counts(), "–"),
    ],
)
def test_a_share_is_all_or_none_only_where_it_is_so(counts: Counts, share: str) -> None:
    drawn = pane(replace(read(0, 0), counts=counts, state=S.COMPLETED))
    assert values(drawn)["Success"].endswith(share)


def test_the_pace_over_all_that_is_remembered() -> None:
    past = [read(at, (at + 600) * 50, total=100_000) for at in range(-600, 10, 30)]
    told = values(pane(*RUN, past=[*past, *RUN[1:]]))
    assert "/s now" in told["Rate"]
    assert "/s on average" in told["Rate"]
    assert "peak" in told["Rate"]
    assert told["Failed"]
    assert "of readings" in said(pane(*RUN))
    assert values(pane(*RUN))["Ends in"].startswith("13m–18m")


def test_sparklines_leave_where_they_would_not_fit() -> None:
    assert "▂" in said(pane(*RUN, width=44)) or "█" in said(pane(*RUN, width=44))
    assert "peak" not in said(pane(*RUN, width=26))


def test_the_risk_warns_by_its_level() -> None:
    def risk(failed: int) -> list[Line]:
        return pane(read(0, 100_000 - failed, failed, total=200_000))

    assert looks(risk(9), "batches") >= {Look.TEXT}
    assert looks(risk(1_500), "May be aborted") == {Look.WARNING}
    assert looks(risk(20_000), "moment:") == {Look.ERROR}
    assert "Between 1 and 9 of 1,000 batches failed; Zoho aborts above 50" in said(risk(9))
    assert "Zoho reports failed records, not failed batches" in said(risk(9))
    assert "A range" not in said(risk(0))


def test_a_deadline_has_its_moment_and_what_is_left() -> None:
    told = values(pane(read(0, 0, state=S.READY), width=80))
    assert told["Start by"].startswith("unknown, at most 2h58m left, Wed 11 Mar 14:30 CET")
    created = watched()._replace(created_at=NOW - timedelta(hours=2, minutes=50))
    drawn = pane(read(0, 0, state=S.READY), job=created, width=80)
    assert values(drawn)["Start by"].startswith("8m50s left, Wed 11 Mar 11:40 CET")
    assert looks(drawn, "8m50s left") == {Look.ERROR}


def test_an_end_that_was_read_is_said_to_lie_between_two_readings() -> None:
    ended = (read(-2, 9, total=9), read(0, 9, total=9, state=S.COMPLETED))
    told = said(pane(*ended, past=list(ended), width=80))
    assert "which was between " in told
    assert "not seen" not in told


def test_readings_and_the_next_poll() -> None:
    told = values(pane(*RUN, past=[read(-600, 0), *RUN], width=80))
    assert told["Last"] == "just now, Wed 11 Mar 11:31 CET"
    assert told["Kept"] == "7 since Wed 11 Mar 11:20 CET"
    assert told["Next"] == "15s (end expected)"


def test_an_answer_has_its_codes() -> None:
    answered = replace(RUN[-1], http_status=200, raw_state="In-progress")
    assert values(pane(answered))["Answer"] == "“In-progress”, HTTP 200, code 3000"


@pytest.mark.parametrize(
    ("fault", "answer"),
    [
        (
            RefusedError("Zoho does not know the job", answer=Answer(200, 7120, "No job")),
            "HTTP 200, code 7120: “No job” (Zoho does not know the job)",
        ),
        (UnreachableError("No network"), "no usable answer (No network)"),
    ],
)
def test_a_fault_is_the_last_answer(fault: RefusedError | UnreachableError, answer: str) -> None:
    drawn = pane(*RUN, fault=Fault(fault, NOW), width=90)
    assert values(drawn)["Answer"] == f"{answer} so since Wed 11 Mar 11:30 CET"
    assert looks(drawn, f"({fault.title})") == {Look.WARNING}


def test_who_started_it_and_what_became_of_it() -> None:
    told = values(pane(*RUN, record=start(0)._replace(settled=RUN[0]), width=90))
    assert told["Sent"] == "Wed 11 Mar 11:30 CET by anna@jump1"
    assert "the server said “Job started”" in told["Became"]
    assert told["Settled"] == "“in_progress” was read Wed 11 Mar 11:30 CET"


def test_a_command_is_told_though_no_record_is_kept() -> None:
    refused = Command(Action.ABORT, NOW, Outcome.REFUSED, error=UnreachableError("No network"))
    told = values(pane(*RUN, command=refused, width=90))
    assert told["Sent"] == "Wed 11 Mar 11:30 CET"
    assert told["Became"].startswith("Abort not sent")


def test_two_columns_hold_what_one_does() -> None:
    one, two = pane(*RUN, record=start(0), width=80), pane(*RUN, record=start(0), width=120)
    assert len(two) < 0.7 * len(one)
    for title in ("JOB", "COUNTS", "PACE", "SYSTEM ABORT", "DEADLINES", "READINGS", "REFERENCE"):
        assert f"{title} ─" in said(one)
        assert f"{title} ─" in said(two)


def test_what_counts_stands_on_top_of_a_short_pane() -> None:
    top = said(pane(*RUN, width=120)[:12])
    for part in ("JOB", "COUNTS", "Ends in", "SYSTEM ABORT"):
        assert part in top


@pytest.mark.parametrize("width", [44, 120])
def test_a_quiet_job_is_drawn_the_same_a_moment_later(width: int) -> None:
    over = read(0, 1_000, state=S.COMPLETED)
    at = NOW + timedelta(hours=5, minutes=1)
    drawn = [pane(over, now=at + timedelta(seconds=s), width=width) for s in (0, 50)]
    assert drawn[0] == drawn[1]


@pytest.mark.parametrize("width", [44, 120])
def test_a_running_job_is_rarely_drawn_anew_between_two_polls(width: int) -> None:
    minute = [LATER + timedelta(seconds=second) for second in range(60, 120)]
    drawn = [pane(*RUN, now=now, width=width) for now in minute]
    assert sum(one != other for one, other in pairwise(drawn)) <= 10


def test_an_alert_at_the_end_is_named_until_it_has_come() -> None:
    asked = watched()._replace(alert_on_end=True)
    assert values(pane(RUN[-1], job=asked))["Alert"] == f"{UNICODE.alert} when it ends"
    over = replace(RUN[-1], state=S.COMPLETED)
    assert "Alert" not in values(pane(over, job=asked))
    assert "Alert" not in values(pane(RUN[-1]))


@pytest.mark.parametrize(("seconds", "is_slow"), [(2_000, True), (20, False)])
def test_a_job_is_shown_beside_those_of_its_form(seconds: int, is_slow: bool) -> None:
    started = watched()._replace(started_at=NOW - timedelta(seconds=seconds))
    form_past = FormPast(
        7, Quantity(100.0, 0.2), Quantity(30.0, 0.3), 0.1, 0.0, {S.COMPLETED: 7}, seconds=7e3
    )
    shown = pane(read(0, 0, total=100_000), job=started, form_past=form_past)
    slow = "9 of 10 jobs of this form had come this far sooner."
    assert (slow in said(shown)) is is_slow
    assert ("By the last 7 jobs of this form." in said(shown)) is not is_slow
    assert "By the last" not in said(pane(read(0, 0, total=100_000), job=started))


def test_a_job_that_is_asked_about_at_another_server_says_so() -> None:
    listed = Listed("eu-team", JobSnapshot(watched()))
    for base_url in (None, REF.origin):
        known = Known(listed, base_url=base_url)
        assert "Server" not in values(detail(known, NOW, 60, UNICODE, CET))
    known = Known(listed, base_url="https://proxy.example:8443")
    told = values(detail(known, NOW, 60, UNICODE, CET))
    assert told["Server"] == ("proxy.example:8443 is asked; the job was added at www.zohoapis.com")


@pytest.mark.parametrize("state", S)
@pytest.mark.parametrize("width", [40, 60, 120])
def test_no_label_is_cut(state: S, width: int) -> None:
    labels = [text(line)[1:13] for line in pane(read(0, 9, total=9, state=state), width=width)]
    assert not any("…" in label for label in labels[3:])
