"""The dashboard: the only part that knows Textual."""

import os

from zcbulk_tui.render.cell_table import UNICODE_VERSION

# Rich measures by the version that this variable names, ours or not: both measure by one table.
os.environ["UNICODE_VERSION"] = UNICODE_VERSION
