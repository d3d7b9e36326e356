"""The access token: where it comes from, and that nothing prints it."""

import pytest

from zcbulk_tui.config.secrets import access_token
from zcbulk_tui.errors import ConfigError

TOKEN = "1000.8cb99dsecret.9b8secret"


@pytest.mark.parametrize("value", [TOKEN, f" {TOKEN}\n"], ids=["plain", "white space around"])
def test_it_comes_from_the_environment(value: str) -> None:
    token = access_token({"ZCBULK_ACCESS_TOKEN": value})
    assert token.get_secret_value() == TOKEN


def test_nothing_prints_it() -> None:
    token = access_token({"ZCBULK_ACCESS_TOKEN": TOKEN})
    assert TOKEN not in f"{token} {token!r} {[token]}"


@pytest.mark.parametrize("environ", [{}, {"ZCBULK_ACCESS_TOKEN": ""}, {"ZCBULK_ACCESS_TOKEN": " "}])
def test_without_one_the_answer_says_how_to_set_it(environ: dict[str, str]) -> None:
    with pytest.raises(ConfigError) as caught:
        access_token(environ)
    assert caught.value.title == "There is no access token"
    assert "export ZCBULK_ACCESS_TOKEN=" in caught.value.next_step
    assert "zcbulk-tui demo" in caught.value.next_step
    assert caught.value.exit_code == 2


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(f"Zoho-oauthtoken {TOKEN}", id="with its scheme"),
        pytest.param(f"{TOKEN} {TOKEN}", id="twice"),
        pytest.param(f"{TOKEN}\r\nX-Injected: 1", id="header injection"),
        pytest.param(f"{TOKEN}\x00", id="null"),
        pytest.param(f"{TOKEN}\x7f", id="delete"),
        pytest.param(f"“{TOKEN}”", id="typographic quotes"),
        pytest.param(f"{TOKEN}\u200b", id="zero width"),
        pytest.param(f'"{TOKEN}"', id="quotes"),
        pytest.param(f"'{TOKEN}'", id="single quotes"),
    ],
)
def test_what_cannot_be_one_is_refused_without_showing_it(value: str) -> None:
    with pytest.raises(ConfigError) as caught:
        access_token({"ZCBULK_ACCESS_TOKEN": value})
    assert "ZCBULK_ACCESS_TOKEN" in caught.value.title
    assert "without quotes" in caught.value.next_step
    assert TOKEN not in str(caught.value) + repr(caught.value)
