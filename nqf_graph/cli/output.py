"""How the command line shows things: results on stdout, talk on stderr."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from nqf_graph.errors import BadParameter
from nqf_graph.formats import CSV, GRAPHS, named, write_graph
from nqf_graph.settings import Settings
from nqf_graph.terms import LANGUAGES, NQF, SH, SHAPES

if TYPE_CHECKING:
    from nqf_graph.publication import Publication
    from nqf_graph.questions import Question
    from nqf_graph.store import Rows
    from nqf_graph.validation import Report

REPORT_FORMATS = ("text", "json", "csv", "ttl", "jsonld", "nt", "rdf")


def show_call(question: Question, values: dict[str, str]) -> None:
    """Print the query, the address and the curl line of a question, without asking it."""
    settings = Settings()
    address = f"http://{settings.host}:{settings.port}/api/v1/questions/{question.id}?{urlencode(values)}"
    print(question.text)
    print(address)
    print(f"curl -H 'Accept: application/json' '{address}'")


def print_table(publication: Publication, rows: Rows, question: Question, lang: str) -> None:
    """Print an answer as a table, things by their short names."""
    from rich.console import Console  # noqa: PLC0415 - see commands.py
    from rich.table import Table  # noqa: PLC0415

    shorten = publication.asker.shorten
    table = Table(title=question.question[known_language(lang)], title_justify="left")
    for column in rows.columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(" ".join(map(shorten, text.split(" "))) for text in texts(row).values()))
    Console(width=None if sys.stdout.isatty() else 200, highlight=False).print(table)


def texts(row: dict[str, Any]) -> dict[str, str]:
    """The cells of a row as texts; empty where unbound."""
    return {name: "" if term is None else getattr(term, "value", str(term)) for name, term in row.items()}


def write_report(report: Report, form: str, languages: Sequence[str]) -> None:
    """Print a report in one of REPORT_FORMATS."""
    from nqf_graph.validation.w3c import as_csv, as_triples  # noqa: PLC0415 - see commands.py

    if form == "text":
        print(findings_as_text(report.first(), languages, len(report.violations), len(report.findings)))
    elif form == "json":
        found = [finding.as_dict() for finding in report.findings]
        document = {"conforms": report.conforms, "counts": report.counts(), "findings": found}
        print(json.dumps(document, ensure_ascii=False, indent=1))
    elif form == CSV.suffix:
        write(as_csv(report).encode())
    else:
        prefixes = {"sh": SH.iri, "nqf": NQF.iri, "nqfsh": SHAPES.iri}
        write(write_graph(as_triples(report), named(form, GRAPHS), prefixes))


def findings_as_text(shown: Report, languages: Sequence[str], violations: int, total: int) -> str:
    """One paragraph a finding (rule, record, path, value, the message in each language), then how many there are."""
    lines = []
    for finding in shown.findings:
        value = f"\n    value  {finding.value}" if finding.value else ""
        path = f"\n    path   {finding.path}" if finding.path else ""
        lines.append(f"{finding.rule} {finding.severity}\n    record {finding.focus}{path}{value}")
        lines.extend(f"    {language:6} {finding.message(language)}" for language in languages)
    lines.append(f"{violations} violation(s), {total} finding(s)")
    return "\n".join(lines)


def known_language(lang: str) -> str:
    """The language, if it is one of ours.  Raises BadParameter."""
    if lang not in LANGUAGES:
        raise BadParameter("--lang", f"no language {lang!r}", LANGUAGES)
    return lang


def write(data: bytes) -> None:
    """Send bytes to stdout as they are."""
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def talk(text: str) -> None:
    """Say something that is not a result."""
    print(text, file=sys.stderr, flush=True)


def talk_if_terminal(text: str) -> None:
    """Say what takes time, to a person only."""
    if sys.stderr.isatty():
        talk(f"nqf: {text} …")
