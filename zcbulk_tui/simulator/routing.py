"""Which of the two servers a call is for."""

from collections.abc import Iterator
from contextlib import contextmanager

from zcbulk_tui.simulator.creator import Creator
from zcbulk_tui.simulator.messages import Request, Response


@contextmanager
def answering(creator: Creator, request: Request) -> Iterator[Response]:
    """Carry out a call; the block sends the answer.

    Calls to the accounts server are none of the API's: they hold no place in its limits.
    """
    if request.path.startswith("/oauth/"):
        yield creator.accounts.handle(request)
    else:
        with creator.in_flight():
            yield creator.handle(request)
