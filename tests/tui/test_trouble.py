"""What the screen says of a job whose polls fail, and what brings them back."""

from tests.tui.stage import Stage
from zcbulk_tui.domain.job import Action
from zcbulk_tui.simulator.faults import ERRORS, Call
from zcbulk_tui.simulator.messages import Response
from zcbulk_tui.simulator.schedule import Fault
from zcbulk_tui.tui.screens.dialogs import NoticeScreen

PORTAL = Response(403, b"<html><title>Hotel [b]WLAN[/b]</title></html>")
LABEL = "Price list"


async def failing(stage: Stage, answer: Response) -> None:
    """Lets one poll of a job fail."""
    await stage.select(LABEL)
    stage.creator.inject(
        Fault(answer, job_id=stage.ref(LABEL).job_id, calls=frozenset({Call.STATUS}), times=1)
    )
    await stage.press("r")
    await stage.until(lambda: any(job.fault for job in stage.jobs))


async def test_a_job_that_fails_says_whether_it_is_asked_again_and_what_brings_it_back() -> None:
    def its_foot(stage: Stage) -> str:
        return " ".join(" ".join(stage.text()[-5:]).split())

    async with Stage().open(160) as stage:
        assert "connected" in stage.text()[0]
        for answer in (ERRORS["401-1000"].response(), PORTAL):
            await failing(stage, answer)
            assert "1 job failing" in stage.text()[0]
            assert "next poll" in its_foot(stage)
            await stage.press("r")
            await stage.until(lambda: not any(job.fault for job in stage.jobs))
        for keys in (("r",), ("e", "enter")):
            await failing(stage, ERRORS["200-7120"].response())
            assert "1 job failing" in stage.text()[0]
            assert "connected" not in stage.text()[0]
            assert "no more polls" in its_foot(stage)
            said = " ".join(its_foot(stage).replace("no more polls", "").split())
            assert "press r to ask, or e to edit the job" in said
            await stage.press(*keys)
            await stage.until(lambda: not any(job.fault for job in stage.jobs))
            assert "connected" in stage.text()[0]
            (job,) = (job for job in stage.jobs if job.job.label == LABEL)
            assert job.next_poll_at is not None


async def test_a_refused_abort_promises_no_repetition() -> None:
    async with Stage().open() as stage:
        await stage.select(LABEL)
        for sent, (answer, said) in enumerate(
            (
                (ERRORS["429-2955"].response(), "give the command again in a minute"),
                (ERRORS["404-2930"].response(), "give the command again in a while"),
                (PORTAL, "Hotel [b]WLAN[/b]"),
            ),
            1,
        ):
            stage.creator.inject(Fault(answer, calls=frozenset({Call.CONTROL}), times=1))
            await stage.monitor.command(stage.ref(LABEL), Action.ABORT)
            await stage.until(lambda: isinstance(stage.app.screen, NoticeScreen))
            shown = " ".join(" ".join(stage.text()).replace("│", " ").split())
            assert said in shown
            assert "It is not sent again by itself" in shown
            assert "tried again" not in shown
            assert stage.sent(Action.ABORT) == sent
            await stage.press("enter")
