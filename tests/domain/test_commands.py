"""Commands that texts name."""

import pytest

from zcbulk_tui.domain.commands import for_profile, naming
from zcbulk_tui.errors import SignInError


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Write: zcbulk-tui login", "Write: zcbulk-tui login --profile 'a b'"),
        (
            "zcbulk-tui login. To find it: zcbulk-tui doctor",
            "zcbulk-tui login --profile 'a b'. To find it: zcbulk-tui doctor --profile 'a b'",
        ),
        ("zcbulk-tui login --with-forms", "zcbulk-tui login --with-forms --profile 'a b'"),
        ("zcbulk-tui login --self-client --profile x", None),
        ("zcbulk-tui login --profile x", None),
        ("zcbulk-tui asks for scopes", None),
        ("zcbulk-tui logins", None),
        ("", None),
    ],
)
def test_a_text_names_commands_for_its_profile(text: str, expected: str | None) -> None:
    assert for_profile(text, "a b") == (text if expected is None else expected)
    assert for_profile(for_profile(text, "a b"), "a b") == for_profile(text, "a b")
    assert for_profile(text, "default") == text


def test_an_error_that_passes_names_them_too() -> None:
    error = SignInError("No", next_step="Write: zcbulk-tui login")
    with pytest.raises(SignInError) as caught, naming("eu"):
        raise error
    assert caught.value is error
    assert error.next_step == "Write: zcbulk-tui login --profile eu"
