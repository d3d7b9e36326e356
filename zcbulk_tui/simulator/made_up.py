"""The records of a job that a scenario made up: as many as it counts, the same each time."""

import random
from collections.abc import Iterator, Sequence
from itertools import chain

from zcbulk_tui.simulator.cells import DUPLICATE, NOT_ALONE, Flaw, check_of
from zcbulk_tui.simulator.fields import Field
from zcbulk_tui.simulator.outcomes import Outcome, Record
from zcbulk_tui.simulator.physics import BATCH_RECORDS, Run
from zcbulk_tui.simulator.samples import SampleRows


class MadeUpRecords:
    """Records for a run without a file; nothing is made before it is asked for.

    A bad record fails alone, as the run has it, for one of the reasons that its form can give. Some
    reasons are far more frequent than others, as in life.

    Args:
        run: The course of the job.
        fields: Those of its form.
        seed: Another one makes other records.
    """

    def __init__(self, run: Run, fields: Sequence[Field], seed: str) -> None:
        self._run = run
        self._seed = seed
        self._rows = SampleRows(fields, seed)
        self.columns = self._rows.columns
        self._checks = {name: check_of(one) for one in fields for name in one.columns()}
        rng = random.Random(seed)  # noqa: S311 - repeatable records, not cryptography
        self._spoilers = rng.sample(self._rows.spoilers, len(self._rows.spoilers))
        self._weights = [1 / rank**1.5 for rank in range(1, len(self._spoilers) + 1)]

    def of(self, outcome: Outcome, batches: int) -> Iterator[Record]:
        """See ``Records``."""
        records = self._run.workload.records
        reached = min(batches * BATCH_RECORDS, records)
        failed = self._failed(batches)
        if outcome is Outcome.FAILURE:
            yield from (self._bad(number) for number in failed)
        elif outcome is Outcome.UNPROCESSED:
            for number in range(reached + 1, records + 1):
                yield Record(number, self._rows.row(number))
        else:
            begin = 1
            for bad in chain(failed, (reached + 1,)):
                for number in range(begin, bad):
                    yield Record(number, self._rows.row(number))
                begin = bad + 1

    def _failed(self, batches: int) -> Iterator[int]:
        for batch, failed in self._run.failed_by_batch(batches):
            first = (batch - 1) * BATCH_RECORDS + 1
            last = min(batch * BATCH_RECORDS, self._run.workload.records)
            rng = random.Random(f"{self._seed}:{batch}")  # noqa: S311 - as above
            yield from sorted(rng.sample(range(first, last + 1), failed))

    def _bad(self, number: int) -> Record:
        cells = self._rows.row(number)
        if not self._spoilers:
            return Record(number, cells, (Flaw(NOT_ALONE),))
        rng = random.Random(f"{self._seed}:bad:{number}")  # noqa: S311 - as above
        (spoiler,) = rng.choices(self._spoilers, self._weights)
        cells[spoiler.place] = spoiler.spoil(rng, number)
        column = self.columns[spoiler.place]
        check = self._checks[column]
        code = None if spoiler.is_duplicate else check(cells[spoiler.place])
        return Record(number, cells, (Flaw(code or DUPLICATE, column),))
