"""``python -m zcbulk_tui`` is the ``zcbulk-tui`` command."""

import sys

from zcbulk_tui.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
