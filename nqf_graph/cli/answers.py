"""How the command line shows answers that join several questions."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from nqf_graph.errors import BadParameter


@dataclass(frozen=True)
class Answer:
    """An answer: as a document, as records with all their columns and with those that people are shown, in short."""

    document: dict[str, Any]
    records: list[dict[str, str]]
    columns: Sequence[str]
    shown: Sequence[str]
    sentence: str


def print_answer(form: str, answer: Answer) -> None:
    """An answer as a table for people, as CSV, or as JSON."""
    from nqf_graph.compare.records import as_csv  # noqa: PLC0415

    match form:
        case "json":
            print(json.dumps(answer.document, ensure_ascii=False, indent=1))
        case "csv":
            sys.stdout.write(as_csv(answer.records, answer.columns))
        case "table":
            from rich.console import Console  # noqa: PLC0415
            from rich.table import Table  # noqa: PLC0415

            table = Table(title=answer.sentence, title_justify="left")
            for column in answer.shown:
                table.add_column(column, overflow="fold")
            for record in answer.records:
                table.add_row(*(record[column] for column in answer.shown))
            Console(width=None if sys.stdout.isatty() else 200, highlight=False).print(table)
        case _:
            raise BadParameter("--format", "expected table, csv or json", ("table", "csv", "json"))
