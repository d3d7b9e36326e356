"""Tables whose names the user chooses: the keys, and the user's own themes."""

import pytest

from tests.config.conftest import Write, refusal
from zcbulk_tui.config.load import faults, load, read
from zcbulk_tui.config.settings import Settings

TWO = """\
theme = "mine"

[keys]
start = "ctrl+x"
poll = "f5"

[themes.mine]
base = "dark"
text = "#eeeeee"

[themes."a.b"]
base = "light"

[profiles.orders.keys]
poll = "R"
zoom = ""

[profiles.orders.themes.mine]
text = "#ffffff"

[profiles.test]
theme = "a.b"
"""


def test_a_profile_adds_to_what_all_have(write: Write) -> None:
    environ = write(TWO)
    orders = load(environ, flags={"profile": "orders"})
    assert orders.keys == {"start": "ctrl+x", "poll": "R", "zoom": ""}
    assert orders.themes == {
        "mine": {"base": "dark", "text": "#ffffff"},
        "a.b": {"base": "light"},
    }
    test = load(environ, flags={"profile": "test"})
    assert test.keys == {"start": "ctrl+x", "poll": "f5"}
    assert (test.theme, test.themes["mine"]["text"]) == ("a.b", "#eeeeee")
    assert faults(environ) == {"orders": None, "test": None}


def test_each_of_them_has_its_place(write: Write) -> None:
    environ = write(TWO)
    file = environ["ZCBULK_CONFIG"]
    sources = read(environ, flags={"profile": "orders"}).sources
    lines = {
        "keys.start": 4,
        "keys.poll": 15,
        "keys.zoom": 16,
        "themes.mine.base": 8,
        "themes.mine.text": 19,
        'themes."a.b".base': 12,
    }
    assert {key: sources[key] for key in lines} == {
        key: f"{file}, line {line}" for key, line in lines.items()
    }


@pytest.mark.parametrize(
    "content",
    ["", "[keys]", "[themes]", "[themes.mine]", "keys = {}\nthemes = {}"],
)
def test_an_empty_table_sets_nothing(write: Write, content: str) -> None:
    assert load(write(content)) == Settings()


def test_they_have_no_variables(write: Write) -> None:
    environ = write("") | {"ZCBULK_KEYS": "x", "ZCBULK_KEYS_START": "x", "ZCBULK_THEMES": "x"}
    assert load(environ) == Settings()


def test_a_variable_can_name_a_theme_of_the_file(write: Write) -> None:
    environ = write("[themes.mine]\nbase = 'dark'") | {"ZCBULK_THEME": "mine"}
    settings = load(environ)
    assert settings == Settings()._replace(theme="mine", themes={"mine": {"base": "dark"}})


def test_a_theme_that_there_is_not_is_answered_with_all_there_are(write: Write) -> None:
    error = refusal(write("[themes.mine]\nbase = 'dark'") | {"ZCBULK_THEME": "mien"})
    assert error.title == "ZCBULK_THEME: theme cannot be 'mien'"
    assert error.cause == "There are: dark, light, high-contrast, colour-blind, mine."
    assert error.next_step == "Did you mean mine?"


def test_a_theme_of_another_profile_is_none_of_this_one(write: Write) -> None:
    environ = write("[profiles.a.themes.mine]\nbase = 'dark'\n[profiles.b]\ntheme = 'mine'")
    found = faults(environ)
    assert found["a"] is None
    assert "line 4: theme cannot be 'mine'" in str(found["b"])


@pytest.mark.parametrize(
    ("content", "line", "said", "hint"),
    [
        ("keys = 5", 1, "keys cannot be 5", "Write a table"),
        ("[[keys]]\nstart = 'S'", 1, "keys cannot be a list", "Write a table"),
        ("[keys]\nstart = 5", 2, "keys.start cannot be 5", '"j down"; "" is for none.'),
        ("[keys]\ntheme = ['t']", 2, "keys.theme cannot be a list", "Write keys as a text"),
        ("[keys.start]\nx = 1", 1, "keys.start cannot be a table", "Write keys as a text"),
        ('[keys]\nstart = "\\u001b"', 2, r"keys.start cannot be '\x1b'", "as a text"),
        ("[keys]\n'a b' = 'x'", 2, "nothing here can be called 'a b'", "Names here"),
        (f"[keys]\nstart = '{'x ' * 200}'", 2, "keys.start cannot be 'x x", "as a text"),
        (
            "[keys]\nread_only = true",
            2,
            "keys.read_only cannot be true",
            "Write read_only above the first name in square brackets.",
        ),
        (
            "[profiles.p.keys]\nusers = 5",
            2,
            "profiles.p.keys.users cannot be 5",
            "Write users below [profiles.p.budget].",
        ),
        ("themes = 'dark'", 1, "themes cannot be 'dark'", "Write a table"),
        ("[themes]\nbase = 'x'", 2, "themes.base cannot be 'x'", "Write a table"),
        (
            "[themes]\ntheme = 'mine'",
            2,
            "themes.theme cannot be 'mine'",
            "Write theme above the first name in square brackets.",
        ),
        ("[themes.mine]\nbase = 5", 2, "themes.mine.base cannot be 5", 'as in "#1f6feb".'),
        ("[themes.mine.x]\nbase = ''", 1, "themes.mine.x cannot be a table", "a colour"),
        ("[themes.'a b']\nx = ''", 1, "a theme cannot be called 'a b'", "at most 30."),
        ("[themes.dark]\nx = ''", 1, "a theme cannot be called 'dark'", "take another."),
    ],
)
def test_what_cannot_be_is_named_with_its_line(
    write: Write, content: str, line: int, said: str, hint: str
) -> None:
    environ = write(content)
    error = refusal(environ)
    assert error.title.startswith(f"{environ['ZCBULK_CONFIG']}, line {line}: {said}")
    assert hint in error.next_step


def test_what_looks_like_a_secret_is_not_said(write: Write) -> None:
    token = "1000.0123456789abcdef0123456789abcdef.fedcba9876543210fedcba9876543210"
    for content in (f"keys.'{token}' = 5", f"[keys]\nx = 5\n'{token}' = 5", f"themes = '{token}'"):
        assert "0123456789" not in str(refusal(write(content)))
