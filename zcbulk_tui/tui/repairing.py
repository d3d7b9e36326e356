"""The rules of a repair, as their user switches and changes them."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import NamedTuple

from zcbulk_tui.domain.failures import FailureGroup, FailureReport
from zcbulk_tui.domain.form import FormRef
from zcbulk_tui.domain.repair import Change, RepairFile, Rule
from zcbulk_tui.domain.suggestions import Suggestion


@dataclass(frozen=True, slots=True)
class Switched:
    """A rule, and whether it counts."""

    rule: Rule
    is_on: bool = True


class RuleLine(NamedTuple):
    """A line of the repair: a group with its first rule, or one more rule of it.

    Attributes:
        group: The group; None for the rules that are for every failed record.
        rule: The rule; None where the group has none.
        place: Which of the group's rules it is, from 0.
    """

    group: FailureGroup | None
    rule: Switched | None
    place: int = 0

    @property
    def reason(self) -> str:
        """What a rule of this line is for: the reason of the group; empty for every record."""
        return self.group.reason if self.group is not None else ""


class LeftRules(NamedTuple):
    """The rules of a repair as its user has left them.

    Attributes:
        rules: The rules, by group.
        with_unchanged: Whether records are sent again that no rule changes.
    """

    rules: tuple[Switched, ...]
    with_unchanged: bool


class Repairing:
    """The groups of a job's failures, and the rules for them; at first those that are proposed.

    Attributes:
        report: The failures.
        suggestions: What is proposed, by the reasons of the groups.
        with_unchanged: Whether records are sent again that no rule changes.

    Args:
        report: The failures.
        suggestions: See above.
    """

    def __init__(self, report: FailureReport, suggestions: Mapping[str, Suggestion]) -> None:
        self.report = report
        self.suggestions = suggestions
        self.with_unchanged = False
        self._rules: dict[str, list[Switched]] = {}
        self.take(it.rule for it in suggestions.values())
        self._proposed = self._all

    @property
    def _all(self) -> LeftRules:
        rules = (it for line in self.lines if (it := line.rule) is not None)
        return LeftRules(tuple(rules), self.with_unchanged)

    @property
    def left(self) -> LeftRules | None:
        """What to go on with another time; None while all is as it is proposed."""
        return self._all if self._all != self._proposed else None

    def go_on(self, left: LeftRules) -> None:
        """Takes the rules that were left."""
        self.with_unchanged = left.with_unchanged
        self._put(left.rules)

    @property
    def lines(self) -> list[RuleLine]:
        """The groups with their rules; first the rules that are for every record."""
        lines = [RuleLine(None, it, at) for at, it in enumerate(self._rules.get("", ()))]
        for group in self.report.groups:
            rules: Sequence[Switched | None] = self._rules.get(group.reason) or [None]
            lines += [RuleLine(group, rule, at) for at, rule in enumerate(rules)]
        return lines

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The rules that count."""
        return tuple(it.rule for line in self.lines if (it := line.rule) is not None and it.is_on)

    def has_rule(self, reason: str) -> bool:
        """Whether a rule that counts is for a group."""
        return any(it.is_on for name in (reason, "") for it in self._rules.get(name, ()))

    def changes(self, reason: str) -> bool:
        """Whether a rule that counts does something to the records of a group."""
        rules = (it for name in (reason, "") for it in self._rules.get(name, ()))
        return any(it.is_on and it.rule.change is not Change.KEEP for it in rules)

    @property
    def ruled(self) -> int:
        """How many of the failed records have a rule that counts."""
        return sum(it.records for it in self.report.groups if self.has_rule(it.reason))

    def switch(self, line: RuleLine) -> None:
        """Lets the rule of a line count, or not."""
        if line.rule is not None:
            switched = replace(line.rule, is_on=not line.rule.is_on)
            self._rules[line.reason][line.place] = switched

    def change(self, line: RuleLine, rule: Rule) -> None:
        """Puts a rule in the place of that of a line, or gives its group the first."""
        rule = replace(rule, reason=line.reason)
        if line.rule is None:
            self.add(line, rule)
        else:
            self._rules[line.reason][line.place] = Switched(rule)

    def add(self, line: RuleLine, rule: Rule) -> None:
        """Gives the group of a line one more rule."""
        rule = replace(rule, reason=line.reason)
        self._rules.setdefault(line.reason, []).append(Switched(rule))

    def take(self, rules: Iterable[Rule]) -> int:
        """Takes rules in the place of all; returns how many are for no group of this job."""
        return self._put(map(Switched, rules))

    def _put(self, rules: Iterable[Switched]) -> int:
        known = {"", *(group.reason for group in self.report.groups)}
        self._rules, left_out = {}, 0
        for switched in rules:
            if switched.rule.reason in known:
                self._rules.setdefault(switched.rule.reason, []).append(switched)
            else:
                left_out += 1
        return left_out


class Resent(NamedTuple):
    """A file with the repaired records of a job, on its way back into the form.

    Attributes:
        file: The file.
        form: The form of the job.
        job_id: The id of the job.
        label: What the job is called that is made of it.
    """

    file: RepairFile
    form: FormRef
    job_id: str
    label: str

    def discard(self) -> None:
        """Removes the file, which nobody has inserted.

        One that was inserted stays with the results of the job that it repairs: a result may have
        some columns only, so that a second repair needs it.
        """
        with suppress(OSError):
            self.file.path.unlink()
