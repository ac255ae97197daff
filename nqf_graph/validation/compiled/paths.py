"""Property paths: read from a shapes graph, written as SPARQL patterns and as text for a report."""

from __future__ import annotations

from itertools import pairwise
from typing import Literal as TypingLiteral

from rdflib import RDF, SH, Graph, URIRef
from rdflib.paths import AlternativePath, InvPath, MulPath, NegatedPath, SequencePath
from rdflib.paths import Path as RdflibPath
from rdflib.term import Node

from nqf_graph.validation.compiled.text import CannotCompileError, Names, chain

Path = URIRef | RdflibPath
_Mark = TypingLiteral["*", "+", "?"]
_REPEATED: dict[URIRef, _Mark] = {SH.zeroOrMorePath: "*", SH.oneOrMorePath: "+", SH.zeroOrOnePath: "?"}


def read_path(graph: Graph, node: Node, above: frozenset[Node] = frozenset()) -> Path:
    """Which path does a node of the shapes graph describe (SHACL, section 2.3.1)?

    Raises CannotCompileError for what is no well-formed path.
    """
    if isinstance(node, URIRef):
        return node
    if node in above:
        raise CannotCompileError("has a path that contains itself", supported=False)
    above |= {node}
    if (node, RDF.first, None) in graph:
        return SequencePath(*_steps(graph, node, above))
    if (branches := graph.value(node, SH.alternativePath)) is not None:
        return AlternativePath(*_steps(graph, branches, above))
    if (inner := graph.value(node, SH.inversePath)) is not None:
        return InvPath(read_path(graph, inner, above))
    for prop, mark in _REPEATED.items():
        if (inner := graph.value(node, prop)) is not None:
            return MulPath(read_path(graph, inner, above), mark)
    raise CannotCompileError("has a malformed path", supported=False)


def _steps(graph: Graph, members: Node, above: frozenset[Node]) -> list[Path]:
    steps = [read_path(graph, step, above) for step in graph.items(members)]
    if len(steps) < 2:
        raise CannotCompileError("has a path with fewer than two members", supported=False)
    return steps


def expression(path: Path) -> str:
    """The path as a SPARQL property path expression."""
    match path:
        case URIRef():
            return path.n3()
        case InvPath():
            return f"^({expression(path.arg)})"
        case MulPath():
            return f"({expression(path.path)}){path.mod}"
        case SequencePath():
            return "/".join(f"({expression(step)})" for step in path.args)
        case AlternativePath():
            return "|".join(f"({expression(branch)})" for branch in path.args)
        case NegatedPath():
            return str(path.n3())
    raise CannotCompileError(f"has a path of an unknown kind ({type(path).__name__})")


def words(path: Path) -> str:
    """The path as a report tells it: as SPARQL writes it, without brackets."""
    match path:
        case InvPath():
            return f"^{words(path.arg)}"
        case MulPath():
            return f"{words(path.path)}{path.mod}"
        case SequencePath():
            return "/".join(map(words, path.args))
        case AlternativePath():
            return "|".join(map(words, path.args))
    return str(path)


def pattern(path: Path, start: str, end: str, names: Names) -> str:
    """A group pattern that leads from `start` to `end` (variables or constants), walked from the start.

    It may give one pair more than once.  A path of length zero leads from every node to itself, in the data or not;
    Oxigraph finds only nodes in the data, so that case is written out.
    """
    match path:
        case InvPath():
            if isinstance(path.arg, URIRef):
                return _plain(path.arg, end, start)
            return pattern(_inverse(path.arg), start, end, names)
        case SequencePath():
            stations = [start, *(names.fresh() for _ in path.args[1:]), end]
            return chain(*(pattern(p, a, b, names) for p, (a, b) in zip(path.args, pairwise(stations), strict=True)))
        case AlternativePath():  # Oxigraph lists a union of triple patterns six times as fast as `a|b`
            return " UNION ".join(f"{{ {pattern(branch, start, end, names)} }}" for branch in path.args)
        case MulPath(mod="*" | "?"):
            longer = f"{start} ({expression(path.path)}){'+' if path.mod == '*' else ''} {end} ."
            here = f"BIND({start} AS {end})" if end.startswith("?") else f"FILTER(sameTerm({start}, {end}))"
            return f"{{ {here} }} UNION {{ {longer} }}"
    return _plain(path, start, end)


def is_scannable(path: Path) -> bool:
    """Whether the pairs of the path can be listed without knowing where to start: by scanning a few predicates."""
    match path:
        case URIRef():
            return True
        case SequencePath():
            return is_scannable(path.args[0])
        case InvPath() | AlternativePath():
            return is_simple(path)
    return False


def _inverse(path: Path) -> Path:
    """The same way walked backwards; only single steps stay marked as inverse."""
    match path:
        case InvPath():
            return path.arg
        case SequencePath():
            return SequencePath(*map(_inverse, reversed(path.args)))
        case AlternativePath():
            return AlternativePath(*map(_inverse, path.args))
        case MulPath():
            return MulPath(_inverse(path.path), path.mod)
    return InvPath(path)


def is_simple(path: Path) -> bool:
    """Whether it is an IRI, an inverted one, or a choice between such."""
    match path:
        case InvPath():
            return isinstance(path.arg, URIRef)
        case AlternativePath():
            return all(isinstance(branch, URIRef) or is_simple(branch) for branch in path.args)
    return isinstance(path, URIRef)


def _plain(path: Path, start: str, end: str) -> str:
    return f"{start} {expression(path)} {end} ."
