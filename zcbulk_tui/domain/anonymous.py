"""Words of a server without what they say of an account.

What is kept here goes without the names that are known (`anonymous`). What is shared has nothing
but the language of the API itself (`common`): a name that nobody thought of is in no list of names.
"""

import re
from collections.abc import Collection, Iterable
from urllib.parse import quote

MASK = "[…]"
"""Stands for words that are left out."""

_MESSAGES = """
a about above accept access account action active add adding admins again all already also an
and another answer any anymore api application are as at attached be because been before being
below between body bulk but by call came can cannot change changed check code column columns
come complete completed configuration connection contact contain contains content correct could
count create created creating creation csv current daily data database day days delete deleted
denied description details developers did disabled do does done due duplicate duplicated during
each early either elsewhere empty enable enabled encoded ended enter entry environment error
errors exactly exceed exceeded exceeds exist exists expire expired expires extension fail failed
failure false field fields file files finished first for form format forms found from gave give
given greater had has have header headers hour hours how http iam id if import in inactive
incomplete incorrect insert inserted inserting inside insufficient internal into invalid is it
its job jobs json key lacks large larger last later least length less level limit limits line
lines long longer made maintenance make mandatory many match maximum may message method methods
minimum minute minutes missing more most moved must name named names need needed new no none not
nothing now number numbers occurred of off on once one only operation option or other out over
owner page parallel parameter parameters parse per permission permissions permitted please
prepared present proceed process processed processing progress provide provided queue quota
reach reached read ready reason reasons record records redirects refused remarks repeated report
request requests required reset resource response result results right row rows running same
scope scopes second seconds server service session shared should sign since size some start
started starting starts state status still stop stopped success successful successfully such
support supported system temporarily text than that the their them then there these this time
times to today token tokens too try twice type unable unauthorized unavailable undefined under
understood unique unknown unprocessed unsupported until up update updated upload uploaded
uploading url use used user uses valid validation value values version view wait waiting was way
were when where which while whole will with within without words wrong yet you your zip zoho
"""
"""Words of the messages that are documented, and of others like them."""

_STATES = """
abort aborted aborting aborts canceled cancelled inprogress pending queued scheduled
"""
"""Words of the states that no message has."""

_FINDINGS = """
accepted alone ascii batch beside capital e-mail flat gb get kb lower mb misread packed patch
post put sent server's three unpacked utf-16 utf-8 windows-1252 wrapped zoho's
"""
"""Words in which findings are kept."""

LANGUAGE = frozenset(f"{_MESSAGES} {_STATES} {_FINDINGS}".split())
"""What may be shown of a server's words, whoever has said them."""

_EDGE = "-.,;:!?()[]{}\"'“”‘’…–—"
"""Punctuation around a word; what else stands there may be a part of an address."""

_NUMBER = re.compile(r"(?:[0-9]{1,5}|[0-9]{1,2},[0-9]{3})(?:%|[kmg]b)?", re.IGNORECASE)
"""Zoho's ids have 19 digits; codes and counts have fewer."""

_ANSWER = re.compile(r"[1-5][0-9]{2}/[0-9]{1,5}")
"""HTTP status and code."""

_JOINTS = re.compile(r"[-_/]")

_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]{1,20}://[^\s\"'<>“”]+", re.IGNORECASE)

_MAIL = re.compile(r"[^\s@\"'<>“”:,;()]{1,100}@[^\s@\"'<>“”:,;()]{1,100}")

_ID = re.compile(r"[0-9]{9,}")


def common(text: str, names: Collection[str] = ()) -> str:
    """Returns a text with a mask for all but words of `LANGUAGE`, short numbers and punctuation.

    Of numbers side by side, which may be parts of an id, none is shown.

    Args:
        text: What a server said.
        names: What is masked although it is of the language, as it is spelled here.
    """
    chunks = [_parts(chunk) for chunk in text.split()]
    digits = [any(map(str.isdigit, word)) for _, word, _ in chunks if word]
    shown: list[str] = []
    at = -1
    for before, word, after in chunks:
        is_shown = not word
        if word:
            at += 1
            is_beside_others = digits[at] and sum(digits[max(at - 1, 0) : at + 2]) > 1
            is_shown = _is_common(word) and not (is_beside_others or _has_name(word, names))
        if not is_shown and shown and shown[-1] == MASK and not before:
            shown[-1] += after
        else:
            shown.append(before + (word if is_shown else MASK) + after)
    return " ".join(shown)


def _parts(chunk: str) -> tuple[str, str, str]:
    """What stands before a word, the word, and what stands behind it."""
    rest = chunk.lstrip(_EDGE)
    word = rest.rstrip(_EDGE)
    return chunk[: len(chunk) - len(rest)], word, rest[len(word) :]


def _has_name(word: str, names: Collection[str]) -> bool:
    return word in names or any(part in names for part in _JOINTS.split(word))


def _is_common(word: str) -> bool:
    if not word.isascii():
        return False  # it may look like another
    if _NUMBER.fullmatch(word) or _ANSWER.fullmatch(word):
        return True
    folded = word.lower()
    return folded in LANGUAGE or all(part in LANGUAGE for part in _JOINTS.split(folded))


def anonymous(text: str, names: Iterable[str] = ()) -> str:
    """Returns a text in which brackets stand for URLs, e-mail addresses, ids and names.

    Args:
        text: What a server said.
        names: Those of owner, application and form; found whatever their case, as whole words.
    """
    text = _without(_ADDRESS.sub("[URL]", text), names)
    return _ID.sub("[id]", _MAIL.sub("[e-mail]", text))


def _without(text: str, names: Iterable[str]) -> str:
    found = {way for name in names if name for way in (name, quote(name, safe=""))}
    if not found:
        return text
    # The longest first: one name may begin with another.
    either = "|".join(map(re.escape, sorted(found, key=lambda it: (-len(it), it))))
    return re.sub(rf"(?<![^\W_])(?:{either})(?![^\W_])", "[name]", text, flags=re.IGNORECASE)
