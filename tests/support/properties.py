"""Settings of the property tests."""

from hypothesis import settings

# A loaded machine makes single examples slow, and that is no failure.
settings.register_profile("unhurried", deadline=None)


def unhurried() -> None:
    """Lets every example take its time."""
    settings.load_profile("unhurried")
