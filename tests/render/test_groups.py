"""Groups of jobs: by title, each in its order."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.render.strategies import listed
from tests.support.jobs import watched
from zcbulk_tui.domain.snapshot import JobSnapshot, Listed
from zcbulk_tui.render.order import NO_TAG, GroupBy, arranged, group_of


def job(label: str, profile: str, app: str, form: str, tags: Sequence[str]) -> Listed:
    known = watched(label=label)
    ref = known.ref._replace(app=app, form=form)
    return Listed(profile, JobSnapshot(known._replace(ref=ref, tags=tuple(tags))))


JOBS = [
    job("1", "us", "store", "Orders", []),
    job("2", "eu", "crm", "orders_2", ["nightly", "big"]),
    job("3", "us", "crm", "Orders", ["big", "nightly"]),
    job("4", "EU-2", "store", "Areas", ["Zulu"]),
    job("5", "eu", "store", "Orders", []),
]


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        (GroupBy.NONE, {"": "12345"}),
        (GroupBy.PROFILE, {"eu": "25", "EU-2": "4", "us": "13"}),
        (GroupBy.APP, {"jason18/crm": "23", "jason18/store": "145"}),
        (GroupBy.FORM, {"Areas": "4", "Orders": "135", "orders_2": "2"}),
        (GroupBy.TAG, {"big": "3", "nightly": "2", "Zulu": "4", NO_TAG: "15"}),
    ],
)
def test_examples(by: GroupBy, expected: dict[str, str]) -> None:
    groups = arranged(JOBS, by)
    found = {title: "".join(one.snapshot.job.label for one in rows) for title, rows in groups}
    assert list(found.items()) == list(expected.items())


@given(st.lists(listed(), max_size=6), st.sampled_from(GroupBy))
def test_every_job_is_in_its_group_once_and_in_order(rows: list[Listed], by: GroupBy) -> None:
    groups = arranged(rows, by)
    assert [title for title, _ in groups] == list(dict.fromkeys(title for title, _ in groups))
    for title, members in groups:
        assert members == [row for row in rows if group_of(row, by) == title]
    assert sum(len(members) for _, members in groups) == len(rows)
