"""Where in a file a setting stands: the right line, or none."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zcbulk_tui.config.toml_lines import TomlLines

FILE = Path("/c.toml")


def line_of(text: str, *names: str) -> int | None:
    """The line that is told; None if only the file is."""
    file, _, line = TomlLines(FILE, text).of(*names).partition(", line ")
    assert file == str(FILE)
    return int(line) if line else None


@pytest.mark.parametrize(
    ("text", "key", "line"),
    [
        pytest.param("a = 1\n\n# b = 1\nb = 2", "b", 4, id="comment"),
        pytest.param("a = 1\n[t]\na = 2", "t.a", 3, id="table"),
        pytest.param("a = 1\n  [ t ]  # of t\n\ta=2", "t.a", 3, id="white space"),
        pytest.param("[t]\na = 1\n[u]\na = 2", "u.a", 4, id="second table"),
        pytest.param("[t.u]\na = 1", "t.u.a", 2, id="table in a table"),
        pytest.param("[t]\nu.a = 1", "t.u.a", 2, id="dotted key"),
        pytest.param("[t]\nu . a = 1", "t.u.a", 2, id="dotted key with spaces"),
        pytest.param("['t'.\"u\"]\n'a' = 1", "t.u.a", 2, id="quoted"),
        pytest.param('"a=b" = 1\n"c" = "a"', "a=b", 1, id="equals sign in a key"),
        pytest.param('"a#b" = 1', "a#b", 1, id="hash in a key"),
        pytest.param('[t."]"]\na = 1', "t.].a", 2, id="bracket in a key"),
        pytest.param('"\\u0061" = 1', "a", 1, id="escape in a key"),
        pytest.param("t = { a = 1, u = { b = 2 } }", "t.u.b", 1, id="inline table"),
        pytest.param('t = { s = "\\na = 1\\n", a = 2 }', "t.a", 1, id="inline table, text"),
        pytest.param('t = { s = """\n""", a = 2 }', "t.a", None, id="inline table of two lines"),
        pytest.param('t = { s = """\n""", a = 2 }', "t", 1, id="its head"),
        pytest.param('s = """\na = 1\n"""\na = 2', "a", 4, id="text of several lines"),
        pytest.param("s = '''\n[t]\na = 1\n'''\n[t]\na = 2", "t.a", 6, id="literal text"),
        pytest.param('s = """ \\"""\na = 1\n"""\na = 2', "a", 4, id="escaped quotes"),
        pytest.param("l = [\n'a = 1', # ]\n  [\n1]\n]\na = 2", "a", 6, id="list"),
        pytest.param("l = [\n  { a = 1 },\n]\n[t]\na = 2", "t.a", 5, id="list of tables"),
        pytest.param("[[t]]\na = 1\n[[t]]\na = 2", "t", 1, id="tables in a list"),
        pytest.param("[t.u]\na = 1\n[t]\nb = 1", "t", 1, id="first named"),
        pytest.param("t.u.a = 1", "t.u", 1, id="named by a dotted key"),
        pytest.param("s = 'a\x0bb'\na = 1".replace("\x0b", "\u2028"), "a", 2, id="separator"),
        pytest.param("a = 1\n[t]", "b", None, id="not there"),
        pytest.param("[t]\na = 1", "a", None, id="elsewhere"),
        pytest.param("", "a", None, id="empty"),
    ],
)
def test_the_line(text: str, key: str, line: int | None) -> None:
    assert line_of(text, *key.split(".")) == line


def test_a_name_may_have_dots() -> None:
    text = "[profiles.a.b]\nx = 1\n[profiles.'a.b']\nx = 2"
    assert line_of(text, "profiles", "a", "b", "x") == 2
    assert line_of(text, "profiles", "a.b", "x") == 4


VALUES = (
    "1",
    '"a = 1"',
    "'[t]'",
    "[\n1,\n]",
    '"""\na = 1\n[t]\n"""',
    "'''\n]\nb = 2'''",
    "{ a = 1 }",
)
NAMES = ("a", "b", "c", "d")


@given(
    tables=st.lists(
        st.tuples(
            st.dictionaries(st.sampled_from(NAMES), st.sampled_from(VALUES)),
            st.sampled_from(["", "\n", "# a = 1\n", "  \n#[t]\n"]),
        ),
        max_size=4,
    )
)
def test_whatever_stands_around_it_the_line_is_right(
    tables: list[tuple[dict[str, str], str]],
) -> None:
    text = ""
    expected: dict[tuple[str, str], int] = {}
    for number, (settings, gap) in enumerate(tables):
        text += f"{gap}[t{number}]\n"
        for name, value in settings.items():
            text += gap
            expected[f"t{number}", name] = text.count("\n") + 1
            text += f"{name} = {value}\n"
    toml_lines = TomlLines(FILE, text)
    for names, line in expected.items():
        assert toml_lines.of(*names) == f"{FILE}, line {line}"


def test_a_long_text_takes_no_time() -> None:
    lines = "\n".join(f"a = {number}" for number in range(20_000))
    assert line_of(f"s = '''\n{lines}\n'''\na = 1", "a") == 20_003
