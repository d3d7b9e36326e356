"""The key of the night, on the watch screen."""

from collections.abc import Callable

from zcbulk_tui.domain.night import NightPlan
from zcbulk_tui.errors import ConfigError, UsageError
from zcbulk_tui.tui import outdated
from zcbulk_tui.tui.night_form import NightForm, disarm
from zcbulk_tui.tui.notices import ErrorDialog
from zcbulk_tui.tui.screens.watch_view import WatchView, opened


class NightKeys(WatchView):
    """Arms a night, or shows and disarms the one that is armed."""

    def action_night(self) -> None:
        """Asks for a night; where one is armed, shows it and asks whether to disarm it."""
        here = self.workspace.here
        watch, night = here.watch, here.night
        if watch is None:
            return
        if night is not None:

            def disarmed(yes: bool | None) -> None:
                if yes:
                    self._try(lambda: watch.disarm(night))

            def over() -> str:
                return outdated.disarming(night, here.night)

            question = disarm(night, here.stop, self.now())
            self.app.push_screen(opened().Confirm(question, over), disarmed)
            return

        def typed(plan: NightPlan | None) -> None:
            if plan is not None:
                self._try(lambda: watch.arm(plan))

        form = NightForm(
            watch.default_budget,
            watch.reports,
            len(here.files),
            self.now,
            read_only=here.spec.read_only,
        )
        self.app.push_screen(opened().ArmNight(form), typed)

    def _try(self, change: Callable[[], object]) -> None:
        try:
            change()
        except (ConfigError, UsageError) as error:
            self.show_notices([ErrorDialog(error)])
