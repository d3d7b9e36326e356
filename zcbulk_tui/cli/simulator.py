"""``zcbulk-tui simulator``: the stand-in for Zoho Creator, over HTTP on this machine."""

from argparse import ArgumentParser, ArgumentTypeError, Namespace

from zcbulk_tui.cli import options
from zcbulk_tui.errors import UsageError
from zcbulk_tui.simulator import command
from zcbulk_tui.simulator.scenarios import SCENARIOS
from zcbulk_tui.simulator.sign_in_errors import SIGN_IN_ERRORS


def add_arguments(parser: ArgumentParser) -> None:
    """Adds what can be typed after the command."""
    parser.epilog = "scenarios: zcbulk-tui simulator --list"
    parser.add_argument("--port", type=_port, default=0, help="default: any free one")
    parser.add_argument("--scenario", default="steady", help="default: steady")
    parser.add_argument(
        "--speed", type=options.speed, default=1.0, help="times as fast (default: 1)"
    )
    parser.add_argument("--seed", type=int, default=1, help="default: 1")
    parser.add_argument(
        "--token-life",
        type=_seconds,
        default=3600.0,
        metavar="SECONDS",
        help="an access token holds (default: 3600); below 3600 the limit of 10 tokens in ten"
        " minutes is off",
    )
    parser.add_argument(
        "--sign-in-error", metavar="NAME", help="answer sign-in calls with this error"
    )
    parser.add_argument(
        "--list", action="store_true", help="list the scenarios and sign-in errors, and stop"
    )


def run(arguments: Namespace) -> int:
    """Serves a scenario until interrupted, or lists what can be chosen; returns the exit code.

    Raises:
        UsageError: There is no such scenario, or no such error.
    """
    if arguments.list:
        _list_choices()
        return 0
    if arguments.scenario not in SCENARIOS:
        raise UsageError(
            f"There is no scenario “{arguments.scenario}”",
            next_step=f"There are: {', '.join(SCENARIOS)}.",
        )
    if arguments.sign_in_error not in (None, *SIGN_IN_ERRORS):
        raise UsageError(
            f"There is no sign-in error “{arguments.sign_in_error}”",
            next_step=f"There are: {', '.join(SIGN_IN_ERRORS)}.",
        )
    return command.run(
        arguments.port,
        arguments.scenario,
        arguments.speed,
        arguments.seed,
        token_life=arguments.token_life,
        sign_in_error=arguments.sign_in_error,
    )


def _list_choices() -> None:
    for scenario in SCENARIOS.values():
        print(f"{scenario.name:<12}{scenario.summary}")
    print("\nFor --sign-in-error:")
    for name, row in SIGN_IN_ERRORS.items():
        print(f"{name:<24}{row.error}, HTTP {row.status}")


def _port(text: str) -> int:
    port = options.number(text, int)
    if not 0 <= port <= 65535:
        raise ArgumentTypeError("should be from 0 to 65535")
    return port


def _seconds(text: str) -> float:
    seconds = options.number(text, float)
    if not 1 <= seconds <= 86_400:
        raise ArgumentTypeError("should be from 1 to 86400")
    return seconds
