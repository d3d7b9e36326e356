"""Private names of Textual that the program leans on, each guarded."""

from textual._styles_cache import StylesCache
from textual.dom import DOMNode

# Dead widgets.


def forget_drawn_widgets() -> None:
    """Lets go of the widgets that were drawn.

    Textual caches two styles per line by the widget's cache of lines, of 1,024 widgets: so those
    of widgets that are gone stay in memory, a quarter of a MiB for each screen. Without that cache,
    as in a version to come, this does nothing.
    """
    clear = getattr(getattr(StylesCache, "get_inner_outer", None), "cache_clear", None)
    if clear is not None:
        clear()


def remove_empty_toasts(screen: DOMNode) -> None:
    """Removes what is left of toasts.

    Of a toast that is taken down before its own clock does so, Textual leaves the widget around it,
    and its task, for as long as the screen lives.
    """
    for holder in screen.query("ToastHolder"):
        if holder.is_mounted and not holder.children:
            holder.remove()
