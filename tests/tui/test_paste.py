"""A URL that is pasted on the list is the beginning of a watched job."""

from threading import Event

from textual import events
from textual.widgets import Button, Input, Select, Static

from tests.support.jobs import NOW, URL
from tests.tui.alone import Alone
from tests.tui.stage import Stage
from zcbulk_tui.domain.job import Environment, JobRef
from zcbulk_tui.domain.job_text import FoundJobs
from zcbulk_tui.monitor.events import Sink
from zcbulk_tui.render.glyphs import UNICODE
from zcbulk_tui.tui.app import DashboardApp
from zcbulk_tui.tui.connection import Connection
from zcbulk_tui.tui.pasted_jobs import jobs_in
from zcbulk_tui.tui.profile_spec import JobDefaults
from zcbulk_tui.tui.screens.add_job import AddJobScreen
from zcbulk_tui.tui.screens.watch_jobs import WatchJobsScreen

OTHERS = [f"{URL[:-2]}{number}" for number in range(30, 36)]
TOKEN = "1000.0a1b2c3d4e5f60718293a4b5c6d7e8f9.9f8e7d6c5b4a39281706f5e4d3c2b1a0"
MAIL = f"""Hi Ann, please watch

- Customers: {OTHERS[0]}/result
- Orders: <{OTHERS[1]}>
{OTHERS[2]}
> {OTHERS[3]}, {OTHERS[4]}
[Stock]({OTHERS[5]}) Authorization: Zoho-oauthtoken {TOKEN}
https://evil.example/creator/v2.1/bulk/a/b/form/c/insert/1
Regards
"""


def found(text: str) -> FoundJobs:
    return jobs_in(text, JobDefaults())


# The dialogs alone.


class Asked(Alone):
    """A dialog over nothing."""

    async def paste(self, text: str) -> None:
        """Pastes as a terminal does."""
        self.post_message(events.Paste(text))
        await self.pilot.pause()

    def said_in(self, selector: str) -> str:
        """What a part of the dialog says, before it is wrapped."""
        return str(self.opened.query_one(selector, Static).render())

    def field(self, name: str) -> Input:
        return self.opened.query_one(f"#{name}", Input)

    def choose(self, environment: Environment) -> None:
        self.opened.query_one("#environment", Select).value = environment


def one_job(pasted: str = "") -> AddJobScreen:
    return AddJobScreen(None, JobDefaults(), lambda: NOW, found, pasted=pasted)


def several(*watched: JobRef) -> WatchJobsScreen:
    made = found(MAIL)
    return WatchJobsScreen(made, Environment.PRODUCTION, watched, UNICODE, lambda: NOW)


async def test_what_is_in_the_field_of_the_url_is_read_and_doubted() -> None:
    rounded = URL.replace("114027", "110000")
    async with Asked(one_job("not a URL [red]\x1b[2J")).open() as asked:
        url = asked.field("url")
        assert "\x1b" not in url.value
        assert url.value.startswith("not a URL [red]"), "nothing is lost"
        await asked.press("enter")
        assert "is not a job URL" in asked.text()

        headers = f"-H 'Authorization: Zoho-oauthtoken {TOKEN}' \\\n -H 'environment: stage'"
        await asked.paste(f"curl {headers} {URL}")
        assert url.value == URL
        assert asked.field("form").value == "Employee_Details"
        assert asked.opened.query_one("#environment", Select).value is Environment.STAGE
        said = asked.said_in("#problem")
        assert "The environment is that of the text." in said
        assert "token in the text was ignored" in said
        await asked.paste(f"nothing {TOKEN}\nmore")
        assert TOKEN not in url.value

        url.value = rounded
        await asked.pilot.pause()
        assert "only zeros after 15 digits" in asked.said_in("#problem")
        # Where the names are typed, it is told by the first Enter.
        asked.field("job_id").value = rounded.rsplit("/", 1)[1][:-1] + "00"
        await asked.press("enter")
        assert asked.answers == []
        await asked.press("enter")
        (job,) = asked.answers
        assert job.ref.job_id.endswith("00")


async def test_several_jobs_are_watched_in_the_environment_that_is_chosen_once() -> None:
    async with Asked(several()).open() as asked:
        asked.choose(Environment.STAGE)
        await asked.pilot.pause()
        assert "3888833000000114030, stage" in asked.said_in("#offer")
        await asked.press("enter")
        (jobs,) = asked.answers
        assert {job.ref.environment for job in jobs} == {Environment.STAGE}

        asked.show(several(*(job.ref for job in jobs)))
        await asked.pilot.pause()
        assert not asked.opened.query_one("#watch", Button).disabled
        asked.choose(Environment.STAGE)
        await asked.pilot.pause()
        assert "These jobs are on the list already" in asked.text()
        assert asked.opened.query_one("#watch", Button).disabled


async def test_several_jobs_are_left_alone_by_escape_and_cancel() -> None:
    async with Asked(several()).open() as asked:
        await asked.press("escape")
        asked.show(several())
        await asked.pilot.pause()
        await asked.press("shift+tab", "enter")
        assert asked.answers == [None, None]


# On the dashboard.


async def paste(stage: Stage, text: str) -> None:
    """Pastes as a terminal does."""
    stage.app.post_message(events.Paste(text))
    await stage.pilot.pause()
    await stage.pilot.pause()


def label(stage: Stage) -> str:
    selected = stage.screen.workspace.selected
    assert selected is not None
    return selected.snapshot.job.label


async def test_what_is_pasted_is_offered_and_watched_by_one_enter() -> None:
    async with Stage().open() as stage:
        await paste(stage, f" {URL} \r\n")
        assert isinstance(stage.app.screen, AddJobScreen)
        await stage.press("enter")
        assert len(stage.app.screen_stack) == 1
        assert label(stage) == f"Employee_Details {URL[-4:]}"
        assert len(stage.jobs) == 13

        await stage.press("a", *"abc")
        await paste(stage, MAIL)
        assert isinstance(stage.app.screen, WatchJobsScreen), "also in the field of the URL"
        said = str(stage.app.screen.query_one("#offer", Static).render())
        assert "Watch 6 jobs?" in "\n".join(stage.text())
        assert "Customers, Employee_Details, 3888833000000114030, production" in said
        assert "not one of Zoho's API hosts" in said
        assert "An access token in the text was ignored." in said
        assert TOKEN not in said + "\n".join(stage.text())
        await stage.press("enter")
        labels = [job.job.label for job in stage.jobs[13:]]
        assert (labels[:2], labels[5], len(labels)) == (["Customers", "Orders"], "Stock", 6)
        assert label(stage) == "Customers"
        await paste(stage, MAIL)
        assert isinstance(stage.app.screen, WatchJobsScreen)
        assert stage.app.screen.query_one("#watch", Button).disabled, "they are on the list"
        await stage.press("escape")
        assert len(stage.jobs) == 19


async def test_what_is_pasted_into_a_field_or_a_dialog_stays_there() -> None:
    async with Stage().open() as stage:
        await stage.press("slash")
        await paste(stage, "Regions")
        assert stage.app.screen is stage.screen
        assert stage.screen.workspace.rows.query == "Regions"
        await stage.press("escape", "question_mark")
        open_before = list(stage.app.screen_stack)
        await paste(stage, URL)
        assert stage.app.screen_stack == open_before


async def test_nothing_is_asked_before_there_is_a_connection() -> None:
    stage, connect = Stage(), Event()

    def late(sink: Sink) -> Connection:
        connect.wait()
        return stage.spec.connect(sink)

    stage.app = DashboardApp(stage.spec._replace(connect=late), now=stage.now)
    async with stage.app.run_test() as stage.pilot:
        await paste(stage, URL)
        assert stage.app.screen is stage.screen
        connect.set()
        await stage.until(stage.all_read)
        await paste(stage, URL)
        assert isinstance(stage.app.screen, AddJobScreen)
