"""The files of ESCO's CSV package, one after the other, as statements."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise

from pyoxigraph import NamedNode

from nqf_graph.importers import esco_layout as layout
from nqf_graph.importers.esco_concepts import Concepts
from nqf_graph.importers.esco_ledger import Ledger
from nqf_graph.importers.esco_package import Part
from nqf_graph.importers.package import Progress
from nqf_graph.importers.tables import Row, Table
from nqf_graph.terms import ESCO_THINGS, SKOS

_STEP = 5000
"""After so many rows progress is told."""


class Reading:
    """Reads files of a package; `is_whole` says that every core file is there."""

    def __init__(self, progress: Progress, *, is_whole: bool, partial: bool) -> None:
        self.ledger = Ledger()
        self._concepts = Concepts(self.ledger)
        self._progress = progress
        self._is_whole, self._partial = is_whole, partial
        self._placed: dict[str, None] = {}
        """IRIs of concepts with a place in a hierarchy."""
        self._stated: dict[tuple[str, str, str], str] = {}
        """Relation between two concepts → file."""

    def read(self, part: Part) -> None:
        """Read one file.  Raises CannotLoad for a changed header and for broken rows."""
        kind = part.layout
        columns = kind.needed if self._partial else kind.columns
        table = Table(part.file, columns, rows_may_be_short=kind.rows_may_be_short)
        rows = list(table.rows())
        self.ledger.rows[table.name] = len(rows)
        for column in table.header:
            if column not in kind.columns and column not in layout.KNOWN:
                self.ledger.mended[f"column that is not known, left out: {column} of {table.name}"] += 1
        short = sum(row.is_short for row in rows)
        if short:
            self.ledger.mended[f"row with too few cells, the others taken as empty: {table.name}"] += short
        told = self._told(rows, table.name)
        if kind in layout.CONCEPTS or kind.kind == "skills":
            self._describe(part, table.name, told)
        elif kind in layout.COLLECTIONS:
            self._collection(part, table.name, told)
        elif kind in layout.BROADER:
            self._broader(table.name, rows, told)
        elif kind == layout.HIERARCHY:
            self._hierarchy(part, table.name, told)
        elif kind.kind == layout.OCCUPATION_SKILLS.kind:
            self._relations(kind.kind, table.name, told, "occupationUri", "skillUri")
        elif kind == layout.SKILL_SKILLS:
            self._relations(kind.kind, table.name, told, "originalSkillUri", "relatedSkillUri")
        else:
            for row in told:
                self.ledger.skip(table.name, row, "ESCO's model has no property for a green share")

    def nameless(self) -> list[str]:
        """Which concepts have a place in the hierarchy, though no file describes them?  They keep it."""
        return sorted(iri for iri in self._placed if iri not in self._concepts.kinds)

    def _told(self, rows: list[Row], name: str) -> Iterator[Row]:
        for number, row in enumerate(rows):
            if number % _STEP == 0:
                self._progress(name, number, len(rows))
            yield row
        self._progress(name, len(rows), len(rows))

    def _describe(self, part: Part, file: str, rows: Iterable[Row]) -> None:
        """A file that describes concepts, one on each row: the newest of several rows for one counts."""
        kind, ledger = part.layout.kind, self.ledger
        key = "conceptSchemeUri" if kind == "concept schemes" else "conceptUri"
        newest: dict[NamedNode, Row] = {}
        for row in rows:
            said = row.cells.get("conceptType", "").strip()
            if said and said != layout.KIND_TYPES[kind]:
                ledger.skip(file, row, f"expected the conceptType {layout.KIND_TYPES[kind]}, found {said!r}")
                continue
            node = ledger.node(file, row, row.cells[key].strip())
            other = newest.get(node) if node else None
            if node is None:
                continue
            if other is not None:
                kept, dropped = (row, other) if _moment(row) > _moment(other) else (other, row)
                ledger.skip(file, dropped, f"{node.value} stands here again; the row of line {kept.line} counts")
                newest[node] = kept
            else:
                newest[node] = row
        for node, row in newest.items():
            if self._concepts.repeats(node, row, "preferredLabel", part.language, file):
                ledger.repeated[file] += 1
            else:
                self._concepts.describe(node, row, part.language, kind, file)
                ledger.used[file] += 1

    def _collection(self, part: Part, file: str, rows: Iterable[Row]) -> None:
        """A collection says which scheme a concept is in, and repeats what other files say of it where they do."""
        scheme = ESCO_THINGS[f"concept-scheme/{layout.SCHEME_OF[part.layout.stem]}"].value
        kind = "occupations" if "Occupations" in part.layout.stem else "skills"
        for row in rows:
            node = self.ledger.node(file, row, row.cells["conceptUri"].strip())
            if node is None:
                continue
            is_new = self._concepts.place_in(scheme, node, file, row)
            if not self._concepts.repeats(node, row, "preferredLabel", part.language, file):
                self._concepts.describe(node, row, part.language, kind, file)
                is_new = True
            (self.ledger.used if is_new else self.ledger.repeated)[file] += 1

    def _broader(self, file: str, rows: Iterable[Row], told: Iterable[Row]) -> None:
        self._placed |= dict.fromkeys(row.cells["conceptUri"].strip() for row in rows)
        for row in told:
            narrower = self.ledger.node(file, row, row.cells["conceptUri"].strip())
            broader = self.ledger.node(file, row, row.cells["broaderUri"].strip()) if narrower else None
            if narrower is None or broader is None:
                continue
            if narrower == broader:
                self.ledger.skip(file, row, f"{narrower.value} is broader than itself")
            elif self._is_whole and not self._is_known(broader.value):
                self.ledger.skip(file, row, f"no file describes {broader.value}, the broader concept")
            elif self._is_new((narrower.value, "broader", broader.value), file, row):
                self._placed[broader.value] = None
                self.ledger.counts["broader relations"] += 1
                self.ledger.state(narrower, SKOS["broader"], broader)

    def _hierarchy(self, part: Part, file: str, rows: Iterable[Row]) -> None:
        """Each row names a group of the skill hierarchy at its last level, and the groups above it."""
        for row in rows:
            levels = [number for number in range(4) if row.cells[f"Level {number} URI"].strip()]
            path = [self.ledger.node(file, row, row.cells[f"Level {n} URI"].strip(), f"Level {n} URI") for n in levels]
            nodes = [node for node in path if node is not None]
            if len(nodes) != len(levels) or not nodes:
                self.ledger.skip(file, row, "expected the IRIs of a group and of those above it")
                continue
            is_new = False
            for above, below in pairwise(nodes):
                self._placed |= dict.fromkeys((below.value, above.value))
                if self._stated.setdefault((below.value, "broader", above.value), file) == file:
                    self.ledger.state(below, SKOS["broader"], above)
                    is_new = True
            number, node = levels[-1], nodes[-1]
            column = f"Level {number} preferred term"
            if not self._concepts.repeats(node, row, column, part.language, file):
                self._concepts.describe(node, _group_of(row, number), part.language, layout.NAMED_BY_HIERARCHY, file)
                is_new = True
            (self.ledger.used if is_new else self.ledger.repeated)[file] += 1

    def _relations(self, kind: str, file: str, rows: Iterable[Row], subject: str, object_: str) -> None:
        for row in rows:
            word = row.cells["relationType"].strip()
            relation = layout.RELATIONS.get(word)
            first, second = row.cells[subject].strip(), row.cells[object_].strip()
            if relation is None:
                known = ", ".join(layout.RELATIONS)
                self.ledger.skip(file, row, f"expected relationType to be one of {known}, found {word!r}")
            elif first == second:
                self.ledger.skip(file, row, f"{first} is related to itself")
            elif nowhere := [iri for iri in (first, second) if not self._is_known(iri)]:
                self.ledger.skip(file, row, f"no file describes {nowhere[0] or 'the concept, which is not named'}")
            elif self._is_new((first, word, second), file, row):
                if first not in self._concepts.kinds or second not in self._concepts.kinds:
                    self.ledger.mended[
                        f"relation of a concept with a place in the hierarchy and no description: {file}"
                    ] += 1
                from_, to = self.ledger.node(file, row, first), self.ledger.node(file, row, second)
                if from_ and to:
                    self.ledger.counts[kind] += 1
                    self.ledger.state(from_, relation[0], to)
                    self.ledger.state(to, relation[1], from_)

    def _is_known(self, iri: str) -> bool:
        return iri in self._concepts.kinds or iri in self._placed

    def _is_new(self, relation: tuple[str, str, str], file: str, row: Row) -> bool:
        """Whether a relation is stated for the first time; says what becomes of its row."""
        other = self._stated.setdefault(relation, "")
        if not other:
            self._stated[relation] = file
            self.ledger.used[file] += 1
            return True
        if other == file:
            self.ledger.skip(file, row, "the relation stands here already")
        else:
            self.ledger.repeated[file] += 1
        return False


def _moment(row: Row) -> str:
    """When the concept was modified, so that later moments sort after earlier ones."""
    return row.cells.get("modifiedDate", "").strip().removesuffix("Z")


def _group_of(row: Row, number: int) -> Row:
    """The last group of a row of the hierarchy, in the columns of a table of groups."""
    cells = {
        "preferredLabel": row.cells[f"Level {number} preferred term"],
        "description": row.cells.get("Description", ""),
        "scopeNote": row.cells.get("Scope note", ""),
        "code": row.cells.get(f"Level {number} code", ""),
    }
    return Row(row.line, cells, row.is_short)
