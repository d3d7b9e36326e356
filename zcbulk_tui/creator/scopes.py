"""OAuth scopes of a sign-in [OAS] [START] [FORMS] [FIELDS]."""

READ = "ZohoCreator.bulk.READ"
CREATE = "ZohoCreator.bulk.CREATE"

UPDATE = "ZohoCreator.bulk.UPDATE"
"""Required by some documents for start and abort; not every console offers it."""

FIELDS = "ZohoCreator.meta.form.READ"
"""Required for the list of a form's fields."""

FORMS = "ZohoCreator.meta.application.READ"
"""Required for the list of an application's forms."""

APPLICATIONS = "ZohoCreator.dashboard.READ"
"""Required for the list of applications."""

META = (FIELDS, FORMS, APPLICATIONS)
"""What it takes to list applications, forms and fields: asked for only where that is wanted."""


def needed(*, read_only: bool, with_forms: bool = False) -> tuple[str, ...]:
    """Returns the scopes to request: no more than the program will use.

    Args:
        read_only: Whether jobs are only watched.
        with_forms: Whether applications, forms and fields are listed too.
    """
    return ((READ,) if read_only else (READ, CREATE, UPDATE)) + (META if with_forms else ())
