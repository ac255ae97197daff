"""What a shape is about: its targets, as patterns that list the focus nodes and as tests of one node."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass

from pyoxigraph import NamedNode
from rdflib import RDF, RDFS, SH, Graph, Literal, URIRef
from rdflib.term import Node

from nqf_graph.store.protocol import Rows
from nqf_graph.validation.compiled.text import Names, disjunction, exists, term

Subclasses = Mapping[str, Collection[str]]
_SUBCLASSES = (
    "SELECT DISTINCT ?narrow ?broad WHERE { ?narrow <http://www.w3.org/2000/01/rdf-schema#subClassOf> ?broad }"
)
_TYPE = f"<{RDF.type}>"


def read_subclasses(select: Callable[[str], Rows]) -> dict[str, frozenset[str]]:
    """Which classes lie below which in the data?  Class → all its subclasses, at any depth, itself left out.

    Only IRIs are told; a class without a name may lie between two others.
    """
    below: dict[object, set[object]] = {}
    for row in select(_SUBCLASSES):
        below.setdefault(row["broad"], set()).add(row["narrow"])
    named = (broad for broad in below if isinstance(broad, NamedNode))
    return {broad.value: frozenset(_names(_closure(broad, below) - {broad})) for broad in named}


def _closure(start: object, below: Mapping[object, set[object]]) -> set[object]:
    found, todo = {start}, [start]
    while todo:
        todo += (new := below.get(todo.pop(), set()) - found)
        found |= new
    return found


def _names(classes: Iterable[object]) -> list[str]:
    return [each.value for each in classes if isinstance(each, NamedNode)]


def is_instance(node: str, of: Node, subclasses: Subclasses, names: Names) -> str:
    """The test whether `node` has the class `of` or one below it as a type."""
    kinds = [term(of), *(f"<{each}>" for each in sorted(subclasses.get(str(of), ())))]
    if len(kinds) == 1:
        return exists(f"{node} {_TYPE} {kinds[0]}")
    kind = names.fresh()
    return exists(f"{node} {_TYPE} {kind}", f"{kind} IN ({', '.join(kinds)})")


@dataclass(frozen=True)
class Targets:
    """The focus nodes of one shape: `listing` binds ?this to each of them, `test` is true of them."""

    listing: str
    test: str

    @classmethod
    def of(cls, shapes: Graph, shape: Node, subclasses: Subclasses, names: Names) -> Targets | None:
        """Which nodes does `shape` target (SHACL, section 2.1.3)?  None when it is used by other shapes only."""
        listings: list[str] = []
        tests: list[str] = []
        classes = set(shapes.objects(shape, SH.targetClass)) | ({shape} if _is_class(shapes, shape) else set())
        if classes:
            narrow = (set(subclasses.get(str(each), ())) for each in classes)
            kinds = sorted({term(each) for each in classes}.union(f"<{name}>" for each in narrow for name in each))
            kind = names.fresh()
            listings.append(f"VALUES {kind} {{ {' '.join(kinds)} }} ?this {_TYPE} {kind} .")
            tests += [is_instance("?this", each, subclasses, names) for each in sorted(classes, key=str)]
        for prop in sorted(shapes.objects(shape, SH.targetSubjectsOf), key=str):
            listings.append(f"?this {term(prop)} {names.fresh()} .")
            tests.append(exists(f"?this {term(prop)} {names.fresh()}"))
        for prop in sorted(shapes.objects(shape, SH.targetObjectsOf), key=str):
            listings.append(f"{names.fresh()} {term(prop)} ?this .")
            tests.append(exists(f"{names.fresh()} {term(prop)} ?this"))
        if nodes := sorted(term(node) for node in shapes.objects(shape, SH.targetNode)):
            listings.append(f"VALUES ?this {{ {' '.join(nodes)} }}")
            tests.append(disjunction(f"sameTerm(?this, {node})" for node in nodes))
        if not listings:
            return None
        listing = listings[0] if len(listings) == 1 else " UNION ".join(f"{{ {each} }}" for each in listings)
        return cls(f"{{ SELECT DISTINCT ?this {{ {listing} }} }}", disjunction(tests))


def _is_class(shapes: Graph, shape: Node) -> bool:
    """An implicit class target: the shape is itself a class of the shapes graph."""
    return isinstance(shape, URIRef) and any(
        RDFS.Class in shapes.transitive_objects(kind, RDFS.subClassOf) for kind in shapes.objects(shape, RDF.type)
    )


def is_true(shapes: Graph, node: Node, prop: URIRef) -> bool:
    """Whether a boolean parameter of a shape is set."""
    return any(isinstance(value, Literal) and value.value is True for value in shapes.objects(node, prop))
