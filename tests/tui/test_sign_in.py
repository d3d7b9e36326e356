"""What the screen says while no call can be signed: once, and what it is."""

from tests.tui.stage import Stage
from zcbulk_tui.errors import (
    SignedOutError,
    SignInBusyError,
    UnreachableError,
    ZcbulkError,
)
from zcbulk_tui.tui.screens.dialogs import NoticeScreen
from zcbulk_tui.tui.screens.help import HelpScreen

OUT = SignedOutError("The sign-in has ended", "Zoho said so.", "Write: zcbulk-tui login")
OTHER = SignedOutError("The profile is not signed in", next_step="Write: zcbulk-tui login")


class NoToken:
    """Lets no call be signed on a stage, until it is told otherwise.

    Args:
        stage: Where.
        error: Why.
    """

    def __init__(self, stage: Stage, error: ZcbulkError) -> None:
        self._stage = stage
        self._monitor = stage.monitor
        self.error: ZcbulkError | None = error
        self._monitor._api.sign_in = self._sign_in  # type: ignore[method-assign]  # as on stage

    async def _sign_in(self) -> None:
        if self.error is not None:
            raise self.error

    async def look(self) -> None:
        """Has the monitor look for a token, as it does every 15 seconds."""
        await self._monitor._can_sign()
        await self._stage.show()
        await self._stage.pilot.pause()


def dialogs(stage: Stage) -> list[NoticeScreen]:
    """The notices that are open."""
    return [screen for screen in stage.app.screen_stack if isinstance(screen, NoticeScreen)]


async def test_a_sign_out_is_read_in_a_dialog_once_for_each_reason() -> None:
    async with Stage().open() as stage:
        token = NoToken(stage, OUT)
        for _ in range(3):
            await token.look()
        assert len(dialogs(stage)) == 1
        said = " ".join(stage.text())
        assert all(part in said for part in (OUT.title, OUT.cause, OUT.next_step))
        await stage.press("enter")
        await token.look()
        assert dialogs(stage) == []
        assert "SIGNED OUT" in stage.text()[0]

        token.error = OTHER
        await token.look()
        assert OTHER.title in " ".join(stage.text())
        await stage.press("q")

        token.error = None
        await token.look()
        assert "connected" in stage.text()[0]
        token.error = OTHER
        await token.look()
        assert len(dialogs(stage)) == 1


async def test_an_empty_list_says_it_itself() -> None:
    stage = Stage()
    stage.creator.jobs.clear()
    async with stage.app.run_test(size=(120, 36)) as stage.pilot:
        await stage.until(lambda: stage.screen.workspace.here.monitor is not None)
        how = "type in another terminal: zcbulk-tui login"
        assert "paste its URL here, or press a" in "\n".join(stage.text())
        assert how not in "\n".join(stage.text())
        token = NoToken(stage, OUT)
        await token.look()
        assert dialogs(stage) == []
        assert how in "\n".join(stage.text())
        assert "SIGNED OUT" in stage.text()[0]
        token.error = None
        await token.look()
        assert "SIGNED OUT" not in stage.text()[0]
        assert how not in "\n".join(stage.text())


async def test_a_sign_out_that_comes_and_goes_lies_once_over_what_is_open() -> None:
    async with Stage().open() as stage:
        await stage.press("question_mark")
        token = NoToken(stage, OUT)
        for turn in range(6):
            token.error = None if turn % 2 else OUT
            await token.look()
        assert len(dialogs(stage)) == 1
        await stage.press("escape")
        assert isinstance(stage.app.screen, HelpScreen)


async def test_what_passes_is_said_in_passing() -> None:
    busy = SignInBusyError("Zoho gives out no token", retry_after=432)
    away = UnreachableError("The accounts server does not answer")
    async with Stage().open(toasts=True) as stage:
        token = NoToken(stage, busy)
        for error, said in ((busy, "no token, again in 7m10s"), (away, "no token, again in ")):
            token.error = error
            for _ in range(3):
                await token.look()
            assert stage.app.screen is stage.screen
            assert said in stage.text()[0]
            toasts = [it for it in stage.app._notifications if error.title in it.message]
            assert len(toasts) == 1
            token.error = None
            await token.look()


async def test_a_start_without_a_token_is_refused_and_sends_nothing() -> None:
    async with Stage().open() as stage:
        NoToken(stage, OUT)
        await stage.select("Suppliers")
        await stage.press("S", "y")
        await stage.until(lambda: "Suppliers: start failed" in " ".join(stage.text()))
        assert OUT.title in " ".join(stage.text())
        assert len(dialogs(stage)) == 1
        assert {entry.method for entry in stage.creator.log} == {"GET"}
