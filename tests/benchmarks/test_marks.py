"""The demo warns of what ends badly, and of nothing else."""

import sys

import pytest

from tests.benchmarks import marks


def test_one_course_of_the_demo(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["marks", "--seeds", "1"])
    assert marks.main() == 0
    lines = [line.split()[:3] for line in capsys.readouterr().out.splitlines()]
    assert ["completed", "2", "0"] in lines  # the third was over before it was first read
    assert ["system_aborted", "1", "1"] in lines
