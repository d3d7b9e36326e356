"""Failures that are hard to group are grouped rightly; at 1,000,000 it takes the benchmark."""

import pytest

from tests.benchmarks import failures


def test_a_few_failures(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["--failures", "1500", "--many", "3000", "--runs", "1", "--only", "bare"]
    assert failures.main(arguments) == 0
    printed = capsys.readouterr().out
    assert "1,500 failures of 12 kinds; then 3,000" in printed
    assert printed.count(" ok ") == 5
