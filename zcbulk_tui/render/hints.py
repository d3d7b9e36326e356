"""Hints shown in place of an empty list."""

from zcbulk_tui.domain.commands import common
from zcbulk_tui.domain.text import one_line
from zcbulk_tui.render.span import Line, Look, Span


def first_run(login: str, *, add: str, insert: str) -> list[Line]:
    """Returns the ways to begin, a line each.

    Args:
        login: The command that signs in; empty where that is done.
        add: The key that adds a job.
        insert: The key that inserts a file; empty where none may be.
    """
    sign_in = f"type in another terminal: {login}" if login else "done"
    return [
        (),
        _way("Sign in", sign_in, Look.TEXT if login else Look.DIM),
        _way("Watch a job", f"paste its URL here, or press {add}"),
        *([_way("Insert a file", f"press {insert}")] if insert else []),
        _way("Look around", f"quit with q, and type: {common('demo')}"),
    ]


def nothing_found(query: str, jobs: int) -> list[Line]:
    """Returns the hint for a filter that matches no job."""
    return [(), (Span(f"  None of {jobs:,} jobs has “{one_line(query)}”; Esc shows all."),)]


def _way(title: str, how: str, look: Look = Look.TEXT) -> Line:
    return (Span(f"  {title:<15}", Look.STRONG), Span(how, look))
