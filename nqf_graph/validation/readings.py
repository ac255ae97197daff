"""What a shape reads: its targets, its paths, the parameters of its constraints and of every shape inside it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rdflib import OWL, RDF, RDFS, SH, Graph, Literal, URIRef
from rdflib.paths import MulPath, Path
from rdflib.term import Node

from nqf_graph.validation.bodies import body_readings, reads_today
from nqf_graph.validation.trails import THIS, NoFootprintError, Step, Trail, fresh, path_of, readings, trail

_TARGETS = (SH.targetClass, SH.targetNode, SH.targetSubjectsOf, SH.targetObjectsOf)
_OTHER_PROPERTIES = (SH.equals, SH.disjoint, SH.lessThan, SH.lessThanOrEquals)
_INNER = (SH.node, SH.property, SH["not"], SH.qualifiedValueShape)
_LISTS = (SH["and"], SH["or"], SH.xone)
_TRUE = Literal(True)


@dataclass(frozen=True)
class Target:
    """Which records a shape is about: IRIs of classes, of records, and of properties they are subject or object of."""

    classes: tuple[str, ...]
    nodes: tuple[str, ...]
    subjects_of: tuple[str, ...]
    objects_of: tuple[str, ...]


def target_shapes(shapes: Graph) -> Iterator[tuple[Node, Target]]:
    """Which shapes have targets of their own, and which?  A shape that is a class is about its instances."""
    found = {shape for prop in (*_TARGETS, SH.target) for shape in shapes.subjects(prop)}
    for kind in (RDFS.Class, OWL.Class):
        for shape in shapes.subjects(RDF.type, kind):
            if (shape, RDF.type, SH.NodeShape) in shapes or (shape, RDF.type, SH.PropertyShape) in shapes:
                found.add(shape)
    for shape in sorted(found, key=str):
        if (shape, SH.deactivated, _TRUE) in shapes:
            continue
        values = [[str(value) for value in shapes.objects(shape, prop)] for prop in _TARGETS]
        if {RDFS.Class, OWL.Class} & set(shapes.objects(shape, RDF.type)):
            values[0].append(str(shape))
        yield shape, Target(*(tuple(sorted(texts)) for texts in values))


class Readings:
    """Collects the readings of one target shape; `today` tells whether it compares with the present day."""

    def __init__(self, shapes: Graph) -> None:
        self.today = False
        self._shapes = shapes
        self._above: list[Node] = []
        components = shapes.subjects(RDF.type, SH.ConstraintComponent)
        self._own_parameters = {
            path for one in components for parameter in shapes.objects(one, SH.parameter)
            for path in shapes.objects(parameter, SH.path)
        }  # fmt: skip

    def of(self, shape: Node, target: Target) -> frozenset[Trail]:
        """Every trail of the shape.  Raises NoFootprintError."""
        if (shape, SH.target, None) in self._shapes:
            raise NoFootprintError("sh:target")
        return frozenset((*self._targets(target), *self._inside(shape, THIS, [])))

    def _targets(self, target: Target) -> Iterator[Trail]:
        for name in target.classes:
            yield from self._membership(THIS, URIRef(name), [])
        for prop in target.subjects_of:
            yield trail((THIS, URIRef(prop).n3(), fresh()), [])
        for prop in target.objects_of:
            yield trail((fresh(), URIRef(prop).n3(), THIS), [])

    def _membership(self, node: str, name: Node, before: list[Step]) -> Iterator[Trail]:
        """Whether a node is an instance of a class or of one below it."""
        yield trail((node, RDF.type.n3(), name.n3()), before, below=True)
        kind, lower = fresh(), fresh()
        upward: list[Step] = [(node, RDF.type, kind), (kind, MulPath(RDFS.subClassOf, "*"), lower)]
        yield trail((lower, RDFS.subClassOf.n3(), name.n3()), [*upward, *before], below=True)

    def _inside(self, shape: Node, node: str, before: list[Step]) -> Iterator[Trail]:
        """The readings of a shape that looks at `node`, which the steps `before` tie to the record."""
        shapes = self._shapes
        if (shape, SH.deactivated, _TRUE) in shapes:
            return
        if shape in self._above:
            raise NoFootprintError(f"a shape that contains itself: {shape}")
        for prop in shapes.predicates(shape):
            if prop in self._own_parameters or prop == SH.js:
                raise NoFootprintError(f"a constraint component of its own: {prop}")
        self._above.append(shape)
        value, steps = node, before
        path: Path | URIRef | None = None
        if (end := shapes.value(shape, SH.path)) is not None:
            path, value = path_of(shapes, end), fresh()
            step: Step = (node, path, value)
            for read, around in readings(step):
                yield trail(read, [*around, *before])
            steps = [step, *before]
        yield from self._values(shape, value, steps)
        for parameter in _OTHER_PROPERTIES:
            for prop in shapes.objects(shape, parameter):
                yield trail((node, prop.n3(), fresh()), before)
        for constraint in shapes.objects(shape, SH.sparql):
            if (constraint, SH.deactivated, _TRUE) not in shapes:
                self.today |= reads_today(shapes, constraint)
                for read, beside in body_readings(shapes, constraint, path, node):
                    yield trail(read, [*beside, *before])
        self._above.pop()

    def _values(self, shape: Node, value: str, steps: list[Step]) -> Iterator[Trail]:
        """What the constraints on the values of a shape read about them."""
        shapes = self._shapes
        for name in shapes.objects(shape, SH["class"]):
            yield from self._membership(value, name, steps)
        if (shape, SH.closed, _TRUE) in shapes:
            yield trail((value, fresh(), fresh()), steps)
        for inner in self._parts(shape):
            yield from self._inside(inner, value, steps)

    def _parts(self, shape: Node) -> Iterator[Node]:
        """The shapes that look at the values of a shape."""
        shapes = self._shapes
        for parameter in _INNER:
            yield from shapes.objects(shape, parameter)
        for parameter in _LISTS:
            for members in shapes.objects(shape, parameter):
                yield from shapes.items(members)
        if (shape, SH.qualifiedValueShapesDisjoint, _TRUE) in shapes:
            for parent in shapes.subjects(SH.property, shape):
                for sibling in shapes.objects(parent, SH.property):
                    if sibling != shape:
                        yield from shapes.objects(sibling, SH.qualifiedValueShape)
