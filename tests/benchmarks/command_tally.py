"""What was said and written down of commands, held against what the server did."""

from collections import Counter
from collections.abc import Sequence

from tests.support.cuts import Cut, Truth
from zcbulk_tui.domain.control import Command, Outcome
from zcbulk_tui.domain.job import JobRef
from zcbulk_tui.domain.records import ControlRecord
from zcbulk_tui.render import words


class Tally:
    """What was found."""

    def __init__(self) -> None:
        self.commands = 0
        self.asked_again = 0
        self.not_sent = 0
        self.doubled: list[str] = []
        self.words: list[str] = []
        self.records: list[str] = []
        self.outcomes: Counter[str] = Counter()
        self.cuts: Counter[Cut] = Counter()
        self.said_in_all = 0

    def said(self, job: str, command: Command, truth: Truth) -> None:
        """Takes what was said of a command of a job."""
        wrong = _untrue(command, truth.of(job, command.sent_at.timestamp()))
        self.said_in_all += 1
        if wrong:
            self.words.append(f"{job}: {wrong} ({words.command(command, command.sent_at)})")

    def judge(
        self, truth: Truth, ref: JobRef, kept: Sequence[ControlRecord], *, may_be_unclear: bool
    ) -> None:
        """Takes what is written down in the end of all commands of a job."""
        job, attempts = ref.job_id, truth.attempts[ref.job_id]
        # What was accepted may be asked for again, by another key; what was lost may not.
        accepted = sum(record.command.outcome is Outcome.ACCEPTED for record in kept)
        if sum(attempts) > max(accepted, 1) or len(attempts) > len(kept):
            self.doubled.append(f"{job}: {sum(attempts)} of {len(attempts)} for {len(kept)} keys")
        # One that was cut short on its way may never have left.
        sent = kept if len(kept) == len(attempts) else [it for it in kept if it.request]
        for record, did in zip(sent, attempts, strict=False):
            self.outcomes[record.command.outcome.value] += 1
            wrong = _untrue(record.command, did)
            if record.is_unclear and not may_be_unclear:
                wrong = "still unclear"
            if wrong:
                self.records.append(f"{job}: {wrong}")


def _untrue(command: Command, did: bool) -> str:
    says_yes = command.outcome in (Outcome.ACCEPTED, Outcome.TOOK_EFFECT)
    says_no = command.outcome in (Outcome.REFUSED, Outcome.NO_EFFECT)
    if (says_yes and not did) or (says_no and did):
        return f"“{command.outcome}”, and it was {'' if did else 'not '}carried out"
    return ""
