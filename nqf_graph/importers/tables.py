"""CSV files as rows that know where they stand."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from nqf_graph.errors import CannotLoad
from nqf_graph.importers.files import File

csv.field_size_limit(1 << 24)  # a concept scheme names all its top concepts in one cell


@dataclass(frozen=True)
class Row:
    """A data row: its cells by column, the line on which it begins, and whether it has fewer cells than columns."""

    line: int
    cells: dict[str, str]
    is_short: bool = False


class Table:
    """A CSV file with a header, read row by row; cells may hold line breaks of any kind."""

    def __init__(self, file: File, columns: Sequence[str], *, rows_may_be_short: bool = False) -> None:
        """Raises CannotLoad when the header lacks one of `columns` or has one twice, or the text is not UTF-8."""
        self.name = file.name
        self._shown_as = file.shown_as
        self._rows_may_be_short = rows_may_be_short
        content = file.content()
        try:
            self._text = content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = content[: error.start].count(b"\n") + 1
            raise CannotLoad(file.shown_as, f"expected UTF-8 ({error.reason})", line) from error
        self._reader = csv.reader(io.StringIO(self._text, newline=""), strict=True)
        self.header = tuple(self._header())
        missing = [column for column in columns if column not in self.header]
        found = ", ".join(self.header[:20]) or "an empty file"
        if missing:
            raise CannotLoad(file.shown_as, f"expected the columns {', '.join(missing)}, found {found}", 1)
        if len(set(self.header)) < len(self.header):
            raise CannotLoad(file.shown_as, f"expected each column once, found {found}", 1)

    def rows(self) -> Iterator[Row]:
        """The rows, blank lines left out.

        Raises CannotLoad for a row with too many cells or with too few (unless rows may be short: they end in empty
        cells then), and for a stray quote.
        """
        columns, width = self.header, len(self.header)
        line = self._reader.line_num + 1
        try:
            for cells in self._reader:
                if len(cells) == width:
                    yield Row(line, dict(zip(columns, cells, strict=True)))
                elif cells:
                    if len(cells) > width or not self._rows_may_be_short:
                        raise CannotLoad(self._shown_as, f"expected {width} cells in the row, found {len(cells)}", line)
                    padded = [*cells, *[""] * (width - len(cells))]
                    yield Row(line, dict(zip(columns, padded, strict=True)), is_short=True)
                line = self._reader.line_num + 1
        except csv.Error as error:
            raise CannotLoad(self._shown_as, f"expected a row of {width} cells ({error})", line) from error

    def _header(self) -> list[str]:
        try:
            return next(self._reader, [])
        except csv.Error as error:
            raise CannotLoad(self._shown_as, f"expected a row of column names ({error})", 1) from error
