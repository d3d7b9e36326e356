"""The ``zcbulk-tui`` command, also as ``python -m zcbulk_tui``."""

import gc
import os
import sys

try:
    from zcbulk_tui.cli import interrupts
except KeyboardInterrupt:  # before it could be handled
    os._exit(130)


def main() -> int:
    """Runs the command, and returns its exit code.

    A prompt or a key waits for some: they go past all that the other commands share, which takes
    three times as long to load as they take.
    """
    interrupts.install()
    try:
        if sys.argv[1:2] in (["statusline"], ["__complete"]):
            from zcbulk_tui.cli import quick

            code = quick.run(sys.argv[1:])
            if code is not None:
                return code
        gc.disable()  # until the command is loaded, see `load_command`
        from zcbulk_tui.cli.main import main as whole

        return whole()
    except KeyboardInterrupt:  # before a command was begun, or after its end
        # At once: while the interpreter ends, another one would kill it, with a code of its own.
        os._exit(interrupts.CODE)


if __name__ == "__main__":
    sys.exit(main())
