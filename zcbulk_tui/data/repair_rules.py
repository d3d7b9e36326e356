"""Rules of repair as a TOML file: a small text to be kept, shared and used again.

Each rule is a table::

    [[rule]]
    reason = "LIMIT_EXCEEDED-Notes"
    change = "truncate"
    field = "Notes"
    length = 2000

``reason`` is that of a group of failures; without it a rule is for every failed record.
"""

import json
import re
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from zcbulk_tui import user_files
from zcbulk_tui.data.new_files import NamedFile
from zcbulk_tui.domain.commands import common
from zcbulk_tui.domain.date_formats import check_format
from zcbulk_tui.domain.repair import Change, Rule, Rules
from zcbulk_tui.domain.text import one_line
from zcbulk_tui.errors import DataError, UsageError

_TABLE = "rule"


class _Key(NamedTuple):
    """A key of a rule.

    Attributes:
        name: In the file.
        attribute: Of `Rule`.
        example: What to write, in an error.
    """

    name: str
    attribute: str
    example: str


_FIELD = _Key("field", "field", 'field = "Notes"')
_VALUE = _Key("value", "value", 'value = "text"')
_FIND = _Key("find", "find", 'find = "text"')
_LENGTH = _Key("length", "length", "length = 255")
_FORMATS = _Key("formats", "formats", 'formats = ["%d/%m/%Y"]')
_FROM = _Key("from", "value", 'from = "Other_Field"')

_KEYS = {
    Change.TRIM: (_FIELD,),
    Change.UPPER: (_FIELD,),
    Change.LOWER: (_FIELD,),
    Change.SET: (_FIELD, _VALUE),
    Change.REPLACE: (_FIELD, _FIND, _VALUE),
    Change.TRUNCATE: (_FIELD, _LENGTH),
    Change.DATE: (_FIELD, _FORMATS),
    Change.COPY: (_FIELD, _FROM),
    Change.DROP: (),
    Change.KEEP: (),
}

_OF_ALL = ("reason", "change")

_MAY_BE_EMPTY = frozenset({"value"})

_HEAD = re.compile(r"^[ \t]*\[\[[ \t]*rule[ \t]*\]\]", re.MULTILINE)


def read_rules(path: Path) -> tuple[Rule, ...]:
    """Returns the rules in a file; there may be none in it.

    Raises:
        DataError: It cannot be read, or is no file of rules.
    """
    shown = one_line(str(path))
    try:
        text = user_files.read_text(path, pipes=True)
    except (OSError, user_files.BadFileError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise DataError(
            f"The rules {shown} cannot be read",
            f"{one_line(reason)}.",
            "Look at its name and its rights.",
        ) from error
    return parse_rules(text, shown)


def parse_rules(text: str, shown: str = "the file") -> tuple[Rule, ...]:
    """Returns the rules in a text.

    Args:
        text: TOML.
        shown: What it is called in errors; sanitised.

    Raises:
        DataError: It holds something else.
    """
    try:
        user_files.check_names(text)
        read = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise _bad(shown, f"It cannot be read as TOML: {one_line(str(error))}.") from error
    others = [name for name in read if name != _TABLE]
    if others:
        raise _bad(shown, f"It has “{one_line(others[0], 40)}”, and only rules belong into it.")
    tables = read.get(_TABLE, [])
    if not isinstance(tables, list) or not all(isinstance(it, dict) for it in tables):
        raise _bad(shown, "Its rules are no list of tables.")
    lines = [text.count("\n", 0, head.start()) + 1 for head in _HEAD.finditer(text)]
    rules = []
    for number, table in enumerate(tables, start=1):
        # A text of several lines may look like the beginning of a rule.
        line = f" (line {lines[number - 1]})" if len(lines) == len(tables) else ""
        try:
            rules.append(_rule(table))
        except UsageError as error:
            next_step = error.next_step
            title = f"Rule {number}{line} of {shown} cannot be used"
            raise DataError(title, f"{error.title}. {error.cause}".rstrip(), next_step) from error
    return tuple(rules)


def write_rules(rules: Rules, path: Path) -> None:
    """Writes rules to a new file.

    Raises:
        DataError: It cannot be written, or is there already.
    """
    with NamedFile(path) as write:
        write(rules_text(rules).encode("utf-8", "replace"))


def rules_text(rules: Rules, notes: Sequence[str] = ()) -> str:
    """Returns rules as TOML; `parse_rules` returns the same from it.

    Args:
        rules: The rules.
        notes: What stands before each as a comment; may be fewer.
    """
    return "\n".join(
        "".join(f"{line}\n" for line in _lines(rule, notes[at] if at < len(notes) else ""))
        for at, rule in enumerate(rules)
    )


def _lines(rule: Rule, note: str) -> Iterator[str]:
    if note:
        yield f"# {one_line(note, 400)}"
    yield f"[[{_TABLE}]]"
    if rule.reason:
        yield f"reason = {_written(rule.reason)}"
    yield f"change = {_written(rule.change.value)}"
    for key in _KEYS[rule.change]:
        yield f"{key.name} = {_written(getattr(rule, key.attribute))}"


def _written(value: object) -> str:
    match value:
        case str():
            # TOML has the escapes of JSON, and one character more that must be written so.
            return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007F")
        case tuple():
            return f"[{', '.join(map(_written, value))}]"
        case _:
            return str(value)


def _rule(table: dict[str, Any]) -> Rule:
    change = _change(table)
    keys = _KEYS[change]
    known = (*_OF_ALL, *(key.name for key in keys))
    for name in table:
        if name not in known:
            raise UsageError(
                f"It has “{one_line(name, 40)}”",
                f"Known with {change} are {', '.join(known)}.",
                "Take it out.",
            )
    reason = table.get("reason", "")
    if not isinstance(reason, str):
        raise UsageError("Its reason is no text", next_step='Write it as in reason = "…".')
    values = {key.attribute: _value(table, key, change) for key in keys}
    return Rule(change, reason, **values)


def _change(table: dict[str, Any]) -> Change:
    named = table.get("change")
    try:
        return Change(str(named))
    except ValueError:
        said = "It has no change" if named is None else f"There is no change “{_shown(named)}”"
        all_of_them = f"There are {', '.join(it.value for it in Change)}."
        raise UsageError(said, all_of_them, 'Name one, as in change = "trim".') from None


def _value(table: dict[str, Any], key: _Key, change: Change) -> Any:
    """Returns what a key is set to, as `Rule` has it."""
    name, next_step = key.name, f"Write it as in {key.example}."
    if name not in table:
        raise UsageError(f"It has no {name}, which {change} needs", next_step=next_step)
    value = table[name]
    if key is _LENGTH:
        if type(value) is not int or value < 1:
            raise UsageError(f"Its {name} is no number from 1 on", next_step=next_step)
        return value
    if key is _FORMATS:
        formats = [value] if isinstance(value, str) else value
        if not isinstance(formats, list) or not all(isinstance(it, str) for it in formats):
            raise UsageError(f"Its {name} are no list of texts", next_step=next_step)
        if not formats:
            raise UsageError(f"Its {name} are none", next_step=next_step)
        for each in formats:
            check_format(each)
        return tuple(formats)
    if not isinstance(value, str):
        raise UsageError(f"Its {name} is no text", next_step=next_step)
    if not value and name not in _MAY_BE_EMPTY:
        raise UsageError(f"Its {name} is empty", next_step=next_step)
    return value


def _shown(value: object) -> str:
    return one_line(str(value), 40)


def _bad(shown: str, why: str) -> DataError:
    return DataError(
        f"{shown} is no file of rules",
        why,
        f"To see how rules are written: {common('repair --help')}",
    )
