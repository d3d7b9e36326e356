"""The tests; what holds for every one is in ``conftest``."""

import os
import sys

# To compile the tests, and what pytest rewrites beside them, takes far longer than to collect them,
# and each process does both: all is kept compiled, also where the environment keeps nothing. It
# stands here since this is imported before everything that takes long.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # so do the processes that tests start
