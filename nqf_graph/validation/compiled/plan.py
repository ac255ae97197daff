"""From a shapes graph to checks: which shapes have targets, what they demand, and what cannot be compiled."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from rdflib import RDF, SH, Graph
from rdflib.term import Node

from nqf_graph.terms import language_order
from nqf_graph.validation.compiled.checks import Check
from nqf_graph.validation.compiled.components import REPEATING, VALUE_TESTS, component
from nqf_graph.validation.compiled.paths import words
from nqf_graph.validation.compiled.sets import (
    NOT_ON_NODE_SHAPES,
    SET_TESTS,
    Values,
    Violation,
    values_of,
    violating_values,
)
from nqf_graph.validation.compiled.sparql_constraints import custom_constraints, sparql_constraints
from nqf_graph.validation.compiled.targets import Subclasses, Targets, is_true
from nqf_graph.validation.compiled.text import CannotCompileError, Names, chain, conjunction, exists, negation
from nqf_graph.validation.rules import rule_of, texts

_TARGETS = (SH.targetClass, SH.targetNode, SH.targetSubjectsOf, SH.targetObjectsOf)
# Of SHACL's advanced features and its JavaScript extension; the reference engine is run without them too.
_UNKNOWN = (SH.target, SH.expression, SH.js, SH.rule)


@dataclass(frozen=True)
class Constraint:
    """One constraint of one shape: its component, its violations, and its node if it is a SPARQL constraint.

    Where a query gives no value, the value of the result is the value node of a node shape: the focus node.
    """

    component: Node
    violation: Violation
    node: Node | None = None
    by_query: bool = False


class Compiler:
    """Compiles shapes of one shapes graph."""

    def __init__(self, shapes: Graph, subclasses: Subclasses) -> None:
        self.shapes = shapes
        self.subclasses = subclasses
        self.names = Names()
        self._open: list[Node] = []
        self._known_targets: dict[str, Targets] = {}

    def roots(self) -> list[Node]:
        """The active shapes that may have targets."""
        typed = (shape for kind in (SH.NodeShape, SH.PropertyShape) for shape in self.shapes.subjects(RDF.type, kind))
        targeting = (shape for target in _TARGETS for shape in self.shapes.subjects(target))
        found = {*typed, *targeting}
        return sorted((shape for shape in found if not is_true(self.shapes, shape, SH.deactivated)), key=str)

    def checks(self, root: Node) -> list[Check]:
        """The checks of a shape and of the property shapes below it; none for a shape without targets.

        Raises CannotCompileError when one of them cannot be compiled, for a shape is checked by one engine.
        """
        self._open.clear()
        targets = self._targets(root)
        return [] if targets is None else list(self._checks(root, targets, root, ""))

    def _targets(self, root: Node) -> Targets | None:
        """Shapes with equal targets share them, so that their checks can be seen to belong together."""
        found = Targets.of(self.shapes, root, self.subclasses, Names("t"))
        return found and self._known_targets.setdefault(found.listing, found)

    def _checks(self, root: Node, targets: Targets, shape: Node, steps: str) -> Iterator[Check]:
        if is_true(self.shapes, shape, SH.deactivated):
            return
        if shape in self._open:
            raise CannotCompileError(f"is recursive: {shape} leads back to itself")
        self._open.append(shape)
        values = values_of(self, shape, "?this")
        for constraint in self._constraints(shape, values):
            nodes = [node for node in (constraint.node, shape) if node is not None]
            told = next(filter(None, (texts(self.shapes, node, SH.message) for node in nodes)), {})
            yield Check(
                shape=str(root),
                targets=targets,
                steps=steps,
                source=shape,
                component=constraint.component,
                constraint=constraint.node,
                violation=constraint.violation,
                severity=self.shapes.value(shape, SH.severity) or SH.Violation,
                path=None if values.path is None else words(values.path),
                value_is_focus=values.path is None and constraint.by_query,
                rule=rule_of(self.shapes, nodes[0]),
                messages={tag: told[tag] for tag in language_order("ky") if tag in told},
            )
        for part in sorted(self.shapes.objects(shape, SH.property), key=str):
            yield from self._checks(root, targets, part, self._step(steps, values))
        self._open.pop()

    def _step(self, steps: str, values: Values) -> str:
        """The way from the targets to the focus nodes of the property shapes of a shape, for a query of `Check`."""
        if values.path is None:
            return steps
        start = "?_root"
        if steps:
            start = self.names.fresh()
            steps = steps.replace("?this", start)
        return chain(steps, Values(self, start, values.path).to("?this"))

    def _constraints(self, shape: Node, values: Values) -> Iterator[Constraint]:
        if unknown := next((prop for prop in _UNKNOWN if (shape, prop, None) in self.shapes), None):
            raise CannotCompileError(f"uses {unknown}, which no engine here reads", supported=False)
        for parameter, test in VALUE_TESTS.items():
            for given in sorted(self.shapes.objects(shape, parameter), key=str):
                fails = partial(test, self, shape, given)
                violation = violating_values(values, fails, repeating=parameter in REPEATING)
                yield Constraint(component(parameter), violation)
        for parameter, violations in SET_TESTS.items():
            for given in sorted(self.shapes.objects(shape, parameter), key=str):
                if values.path is None and parameter in NOT_ON_NODE_SHAPES:
                    raise CannotCompileError(f"is a node shape with {parameter}", supported=False)
                for violation in violations(values, shape, given):
                    yield Constraint(component(parameter), violation)
        for stated in (*sparql_constraints(values, shape), *custom_constraints(values, shape)):
            yield Constraint(stated.component, stated.violation, stated.node, by_query=True)

    def conforms(self, shape: Node, node: str) -> str:
        """The condition that a node conforms to a shape, with everything that the shape refers to."""
        if is_true(self.shapes, shape, SH.deactivated):
            return "true"
        if shape in self._open:
            raise CannotCompileError(f"is recursive: {shape} leads back to itself")
        if (shape, None, None) not in self.shapes:
            raise CannotCompileError(f"refers to {shape}, which is no shape", supported=False)
        self._open.append(shape)
        values = values_of(self, shape, node)
        wrong = [constraint.violation.holds for constraint in self._constraints(shape, values)]
        for part in sorted(self.shapes.objects(shape, SH.property), key=str):
            if values.path is None:
                wrong.append(negation(self.conforms(part, node)))
            else:
                value = self.names.fresh()
                wrong.append(exists(values.to(value), negation(self.conforms(part, value))))
        self._open.pop()
        return conjunction(negation(each) for each in wrong)
