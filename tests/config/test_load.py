"""Settings: which source counts, and what a setting that cannot be used is answered with."""

from pathlib import Path

import pytest

from tests.config.conftest import Write, refusal
from zcbulk_tui.config import paths
from zcbulk_tui.config.load import load
from zcbulk_tui.config.settings import (
    BudgetSettings,
    ControlSettings,
    ListSettings,
    MemorySettings,
    Settings,
    TimeoutSettings,
)
from zcbulk_tui.errors import ConfigError

SECONDS = "Write a number of seconds from 0.1 to 86400."


@pytest.fixture
def config_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The platform's configuration folder, empty."""
    monkeypatch.setattr("platformdirs.user_config_path", lambda app: tmp_path / app)
    return tmp_path / "zcbulk-tui"


@pytest.mark.parametrize("environ", [{}, {"ZCBULK_CONFIG": ""}], ids=["not named", "named empty"])
@pytest.mark.usefixtures("config_home")
def test_without_a_file_the_defaults_count(environ: dict[str, str]) -> None:
    assert load(environ) == Settings()


def test_the_defaults() -> None:
    assert Settings() == Settings(
        profile="default",
        data_center=None,
        base_url=None,
        accounts_url=None,
        api_version="v2.1",
        owner=None,
        app=None,
        form=None,
        environment="production",
        read_only=False,
        client_id=None,
        secrets="auto",
        token_command=None,
        ca_bundle=None,
        theme="dark",
        low_bandwidth=False,
        ascii="auto",
        list=ListSettings(sort="added", group="none"),
        keys={},
        themes={},
        budget=BudgetSettings(
            plan="free",
            users=1,
            daily_calls=None,
            share=1,
            reserve=20,
            reset_timezone=None,
            pace="balanced",
            frugal_unfocused=True,
        ),
        timeouts=TimeoutSettings(connect=10, read=30, total=60),
        control=ControlSettings(method=None, body=None),
        memory=MemorySettings(full_days=7, days=90, control_days=1100),
    )


def test_the_file_is_found_in_its_usual_place(config_home: Path) -> None:
    config_home.mkdir()
    (config_home / "config.toml").write_text("read_only = true")
    assert load({}) == Settings(read_only=True)


def test_a_named_file_takes_the_place_of_the_usual_one(config_home: Path, write: Write) -> None:
    config_home.mkdir()
    (config_home / "config.toml").write_text("read_only = true")
    assert load(write('profile = "named"')) == Settings(profile="named")


def test_every_setting_can_be_set(write: Write) -> None:
    environ = write(
        """
        profile = "orders-2"
        data_center = "eu"
        base_url = "https://www.zohoapis.eu/"
        accounts_url = "https://accounts.zoho.eu/"
        api_version = "v2"
        owner = "jason18"
        app = "zylker-store"
        form = "Orders"
        environment = "stage"
        read_only = true
        client_id = "1000.ABC"
        secrets = "file"
        token_command = "pass show zoho"
        ca_bundle = "/etc/größe.pem"
        theme = "mine"
        low_bandwidth = true
        ascii = true
        [list]
        sort = "-left"
        group = "tag"
        [budget]
        plan = "enterprise"
        users = 12
        daily_calls = 5000
        share = 0.5
        reserve = 0
        reset_timezone = "Asia/Kolkata"
        pace = "frugal"
        frugal_unfocused = false
        [timeouts]
        connect = 0.1
        read = 1
        total = 2.5
        [control]
        method = "PUT"
        body = "flat"
        [memory]
        full_days = 14
        days = 365
        control_days = 36500
        [keys]
        start = "ctrl+x, F5"
        zoom = ""
        [themes.mine]
        base = "light"
        failed = "#ff0000"
        """
    )
    assert load(environ) == Settings(
        profile="orders-2",
        data_center="eu",
        base_url="https://www.zohoapis.eu",
        accounts_url="https://accounts.zoho.eu",
        api_version="v2",
        owner="jason18",
        app="zylker-store",
        form="Orders",
        environment="stage",
        read_only=True,
        client_id="1000.ABC",
        secrets="file",
        token_command="pass show zoho",
        ca_bundle="/etc/größe.pem",
        theme="mine",
        low_bandwidth=True,
        ascii=True,
        list=ListSettings("-left", "tag"),
        keys={"start": "ctrl+x, F5", "zoom": ""},
        themes={"mine": {"base": "light", "failed": "#ff0000"}},
        budget=BudgetSettings(
            "enterprise", 12, 5000, 0.5, 0, "Asia/Kolkata", "frugal", frugal_unfocused=False
        ),
        timeouts=TimeoutSettings(0.1, 1, 2.5),
        control=ControlSettings("PUT", "flat"),
        memory=MemorySettings(14, 365, 36_500),
    )


def test_what_a_file_leaves_out_keeps_its_default(write: Write) -> None:
    settings = load(write("[budget]\nusers = 3"))
    assert settings == Settings()._replace(budget=BudgetSettings(users=3))


@pytest.mark.parametrize(
    ("content", "key", "value", "hint"),
    [
        ("data_center = 'mars'", "data_center", "'mars'", '"us", "eu", "in"'),
        ("owner = 'a b'", "owner", "'a b'", "Link names stand in the URL"),
        ("app = ''", "app", "''", "Write an application's link name"),
        ("form = 5", "form", "5", "Write a form's link name"),
        ("client_id = 1000.1", "client_id", "1000.1", 'as in "1000.ABC".'),
        ("secrets = 'none'", "secrets", "'none'", 'Write "auto", "keyring" or "file".'),
        ("token_command = ['pass']", "token_command", "", 'as in "pass show zoho".'),
        ("token_command = ' '", "token_command", "", 'as in "pass show zoho".'),
        ("ca_bundle = false", "ca_bundle", "false", "Write the path of a PEM file."),
        ("base_url = 5", "base_url", "5", 'as in "https://www.zohoapis.eu".'),
        ("api_version = 'v3'", "api_version", "'v3'", 'Write "v2.1" or "v2".'),
        ("api_version = 2.1", "api_version", "2.1", 'Write "v2.1" or "v2".'),
        ("environment = 'prod'", "environment", "'prod'", '"stage" or "development".'),
        ("environment = ['stage']", "environment", "a list", '"stage" or "development".'),
        ("read_only = 'yes'", "read_only", "'yes'", "Write true or false."),
        ("read_only = 1", "read_only", "1", "Write true or false."),
        ("budget = 5", "budget", "5", "Write a table"),
        ("[[budget]]\nusers = 5", "budget", "a list", "Write a table"),
        ("timeouts.connect = -5", "timeouts.connect", "-5", SECONDS),
        ("timeouts.connect = '15'", "timeouts.connect", "'15'", SECONDS),
        ("timeouts.connect = true", "timeouts.connect", "true", SECONDS),
        ("timeouts.connect = nan", "timeouts.connect", "nan", SECONDS),
        ("timeouts.read = inf", "timeouts.read", "inf", SECONDS),
        ("timeouts.read = 86401", "timeouts.read", "86401", SECONDS),
        ("timeouts.read = 10:30:00", "timeouts.read", "10:30:00", SECONDS),
        ("timeouts.connect = 0", "timeouts.connect", "0", SECONDS),
        ("timeouts.read = {}", "timeouts.read", "a table", SECONDS),
        ("timeouts.total = [1]", "timeouts.total", "a list", SECONDS),
        ("control.method = 'GET'", "control.method", "'GET'", '"PATCH", "PUT" or "POST".'),
        ("theme = ''", "theme", "''", "Write the name of a theme."),
        ("theme = 'drak'", "theme", "'drak'", "Did you mean dark?"),
        ("theme = 'color_blind'", "theme", "'color_blind'", "Did you mean colour-blind?"),
        ("theme = 'x'", "theme", "'x'", "or add the table [themes.NAME]."),
        ("low_bandwidth = 1", "low_bandwidth", "1", "Write true or false."),
        ("ascii = 'no'", "ascii", "'no'", 'Write true, false or "auto".'),
        ("list = 'job'", "list", "'job'", "Write a table"),
        ("list.sort = 5", "list.sort", "5", 'as in "left" or "-left".'),
        ("list.sort = 'Fialed'", "list.sort", "'Fialed'", "Did you mean failed?"),
        ("list.sort = '-lft'", "list.sort", "'-lft'", "Did you mean -left?"),
        ("list.sort = '--left'", "list.sort", "'--left'", "Did you mean -left?"),
        ("list.sort = ''", "list.sort", "''", "Use one of these."),
        ("list.group = 'owner'", "list.group", "'owner'", '"app", "form" or "tag".'),
        ("control.body = 'both'", "control.body", "'both'", 'Write "wrapped" or "flat".'),
    ],
)
def test_a_value_that_cannot_be_is_named_with_file_and_key(
    write: Write, content: str, key: str, value: str, hint: str
) -> None:
    environ = write(content)
    error = refusal(environ)
    assert error.title.startswith(f"{environ['ZCBULK_CONFIG']}, line 1: {key} cannot be {value}")
    assert hint in error.next_step


@pytest.mark.parametrize(
    ("content", "where"),
    [
        pytest.param("read_only = true\nprofile = default", "line 2", id="text without quotes"),
        pytest.param("read_only = True", "line 1", id="capital"),
        pytest.param("[budget\n", "line 1", id="table left open"),
        pytest.param("read_only = true\nread_only = false\n", "line 2", id="set twice"),
        pytest.param("read_only: true", "line 1", id="YAML"),
        pytest.param("profile = " + "1" * 5000, "", id="number without end"),
        pytest.param("profile = " + "[" * 5000, "", id="nested without end"),
        pytest.param("\n" + "a." * 30_000 + "a = 1", "line 2", id="names without end"),
        pytest.param("[" + "'a' . " * 30_000 + "a]", "line 1", id="table of names without end"),
        pytest.param("x = {" + '"a".' * 30_000 + "a = 1}", "line 1", id="names in a table"),
    ],
)
def test_a_file_that_is_no_toml_is_named_with_the_line(
    write: Write, content: str, where: str
) -> None:
    environ = write(content)
    error = refusal(environ)
    assert error.title == f"{environ['ZCBULK_CONFIG']} is not TOML"
    assert where in error.cause
    assert "read_only = true" in error.next_step


def test_a_mark_of_the_byte_order_is_no_setting(write: Write) -> None:
    assert load(write(b"\xef\xbb\xbfread_only = true")).read_only


def test_a_file_in_another_encoding_is_named(write: Write) -> None:
    environ = write("profile = 'Süd'".encode("latin-1"))
    error = refusal(environ)
    assert environ["ZCBULK_CONFIG"] in error.title
    assert "UTF-8" in error.next_step


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        pytest.param("missing.toml", "Correct ZCBULK_CONFIG", id="missing"),
        pytest.param("missing/config.toml", "Correct ZCBULK_CONFIG", id="folder missing"),
        pytest.param(".", "a text file", id="folder"),
        pytest.param("file/config.toml", "a text file", id="file in the folder's place"),
    ],
)
def test_a_named_file_that_is_none_is_named(tmp_path: Path, name: str, hint: str) -> None:
    (tmp_path / "file").touch()
    path = tmp_path / name
    error = refusal({"ZCBULK_CONFIG": str(path)})
    assert str(path) in error.title
    assert hint in error.next_step


def test_the_home_of_nobody_is_named() -> None:
    assert "ZCBULK_CONFIG" in str(refusal({"ZCBULK_CONFIG": "~nobody-has-this-name/config.toml"}))


@pytest.mark.parametrize(
    ("base_url", "hint"),
    [
        ("www.zohoapis.eu", "https://"),
        ("http://www.zohoapis.eu", "Write https:// instead."),
        ("https://www.zohoapis.eu/creator", "Write scheme and host only"),
        ("https://me:pw@www.zohoapis.eu", "Leave out user and password."),
        (" ", "https://"),
    ],
)
def test_a_base_url_that_cannot_be_is_named_with_its_source(
    write: Write, base_url: str, hint: str
) -> None:
    environ = write(f"base_url = '{base_url}'")
    in_file = refusal(environ)
    assert in_file.title.startswith(f"{environ['ZCBULK_CONFIG']}, line 1: base_url: ")
    assert hint in in_file.next_step

    in_environment = refusal(write("") | {"ZCBULK_BASE_URL": base_url})
    assert in_environment.title.startswith("ZCBULK_BASE_URL: ")
    assert in_environment.next_step == in_file.next_step


def test_a_base_url_may_be_clear_text_to_this_machine(write: Write) -> None:
    environ = write("") | {"ZCBULK_BASE_URL": "http://127.0.0.1:8080"}
    assert load(environ).base_url == "http://127.0.0.1:8080"


@pytest.mark.parametrize("path", ["/dev/zero", "/dev/random", "/", "/dev/tty"])
def test_a_configuration_that_is_no_file(path: str) -> None:
    with pytest.raises(ConfigError, match=f"{path} cannot be read") as caught:
        load({paths.CONFIG: path})
    assert "It is no file" in caught.value.cause


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"#" * (2**20 + 1), "1 MiB"), (b"\xff\xfea\0", "UTF-8"), (b"a = 1\n\0", "line 2: there is")],
)
def test_a_configuration_that_is_no_text(tmp_path: Path, content: bytes, words: str) -> None:
    file = tmp_path / "config.toml"
    file.write_bytes(content)
    with pytest.raises(ConfigError, match="cannot be read") as caught:
        load({paths.CONFIG: str(file)})
    assert words in caught.value.cause
    assert str(file) in caught.value.title


@pytest.mark.parametrize("mode", [0o664, 0o646, 0o666])
def test_a_configuration_that_others_can_write_is_refused(tmp_path: Path, mode: int) -> None:
    file = tmp_path / "config.toml"
    file.write_text('token_command = "id"\n')
    file.chmod(mode)
    with pytest.raises(ConfigError, match="Others can write") as caught:
        load({paths.CONFIG: str(file)})
    assert f"chmod go-w '{file}'" in caught.value.next_step
