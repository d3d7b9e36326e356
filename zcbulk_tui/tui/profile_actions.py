"""Profiles and their sign-ins on the screen: choosing one, and saying what is wrong with one."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from zcbulk_tui.domain.control import Outcome
from zcbulk_tui.domain.sign_in import login
from zcbulk_tui.domain.snapshot import ServiceSnapshot
from zcbulk_tui.errors import ServiceError, SignedOutError, ZcbulkError
from zcbulk_tui.tui.messages import ProfilesChosen
from zcbulk_tui.tui.profile_spec import ProfileSpec

if TYPE_CHECKING:
    from zcbulk_tui.tui.profile_view import ProfileView
    from zcbulk_tui.tui.screens.watch_view import WatchView


def others(spec: ProfileSpec) -> Sequence[str]:
    """The profiles that can be switched to."""
    names = spec.profiles.names if spec.profiles else ()
    return [name for name in names if name != spec.badge]


def ask(screen: "WatchView") -> None:
    """Asks which profiles to show, and switches to them."""
    from zcbulk_tui.tui.screens.dialogs import NoticeScreen
    from zcbulk_tui.tui.screens.profiles import ProfilesScreen

    profiles = screen.here.spec.profiles
    if profiles is None or awaits_an_answer(screen):
        return
    shown = [profile.name for profile in screen.profiles]

    def answered(names: Sequence[str] | None) -> None:
        if names is None or list(names) == shown:
            return
        try:
            specs = [profiles.open(name) for name in names]
        except ZcbulkError as error:
            screen.app.push_screen(NoticeScreen.of(error))
        else:
            screen.post_message(ProfilesChosen(specs))

    screen.app.push_screen(ProfilesScreen(profiles.names, shown), answered)


def report(screen: "WatchView", profile: "ProfileView", before: ServiceSnapshot) -> None:
    """Says once that no call can be signed: in passing what passes, in a dialog what lasts."""
    from zcbulk_tui.tui.screens.dialogs import NoticeScreen

    app, error = screen.app, profile.service.no_token
    if error is None or (before.no_token is not None and before.no_token.title == error.title):
        return
    if isinstance(error, ServiceError):
        said = f"{error} Polls rest meanwhile, and go on by themselves."
        app.notify(said, title="No access token", severity="warning", markup=False)
    elif isinstance(error, SignedOutError) and not len(screen.jobs.rows):
        screen.show_changes()  # the empty list says how to sign in
    elif not any(isinstance(it, NoticeScreen) and it.says(error) for it in app.screen_stack):
        out = isinstance(error, SignedOutError)
        mended = f"after: {login(profile.name)}" if out else "once that is mended."
        rest = f"Polls rest meanwhile, and go on by themselves {mended}"
        app.push_screen(NoticeScreen.of(error, more=rest))


def awaits_an_answer(screen: "WatchView") -> bool:
    """Whether a command is not settled yet, whose monitor would be gone; says so then."""
    sending = any(
        worker.group == "commands" for worker in screen.app.workers if not worker.is_finished
    )
    commands = (listed.snapshot.command for listed in screen.jobs.rows)
    if not sending and not any(it and it.outcome is Outcome.SENT for it in commands):
        return False
    screen.notify(
        "It is not known yet what became of the last start or abort. Try again in a moment.",
        severity="warning",
        markup=False,
    )
    return True
