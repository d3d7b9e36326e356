"""``zcbulk-tui`` with a fault planted in it: ``crash.py MODULE:NAME WHERE WORDS ARGUMENT…``.

What has that name raises when it is called in the ``loop``, or in a ``thread`` beside it, with
arguments in which these words are.
"""

import asyncio
import functools
import importlib
import sys
import threading
from typing import Any

from zcbulk_tui.cli.main import main


def plant(place: str, where: str, words: str) -> None:
    module, _, name = place.partition(":")
    *path, last = name.split(".")
    holder = functools.reduce(getattr, path, importlib.import_module(module))
    before = getattr(holder, last)

    def burn(*arguments: Any, **more: Any) -> Any:
        if words in repr(arguments) and is_in(where):
            raise RuntimeError("unforeseen")
        return before(*arguments, **more)

    setattr(holder, last, burn)


def is_in(where: str) -> bool:
    if where == "loop":
        return asyncio._get_running_loop() is not None
    return threading.current_thread() is not threading.main_thread()


if __name__ == "__main__":
    plant(*sys.argv[1:4])
    sys.exit(main(sys.argv[4:]))
