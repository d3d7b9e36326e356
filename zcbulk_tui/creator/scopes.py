"""OAuth scopes of a sign-in [OAS] [START] [FORMS] [FIELDS]."""

from zcbulk_tui.domain.contract import UNKNOWN, Contract, Question

READ = "ZohoCreator.bulk.READ"
CREATE = "ZohoCreator.bulk.CREATE"

UPDATE = "ZohoCreator.bulk.UPDATE"
"""Required by some documents for start and abort; not every console offers it, and a probe may show
that it is not needed."""

FIELDS = "ZohoCreator.meta.form.READ"
"""Required for the list of a form's fields."""

FORMS = "ZohoCreator.meta.application.READ"
"""Required for the list of an application's forms."""

APPLICATIONS = "ZohoCreator.dashboard.READ"
"""Required for the list of applications."""

META = (FIELDS, FORMS, APPLICATIONS)
"""What it takes to list applications, forms and fields: asked for only where that is wanted."""


def needed(
    *, read_only: bool, with_forms: bool = False, contract: Contract = UNKNOWN
) -> tuple[str, ...]:
    """Returns the scopes to request: no more than the program will use.

    Args:
        read_only: Whether jobs are only watched.
        with_forms: Whether applications, forms and fields are listed too.
        contract: What is known of the server.
    """
    changes = () if read_only else (CREATE,) if is_update_unneeded(contract) else (CREATE, UPDATE)
    return (READ, *changes, *(META if with_forms else ()))


def is_update_unneeded(contract: Contract) -> bool:
    """Whether `CREATE` is known to be enough for start and abort."""
    return contract.value(Question.CONTROL_SCOPE, "scope") == "CREATE"
