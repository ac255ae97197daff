"""The official wording of the EQF's level descriptors, from a table."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pyoxigraph import Literal, NamedNode, Triple

from nqf_graph.errors import CannotLoad
from nqf_graph.importers.columns import one_file, texts_of
from nqf_graph.importers.files import open_files
from nqf_graph.importers.package import Package, Progress, silent
from nqf_graph.importers.tables import Row, Table
from nqf_graph.importers.texts import prose
from nqf_graph.terms import DCT, EQF_LEVELS, EUR_LEX, RDF, SKOS

_DOMAINS = {
    "knowledge": "Knowledge",
    "skills": "Skills",
    "responsibility_and_autonomy": "Responsibility and autonomy",
}
"""Domain in the table → the heading of its column in Annex II of the Recommendation."""
_LEVELS = tuple(str(number) for number in range(1, 9))
_TEXTS = "descriptor_"
_RECOMMENDATION = EUR_LEX["32017H0615(01)"]


def read_eqf(
    source: Path,
    *,
    partial: bool = False,
    version: str = "",
    languages: Sequence[str] = (),
    progress: Progress = silent,
) -> Package:
    """How does the Recommendation of 2017 describe each level?  A table `level, uri, domain, descriptor_xx …`.

    Each text becomes a node beside the EQF's own level (`…/eqf/6#knowledge`, part of `…/eqf/6`), so that a paraphrase
    of ours keeps its own node.  Raises CannotLoad unless each of the 8 levels has one text in each of the 3 domains
    (or fewer, with `partial`).
    """
    files = [file for file in open_files(source) if file.name.endswith(".csv")]
    if not source.is_file():
        files = [file for file in files if file.name == "eqf-level-descriptors.csv"]
    file = one_file(files, source.name, "one table, eqf-level-descriptors.csv")
    progress(file.name, 0, 1)
    table = Table(file, ("level", "uri", "domain"))
    columns = texts_of(table, _TEXTS, languages, file)
    triples: dict[Triple, None] = {}
    lines: dict[tuple[str, str], int] = {}
    for row in table.rows():
        level, domain = row.cells["level"].strip(), row.cells["domain"].strip()
        fault = _fault(row, level, domain)
        if (level, domain) in lines:
            fault = f"expected {domain} of level {level} once, found it in line {lines[level, domain]} too"
        empty = [column for column in columns if not prose(row.cells[column])]
        if empty and not fault:
            fault = f"expected a text in {empty[0]}"
        if fault:
            raise CannotLoad(file.shown_as, fault, row.line)
        lines[level, domain] = row.line
        texts = [Literal(prose(row.cells[column]), language=language) for column, language in columns.items()]
        triples |= dict.fromkeys(_stated(level, domain, texts))
    missing = tuple(
        f"{domain} of level {level}" for level in _LEVELS for domain in _DOMAINS if (level, domain) not in lines
    )
    if not lines or (missing and not partial):
        raise CannotLoad(file.shown_as, f"expected 24 texts, found none for {', '.join(missing[:6])}")
    progress(file.name, 1, 1)
    spoken = tuple(sorted(columns.values()))
    rows, counts = {file.name: len(lines)}, {"levels": len({level for level, _ in lines}), "descriptors": len(lines)}
    return Package("eqf", version or "2017", spoken, tuple(triples), rows, counts, missing=missing, used=rows)


def _fault(row: Row, level: str, domain: str) -> str:
    """What is wrong with a row; "" for nothing."""
    if level not in _LEVELS or domain not in _DOMAINS:
        return f"expected a level 1 to 8 and a domain ({', '.join(_DOMAINS)}), found {level!r} and {domain!r}"
    expected = EQF_LEVELS[level].value
    uri = row.cells["uri"].strip()
    return "" if uri == expected else f"expected the uri {expected} of level {level}, found {uri!r}"


def _stated(level: str, domain: str, texts: Sequence[Literal]) -> list[Triple]:
    of = EQF_LEVELS[level]
    node = NamedNode(f"{of.value}#{domain}")
    return [
        Triple(of, RDF["type"], SKOS["Concept"]),
        Triple(of, SKOS["notation"], Literal(level)),
        Triple(node, SKOS["prefLabel"], Literal(f"{_DOMAINS[domain]}, EQF level {level}", language="en")),
        Triple(node, SKOS["notation"], Literal(domain)),
        Triple(node, DCT["isPartOf"], of),
        Triple(node, DCT["source"], _RECOMMENDATION),
        *(Triple(node, DCT["description"], text) for text in texts),
    ]
