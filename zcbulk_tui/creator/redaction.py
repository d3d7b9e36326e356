"""Secrets blanked in what a server says: it may repeat them, as they are or encoded.

Whatever a server says may be shown, logged and kept, and some servers and proxies quote the
request in their errors: in a page, in JSON, as a URL, as the header that they were sent.
"""

import base64
import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from html.entities import html5

from pydantic import SecretStr

from zcbulk_tui.domain.text import one_line

BLANK = "[...]"
"""What stands in the place of a secret."""

LEAST = 4
"""Characters of the shortest secret that is looked for: others stand in every text by chance."""

# Bounded everywhere, so that no text takes time by the square of its length.
_BETWEEN = r"(?:\s|\\[rn]){0,4}"
"""What encoders put between the characters of long texts: the ends of lines."""

_SPACED = r"[\s\u00ad\u200b-\u200d\u2060\ufeff]{0,2}"
"""What may stand between the characters of a secret that is spaced out, visibly or not."""

_BASE64 = r"[A-Za-z0-9+/_-]"

_PIECE = 8
"""Characters of the shortest piece of a secret that is looked for: gateways cut what they quote."""

_AFTER_SCHEME = re.compile(r"((?:zoho-oauthtoken|bearer)[\s:=]+)(?=\S*[0-9])\S{6,}", re.IGNORECASE)
"""What stands where the Authorization header has its token, whoever sent it."""

_ENTITIES: dict[str, list[str]] = {}
"""The names in HTML of each character that has some."""
for _name, _named in html5.items():
    _ENTITIES.setdefault(_named, []).append(_name)


Line = Callable[[str, int], str]
"""Makes a text of a server's fit to be shown: one safe line of at most so many characters."""

_READ = 16 * 1024
"""Characters of a text that are looked at: far more than are ever shown."""


class Redaction:
    """Blanks secrets in texts.

    Found are the secrets themselves, in capitals or not, and each of their characters may be
    written in its own way: as a percent code, doubly too, as an entity of HTML, as an escape of
    JSON. Found are also hexadecimal digits, base64 of anything that has the secret in it, pieces of
    it, and whatever follows the scheme of an Authorization header.

    Args:
        secrets: What is not to be seen.
    """

    def __init__(self, secrets: Iterable[SecretStr]) -> None:
        found = {each.get_secret_value() for each in secrets}
        self._secrets = frozenset(each for each in found if len(each) >= LEAST)

    def text(self, text: str) -> str:
        """Returns a text without the secrets."""
        text = _AFTER_SCHEME.sub(rf"\1{BLANK}", text)
        # No way of writing one is shorter than itself, and most texts are short.
        if any(len(each) <= len(text) for each in self._secrets):
            text = _pattern(self._secrets).sub(BLANK, text)
        return _without_pieces(text, _pieces(self._secrets))

    def line(self, text: str, limit: int = 200) -> str:
        """Returns a text as `one_line` does, without the secrets; see `Line`."""
        # Before it is cut, which leaves parts of secrets that nothing finds.
        return one_line(self.text(text[:_READ]), limit)


@lru_cache(maxsize=4)
def _pattern(secrets: frozenset[str]) -> re.Pattern[str]:
    """What finds the secrets; to make it takes a tenth of a second."""
    return re.compile("|".join(form for each in secrets for form in _forms(each)), re.IGNORECASE)


@lru_cache(maxsize=4)
def _pieces(secrets: frozenset[str]) -> frozenset[str]:
    """Every piece of the secrets, in lower case."""
    folded = [secret.lower() for secret in secrets]
    return frozenset(
        each[at : at + _PIECE] for each in folded for at in range(len(each) - _PIECE + 1)
    )


def _without_pieces(text: str, pieces: frozenset[str]) -> str:
    folded = text.lower()
    if len(folded) != len(text):  # some capitals have small letters of two characters
        folded = text
    found = [at for at in range(len(folded) - _PIECE + 1) if folded[at : at + _PIECE] in pieces]
    kept: list[str] = []
    end = 0
    for at in found:
        if at > end or not kept:
            kept += [text[end:at], BLANK]
        end = at + _PIECE
    return "".join((*kept, text[end:]))


def _forms(secret: str) -> Iterator[str]:
    """The patterns of a secret, one for each encoding of the whole."""
    yield _SPACED.join(map(_character, secret))
    data = secret.encode()
    yield r"[\s:-]?".join(f"{byte:02x}" for byte in data)
    # What stands before the secret decides on which bit it begins. The characters that have bits
    # of something else, too, are not known.
    for before in range(3):
        encoded = base64.b64encode(bytes(before) + data).decode()
        begin, end = -(-8 * before // 6), 8 * (before + len(data)) // 6
        inner = _BETWEEN.join(map(_of_base64, encoded[begin:end]))
        yield f"{_BASE64}?{inner}(?:{_BETWEEN}{_BASE64})?"


def _of_base64(character: str) -> str:
    # The alphabet for URLs has others in two places.
    other = {"+": "-", "/": "_"}.get(character)
    return _character(character) if other is None else f"(?:{_character(character)}|{other})"


def _character(character: str) -> str:
    """The pattern of one character, however it is written."""
    number = ord(character)
    bytes_ = "".join(f"%(?:25){{0,3}}{byte:02x}" for byte in character.encode())
    names = "".join(f"|{re.escape(name)}" for name in _ENTITIES.get(character, ()))
    entity = f"&(?:amp;){{0,2}}(?:#0{{0,6}}{number};?|#x0{{0,6}}{number:x};?{names})"
    escape = rf"\\{{1,4}}(?:u{number:04x}|x{number:02x}|{re.escape(character)})"
    if character.isalnum():  # as \n, which is no n
        escape = rf"\\{{1,4}}(?:u{number:04x}|x{number:02x})"
    return f"(?:{re.escape(character)}|{bytes_}|{entity}|{escape})"
