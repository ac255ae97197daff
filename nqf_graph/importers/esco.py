"""ESCO from its official CSV package: SKOS concepts with ESCO's own terms, without SKOS-XL."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path

from pyoxigraph import Literal, NamedNode, Triple

from nqf_graph.importers import esco_layout as layout
from nqf_graph.importers.esco_package import Part, parts_of, version_of
from nqf_graph.importers.esco_rdf import RDF_SUFFIXES, read_esco_rdf
from nqf_graph.importers.files import open_files
from nqf_graph.importers.package import Package, Progress, Skipped, silent
from nqf_graph.importers.tables import Row, Table
from nqf_graph.importers.texts import addresses, label, prose, several
from nqf_graph.terms import ESCO, ESCO_THINGS, RDF, SKOS, XSD

_NAMED = 20
"""So many concepts without description are named one by one."""


def read_esco(source: Path, *, partial: bool = False, version: str = "", progress: Progress = silent) -> Package:
    """What does an ESCO package state?  `source` is a folder or ZIP of CSV files, or a file of ESCO's RDF.

    With `partial`, files may be missing and reconstructed ones take their place.  Raises CannotLoad that says what
    was expected and found, with file and line; a row that states nothing is listed in the result instead.
    """
    files = open_files(source)
    version = version or version_of(source)
    if files and all(file.name.endswith(RDF_SUFFIXES) for file in files):
        return read_esco_rdf(files, version, progress)
    parts, missing, unknown = parts_of(files, source, partial=partial)
    reading = _Reading()
    for number, part in enumerate(parts):
        progress(part.file.name, number, len(parts))
        reading.read(part)
    progress("", len(parts), len(parts))
    reading.finish()
    for name in unknown:
        reading.mended[f"file that is no part of the package, left alone: {name}"] += 1
    for part in parts:
        if part.layout in layout.RECONSTRUCTED:
            reading.mended[f"file that is not ESCO's own but put together by others: {part.file.name}"] += 1
    return Package(
        "esco", version, tuple(sorted(reading.languages)), tuple(dict.fromkeys(reading.triples)), reading.rows,
        {kind: number for kind, number in reading.counts.items() if number}, tuple(reading.skipped),
        dict(sorted(reading.mended.items())), missing,
    )  # fmt: skip


class _Reading:
    """What has been read so far."""

    def __init__(self) -> None:
        self.triples: list[Triple] = []
        self.rows: dict[str, int] = {}
        self.counts: Counter[str] = Counter()
        self.skipped: list[Skipped] = []
        self.mended: Counter[str] = Counter()
        self.languages: set[str] = set()
        self._nodes: dict[str, NamedNode] = {}
        self._described: dict[tuple[str, str], str] = {}  # IRI and language → file
        self._things: set[str] = set()  # described in any language
        self._placed: set[str] = set()  # have a place in a hierarchy

    def read(self, part: Part) -> None:
        """Read one file."""
        table = Table(part.file, part.layout.columns)
        rows = list(table.rows())
        self.rows[table.name] = len(rows)
        ragged = sum(row.width < len(table.header) for row in rows)
        if ragged:
            self.mended[f"row with too few cells, the others taken as empty: {table.name}"] += ragged
        stem = part.layout.stem
        if part.layout in layout.CONCEPTS:
            self._concepts(part, table, rows)
        elif part.layout in layout.COLLECTIONS or stem == "derived__skill_labels":
            self._collection(part, table, rows)
        elif part.layout in layout.BROADER:
            self._broader(part, table.name, rows)
        elif part.layout == layout.HIERARCHY:
            self._hierarchy(part, table, rows)
        elif part.layout.kind == layout.OCCUPATION_SKILLS.kind:
            self._relations(part, table.name, rows, "occupationUri", "skillUri")
        elif part.layout == layout.SKILL_SKILLS:
            self._relations(part, table.name, rows, "originalSkillUri", "relatedSkillUri")
        elif stem == "greenShareOcc":
            self.mended[f"row for which ESCO's model has no property: {table.name}"] += len(rows)

    def finish(self) -> None:
        """Say which concepts no file describes, though they have a place in the hierarchy: they keep it."""
        nameless = sorted(self._placed - self._things)
        for iri in nameless[:_NAMED]:
            self.mended[f"concept with a place in the hierarchy and no description: {iri}"] += 1
        if len(nameless) > _NAMED:
            further = len(nameless) - _NAMED
            self.mended["further concepts with a place in the hierarchy and no description"] += further

    def _concepts(self, part: Part, table: Table, rows: Iterable[Row]) -> None:
        """A file that describes concepts, one on each row."""
        language = part.language or "en"
        self.languages.add(language)
        key = "conceptSchemeUri" if part.layout.kind == "concept schemes" else "conceptUri"
        newest: dict[str, Row] = {}
        for row in rows:
            iri = row.cells[key].strip()
            if self._node(table.name, row, iri) is None:
                continue
            other = newest.get(iri)
            if other is None:
                newest[iri] = row
                continue
            is_newer = row.cells.get("modifiedDate", "") > other.cells.get("modifiedDate", "")
            kept, dropped = (row, other) if is_newer else (other, row)
            newest[iri] = kept
            self._skip(table.name, dropped, f"{iri} stands here again; the row of line {kept.line} counts")
        for iri, row in newest.items():
            if iri not in self._things:
                self.counts[part.layout.kind] += 1
            self._describe(iri, row, language, part.layout.kind, table.name)

    def _describe(self, iri: str, row: Row, language: str, kind: str, file: str) -> None:
        self._described[iri, language] = file
        self._things.add(iri)
        node, cells, state = self._nodes[iri], row.cells, self._state
        for type_ in layout.TYPES[layout.KIND_TYPES[kind]]:
            state(node, RDF["type"], type_)
        name = label(cells["preferredLabel"])
        if name != cells["preferredLabel"]:
            self.mended["preferred label with invisible characters or stray blanks"] += 1
        if name:
            state(node, SKOS["prefLabel"], Literal(name, language=language))
        else:
            self._skip(file, row, f"{iri} has no preferred label; the rest of the row counts")
        for column, property_ in layout.LABEL_LISTS.items():
            for other in dict.fromkeys(several(cells.get(column, ""))):
                if other == name:
                    self.mended[f"preferred label again among {column}, left out there"] += 1
                else:
                    state(node, property_, Literal(other, language=language))
        for column, property_ in layout.TEXTS.items():
            if text := prose(cells.get(column, "")):
                state(node, property_, Literal(text, language=language))
        self._codes(node, row, file)

    def _codes(self, node: NamedNode, row: Row, file: str) -> None:
        """What a row says in codes and addresses, the same in every language."""
        cells, state = row.cells, self._state
        for column, property_ in layout.CODES.items():
            if code := label(cells.get(column, "")):
                state(node, property_, Literal(code))
        for column, property_ in layout.MODIFIED.items():
            if moment := cells.get(column, "").strip():
                state(node, property_, Literal(moment, datatype=XSD["dateTime"]))
        for column, property_ in (layout.ADDRESSES | layout.NOTE).items():
            for iri in addresses(cells.get(column, "")):
                if other := self._node(file, row, iri):
                    state(node, property_, other)
        self._tags(node, row, file)
        if group := cells.get("iscoGroup", "").strip():
            state(node, ESCO["memberOfISCOGroup"], layout.group_of(group))

    def _tags(self, node: NamedNode, row: Row, file: str) -> None:
        """The kind and the reach of a skill."""
        for column, property_ in layout.TAGS.items():
            if word := row.cells.get(column, "").strip():
                tag = layout.TAG_VALUES[column].get(word)
                if tag is None:
                    known = ", ".join(layout.TAG_VALUES[column])
                    self._skip(file, row, f"expected {column} to be one of {known}, found {word!r}; the rest counts")
                else:
                    self._state(node, property_, ESCO_THINGS[tag])
            elif column in row.cells:
                self.mended[f"no {column} given: {file}"] += 1

    def _collection(self, part: Part, table: Table, rows: Iterable[Row]) -> None:
        """A collection repeats what other files say of a concept; it counts where they do not describe it."""
        language = part.language or "en"
        for row in rows:
            iri = row.cells["conceptUri"].strip()
            if self._node(table.name, row, iri) is None:
                continue
            if (iri, language) in self._described:
                self.mended[f"row that repeats what is said of the concept elsewhere: {table.name}"] += 1
                continue
            kind = "occupations" if row.cells.get("conceptType") == "Occupation" else "skills"
            self.languages.add(language)
            if iri not in self._things:
                self.counts[kind] += 1
            self._describe(iri, row, language, kind, table.name)

    def _broader(self, part: Part, file: str, rows: Iterable[Row]) -> None:
        for row in rows:
            narrower = self._node(file, row, row.cells["conceptUri"].strip())
            broader = self._node(file, row, row.cells["broaderUri"].strip()) if narrower else None
            if narrower is None or broader is None:
                continue
            if narrower == broader:
                self._skip(file, row, f"{narrower.value} is broader than itself")
                continue
            self._placed |= {narrower.value, broader.value}
            self.counts[part.layout.kind] += 1
            self._state(narrower, SKOS["broader"], broader)

    def _hierarchy(self, part: Part, table: Table, rows: Iterable[Row]) -> None:
        """Each row names a group of the skill hierarchy at its last level, and the groups above it."""
        language = part.language or "en"
        for row in rows:
            levels = [number for number in range(4) if row.cells[f"Level {number} URI"].strip()]
            path = [(n, self._node(table.name, row, row.cells[f"Level {n} URI"].strip())) for n in levels]
            nodes = [(number, node) for number, node in path if node is not None]
            if len(nodes) != len(levels) or not nodes:
                if not levels:
                    self._skip(table.name, row, "no group is named")
                continue
            for (_, above), (_, below) in pairwise(nodes):
                self._placed |= {below.value, above.value}
                self._state(below, SKOS["broader"], above)
            number, node = nodes[-1]
            if (node.value, language) in self._described:
                self.mended[f"row that repeats what is said of the concept elsewhere: {table.name}"] += 1
            else:
                cells = {
                    "preferredLabel": row.cells[f"Level {number} preferred term"],
                    "description": row.cells.get("Description", ""),
                    "scopeNote": row.cells.get("Scope note", ""),
                    "code": row.cells.get(f"Level {number} code", ""),
                }
                if node.value not in self._things:
                    self.counts["skill groups that only the hierarchy names"] += 1
                self._describe(node.value, Row(row.line, cells, row.width), language, "skill groups", table.name)

    def _relations(self, part: Part, file: str, rows: Iterable[Row], subject: str, object_: str) -> None:
        for row in rows:
            relation = layout.RELATIONS.get(row.cells["relationType"].strip())
            if relation is None:
                known = ", ".join(layout.RELATIONS)
                found = row.cells["relationType"]
                self._skip(file, row, f"expected relationType to be one of {known}, found {found!r}")
                continue
            first, second = row.cells[subject].strip(), row.cells[object_].strip()
            if first == second:
                self._skip(file, row, f"{first} is related to itself")
                continue
            nowhere = [iri for iri in (first, second) if iri not in self._things and iri not in self._placed]
            if nowhere:
                self._skip(file, row, f"no file describes {nowhere[0] or 'the concept, which is not named'}")
                continue
            if first not in self._things or second not in self._things:
                self.mended[f"relation of a concept with a place in the hierarchy and no description: {file}"] += 1
            from_, to = self._nodes[first], self._nodes[second]
            self.counts[part.layout.kind] += 1
            self._state(from_, relation[0], to)
            self._state(to, relation[1], from_)

    def _state(self, subject: NamedNode, predicate: NamedNode, value: NamedNode | Literal) -> None:
        self.triples.append(Triple(subject, predicate, value))

    def _node(self, file: str, row: Row, iri: str) -> NamedNode | None:
        """The node of an IRI, made once; None for what is no IRI, which is listed."""
        node = self._nodes.get(iri)
        if node is None:
            try:
                node = NamedNode(iri)
            except ValueError:
                self._skip(file, row, f"expected an IRI, found {iri!r}")
                return None
            self._nodes[iri] = node
        return node

    def _skip(self, file: str, row: Row, reason: str) -> None:
        self.skipped.append(Skipped(file, row.line, reason))
