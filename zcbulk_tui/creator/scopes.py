"""What a sign-in has to allow [OAS] [START]."""

READ = "ZohoCreator.bulk.READ"
CREATE = "ZohoCreator.bulk.CREATE"

UPDATE = "ZohoCreator.bulk.UPDATE"
"""Asked for by some documents to start and abort; not every console offers it."""


def needed(*, read_only: bool) -> tuple[str, ...]:
    """Returns the scopes to ask for: no more than the program will use."""
    return (READ,) if read_only else (READ, CREATE, UPDATE)
