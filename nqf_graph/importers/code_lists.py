"""Classifications that are lists of codes: ISCED-F 2013 and ISCED 2011."""

from __future__ import annotations

from pathlib import Path

from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, parse

from nqf_graph.errors import CannotLoad
from nqf_graph.importers.files import File, open_files
from nqf_graph.importers.package import Package, Progress, Skipped, silent
from nqf_graph.importers.tables import Table
from nqf_graph.importers.texts import label
from nqf_graph.terms import RDF, SKOS

_LABELS = "label_"


def read_isced_f(source: Path, *, partial: bool = False, version: str = "", progress: Progress = silent) -> Package:
    """Which fields of education are there?  From a table `code, parent, uri, label_xx …` (ISCED-F 2013)."""
    return _code_list("isced-f", "ISCED-F 2013", source, version, progress)


def read_isced(source: Path, *, partial: bool = False, version: str = "", progress: Progress = silent) -> Package:
    """Which levels has ISCED 2011?  From a table `code, parent, uri, label_xx …` or a SKOS file in Turtle."""
    return _code_list("isced", "ISCED 2011", source, version, progress)


def _code_list(scheme: str, edition: str, source: Path, version: str, progress: Progress) -> Package:
    files = [file for file in open_files(source) if file.name.endswith((".csv", ".ttl"))]
    if not source.is_file() and len(files) > 1:
        files = [file for file in files if file.name.startswith(edition.lower().replace(" ", "-"))]
    if len(files) != 1:
        found = ", ".join(file.name for file in files) or "nothing"
        raise CannotLoad(source.name, f"expected one file, a table (.csv) or SKOS in Turtle (.ttl), found {found}")
    progress(files[0].name, 0, 1)
    package = (_table if files[0].name.endswith(".csv") else _skos)(scheme, version or edition, files[0])
    progress("", 1, 1)
    return package


def _table(scheme: str, version: str, file: File) -> Package:
    table = Table(file, ("code", "parent", "uri"))
    labels = [column for column in table.header if column.startswith(_LABELS)]
    if not labels:
        found = ", ".join(table.header)
        raise CannotLoad(file.shown_as, f"expected a column label_en (or of another language), found {found}", 1)
    rows = list(table.rows())
    by_code = {row.cells["code"].strip(): row for row in rows}
    triples: dict[Triple, None] = {}
    skipped: list[Skipped] = []
    codes: set[str] = set()
    for row in rows:
        code, parent = row.cells["code"].strip(), row.cells["parent"].strip()
        try:
            node = NamedNode(row.cells["uri"].strip())
        except ValueError:
            skipped.append(Skipped(table.name, row.line, f"expected an IRI, found {row.cells['uri']!r}"))
            continue
        if code in codes or not code:
            skipped.append(Skipped(table.name, row.line, f"expected each code once, found {code!r} again"))
            continue
        codes.add(code)
        stated = [Triple(node, RDF["type"], SKOS["Concept"]), Triple(node, SKOS["notation"], Literal(code))]
        for column in labels:
            if name := label(row.cells[column]):
                stated.append(Triple(node, SKOS["prefLabel"], Literal(name, language=column.removeprefix(_LABELS))))
        if parent in by_code:
            stated.append(Triple(node, SKOS["broader"], NamedNode(by_code[parent].cells["uri"].strip())))
        elif parent:
            skipped.append(
                Skipped(table.name, row.line, f"no row has the code {parent} of its parent; the rest counts")
            )
        triples |= dict.fromkeys(stated)
    languages = tuple(sorted(column.removeprefix(_LABELS) for column in labels))
    counts = {"codes": len(codes)}
    return Package(scheme, version, languages, tuple(triples), {table.name: len(rows)}, counts, tuple(skipped))


def _skos(scheme: str, version: str, file: File) -> Package:
    try:
        read = [quad.triple for quad in parse(file.content(), format=RdfFormat.TURTLE, rename_blank_nodes=True)]
    except SyntaxError as error:
        raise CannotLoad(file.shown_as, f"expected Turtle ({error.msg})", error.lineno, error.offset) from error
    concepts = {triple.subject for triple in read if triple.object == SKOS["Concept"]}
    if not concepts:
        raise CannotLoad(file.shown_as, "expected concepts of SKOS, found none")
    languages = {t.object.language for t in read if isinstance(t.object, Literal) and t.object.language}
    counts = {"codes": len(concepts)}
    return Package(
        scheme, version, tuple(sorted(languages)), tuple(dict.fromkeys(read)), {file.name: len(read)}, counts
    )
