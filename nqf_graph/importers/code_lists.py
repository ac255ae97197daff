"""Classifications that are lists of codes: ISCED-F 2013 and ISCED 2011."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, parse

from nqf_graph.errors import CannotLoad
from nqf_graph.importers.columns import one_file, texts_of
from nqf_graph.importers.files import File, open_files
from nqf_graph.importers.package import Package, Progress, Skipped, silent
from nqf_graph.importers.tables import Row, Table
from nqf_graph.importers.texts import label, prose
from nqf_graph.terms import DCT, RDF, SKOS

_TEXTS = {"label_": SKOS["prefLabel"], "description_": DCT["description"]}


def read_isced_f(
    source: Path,
    *,
    partial: bool = False,
    version: str = "",
    languages: Sequence[str] = (),
    progress: Progress = silent,
) -> Package:
    """Which fields of education are there?  From a table `code, parent, uri, label_xx …` (ISCED-F 2013)."""
    return _code_list("isced-f", version or "2013", source, languages, progress)


def read_isced(
    source: Path,
    *,
    partial: bool = False,
    version: str = "",
    languages: Sequence[str] = (),
    progress: Progress = silent,
) -> Package:
    """Which levels has ISCED 2011?  From a table `code, parent, uri, label_xx …`, or from SKOS in Turtle."""
    return _code_list("isced", version or "2011", source, languages, progress)


def _code_list(scheme: str, version: str, source: Path, languages: Sequence[str], progress: Progress) -> Package:
    name = f"{scheme}-{version}"
    files = [file for file in open_files(source) if file.name.endswith((".csv", ".ttl"))]
    if not source.is_file() and len(files) > 1:
        files = [file for file in files if file.name.startswith(name)]
    file = one_file(files, source.name, f"one file, {name}.csv (a table) or {name}.ttl (SKOS)")
    progress(file.name, 0, 1)
    package = (_table if file.name.endswith(".csv") else _skos)(scheme, version, file, languages)
    progress(file.name, 1, 1)
    return package


def _table(scheme: str, version: str, file: File, languages: Sequence[str]) -> Package:
    table = Table(file, ("code", "parent", "uri"))
    labels = texts_of(table, "label_", languages, file)
    rows = list(table.rows())
    skipped: list[Skipped] = []
    nodes: dict[str, NamedNode] = {}
    kept: list[Row] = []
    for row in rows:
        code = row.cells["code"].strip()
        try:
            node = NamedNode(row.cells["uri"].strip())
        except ValueError:
            skipped.append(Skipped(table.name, row.line, f"expected an IRI, found {row.cells['uri']!r}"))
            continue
        if code in nodes or not code or node in nodes.values():
            again = node.value if code and code not in nodes else repr(code)
            skipped.append(Skipped(table.name, row.line, f"expected each code and IRI once, found {again} again"))
            continue
        nodes[code] = node
        kept.append(row)
    triples: dict[Triple, None] = {}
    for row in kept:
        triples |= dict.fromkeys(_stated(row, nodes, labels))
        parent = row.cells["parent"].strip()
        if parent and (parent not in nodes or parent == row.cells["code"].strip()):
            reason = f"no other row has the code {parent} of its parent"
            skipped.append(Skipped(table.name, row.line, reason, "parent"))
    spoken = tuple(sorted(set(labels.values())))
    counts, used = {"codes": len(kept)}, {table.name: len(kept)}
    return Package(
        scheme, version, spoken, tuple(triples), {table.name: len(rows)}, counts, tuple(skipped), used=used
    )  # fmt: skip


def _stated(row: Row, nodes: dict[str, NamedNode], labels: dict[str, str]) -> list[Triple]:
    """What a row says; a parent that is not there is not stated."""
    code, parent = row.cells["code"].strip(), row.cells["parent"].strip()
    node = nodes[code]
    stated = [Triple(node, RDF["type"], SKOS["Concept"]), Triple(node, SKOS["notation"], Literal(code))]
    for language in labels.values():
        for begin, property_ in _TEXTS.items():
            cell = row.cells.get(f"{begin}{language}", "")
            if text := label(cell) if begin == "label_" else prose(cell):
                stated.append(Triple(node, property_, Literal(text, language=language)))
    if parent in nodes and parent != code:
        stated.append(Triple(node, SKOS["broader"], nodes[parent]))
    return stated


def _skos(scheme: str, version: str, file: File, languages: Sequence[str]) -> Package:
    try:
        read = [quad.triple for quad in parse(file.content(), format=RdfFormat.TURTLE, rename_blank_nodes=True)]
    except SyntaxError as error:
        raise CannotLoad(file.shown_as, f"expected Turtle ({error.msg})", error.lineno, error.offset) from error
    concepts = {triple.subject for triple in read if triple.object == SKOS["Concept"]}
    if not concepts:
        raise CannotLoad(file.shown_as, "expected concepts of SKOS, found none")
    there = {t.object.language for t in read if isinstance(t.object, Literal) and t.object.language}
    if absent := sorted(set(languages) - there):
        found = ", ".join(sorted(there)) or "none"
        raise CannotLoad(file.shown_as, f"expected texts in {', '.join(absent)}, found {found}")
    skipped: list[Skipped] = []
    kept: dict[Triple, None] = {}
    for triple in read:
        value = triple.object
        if isinstance(triple.subject, BlankNode) or isinstance(value, BlankNode):
            skipped.append(Skipped(file.name, 0, f"a node without IRI is not taken over: {triple.predicate}", "node"))
        elif isinstance(value, Literal) and value.language and languages and value.language not in languages:
            continue
        else:
            kept[triple] = None
    rows, counts = {file.name: len(read)}, {"codes": len(concepts)}
    spoken = tuple(sorted(languages or there))
    return Package(scheme, version, spoken, tuple(kept), rows, counts, tuple(skipped), used=rows)
