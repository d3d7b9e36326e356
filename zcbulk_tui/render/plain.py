"""Any text in ASCII, cell by cell, for terminals that show nothing else."""

from zcbulk_tui.render.span import sequences

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
    return "".join(_plain(sequence, cells) for sequence, cells in sequences(likeness))


def _plain(sequence: str, cells: int) -> str:
    return sequence[0].ljust(cells)[:cells] if sequence[0].isascii() else "?" * cells
