"""What the endpoint can do, in the SPARQL 1.1 Service Description vocabulary."""

from __future__ import annotations

from urllib.parse import urljoin

from pyoxigraph import BlankNode, NamedNode, Triple

from nqf_graph.formats import GRAPHS_AND_DATASETS, ROWS
from nqf_graph.publication import Publication
from nqf_graph.terms import RDF, SD


def service_description(endpoint: str, publication: Publication) -> list[Triple]:
    """The description of the service at the address `endpoint`."""
    service = NamedNode(endpoint)
    dataset, default = publication.description.names.dataset, BlankNode("default")
    described = [
        Triple(service, RDF["type"], SD["Service"]),
        Triple(service, SD["endpoint"], service),
        Triple(service, SD["supportedLanguage"], SD["SPARQL11Query"]),
        Triple(service, SD["feature"], SD["UnionDefaultGraph"]),
        Triple(service, SD["defaultDataset"], dataset),
        Triple(dataset, RDF["type"], SD["Dataset"]),
        Triple(dataset, SD["defaultGraph"], default),
        Triple(default, RDF["type"], SD["Graph"]),
    ]
    formats = (*ROWS, *GRAPHS_AND_DATASETS)
    described += [Triple(service, SD["resultFormat"], NamedNode(form.iri)) for form in formats]
    if publication.keys:
        update = NamedNode(urljoin(endpoint, "/update"))
        described += [
            Triple(update, RDF["type"], SD["Service"]),
            Triple(update, SD["endpoint"], update),
            Triple(update, SD["supportedLanguage"], SD["SPARQL11Update"]),
            Triple(update, SD["defaultDataset"], dataset),
        ]
    for number, graph in enumerate(publication.store.names()):
        node = BlankNode(f"graph{number}")
        described += [
            Triple(dataset, SD["namedGraph"], node),
            Triple(node, RDF["type"], SD["NamedGraph"]),
            Triple(node, SD["name"], NamedNode(graph)),
        ]
    return described
