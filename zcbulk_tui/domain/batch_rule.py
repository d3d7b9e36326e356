"""The rule that ends a job for its failed batches, and what it makes of a file.

A job is inserted in batches of 200 records, and ends when more than 5 % of its batches have failed
[LIMB]. When a batch counts as failed, no source says. So there are two readings of the rule: one
bad record fails its batch, or a batch fails only where all of its records do (derived, both).
Which one holds, a probe can find out; see `Contract.one_fails_its_batch`.
"""

from typing import NamedTuple

BATCH = 200
"""Records per batch; the last one may have fewer [LIMB]."""

_ONE_IN = 20
"""At most one batch in this many may fail: 5 % [LIMB]."""

BAD_SHARE_AT_LIMIT = 1 - (1 - 1 / _ONE_IN) ** (1 / BATCH)
"""Share of bad records, spread at random, at which 5 % of the batches have one: 0.026 %."""


def batches_of(records: int) -> int:
    """Returns how many batches so many records make."""
    return -(-records // BATCH)


def allowed_failures(batches: int) -> int:
    """Returns how many batches may fail: 5 %, rounded down.

    Only a whole batch more exceeds 5 %. No source says how Zoho rounds.
    """
    return batches // _ONE_IN


class BatchVerdict(NamedTuple):
    """What the rule makes of a file in the order that it has, if every suspect record is bad.

    Attributes:
        records: Records in the file.
        suspects: Those that would be refused.
        holding: Batches with a suspect record: these fail if one bad record fails its batch.
        full: Batches of nothing but suspect records: these fail if a bad record fails alone.
    """

    records: int
    suspects: int
    holding: int
    full: int

    @property
    def batches(self) -> int:
        """Batches in the job."""
        return batches_of(self.records)

    @property
    def allowed(self) -> int:
        """Batches that may fail without an end of the job."""
        return allowed_failures(self.batches)

    @property
    def packed(self) -> int:
        """Batches with a suspect record, were all of them together at the end."""
        if not self.suspects:
            return 0
        return self.batches - (self.records - self.suspects) // BATCH

    @property
    def expected_at_random(self) -> float:
        """Batches with a suspect record to be expected, were they spread at random.

        Independent records are assumed, and whole batches: an estimate for many records.
        """
        if not self.records:
            return 0.0
        clean = 1 - self.suspects / self.records
        return self.batches * float(1 - clean**BATCH)

    @property
    def ends_if_one_fails_all(self) -> bool:
        """Whether the job ends if one bad record fails its batch."""
        return self.holding > self.allowed

    @property
    def ends_if_packed(self) -> bool:
        """The same, with the suspect records together at the end."""
        return self.packed > self.allowed

    @property
    def ends_if_each_fails_alone(self) -> bool:
        """Whether the job ends if a batch fails only where all of its records do."""
        return self.full > self.allowed
