"""Cuts the bytes of a terminal into tokens: characters, keys, pastes, reports, and the rest.

Terminals send reports that were not requested, old ones send bytes that are not UTF-8, and a link
cuts everything into pieces anywhere. A control string that is no answer to a question is dropped
whole, up to its end or until nothing more of it has arrived for a while.
"""

from codecs import getincrementaldecoder
from collections.abc import Mapping
from enum import Enum, auto

from zcbulk_tui.tui.terminal.control_sequences import (
    MAX_STRING,
    Kind,
    Token,
    announces_size_reports,
    answer,
    classify,
    known,
    size_report,
)

_ESC, _BEL, _CAN, _SUB = "\x1b", "\x07", "\x18", "\x1a"
_STRING_ENDS = frozenset({_BEL, _CAN, _SUB, "\x9c"})

_C1 = {"\x9b": "[", "\x8f": "O", "\x90": "P", "\x98": "X", "\x9d": "]", "\x9e": "^", "\x9f": "_"}
"""The 8-bit introducers, and what follows ESC in those of 7 bits."""

_QUIET = 0.5
"""Seconds without a byte after which a control string counts as cut off."""

_PATIENCE = 2.0
"""Seconds from the beginning of a control string after which any pause ends it."""

_PAUSE = 0.02
"""Seconds without a byte that count as a pause: people who type make longer ones."""

_PASTE_QUIET = 1.0
"""The same as `_QUIET`, within a paste."""

_MAX_SEQUENCE = 128
"""Characters of a control sequence; no key has as many."""

MAX_TEXT = 65_536
"""Characters of a paste; the rest is dropped."""

_PASTE_BEGINS, _PASTE_ENDS = "\x1b[200~", "\x1b[201~"


class _State(Enum):
    GROUND = auto()
    ESCAPE = auto()
    NF = auto()
    SS3 = auto()
    CSI = auto()
    IGNORE = auto()
    STRING = auto()
    X10_MOUSE = auto()
    PASTE = auto()


class InputLexer:
    """Cuts bytes into tokens; it raises nothing, whatever they are.

    Args:
        sequences: The escape sequences that are keys; those of characters have them as values.
        escape_delay: Seconds after which an ESC is a key of its own.
    """

    def __init__(self, sequences: Mapping[str, object], escape_delay: float = 0.1) -> None:
        self._sequences = sequences
        self._escape_delay = escape_delay
        self._decoder = getincrementaldecoder("utf-8")("surrogateescape")
        self._state = _State.GROUND
        self._sequence = self._string = ""
        self._may_be_key = self._is_sound = True
        self._pasted: list[str] = []
        self._tail = ""
        self._reports_size = False
        self._began = self._at = 0.0
        self._out: list[Token] = []

    @property
    def deadline(self) -> float | None:
        """When `tick` is to be called unless more bytes arrive, in seconds; None for never."""
        if self._state is _State.PASTE:
            return self._at + _PASTE_QUIET
        if (self._state is _State.ESCAPE and self._may_be_key) or self._is_half():
            return self._at + self._escape_delay
        if self._state is _State.GROUND:
            return None
        return self._at + (_QUIET if self._at - self._began < _PATIENCE else _PAUSE)

    def feed(self, data: bytes, at: float) -> list[Token]:
        """Returns the tokens that are complete with these bytes; `at` is the time in seconds."""
        self._at = at
        return self._cut(self._decoder.decode(data))

    def tick(self, at: float) -> list[Token]:
        """Returns the tokens that are complete because no byte has arrived until now."""
        deadline = self.deadline
        if deadline is None or at < deadline:
            return []
        if self._is_half():
            rest = self._decoder.decode(b"", final=True)
            self._decoder.reset()
            return self._cut(rest)
        state, sequence = self._state, self._sequence
        self._state = _State.GROUND
        match state:
            case _State.PASTE:
                return self._end_of_paste()
            case _State.ESCAPE if self._may_be_key:
                return [Token(Kind.ESCAPE)]
            case _ if self._may_be_key and len(sequence) == len("\x1b["):
                return [Token(Kind.ALT, sequence[1])]
        return [Token(Kind.BROKEN)]

    def _is_half(self) -> bool:
        """Whether the first bytes of a character wait for the others."""
        return bool(self._decoder.getstate()[0])

    def _cut(self, text: str) -> list[Token]:
        for character in text:
            self._take(character)
        out, self._out = self._out, []
        return out

    def _emit(self, kind: Kind, text: str = "", typed: str = "") -> None:
        self._out.append(Token(kind, text, typed))
        self._state = _State.GROUND

    def _drop(self) -> None:
        self._emit(Kind.DROPPED if self._is_sound else Kind.BROKEN)

    def _break(self) -> None:
        self._emit(Kind.BROKEN)

    def _begin(self, state: _State, sequence: str, *, may_be_key: bool = True) -> None:
        if self._state in (_State.GROUND, _State.STRING):
            self._began = self._at
        self._state, self._sequence, self._may_be_key = state, sequence, may_be_key
        self._string = ""

    def _take(self, character: str) -> None:
        """Takes a character; a byte that is not UTF-8 comes as a surrogate."""
        if "\udc80" <= character <= "\udc9f":
            character = chr(ord(character) - 0xDC00)  # a control character of 8 bits
        elif "\ud800" <= character <= "\udfff":
            character = "\ufffd"
        match self._state:
            case _State.GROUND:
                self._in_ground(character)
            case _State.ESCAPE:
                self._after_escape(character)
            case _State.NF:
                if not " " <= character <= "/":
                    self._drop()
            case _State.SS3:
                self._in_ss3(character)
            case _State.CSI:
                self._in_csi(character)
            case _State.IGNORE:
                self._in_ignored(character)
            case _State.STRING:
                self._in_string(character)
            case _State.X10_MOUSE:
                self._in_x10_mouse(character)
            case _State.PASTE:
                self._in_paste(character)

    def _in_ground(self, character: str) -> None:
        self._is_sound = character == _ESC
        if character == _ESC:
            self._begin(_State.ESCAPE, _ESC)
        elif character in _C1:
            self._introduced(_C1[character], may_be_key=False)
        elif character == "\x9c":
            self._drop()
        elif "\x80" <= character <= "\x9f":
            self._emit(Kind.CHARACTER, "\ufffd", "\ufffd")
        elif character in "\x7f\b":
            self._emit(Kind.KEY, character)
        else:
            self._emit(Kind.CHARACTER, character, character)

    def _introduced(self, by: str, *, may_be_key: bool) -> None:
        states = {"[": _State.CSI, "O": _State.SS3}
        self._begin(states.get(by, _State.STRING), _ESC + by, may_be_key=may_be_key)

    def _after_escape(self, character: str) -> None:
        sequence = _ESC + character
        if character == _ESC:
            if self._may_be_key:
                self._emit(Kind.ESCAPE)
            self._begin(_State.ESCAPE, _ESC, may_be_key=self._may_be_key)
        elif character in "[O]PX^_":
            self._introduced(character, may_be_key=self._may_be_key)
        elif character == "\\" or (character in _STRING_ENDS and not self._may_be_key):
            self._end_of_string(self._string)
        elif sequence in self._sequences:
            self._emit(*known(sequence, self._sequences))
        elif " " <= character <= "/":
            self._begin(_State.NF, sequence)
        elif "\x80" <= character <= "\x9f":
            self._emit(Kind.ESCAPE)
            self._in_ground(character)
        else:
            self._emit(Kind.ALT, character)

    def _interrupted(self, character: str) -> bool:
        """Whether a character cuts the current sequence off, wherever it stands."""
        if character == _ESC or "\x80" <= character <= "\x9f":
            self._break()
            self._in_ground(character)
        elif character in (_CAN, _SUB):
            self._break()
        else:
            return False
        return True

    def _in_ss3(self, character: str) -> None:
        if character == _ESC and len(self._sequence) == len("\x1bO"):
            self._emit(Kind.ALT, "O")
            self._in_ground(character)
        elif not self._interrupted(character):
            self._sequence += character
            if self._sequence in self._sequences:
                self._emit(*known(self._sequence, self._sequences))
            elif not ("1" <= character <= "8") or len(self._sequence) > len("\x1bO1"):
                self._drop()

    def _in_csi(self, character: str) -> None:
        if self._interrupted(character):
            return
        if character < " " or character == "\x7f":
            return  # carried out at once by terminals; no key within a sequence
        self._sequence += character
        if self._sequence == "\x1b[[":
            return  # the Linux console has function keys of this beginning
        if self._sequence in self._sequences:
            self._end_of_csi(self._sequence)
        elif self._sequence.startswith("\x1b[["):
            self._drop()
        elif "@" <= character <= "~":
            self._end_of_csi(self._sequence)
        elif character > "~" or len(self._sequence) > _MAX_SEQUENCE:
            self._state = _State.IGNORE

    def _in_ignored(self, character: str) -> None:
        if not self._interrupted(character) and "@" <= character <= "~":
            self._break()

    def _in_string(self, character: str) -> None:
        if character == _ESC:
            string = self._sequence
            self._begin(_State.ESCAPE, _ESC, may_be_key=False)
            self._string = string
        elif character in (_CAN, _SUB):
            self._break()
        elif character in _STRING_ENDS:
            self._end_of_string(self._sequence)
        elif len(self._sequence) <= MAX_STRING:
            self._sequence += character

    def _end_of_string(self, string: str) -> None:
        token = answer(string) if self._is_sound and len(string) <= MAX_STRING else None
        if token is not None:
            self._emit(*token)
        else:
            self._drop()

    def _in_x10_mouse(self, character: str) -> None:
        if "\0" < character < " ":
            self._break()
            self._in_ground(character)
        else:
            self._sequence += character
            if len(self._sequence) == len("\x1b[M") + 3:
                self._drop()

    def _in_paste(self, character: str) -> None:
        self._tail = (
            self._tail + character if _PASTE_ENDS.startswith(self._tail + character) else ""
        )
        if len(self._pasted) < MAX_TEXT + len(_PASTE_ENDS):
            self._pasted.append(character)
        if self._tail == _PASTE_ENDS:
            if len(self._pasted) < MAX_TEXT + len(_PASTE_ENDS):
                del self._pasted[-len(_PASTE_ENDS) :]
            self._out += self._end_of_paste()
            self._state = _State.GROUND

    def _end_of_paste(self) -> list[Token]:
        text, self._pasted, self._tail = "".join(self._pasted[:MAX_TEXT]), [], ""
        return [Token(Kind.PASTE, printable_lines(text))]

    def _end_of_csi(self, sequence: str) -> None:
        if sequence == "\x1b[M":
            self._state = _State.X10_MOUSE
        elif sequence == _PASTE_BEGINS:
            self._state, self._pasted, self._tail = _State.PASTE, [], ""
        elif self._reports_size and (size := size_report(sequence)):
            self._emit(*size)
        else:
            # A size that was not requested would hide the true one.
            self._reports_size |= announces_size_reports(sequence)
            token = classify(sequence, self._sequences)
            if token.kind is Kind.DROPPED:
                self._drop()
            else:
                self._emit(*token)


def printable_lines(text: str) -> str:
    """Returns a text without control characters, except tabs and line ends."""
    return "".join(
        character for character in text if character in "\t\r\n" or character.isprintable()
    )
