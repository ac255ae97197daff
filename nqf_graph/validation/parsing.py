"""The queries inside shapes: their text with its prefixes, and its algebra, each text parsed once in a process.

Parsing is nine tenths of what compiling the shapes takes, and the compiled checks and the footprint read the same
texts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

from pyparsing import ParseResults
from rdflib import OWL, RDF, RDFS, SH, Graph
from rdflib.paths import Path
from rdflib.plugins.sparql.algebra import translateGroupGraphPattern, translateQuery
from rdflib.plugins.sparql.parser import parseQuery
from rdflib.plugins.sparql.parserutils import CompValue
from rdflib.term import Node, Variable

Variables = frozenset[str]
NOTHING: Variables = frozenset()

_KNOWN_PREFIXES = {"rdf": str(RDF), "rdfs": str(RDFS), "owl": str(OWL)}
_FORBIDDEN = {
    "MinusGraphPattern": "MINUS",
    "InlineData": "VALUES",
    "ValuesClause": "VALUES",
    "ServiceGraphPattern": "SERVICE",
}
_EXISTS = ("Builtin_EXISTS", "Builtin_NOTEXISTS")
_T = TypeVar("_T")


@dataclass(frozen=True)
class Fault:
    """What SHACL forbids in a query with pre-bound variables; `variable`: only if this one is bound before."""

    reason: str
    variable: str = ""


@dataclass(frozen=True)
class Parsed:
    """The algebra of a query, to be read and never run or changed, and what SHACL forbids in its text."""

    algebra: CompValue
    faults: tuple[Fault, ...]


@lru_cache(maxsize=512)
def parsed(text: str) -> Parsed:
    """What does a query say?  Raises what pyparsing and rdflib raise, many kinds, for what is no query."""
    return on_its_own_thread(_parse, text)


def on_its_own_thread(function: Callable[[str], _T], text: str) -> _T:
    """The result of a function that parses.

    pyparsing keeps the exceptions of its last attempts, and with them every frame below, graphs and stores included;
    on a thread of its own there is nothing below to keep.
    """
    with ThreadPoolExecutor(max_workers=1) as thread:
        return thread.submit(function, text).result()


def with_prefixes(shapes: Graph, constraint: Node, body: str) -> str:
    """The text of a query of `constraint` with the prefixes it uses, of those declared for it and what these import."""
    known = dict(_KNOWN_PREFIXES)
    todo, seen = list(shapes.objects(constraint, SH.prefixes)), set()
    while todo:
        source = todo.pop()
        if source not in seen:
            seen.add(source)
            todo += shapes.objects(source, OWL.imports)
            for declared in shapes.objects(source, SH.declare):
                known[str(shapes.value(declared, SH.prefix))] = str(shapes.value(declared, SH.namespace))
    used = (f"PREFIX {prefix}: <{known[prefix]}>\n" for prefix in sorted(known) if f"{prefix}:" in body)
    return "".join(used) + body


def mentioned(part: object) -> Variables:
    """Every variable that occurs anywhere in a part of a query."""
    if isinstance(part, Variable):
        return frozenset([str(part)])
    if isinstance(part, CompValue):
        return NOTHING.union(*(mentioned(inner) for name, inner in part.items() if name not in ("_vars", "lazy")))
    if isinstance(part, list | tuple | set | ParseResults) and not isinstance(part, Path):
        return NOTHING.union(*map(mentioned, part))
    return NOTHING


def _parse(text: str) -> Parsed:
    tree = parseQuery(text)
    faults = tuple(_faults(tree))  # before the translation, which changes the tree
    algebra = translateQuery(tree).algebra
    _complete(algebra)
    return Parsed(algebra, faults)


def _faults(part: object) -> Iterator[Fault]:
    """What SHACL forbids (sections 5.2.1 and appendix A), in the order of the text."""
    if isinstance(part, CompValue):
        yield from _faults_of(part)
        for inner in part.values():
            yield from _faults(inner)
    elif isinstance(part, list | tuple | ParseResults):
        for inner in part:
            yield from _faults(inner)


def _faults_of(part: CompValue) -> Iterator[Fault]:
    if part.name in _FORBIDDEN:
        yield Fault(f"with {_FORBIDDEN[part.name]}, which SHACL forbids")
    if part.name == "GraphGraphPattern":
        yield Fault("about named graphs, which the validated data do not have")
    if part.name == "SubSelect" and "this" not in mentioned(list(part["projection"]) if "projection" in part else []):
        yield Fault("with a nested query that does not select $this")
    binds = part["evar"] if "evar" in part else part["var"] if part.name == "Bind" else None
    if binds is not None:
        yield Fault(f"that binds ${binds} again", str(binds))


def _complete(part: object) -> None:
    """Put the algebra of each EXISTS where its parts are listed.

    rdflib keeps it beside them, as an attribute: listed is what the parser gave, by then without its filters.  In
    HAVING and in what a SELECT calculates, rdflib does not translate it at all.
    """
    if isinstance(part, CompValue):
        if part.name in _EXISTS:
            part["graph"] = part.graph = translateGroupGraphPattern(part.graph)
        for name, inner in part.items():
            if name != "_vars":
                _complete(inner)
    elif isinstance(part, list | tuple | ParseResults):
        for inner in part:
            _complete(inner)
