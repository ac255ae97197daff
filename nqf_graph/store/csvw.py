"""Lists kept in CSV files, read as RDF by W3C "CSV on the Web" metadata (`list.csv` + `list.csv-metadata.json`).

The part of CSVW that is read: `tableSchema.aboutUrl`, and per column `name`, `titles`, `propertyUrl`, `valueUrl`,
`lang`, `datatype`, `separator`, `required`, `virtual`, `default`, `suppressOutput`.  A metadata file that asks for
more is refused, so nothing is silently read as less than it says.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pyoxigraph import Literal, NamedNode, Triple

from nqf_graph.errors import CannotLoad
from nqf_graph.terms import XSD

_TABLE_KEYS = {"@context", "@id", "@type", "url", "tableSchema", "dc:title", "dc:description", "dialect"}
_SCHEMA_KEYS = {"aboutUrl", "columns", "primaryKey"}
_COLUMN_KEYS = {
    "name", "titles", "propertyUrl", "valueUrl", "lang", "datatype", "separator", "required", "virtual", "default",
    "suppressOutput", "dc:description",
}  # fmt: skip


_DATATYPES = {
    "string": ("any text", re.compile(r".*", re.DOTALL)),
    "integer": ("a whole number", re.compile(r"[+-]?[0-9]+")),
    "decimal": ("a number such as 2.5", re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)")),
    "date": ("a date such as 2020-09-18", re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])")),
    "boolean": ("true or false", re.compile(r"true|false")),
    "anyURI": ("an absolute IRI", re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|^`\\]*")),
}


@dataclass(frozen=True)
class Column:
    """One column of a list and what its cells become."""

    name: str
    property: str | None
    value_url: str | None
    language: str | None
    datatype: str
    separator: str | None
    required: bool
    virtual: bool
    default: str
    suppressed: bool


def metadata_file(table: Path) -> Path:
    """Where the metadata of a CSV file lie, by the CSVW convention."""
    return table.with_name(table.name + "-metadata.json")


def read_csv(table: Path, text: str, metadata: str, prefixes: Mapping[str, str], shown_as: str) -> list[Triple]:
    """Which triples does the CSV `text` state, read by its `metadata`?

    `shown_as` names the file in errors.  Raises CannotLoad with the line (from 1, as an editor counts), the column
    (the cell's number in its row) and what was expected.
    """
    about, columns = _read_schema(metadata, f"{shown_as}-metadata.json")
    real = [column for column in columns if not column.virtual]
    rows = _rows(text, shown_as, len(real))
    _, header = next(rows, (1, []))
    for number, (found, column) in enumerate(zip(header, real, strict=False), 1):
        if found != column.name:
            raise CannotLoad(shown_as, f"expected the header {column.name!r}, found {found!r}", 1, number)
    if len(header) != len(real):
        names = ", ".join(column.name for column in real)
        raise CannotLoad(shown_as, f"expected {len(real)} headers ({names}), found {len(header)}", 1, len(header) + 1)
    triples: list[Triple] = []
    subjects: dict[str, int] = {}
    for line, row in rows:
        cells = dict(zip((column.name for column in real), row, strict=True))
        subject = _node(_fill(about, cells, prefixes), shown_as, line, 1)
        if subject.value in subjects:
            first = subjects[subject.value]
            raise CannotLoad(
                shown_as,
                f"expected a new record, found {subject.value} again (first in line {first})",
                line,
                1,
            )
        subjects[subject.value] = line
        for number, column in enumerate(columns, 1):
            triples.extend(_cell(column, cells, subject, prefixes, (shown_as, line, number)))
    return triples


def _rows(text: str, shown_as: str, width: int) -> Iterator[tuple[int, list[str]]]:
    """The rows with the line each starts in; blank lines are passed over."""
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)
    line, is_header = 1, True
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise CannotLoad(shown_as, f"expected RFC 4180 quoting ({error})", reader.line_num) from error
        if row:
            if not is_header and len(row) != width:
                expected = f"expected {width} cells, found {len(row)}"
                raise CannotLoad(shown_as, expected, line, min(len(row), width) + 1)
            yield line, row
            is_header = False
        line = reader.line_num + 1


def _read_schema(metadata: str, shown_as: str) -> tuple[str, list[Column]]:
    try:
        table = json.loads(metadata)
    except json.JSONDecodeError as error:
        raise CannotLoad(shown_as, f"expected JSON: {error.msg}", error.lineno, error.colno) from error
    schema = table.get("tableSchema", {})
    _only(_TABLE_KEYS, table, shown_as)
    _only(_SCHEMA_KEYS, schema, shown_as)
    if "aboutUrl" not in schema or not schema.get("columns"):
        raise CannotLoad(shown_as, "expected tableSchema with aboutUrl and columns")
    return schema["aboutUrl"], [_read_column(column, shown_as) for column in schema["columns"]]


def _read_column(column: dict[str, Any], shown_as: str) -> Column:
    _only(_COLUMN_KEYS, column, shown_as)
    datatype = column.get("datatype", "string")
    if datatype not in _DATATYPES:
        raise CannotLoad(shown_as, f"expected a datatype of {', '.join(_DATATYPES)}, found {datatype!r}")
    if "name" not in column:
        raise CannotLoad(shown_as, f"expected a name in every column, found {column}")
    return Column(
        name=column["name"],
        property=column.get("propertyUrl"),
        value_url=column.get("valueUrl"),
        language=column.get("lang"),
        datatype=datatype,
        separator=column.get("separator"),
        required=column.get("required", False),
        virtual=column.get("virtual", False),
        default=column.get("default", ""),
        suppressed=column.get("suppressOutput", False),
    )


def _only(known: set[str], found: Mapping[str, Any], shown_as: str) -> None:
    if unknown := sorted(set(found) - known):
        raise CannotLoad(shown_as, f"expected only {', '.join(sorted(known))}; found {', '.join(unknown)}")


def _cell(
    column: Column,
    cells: dict[str, str],
    subject: NamedNode,
    prefixes: Mapping[str, str],
    place: tuple[str, int, int],
) -> Iterator[Triple]:
    """The triples of one cell; an empty cell states nothing."""
    cell = cells.get(column.name, "").strip() or column.default
    if column.required and not cell:
        raise CannotLoad(place[0], f"expected a value in column {column.name!r}, found an empty cell", *place[1:])
    if column.suppressed or column.property is None or not (cell or (column.virtual and column.value_url)):
        return
    predicate = _node(_expand(column.property, prefixes), *place)
    values = cell.split(column.separator) if column.separator else [cell]
    for value in filter(None, (value.strip() for value in values)) if cell else [""]:
        if column.value_url:
            yield Triple(
                subject,
                predicate,
                _node(_fill(column.value_url, cells | {column.name: value}, prefixes), *place),
            )
        else:
            yield Triple(subject, predicate, _literal(column, value, place))


def _literal(column: Column, value: str, place: tuple[str, int, int]) -> Literal | NamedNode:
    expected, lexical = _DATATYPES[column.datatype]
    if not lexical.fullmatch(value):
        raise CannotLoad(place[0], f"expected {expected} in column {column.name!r}, found {value!r}", *place[1:])
    if column.language:
        return Literal(value, language=column.language)
    return Literal(value) if column.datatype == "string" else Literal(value, datatype=XSD[column.datatype])


def _fill(template: str, cells: Mapping[str, str], prefixes: Mapping[str, str]) -> str:
    return _expand(re.sub(r"\{(\w+)\}", lambda match: cells.get(match[1], "").strip(), template), prefixes)


def _expand(name: str, prefixes: Mapping[str, str]) -> str:
    prefix, colon, local = name.partition(":")
    return prefixes[prefix] + local if colon and prefix in prefixes else name


def _node(iri: str, shown_as: str, line: int, number: int) -> NamedNode:
    try:
        return NamedNode(iri)
    except ValueError as error:
        raise CannotLoad(shown_as, f"expected an IRI, found {iri!r}", line, number) from error
