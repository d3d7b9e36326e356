"""Planned trouble with signing in."""

from dataclasses import dataclass

from zcbulk_tui.simulator.sign_in_errors import SIGN_IN_ERRORS, SignInCall, SignInRefusalError


@dataclass(frozen=True, slots=True)
class SignInFault:
    """An error in place of the proper answer; the call is neither checked nor carried out."""

    call: SignInCall
    error: str
    """A key of ``SIGN_IN_ERRORS``."""
    times: int | None = None
    """How many calls it meets; None = no end."""

    def __post_init__(self) -> None:
        if self.error not in SIGN_IN_ERRORS:
            raise ValueError(f"no such error: {self.error}")


class SignInFaults:
    """The faults still to come. Of several that fit a call, the one added first meets it."""

    def __init__(self) -> None:
        self._faults: list[SignInFault] = []
        self._met: list[int] = []

    def add(self, fault: SignInFault) -> None:
        """Plan a fault."""
        self._faults.append(fault)
        self._met.append(0)

    def meet(self, call: SignInCall) -> None:
        """Let a call meet its fault, which is thereby used up once.

        Raises:
            SignInRefusalError: There is one.
        """
        for index, fault in enumerate(self._faults):
            if fault.call is call and (fault.times is None or self._met[index] < fault.times):
                self._met[index] += 1
                raise SignInRefusalError(fault.error)
