"""What a token can be for [OAS][START][FORMS][FIELDS]."""

READ = "ZohoCreator.bulk.READ"
CREATE = "ZohoCreator.bulk.CREATE"
UPDATE = "ZohoCreator.bulk.UPDATE"
APPLICATIONS = "ZohoCreator.dashboard.READ"
FORMS = "ZohoCreator.meta.application.READ"
FIELDS = "ZohoCreator.meta.form.READ"

ALL = frozenset({READ, CREATE, UPDATE, APPLICATIONS, FORMS, FIELDS})
"""Every scope a client of the bulk API, with a picker of forms, has use for."""
