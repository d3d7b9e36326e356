"""What a terminal sends, cut into tokens: characters, keys, pastes, and what is no key at all.

Terminals answer questions that nobody asked, old ones send bytes that are not UTF-8, and a line
cuts everything into pieces anywhere. A control string that is not known as a key is swallowed
whole, up to its end or until nothing more of it has come for a while.
"""

import re
from codecs import getincrementaldecoder
from collections.abc import Mapping
from enum import Enum, auto
from typing import NamedTuple

_ESC, _BEL, _CAN, _SUB = "\x1b", "\x07", "\x18", "\x1a"
_STRING_ENDS = frozenset({_BEL, _CAN, _SUB, "\x9c"})

_C1 = {"\x9b": "[", "\x8f": "O", "\x90": "P", "\x98": "X", "\x9d": "]", "\x9e": "^", "\x9f": "_"}
"""The 8-bit introducers, and what follows ESC in those of 7 bits."""

_QUIET = 0.5
"""Seconds without a byte after which the rest of a control string is not waited for."""

_PATIENCE = 2.0
"""Seconds from the beginning of a control string after which any pause ends it."""

_PAUSE = 0.02
"""Seconds that are a pause: those who type make longer ones."""

_PASTE_QUIET = 1.0
"""The same as `_QUIET`, within a paste."""

_LONGEST = 128
"""Characters of a control sequence; no key has as many."""

LONGEST_TEXT = 65_536
"""Characters of a paste; the rest is dropped."""

_PASTE_BEGINS, _PASTE_ENDS = "\x1b[200~", "\x1b[201~"

_MOUSE = re.compile(r"\x1b\[<\d{1,4};-?\d{1,5};-?\d{1,5}[Mm]")
_FOCUS = re.compile(r"\x1b\[[IO]")
_MODE = re.compile(r"\x1b\[\?(2026|2048);([0-4])\$y")
_SIZE = re.compile(r"\x1b\[48;(\d{1,5})[:\d]*;(\d{1,5})[:\d]*;(\d{1,6})[:\d]*;(\d{1,6})[:\d]*t")
_MODIFIED = re.compile(
    r"\x1b\[(?:1;(\d{1,3})(?::(\d))?([ABCDEFHPQS])|(\d{1,3});(\d{1,3})(?::(\d))?~)"
)
_KITTY = re.compile(
    r"\x1b\[(\d{1,7})(?::[\d:]*)?(?:;(\d{0,3})(?::(\d))?)?(?:;(\d{1,7}(?::\d{1,7})*)?)?u"
)
_REPORT = re.compile(r"\x1b\[.*[Rnp-tv-y]")
"""Reports end so; of the keys that do, no terminal of today sends one."""

_RELEASED = "3"
_KITTY_KEYS = frozenset({9, 13, 27, 127})
"""Code points below the blank, and that of backspace, that are keys."""
_LOCKS = 64 | 128
_SHIFT = 1
_PRIVATE_USE = range(57344, 63744)
_MODIFIERS = frozenset({*range(57358, 57361), *range(57441, 57455)})


class Kind(Enum):
    """What a token is.

    Attributes:
        CHARACTER: A key that types a character; `text` is what the terminal sent.
        KEY: Any other key; `text` is what the terminal sent.
        ALT: A character with alt.
        ESCAPE: The key of that name.
        PASTE: What a terminal pasted.
        BURST: Characters that came faster than anybody types; see `InputFilter`.
        REPORT: Mouse, focus, sizes and modes: what the terminal sent.
        DROPPED: Something without a meaning; it has no text.
    """

    CHARACTER = auto()
    KEY = auto()
    ALT = auto()
    ESCAPE = auto()
    PASTE = auto()
    BURST = auto()
    REPORT = auto()
    DROPPED = auto()


class Token(NamedTuple):
    """One thing that came from the terminal.

    Attributes:
        kind: What it is.
        text: What belongs to it.
        typed: The characters that a `Kind.CHARACTER` types.
    """

    kind: Kind
    text: str = ""
    typed: str = ""


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
        self._sequence = ""
        self._may_be_key = True
        self._pasted: list[str] = []
        self._tail = ""
        self._reports_size = False
        self._began = self._at = 0.0
        self._out: list[Token] = []

    @property
    def deadline(self) -> float | None:
        """When `tick` has something to do unless more bytes come; None for never."""
        if self._state is _State.PASTE:
            return self._at + _PASTE_QUIET
        if (self._state is _State.ESCAPE and self._may_be_key) or self._is_half():
            return self._at + self._escape_delay
        if self._state is _State.GROUND:
            return None
        return self._at + (_QUIET if self._at - self._began < _PATIENCE else _PAUSE)

    def feed(self, data: bytes, at: float) -> list[Token]:
        """Returns what is complete with these bytes; `at` is the time in seconds."""
        self._at = at
        return self._cut(self._decoder.decode(data))

    def tick(self, at: float) -> list[Token]:
        """Returns what is over because nothing has followed until now."""
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
        return [Token(Kind.DROPPED)]

    def _is_half(self) -> bool:
        """Whether the beginning of a character waits for its rest."""
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
        self._emit(Kind.DROPPED)

    def _begin(self, state: _State, sequence: str, *, may_be_key: bool = True) -> None:
        if self._state in (_State.GROUND, _State.STRING):
            self._began = self._at
        self._state, self._sequence, self._may_be_key = state, sequence, may_be_key

    def _take(self, character: str) -> None:
        """Takes a character, or a byte that is none as a surrogate."""
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
            self._drop()  # the end of a string
        elif sequence in self._sequences:
            self._known(sequence)
        elif " " <= character <= "/":
            self._begin(_State.NF, sequence)
        elif "\x80" <= character <= "\x9f":
            self._emit(Kind.ESCAPE)
            self._in_ground(character)
        else:
            self._emit(Kind.ALT, character)

    def _interrupted(self, character: str) -> bool:
        """Whether a character begins something else, or ends all, wherever it stands."""
        if character == _ESC or "\x80" <= character <= "\x9f":
            self._drop()
            self._in_ground(character)
        elif character in (_CAN, _SUB):
            self._drop()
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
                self._known(self._sequence)
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
        elif character > "~" or len(self._sequence) > _LONGEST:
            self._state = _State.IGNORE

    def _in_ignored(self, character: str) -> None:
        if not self._interrupted(character) and "@" <= character <= "~":
            self._drop()

    def _in_string(self, character: str) -> None:
        if character == _ESC:
            self._begin(_State.ESCAPE, _ESC, may_be_key=False)
        elif character in _STRING_ENDS:
            self._drop()
        else:
            self._sequence = ""  # of what is swallowed nothing is kept

    def _in_x10_mouse(self, character: str) -> None:
        if "\0" < character < " ":
            self._drop()
            self._in_ground(character)
        else:
            self._sequence += character
            if len(self._sequence) == len("\x1b[M") + 3:
                self._drop()

    def _in_paste(self, character: str) -> None:
        self._tail = (
            self._tail + character if _PASTE_ENDS.startswith(self._tail + character) else ""
        )
        if len(self._pasted) < LONGEST_TEXT + len(_PASTE_ENDS):
            self._pasted.append(character)
        if self._tail == _PASTE_ENDS:
            if len(self._pasted) < LONGEST_TEXT + len(_PASTE_ENDS):
                del self._pasted[-len(_PASTE_ENDS) :]
            self._out += self._end_of_paste()
            self._state = _State.GROUND

    def _end_of_paste(self) -> list[Token]:
        text, self._pasted, self._tail = "".join(self._pasted[:LONGEST_TEXT]), [], ""
        return [Token(Kind.PASTE, printable_lines(text))]

    def _known(self, sequence: str) -> None:
        typed = self._sequences[sequence]
        if isinstance(typed, str):
            self._emit(Kind.CHARACTER, sequence, typed)
        else:
            self._emit(Kind.KEY, sequence)

    def _end_of_csi(self, sequence: str) -> None:
        if sequence == "\x1b[M":
            self._state = _State.X10_MOUSE
        elif sequence == _PASTE_BEGINS:
            self._state, self._pasted, self._tail = _State.PASTE, [], ""
        elif _MOUSE.fullmatch(sequence) or _FOCUS.fullmatch(sequence):
            self._emit(Kind.REPORT, sequence)
        elif mode := _MODE.fullmatch(sequence):
            self._reports_size |= mode[1] == "2048" and mode[2] != "0"
            self._emit(Kind.REPORT, sequence)
        elif size := _SIZE.fullmatch(sequence):
            self._size(*map(int, size.groups()))
        elif key := _KITTY.fullmatch(sequence):
            self._kitty(key)
        elif key := _MODIFIED.fullmatch(sequence):
            self._modified(key)
        elif sequence in self._sequences and not _REPORT.fullmatch(sequence):
            self._known(sequence)
        else:
            self._drop()

    def _size(self, lines: int, columns: int, height: int, width: int) -> None:
        """A size that is told without having been asked for would hide the true one."""
        if self._reports_size and lines and columns:
            pixels = f"{max(height, lines)};{max(width, columns)}"  # they are divided by
            self._emit(Kind.REPORT, f"\x1b[48;{lines};{columns};{pixels}t")
        else:
            self._drop()

    def _modified(self, key: re.Match[str]) -> None:
        modifiers, event, final, number, number_modifiers, number_event = key.groups()
        base = f"\x1b[{number}~" if number else f"\x1b[{final}"
        if _RELEASED in (event, number_event) or not (
            base in self._sequences or final in ("P", "Q", "S")
        ):
            self._drop()
        elif number:
            self._emit(Kind.KEY, f"\x1b[{number};{number_modifiers}~")
        else:
            self._emit(Kind.KEY, f"\x1b[1;{modifiers}{final}")

    def _kitty(self, key: re.Match[str]) -> None:
        code, modifiers = int(key[1]), int(key[2] or "1") or 1
        texts = [int(part) for part in (key[4] or "").split(":") if part]
        held = (modifiers - 1) & ~_LOCKS
        if (
            key[3] == _RELEASED
            or not all(map(_is_character, texts))
            or not (_is_character(code) or code in _KITTY_KEYS)
        ):
            self._drop()
            return
        parts = [str(code), str(modifiers), ":".join(map(str, texts))]
        sequence = f"\x1b[{';'.join(parts).rstrip(';')}u" if texts or held else f"\x1b[{code}u"
        typed = "".join(map(chr, texts))
        if not typed and held in (0, _SHIFT) and code not in _PRIVATE_USE:
            typed = {27: "", 127: "", 9: "\t" if not held else ""}.get(code, chr(code))
        if code in _MODIFIERS:
            self._emit(Kind.REPORT, sequence)
        elif typed:
            self._emit(Kind.CHARACTER, sequence, typed)
        else:
            self._emit(Kind.KEY, sequence)


def _is_character(code: int) -> bool:
    """Whether there is a character of this number that is not one of control."""
    return 32 <= code <= 0x10FFFF and not 0x7F <= code <= 0x9F and not 0xD800 <= code <= 0xDFFF


def printable_lines(text: str) -> str:
    """Returns a text without what moves cursors or is no character."""
    return "".join(
        character for character in text if character in "\t\r\n" or character.isprintable()
    )
