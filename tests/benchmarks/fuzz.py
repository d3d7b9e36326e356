"""Many hostile answers on a socket: ``python -m tests.benchmarks.fuzz [--examples N] [--seed N]``.

The same check as in the test suite, with as many examples as wanted. A failure prints the smallest
answer that shows it, and the seed with which all of them come again.
"""

import argparse
import random
import sys
import time
from collections import Counter

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from tests.creator.hostile_answers import HostileAnswer, hostile_answers
from tests.creator.hostile_calls import CALLS, HostileCalls


def main() -> int:
    """Runs the examples, and prints how many there were.

    Returns:
        0; a failure raises.
    """
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.fuzz", description="Answers calls with nonsense."
    )
    parser.add_argument("--examples", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=random.randrange(2**32))
    arguments = parser.parse_args()
    print(f"seed {arguments.seed}", flush=True)
    made: Counter[str] = Counter()
    begun = time.perf_counter()
    with HostileCalls() as calls:

        @seed(arguments.seed)
        @settings(
            max_examples=arguments.examples,
            deadline=None,
            database=None,
            phases=[Phase.generate, Phase.shrink],
            suppress_health_check=list(HealthCheck),
            print_blob=True,
        )
        @given(st.sampled_from(list(CALLS)), hostile_answers())
        def run(call: str, answer: HostileAnswer) -> None:
            made[call] += 1
            calls.check(call, answer)

        run()
    print(f"{made.total():,} answers in {time.perf_counter() - begun:.0f} s: {dict(made)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
