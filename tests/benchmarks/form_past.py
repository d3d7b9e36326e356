"""What the past of a form is worth: how true its ranges are, how many calls it saves.

``python -m tests.benchmarks.form_past [--seed N] [--forms N] [--quick]`` makes up forms, each with
a life of jobs (`tests.benchmarks.form_families`), and replays each life through the monitor on a
virtual clock, once with the past and once without: what is known of a form is what the polls of its
earlier jobs have left in the memory. Of each form the first five jobs are for learning; the others
are measured. Exit code 1 where a limit is missed.

The constants were tuned on seeds that are words; the figures of a release are those of other seeds,
by default 20261.
"""

import argparse
import random
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from statistics import fmean
from unittest.mock import patch

from tests.benchmarks.figures import Figure, alone, table
from tests.benchmarks.form_families import (
    Form,
    changed,
    jobs,
    make_form,
    quantile,
    reached,
)
from tests.benchmarks.replay import AMPLE, MIDNIGHT, Policy, Watched, reading_of, together
from tests.benchmarks.traces import Trace
from tests.support.jobs import REF
from zcbulk_tui.domain.budget import Pace, Reason
from zcbulk_tui.domain.form_forecast import forecast, is_slow
from zcbulk_tui.domain.form_past import FormPast, PastJob, form_past, past_job
from zcbulk_tui.domain.job import JobReading, WatchedJob
from zcbulk_tui.domain.outlook import Outlook
from zcbulk_tui.domain.planner import Terms, wait
from zcbulk_tui.domain.progress import motion, remember
from zcbulk_tui.domain.snapshot import JobSnapshot
from zcbulk_tui.monitor.plan import Rule

LEARNT = 5
"""Jobs from which a form is learnt."""

HELD_OUT = 6
"""Jobs that are measured after these."""

FOLLOWED = 3
"""Jobs within which a change must be followed."""
