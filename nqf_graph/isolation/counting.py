"""How many rows has a result so far?  Told from its bytes as the engine writes them, without looking at each row."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable


class RowCounter(ABC):
    """Counts the rows of a result in one format, chunk by chunk."""

    def __init__(self) -> None:
        self.rows = 0

    @staticmethod
    def of(suffix: str) -> RowCounter:
        """The counter for a result format."""
        counters: dict[str, Callable[[], RowCounter]] = {"srj": _Json, "srx": _Xml, "csv": _Csv, "tsv": _Tsv}
        return counters[suffix]()

    @abstractmethod
    def feed(self, chunk: bytes) -> int:
        """The number of rows up to the end of `chunk`."""


class _Marks(RowCounter):
    """Counts byte strings that stand once in each row, also where two chunks meet."""

    marks: tuple[tuple[bytes, int], ...]
    _reach = 0

    def __init__(self) -> None:
        super().__init__()
        self._rest = b""

    def feed(self, chunk: bytes) -> int:
        text = self._rest + chunk
        self._rest = text[-self._reach :] if self._reach else b""
        self.rows += sum(sign * (text.count(mark) - self._rest.count(mark)) for mark, sign in self.marks)
        return self.rows


class _Json(_Marks):
    """A row that binds something begins with `{"` after `[` or `,`.

    Inside a text a quotation mark has a backslash before it; one that ends a text is followed by `,` or `}`.
    Rows that bind nothing are not counted.
    """

    marks = ((b',{"', 1), (b',{",', -1), (b',{"}', -1), (b'[{"', 1), (b'[{",', -1), (b'[{"}', -1))
    _reach = 3


class _Xml(_Marks):
    marks = ((b"<result>", 1),)
    _reach = 7


class _Tsv(_Marks):
    """Line ends inside texts are escaped; the first line has the names."""

    marks = ((b"\n", 1),)

    def feed(self, chunk: bytes) -> int:
        return super().feed(chunk) - 1


class _Csv(RowCounter):
    """Line ends inside quotation marks do not count; the first line has the names."""

    def __init__(self) -> None:
        super().__init__()
        self._quoted = False

    def feed(self, chunk: bytes) -> int:
        parts = chunk.split(b'"')
        self.rows += sum(part.count(b"\n") for part in parts[int(self._quoted) :: 2])
        self._quoted ^= len(parts) % 2 == 0
        return max(0, self.rows - 1)
