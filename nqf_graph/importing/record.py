"""The record of an import: scheme, version, files with checksums, when, who, how much."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pyoxigraph import Literal, NamedNode, Quad

from nqf_graph.importers import Package
from nqf_graph.terms import DCAT, DCT, NQF, PROV, RDF, SCHEMA, SPDX, XSD
from nqf_graph.writes.writer import agent_of

_Stated = tuple[NamedNode, NamedNode, NamedNode | Literal]


@dataclass(frozen=True)
class Record:
    """What is kept of the import of `package` into `graph`; `things` is what our IRIs begin with."""

    package: Package
    graph: str
    owner: str
    sources: Sequence[Path]
    things: str
    history: str

    def statements(self, state: str) -> list[Quad]:
        """The import that made `state`, as a PROV-O activity that its commit follows from."""
        node = NamedNode(f"{self.things}import/{state}")
        stated = [*self._activity(node, state), *self._files(node), *self._numbers(node)]
        history = NamedNode(self.history)
        return [Quad(subject, predicate, value, history) for subject, predicate, value in stated]

    def _activity(self, node: NamedNode, state: str) -> Iterator[_Stated]:
        now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        yield node, RDF["type"], NQF["Import"]
        yield node, PROV["endedAtTime"], Literal(now, datatype=XSD["dateTime"])
        yield node, PROV["wasAssociatedWith"], agent_of(self.owner, self.things)
        yield node, PROV["generated"], NamedNode(self.graph)
        yield node, DCT["identifier"], Literal(state)
        yield node, SCHEMA["name"], Literal(self.package.scheme)
        if self.package.version:
            yield node, SCHEMA["version"], Literal(self.package.version)
        for language in self.package.languages:
            yield node, DCT["language"], Literal(language)
        yield NamedNode(f"{self.things}commit/{state}"), PROV["wasInformedBy"], node

    def _files(self, node: NamedNode) -> Iterator[_Stated]:
        for number, path in enumerate(self.sources, 1):
            file = NamedNode(f"{node.value}/file-{number}")
            content = path.read_bytes()
            yield node, PROV["used"], file
            yield file, DCT["title"], Literal(path.name)
            yield file, DCAT["byteSize"], Literal(str(len(content)), datatype=XSD["nonNegativeInteger"])
            yield file, SPDX["checksumValue"], Literal(hashlib.sha256(content).hexdigest(), datatype=XSD["hexBinary"])

    def _numbers(self, node: NamedNode) -> Iterator[_Stated]:
        counts = {**self.package.counts, "skipped": len(self.package.skipped)}
        for place, (name, number) in enumerate(counts.items(), 1):
            count = NamedNode(f"{node.value}/count-{place}")
            yield node, SCHEMA["variableMeasured"], count
            yield count, DCT["title"], Literal(f"{number} {name}")
            yield count, SCHEMA["name"], Literal(name)
            yield count, SCHEMA["value"], Literal(number)
