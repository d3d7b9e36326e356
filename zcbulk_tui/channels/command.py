"""A command of the user's, run for each alert, which it gets as JSON and in variables.

It runs without a shell, in a session of its own: no key reaches it, and it can be ended with all
that it has started. Nothing here waits for its streams, which whatever it leaves running in the
background may hold open for ever.
"""

import asyncio
import errno
import os
import signal
import subprocess
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress

from zcbulk_tui.channels import payload
from zcbulk_tui.domain.alerts import Alert
from zcbulk_tui.domain.commands import command
from zcbulk_tui.domain.text import one_line
from zcbulk_tui.errors import AlertNotSentError

PATIENCE = 10.0
"""Seconds that it may take."""

_LOOK, _HURRY = 0.05, 0.005
"""Seconds between two looks whether it has ended; while it fills its standard error."""

_PIECE = 2**16
"""Bytes of its standard error that are taken at each look: all that a pipe holds."""

_KEPT = 4096
"""Bytes of it in which the first line is looked for; all else is thrown away."""

_KILLED = 0.5
"""Seconds for the system to end what was killed."""


class CommandChannel:
    """Sends alerts to a command.

    Args:
        words: The program and its arguments.
        withheld: The names of variables that it does not get, for what is in them is secret.
        patience: Seconds that it may take.
    """

    name = "command"

    def __init__(
        self, words: Sequence[str], withheld: Collection[str] = (), *, patience: float = PATIENCE
    ) -> None:
        self._words = words
        self._withheld = {os.fsencode(name) for name in withheld}
        self._patience = patience

    async def send(self, alert: Alert) -> None:
        """Runs the command, and waits for its end.

        Raises:
            AlertNotSentError: It does not run, fails, or takes too long and was ended.
        """
        problem = cause = ""
        try:
            environment = self._environment(alert)
            with closing(_Running(self._words, payload.alert_json(alert), environment)) as running:
                async with asyncio.timeout(self._patience):
                    await running.ended()
            problem, said = running.problem, running.first_line
            cause = f"It said: “{said}”." if said else ""
        except TimeoutError:
            problem = f"did not end within {self._patience:g} seconds, and was ended"
        except OSError as error:
            problem, cause = "cannot be run", f"{error.strerror or type(error).__name__}."
        if problem:
            raise AlertNotSentError(
                f"The alert's command {problem}",
                cause,
                f"Correct alerts.command, then try it: {command('alerts test', alert.profile)}",
            )

    def _environment(self, alert: Alert) -> Mapping[bytes, bytes]:
        """That of this process without what is secret, and the alert; in UTF-8 everywhere."""
        own = {name: text for name, text in os.environb.items() if name not in self._withheld}
        fields = {
            "KIND": alert.kind.value,
            "SEVERITY": alert.severity.word,
            "TEXT": payload.text(alert),
            "JOB": alert.ref.job_id if alert.ref else "",
            "LABEL": payload.label(alert),
            "PROFILE": alert.profile,
            "AT": payload.moment(alert),
        }
        return own | {f"ZCBULK_ALERT_{name}".encode(): it.encode() for name, it in fields.items()}


class _Running:
    """A command that runs.

    Args:
        words: The program and its arguments.
        data: What it reads from its standard input.
        environment: All of its variables.

    Raises:
        OSError: It cannot be run.
    """

    def __init__(
        self, words: Sequence[str], data: bytes, environment: Mapping[bytes, bytes]
    ) -> None:
        self._head = bytearray()
        with _filled_pipe(data) as stdin:
            self._stderr, stderr = os.pipe()
            try:
                # Not by a shell: what stands in the configuration is run as it stands there.
                self._process = subprocess.Popen(  # noqa: S603
                    list(words),
                    stdin=stdin,
                    stdout=subprocess.DEVNULL,
                    stderr=stderr,
                    env=environment,
                    start_new_session=True,
                )
            except BaseException:
                os.close(self._stderr)
                raise
            finally:
                os.close(stderr)
        os.set_blocking(self._stderr, False)

    async def ended(self) -> None:
        """Waits until it has ended, and throws away what it writes."""
        while True:
            has_ended = self._process.poll() is not None
            is_full = self._drain()
            if has_ended:
                return
            await asyncio.sleep(_HURRY if is_full else _LOOK)

    @property
    def problem(self) -> str:
        """What went wrong, as what follows its name; empty for nothing."""
        code = self._process.returncode
        if code == 0:
            return ""
        return f"failed with exit code {code}" if code > 0 else f"was ended by signal {-code}"

    @property
    def first_line(self) -> str:
        """The first line of its standard error that is not empty, safe to show."""
        text = self._head.decode("utf-8", "replace")
        return one_line(next(filter(str.strip, text.splitlines()), ""))

    def close(self) -> None:
        """Ends it with all that it has started, unless it has ended by itself."""
        os.close(self._stderr)
        if self._process.poll() is None:
            with suppress(ProcessLookupError, PermissionError):  # it has ended just now
                os.killpg(self._process.pid, signal.SIGKILL)
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(_KILLED)

    def _drain(self) -> bool:
        """Takes some of its standard error; returns whether there may be more at once."""
        try:
            data = os.read(self._stderr, _PIECE)
        except BlockingIOError:
            return False
        self._head += data[: _KEPT - len(self._head)]
        return len(data) == _PIECE


@contextmanager
def _filled_pipe(data: bytes) -> Iterator[int]:
    """The end to read of a pipe that has taken all of `data`, and ends after it.

    Raises:
        OSError: There are no more pipes, or this one does not take so much.
    """
    reader, writer = os.pipe()
    try:
        try:
            os.set_blocking(writer, False)
            if os.write(writer, data) < len(data):
                raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))
        finally:
            os.close(writer)
        yield reader
    finally:
        os.close(reader)
