"""The jobs on the list, in groups."""

from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple

from zcbulk_tui.domain.snapshot import Listed

NO_TAG = "no tag"
"""The group of the jobs without tags; a tag has no spaces, so none is called this."""


class GroupBy(StrEnum):
    """What the list can be grouped by."""

    NONE = "none"
    PROFILE = "profile"
    APP = "app"
    FORM = "form"
    TAG = "tag"


class Group(NamedTuple):
    """Jobs that have something in common.

    Attributes:
        title: What that is; empty where the list is not grouped.
        rows: The jobs.
    """

    title: str
    rows: list[Listed]


def group_of(listed: Listed, by: GroupBy) -> str:
    """Returns the title of a job's group; of several tags the first one counts."""
    job = listed.snapshot.job
    match by:
        case GroupBy.NONE:
            return ""
        case GroupBy.PROFILE:
            return listed.profile
        case GroupBy.APP:
            return f"{job.ref.owner}/{job.ref.app}"
        case GroupBy.FORM:
            return job.ref.form
        case GroupBy.TAG:
            return job.tags[0] if job.tags else NO_TAG


def arranged(rows: Iterable[Listed], by: GroupBy) -> list[Group]:
    """Returns the jobs in groups, by title, those without a tag last; each keeps its order."""
    groups: dict[str, list[Listed]] = {}
    for listed in rows:
        groups.setdefault(group_of(listed, by), []).append(listed)
    titles = sorted(groups, key=lambda title: (title == NO_TAG, title.casefold(), title))
    return [Group(title, groups[title]) for title in titles]
