"""Separates keys that were pressed from text that only arrives like keys.

A paste without brackets, or what was typed ahead on a slow line, arrives in one piece: nobody has
seen what the first key did when the second was pressed. So characters that arrive together are
text. Keys that only move the cursor pass as long as nothing else is among them, since a key that is
held down on a slow line arrives like that.
"""

from collections.abc import Collection, Iterable
from itertools import groupby
from math import inf
from typing import NamedTuple

from zcbulk_tui.tui.terminal.control_sequences import Kind, Token
from zcbulk_tui.tui.terminal.input_lexer import MAX_TEXT, InputLexer, printable_lines

TOGETHER = 0.02
"""Seconds of silence after which the next character no longer belongs to the last."""

_AFTER_BURST = 0.06
"""The same once characters have arrived together: the last of a paste may be late."""

UNSURE = 10.0
"""Seconds after a sequence was cut off in which a key may be the rest of it."""

AFTER_TEXT = 3.0
"""The same after text that arrived without the brackets of a paste."""

_TEXT = frozenset({Kind.CHARACTER, Kind.BURST, Kind.PASTE})

_NOT_PASSED = frozenset({Kind.DROPPED, Kind.BROKEN})

_BACKSPACE = frozenset({"\x7f", "\b"})

_MAX_HELD = 1000
"""Tokens between the characters of a burst; the rest is dropped."""


class Arrival(NamedTuple):
    """A token, and when it arrived.

    Attributes:
        token: The token.
        at: When it arrived, in seconds.
        alone: Whether nothing arrived together with it.
        quiet: Seconds since the last text before it; 0 while it may be the rest of a sequence that
            was cut off.
    """

    token: Token
    at: float
    alone: bool
    quiet: float


class InputFilter:
    """Turns the bytes of a terminal into keys, pastes and reports.

    Args:
        lexer: Cuts the bytes into tokens.
        moving: The characters that only move the cursor.
    """

    def __init__(self, lexer: InputLexer, moving: Collection[str] = ()) -> None:
        self._lexer = lexer
        self._moving = frozenset(moving)
        self._last = 0.0
        self._came_at = self._text_at = self._unsure_until = -inf
        self._is_crowded = False
        self._begin()

    def _begin(self) -> None:
        self._held: list[Arrival] = []
        self._lengths = {True: 0, False: 0}
        self._came = 0
        self._characters = 0
        self._commands = 0
        self._is_broken = False

    @property
    def deadline(self) -> float | None:
        """When `tick` is to be called unless more bytes arrive, in seconds; None for never."""
        lexer = self._lexer.deadline
        if lexer is not None or not self._came:
            return lexer
        return self._last + (_AFTER_BURST if self._is_burst else TOGETHER)

    def feed(self, data: bytes, at: float) -> list[Arrival]:
        """Returns what can be passed on once these bytes have been read.

        Bytes without a `tick` between them have arrived together, however late they were read: a
        busy program reads late.

        Args:
            data: The bytes.
            at: The time, in seconds.
        """
        return self._sort(self._lexer.feed(data, at), at)

    def tick(self, at: float) -> list[Arrival]:
        """Returns what can be passed on because no byte has arrived until now."""
        deadline = self.deadline
        if deadline is None or at < deadline:
            return []
        if self._lexer.deadline is not None:
            tokens = self._lexer.tick(at)
            if any(token.kind is not Kind.ESCAPE for token in tokens):
                self._unsure_until = at + UNSURE  # cut off, and the rest may still arrive
            return self._sort(tokens, self._last)
        return self._end()

    @property
    def _is_burst(self) -> bool:
        return self._commands > 0 and (self._characters > 1 or self._is_broken)

    def _sort(self, tokens: list[Token], at: float) -> list[Arrival]:
        passed: list[Arrival] = []
        holds = bool(self._held) or any(map(self._is_command, tokens))
        is_crowded = len(tokens) > 1 or at < self._came_at + TOGETHER
        self._is_crowded = is_crowded or (self._is_crowded and bool(self._held))
        if tokens:
            self._came_at = at
        for token in tokens:
            if token.kind is not Kind.REPORT:
                self._came += 1
                self._last = at
            if token.kind is Kind.BROKEN:
                self._is_broken = True
                self._unsure_until = max(self._unsure_until, at + UNSURE)
            if token.kind is Kind.CHARACTER:
                self._characters += len(token.typed)
                self._commands += self._is_command(token)
            elif token.text in _BACKSPACE:
                self._characters += 1
            quiet = 0.0 if at < self._unsure_until else at - self._text_at
            arrival = Arrival(token, at, self._came == 1 and not self._is_crowded, quiet)
            if token.kind in _TEXT:
                self._text_at = at
            if holds:
                self._hold(arrival)
            elif token.kind not in _NOT_PASSED:
                passed.append(arrival)
        return passed

    def _is_command(self, token: Token) -> bool:
        """Whether a token is a character that does more than move the cursor."""
        return token.kind is Kind.CHARACTER and not self._moving.issuperset(token.typed)

    def _hold(self, arrival: Arrival) -> None:
        token = arrival.token
        is_text = token.kind is Kind.CHARACTER
        self._lengths[is_text] += len(token.typed) or 1
        if self._lengths[is_text] <= (MAX_TEXT if is_text else _MAX_HELD):
            self._held.append(arrival)

    def _end(self) -> list[Arrival]:
        held, is_alone = self._held, self._came == 1 and not self._is_crowded
        if self._is_burst:
            held = _joined(held)
            self._unsure_until = max(self._unsure_until, self._last + AFTER_TEXT)
        self._begin()
        return [
            arrival._replace(alone=arrival.alone and is_alone)
            for arrival in held
            if arrival.token.kind not in _NOT_PASSED
        ]


def _joined(held: Iterable[Arrival]) -> list[Arrival]:
    """Replaces each run of characters by one text."""
    joined: list[Arrival] = []
    for is_text, group in groupby(held, lambda each: each.token.kind is Kind.CHARACTER):
        arrivals = list(group)
        if is_text:
            text = printable_lines("".join(each.token.typed for each in arrivals))
            joined.append(arrivals[0]._replace(token=Token(Kind.BURST, text)))
        else:
            joined += arrivals
    return joined
