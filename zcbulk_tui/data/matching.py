"""Where the records of an upload stand in the source, found by their content.

Nothing promises that a result has the order of the file, nor that it has all columns: what is known
of a record in it is some of its cells. A content may stand in several lines; which of them a result
means is then said as far as it is certain, and never guessed by the place.
"""

from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from hashlib import blake2b

from zcbulk_tui.data.row_map import RowMap, Runs
from zcbulk_tui.data.rows import OnProgress, read_rows
from zcbulk_tui.data.source import open_source
from zcbulk_tui.domain.insertion import SourceFile
from zcbulk_tui.domain.text import one_line
from zcbulk_tui.errors import DataError

_BUCKETS = 256
"""Parts of a table, by the first byte of the hash: each is sorted by itself, in little memory."""

_RECORD_BITS = 32
_RECORD = 2**_RECORD_BITS - 1

Cells = Sequence[str]


def key_of(cells: Cells) -> int:
    """Returns a hash of cells, with 64 bits: of a million records, no two have the same by chance.

    Cells at the end that are empty count not: a record may have fewer than the header.
    """
    return _hash(_joined(cells))


def loose_key_of(cells: Cells) -> int:
    """Returns a hash of cells whatever white space is in them, or around them."""
    return _hash(_joined([" ".join(cell.split()) for cell in cells]))


class HashTable:
    """Numbers by hashes, 12 bytes each: filled first, then looked into."""

    def __init__(self) -> None:
        self._hashes = [array("Q") for _ in range(_BUCKETS)]
        self._numbers = [array("I") for _ in range(_BUCKETS)]
        self._is_sorted = [True] * _BUCKETS

    def __len__(self) -> int:
        return sum(map(len, self._hashes))

    def add(self, key: int, number: int) -> None:
        """Puts a number below 2^32 under a hash."""
        bucket = key >> 56
        self._hashes[bucket].append(key)
        self._numbers[bucket].append(number)
        self._is_sorted[bucket] = False

    def of(self, key: int) -> Sequence[int]:
        """Returns the numbers under a hash, in their order."""
        bucket = key >> 56
        self._sort(bucket)
        hashes = self._hashes[bucket]
        start = end = bisect_left(hashes, key)
        while end < len(hashes) and hashes[end] == key:
            end += 1
        return self._numbers[bucket][start:end]

    def groups(self) -> Iterator[tuple[int, Sequence[int]]]:
        """Yields each hash with its numbers, in their order."""
        for bucket in range(_BUCKETS):
            self._sort(bucket)
            hashes, numbers = self._hashes[bucket], self._numbers[bucket]
            start = 0
            for at in range(1, len(hashes) + 1):
                if at == len(hashes) or hashes[at] != hashes[start]:
                    yield hashes[start], numbers[start:at]
                    start = at

    def _sort(self, bucket: int) -> None:
        if self._is_sorted[bucket]:
            return
        pairs = zip(self._hashes[bucket], self._numbers[bucket], strict=True)
        both = sorted([key << _RECORD_BITS | number for key, number in pairs])
        self._hashes[bucket] = array("Q", (each >> _RECORD_BITS for each in both))
        self._numbers[bucket] = array("I", (each & _RECORD for each in both))
        self._is_sorted[bucket] = True


class SourceIndex:
    """The records of an upload by their content; `index_source` makes it.

    Attributes:
        columns: The columns whose cells are looked for.
        header: All columns of the source.
        row_map: The lines of the records.
        has_rivals: Whether the cells of some records differ in white space alone, and the rest of
            these records may differ in more. A server may change white space, so that the cells of
            one in a result are those of the other.
    """

    def __init__(
        self,
        columns: tuple[str, ...],
        header: tuple[str, ...],
        row_map: RowMap,
        strict: HashTable,
        loose: HashTable,
        whole: "array[int]",
    ) -> None:
        self.columns = columns
        self.header = header
        self.row_map = row_map
        self._strict = strict
        self._loose = loose
        """Only the records that needless white space makes another."""
        self._whole = whole
        """Hashes of whole records, by their numbers; empty where `columns` are all."""
        self.has_rivals = not self.has_all_columns and any(
            len(strict.of(key)) or not self.are_same(records) for key, records in loose.groups()
        )

    def __len__(self) -> int:
        """The records of the upload."""
        return len(self.row_map)

    @property
    def is_in_order(self) -> bool:
        """Whether the records stand as in the source."""
        return self.row_map.is_in_order

    @property
    def has_all_columns(self) -> bool:
        """Whether the cells that are looked for are whole records."""
        return not self._whole

    def lines(self, cells: Cells) -> tuple[int, ...]:
        """Returns the lines of the source in which a record with these cells begins, in order.

        Where there is none, or one that only white space makes another, white space counts not.
        """
        records = [] if self.has_rivals else self.records(key_of(cells))
        records = records or self.records(loose_key_of(cells), loosely=True)
        return tuple(sorted(map(self.row_map.line, records)))

    def record(self, line: int) -> int | None:
        """Returns the number in the upload, from 1, of the record that begins in a line."""
        return self.row_map.record(line)

    def has(self, cells: Cells) -> bool:
        """Whether a record has exactly these cells, white space and all."""
        return bool(self._strict.of(key_of(cells)))

    def records(self, key: int, *, loosely: bool = False) -> list[int]:
        """Returns the numbers in the upload of the records with a content, in their order.

        Args:
            key: Of the content: `key_of`, or `loose_key_of`.
            loosely: Whether white space counts not.
        """
        found = self._strict.of(key)
        # A record without needless white space is under the loose key as it is.
        return sorted((*found, *self._loose.of(key))) if loosely else list(found)

    def are_same(self, records: Sequence[int]) -> bool:
        """Whether records with the same cells are the same in all other columns, too."""
        return not self._whole or len({self._whole[record] for record in records}) <= 1


class SourcePass:
    """One pass over the records of a source that belong to an upload: iterate once.

    Args:
        source: The file that the user named, and which part of it was uploaded.
        row_map: The lines of the records, where they are known; else they are read.
        on_progress: Called with the bytes read, and the bytes in all.

    Attributes:
        header: All columns of the source; empty before the first record.
    """

    def __init__(
        self,
        source: SourceFile,
        row_map: RowMap | None = None,
        on_progress: OnProgress | None = None,
    ) -> None:
        self.header: tuple[str, ...] = ()
        self._source = source
        self._row_map = row_map
        self._runs = Runs()
        self._on_progress = on_progress

    @property
    def row_map(self) -> RowMap:
        """The lines of the records; complete at the end of the pass."""
        return RowMap.of_whole(self._runs) if self._row_map is None else self._row_map

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        """Yields the number in the upload and the fields of each record, in the source's order.

        Raises:
            DataError: The file, or what is known of its parts, is gone or another.
        """
        file = self._source
        if self._row_map is None and file.row_map is not None:
            self._row_map = RowMap.read(file.row_map)
        if self._row_map is None and file.parts:
            raise DataError(
                f"Which records of {file.name} were in part {file.part} is not known",
                "Nothing is left of what was written down when it was cut.",
            )
        reader = read_rows(
            open_source(file.path),
            encoding=file.encoding,
            delimiter=file.delimiter,
            on_progress=self._on_progress,
        )
        number = self._runs.add if self._row_map is None else self._row_map.record
        found = 0
        for line, fields in reader:
            if not self.header:
                self.header = tuple(fields)
            elif (record := number(line)) is not None:
                found += 1
                yield record, fields
        if reader.sha256 != file.sha256 or found != len(self.row_map):
            raise DataError(
                f"{file.name} is another file than the one that was sent",
                f"What stands at {one_line(str(file.path))} has changed since.",
                "Put the one that was sent there.",
            )


def index_source(
    source: SourceFile, columns: Sequence[str], on_progress: OnProgress | None = None
) -> SourceIndex:
    """Returns where the records of an upload stand in its source; reads that once.

    A million records take 13 MB; where `columns` are not all, 21 MB.

    Args:
        source: The file that the user named, and which part of it was uploaded.
        columns: The columns whose cells are looked for; all of them the source's. Spaces around
            names count not.
        on_progress: Called with the bytes read, and the bytes in all.

    Raises:
        DataError: The file, or what is known of its parts, is gone or another; or it has not all
            these columns.
        EncodingUnknownError: Its encoding is not known.
    """
    records = SourcePass(source, on_progress=on_progress)
    strict, loose, whole = HashTable(), HashTable(), array("Q")
    pick: Callable[[Sequence[str]], Sequence[str]] | None = None
    is_all = False
    for record, fields in records:
        if pick is None:
            places = places_of(columns, records.header, source.name)
            is_all = len(places) == len(records.header)
            pick = _picker(places)
        joined = _joined(pick(fields))
        strict.add(_hash(joined), record)
        if " ".join(joined.split()) != joined or " \0" in joined or "\0 " in joined:
            loose.add(loose_key_of(pick(fields)), record)
        if not is_all:
            if record >= len(whole):
                whole.frombytes(bytes(8 * max(record + 1 - len(whole), len(whole) // 8)))
            whole[record] = key_of(fields)
    header = records.header
    return SourceIndex(tuple(columns), header, records.row_map, strict, loose, whole)


def read_header(source: SourceFile) -> tuple[str, ...]:
    """Returns the columns of a source; whether that is the file that was sent is not looked at.

    Raises:
        DataError: It cannot be read.
    """
    opened = open_source(source.path)
    records = iter(read_rows(opened, encoding=source.encoding, delimiter=source.delimiter))
    _, header = next(records)
    return tuple(header)


def read_lines(source: SourceFile, lines: Iterable[int]) -> dict[int, list[str]]:
    """Returns the fields of the records that begin in some lines of a source; reads no further.

    Raises:
        DataError: It cannot be read.
    """
    wanted, found = set(lines), dict[int, list[str]]()
    opened = open_source(source.path)
    records = read_rows(opened, encoding=source.encoding, delimiter=source.delimiter)
    for line, fields in records if wanted else ():
        if line in wanted:
            found[line] = fields
            if len(found) == len(wanted):
                break
    return found


def places_of(columns: Sequence[str], header: Sequence[str], shown: str) -> list[int]:
    """Returns where columns stand in a header; of several with one name the first is first.

    Args:
        columns: Their names; spaces around count not.
        header: The names of all columns.
        shown: The name of the file with that header; sanitised.

    Raises:
        DataError: It has not all of them.
    """
    left: dict[str, list[int]] = {}
    for at, name in enumerate(header):
        left.setdefault(name.strip(), []).append(at)
    places = []
    for name in map(str.strip, columns):
        if not left.get(name):
            raise DataError(
                f"{shown} has no column “{one_line(name, 60)}”",
                "The result has one, so it is of another file.",
            )
        places.append(left[name].pop(0))
    return places


def _picker(places: Sequence[int]) -> Callable[[Sequence[str]], Sequence[str]]:
    """Returns what takes the cells of some columns out of the fields of a record."""
    needed = max(places, default=-1) + 1
    are_first = list(places) == list(range(needed))

    def pick(fields: Sequence[str]) -> Sequence[str]:
        count = len(fields)
        if count >= needed:
            return fields[:needed] if are_first else [fields[at] for at in places]
        return [fields[at] if at < count else "" for at in places]

    return pick


def _joined(cells: Cells) -> str:
    """Returns cells, without empty ones at the end, as one text, which no other cells have."""
    joined = "\0".join(cells)
    if joined.count("\0") >= len(cells) > 0:
        # There are nulls within. The one at the end tells it from all other texts.
        last = max((at for at, cell in enumerate(cells, start=1) if cell), default=0)
        return f"{list(cells[:last])!r}\0"
    return joined.rstrip("\0")


def _hash(text: str) -> int:
    data = text.encode("utf-8", "surrogatepass")
    return int.from_bytes(blake2b(data, digest_size=8).digest(), "big")
