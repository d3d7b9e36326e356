"""Sets of records of a file, one bit a record."""

from collections.abc import Iterator

from zcbulk_tui.domain.batch_rule import BATCH

_BITS = 8
_BATCH_BYTES = BATCH // _BITS
"""A batch of 200 records is a whole number of bytes, so that each is a slice of the bits."""

_FULL_BYTE = 0xFF


class RecordSet:
    """Records by their number from 1, the header not counted: 1.3 million take 160 kB."""

    def __init__(self, records: tuple[int, ...] = ()) -> None:
        self._bits = bytearray()
        self._count = 0
        for record in records:
            self.add(record)

    def add(self, record: int) -> None:
        """Adds a record; one that is there stays.

        Raises:
            ValueError: No record has this number.
        """
        if record < 1:
            raise ValueError(f"Records are counted from 1, so there is none {record}")
        at, bit = divmod(record - 1, _BITS)
        if at >= len(self._bits):
            self._bits.extend(bytes(at + 1 - len(self._bits)))
        if not self._bits[at] & 1 << bit:
            self._bits[at] |= 1 << bit
            self._count += 1

    def __len__(self) -> int:
        return self._count

    def __contains__(self, record: object) -> bool:
        if not isinstance(record, int) or record < 1:
            return False
        at, bit = divmod(record - 1, _BITS)
        return at < len(self._bits) and bool(self._bits[at] & 1 << bit)

    def __iter__(self) -> Iterator[int]:
        """Yields the records in the file's order."""
        for at, byte in enumerate(self._bits):
            if byte:
                yield from (at * _BITS + bit + 1 for bit in range(_BITS) if byte & 1 << bit)

    def batches(self) -> int:
        """Returns how many batches hold a record of the set."""
        return sum(any(batch) for batch in self._batches())

    def full_batches(self, records: int) -> int:
        """Returns how many batches hold no other record.

        Args:
            records: Records in the file; the last batch may be short.
        """
        whole, rest = divmod(records, BATCH)
        full = sum(
            len(batch) == _BATCH_BYTES and batch.count(_FULL_BYTE) == _BATCH_BYTES
            for batch in self._batches()
        )
        if rest:
            full += all(whole * BATCH + record in self for record in range(1, rest + 1))
        return full

    def _batches(self) -> Iterator[bytearray]:
        for at in range(0, len(self._bits), _BATCH_BYTES):
            yield self._bits[at : at + _BATCH_BYTES]
