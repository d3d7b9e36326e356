"""Running coroutines in a loop whose end waits for no thread, and which signals end in order."""

import asyncio
import signal
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager, suppress
from functools import partial
from threading import Thread
from typing import Any, ParamSpec, TypeVar

from zcbulk_tui.cli import interrupts
from zcbulk_tui.cli.shutdown import is_unhandled
from zcbulk_tui.errors import ZcbulkError

P = ParamSpec("P")
T = TypeVar("T")


def run(coroutine: Coroutine[Any, Any, T]) -> T:
    """Does the same as `asyncio.run`, and abandons threads that still work at the end.

    A look-up of a name, a keyring or a program that prints a token may hang for minutes, and
    nothing can stop a thread. `asyncio.run` would join it, and so would the interpreter.
    """
    tasks: list[asyncio.Task[Any] | None] = []

    async def work() -> T:
        tasks.append(asyncio.current_task())
        return await coroutine

    def cancel() -> None:
        runner.get_loop().call_soon_threadsafe(lambda: [task.cancel() for task in tasks if task])

    with asyncio.Runner(loop_factory=_new_loop) as runner, interrupts.calling(cancel):
        was_begun = interrupts.begun()
        try:
            return runner.run(work())
        except asyncio.CancelledError:
            if interrupts.begun() and not was_begun:
                raise KeyboardInterrupt from None
            raise


@asynccontextmanager
async def beside(*runs: Callable[[], Coroutine[Any, Any, object]]) -> AsyncIterator[None]:
    """Runs coroutines within the context, and cancels them at its end, the last one first.

    Where one of them fails, the context ends with its error: nobody waits for what it was to do.
    """
    try:
        async with asyncio.TaskGroup() as tasks:
            begun = [tasks.create_task(run()) for run in runs]
            try:
                yield
            finally:
                for task in reversed(begun):
                    task.cancel()
                    await asyncio.wait([task])
    except BaseExceptionGroup as group:
        raise first_of(group) from None


def first_of(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """Returns the first error of a group, of our tree where one is."""
    errors = [*group.exceptions]
    while any(isinstance(it, BaseExceptionGroup) for it in errors):
        errors = [
            inner
            for it in errors
            for inner in (it.exceptions if isinstance(it, BaseExceptionGroup) else (it,))
        ]
    return next((it for it in errors if isinstance(it, ZcbulkError)), errors[0])


class Ending:
    """How a command is ended from outside.

    Attributes:
        signal: The signal that does; None for none.
    """

    def __init__(self) -> None:
        self.signal: int | None = None


@contextmanager
def cancelled_by_signals(ending: Ending) -> Iterator[None]:
    """Has the task that runs cancelled by TERM and HUP, so that it ends in order."""
    task = asyncio.current_task()

    def end(number: int) -> None:
        ending.signal = number
        if task is not None:
            task.cancel()

    ends = {number: partial(end, number) for number in (signal.SIGTERM, signal.SIGHUP)}
    with handled_signals(ends):
        yield


@contextmanager
def handled_signals(handlers: Mapping[signal.Signals, Callable[[], None]]) -> Iterator[None]:
    """Calls functions in the loop when signals arrive, but for those that somebody ignores.

    Not by the loop's own way, which would keep the end of this process from hearing of Ctrl-C.
    """
    loop = asyncio.get_running_loop()
    before = {}
    with suppress(ValueError):  # not in the main thread
        for number, handler in handlers.items():
            if is_unhandled(number):
                before[number] = signal.signal(
                    number, lambda *_, call=handler: loop.call_soon_threadsafe(call)
                )
    try:
        yield
    finally:
        for number, earlier in before.items():
            signal.signal(number, earlier)


def _new_loop() -> asyncio.AbstractEventLoop:
    loop = asyncio.new_event_loop()
    loop.set_default_executor(_DaemonThreads())
    return loop


class _DaemonThreads(ThreadPoolExecutor):
    """A daemon thread for each call; asyncio takes no other kind of executor than this base."""

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        future: Future[T] = Future()

        def work() -> None:
            if not future.set_running_or_notify_cancel():
                return
            try:
                future.set_result(fn(*args, **kwargs))
            except BaseException as error:  # noqa: BLE001 - whoever waits for the result raises it
                future.set_exception(error)

        Thread(target=work, name="call", daemon=True).start()
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Waits for nothing."""
