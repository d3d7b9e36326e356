"""Lines that show keys and what they do, at the foot of the screens."""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache

from zcbulk_tui.render.span import Line, Look, Span, fit_line, line_width
from zcbulk_tui.tui.keys import Key


def legend(keys: Sequence[Key], actions: Mapping[str, str], width: int) -> Line:
    """Returns a line with keys and what they do, as many as fit.

    Args:
        keys: All of them; actions that no key is left for are left out.
        actions: What is said of an action, or of several, by their names separated by blanks.
        width: Cells.
    """
    first = {key.action: key.shown.split()[0] for key in keys if key.keys}
    spans: list[Span] = []
    for names, does in actions.items():
        written = " ".join(first[name] for name in names.split() if name in first)
        if written:
            more = [*spans, Span(f" {written} ", Look.STRONG), Span(f"{does} ")]
            spans = more if line_width(more) <= width else spans
    return fit_line(spans, width)


def key_line(keys: Sequence[Key], state_of: Callable[[str], bool | None], width: int) -> Line:
    """Returns the keys worth knowing, in one line.

    Those that make no sense now are greyed, and have the room that the others leave.

    Args:
        keys: All of them; those that are pressed by no key are left out.
        state_of: Of an action: True if it can be done, None if not now, False if never.
        width: Cells.
    """
    shown = _fitting(keys, state_of, width).values()
    return fit_line([span for pair in shown for span in pair], width)


def action_at(
    keys: Sequence[Key], state_of: Callable[[str], bool | None], width: int, x: int
) -> str | None:
    """Returns the action of the key in a column of the line that `key_line` returns."""
    end = 0
    for key, pair in _fitting(keys, state_of, width).items():
        end += line_width(pair)
        if x < end:
            return key.action
    return None


def _fitting(
    keys: Sequence[Key], state_of: Callable[[str], bool | None], width: int
) -> Mapping[Key, tuple[Span, Span]]:
    states = [(key, state_of(key.action)) for key in keys if key.rank and key.keys]
    return _fitted(tuple((key, bool(able)) for key, able in states if able is not False), width)


@lru_cache(maxsize=16)  # the line is shown anew with every change of a job, and is mostly the same
def _fitted(worth: Sequence[tuple[Key, bool]], width: int) -> Mapping[Key, tuple[Span, Span]]:
    spans: dict[Key, tuple[Span, Span]] = {}
    for able in (True, False):
        left = [key for key, is_able in worth if is_able is able]
        for rank in sorted({key.rank for key in left}, reverse=True):
            more = {key: _on_key_line(key, able=able) for key in left if key.rank == rank}
            if sum(map(line_width, [*spans.values(), *more.values()])) > width:
                break
            spans |= more
    return {key: spans[key] for key, _ in worth if key in spans}


def _on_key_line(key: Key, *, able: bool) -> tuple[Span, Span]:
    price = f" ({key.price.split()[0]})" if key.price else ""
    return (
        Span(f" {key.shown.split()[0]} ", Look.STRONG if able else Look.DIM),
        Span(f"{key.label}{price} ", Look.TEXT if able else Look.DIM),
    )
