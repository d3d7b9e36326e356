"""Where the page and the heartbeat go, as the settings have it; checked before the screen is up."""

from pathlib import Path

from zcbulk_tui.channels.page_folder import PageFolder
from zcbulk_tui.config.settings import Settings
from zcbulk_tui.domain.text import one_line
from zcbulk_tui.errors import ConfigError

_UNNAMED = Settings().profile
"""The profile of who has none: its page goes into the folder itself."""


def are_set(settings: Settings) -> bool:
    """Whether there is a page or a heartbeat."""
    heartbeat = settings.heartbeat
    return any((settings.publish.directory, heartbeat.url, heartbeat.file))


def check(settings: Settings) -> None:
    """Makes sure that the page can be written, and the heartbeat's file.

    Raises:
        ConfigError: One of them cannot be.
    """
    folder, file = page_folder(settings), heartbeat_file(settings)
    if folder is not None:
        folder.check()
    if file is not None:
        check_file(file)


def check_file(file: Path) -> None:
    """Makes sure that a file can be the heartbeat's.

    Raises:
        ConfigError: It is a folder, or its folder is not there.
    """
    if file.is_dir() or not file.parent.is_dir():
        raise ConfigError(
            f"The heartbeat's file cannot be {one_line(str(file))}",
            "That is a folder." if file.is_dir() else "Its folder is not there.",
            "Make its folder, or set [heartbeat] file to another one.",
        )


def page_folder(settings: Settings) -> PageFolder | None:
    """Returns where the page of a profile goes: one with a name has a folder of that name.

    So several profiles can share one setting, in one dashboard or in several.

    Raises:
        ConfigError: The setting names the home of a user that there is not.
    """
    directory = settings.publish.directory
    if directory is None:
        return None
    name = "" if settings.profile == _UNNAMED else settings.profile
    return PageFolder(_path(directory, "[publish] directory"), name)


def heartbeat_file(settings: Settings) -> Path | None:
    """Returns the file whose time is set; None where there is none, or a URL goes before it.

    Raises:
        ConfigError: The setting names the home of a user that there is not.
    """
    file = settings.heartbeat.file
    if file is None or settings.heartbeat.url is not None:
        return None
    return _path(file, "[heartbeat] file")


def _path(text: str, setting: str) -> Path:
    try:
        return Path(text).expanduser()
    except RuntimeError as error:
        raise ConfigError(
            f"{setting} cannot be “{one_line(text)}”",
            f"{one_line(str(error))}.",
            "Write the whole path.",
        ) from error
