"""A job as the command that asks for its status, to be pasted into a shell."""

import shlex

from zcbulk_tui.domain.address import job_path
from zcbulk_tui.domain.snapshot import Listed

_API_VERSION = "v2.1"
"""The one that Zoho's pages show; whoever reads the URL takes that of the settings."""


def status_command(of: Listed) -> str:
    """Returns the command; it says all that settings could make something else of."""
    ref = of.snapshot.ref
    return shlex.join(
        (
            "zcbulk-tui",
            "status",
            ref.origin + job_path(ref, _API_VERSION),
            "--profile",
            of.profile,
            "--environment",
            ref.environment.value,
        )
    )
