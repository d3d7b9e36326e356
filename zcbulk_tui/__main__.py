"""The ``zcbulk-tui`` command, also as ``python -m zcbulk_tui``."""

import gc
import signal
import sys

_INTERRUPTED = 128 + signal.SIGINT


def main() -> int:
    """Runs the command, and returns its exit code.

    A prompt or a key waits for some: they go past all that the other commands share, which takes
    three times as long to load as they take.
    """
    if sys.argv[1:2] in (["statusline"], ["__complete"]):
        from zcbulk_tui.cli import quick

        code = quick.run(sys.argv[1:])
        if code is not None:
            return code
    gc.disable()  # until the command is loaded, see `load_command`
    try:
        from zcbulk_tui.cli.main import main as whole
    except KeyboardInterrupt:  # nothing was begun yet
        return _INTERRUPTED

    return whole()


if __name__ == "__main__":
    sys.exit(main())
