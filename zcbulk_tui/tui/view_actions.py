"""What the list shows, by keys: filter, sorting, groups, details."""

from typing import TYPE_CHECKING

from zcbulk_tui.render.columns import shown
from zcbulk_tui.render.order import Order, SortBy, first

if TYPE_CHECKING:
    from zcbulk_tui.tui.screens.watch_view import WatchView
    from zcbulk_tui.tui.widgets.detail_pane import DetailPane


def ask_for_filter(screen: "WatchView") -> None:
    """Opens the field of the filter in the place of the key line."""
    from zcbulk_tui.tui.widgets.filter_field import FilterField

    def typed(text: str) -> None:
        screen.jobs.rows.filter(text)
        screen.show_changes()

    if not screen.query(FilterField):
        screen.mount(FilterField(screen.jobs.rows.asked, typed), after="#foot")


def clear_filter(screen: "WatchView") -> None:
    """Shows all jobs again."""
    screen.jobs.rows.filter("")
    screen.show_changes()


def sort_by(screen: "WatchView", column: SortBy) -> None:
    """Sorts by a column; if it is sorted by it already, the other way round."""
    order = screen.jobs.rows.order
    again = order.by is column
    screen.jobs.rows.sort(Order(column, not order.descending if again else first(column)))
    screen.show_changes()


def sort_by_next(screen: "WatchView") -> None:
    """Sorts by the next column to the right; after the last by when jobs were added."""
    columns = shown(screen.jobs.columns)
    by = screen.jobs.rows.order.by
    # One that has left since, as the screen narrowed, is before the first.
    place = columns.index(by) + 1 if by in columns else 0
    column = columns[place % len(columns)]
    screen.jobs.rows.sort(Order(column, first(column)))
    screen.show_changes()


def group_by_next(screen: "WatchView") -> None:
    """Puts the jobs together by what comes next; after the last not at all."""
    from zcbulk_tui.render.order import GroupBy

    kinds = list(GroupBy)
    before = screen.jobs.rows.group_by
    by = kinds[(kinds.index(before) + 1 if before else 1) % len(kinds)]
    screen.jobs.rows.group(None if by is GroupBy.NONE else by)
    screen.show_changes()


def change_theme(screen: "WatchView") -> None:
    """Shows everything in other colours; the configuration says which are there at first."""
    screen.notify(f"Theme: {screen.step_theme()}", timeout=2, markup=False)


def back(screen: "WatchView") -> None:
    """Takes back one thing: the filter, else the marks, else the details."""
    rows = screen.jobs.rows
    if rows.asked:
        clear_filter(screen)
    elif rows.marked:
        rows.marked.clear()
        screen.show_changes()
    elif screen.details is not None and screen.details.is_open:
        screen.details.close()


def show_details(screen: "WatchView") -> None:
    """Shows the details of the selected job, or hides them."""
    _details(screen).toggle()


def zoom(screen: "WatchView") -> None:
    """Shows the details on the whole screen, or beside the list again."""
    _details(screen).zoom()


def _details(screen: "WatchView") -> "DetailPane":
    """The pane; made when it is first asked for."""
    from zcbulk_tui.tui.widgets.detail_pane import DetailPane

    if screen.details is None:
        screen.details = DetailPane(screen)
        screen.body.mount(screen.details)
    return screen.details
