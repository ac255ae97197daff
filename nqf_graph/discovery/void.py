"""The VoID description as statements: which node holds which number, and what is said of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote

from pyoxigraph import Literal, NamedNode, Triple

from nqf_graph import __version__
from nqf_graph.discovery.counts import Key, Kind
from nqf_graph.discovery.dumps import DUMPS
from nqf_graph.discovery.facts import Facts
from nqf_graph.discovery.names import GENERATED, Names
from nqf_graph.discovery.words import titles
from nqf_graph.formats import GRAPHS_AND_DATASETS, TURTLE
from nqf_graph.terms import DCAT, DCT, FOAF, IANA, PROJECT, RDF, SCHEMA, VOID, VOID_EXT

_TOTALS = {
    Kind.TRIPLES: ("triples",),
    Kind.SUBJECTS: ("distinctSubjects",),
    Kind.ENTITIES: ("entities", "documents"),
    Kind.CLASSES: ("classes",),
    Kind.PROPERTIES: ("properties",),
}


@dataclass(frozen=True)
class Void:
    """The parts of the description of the publication with these names and facts; `listed` are its loaded graphs."""

    names: Names
    facts: Facts
    listed: frozenset[str]

    @property
    def graph(self) -> NamedNode:
        """The named graph that holds the description."""
        return self.names.graph("void")

    def places(self, key: Key) -> list[tuple[NamedNode, NamedNode]]:
        """Where does a number stand?  Subjects and properties."""
        if key.kind in _TOTALS:
            return [(self.names.dataset, VOID[name]) for name in _TOTALS[key.kind]]
        return [(self.node(key), VOID["entities" if key.kind is Kind.CLASS else "triples"])]

    def node(self, key: Key) -> NamedNode:
        """The part of the dataset that a number is of."""
        match key.kind, key.of:
            case Kind.GRAPH, (graph,):
                return NamedNode(graph)
            case Kind.PROPERTY, (name,):
                return self.names.part("property", name)
            case Kind.LINK, (name, dataset):
                return self.names.part("link", name, dataset)
            case Kind.DATATYPE, (kind, name, datatype):
                return self.names.part("class", kind, name, "datatype", datatype)
        return self.names.part("class", *key.of)

    def statements(self, key: Key) -> Iterator[Triple]:
        """What is said of the part of the dataset that a number is of, beside the number."""
        node, whole = self.node(key), self.names.dataset
        match key.kind, tuple(NamedNode(iri) for iri in key.of):
            case Kind.GRAPH, (graph,):
                yield from self._graph(graph)
            case Kind.PROPERTY, (name,):
                yield Triple(whole, VOID["propertyPartition"], node)
                yield Triple(node, VOID["property"], name)
            case Kind.CLASS, (kind,):
                yield Triple(whole, VOID["classPartition"], node)
                yield Triple(node, VOID["class"], kind)
            case Kind.CLASS_PROPERTY, (kind, name):
                yield Triple(self.names.part("class", kind.value), VOID["propertyPartition"], node)
                yield Triple(node, VOID["property"], name)
            case Kind.OBJECT_CLASS, (kind, name, other):
                yield Triple(self.names.part("class", kind.value, name.value), VOID["classPartition"], node)
                yield Triple(node, VOID["class"], other)
            case Kind.DATATYPE, (kind, name, datatype):
                yield Triple(self.names.part("class", kind.value, name.value), VOID_EXT["datatypePartition"], node)
                yield Triple(node, VOID_EXT["datatype"], datatype)
            case Kind.LINK, (name, dataset):
                yield Triple(whole, VOID["subset"], node)
                yield Triple(node, RDF["type"], VOID["Linkset"])
                yield Triple(node, VOID["linkPredicate"], name)
                yield Triple(node, VOID["subjectsTarget"], whole)
                yield Triple(node, VOID["objectsTarget"], dataset)

    def header(self) -> list[Triple]:
        """What is said of the dataset as a whole, beside its numbers and its state."""
        names, whole, file = self.names, self.names.dataset, self.names.at("void")
        said: list[tuple[NamedNode, NamedNode | Literal]] = [
            (RDF["type"], VOID["Dataset"]),
            (RDF["type"], DCAT["Dataset"]),
            (FOAF["homepage"], names.at("")),
            (VOID["uriSpace"], Literal(names.own)),
            (VOID["uriLookupEndpoint"], names.at("resource?uri=")),
            (VOID["sparqlEndpoint"], names.at("sparql")),
            *((VOID["dataDump"], names.at(f"exports/latest/{dump.name}")) for dump in DUMPS),
            *((VOID["feature"], NamedNode(form.iri)) for form in GRAPHS_AND_DATASETS),
            *self.facts.whole(),
        ]
        return [
            *(Triple(whole, name, value) for name, value in said),
            Triple(file, RDF["type"], VOID["DatasetDescription"]),
            Triple(file, FOAF["primaryTopic"], whole),
            Triple(file, SCHEMA["softwareVersion"], Literal(__version__)),
        ]

    def state(self, state: str) -> list[Triple]:
        """Which version is described."""
        whole = self.names.dataset
        return [
            Triple(whole, DCAT["version"], Literal(state)),
            Triple(whole, DCAT["hasCurrentVersion"], self.names.at(f"exports/{state}/")),
        ]

    def _graph(self, graph: NamedNode) -> Iterator[Triple]:
        """A named graph, as a subset and as a dataset of the catalogue; one that is not listed there is added."""
        yield Triple(self.names.dataset, VOID["subset"], graph)
        yield Triple(graph, RDF["type"], VOID["Dataset"])
        if not self.facts.values(graph, DCT["publisher"]):
            for name, publisher in self.facts.whole():
                if name == DCT["publisher"]:
                    yield Triple(graph, DCT["publisher"], publisher)
        address = f"data?graph={quote(graph.value, safe='')}"
        turtle = self.names.at(f"{address}&_mediatype={TURTLE.media_type}")
        yield Triple(graph, DCAT["distribution"], turtle)
        yield Triple(turtle, RDF["type"], DCAT["Distribution"])
        yield Triple(turtle, DCAT["accessURL"], self.names.at(address))
        yield Triple(turtle, DCAT["downloadURL"], turtle)
        yield Triple(turtle, DCAT["mediaType"], IANA[TURTLE.media_type])
        if graph.value not in self.listed:
            yield from self._unlisted(graph)

    def _unlisted(self, graph: NamedNode) -> Iterator[Triple]:
        yield Triple(self.facts.catalogue, DCAT["dataset"], graph)
        yield Triple(graph, RDF["type"], DCAT["Dataset"])
        name = graph.value.rpartition("/")[2]
        if graph == self.names.graph(name) and name in (*GENERATED, "history"):
            for title in titles(name):
                yield Triple(graph, DCT["title"], title)
            yield Triple(graph, DCT["creator"], PROJECT[""])
        else:
            yield Triple(graph, DCT["title"], Literal(name))
