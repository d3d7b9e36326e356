"""``zcbulk-tui simulator``: the stand-in for Zoho Creator, over HTTP on this machine."""

from zcbulk_tui.errors import UsageError
from zcbulk_tui.simulator import command
from zcbulk_tui.simulator.scenarios import SCENARIOS


def run(port: int, scenario: str, speed: float, seed: int) -> int:
    """Serves a scenario until interrupted; returns the exit code.

    Raises:
        UsageError: There is no such scenario.
    """
    if scenario not in SCENARIOS:
        raise UsageError(
            f"There is no scenario “{scenario}”",
            next_step=f"There are: {', '.join(SCENARIOS)}.",
        )
    return command.run(port, scenario, speed, seed)


def list_scenarios() -> int:
    """Prints the scenarios; returns the exit code."""
    for scenario in SCENARIOS.values():
        print(f"{scenario.name:<12}{scenario.summary}")
    return 0
