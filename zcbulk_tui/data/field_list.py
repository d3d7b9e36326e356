"""A form's fields in a file: the answer of the Meta API as it was saved [FIELDS]."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from zcbulk_tui import user_files
from zcbulk_tui.domain.form import FormField, FormFields
from zcbulk_tui.domain.text import json_problem, one_line
from zcbulk_tui.errors import DataError

_LONGEST_NAME = 200

_NAME_KEYS = ("link_name", "display_name", "value", "key")
"""Where the name of a part or of a choice may stand: no official sample has either."""


def read_fields(path: Path) -> FormFields:
    """Returns the fields in a file; they were read when it was last changed.

    Raises:
        DataError: It cannot be read, or is no such answer.
    """
    shown = one_line(str(path))
    try:
        text = user_files.read_text(path)
        read_at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except (OSError, user_files.BadFileError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise DataError(
            f"The list of fields {shown} cannot be read",
            f"{one_line(reason)}.",
            "Look at its name and its rights.",
        ) from error
    try:
        answer = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _not_a_list(shown, json_problem(error)) from error
    listed = answer.get("fields") if isinstance(answer, dict) else None
    if not isinstance(listed, list):
        raise _not_a_list(shown, "It is no JSON object with a list “fields”.")
    fields = tuple(_fields(listed))
    if not fields:
        raise _not_a_list(shown, "No field in it has a link name.")
    return FormFields(fields, read_at)


def _not_a_list(shown: str, why: str) -> DataError:
    return DataError(
        f"{shown} is no list of fields",
        why,
        "Save the answer of Zoho's call GET …/meta/OWNER/APP/form/FORM/fields as it is.",
    )


def _fields(listed: list[Any]) -> Iterator[FormField]:
    for each in listed:
        name = each.get("link_name") if isinstance(each, dict) else None
        if isinstance(name, str) and name:
            display = each.get("display_name")
            yield FormField(
                name,
                one_line(display if isinstance(display, str) else name, _LONGEST_NAME),
                _number(each.get("type")) or 0,
                is_mandatory=each.get("mandatory") is True,
                is_unique=each.get("unique") is True,
                max_char=_number(each.get("max_char")),
                subfields=tuple(_names(each.get("subfields"))),
                choices=tuple(_names(each.get("choices"))),
            )


def _number(value: object) -> int | None:
    """Returns a positive number; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if value > 0 else None


def _names(value: object) -> Iterator[str]:
    """Yields names in a list of texts or of objects."""
    for each in value if isinstance(value, list) else ():
        name = each
        if isinstance(each, dict):
            name = next((each[key] for key in _NAME_KEYS if isinstance(each.get(key), str)), "")
        if isinstance(name, str) and name:
            yield name
