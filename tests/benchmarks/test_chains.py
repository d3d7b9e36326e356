"""Chains of repairs lose no record and double none; and what would is found."""

import pytest

from tests.benchmarks import chains
from tests.benchmarks.chain_judge import Tally
from zcbulk_tui.data.matching import SourceIndex
from zcbulk_tui.domain.lineage import Chain

LONG = (2, 16, 31)
"""Chains of 4 to 8 attempts, with unclear answers, an abort and records that are not told apart."""


def some(*numbers: int) -> Tally:
    """Runs some chains."""
    tally = Tally()
    for number in numbers:
        tally.add(chains.run_chain(number, seed=1, records=120))
    return tally


def test_some_chains() -> None:
    tally = some(*LONG)
    assert tally.lost == tally.doubled == tally.untrue == []
    counts, met = tally.counts, tally.met
    assert counts["chains"] == len(LONG)
    assert (
        counts["records in the forms"] + counts["records left, as is said"]
        == (counts["records in the sources"])
    )
    assert min(counts["repair files"], counts["net results"], counts["  unknown"]) > 0
    assert min(met["unclear create"], met["unclear upload"], met["abort accepted"]) > 0


def test_a_record_that_went_in_and_is_sent_again_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    assert some(35).doubled == []
    monkeypatch.setattr(SourceIndex, "are_same", lambda *_: True)
    assert some(35).doubled != []


def test_a_net_result_that_is_not_true_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    attempts = Chain.inserted
    monkeypatch.setattr(Chain, "inserted", property(lambda chain: attempts.__get__(chain) + 1))
    assert some(31).untrue != []
