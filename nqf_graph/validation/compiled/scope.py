"""What the variables of a SPARQL pattern depend on, read from rdflib's algebra."""

from __future__ import annotations

from rdflib.plugins.sparql.parserutils import CompValue

from nqf_graph.validation.parsing import NOTHING, Variables, mentioned


def certain(node: CompValue) -> Variables:
    """The variables that every solution of a pattern binds."""
    found = NOTHING
    match node.name:
        case "BGP":
            found = mentioned(node.triples)
        case "Join":
            found = certain(node.p1) | certain(node.p2)
        case "Union":
            found = certain(node.p1) & certain(node.p2)
        case "LeftJoin":
            found = certain(node.p1)
        case "Filter" | "Extend" | "Distinct" | "Reduced" | "ToMultiSet" if isinstance(node.p, CompValue):
            found = certain(node.p)
        case "Project":
            found = certain(node.p) & frozenset(map(str, node.PV))
    return found


def sensitive(node: CompValue) -> Variables:
    """The variables whose binding outside of a pattern could change its solutions.

    SPARQL evaluates a nested pattern by itself and joins; LATERAL evaluates it with the outer bindings at hand.  Both
    give the same unless the pattern reads such a variable before, or without, binding it.
    """
    found = mentioned(node)
    match node.name:
        case "BGP":
            found = NOTHING
        case "Join" | "Union":
            found = sensitive(node.p1) | sensitive(node.p2)
        case "Filter":
            found = sensitive(node.p) | (mentioned(node.expr) - certain(node.p))
        case "LeftJoin":
            both = certain(node.p1) | certain(node.p2)
            optional = mentioned(node.p2) - certain(node.p1)
            found = sensitive(node.p1) | sensitive(node.p2) | optional | (mentioned(node.expr) - both)
        case "Extend":
            found = sensitive(node.p) | (mentioned(node.expr) - certain(node.p)) | {str(node.var)}
        case "Project" | "Distinct" | "Reduced":
            found = sensitive(node.p)
    return found
