"""Jobs in groups, on the whole screen: headings with sums, and a cursor that is never on one."""

from tests.tui.stage import Stage
from zcbulk_tui.domain.job import Counts
from zcbulk_tui.domain.snapshot import JobKey

TAGS = {"Price list": ("sales",), "Orders EU": ("sales", "eu"), "Regions": ("base",)}


def label(stage: Stage) -> str | None:
    """The job under the cursor."""
    selected = stage.screen.workspace.selected
    return selected.snapshot.job.label if selected else None


def headings(stage: Stage) -> list[str]:
    """The titles of the groups, as they are on the screen, with their jobs."""
    lines = [line for line in stage.text() if line.startswith("Σ ")]
    return [line.removeprefix("Σ ").split("█")[0].split("░")[0] for line in lines[:-1]]


async def test_headings_have_sums_and_the_cursor_skips_them() -> None:
    async with Stage().open() as stage:
        for name, tags in TAGS.items():
            job = next(it.job for it in stage.jobs if it.job.label == name)
            stage.monitor.edit(job._replace(tags=tags))
        await stage.show()
        await stage.press("v", "v", "v", "v", "g")
        assert headings(stage) == ["base 1 job", "sales 2 jobs", "no tag 9 jobs"]
        rows = stage.screen.workspace.rows
        sales = [it.last.counts for it in stage.jobs if it.last and "sales" in it.job.tags]
        assert rows.total("sales").counts == _added(sales)
        seen = [label(stage)]
        for _ in range(4):
            await stage.press("j")
            seen.append(label(stage))
            (line,) = (line for line in stage.text() if "▌" in line)
            assert str(label(stage)) in line
        assert seen[:4] == ["Regions", "Orders EU", "Price list", "Customers 2019-24"]
        await stage.press("O")
        assert headings(stage) == ["base 1 job", "sales 2 jobs", "no tag 9 jobs"]
        assert label(stage) == seen[-1]
        await stage.press("slash", *"eu", "enter")
        assert headings(stage) == ["sales 1 job"], "a group that has no job has no heading"


def _added(counts: list[Counts]) -> Counts:
    return Counts(
        sum(one.total or 0 for one in counts),
        sum(one.success or 0 for one in counts),
        sum(one.failed or 0 for one in counts),
        sum(one.left or 0 for one in counts),
    )


async def test_the_first_heading_comes_back_into_view_with_its_job_and_takes_no_click() -> None:
    async with Stage().open(120, 16) as stage:
        await stage.press("v", "v", "v", "G")
        assert label(stage) == "Warehouses"
        await stage.press("g")
        assert label(stage) == "Contracts"
        assert stage.text()[4].startswith("Σ Contracts 1 job")
        jobs = stage.screen.jobs
        keys = [list_line for list_line in jobs.rows.list_lines if isinstance(list_line, JobKey)]
        for line, selected in ((3, keys[0]), (4, keys[1])):
            await stage.pilot.click(jobs, offset=(6, line))
            assert jobs.rows.selected is not None
            assert jobs.rows.selected.key == selected, "a click on a heading changes nothing"
