"""SSSOM/TSV in: a metadata block and a table become a mapping set, and what is wrong with its rows is listed."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path

from nqf_graph.errors import CannotLoad
from nqf_graph.sssom.header import Header, read_header
from nqf_graph.sssom.metadata import Block
from nqf_graph.sssom.model import MappingSet, Problem, Record, Value, propagated, several, undeclared
from nqf_graph.sssom.slots import LITERAL, MAPPING_SLOTS, Slot
from nqf_graph.sssom.values import Unusable, read_value

_PIECE = re.compile(r"\\\\|\\\||\||[^\\|]+|\\")
csv.field_size_limit(10_000_000)


@dataclass(frozen=True)
class Reading:
    """A mapping set as it was read, without the rows that have a problem."""

    set: MappingSet
    problems: tuple[Problem, ...] = ()
    file: str = ""

    def strict(self) -> MappingSet:
        """The set, if nothing is wrong with any row.  Raises CannotLoad with the first problem."""
        if self.problems:
            first, more = self.problems[0], len(self.problems) - 1
            rest = f" (and {more} more problem{'s' if more > 1 else ''})" if more else ""
            raise CannotLoad(self.file, f"{first}{rest}", first.line or None)
        return self.set


def read_tsv_file(file: Path, metadata: Path | None = None) -> Reading:
    """Which mapping set is in a file?  Its metadata may lie in `metadata`, or beside it as `….yml`.

    Raises CannotLoad when a file is missing or not UTF-8, or the metadata or the head of the table cannot be used.
    """
    text = _text(file)
    beside = [file.with_suffix(".yml"), file.with_suffix(".yaml")]
    if metadata is None and not text.startswith("#"):
        metadata = next((found for found in beside if found.is_file()), None)
    if metadata is not None and text.startswith("#"):
        raise CannotLoad(file.name, f"expected no metadata block here, since the metadata are in {metadata.name}", 1, 1)
    return read_tsv(text, file.name, Block(_text(metadata), metadata.name) if metadata else None)


def _text(file: Path) -> str:
    if not file.is_file():
        raise CannotLoad(str(file), "expected a file here")
    try:
        return file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise CannotLoad(file.name, f"expected UTF-8 ({error.reason} at byte {error.start})") from error


def read_tsv(text: str, name: str = "request", metadata: Block | None = None) -> Reading:
    """Which mapping set does a text state?  `name` is how errors call the file; see `read_tsv_file`."""
    block, table, above = _split(text, name)
    if metadata is None and not block.text:
        raise CannotLoad(name, "expected the metadata block first (lines that begin with #), or a .yml file beside", 1)
    header = read_header(metadata or block)
    return _Table(name, header, above).read(table)


def _split(text: str, name: str) -> tuple[Block, str, int]:
    """The metadata block, the table below it, and on how many lines the block stands."""
    lines, start = [], 0
    while text.startswith("#", start):
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        lines.append(text[start + 1 : end].rstrip("\r"))
        start = end + 1
    return Block("\n".join(lines), name, 1), text[start:], len(lines)


@dataclass
class _Table:
    """Reads the rows of a table."""

    name: str
    header: Header
    above: int
    problems: list[Problem] = field(default_factory=list)
    known: dict[str, int] = field(default_factory=dict)
    """Record identifier → the line that has it."""

    def read(self, table: str) -> Reading:
        """All rows as records."""
        rows = self._rows(table)
        line, columns = next(rows, (self.above + 1, []))
        self._check(columns, line)
        definitions = {definition.name: definition for definition in self.header.definitions}
        unknown = [name for name in columns if name not in MAPPING_SLOTS and name not in definitions]
        definitions |= {name: undeclared(name) for name in unknown}
        self.header = self.header.with_definitions(definitions.values())
        records = [found for line, row in rows if (found := self._record(line, columns, row)) is not None]
        given = propagated(self.header.set_of(records))
        complete = [record for record in given.records if self._is_complete(record)]
        self.problems.sort(key=lambda problem: problem.line)
        whole = self.header.set_of(complete, given.slots)
        return Reading(whole, tuple(self.problems), self.name)

    def _rows(self, table: str) -> Iterator[tuple[int, list[str]]]:
        """The rows that are not empty, each with the line on which it begins."""
        reader = csv.reader(StringIO(table, newline=""), delimiter="\t", strict=True)
        begins = 1
        try:
            for row in reader:
                if row:
                    yield self.above + begins, row
                begins = reader.line_num + 1
        except csv.Error as error:
            expected = f"expected tab-separated values, a value with a quote inside in double quotes: {error}"
            raise CannotLoad(self.name, expected, self.above + begins) from error

    def _check(self, columns: list[str], line: int) -> None:
        if not columns or "predicate_id" not in columns or "mapping_justification" not in columns:
            found = ", ".join(columns) if columns else "nothing"
            expected = "expected the names of columns, among them predicate_id and mapping_justification"
            raise CannotLoad(self.name, f"{expected}, found {found[:200]}", line, 1)
        for position, name in enumerate(columns, 1):
            if not name or name in columns[: position - 1]:
                raise CannotLoad(self.name, f"expected each column once, found {name!r} as column {position}", line)

    def _record(self, line: int, columns: list[str], row: list[str]) -> Record | None:
        if len(row) > len(columns) or len(row) < min(len(columns), 2):
            message = f"expected {len(columns)} values, found {len(row)}"
            self.problems.append(Problem(line, "", message))
            return None
        slots: dict[str, Value] = {}
        extensions: dict[str, str] = {}
        for name, text in zip(columns, row, strict=False):
            try:
                if not text:
                    continue
                if name in MAPPING_SLOTS:
                    value = self._value(MAPPING_SLOTS[name], text)
                    if value:
                        slots[name] = value
                else:
                    extensions[name] = self.header.extension_value(name, text)
            except Unusable as error:
                self.problems.append(Problem(line, name, str(error)))
                return None
        return Record(slots, extensions, line)

    def _value(self, slot: Slot, text: str) -> Value:
        if not slot.multivalued:
            return read_value(slot, text, self.header.prefixes)
        return several(read_value(slot, part, self.header.prefixes) for part in split_values(text) if part)

    def _is_complete(self, record: Record) -> bool:
        problem = incomplete(record.slots, record.line)
        id = record.text("record_id")
        if problem is None and id and self.known.setdefault(id, record.line) != record.line:
            problem = Problem(record.line, "record_id", f"expected each once, found {id} also on line {self.known[id]}")
        if problem is not None:
            self.problems.append(problem)
        return problem is None


def split_values(text: str) -> list[str]:
    r"""The values of a slot that takes several: between them stands `|`; `\|` and `\\` are letters of a value."""
    values = [""]
    for piece in _PIECE.findall(text):
        if piece == "|":
            values.append("")
        else:
            values[-1] += piece[1:] if len(piece) == 2 and piece[0] == "\\" else piece
    return values


def incomplete(slots: Mapping[str, Value], line: int) -> Problem | None:
    """What a mapping lacks, if anything: subject, predicate, object and justification, or the text of a literal."""
    for side in ("subject", "object"):
        if slots.get(f"{side}_type") == LITERAL:
            if f"{side}_label" not in slots:
                return Problem(line, f"{side}_label", "expected the text of the literal, found nothing")
        elif f"{side}_id" not in slots:
            return Problem(line, f"{side}_id", f"expected an identifier (or {side}_type {LITERAL!r}), found nothing")
    for name in ("predicate_id", "mapping_justification"):
        if name not in slots:
            return Problem(line, name, "expected a value, found nothing")
    for name in ("review_date", "reviewer_agreement"):
        if name in slots and not slots.keys() & {"reviewer_id", "reviewer_label"}:
            return Problem(line, name, "expected a reviewer beside it (reviewer_id or reviewer_label), found none")
    return None
