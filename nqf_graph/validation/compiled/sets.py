"""SHACL Core constraints on all values of a focus node together, one function each: what does a violation look like?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from rdflib import RDF, SH, Literal, URIRef
from rdflib.paths import SequencePath
from rdflib.term import Node

from nqf_graph.validation.compiled.components import Context
from nqf_graph.validation.compiled.paths import Path, is_scannable, pattern, read_path
from nqf_graph.validation.compiled.targets import is_true
from nqf_graph.validation.compiled.text import (
    CannotCompileError,
    chain,
    conjunction,
    exists,
    negation,
    term,
    whole_number,
)


@dataclass(frozen=True)
class Count:
    """Bounds on the number of values of a path that pass a test."""

    path: Path
    test: Callable[[str], str] | None
    least: int | None = None
    most: int | None = None


@dataclass(frozen=True)
class Violation:
    """A SPARQL pattern and a condition that hold together exactly where a focus node violates a constraint.

    Each solution is one result; `value` and `path` are the variables that tell its value and path, `others` those
    that keep two results apart.  `listing`, if any, gives the same results and more without knowing the focus node.
    `prologue` holds the prefixes of a pattern that is left as its author wrote it.
    """

    pattern: str = ""
    condition: str = ""
    value: str | None = None
    path: str | None = None
    others: tuple[str, ...] = ()
    listing: str = ""
    count: Count | None = None
    prologue: str = ""

    @property
    def holds(self) -> str:
        """The condition that there is a result."""
        return exists(self.pattern, self.condition)


@dataclass(frozen=True)
class Values:
    """The value nodes of a focus node: what a path leads to, or for a node shape the focus node itself."""

    context: Context
    focus: str
    path: Path | None

    def to(self, value: str) -> str:
        """The pattern that binds `value` to each value node; one may come more than once."""
        if self.path is None:
            return f"BIND({self.focus} AS {value})"
        return pattern(self.path, self.focus, value, self.context.names)

    @property
    def scannable(self) -> bool:
        """Whether the pattern can be listed with the focus node unbound."""
        return self.path is not None and is_scannable(self.path)

    def fresh(self) -> str:
        """A new variable."""
        return self.context.names.fresh()


def violating_values(values: Values, test: Callable[[str], str], *, repeating: bool = False) -> Violation:
    """The values for which a test is true; `repeating` tests a value once however many nodes have it."""
    if values.path is None:
        return Violation(condition=test(values.focus), value=values.focus)
    value = values.fresh()
    if repeating and isinstance(values.path, URIRef):
        once = f"{{ SELECT DISTINCT {value} {{ {values.to(value)} }} }} FILTER({test(value)})"
        return Violation(values.to(value), test(value), value, listing=chain(f"{{ {once} }}", values.to(value)))
    return _scanned(values, Violation(values.to(value), test(value), value))


def _scanned(values: Values, violation: Violation) -> Violation:
    """The same, with its pattern as listing where the path can be scanned."""
    if not values.scannable:
        return violation
    condition = f" FILTER({violation.condition})" if violation.condition else ""
    return replace(violation, listing=f"{violation.pattern}{condition}")


def fewer(values: Values, least: int, test: Callable[[str], str] | None = None) -> Violation:
    """Fewer than `least` distinct values that pass the test."""
    if least < 1:
        return Violation(condition="false")
    count = Count(values.path, test, least=least) if values.path else None
    return Violation(condition=negation(_at_least(values, least, test)), count=count)


def more(values: Values, most: int, test: Callable[[str], str] | None = None) -> Violation:
    """More than `most` distinct values that pass the test."""
    if not values.scannable:
        return Violation(condition=_at_least(values, most + 1, test))
    assert values.path is not None
    count = Count(values.path, test, most=most)
    if most == 0:
        value = values.fresh()
        return _scanned(values, Violation(values.to(value), test(value) if test else "", count=count))
    return _scanned(values, Violation(_counted(values, most + 1, test), count=count))


def _at_least(values: Values, count: int, test: Callable[[str], str] | None) -> str:
    value = values.fresh()
    if count == 1:
        return exists(values.to(value), test(value) if test else "")
    return exists(_counted(values, count, test))


def _counted(values: Values, count: int, test: Callable[[str], str] | None) -> str:
    value = values.fresh()
    condition = f" FILTER({test(value)})" if test else ""
    return (
        f"{{ SELECT {values.focus} {{ {values.to(value)}{condition} }}"
        f" GROUP BY {values.focus} HAVING(COUNT(DISTINCT {value}) >= {count}) }}"
    )


def _min_count(values: Values, shape: Node, given: Node) -> Iterator[Violation]:
    yield fewer(values, whole_number(given))


def _max_count(values: Values, shape: Node, given: Node) -> Iterator[Violation]:
    yield more(values, whole_number(given))


def _has_value(values: Values, shape: Node, given: Node) -> Iterator[Violation]:
    if values.path is None:
        yield Violation(condition=negation(f"sameTerm({values.focus}, {term(given)})"))
    elif isinstance(given, URIRef) or _ends_forward(values.path):
        yield Violation(
            condition=negation(exists(pattern(values.path, values.focus, term(given), values.context.names)))
        )
    else:
        value = values.fresh()
        yield Violation(condition=negation(exists(values.to(value), f"sameTerm({value}, {term(given)})")))


def _ends_forward(path: Path) -> bool:
    """Whether the last step has its end as object, where a literal may stand."""
    return isinstance(path.args[-1] if isinstance(path, SequencePath) else path, URIRef)


def _unique_lang(values: Values, shape: Node, given: Node) -> Iterator[Violation]:
    if not (isinstance(given, Literal) and given.value is True):
        return
    one, other, tag = values.fresh(), values.fresh(), values.fresh()
    condition = f"LANG({one}) != '' && LCASE(LANG({one})) = LCASE(LANG({other})) && !sameTerm({one}, {other})"
    both = chain(values.to(one), f"{values.to(other)} FILTER({condition})")
    yield _scanned(values, Violation(f"{both} BIND(LCASE(LANG({one})) AS {tag})", others=(tag,)))


def _equals(values: Values, shape: Node, given: Node) -> Iterator[Violation]:
    value, other = values.fresh(), values.fresh()
    found = f"{values.focus} {term(given)} {value} ."
    yield _scanned(values, Violation(values.to(value), negation(exists(found)), value))
    among = exists(values.to(other), f"sameTerm({value}, {other})")
    yield Violation(found, negation(among), value)


def _disjoint(values: Values, shape: Node, given: Node) -> Iterator[Violation]:
    value = values.fresh()
    found = f"{values.focus} {term(given)} {value} ."
    yield _scanned(values, Violation(chain(values.to(value), found), value=value))


def _less_than(operator: str) -> Callable[[Values, Node, Node], Iterator[Violation]]:
    def violations(values: Values, shape: Node, given: Node) -> Iterator[Violation]:
        value, other = values.fresh(), values.fresh()
        both = chain(values.to(value), f"{values.focus} {term(given)} {other} .")
        condition = negation(f"COALESCE({value} {operator} {other}, false)")
        yield _scanned(values, Violation(both, condition, value, others=(other,)))

    return violations


def _closed(values: Values, shape: Node, given: Node) -> Iterator[Violation]:
    if not (isinstance(given, Literal) and given.value is True):
        return
    shapes = values.context.shapes
    listed = (shapes.value(part, SH.path) for part in shapes.objects(shape, SH.property))
    allowed = {path for path in listed if isinstance(path, URIRef)}
    for ignored in shapes.objects(shape, SH.ignoredProperties):
        allowed.update(item for item in shapes.items(ignored) if isinstance(item, URIRef))
    node, prop, value = values.fresh(), values.fresh(), values.fresh()
    triple = f"{node} {prop} {value} ."
    condition = f"{prop} NOT IN ({', '.join(sorted(map(term, allowed)))})" if allowed else ""
    yield Violation(chain(values.to(node), triple), condition, value, prop, (node,))


def _qualified(count: Callable[..., Violation]) -> Callable[[Values, Node, Node], Iterator[Violation]]:
    def violations(values: Values, shape: Node, given: Node) -> Iterator[Violation]:
        context = values.context
        wanted_shapes = () if values.path is None else context.shapes.objects(shape, SH.qualifiedValueShape)
        for wanted in wanted_shapes:
            siblings = _siblings(context, shape, wanted)

            def counts(value: str, wanted: Node = wanted, siblings: list[Node] = siblings) -> str:
                others = (negation(context.conforms(sibling, value)) for sibling in siblings)
                return conjunction([context.conforms(wanted, value), *others])

            yield count(values, whole_number(given), counts)

    return violations


def _siblings(context: Context, shape: Node, wanted: Node) -> list[Node]:
    if not is_true(context.shapes, shape, SH.qualifiedValueShapesDisjoint):
        return []
    parents = context.shapes.subjects(SH.property, shape)
    parts = {part for parent in parents for part in context.shapes.objects(parent, SH.property)}
    found = {other for part in parts for other in context.shapes.objects(part, SH.qualifiedValueShape)}
    return sorted(found - {wanted}, key=str)


SET_TESTS: dict[URIRef, Callable[[Values, Node, Node], Iterator[Violation]]] = {
    SH.minCount: _min_count,
    SH.maxCount: _max_count,
    SH.hasValue: _has_value,
    SH.uniqueLang: _unique_lang,
    SH.equals: _equals,
    SH.disjoint: _disjoint,
    SH.lessThan: _less_than("<"),
    SH.lessThanOrEquals: _less_than("<="),
    SH.closed: _closed,
    SH.qualifiedMinCount: _qualified(fewer),
    SH.qualifiedMaxCount: _qualified(more),
}
"""Parameter → the violations of the constraint, given the values and the value of the parameter."""

NOT_ON_NODE_SHAPES = {SH.minCount, SH.maxCount, SH.uniqueLang, SH.lessThan, SH.lessThanOrEquals}


def values_of(context: Context, shape: Node, focus: str) -> Values:
    """The value nodes that `shape` asks for.  Raises CannotCompileError for a shape that is none."""
    paths = list(context.shapes.objects(shape, SH.path))
    if len(paths) > 1:
        raise CannotCompileError("has more than one path", supported=False)
    if not paths and (shape, RDF.type, SH.PropertyShape) in context.shapes:
        raise CannotCompileError("is a property shape without a path", supported=False)
    return Values(context, focus, read_path(context.shapes, paths[0]) if paths else None)
