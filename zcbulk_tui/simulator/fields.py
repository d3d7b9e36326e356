"""The forms of the simulated account, with a table of fields for each.

Types are the numbers of [FIELDS]. Which lengths, choices and marks a field has is invented, as are
the forms. A form that only a job names has ``ANY_FORM``.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum


class Kind(IntEnum):
    """Types of fields [FIELDS]; ``NAME`` is of an example of [OAS]."""

    SINGLE_LINE = 1
    MULTI_LINE = 2
    EMAIL = 3
    NUMBER = 5
    DECIMAL = 6
    PERCENT = 7
    CURRENCY = 8
    AUTO_NUMBER = 9
    DATE = 10
    DATE_TIME = 11
    DROP_DOWN = 12
    RADIO = 13
    MULTI_SELECT = 14
    DECISION_BOX = 16
    URL = 17
    NAME = 29


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a form."""

    link_name: str
    kind: Kind = Kind.SINGLE_LINE
    mandatory: bool = False
    unique: bool = False
    max_char: int | None = None
    """Characters of a text, digits of a number before the point."""
    choices: tuple[str, ...] = ()
    subfields: tuple[str, ...] = ()
    """Link names of the parts of a composite field."""

    def columns(self) -> Iterator[str]:
        """The names it goes by in the first row of a CSV [UPLOAD]."""
        if self.subfields:
            yield from (f"{self.link_name}.{part}" for part in self.subfields)
        else:
            yield self.link_name


@dataclass(frozen=True, slots=True)
class Form:
    """One form."""

    link_name: str
    fields: tuple[Field, ...]
    stateless: bool = False
    """Whether it keeps no records (type 2) [FORMS]."""


def _text(name: str, max_char: int = 255, *, mandatory: bool = False) -> Field:
    return Field(name, mandatory=mandatory, max_char=max_char)


def _key(name: str, max_char: int = 20) -> Field:
    return Field(name, mandatory=True, unique=True, max_char=max_char)


def _choice(name: str, *choices: str, kind: Kind = Kind.DROP_DOWN) -> Field:
    return Field(name, kind, choices=choices)


_NAME = Field("Name", Kind.NAME, subfields=("first_name", "last_name"))
_EMAIL = Field("Email", Kind.EMAIL, max_char=255)
_COUNTRY = _choice("Country", "Germany", "France", "India", "Japan", "United States")
_NOTES = Field("Notes", Kind.MULTI_LINE, max_char=2000)
_WEBSITE = Field("Website", Kind.URL, max_char=2083)
_ACTIVE = Field("Active", Kind.DECISION_BOX)
_CURRENCY = _choice("Currency", "EUR", "USD", "INR", "JPY")

ANY_FORM = (
    _key("Code"),
    _text("Title", 100),
    _EMAIL,
    Field("Quantity", Kind.NUMBER, max_char=9),
    Field("Amount", Kind.DECIMAL, max_char=10),
    Field("Day", Kind.DATE),
    _NOTES,
)

_ALL = (
    Form(
        "Customers",
        (
            _key("Customer_No"),
            _NAME,
            Field("Email", Kind.EMAIL, mandatory=True, unique=True, max_char=255),
            _text("Phone", 30),
            _COUNTRY,
            _text("City", 60),
            Field("Credit_Limit", Kind.CURRENCY, max_char=10),
            Field("Discount", Kind.PERCENT, max_char=3),
            Field("Customer_Since", Kind.DATE),
            _choice("Segments", "Retail", "Wholesale", "Public", kind=Kind.MULTI_SELECT),
            _NOTES,
        ),
    ),
    Form(
        "Orders",
        (
            _key("Order_No"),
            _text("Customer_No", 20, mandatory=True),
            Field("Ordered_At", Kind.DATE_TIME, mandatory=True),
            _choice("Status", "New", "Paid", "Shipped", "Returned"),
            Field("Quantity", Kind.NUMBER, mandatory=True, max_char=9),
            Field("Total", Kind.CURRENCY, max_char=10),
            _CURRENCY,
            _text("Ship_To", 120),
            _NOTES,
        ),
    ),
    Form(
        "Prices",
        (
            _key("Article"),
            _text("Description", 120),
            Field("Price", Kind.CURRENCY, mandatory=True, max_char=10),
            _CURRENCY,
            Field("VAT", Kind.PERCENT, max_char=3),
            Field("Valid_From", Kind.DATE),
            Field("Line", Kind.AUTO_NUMBER),
        ),
    ),
    Form(
        "Suppliers",
        (
            _key("Supplier_No"),
            _text("Company", 100, mandatory=True),
            _EMAIL,
            _WEBSITE,
            _COUNTRY,
            Field("Rating", Kind.NUMBER, max_char=2),
            _choice("Terms", "14 days", "30 days", "60 days", kind=Kind.RADIO),
            _ACTIVE,
        ),
    ),
    Form(
        "Warehouses",
        (
            _key("Warehouse_No", 10),
            _text("Title", 60, mandatory=True),
            _text("City", 60),
            _COUNTRY,
            Field("Shelves", Kind.NUMBER, max_char=6),
            Field("Opened", Kind.DATE),
            _ACTIVE,
        ),
    ),
    Form(
        "Leads",
        (
            _NAME,
            Field("Email", Kind.EMAIL, mandatory=True, unique=True, max_char=255),
            _text("Company", 100),
            _text("Phone", 30),
            _choice("Source", "Fair", "Web", "Referral"),
            Field("Seen_At", Kind.DATE_TIME),
            _choice("Interests", "Price list", "Visit", "Newsletter", kind=Kind.MULTI_SELECT),
            _NOTES,
        ),
    ),
    Form(
        "Regions",
        (
            _key("Region", 10),
            _text("Title", 60, mandatory=True),
            _COUNTRY,
            Field("Inhabitants", Kind.NUMBER, max_char=10),
            Field("Share", Kind.PERCENT, max_char=3),
            _ACTIVE,
        ),
    ),
    Form(
        "Stock",
        (
            _key("Entry"),
            _text("Article", 20, mandatory=True),
            _text("Warehouse_No", 10, mandatory=True),
            Field("Quantity", Kind.NUMBER, mandatory=True, max_char=9),
            Field("Weight", Kind.DECIMAL, max_char=8),
            Field("Counted_On", Kind.DATE),
        ),
    ),
    Form(
        "Returns",
        (
            _key("Return_No"),
            _text("Order_No", 20, mandatory=True),
            _choice("Reason", "Damaged", "Wrong article", "Late", kind=Kind.RADIO),
            Field("Quantity", Kind.NUMBER, max_char=9),
            Field("Refund", Kind.CURRENCY, max_char=10),
            Field("Received", Kind.DATE),
            _NOTES,
        ),
    ),
    Form(
        "Invoices",
        (
            _key("Invoice_No"),
            _text("Customer_No", 20, mandatory=True),
            Field("Date", Kind.DATE, mandatory=True),
            Field("Net", Kind.CURRENCY, mandatory=True, max_char=10),
            Field("VAT", Kind.PERCENT, max_char=3),
            _CURRENCY,
            Field("Paid", Kind.DECISION_BOX),
        ),
    ),
    Form(
        "Contracts",
        (
            _key("Contract_No"),
            _text("Partner", 100, mandatory=True),
            Field("Begins", Kind.DATE, mandatory=True),
            Field("Months", Kind.NUMBER, max_char=3),
            Field("Fee", Kind.CURRENCY, max_char=10),
            _EMAIL,
            _NOTES,
        ),
    ),
    Form(
        "Tax_Codes",
        (
            _key("Code", 8),
            _text("Title", 60, mandatory=True),
            Field("Rate", Kind.PERCENT, mandatory=True, max_char=3),
            _COUNTRY,
            Field("Valid_From", Kind.DATE),
            _WEBSITE,
        ),
    ),
    Form(
        "Contacts",
        (
            _NAME,
            Field("Email", Kind.EMAIL, mandatory=True, unique=True, max_char=255),
            _text("Company", 60, mandatory=True),
            _text("Phone", 30),
            Field("Age", Kind.NUMBER, max_char=3),
            _choice("Language", "English", "Deutsch", "Français"),
            Field("Met_On", Kind.DATE),
            _WEBSITE,
            Field("Newsletter", Kind.DECISION_BOX),
            _NOTES,
        ),
    ),
    Form(
        "Scratch",
        (
            _text("Title", 100, mandatory=True),
            Field("Day", Kind.DATE),
            Field("Quantity", Kind.NUMBER, max_char=9),
            _EMAIL,
            _ACTIVE,
            _NOTES,
        ),
    ),
    Form("Price_Calculator", (_text("Article", 20), Field("Quantity", Kind.NUMBER)), True),
)

FORMS: Mapping[str, Form] = {form.link_name: form for form in _ALL}
"""By link name: those of the demo's jobs, two without a job, and one without records.

Of those without a job ``Scratch`` is for probes: its first field takes any text, none is unique.
"""
