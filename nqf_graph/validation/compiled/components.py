"""SHACL Core constraints on single value nodes, one function each: when does a value violate the constraint?

Each function gets the shape, the value of the parameter and the variable of the value node, and gives a SPARQL
condition.  An error in such a condition counts as false, so what may fail is wrapped in COALESCE.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from pyoxigraph import Store
from rdflib import RDF, RDFS, SH, XSD, Graph, Literal, URIRef
from rdflib.term import Node

from nqf_graph.validation.compiled.targets import Subclasses, is_instance
from nqf_graph.validation.compiled.text import (
    CannotCompileError,
    Names,
    conjunction,
    disjunction,
    negation,
    term,
    whole_number,
)


class Context(Protocol):
    """What the functions need to know."""

    shapes: Graph
    subclasses: Subclasses
    names: Names

    def conforms(self, shape: Node, node: str) -> str:
        """The condition that a node conforms to a shape."""


# Oxigraph has a constructor for these, which fails on ill-formed text; see `_well_formed`.
_CHECKED = {
    *(XSD.boolean, XSD.integer, XSD.decimal, XSD.float, XSD.double, XSD.date, XSD.time, XSD.dateTime, XSD.duration),
    *(XSD.dayTimeDuration, XSD.yearMonthDuration, XSD.gYear, XSD.gYearMonth, XSD.gMonth, XSD.gMonthDay, XSD.gDay),
}
# Oxigraph keeps the value of these and forgets the datatype: "12"^^xsd:byte comes back as "12"^^xsd:integer.
_FORGOTTEN = {
    *(XSD.byte, XSD.short, XSD.int, XSD.long, XSD.unsignedByte, XSD.unsignedShort, XSD.unsignedInt, XSD.unsignedLong),
    *(XSD.positiveInteger, XSD.nonPositiveInteger, XSD.negativeInteger, XSD.nonNegativeInteger),
}


def _class(context: Context, shape: Node, given: Node, value: str) -> str:
    return negation(is_instance(value, given, context.subclasses, context.names))


def _datatype(context: Context, shape: Node, given: Node, value: str) -> str:
    if given in _FORGOTTEN:
        raise CannotCompileError(f"asks for the datatype {given}, which the store turns into xsd:integer")
    if given == RDFS.Literal:
        return negation(f"isLiteral({value})")
    right = [f"isLiteral({value})", f"DATATYPE({value}) = {term(given)}"]
    if given in _CHECKED:
        right.append(f"COALESCE(isLiteral({term(given)}(STR({value}))), false)")
    return negation(conjunction(right))


def _node_kind(context: Context, shape: Node, given: Node, value: str) -> str:
    kinds = {"IRI": "isIRI", "BlankNode": "isBlank", "Literal": "isLiteral"}
    asked = str(given).removeprefix(str(SH))
    parts = [asked] if asked in kinds else asked.split("Or")
    if not set(parts) <= set(kinds):
        raise CannotCompileError(f"asks for an unknown kind of node ({given})", supported=False)
    return negation(disjunction(f"{kinds[part]}({value})" for part in parts))


def _order(operator: str) -> Callable[[Context, Node, Node, str], str]:
    def test(context: Context, shape: Node, given: Node, value: str) -> str:
        return negation(f"COALESCE({value} {operator} {term(given)}, false)")

    return test


def _length(operator: str) -> Callable[[Context, Node, Node, str], str]:
    def test(context: Context, shape: Node, given: Node, value: str) -> str:
        return f"isBlank({value}) || STRLEN(STR({value})) {operator} {whole_number(given)}"

    return test


def _pattern(context: Context, shape: Node, given: Node, value: str) -> str:
    flags = str(context.shapes.value(shape, SH.flags) or "")
    arguments = f"{Literal(str(given)).n3()}, {Literal(flags).n3()}"
    if not Store().query(
        f"ASK {{ FILTER(COALESCE(REGEX('', {arguments}), true) = COALESCE(REGEX('', {arguments}))) }}"
    ):
        raise CannotCompileError(f"has a regular expression that the store does not understand: {given}")
    return negation(f"!isBlank({value}) && REGEX(STR({value}), {arguments})")


def _language_in(context: Context, shape: Node, given: Node, value: str) -> str:
    ranges = disjunction(f"LANGMATCHES(LANG({value}), {term(each)})" for each in context.shapes.items(given))
    return negation(f"isLiteral({value}) && ({ranges})")


def _in(context: Context, shape: Node, given: Node, value: str) -> str:
    members = list(context.shapes.items(given))
    if members and all(isinstance(member, URIRef) for member in members):
        return negation(f"{value} IN ({', '.join(map(term, members))})")
    return negation(disjunction(f"sameTerm({value}, {term(member)})" for member in members))


def _node(context: Context, shape: Node, given: Node, value: str) -> str:
    return negation(context.conforms(given, value))


def _not(context: Context, shape: Node, given: Node, value: str) -> str:
    return context.conforms(given, value)


def _and(context: Context, shape: Node, given: Node, value: str) -> str:
    return negation(conjunction(context.conforms(member, value) for member in _members(context, given)))


def _or(context: Context, shape: Node, given: Node, value: str) -> str:
    return negation(disjunction(context.conforms(member, value) for member in _members(context, given)))


def _xone(context: Context, shape: Node, given: Node, value: str) -> str:
    ones = [f"IF({context.conforms(member, value)}, 1, 0)" for member in _members(context, given)]
    return f"({' + '.join(ones)}) != 1"


def _members(context: Context, given: Node) -> list[Node]:
    if given != RDF.nil and (given, RDF.first, None) not in context.shapes:
        raise CannotCompileError(f"expected a list of shapes, found {given}", supported=False)
    return list(context.shapes.items(given))


VALUE_TESTS: dict[URIRef, Callable[[Context, Node, Node, str], str]] = {
    SH["class"]: _class,
    SH.datatype: _datatype,
    SH.nodeKind: _node_kind,
    SH.minExclusive: _order(">"),
    SH.minInclusive: _order(">="),
    SH.maxExclusive: _order("<"),
    SH.maxInclusive: _order("<="),
    SH.languageIn: _language_in,
    SH["in"]: _in,
    SH.minLength: _length("<"),
    SH.maxLength: _length(">"),
    SH.pattern: _pattern,
    SH.node: _node,
    SH["not"]: _not,
    SH["and"]: _and,
    SH["or"]: _or,
    SH.xone: _xone,
}
"""Parameter → condition under which a value node violates the constraint; cheap ones first, for nested shapes."""

REPEATING = {SH["class"], SH["in"], SH.node}
"""Parameters whose value nodes are mostly the same few, so that each is better tested once."""


def component(parameter: URIRef) -> URIRef:
    """The constraint component of a parameter of SHACL Core; they are named alike."""
    name = parameter.removeprefix(str(SH))
    return URIRef(f"{SH}{name[0].upper()}{name[1:]}ConstraintComponent")
