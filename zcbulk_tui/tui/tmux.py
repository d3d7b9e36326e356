"""What the tmux around the program says of itself."""

import subprocess
from collections.abc import Iterable, Mapping


def tmux_options(environ: Mapping[str, str], names: Iterable[str]) -> dict[str, str]:
    """Asks tmux for options, which takes a moment; leaves out what it does not say or know."""
    options = {}
    for name in names:
        try:
            done = subprocess.run(  # noqa: S603 - nothing in it is from outside
                ["tmux", "show", "-gv", name],  # noqa: S607 - the one that the user has
                env=environ,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=2.0,
                check=True,
            )
        except (OSError, subprocess.SubprocessError):
            continue
        options[name] = done.stdout.strip()
    return options
