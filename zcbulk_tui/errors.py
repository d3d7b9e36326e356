"""Everything that can go wrong, as one tree.

::

    ZcbulkError
    ├── UsageError               exit 2   what was typed cannot be used
    │   ├── ConfigError          exit 2   what is configured cannot be used
    │   ├── DataError            exit 2   a file of records cannot be used
    │   │   ├── EncodingUnknownError      ... until the user names its encoding
    │   │   └── NoRoomError      exit 5   ... or written: the disk is full or broken
    │   └── HeldError            exit 2   an earlier command stands in the way of this one
    ├── IncompatibleError        exit 1   a library is installed that this does not work with
    ├── OutputError              exit 5   all went well, but for writing the output
    ├── AlertNotSentError        exit 1   an alert did not arrive, as far as that is known
    ├── FaultError               exit 1   a part of this program failed as nobody has foreseen
    ├── LimitError               exit 1   the system gives no more files, threads or memory
    ├── SignInError              exit 3   Zoho does not accept who we are
    │   └── SignedOutError                ... for any call: a new sign-in is required
    ├── RefusedError             exit 1   Zoho answered, and the answer is no
    │   ├── JobRefusedError               ... because of this job itself, not of the moment
    │   │   └── JobUnknownError           ... Zoho does not know the job, form, app or owner
    │   ├── AlreadyEndedError             ... because the job is over
    │   ├── QuotaSpentError               ... because the day's API calls are used up
    │   ├── ResultNotReadyError           ... because the result is still being made
    │   ├── ResultGoneError               ... because there is no such result, or none any more
    │   ├── VariantRefusedError           ... because of the way the command was put
    │   └── UndocumentedError             ... with a code that no document explains
    │       └── FormBusyError                 ... and a probe: the form has an active job
    └── ServiceError             exit 4   no usable answer; asking again later may help
        ├── UnreachableError              nothing was sent: no connection
        ├── UnclearError                  sent, but the answer never came or is a server fault
        ├── BusyError                     too many calls for now
        │   └── SignInBusyError           ... to the server that issues tokens
        ├── BetweenError                  a proxy or gateway said no in Zoho's place
        │   └── BetweenVariantError           ... because of the way the command was put
        └── UnreadableError               an answer came that makes no sense

Errors of other libraries are turned into these once, at the edge where they arise.

The class of an error alone, and this module alone, decide whether a job is polled again
automatically (`ZcbulkError.ends_polls`) and how a retry is described, which depends on the caller
(`ZcbulkError.another_try`).

The exit code depends on who refused: Zoho gives 1, whatever is in between gives 4; for a sign-in
it is 3, whoever refuses it.
"""

import errno
from collections.abc import Collection
from enum import Enum, IntEnum
from typing import ClassVar, NamedTuple, Self


class ExitCode(IntEnum):
    """How a command has ended, for scripts; beside these 128 and the number of a signal."""

    FINE = 0
    REFUSED = 1
    USAGE = 2
    SIGN_IN = 3
    NETWORK = 4
    OUTPUT = 5
    FAILED_RECORDS = 10
    """Waited: a job is completed, and some of its records failed."""
    ENDED_BADLY = 11
    """Waited: a job was aborted, has failed or is expired."""
    TIMEOUT = 12
    """Waited long enough: a job goes on."""

    @classmethod
    def worst(cls, codes: "Collection[ExitCode]") -> "ExitCode":
        """Returns the exit code of a wait for several jobs, by those of each."""
        return next((code for code in WORST_FIRST if code in codes), cls.FINE)


WORST_FIRST = (
    ExitCode.SIGN_IN,
    ExitCode.REFUSED,
    ExitCode.ENDED_BADLY,
    ExitCode.TIMEOUT,
    ExitCode.FAILED_RECORDS,
    ExitCode.FINE,
)
"""Of several jobs, the first of these that one of them has ended with is that of the wait."""


class Occasion(Enum):
    """The caller, which decides whether a failed call is retried automatically."""

    POLL = "poll"
    """The dashboard, which polls again automatically and shows when."""

    COMMAND = "command"
    """A start or an abort, which is sent once."""

    ONCE = "once"
    """A command line that prints and ends."""


class Answer(NamedTuple):
    """What the server said, as far as it could be read.

    Attributes:
        http_status: HTTP status code.
        code: Creator's own code (3000 is success); None when the body has none.
        text: The server's words, made safe to show; empty when it said nothing.
        from_zoho: Whether Zoho said it; else a server in between: a proxy, a gateway, a portal.
    """

    http_status: int
    code: int | None = None
    text: str = ""
    from_zoho: bool = True

    def __str__(self) -> str:
        code = ", no code" if self.code is None else f", code {self.code}"
        said = f": “{self.text}”" if self.text else ""
        return f"HTTP {self.http_status}{code if self.from_zoho else ''}{said}"

    @property
    def with_sender(self) -> str:
        """The answer and who gave it, as a clause."""
        return f"Zoho said {self}" if self.from_zoho else f"A server in between answered: {self}"


class ZcbulkError(Exception):
    """Root of the tree.

    Attributes:
        title: What happened, a short sentence without full stop.
        cause: Why, in full sentences; may be empty.
        next_step: What the user can do now; may be empty.
        answer: The server's answer, for the errors that come from one.
        is_sent_again: Whether the command that failed is sent again by itself, as those of the
            queue are; set by who does that.
    """

    exit_code: ClassVar[ExitCode] = ExitCode.REFUSED

    ends_polls: ClassVar[bool] = False
    """Whether automatic polls of the job end, until the user edits it or requests a poll."""

    passes: ClassVar[str] = ""
    """When another try may bring something else, such as "in a minute"; empty for never."""

    def __init__(
        self, title: str, cause: str = "", next_step: str = "", *, answer: Answer | None = None
    ) -> None:
        super().__init__(title)
        self.is_sent_again = False
        self.title = title
        self.cause = cause
        self.next_step = next_step
        self.answer = answer

    def __str__(self) -> str:
        """All of it, on whatever occasion: nothing about another try."""
        return " ".join((f"{self.title}.", *self.paragraphs()))

    def told(self, occasion: Occasion) -> str:
        """All of it in one line, and what that means for another try."""
        return " ".join((f"{self.title}.", *self.paragraphs(occasion)))

    def paragraphs(self, occasion: Occasion | None = None) -> list[str]:
        """Everything but the title: cause, answer, on an occasion about another try, next step."""
        said = f"{self.answer.with_sender}." if self.answer else ""
        again = self.another_try(occasion) if occasion else ""
        return [part for part in (self.cause, said, again, self.next_step) if part]

    def another_try(self, occasion: Occasion) -> str:
        """Returns the sentence about a retry; empty where there is none or the screen shows it."""
        if occasion is Occasion.POLL:
            # Where it is polled again, the row shows when.
            return _ENDED_POLLS if self.ends_polls else ""
        if self.is_sent_again and occasion is Occasion.COMMAND:
            return "It is sent again by itself."
        when = self._when()
        return _OTHER_TRY[occasion].format(when=when) if when else ""

    def _when(self) -> str:
        return self.passes

    def kept(self) -> Self:
        """Returns the error to keep, as what is known of a job: without how it came about.

        The frames that it passed through, and the error that it came from, hold all that was alive
        there: requests, answers, access tokens.
        """
        self.__cause__ = self.__context__ = None
        return self.with_traceback(None)


_ENDED_POLLS = "It is not asked again by itself: press r to ask, or e to edit the job."

_OTHER_TRY = {
    Occasion.COMMAND: "It is not sent again by itself: give the command again {when}.",
    Occasion.ONCE: "Try again {when}.",
}


class UsageError(ZcbulkError):
    """What was typed cannot be used."""

    exit_code = ExitCode.USAGE


class ConfigError(UsageError):
    """What is configured, in a file or in the environment, cannot be used."""


class DataError(UsageError):
    """A file of records cannot be read, or holds what cannot be sent."""


class EncodingUnknownError(DataError):
    """A file is not in UTF-8 and does not say what it is in.

    Attributes:
        offset: The first byte that is not UTF-8, counted from 0.
        line: The line that it is in, counted from 1.
        previews: Names of encodings, as ``--encoding`` takes them, and what that line reads in
            each; sanitised.
    """

    def __init__(
        self,
        title: str,
        cause: str = "",
        next_step: str = "",
        *,
        answer: Answer | None = None,
        offset: int = 0,
        line: int = 1,
        previews: tuple[tuple[str, str], ...] = (),
    ) -> None:
        super().__init__(title, cause, next_step, answer=answer)
        self.offset = offset
        self.line = line
        self.previews = previews


class NoRoomError(DataError):
    """A file of records is not written: the disk is full or broken, and another may be neither."""

    exit_code = ExitCode.OUTPUT


class HeldError(UsageError):
    """A command was not sent, since an earlier one to the same job stands in its way."""


class IncompatibleError(ZcbulkError):
    """A release of a library is installed that this does not work with."""


class OutputError(ZcbulkError):
    """All went well, but what was to be written could not be: the disk is full or broken."""

    exit_code = ExitCode.OUTPUT


class AlertNotSentError(ZcbulkError):
    """A command or a webhook did not take an alert, as far as that is known."""


class FaultError(ZcbulkError):
    """A part of this program that others can do without failed as nobody has foreseen."""

    @classmethod
    def of(
        cls, part: str, error: Exception, lost: str = "", next_step: str = "Please report it."
    ) -> "FaultError":
        """Returns what to say of an error: neither its words nor a value, which may be secret.

        Args:
            part: What failed, as the beginning of a sentence.
            error: Why.
            lost: What no longer happens, as a sentence; empty where it is tried again.
            next_step: What the user can do.
        """
        trace, where = error.__traceback__, type(error).__name__
        while trace is not None:
            name = trace.tb_frame.f_code.co_filename.rpartition("/")[2]
            where = f"{type(error).__name__} at {name}:{trace.tb_lineno}"
            trace = trace.tb_next
        return cls(
            f"{part} failed: a fault in this program",
            " ".join(
                it
                for it in (f"{where}.", lost, "Polls, commands, records and all other parts go on.")
                if it
            ),
            next_step,
        )


class LimitError(ZcbulkError):
    """The system gives this process no more open files, threads or memory."""

    @classmethod
    def of(cls, error: BaseException | None) -> "LimitError | None":
        """Returns what to say of an error that has such a limit behind it; None for all others."""
        seen: set[int] = set()
        while error is not None and id(error) not in seen:
            seen.add(id(error))
            number = error.errno if isinstance(error, OSError) else None
            if isinstance(error, MemoryError) or number == errno.ENOMEM:
                return cls._because_of("memory", "ulimit -v")
            if number in (errno.EMFILE, errno.ENFILE):
                return cls._because_of("open files", "ulimit -n 256")
            # Python has no class and no number for it.
            if isinstance(error, RuntimeError) and "start new thread" in str(error):
                return cls._because_of("threads", "ulimit -u")
            error = error.__cause__ or error.__context__
        return None

    @classmethod
    def _because_of(cls, what: str, command: str) -> "LimitError":
        return cls(
            f"The system gives this program no more {what}",
            next_step=f"Raise the limit ({command}), or end other programs.",
        )


class SignInError(ZcbulkError):
    """Zoho does not accept the sign-in, the access token or its scopes."""

    exit_code = ExitCode.SIGN_IN
    passes = "in a while"


class SignedOutError(SignInError):
    """There is no token that Zoho accepts, and none to be had without the user."""

    passes = ""


class RefusedError(ZcbulkError):
    """Zoho answered, and the answer is no."""


class JobRefusedError(RefusedError):
    """Zoho refused this job itself: a retry brings the same answer."""

    ends_polls = True


class JobUnknownError(JobRefusedError):
    """Zoho knows no such job, form, application or owner."""


class AlreadyEndedError(RefusedError):
    """The job is over; there is nothing to start or abort."""


class QuotaSpentError(RefusedError):
    """The day's API calls are used up."""


class ResultNotReadyError(RefusedError):
    """The result of a job is still being made; each try costs a call."""

    passes = "in a minute"


class ResultGoneError(RefusedError):
    """There is no such result of a job, or none any more."""


class VariantRefusedError(RefusedError):
    """The command was not understood, so nothing happened; another way of putting it may work."""


class UndocumentedError(RefusedError):
    """Zoho said no with a code that no document explains, so it may mean "not now"."""

    passes = "in a while"


class FormBusyError(UndocumentedError):
    """Zoho said no as a probe of the same server has seen it said of a form with an active job."""


class ServiceError(ZcbulkError):
    """No usable answer came; a later retry may help.

    Attributes:
        retry_after: Seconds to wait as requested by the server (Retry-After); None if it sent none.
    """

    exit_code = ExitCode.NETWORK
    passes = "in a while"

    def __init__(
        self,
        title: str,
        cause: str = "",
        next_step: str = "",
        *,
        answer: Answer | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(title, cause, next_step, answer=answer)
        self.retry_after = retry_after

    def _when(self) -> str:
        if self.retry_after is None:
            return self.passes
        minutes = -(-self.retry_after // 60)
        if minutes <= 1:
            return "in a minute"
        if minutes <= 120:
            return f"in {minutes:.0f} minutes"
        return f"in {-(-minutes // 60):.0f} hours"


class UnreachableError(ServiceError):
    """No connection could be made, so nothing was sent."""


class UnclearError(ServiceError):
    """The request was sent, but whether it was carried out is not known."""

    def another_try(self, occasion: Occasion) -> str:
        """Says nothing after a command, which may have been carried out: its status decides."""
        return "" if occasion is Occasion.COMMAND else super().another_try(occasion)


class BusyError(ServiceError):
    """Zoho limits the rate of calls."""

    passes = "in a minute"


class SignInBusyError(BusyError):
    """Zoho issues no token for a while, since too many were requested."""

    passes = "in ten minutes"


class BetweenError(ServiceError):
    """A server in between did not let the request through, so Zoho did nothing."""


class BetweenVariantError(BetweenError):
    """A server in between does not take the method or the body; another way may pass."""


class UnreadableError(ServiceError):
    """An answer came that makes no sense."""
