"""OAuth scopes of a sign-in [OAS] [START]."""

READ = "ZohoCreator.bulk.READ"
CREATE = "ZohoCreator.bulk.CREATE"

UPDATE = "ZohoCreator.bulk.UPDATE"
"""Required by some documents for start and abort; not every console offers it."""


def needed(*, read_only: bool) -> tuple[str, ...]:
    """Returns the scopes to request: no more than the program will use."""
    return (READ,) if read_only else (READ, CREATE, UPDATE)
