"""What is known of the servers' contract, and the transcripts of the probes that found it out.

A file that is begun anew, because the old one was damaged, may have neither: what was known is
found out again, and a probe whose transcript is lost begins from its first step.
"""

import json
from datetime import datetime
from typing import Any

from zcbulk_tui.domain.contract import NOTHING, Contract, Finding, Question, Withdrawn
from zcbulk_tui.domain.form import FormRef
from zcbulk_tui.domain.job import Environment
from zcbulk_tui.domain.probe import Act, Exchange, Step
from zcbulk_tui.domain.text import one_line
from zcbulk_tui.errors import HeldError
from zcbulk_tui.store.database import Database
from zcbulk_tui.store.json_objects import MAKES_NO_SENSE
from zcbulk_tui.store.rows import to_millis, to_moment

_FORM = ("origin", "owner", "app", "form", "environment")

_OF_FORM = " AND ".join(("profile = :profile", *(f"{name} = :{name}" for name in _FORM)))

_STEP = "key, act, job, purpose, detail, wait, sent_at"

_EXCHANGE = f"{_STEP}, http_status, code, text, seen, is_unsent, calls"

_TRANSCRIPT = f"SELECT {_EXCHANGE} FROM probe_steps WHERE {_OF_FORM} ORDER BY id"

_LAST_FORM = f"""
SELECT {", ".join(_FORM)} FROM probe_steps WHERE profile = ? AND NOT is_unsent
ORDER BY act <> '{Act.FIELDS.value}' AND http_status IS NOT NULL DESC, id DESC LIMIT 1
"""
"""A form whose fields alone were read was, most likely, the wrong one."""

# One that was not sent may be made again; what it has cost all the same still counts.
_FORGET_UNSENT = f"""
DELETE FROM probe_steps WHERE {_OF_FORM} AND key = :key AND is_unsent RETURNING calls
"""

_BEGIN = f"""
INSERT OR IGNORE INTO probe_steps (profile, {", ".join(_FORM)}, {_STEP}, calls)
VALUES (:profile, {", ".join(f":{name}" for name in (*_FORM, *_STEP.split(", ")))}, :spent + 1)
"""

_END = f"""
UPDATE probe_steps SET http_status = :http_status, code = :code, text = :text, seen = :seen,
    is_unsent = :is_unsent, calls = calls - 1 + :calls
WHERE {_OF_FORM} AND key = :key
"""

_KNOWN = "SELECT question, aspects, found_at FROM findings WHERE profile = ? AND origin = ?"

_NOTE = """
INSERT INTO findings (profile, origin, question, aspects, found_at) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (profile, origin, question) DO UPDATE SET
    aspects = json_patch(aspects, excluded.aspects), found_at = excluded.found_at
    WHERE excluded.found_at >= findings.found_at
"""

# By RFC 7396 a null takes an aspect away.
_WITHDRAW = """
UPDATE findings SET aspects = json_patch(aspects, ?)
WHERE profile = ? AND origin = ? AND question = ? AND found_at <= ?
"""

_FORGET_EMPTY = "DELETE FROM findings WHERE profile = ? AND origin = ? AND aspects = '{}'"

_LONGEST = 200
"""Characters of a value or of the server's words."""


class Contracts:
    """What a profile knows of the servers that it calls.

    Args:
        database: Keeps it.
        profile: Whose it is.
    """

    def __init__(self, database: Database, profile: str) -> None:
        self._database = database
        self._profile = profile

    def known(self, origin: str) -> Contract:
        """Returns what is known of a server.

        Args:
            origin: Scheme and host of its API, as in ``https://www.zohoapis.eu``.

        Raises:
            ConfigError: It cannot be read.
        """
        rows = self._database.rows(_KNOWN, (self._profile, origin))
        try:
            found = (_to_finding(row) for row in rows if row[0] in _QUESTIONS)
            return Contract({finding.question: finding for finding in found})
        except MAKES_NO_SENSE as error:
            raise self._database.senseless(error) from error

    def save(self, origin: str, contract: Contract, withdrawn: Withdrawn = NOTHING) -> None:
        """Writes down findings, but for those that are older than what is known.

        Aspects that they do not name stay as they are.

        Args:
            origin: Of the server.
            contract: What was found.
            withdrawn: What is open again, unless it was found later.

        Raises:
            ConfigError: They cannot be written; nothing is changed then.
        """
        with self._database.transaction() as connection:
            for question, aspect in withdrawn.aspects:
                gone, until = json.dumps({aspect: None}), to_millis(withdrawn.at)
                values = (gone, self._profile, origin, question.value, until)
                connection.execute(_WITHDRAW, values)
            connection.execute(_FORGET_EMPTY, (self._profile, origin))
            for finding in contract.findings.values():
                connection.execute(_NOTE, _finding_values(self._profile, origin, finding))

    def note(self, origin: str, finding: Finding) -> None:
        """Writes down what was found in passing; aspects that it does not name stay as they are.

        Raises nothing: what cannot be written now is written with the next that can.
        """
        self._database.write_later(_NOTE, _finding_values(self._profile, origin, finding))

    def transcript(self, form: FormRef) -> tuple[Exchange, ...]:
        """Returns the steps of the probe on a form, in the order in which they were made.

        One that was sent last and has no answer was cut, or another process awaits its answer.

        Raises:
            ConfigError: They cannot be read.
        """
        rows = self._database.rows(_TRANSCRIPT, self._of(form))
        try:
            return tuple(map(_to_exchange, rows))
        except MAKES_NO_SENSE as error:
            raise self._database.senseless(error) from error

    def forget(self, form: FormRef) -> None:
        """Deletes the steps of the probe on a form, so that another one begins; findings stay.

        Raises:
            ConfigError: They cannot be deleted; nothing is changed then.
        """
        with self._database.transaction() as connection:
            connection.execute(f"DELETE FROM probe_steps WHERE {_OF_FORM}", self._of(form))

    def last_form(self) -> FormRef | None:
        """Returns the form of the last probe that found something, or else asked something.

        None where nothing was asked: a name that no form has takes no other's place.

        Raises:
            ConfigError: It cannot be read.
        """
        rows = self._database.rows(_LAST_FORM, (self._profile,))
        for origin, owner, app, form, environment in rows:
            try:
                return FormRef(origin, owner, app, form, Environment(environment))
            except MAKES_NO_SENSE as error:
                raise self._database.senseless(error) from error
        return None

    def begin(self, form: FormRef, step: Step, at: datetime) -> None:
        """Writes down that a step is about to be sent, if it was not sent before.

        Raises:
            HeldError: It was sent already, by this probe or another process.
            ConfigError: It cannot be written; nothing may be sent then.
        """
        values = {**self._of(form), **_step_values(step, at)}
        with self._database.transaction(durable=True) as connection:
            spent = sum(calls for (calls,) in connection.execute(_FORGET_UNSENT, values))
            if connection.execute(_BEGIN, {**values, "spent": spent}).rowcount != 1:
                raise HeldError(
                    "Nothing was sent",
                    "Another process has made this step of the probe.",
                    "Wait until it has ended, then run the same command: it goes on from there.",
                )

    def end(self, form: FormRef, exchange: Exchange) -> None:
        """Writes down what came of a step that has begun, once; its calls add to earlier ones.

        Raises:
            ConfigError: It cannot be written; the step stays without an answer then.
        """
        values = {
            **self._of(form),
            "key": exchange.step.key,
            "http_status": exchange.http_status,
            "code": exchange.code,
            "text": exchange.text,
            "seen": json.dumps(dict(exchange.seen)),
            "is_unsent": exchange.is_unsent,
            "calls": exchange.calls,
        }
        with self._database.transaction(durable=True) as connection:
            connection.execute(_END, values)

    def _of(self, form: FormRef) -> dict[str, Any]:
        parts = (form.origin, form.owner, form.app, form.form, form.environment.value)
        return {"profile": self._profile, **dict(zip(_FORM, parts, strict=True))}


_QUESTIONS = frozenset(Question)


def _finding_values(profile: str, origin: str, finding: Finding) -> tuple[Any, ...]:
    aspects = json.dumps(dict(finding.values))
    return (profile, origin, finding.question.value, aspects, to_millis(finding.found_at))


def _to_finding(row: tuple[Any, ...]) -> Finding:
    question, aspects, found_at = row
    values = {name: one_line(value, _LONGEST) for name, value in json.loads(aspects).items()}
    return Finding(Question(question), values, to_moment(found_at))


def _step_values(step: Step, at: datetime) -> dict[str, Any]:
    return {
        "key": step.key,
        "act": step.act.value,
        "job": step.job,
        "purpose": step.purpose,
        "detail": step.detail,
        "wait": step.wait,
        "sent_at": to_millis(at),
    }


def _to_exchange(row: tuple[Any, ...]) -> Exchange:
    key, act, job, purpose, detail, wait, sent_at, *answer = row
    http_status, code, text, seen, is_unsent, calls = answer
    return Exchange(
        Step(key, Act(act), job, purpose, detail, float(wait)),
        to_moment(sent_at),
        http_status,
        code,
        one_line(text, _LONGEST),
        {name: _safe(value) for name, value in json.loads(seen).items()},
        bool(is_unsent),
        int(calls),
    )


def _safe(value: str) -> str:
    """JSON as a whole, for it is read again; anything else that was not written here as a line."""
    return value if value.isprintable() else one_line(value, _LONGEST)
