"""``zcbulk-tui simulator``: the stand-in for Zoho Creator, over HTTP on this machine."""

from zcbulk_tui.errors import UsageError
from zcbulk_tui.simulator import command
from zcbulk_tui.simulator.scenarios import SCENARIOS
from zcbulk_tui.simulator.sign_in_errors import SIGN_IN_ERRORS


def run(
    port: int,
    scenario: str,
    speed: float,
    seed: int,
    *,
    token_life: float,
    sign_in_error: str | None,
) -> int:
    """Serves a scenario until interrupted; returns the exit code.

    Raises:
        UsageError: There is no such scenario, or no such error.
    """
    if scenario not in SCENARIOS:
        raise UsageError(
            f"There is no scenario “{scenario}”",
            next_step=f"There are: {', '.join(SCENARIOS)}.",
        )
    if sign_in_error is not None and sign_in_error not in SIGN_IN_ERRORS:
        raise UsageError(
            f"There is no sign-in error “{sign_in_error}”",
            next_step=f"There are: {', '.join(SIGN_IN_ERRORS)}.",
        )
    return command.run(
        port, scenario, speed, seed, token_life=token_life, sign_in_error=sign_in_error
    )


def list_choices() -> int:
    """Prints the scenarios, then the errors of signing in; returns the exit code."""
    for scenario in SCENARIOS.values():
        print(f"{scenario.name:<12}{scenario.summary}")
    print("\nFor --sign-in-error:")
    for name, row in SIGN_IN_ERRORS.items():
        print(f"{name:<24}{row.error}, HTTP {row.status}")
    return 0
