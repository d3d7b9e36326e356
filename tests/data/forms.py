"""Fields of a form to check files against."""

from tests.support.jobs import NOW
from zcbulk_tui.domain.form import FieldType, FormField, FormFields

EMAIL = FormField("Email", "E-mail address", FieldType.EMAIL, is_mandatory=True, is_unique=True)
NAME = FormField("Name", "Name", FieldType.NAME, subfields=("first_name", "last_name"))
CITY = FormField("City", "City", FieldType.SINGLE_LINE, max_char=10)
AMOUNT = FormField("Amount", "Amount", FieldType.CURRENCY)
SINCE = FormField("Since", "Customer since", FieldType.DATE)
LEVEL = FormField("Level", "Level", FieldType.RADIO, choices=("Gold", "Silver"))

FIELDS = FormFields((EMAIL, NAME, CITY, AMOUNT, SINCE, LEVEL), NOW)


def fields(*some: FormField) -> FormFields:
    """A form with these fields."""
    return FormFields(some, NOW)
