"""Any text in ASCII, cell by cell, for terminals that show nothing else."""

from zcbulk_tui.render.span import width

_LOOKS_LIKE = str.maketrans(
    {
        **dict.fromkeys("“”„", '"'),
        **dict.fromkeys("‘’", "'"),
        **dict.fromkeys("–—─━▔▁▂▄▀╌", "-"),
        **dict.fromkeys("│┃▏▎▍▌▐▕", "|"),
        **dict.fromkeys("╭╮╰╯┌┐└┘├┤┬┴┼", "+"),
        **dict.fromkeys("·•", "-"),
        "…": ".",
        "↓": "v",
        "↑": "^",
        "▼": "v",
        "▶": ">",
        "→": ">",
        "▲": "^",
        "\xa0": " ",
    }
)


def to_ascii(text: str) -> str:
    """Returns `text` in ASCII, as many cells wide; what has no likeness becomes question marks."""
    if text.isascii():
        return text
    likeness = text.translate(_LOOKS_LIKE)
    return "".join(c if c.isascii() else "?" * width(c) for c in likeness)
