"""Words completed in real shells, as somebody types them: what the command gets in the end."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.completion.shell import Shell, opened
from tests.cli.remembering import JOB, put_on_list
from tests.support.commands import environment
from zcbulk_tui.cli.completion import SCRIPTS

RUNS = "touch canary"

LABELS = {
    "Or": "Orders EU",
    "a1": f"a1 $({RUNS})",
    "b2": f"b2 `{RUNS}`",
    "c3": f"c3; {RUNS} & {RUNS} | {RUNS} > canary",
    "d4": 'd4 O\'Brien "x" \\back * ? [x] ~ # !! !x {a,b} $HOME (y) ^ %',
    "f6": "f6 Süd 日本",
}
"""Labels by how each of them begins."""

LINES = f"e5 one\n{RUNS}\n\x1b[2J"
"""A label that no shell gets as it is."""

_CONFIG = "profile = 'first'\n[profiles.first]\n[profiles.second]\n"


@pytest.fixture(scope="module", params=list(SCRIPTS))
def shell(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Shell]:
    name = request.param
    if shutil.which(name) is None:
        assert name != "bash"
        pytest.skip(f"{name} is not installed")
    home = tmp_path_factory.mktemp(name)
    labels = [*LABELS.values(), LINES, "-rf"]
    jobs = [
        JOB._replace(ref=JOB.ref._replace(job_id=f"77{number}"), label=label)
        for number, label in enumerate(labels)
    ]
    put_on_list(home, *jobs, profile="first")
    put_on_list(home, JOB._replace(label="Zulu"), profile="second")
    (home / "my orders.csv").touch()
    root = str(Path(__file__).parents[3])
    env = environment(home, config=_CONFIG, PYTHONPATH=root)
    with opened(name, home, env) as shell:
        yield shell
    assert not (home / "canary").exists()


@pytest.mark.parametrize(
    ("typed", "arguments"),
    [
        ("simul\t", ["simulator"]),
        ("status --fre\t", ["status", "--fresh"]),
        ("jobs ed\t --la\t", ["jobs", "edit", "--label"]),
        ("status --environment st\t", ["status", "--environment", "stage"]),
        ("status --profile sec\t", ["status", "--profile", "second"]),
        ("status --profile second Zu\t", ["status", "--profile", "second", "Zulu"]),
        ("start x y Or\t", ["start", "x", "y", "Orders EU"]),
        ("check my\t", ["check", "my orders.csv"]),
        ("history 773\t", ["history", "773"]),
        ("jobs edit x --repairs Or\t", ["jobs", "edit", "x", "--repairs", "Orders EU"]),
        ("statusl\t --color tm\t", ["statusline", "--color", "tmux"]),
        ("schema fai\t", ["schema", "failures"]),
        ("start x --read\t", ["start", "x", "--read-only"]),
    ],
)
def test_a_word_is_completed(shell: Shell, typed: str, arguments: list[str]) -> None:
    assert shell.run(f"zcbulk-tui {typed}") == arguments


@pytest.mark.parametrize("begun", LABELS)
def test_a_label_is_completed_and_never_run(shell: Shell, begun: str) -> None:
    assert shell.run(f"zcbulk-tui history {begun}\t") == ["history", LABELS[begun]]


def test_a_label_of_several_lines_is_one_word(shell: Shell) -> None:
    (_, label) = shell.run("zcbulk-tui history e5\t")
    assert label == f"e5 one {RUNS} \ufffd[2J"


@pytest.mark.parametrize(("mark", "begun"), [('"', "Or"), ('"', "a1"), ("'", "b2"), ('"', "b2")])
def test_a_label_in_quotes(shell: Shell, mark: str, begun: str) -> None:
    assert shell.run(f"zcbulk-tui history {mark}{begun}\t") == ["history", LABELS[begun]]


def test_a_label_that_looks_like_an_option_is_not_offered(shell: Shell) -> None:
    assert "-rf" not in shell.run("zcbulk-tui history -r\t")
