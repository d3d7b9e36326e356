"""Runs several commands, one after the other, with everything logged: ``run_all.py JSON``."""

import json
import logging
import sys

from zcbulk_tui.cli.main import main

if __name__ == "__main__":
    logging.basicConfig(level=1)
    for arguments in json.loads(sys.argv[1]):
        print(arguments, main(arguments))
