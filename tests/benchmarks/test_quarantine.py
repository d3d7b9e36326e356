"""Files with a few bad records go in with quarantine, and are aborted without it."""

import sys

import pytest

from tests.benchmarks import quarantine


def test_a_few_small_files(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # 20 batches, of which one may fail.
    monkeypatch.setattr(sys, "argv", ["quarantine", "--files", "1", "--records", "4000"])
    assert quarantine.main() == 0
    lines = {line.split()[0]: line.split()[1:] for line in capsys.readouterr().out.splitlines()}
    assert [lines[it][:2] for it in ("as-they-are", "leave-out", "pack")] == [
        ["1", "1"],
        ["1", "0"],
        ["1", "0"],
    ]
