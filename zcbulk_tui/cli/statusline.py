"""``zcbulk-tui statusline``: one short line for tmux and for prompts.

This is the way by the parser, for ``--help`` and what is unusual; `quick` is the usual one.
"""

import os
from argparse import SUPPRESS, ArgumentParser, Namespace

from zcbulk_tui.cli import quick
from zcbulk_tui.cli.state import memory_file
from zcbulk_tui.config import load
from zcbulk_tui.errors import ConfigError

_DESCRIPTION = """\
Prints how everything stands that is watched, in one line of at most 40 cells. It reads the store
alone: it makes no call, writes nothing, and no dashboard notices. Without --profile (and without
ZCBULK_PROFILE) it is about all profiles that watch jobs.

  3▶ 61% 1○ 2! stuck 163 left

3 jobs run, and 61 % of their records are processed; 1 waits to be started; 2 need a person, the
worst of them is stuck; 163 calls are left today (of several profiles: the fewest). Further:

  2?             jobs without a reading
  4✓             completed, once none runs or waits
  unpolled 12m   no window polls, and a reading is 12 minutes old
  paused 12m     the window that polls is paused
  25m old        a window polls, and a reading is that old nevertheless
  no jobs        nothing is watched

Every figure is as it was last read; nothing is estimated."""

_EPILOG = """\
tmux (~/.tmux.conf):
  set -g status-interval 15
  set -g status-right-length 60
  set -g status-right '#(zcbulk-tui statusline --color tmux)'

prompts:
  bash   PS1='$(zcbulk-tui statusline) \\$ '
  zsh    setopt prompt_subst; RPROMPT='${"$(zcbulk-tui statusline)"//[%]/%%}'
  fish   function fish_right_prompt; zcbulk-tui statusline; end

exit codes:
  0 printed, also without a store;
  2 the store is busy, damaged or not yours, as the line says"""


def add_arguments(parser: ArgumentParser) -> None:
    """Adds what can be typed after the command."""
    parser.description, parser.epilog = _DESCRIPTION, _EPILOG
    parser.add_argument(
        "--profile",
        metavar="NAME",
        default=SUPPRESS,  # else it would overwrite what was given before the command
        help="whose jobs; of several: eu,us (default: all profiles that watch any)",
    )
    parser.add_argument(
        "--color",
        dest="marks",
        choices=quick.COLORS,
        help="auto: on a terminal, unless NO_COLOR is set; tmux: by its own marks",
    )


def run(arguments: Namespace) -> int:
    """Prints the line; returns the exit code.

    Raises:
        ConfigError: Others can write the state folder, or it is another user's; or there is no
            profile of a name.
    """
    try:
        file = memory_file()
    except ConfigError:
        print("store refused")
        raise
    named = arguments.profile or os.environ.get("ZCBULK_PROFILE", "")
    for name in quick.names_in(named):
        load.load(flags={"profile": name})
    wish = quick.Wish(quick.names_in(named), arguments.ascii, arguments.marks or arguments.color)
    text, code = quick.status(wish, str(file), os.environ)
    print(text)
    return code
