"""The rule register, read from the shapes: number, severity, basis, owner and texts of every rule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rdflib import DCTERMS, RDF, SH, SKOS, Graph, Literal, Namespace, URIRef
from rdflib.term import Node

NQF = Namespace("https://w3id.org/nqf/ontology#")


@dataclass(frozen=True)
class Rule:
    """One numbered rule.  Texts are by language; `constraints` counts the constraints that enforce it."""

    number: str
    iri: str
    severity: str
    title: dict[str, str]
    description: dict[str, str]
    basis: dict[str, str]
    owner: dict[str, str]
    since: str
    constraints: int


def read_rules(shapes: Graph) -> dict[str, Rule]:
    """Which rules do the shapes enforce?  Number → rule, in the order of numbers."""
    rules = [_read(shapes, node) for node in shapes.subjects(RDF.type, NQF.Rule)]
    return {rule.number: rule for rule in sorted(rules, key=lambda rule: rule.number)}


def rule_of(shapes: Graph, constraint: Node) -> str:
    """Which rule does a shape or constraint enforce?  Its number; "" for a shape outside the register."""
    for node in (constraint, *_owners(shapes, constraint)):
        rule = shapes.value(node, NQF.enforces)
        if rule is not None:
            return str(shapes.value(rule, DCTERMS.identifier))
    return ""


def register_as_markdown(rules: Mapping[str, Rule], language: str) -> str:
    """The register as a Markdown table, as it stands in `docs/rules.md`."""
    head = "| rule | severity | demands | basis | who fixes it | since |\n|---|---|---|---|---|---|\n"
    rows = (
        f"| {rule.number} | {rule.severity} | **{rule.title[language]}.** {rule.description[language]} "
        f"| {rule.basis.get(language, '')} | {rule.owner.get(language, '')} | {rule.since} |\n"
        for rule in rules.values()
    )
    return head + "".join(rows)


def texts(graph: Graph, node: Node, prop: URIRef) -> dict[str, str]:
    """The values of a property by language tag; one without a tag counts as English."""
    literals = [value for value in graph.objects(node, prop) if isinstance(value, Literal)]
    return {
        literal.language or "en": str(literal) for literal in sorted(literals, key=lambda text: text.language or "")
    }


def _owners(shapes: Graph, constraint: Node) -> list[Node]:
    """The shapes a constraint belongs to, inner ones first."""
    found: list[Node] = []
    todo = [constraint]
    while todo:
        for prop in (SH.sparql, SH.property, SH.node):
            for owner in shapes.subjects(prop, todo[0]):
                if owner not in found:
                    found.append(owner)
                    todo.append(owner)
        todo.pop(0)
    return found


def _read(shapes: Graph, node: Node) -> Rule:
    severity = str(shapes.value(node, SH.severity) or SH.Violation)
    return Rule(
        number=str(shapes.value(node, DCTERMS.identifier)),
        iri=str(node),
        severity=severity.rpartition("#")[2],
        title=texts(shapes, node, SKOS.prefLabel),
        description=texts(shapes, node, DCTERMS.description),
        basis=texts(shapes, node, DCTERMS.bibliographicCitation),
        owner=texts(shapes, node, NQF.ruleOwner),
        since=str(shapes.value(node, NQF.validFrom) or ""),
        constraints=sum(1 for _ in shapes.subjects(NQF.enforces, node)),
    )
