"""A trial finds nearly all kinds of bad records, where as many at random find next to none."""

from tests.benchmarks import trial


def test_a_few_files() -> None:
    tally = trial.measure(files=2, records=4_000, bad=0.005, most=200)
    kinds = sum(tally.kinds)
    assert kinds > 15
    found = {name: sum(some) for name, some in tally.found.items()}
    assert found["fields known"] >= 0.9 * kinds
    assert found["fields not known"] >= 0.6 * kinds
    assert found["at random"] < 0.5 * kinds
