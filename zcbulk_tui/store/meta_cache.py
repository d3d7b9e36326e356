"""What the Meta API has listed: fields, forms and applications, which cost a call each."""

import json
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

from zcbulk_tui.domain.form import LONGEST_NAME, FormField, FormFields, FormRef, NamedLink
from zcbulk_tui.domain.text import one_line
from zcbulk_tui.errors import ConfigError
from zcbulk_tui.store.database import Database
from zcbulk_tui.store.json_objects import MAKES_NO_SENSE
from zcbulk_tui.store.rows import to_millis, to_moment

_KEEP = """
INSERT INTO meta (about, read_at, answer) VALUES (?, ?, ?)
ON CONFLICT (about) DO UPDATE SET read_at = excluded.read_at, answer = excluded.answer
"""


class MetaCache:
    """Keeps what was listed.

    Forms and fields are kept for all profiles, being the same whoever lists them.

    Nothing here raises: what cannot be kept or read is listed anew.

    Args:
        database: Keeps it.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def fields(self, form: FormRef) -> FormFields | None:
        """Returns the fields of a form as they were listed last; None where they were not."""
        with suppress(ConfigError, *MAKES_NO_SENSE):
            for read_at, answer in self._rows(_about_form(form)):
                fields = tuple(map(FormField.of_object, json.loads(answer)))
                return FormFields(fields, to_moment(read_at))
        return None

    def keep_fields(self, form: FormRef, fields: FormFields) -> None:
        """Keeps the fields of a form."""
        self._keep(_about_form(form), fields.read_at, [it.as_object() for it in fields.fields])

    def links(self, *about: str) -> tuple[NamedLink, ...] | None:
        """Returns the forms or applications that were listed last; None where they were not.

        Args:
            about: What was listed: origin, owner, application and environment for forms.
        """
        with suppress(ConfigError, *MAKES_NO_SENSE):
            for _, answer in self._rows(list(about)):
                return tuple(
                    NamedLink(*(one_line(text, LONGEST_NAME) for text in parts))
                    for parts in json.loads(answer)
                )
        return None

    def keep_links(self, links: Sequence[NamedLink], read_at: datetime, *about: str) -> None:
        """Keeps the forms or applications that were listed."""
        texts = [[it.link_name, it.display_name, it.owner] for it in links]
        self._keep(list(about), read_at, texts)

    def _rows(self, about: list[str]) -> list[tuple[Any, ...]]:
        sql = "SELECT read_at, answer FROM meta WHERE about = ?"
        return self._database.rows(sql, (json.dumps(about),))

    def _keep(self, about: list[str], read_at: datetime, answer: object) -> None:
        values = (json.dumps(about), to_millis(read_at), json.dumps(answer))
        self._database.write_later(_KEEP, values)


def _about_form(form: FormRef) -> list[str]:
    return [form.origin, form.owner, form.app, form.form, form.environment.value]
