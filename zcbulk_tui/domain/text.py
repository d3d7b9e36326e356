"""Text from outside (servers, files, people) made safe to show in a terminal."""

import unicodedata

_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"

# Control, format (bidirectional overrides), surrogate, private use, unassigned, line and paragraph
# separators: none of them has a place in one line of text, and several can rewrite the screen.
_UNSAFE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def one_line(text: str, limit: int = 200) -> str:
    """Returns `text` as one printable line of at most `limit` characters.

    White space is folded; every other character that does not print becomes U+FFFD, so that it
    can be seen that something was there.
    """
    read = text[: limit * 4]  # no more than this can matter, however long the text is
    folded = " ".join(read.split())
    safe = "".join(_REPLACEMENT if unicodedata.category(c) in _UNSAFE else c for c in folded)
    is_whole = len(safe) <= limit and len(read) == len(text)
    return safe if is_whole else safe[: limit - 1] + "…"
