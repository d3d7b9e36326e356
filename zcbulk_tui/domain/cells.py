"""Texts as cells of a CSV file, which a spreadsheet must not run as formulas."""

_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def to_cell(text: str) -> str:
    """Returns a text with an apostrophe before it where a spreadsheet would take it for more."""
    return f"'{text}" if _is_risky(text) else text


def from_cell(cell: str) -> str:
    """Returns the text that `to_cell` has made a cell of."""
    return cell[1:] if cell.startswith("'") and _is_risky(cell[1:]) else cell


def _is_risky(text: str) -> bool:
    # With apostrophes before it, it needs one more, so that it can be told from one with one less.
    return text.lstrip("'").startswith(_STARTS_A_FORMULA)
