"""Places as they are shown."""

from pathlib import Path


def short(path: Path) -> str:
    """A path with ``~`` for the home folder."""
    try:
        return f"~/{path.relative_to(Path.home())}"
    except (ValueError, RuntimeError):  # elsewhere, or nobody's home
        return str(path)
