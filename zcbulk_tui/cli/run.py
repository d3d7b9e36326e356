"""What runs for each command; each imports what it needs only when it runs."""

import gc
from argparse import Namespace


def _hurry() -> None:
    """Puts garbage collection off until the screen is up: start-up makes nothing but keepsakes."""
    gc.disable()


def _flags(arguments: Namespace) -> dict[str, object]:
    """The settings that were given on the command line."""
    names = ("profile", "environment", "read_only", "low_bandwidth")
    flags = {name: getattr(arguments, name, None) or None for name in names}
    return {**flags, "ascii": arguments.ascii}


def login(arguments: Namespace) -> int:
    from zcbulk_tui.cli import login

    return login.run(
        _flags(arguments),
        self_client=arguments.self_client,
        refresh_token=arguments.refresh_token,
    )


def logout(arguments: Namespace) -> int:
    from zcbulk_tui.cli import login

    return login.end(_flags(arguments), local=arguments.local)


def dashboard(arguments: Namespace) -> int:
    _hurry()
    from zcbulk_tui.cli import dashboard

    return dashboard.run(_flags(arguments), None)


def watch(arguments: Namespace) -> int:
    _hurry()
    from zcbulk_tui.cli import dashboard

    return dashboard.run(_flags(arguments), arguments.jobs)


def demo(arguments: Namespace) -> int:
    _hurry()
    from zcbulk_tui.cli import dashboard, demo

    return demo.run(
        seed=arguments.seed,
        speed=arguments.speed,
        read_only=arguments.read_only,
        preferences=dashboard.preferences(
            ascii="auto" if arguments.ascii is None else arguments.ascii,
            sparing=arguments.low_bandwidth,
        ),
    )


def status(arguments: Namespace) -> int:
    from zcbulk_tui.cli import status

    return status.run(
        arguments.jobs, _flags(arguments), as_json=arguments.json, fresh=arguments.fresh
    )


def control(arguments: Namespace) -> int:
    from zcbulk_tui.cli import control

    return control.run(arguments.action, arguments.jobs[0], _flags(arguments), yes=arguments.yes)


def history(arguments: Namespace) -> int:
    from zcbulk_tui.cli import history

    return history.run(arguments.jobs[0], _flags(arguments), as_json=arguments.json)


def log(arguments: Namespace) -> int:
    from zcbulk_tui.cli import log

    return log.run(arguments.since, arguments.words, _flags(arguments), as_json=arguments.json)


def export(arguments: Namespace) -> int:
    from zcbulk_tui.cli import export

    return export.run(
        arguments.jobs,
        _flags(arguments),
        as_csv=arguments.format == "csv",
        what=arguments.what,
        output=arguments.output,
    )


def import_jobs(arguments: Namespace) -> int:
    from zcbulk_tui.cli import importing

    return importing.run(
        arguments.file, _flags(arguments), skip_bad=arguments.skip_bad, yes=arguments.yes
    )


def compact(arguments: Namespace) -> int:
    from zcbulk_tui.cli import store

    return store.compact(_flags(arguments))


def config(arguments: Namespace) -> int:
    from zcbulk_tui.cli import config

    profile = getattr(arguments, "profile", None)
    match arguments.part:
        case "show":
            return config.show(profile, as_json=arguments.json)
        case "check":
            return config.check(profile)
        case "init":
            return config.init()
        case _:
            return config.path()


def doctor(arguments: Namespace) -> int:
    from zcbulk_tui.cli.doctor import command

    return command.run(arguments.job, _flags(arguments), as_json=arguments.json)


def simulator(arguments: Namespace) -> int:
    from zcbulk_tui.cli import simulator

    if arguments.list:
        return simulator.list_choices()
    return simulator.run(
        arguments.port,
        arguments.scenario,
        arguments.speed,
        arguments.seed,
        token_life=arguments.token_life,
        sign_in_error=arguments.sign_in_error,
    )
