"""Profiles: which one is used, and what they may be called."""

import pytest

from tests.config.conftest import Write, refusal
from zcbulk_tui.config.load import faults, load, read
from zcbulk_tui.errors import ConfigError

TWO = "[profiles.orders]\nread_only = true\n[profiles.test]\nenvironment = 'stage'\n"
THREE = f"{TWO}[profiles.default]\n"


@pytest.mark.parametrize(
    ("content", "variable", "flag", "chosen", "source"),
    [
        pytest.param("", "", None, "default", None, id="no file"),
        pytest.param("profile = 'x'", "", None, "x", "{file}, line 1", id="named, no tables"),
        pytest.param("profile = 'x'", "x", None, "x", "ZCBULK_PROFILE", id="variable, no tables"),
        pytest.param("profile = 'y'", "x", "y", "y", "--profile", id="flag, no tables"),
        pytest.param("\n[profiles.a]", "", None, "a", "{file}, line 2", id="the only one"),
        pytest.param("[profiles.default]", "", None, "default", None, id="the only one, default"),
        pytest.param(THREE, "", None, "default", None, id="default among several"),
        pytest.param(f"profile = 'test'\n{TWO}", "", None, "test", "{file}, line 1", id="file"),
        pytest.param(
            f"profile = 'test'\n{TWO}", "orders", None, "orders", "ZCBULK_PROFILE", id="2"
        ),
        pytest.param(f"profile = 'x'\n{TWO}", "y", "test", "test", "--profile", id="flag"),
    ],
)
def test_the_nearest_choice_counts(
    write: Write, content: str, variable: str, flag: str | None, chosen: str, source: str | None
) -> None:
    environ = write(content) | {"ZCBULK_PROFILE": variable}
    configuration = read(environ, flags={"profile": flag})
    assert configuration.settings.profile == chosen
    said = configuration.sources.get("profile")
    assert said == (source and source.format(file=environ["ZCBULK_CONFIG"]))


def test_a_profile_has_what_it_sets_and_what_all_have(write: Write) -> None:
    environ = write(f"owner = 'jason18'\nread_only = false\n[budget]\nusers = 3\n{TWO}")
    orders = load(environ, flags={"profile": "orders"})
    assert (orders.owner, orders.read_only, orders.environment) == ("jason18", True, "production")
    test = load(environ, flags={"profile": "test"})
    assert (test.owner, test.read_only, test.environment) == ("jason18", False, "stage")
    assert orders.budget.users == test.budget.users == 3


def test_all_are_listed_in_the_order_of_the_file(write: Write) -> None:
    assert read(write(THREE)).profiles == ("orders", "test", "default")


def test_without_tables_the_one_that_is_named_is_listed(write: Write) -> None:
    assert read(write("profile = 'x'")).profiles == ("x",)
    assert read(write("")).profiles == ("default",)


def test_of_several_one_has_to_be_named(write: Write) -> None:
    environ = write(TWO)
    error = refusal(environ)
    assert error.title == "It is not said which profile to use"
    assert error.cause == f"{environ['ZCBULK_CONFIG']} has orders, test."
    assert "--profile orders" in error.next_step


@pytest.mark.parametrize(
    ("content", "variable", "source"),
    [
        pytest.param(TWO, "tset", "ZCBULK_PROFILE", id="variable"),
        pytest.param(f"profile = 'tset'\n{TWO}", "", "{file}, line 1", id="file"),
        pytest.param("[profiles.test]", "tset", "ZCBULK_PROFILE", id="not the only one"),
        pytest.param("", "tset", "ZCBULK_PROFILE", id="no tables"),
        pytest.param("profile = 'test'", "tset", "ZCBULK_PROFILE", id="one that is named"),
        pytest.param("[profiles.Tset]", "tset", "ZCBULK_PROFILE", id="case"),
    ],
)
def test_one_that_there_is_not_is_answered_with_those_that_there_are(
    write: Write, content: str, variable: str, source: str
) -> None:
    environ = write(content) | {"ZCBULK_PROFILE": variable}
    error = refusal(environ)
    file = environ["ZCBULK_CONFIG"]
    assert error.title == "There is no profile “tset”"
    assert error.cause.startswith(f"{source.format(file=file)} asks for it; {file} has ")
    assert "[profiles.tset]" in error.next_step


BAD_NAMES = ["", " ", "a b", ".a", "-a", "_a", "a/b", "../a", "Größe", "a" * 31, "a\x1b[2J", "a\n"]
GOOD_NAMES = ["a", "1", "A.b_c-d", "a" * 30, "orders..2"]


@pytest.mark.parametrize("name", BAD_NAMES)
def test_a_name_that_no_file_should_have(write: Write, name: str) -> None:
    quoted = f'"{name.encode("unicode_escape").decode().replace(chr(92) + "x", chr(92) + "u00")}"'
    environ = write(f"\n[profiles.{quoted}]")
    in_table = refusal(environ)
    where = f"{environ['ZCBULK_CONFIG']}, line 2"
    assert in_table.title.startswith(f"{where}: a profile cannot be called '")

    in_file = refusal(write(f"\nprofile = {quoted}"))
    assert in_file.title.startswith(f"{where}: profile cannot be '")
    for error in (in_table, in_file):
        assert error.next_step.startswith("Write a name of 1 to 30 letters, digits,")
        assert str(error).isprintable()


@pytest.mark.parametrize("name", GOOD_NAMES)
def test_a_name_that_files_may_have(write: Write, name: str) -> None:
    environ = write(f"[profiles.'{name}']\nread_only = true")
    assert load(environ | {"ZCBULK_PROFILE": name}).read_only


def test_a_name_that_is_no_text(write: Write) -> None:
    error = refusal(write("profile = 5"))
    assert "line 1: profile cannot be 5" in error.title


def test_the_singular_is_answered_with_the_plural(write: Write) -> None:
    error = refusal(write("[profile.orders]\nread_only = true"))
    assert "line 1: profile cannot be a table" in error.title
    assert error.next_step == "Did you mean [profiles.NAME]?"


def test_two_that_differ_by_case_would_share_their_files(write: Write) -> None:
    environ = write("[profiles.orders]\n[profiles.Orders]")
    error = refusal(environ)
    assert error.title == f"{environ['ZCBULK_CONFIG']}, line 2: there are two profiles “orders”"
    assert error.next_step == "Rename one of them."


@pytest.mark.parametrize("content", ["profiles = 5", "profiles = []", "[[profiles]]\nx = 1"])
def test_profiles_that_are_no_table(write: Write, content: str) -> None:
    error = refusal(write(content))
    assert "line 1: profiles cannot be " in error.title
    assert "[profiles.NAME]" in error.next_step


@pytest.mark.parametrize("content", ["orders = 5", "read_only = true", "[[profiles.orders]]"])
def test_a_profile_that_is_no_table(write: Write, content: str) -> None:
    error = refusal(write(content if "[" in content else f"[profiles]\n{content}"))
    assert "the profile " in error.title
    assert "[profiles.NAME]" in error.next_step


def test_a_fault_of_another_profile_does_not_matter(write: Write) -> None:
    environ = write("[profiles.a]\n[profiles.b]\nread_only = 5")
    assert load(environ, flags={"profile": "a"}).profile == "a"


def test_all_profiles_can_be_checked_at_once(write: Write) -> None:
    environ = write("[profiles.a]\n[profiles.b]\nread_only = 5\n[profiles.c]\nx = 1")
    found = faults(environ)
    assert list(found) == ["a", "b", "c"]
    assert found["a"] is None
    assert "line 3: read_only cannot be 5" in str(found["b"])
    assert "line 5: there is no setting “profiles.c.x”" in str(found["c"])


@pytest.mark.parametrize(
    "content",
    ["read_only = 5\n[profiles.a]\nread_only = true", "[profiles.a]\nread_only = 5"],
    ids=["all", "one"],
)
def test_a_fault_is_found_below_a_nearer_layer(write: Write, content: str) -> None:
    environ = write(content) | {"ZCBULK_READ_ONLY": "true"}
    assert load(environ).read_only
    try:
        fault = faults(environ)["a"]
    except ConfigError as error:
        fault = error
    assert "read_only cannot be 5" in str(fault)


def test_a_check_does_not_ask_which_of_several(write: Write) -> None:
    assert faults(write(TWO)) == {"orders": None, "test": None}
    with pytest.raises(ConfigError, match="There is no profile “x”"):
        faults(write(TWO), flags={"profile": "x"})
