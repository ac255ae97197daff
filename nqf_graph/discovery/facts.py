"""What the editor's catalogue says of the publication as a whole and of its neighbours."""

from __future__ import annotations

from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode, Triple

from nqf_graph.store import Catalogue
from nqf_graph.store.catalogue import read_turtle
from nqf_graph.terms import DCT, VOID

_OF_THE_WHOLE = (DCT["title"], DCT["description"], DCT["license"], DCT["publisher"], DCT["spatial"])


@dataclass(frozen=True)
class Facts:
    """The statements of the catalogue's file."""

    catalogue: NamedNode
    triples: tuple[Triple, ...]

    @classmethod
    def of(cls, catalogue: Catalogue, base: str) -> Facts:
        """The facts of a catalogue that has been read without fault."""
        file = catalogue.itself.file
        return cls(NamedNode(catalogue.itself.graph), tuple(read_turtle(file.read_bytes(), file.name, f"{base}/")))

    def whole(self) -> list[tuple[NamedNode, NamedNode | Literal]]:
        """Title, description, licence, publisher and country of the publication: properties and values."""
        found = [(t.predicate, t.object) for t in self.triples if t.subject == self.catalogue]
        return [
            (name, value) for name, value in found if name in _OF_THE_WHOLE and isinstance(value, NamedNode | Literal)
        ]

    def values(self, thing: NamedNode, name: NamedNode) -> list[NamedNode | Literal]:
        """The values of a property of something in the catalogue."""
        found = [t.object for t in self.triples if t.subject == thing and t.predicate == name]
        return [value for value in found if isinstance(value, NamedNode | Literal)]

    def spaces(self) -> dict[str, str]:
        """Which other dataset do IRIs belong to?  What its IRIs begin with (`void:uriSpace`) → its IRI."""
        return {
            t.object.value: t.subject.value
            for t in self.triples
            if t.predicate == VOID["uriSpace"] and isinstance(t.subject, NamedNode) and isinstance(t.object, Literal)
        }

    def neighbours(self) -> list[Triple]:
        """What the catalogue says of the other datasets that are linked to."""
        others = set(self.spaces().values())
        return [t for t in self.triples if isinstance(t.subject, NamedNode) and t.subject.value in others]
