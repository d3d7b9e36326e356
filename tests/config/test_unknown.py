"""Names in the file that are no settings: each is answered with what was likely meant."""

import pytest

from tests.config.conftest import Write, refusal

TOP = (
    "There are: profile, data_center, base_url, accounts_url, api_version, owner, app, form, "
    "environment, read_only, client_id, secrets, token_command, ca_bundle, theme, low_bandwidth, "
    "ascii, list, budget, timeouts, control, results, alerts, "
    "heartbeat, publish, night, memory, keys, themes, profiles."
)


@pytest.mark.parametrize(
    ("content", "line", "key", "hint"),
    [
        ("read_onli = true", 1, "read_onli", "Did you mean read_only?"),
        ("\n[budget]\nuser = 5", 3, "budget.user", "Did you mean budget.users?"),
        ("budget.user = 5", 1, "budget.user", "Did you mean budget.users?"),
        ("budget = { user = 5 }", 1, "budget.user", "Did you mean budget.users?"),
        ("[buget]\nusers = 5", 1, "buget", "Did you mean budget?"),
        ("\n[profile.a]\n[profils.b]", 3, "profils", "Did you mean profiles?"),
        ("[budget]\npaze = 'eager'", 2, "budget.paze", "Did you mean budget.pace?"),
        ("plan = 'free'", 1, "plan", "Write plan below [budget]."),
        ("[budget]\nread = 5", 2, "budget.read", "Write read below [timeouts]."),
        (
            "[timeouts]\nread_only = true",
            2,
            "timeouts.read_only",
            "Write read_only above the first name in square brackets.",
        ),
        ("sort = 'job'", 1, "sort", "Write sort below [list]."),
        ("low_bandwith = true", 1, "low_bandwith", "Did you mean low_bandwidth?"),
        ("[key]\nstart = 'S'", 1, "key", "Did you mean keys?"),
        ("[profiles.a.theems.b]", 1, "profiles.a.theems", "Did you mean profiles.a.themes?"),
        ("[timeouts]\nx = 1", 2, "timeouts.x", "There are: timeouts.connect, timeouts.read,"),
        ("[polling]\nwaiting = 5", 1, "polling", TOP),
        ("colour = 'red'", 1, "colour", TOP),
        ("'' = 1", 1, '""', TOP),
        ("[profiles.a]\nread_onli = 1", 2, "profiles.a.read_onli", "profiles.a.read_only?"),
        ("[profiles.a.buget]\nx = 1", 1, "profiles.a.buget", "Did you mean profiles.a.budget?"),
        ("[profiles.a]\nplan = 1", 2, "profiles.a.plan", "Write plan below [profiles.a.budget]."),
        (
            "[profiles.a.budget]\nform = 'x'",
            2,
            "profiles.a.budget.form",
            "Write form below [profiles.a].",
        ),
        (
            "[profiles.'a.b']\nplan = 1",
            2,
            'profiles."a.b".plan',
            'Write plan below [profiles."a.b".budget].',
        ),
        ("[profiles.a]\nx = 1", 2, "profiles.a.x", "There are: data_center,"),
        ("[profiles.a.profiles.b]", 1, "profiles.a.profiles", "There are: data_center,"),
    ],
)
def test_it_is_named_with_its_line_and_its_neighbour(
    write: Write, content: str, line: int, key: str, hint: str
) -> None:
    environ = write(content)
    error = refusal(environ)
    where = f"{environ['ZCBULK_CONFIG']}, line {line}"
    assert error.title == f"{where}: there is no setting “{key}”"
    assert hint in error.next_step


def test_a_profile_cannot_name_itself(write: Write) -> None:
    environ = write("[profiles.a]\nread_only = true\nprofile = 'b'")
    error = refusal(environ)
    assert error.title == f"{environ['ZCBULK_CONFIG']}, line 3: a profile cannot set profile"
    assert error.next_step == "Take the line out."


def test_a_setting_in_the_place_of_a_group_keeps_its_own_answer(write: Write) -> None:
    error = refusal(write("[budget.users.more]\nx = 1"))
    assert "line 1: budget.users cannot be a table" in error.title
    assert "Write a whole number" in error.next_step
