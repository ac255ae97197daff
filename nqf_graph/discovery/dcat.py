"""The catalogue in DCAT 3: services and dumps beside the datasets that the editor lists."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from pyoxigraph import Literal, NamedNode, Triple

from nqf_graph.discovery.dumps import DUMPS, Dump, File
from nqf_graph.discovery.exports import Export
from nqf_graph.discovery.facts import Facts
from nqf_graph.discovery.names import Names
from nqf_graph.discovery.words import titles
from nqf_graph.terms import DCAT, DCT, FOAF, IANA, RDF, SCHEMA, SPDX, VOID, XSD

_ADDRESSES = frozenset(
    {
        VOID["sparqlEndpoint"], VOID["dataDump"], VOID["uriLookupEndpoint"], DCAT["endpointURL"],
        DCAT["endpointDescription"], DCAT["accessURL"], DCAT["downloadURL"], SCHEMA["target"],
    }
)  # fmt: skip
"""Properties whose values are addresses to call, not names of things."""


def services(names: Names, facts: Facts, graphs: Iterable[str], dumps: Iterable[Dump] = DUMPS) -> Iterator[Triple]:
    """What the catalogue offers beside its datasets, and the publication as a whole; `graphs` are those listed."""
    whole = names.dataset
    yield Triple(facts.catalogue, DCAT["dataset"], whole)
    yield Triple(facts.catalogue, FOAF["homepage"], names.at(""))
    described = {"sparql": ("sparql", ["sparql", "openapi.json"]), "api": ("api/v1/questions", ["openapi.json"])}
    for name, (address, descriptions) in described.items():
        service = names.at(f"catalog#{name}")
        yield Triple(facts.catalogue, DCAT["service"], service)
        yield Triple(service, RDF["type"], DCAT["DataService"])
        yield from (Triple(service, DCT["title"], title) for title in titles(name))
        yield Triple(service, DCAT["endpointURL"], names.at(address))
        yield from (Triple(service, DCAT["endpointDescription"], names.at(path)) for path in descriptions)
        yield from (Triple(service, DCAT["servesDataset"], NamedNode(graph)) for graph in (whole.value, *graphs))
        yield from _licence(service, facts)
    for dump in dumps:
        yield from _distribution(whole, names.at(f"exports/latest/{dump.name}"), dump, names, facts)


def version(names: Names, facts: Facts, export: Export, dumps: Iterable[Dump] = DUMPS) -> Iterator[Triple]:
    """A state as a version of the publication, with the sizes and checksums of its dumps."""
    this = names.at(f"exports/{export.state}/")
    yield Triple(this, RDF["type"], DCAT["Dataset"])
    yield Triple(this, DCAT["isVersionOf"], names.dataset)
    yield Triple(names.dataset, DCAT["hasVersion"], this)
    yield Triple(this, DCAT["version"], Literal(export.state))
    yield from (Triple(this, name, value) for name, value in facts.whole())
    files = {file.name: file for file in export.files}
    for dump in dumps:
        if dump.name not in files:  # made by an earlier version of this program
            continue
        node = names.at(f"exports/{export.state}/{dump.name}")
        yield from _distribution(this, node, dump, names, facts)
        yield from _measures(node, files[dump.name])


def updated(triples: Iterable[Triple], changes: Mapping[str, str]) -> Iterator[Triple]:
    """The statements, with the day of the last change of graphs that were written since they were loaded.

    `changes` says when: graph → date and time of the last commit.
    """
    days = {graph: Literal(time[:10], datatype=XSD["date"]) for graph, time in changes.items()}
    seen = set()
    for triple in triples:
        subject = triple.subject.value if isinstance(triple.subject, NamedNode) else ""
        if triple.predicate != DCT["modified"] or subject not in days:
            yield triple
        elif isinstance(triple.object, Literal) and triple.object.value > days[subject].value:
            seen.add(subject)
            yield triple
    yield from (Triple(NamedNode(graph), DCT["modified"], day) for graph, day in days.items() if graph not in seen)


def localised(triples: Iterable[Triple], base: str, here: str) -> list[Triple]:
    """The statements with addresses below `here`, where the service was called, in place of those below the base."""
    return [
        Triple(t.subject, t.predicate, NamedNode(here + t.object.value.removeprefix(base)))
        if t.predicate in _ADDRESSES and isinstance(t.object, NamedNode) and t.object.value.startswith(f"{base}/")
        else t
        for t in triples
    ]


def _distribution(whole: NamedNode, node: NamedNode, dump: Dump, names: Names, facts: Facts) -> Iterator[Triple]:
    yield Triple(whole, DCAT["distribution"], node)
    yield Triple(node, RDF["type"], DCAT["Distribution"])
    texts = [Literal(text, language=tag) for tag, text in dump.title.items()]
    yield from (Triple(node, DCT["title"], title) for title in texts or titles("dump"))
    if dump.profile:
        yield Triple(node, DCT["conformsTo"], NamedNode(dump.profile))
    yield Triple(node, DCAT["accessURL"], names.at("exports/"))
    yield Triple(node, DCAT["downloadURL"], node)
    yield Triple(node, DCAT["mediaType"], IANA[dump.form.media_type])
    if dump.form.iri:
        yield Triple(node, DCT["format"], NamedNode(dump.form.iri))
    if dump.is_compressed:
        yield Triple(node, DCAT["compressFormat"], IANA["application/gzip"])
    yield from _licence(node, facts)


def _measures(node: NamedNode, file: File) -> Iterator[Triple]:
    checksum = NamedNode(f"{node.value}#checksum")
    yield Triple(node, DCAT["byteSize"], Literal(str(file.bytes), datatype=XSD["nonNegativeInteger"]))
    yield Triple(node, SPDX["checksum"], checksum)
    yield Triple(checksum, RDF["type"], SPDX["Checksum"])
    yield Triple(checksum, SPDX["algorithm"], SPDX["checksumAlgorithm_sha256"])
    yield Triple(checksum, SPDX["checksumValue"], Literal(file.sha256, datatype=XSD["hexBinary"]))


def _licence(node: NamedNode, facts: Facts) -> Iterator[Triple]:
    yield from (Triple(node, name, value) for name, value in facts.whole() if name == DCT["license"])
