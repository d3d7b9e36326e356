"""The demo warns of what ends badly, and of nothing else."""

import sys

import pytest

from tests.benchmarks import marks


def test_one_course_of_the_demo(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["marks", "--seeds", "3"])
    assert marks.main() == 0
    figures = {line.split()[0]: line.split()[1:3] for line in capsys.readouterr().out.splitlines()}
    # Some are over before they are first read, which leaves them out.
    for end, marked in (("completed", False), ("system_aborted", True), ("expired", True)):
        jobs, warned = map(int, figures[end])
        assert jobs
        assert warned == jobs * marked
