"""Commands that texts name."""

import pytest

from zcbulk_tui.domain.commands import (
    command,
    common,
    explicit,
    for_profile,
    naming,
    of_any_profile,
)
from zcbulk_tui.errors import SignInError


@pytest.mark.parametrize(
    ("words", "profile", "expected"),
    [
        ("jobs list", "default", "zcbulk-tui jobs list"),
        ("jobs list", "eu", "zcbulk-tui jobs list --profile eu"),
        ("", "eu", "zcbulk-tui --profile eu"),
        ("", "default", "zcbulk-tui"),
        ("login", "a b", "zcbulk-tui login --profile 'a b'"),
    ],
)
def test_a_command_names_its_profile_where_that_is_needed(
    words: str, profile: str, expected: str
) -> None:
    assert command(words, profile) == expected
    assert for_profile(of_any_profile(words), profile) == expected


def test_one_may_name_the_default_profile_too() -> None:
    assert explicit("status 4027", "default") == "zcbulk-tui status 4027 --profile default"


def test_one_that_is_for_all_profiles_names_none() -> None:
    assert for_profile(common("demo"), "eu") == "zcbulk-tui demo"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            f"{of_any_profile('login')}. To find it: {of_any_profile('doctor')}, or W.",
            "zcbulk-tui login --profile eu. To find it: zcbulk-tui doctor --profile eu, or W.",
        ),
        ("zcbulk-tui login --profile x", None),
        ("zcbulk-tui asks for scopes", None),
        ("", None),
    ],
)
def test_a_text_names_commands_for_its_profile(text: str, expected: str | None) -> None:
    once = for_profile(text, "eu")
    assert once == (text if expected is None else expected)
    assert for_profile(once, "us") == once
    assert "NAME" not in for_profile(text, "default")


def test_an_error_that_passes_names_them_too() -> None:
    error = SignInError("No", next_step=f"Write: {of_any_profile('login')}")
    with pytest.raises(SignInError) as caught, naming("us"), naming("eu"):
        raise error
    assert caught.value is error
    assert error.next_step == "Write: zcbulk-tui login --profile eu"
