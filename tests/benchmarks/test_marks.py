"""The demo warns of what ends badly, and of nothing else."""

import sys

import pytest

from tests.benchmarks import marks


def test_one_course_of_the_demo(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["marks", "--seeds", "1"])
    assert marks.main() == 0
    lines = {line.split()[0]: line.split()[1:3] for line in capsys.readouterr().out.splitlines()}
    assert lines["completed"] == ["3", "0"]
    assert lines["system_aborted"] == ["1", "1"]
