"""Sets of records of a file, one bit a record."""

from collections.abc import Iterator, Sequence

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
        self.add_all(records)

    def add(self, record: int) -> None:
        """Adds a record; one that is there stays.

        Raises:
            ValueError: No record has this number.
        """
        self.add_all((record,))

    def add_all(self, records: Sequence[int]) -> None:
        """Adds records; those that are there stay.

        Raises:
            ValueError: No record has such a number; none of them is added.
        """
        if not records:
            return
        if (first := min(records)) < 1:
            raise ValueError(f"Records are counted from 1, so there is none {first}")
        bits, last = self._bits, (max(records) - 1) // _BITS
        if last >= len(bits):
            bits.extend(bytes(last + 1 - len(bits)))
        for record in records:
            at, bit = divmod(record - 1, _BITS)
            if not bits[at] & 1 << bit:
                bits[at] |= 1 << bit
                self._count += 1

    def update(self, other: "RecordSet") -> None:
        """Adds all records of another set."""
        size = max(len(self._bits), len(other._bits))
        both = int.from_bytes(self._bits, "little") | int.from_bytes(other._bits, "little")
        self._bits = bytearray(both.to_bytes(size, "little"))
        self._count = both.bit_count()

    @property
    def size(self) -> int:
        """Bytes that it takes."""
        return len(self._bits)

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
