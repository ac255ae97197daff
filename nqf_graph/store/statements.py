"""The SPARQL texts by which a store at an endpoint is read and changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from pyoxigraph import BlankNode, Literal, Quad

from nqf_graph.store.delta import has_blank_node
from nqf_graph.terms import XSD

ANSWERS_ASK = "ASK {}"
SAMPLES = """SELECT (1/2 AS ?half) (1 < 2 AS ?less) (REGEX("өңүт", "^ө.ү.$") AS ?letters) ?seen
WHERE { VALUES ?outer { 1 } OPTIONAL { VALUES ?seen { 1 2 } FILTER(?seen = ?outer) } }"""
PROBE_GRAPH = "urn:nqf:probe"
PROBE = f"""INSERT DATA {{ GRAPH <{PROBE_GRAPH}> {{ <{PROBE_GRAPH}> a <{PROBE_GRAPH}> }} }} ;
CREATE GRAPH <{PROBE_GRAPH}> ;
LOAD <urn:nqf:nowhere>"""
"""A change whose second or third part must fail."""
COUNT = "SELECT (COUNT(*) AS ?count) WHERE { ?subject ?property ?value }"


def everything_in(graph: str) -> str:
    """Which statements does the graph hold?"""
    return f"SELECT ?subject ?property ?value WHERE {{ GRAPH <{graph}> {{ ?subject ?property ?value }} }}"


def anything_in(graph: str) -> str:
    """Does the graph hold a statement?"""
    return f"ASK {{ GRAPH <{graph}> {{ ?subject ?property ?value }} }}"


def absolute(prologue: str, name: str) -> str:
    """Which IRI does a relative or prefixed name stand for?"""
    return f"{prologue}\nSELECT ?iri WHERE {{ BIND({name} AS ?iri) }}"


def create(graph: str) -> str:
    """Make the graph, which may be there already."""
    return f"CREATE SILENT GRAPH <{graph}>"


def drop(graph: str) -> str:
    """Remove the graph, if it is there."""
    return f"DROP SILENT GRAPH <{graph}>"


def take_over(origin: str, goal: str) -> tuple[str, str]:
    """Let a graph hold what another one does; it may be done twice."""
    every = "{ ?subject ?property ?value }"
    return drop(goal), f"INSERT {{ GRAPH <{goal}> {every} }} WHERE {{ GRAPH <{origin}> {every} }}"


def delete(quads: Iterable[Quad]) -> str:
    """Remove statements, none of which speaks of a blank node."""
    return f"DELETE DATA {{\n{_blocks(quads)}}}"


def forget(thing: str, graph: str) -> str:
    """Remove all that a graph says of a thing."""
    return f"DELETE WHERE {{ GRAPH <{graph}> {{ <{thing}> ?property ?value }} }}"


def insert(quads: Iterable[Quad]) -> str:
    """Add statements."""
    return f"INSERT DATA {{\n{_blocks(quads)}}}"


def insert_by_template(quads: Iterable[Quad]) -> str:
    """Add statements, for Virtuoso: it takes blank nodes in templates only, and there a decimal 4 for an integer."""
    return f"INSERT {{\n{_blocks(map(_with_point, quads))}}} WHERE {{}}"


def portions(quads: Sequence[Quad], most: int) -> Iterator[list[Quad]]:
    """The statements in portions of `most`; those that share a blank node stay together, as one portion if need be."""
    portion: list[Quad] = []
    for group in _connected(quads):
        if portion and len(portion) + len(group) > most:
            yield portion
            portion = []
        portion += group
    if portion:
        yield portion


def _connected(quads: Sequence[Quad]) -> Iterator[list[Quad]]:
    """Statements on their own, then groups of those that are connected by blank nodes."""
    leader: dict[BlankNode, BlankNode] = {}

    def find(node: BlankNode) -> BlankNode:
        while leader.setdefault(node, node) != node:
            leader[node] = node = leader[leader[node]]
        return node

    nameless = []
    for quad in quads:
        if not has_blank_node(quad):
            yield [quad]
            continue
        nameless.append(quad)
        nodes = [node for node in (quad.subject, quad.object) if isinstance(node, BlankNode)]
        leader[find(nodes[0])] = find(nodes[-1])
    groups: dict[BlankNode, list[Quad]] = {}
    for quad in nameless:
        node = next(node for node in (quad.subject, quad.object) if isinstance(node, BlankNode))
        groups.setdefault(find(node), []).append(quad)
    yield from groups.values()


def _with_point(quad: Quad) -> Quad:
    value = quad.object
    if isinstance(value, Literal) and value.datatype == XSD["decimal"] and "." not in value.value:
        value = Literal(f"{value.value}.0", datatype=value.datatype)
    return Quad(quad.subject, quad.predicate, value, quad.graph_name)


def _blocks(quads: Iterable[Quad]) -> str:
    graphs: dict[str, list[str]] = {}
    for quad in quads:
        graphs.setdefault(str(quad.graph_name), []).append(f"{quad.triple} .\n")
    return "".join(f"GRAPH {graph} {{\n{''.join(triples)}}}\n" for graph, triples in graphs.items())
