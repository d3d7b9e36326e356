"""Runs several commands, one after the other, with everything logged: ``run_all.py JSON``."""

import json
import logging
import sys
from unittest.mock import patch

from zcbulk_tui.cli import device_page
from zcbulk_tui.cli.main import main

if __name__ == "__main__":
    logging.basicConfig(level=1)
    # Nobody looks at the codes of `login`.
    with patch.object(device_page, "check_terminal"):
        for arguments in json.loads(sys.argv[1]):
            print(arguments, main(arguments))
