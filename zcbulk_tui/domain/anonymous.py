"""Words of a server without what they say of an account: names, ids, addresses."""

import re
from collections.abc import Iterable
from urllib.parse import quote

_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]{1,20}://[^\s\"'<>“”]+", re.IGNORECASE)

_MAIL = re.compile(r"[^\s@\"'<>“”:,;()]{1,100}@[^\s@\"'<>“”:,;()]{1,100}")

_ID = re.compile(r"[0-9]{9,}")
"""Zoho's ids have 19 digits; codes and counts have fewer."""


def anonymous(text: str, names: Iterable[str] = (), fields: Iterable[str] = ()) -> str:
    """Returns a text in which brackets stand for URLs, e-mail addresses, ids and names.

    Args:
        text: What a server said.
        names: Those of owner, application and form; found whatever their case, as whole words.
        fields: Link names of fields, which are words of every day, too: found as they are spelled.
    """
    text = _without(_ADDRESS.sub("[URL]", text), names, re.IGNORECASE)
    return _ID.sub("[id]", _MAIL.sub("[e-mail]", _without(text, fields, re.NOFLAG)))


def _without(text: str, names: Iterable[str], flags: re.RegexFlag) -> str:
    found = {way for name in names if name for way in (name, quote(name, safe=""))}
    if not found:
        return text
    # The longest first: one name may begin with another.
    either = "|".join(map(re.escape, sorted(found, key=lambda it: (-len(it), it))))
    return re.sub(rf"(?<![^\W_])(?:{either})(?![^\W_])", "[name]", text, flags=flags)
