"""What somebody does before the dashboard in the soak: every screen opened and closed.

Each thing is a few keys, to be pressed one by one; Escape follows the last. No question is said yes
to, and nothing quits.
"""

from collections.abc import Iterator, Sequence

ESCAPE, REDRAW = b"\x1b", b"\x0c"
_ENTER, _DOWN, _UP, _LEFT = b"\r", b"\x1b[B", b"\x1b[A", b"\x1b[D"
_PAGE_DOWN, _PAGE_UP, _HALF_DOWN, _HALF_UP = b"\x1b[6~", b"\x1b[5~", b"\x04", b"\x15"

_RESIZE: Sequence[bytes] = ()
"""No key: the window gets another size."""


def _typed(text: str) -> list[bytes]:
    return [character.encode() for character in text]


def acts(url: str) -> Iterator[Sequence[bytes]]:
    """Yields all there is to do, once.

    Args:
        url: Of a job, to be pasted.
    """
    yield [*_typed("?j /abo"), ESCAPE]
    yield [*_typed("?G"), _PAGE_UP]
    yield [b"h", _LEFT, _LEFT, *_typed("<>g")]
    yield [b"h"]
    yield [*_typed("ljjGc/faul"), _ENTER, b"k", ESCAPE]
    yield [b"l", _PAGE_DOWN, _PAGE_UP]
    yield _typed("bjk")
    yield [*_typed("bt12"), ESCAPE]
    yield _typed("-+")
    for _ in range(4):
        yield [b"t"]
    yield _typed("/0001")
    yield [*_typed("/state:ready"), _ENTER, _DOWN, _UP]
    yield [*_typed("/nothing like it"), _ENTER]
    for _ in range(8):
        yield _typed("oO")
    for _ in range(5):
        yield [b"v", _DOWN]
    yield [_ENTER, _DOWN, _DOWN, _UP]
    yield [_ENTER, *_typed("zjz")]
    yield _typed("  j ")
    yield [*_typed("*S"), ESCAPE]
    yield [*_typed("*X17"), ESCAPE]
    yield [*_typed("/state:ready"), _ENTER, b"S", ESCAPE]
    yield [b"G", *_typed("Sn")]
    yield [*_typed("gXForm"), ESCAPE]
    yield _typed("xn")
    yield _typed("aabc")
    yield [f"\x1b[200~{url}\x1b[201~".encode()]
    yield [b"\x1b[200~no URL at all\x1b[201~"]
    yield [*_typed("ejx")]
    yield [*_typed(":hel"), ESCAPE]
    yield [*_typed(":theme"), _ENTER]
    yield _typed("yY")
    yield _typed("pp")
    for turn in range(12):  # the calls of a minute that the plan leaves
        yield [b"g", *[_PAGE_DOWN] * (turn % 4), *_typed("        r")]
    yield _typed("R")
    yield [_PAGE_DOWN, _HALF_DOWN, _DOWN, _UP, _HALF_UP, _PAGE_UP, b"G", b"g"]
    yield [REDRAW]
    yield [b"\x1b[O", b"\x1b[I"]  # another window has the focus, and this one again
    for _ in range(4):
        yield _RESIZE
