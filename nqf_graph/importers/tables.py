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
    """A data row: its cells by column, the line on which it begins, and how many cells it has."""

    line: int
    cells: dict[str, str]
    width: int


class Table:
    """A CSV file with a header, read row by row; cells may hold line breaks of any kind."""

    def __init__(self, file: File, columns: Sequence[str]) -> None:
        """Raises CannotLoad when the header lacks one of `columns`, or the text is not UTF-8."""
        self.name = file.name
        content = file.content()
        try:
            self._text = content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = content[: error.start].count(b"\n") + 1
            raise CannotLoad(file.shown_as, f"expected UTF-8 ({error.reason})", line) from error
        self._reader = csv.reader(io.StringIO(self._text, newline=""), strict=True)
        header = next(self._reader, [])
        self.header = tuple(header)
        missing = [column for column in columns if column not in header]
        if missing:
            found = ", ".join(header[:20]) or "an empty file"
            raise CannotLoad(file.shown_as, f"expected the columns {', '.join(missing)}, found {found}", 1)

    @property
    def size(self) -> int:
        """How many characters the file has."""
        return len(self._text)

    def rows(self) -> Iterator[Row]:
        """The rows; one with too few cells ends in empty ones.  Raises CannotLoad for too many, or a stray quote."""
        columns, width = self.header, len(self.header)
        line = self._reader.line_num + 1
        try:
            for cells in self._reader:
                if len(cells) > width:
                    raise CannotLoad(self.name, f"expected {width} cells in the row, found {len(cells)}", line)
                if cells:
                    padded = cells if len(cells) == width else [*cells, *[""] * (width - len(cells))]
                    yield Row(line, dict(zip(columns, padded, strict=True)), len(cells))
                line = self._reader.line_num + 1
        except csv.Error as error:
            raise CannotLoad(self.name, f"expected a row of {width} cells ({error})", line) from error
