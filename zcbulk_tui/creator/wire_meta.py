"""The Meta API's lists of applications, forms and fields [FORMS] [FIELDS] [OAS].

Tolerant of what a picker or a check can do without: a number may be text, and anything but a link
name may be missing. The official sample of choices and subfields is in no document here, so both
are read as texts, as objects, or as an object by name.
"""

import re
from collections.abc import Iterator
from typing import Any

from zcbulk_tui.creator.wire import ParsedAnswer, unreadable
from zcbulk_tui.domain.address import is_link_name
from zcbulk_tui.domain.form import LONGEST_NAME, FormField, NamedLink

_LONGEST_CHOICE = 500
"""Characters of a choice that are kept: values are compared with it."""

_STATELESS = 2
"""The type of a form that stores no records [FORMS]."""

_NUMBER = re.compile(r"[0-9]{1,9}", re.ASCII)

_CHOICE_KEYS = ("display_value", "value", "display_name", "name", "key")
_SUBFIELD_KEYS = ("link_name", "name", "key")


def fields(parsed: ParsedAnswer) -> tuple[FormField, ...]:
    """Returns the fields of a form; a type that is missing is 0.

    Raises:
        UnreadableError: There is no list of them.
    """
    return tuple(
        FormField(
            name,
            _text(parsed, each, "display_name") or name,
            _number(each.get("type")) or 0,
            is_mandatory=_is_true(each.get("mandatory")),
            is_unique=_is_true(each.get("unique")),
            max_char=_number(each.get("max_char")) or None,
            subfields=tuple(
                parsed.line(it, LONGEST_NAME)
                for it in _names(each.get("subfields", each.get("sub_fields")), _SUBFIELD_KEYS)
            ),
            choices=tuple(
                parsed.line(it, _LONGEST_CHOICE) for it in _names(each.get("choices"), _CHOICE_KEYS)
            ),
        )
        for each in _objects(parsed, "fields")
        if (name := _text(parsed, each, "link_name"))
    )


def forms(parsed: ParsedAnswer) -> tuple[NamedLink, ...]:
    """Returns the forms of an application that store records.

    Raises:
        UnreadableError: There is no list of them.
    """
    return tuple(
        NamedLink(name, _text(parsed, each, "display_name") or name)
        for each in _objects(parsed, "forms")
        if is_link_name(name := _text(parsed, each, "link_name"))
        and _number(each.get("type")) != _STATELESS
    )


def applications(parsed: ParsedAnswer) -> tuple[NamedLink, ...]:
    """Returns applications; those of which no URL can be made, for want of a name, are left out.

    Raises:
        UnreadableError: There is no list of them.
    """
    return tuple(
        NamedLink(name, _text(parsed, each, "application_name") or name, owner)
        for each in _objects(parsed, "applications")
        if is_link_name(name := _text(parsed, each, "link_name"))
        and is_link_name(owner := _text(parsed, each, "workspace_name"))
    )


def _objects(parsed: ParsedAnswer, key: str) -> Iterator[dict[str, Any]]:
    data = parsed.value.get("data")
    found = parsed.value.get(key, data.get(key) if isinstance(data, dict) else None)
    if not isinstance(found, list):
        raise unreadable(parsed.answer.http_status, f"“{key}”: it is missing, or is no list")
    return (each for each in found if isinstance(each, dict))


def _text(parsed: ParsedAnswer, each: dict[str, Any], key: str) -> str:
    value = each.get(key)
    return parsed.line(value, LONGEST_NAME) if isinstance(value, str) else ""


def _number(value: Any) -> int | None:
    if isinstance(value, str) and _NUMBER.fullmatch(value.strip()):
        return int(value)
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return value if is_number and 0 <= value < 10**9 else None


def _is_true(value: Any) -> bool:
    return str(value).strip().lower() in ("true", "1") if isinstance(value, (str, int)) else False


def _names(value: Any, keys: tuple[str, ...]) -> Iterator[str]:
    """The names in a list of texts or objects, or in an object by name."""
    if isinstance(value, dict):
        # By name, or one list below a key of its own.
        inner = [it for it in value.values() if isinstance(it, list)]
        value = inner[0] if len(inner) == len(value) == 1 else list(value)
    for each in value if isinstance(value, list) else ():
        if isinstance(each, dict):
            each = next((each[key] for key in keys if each.get(key) not in (None, "")), None)
        if isinstance(each, (str, int, float)) and not isinstance(each, bool) and str(each):
            yield str(each)
