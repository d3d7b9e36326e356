"""Everything that can go wrong, as one tree.

::

    ZcbulkError
    ├── UsageError               exit 2   what was typed cannot be used
    │   └── ConfigError          exit 2   what is configured cannot be used
    ├── SignInError              exit 3   Zoho does not accept who we are
    │   └── SignedOutError                ... whatever is asked: it takes a new sign-in
    ├── RefusedError             exit 1   Zoho answered, and the answer is no
    │   ├── JobUnknownError               ... because it does not know the job, form, app or owner
    │   ├── AlreadyEndedError             ... because the job is over
    │   ├── QuotaSpentError               ... because the day's API calls are used up
    │   ├── VariantRefusedError           ... because of the way the command was put
    │   └── UndocumentedError             ... with a code that no document explains
    └── ServiceError             exit 4   no usable answer; asking again later may help
        ├── UnreachableError              nothing was sent: no connection
        ├── UnclearError                  sent, but the answer never came or is a server fault
        ├── BusyError                     too many calls for now
        │   └── SignInBusyError           ... to the server that gives out tokens
        └── UnreadableError               an answer came that makes no sense

Errors of other libraries are turned into these once, at the edge where they arise.
"""

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server said, as far as it could be read.

    Attributes:
        http_status: HTTP status code.
        code: Creator's own code (3000 is success); None when the body has none.
        text: The server's words, made safe to show; empty when it said nothing.
    """

    http_status: int
    code: int | None = None
    text: str = ""

    def __str__(self) -> str:
        code = "no code" if self.code is None else f"code {self.code}"
        said = f": “{self.text}”" if self.text else ""
        return f"HTTP {self.http_status}, {code}{said}"


class ZcbulkError(Exception):
    """Root of the tree.

    Attributes:
        title: What happened, a short sentence without full stop.
        cause: Why, in full sentences; may be empty.
        next_step: What the user can do now; may be empty.
        answer: The server's answer, for the errors that come from one.
    """

    exit_code: ClassVar[int] = 1

    def __init__(
        self, title: str, cause: str = "", next_step: str = "", *, answer: Answer | None = None
    ) -> None:
        super().__init__(title)
        self.title = title
        self.cause = cause
        self.next_step = next_step
        self.answer = answer

    def __str__(self) -> str:
        said = f"Zoho said {self.answer}." if self.answer else ""
        return " ".join(
            part for part in (f"{self.title}.", self.cause, said, self.next_step) if part
        )


class UsageError(ZcbulkError):
    """What was typed cannot be used."""

    exit_code = 2


class ConfigError(UsageError):
    """What is configured, in a file or in the environment, cannot be used."""


class SignInError(ZcbulkError):
    """Zoho does not accept the sign-in, the access token or its scopes."""

    exit_code = 3


class SignedOutError(SignInError):
    """There is no token that Zoho accepts, and none to be had without the user."""


class RefusedError(ZcbulkError):
    """Zoho answered, and the answer is no."""


class JobUnknownError(RefusedError):
    """Zoho knows no such job, form, application or owner."""


class AlreadyEndedError(RefusedError):
    """The job is over; there is nothing to start or abort."""


class QuotaSpentError(RefusedError):
    """The day's API calls are used up."""


class VariantRefusedError(RefusedError):
    """The command was not understood, so nothing happened; another way of putting it may work."""


class UndocumentedError(RefusedError):
    """Zoho said no with a code that no document explains, so it may mean "not now"."""


class ServiceError(ZcbulkError):
    """No usable answer came; asking again later may help.

    Attributes:
        retry_after: Seconds the server asked us to wait; None when it named none.
    """

    exit_code = 4

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


class UnreachableError(ServiceError):
    """No connection could be made, so nothing was sent."""


class UnclearError(ServiceError):
    """The request was sent, but whether it was carried out is not known."""


class BusyError(ServiceError):
    """Zoho asks for fewer calls."""


class SignInBusyError(BusyError):
    """Zoho gives out no token for a while, since too many were asked for."""


class UnreadableError(ServiceError):
    """An answer came that makes no sense."""
