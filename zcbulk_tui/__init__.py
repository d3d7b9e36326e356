"""A terminal dashboard for Zoho Creator bulk insert jobs."""

__version__ = "0.1.0"
