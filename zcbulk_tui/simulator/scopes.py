"""What a token can be for [OAS][START]."""

READ = "ZohoCreator.bulk.READ"
CREATE = "ZohoCreator.bulk.CREATE"
UPDATE = "ZohoCreator.bulk.UPDATE"

ALL = frozenset(
    {
        READ,
        CREATE,
        UPDATE,
        "ZohoCreator.dashboard.READ",
        "ZohoCreator.meta.application.READ",
        "ZohoCreator.meta.form.READ",
    }
)
"""Every scope a client of the bulk API, with a picker of forms, has use for."""
