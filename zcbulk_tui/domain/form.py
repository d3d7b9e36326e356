"""Forms: which one, and its fields as the Meta API lists them [FIELDS]."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import IntEnum
from typing import Any, NamedTuple

from zcbulk_tui.domain.job import Environment, JobRef
from zcbulk_tui.domain.text import one_line

LONGEST_NAME = 120
"""Characters that are kept of the name of a field, a form or an application."""


class FormRef(NamedTuple):
    """The identity of a form: where a job is created.

    Attributes:
        origin: Scheme and host of the data centre's API, as in ``https://www.zohoapis.eu``.
        owner: User name of the account owner (the workspace name).
        app: Link name of the application.
        form: Link name of the form.
        environment: The environment whose records the form holds.
    """

    origin: str
    owner: str
    app: str
    form: str
    environment: Environment = Environment.PRODUCTION

    def job(self, job_id: str) -> JobRef:
        """Returns the reference of a job of this form; its id has been checked."""
        return JobRef(self.origin, self.owner, self.app, self.form, job_id, self.environment)

    @classmethod
    def of(cls, ref: JobRef) -> "FormRef":
        """Returns the form that a job inserts into."""
        return cls(ref.origin, ref.owner, ref.app, ref.form, ref.environment)


class FieldType(IntEnum):
    """The types of fields that are documented by number [FIELDS]; there are more."""

    SINGLE_LINE = 1
    MULTI_LINE = 2
    EMAIL = 3
    RICH_TEXT = 4
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
    CHECK_BOX = 15
    DECISION_BOX = 16
    URL = 17
    IMAGE = 18
    NAME = 29


class FormField(NamedTuple):
    """A field of a form.

    Attributes:
        link_name: Its name in URLs and in the first row of a CSV [UPLOAD].
        display_name: Its name on the screen; sanitised.
        type: Its type's number; see `FieldType`, which does not have all.
        is_mandatory: Whether a record must have a value for it.
        is_unique: Whether no two records may have the same value.
        max_char: Characters that a value may have; None where the answer has no such limit.
        subfields: Link names of the parts of a composite field, such as ``first_name``; empty
            where there are none, or the answer lists none.
        choices: Values that may be chosen; empty where any may, or the answer lists none.
    """

    link_name: str
    display_name: str
    type: int
    is_mandatory: bool = False
    is_unique: bool = False
    max_char: int | None = None
    subfields: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()

    def as_object(self) -> dict[str, object]:
        """Returns it as it is kept in JSON."""
        return {
            "link_name": self.link_name,
            "display_name": self.display_name,
            "type": self.type,
            "mandatory": self.is_mandatory,
            "unique": self.is_unique,
            "max_char": self.max_char,
            "subfields": self.subfields,
            "choices": self.choices,
        }

    @classmethod
    def of_object(cls, parts: Mapping[str, Any]) -> "FormField":
        """Returns the field that was kept so.

        Raises:
            LookupError: A part is missing.
            TypeError: A part is something else.
            ValueError: The same.
        """
        return cls(
            one_line(parts["link_name"], LONGEST_NAME),
            one_line(parts["display_name"], LONGEST_NAME),
            int(parts["type"]),
            bool(parts["mandatory"]),
            bool(parts["unique"]),
            None if parts["max_char"] is None else int(parts["max_char"]),
            tuple(one_line(name, LONGEST_NAME) for name in parts["subfields"]),
            tuple(parts["choices"]),
        )


class FormFields(NamedTuple):
    """The fields of a form at one moment.

    Attributes:
        fields: All of them, in the form's order.
        read_at: When the answer came; aware.
    """

    fields: tuple[FormField, ...]
    read_at: datetime


class NamedLink(NamedTuple):
    """An application or a form in a list of the Meta API [FORMS].

    Attributes:
        link_name: Its name in URLs.
        display_name: Its name on the screen; sanitised.
        owner: The account owner of an application (its workspace name); empty for a form.
    """

    link_name: str
    display_name: str
    owner: str = ""


def known_forms(forms: Iterable[FormRef]) -> list[FormRef]:
    """Returns the forms that jobs were seen in, each once, the last one first."""
    return list(dict.fromkeys(reversed(list(forms))))
