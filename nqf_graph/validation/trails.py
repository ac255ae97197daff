"""Trails: from a statement that a shape reads back to the record the shape is about.

A shape reads statements; which ones follows from its text.  A trail is one such reading: the statement read, and the
statements that must hold beside it when the record `?this` is what it is read for.  `read` and `joins` are
SPARQL terms as text: variables begin with "?", all else is a constant.

Sound because evaluation goes step by step: where it first differs between two states, all statements up to there
hold in both, and the one that differs holds in one of them; so the whole trail holds in one of the two states.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count

from rdflib import Graph, URIRef, Variable
from rdflib.extras.shacl import parse_shacl_path
from rdflib.paths import AlternativePath, InvPath, MulPath, NegatedPath, Path, SequencePath
from rdflib.term import BNode, Node

THIS = "?this"
Triple3 = tuple[str, str, str]
"""Subject, predicate (or property path) and object as SPARQL text."""
Step = tuple[str, Path | URIRef | Variable, str]
"""A triple pattern whose predicate may still be any property path."""
_numbers = count()


class NoFootprintError(Exception):
    """A shape uses what this analysis does not follow; the text says what."""


@dataclass(frozen=True)
class Trail:
    """One reading of a shape.

    `joins` None: nothing ties it to the record, so it may concern every record.  `below`: the object is a class, and
    one of the classes below it is meant as well.
    """

    read: Triple3
    joins: tuple[Triple3, ...] | None
    below: bool = False


def fresh() -> str:
    """A variable that no other pattern has."""
    return f"?_{next(_numbers)}"


def is_variable(text: str) -> bool:
    """Whether a term of a trail is a variable."""
    return text.startswith("?")


def variables(*patterns: Triple3) -> set[str]:
    """The variables of some patterns; those inside a property path there are none."""
    return {part for pattern in patterns for part in pattern if is_variable(part)}


def as_text(node: Node) -> str:
    """A term of a shape or query as SPARQL text; a blank node in a query is a variable."""
    if isinstance(node, BNode):
        return f"?_b{node}"
    return f"?{node}" if isinstance(node, Variable) else node.n3()


def path_of(shapes: Graph, node: Node) -> Path | URIRef:
    """The property path that a `sh:path` leads to."""
    try:
        return parse_shacl_path(shapes, node)
    except Exception as error:
        raise NoFootprintError(f"a property path that is none: {error}") from error


def readings(step: Step) -> Iterator[tuple[Triple3, list[Step]]]:
    """Each statement that following a path reads, with the parts of the path before and after it."""
    subject, path, value = step
    match path:
        case URIRef() | Variable():
            yield (subject, as_text(path), value), []
        case InvPath():
            yield from readings((value, path.arg, subject))
        case SequencePath():
            parts = _sequence(step)
            for index, part in enumerate(parts):
                for read, around in readings(part):
                    yield read, [*parts[:index], *around, *parts[index + 1 :]]
        case AlternativePath():
            for choice in path.args:
                yield from readings((subject, choice, value))
        case MulPath(mod="?"):
            yield from readings((subject, path.path, value))
        case MulPath():
            before, after = fresh(), fresh()
            whole = MulPath(path.path, "*")
            for read, around in readings((before, path.path, after)):
                yield read, [(subject, whole, before), *around, (after, whole, value)]
        case NegatedPath():
            yield (subject, fresh(), value), []
            yield (value, fresh(), subject), []
        case _:
            raise NoFootprintError(f"a property path of kind {type(path).__name__}")


def trail(read: Triple3, beside: Iterable[Step], *, below: bool = False) -> Trail:
    """The reading of `read` where the patterns `beside` hold as well; only those that lead to the record are kept."""
    if THIS in read:
        return _named(read, (), below)
    simple: list[Triple3] = []
    complex_: list[Triple3] = []
    for step in beside:
        for subject, path, value in _flat(step):
            hard = not isinstance(path, URIRef | Variable)
            text = f"({path.n3()})" if isinstance(path, Path) else as_text(path)
            (complex_ if hard else simple).append((subject, text, value))
    joins = _reached(read, simple)
    while THIS not in variables(*joins):
        near = variables(read, *joins)
        more = next((pattern for pattern in complex_ if variables(pattern) & near), None)
        if more is None:
            return _named(read, None, below)
        complex_.remove(more)
        joins = _reached(read, [*simple, *(join for join in joins if join not in simple), more])
    return _named(read, _without_ends(read, joins), below)


def _sequence(step: Step) -> list[Step]:
    subject, path, value = step
    assert isinstance(path, SequencePath)
    nodes = [subject, *(fresh() for _ in path.args[1:]), value]
    return list(zip(nodes, path.args, nodes[1:], strict=False))


def _flat(step: Step) -> Iterator[Step]:
    """A path as plain patterns as far as that is possible."""
    subject, path, value = step
    if isinstance(path, InvPath):
        yield from _flat((value, path.arg, subject))
    elif isinstance(path, SequencePath):
        for part in _sequence(step):
            yield from _flat(part)
    else:
        yield step


def _reached(read: Triple3, patterns: Sequence[Triple3]) -> list[Triple3]:
    """The patterns that hang together with what is read; a constant alone ties nothing."""
    found: list[Triple3] = []
    near = variables(read)
    while more := [pattern for pattern in patterns if pattern not in found and variables(pattern) & near]:
        found += more
        near |= variables(*more)
    return found


def _without_ends(read: Triple3, joins: list[Triple3]) -> tuple[Triple3, ...]:
    """Without patterns far from the reading that only say that there is some value: they rule out next to nothing."""
    near = variables(read)
    while True:
        uses = [part for pattern in (read, *joins) for part in pattern if is_variable(part)]
        loose = {part for part in uses if uses.count(part) == 1} - {THIS}
        kept = [join for join in joins if variables(join) & near or loose.isdisjoint((join[0], join[2]))]
        if len(kept) == len(joins):
            return tuple(kept)
        joins = kept


def _named(read: Triple3, joins: tuple[Triple3, ...] | None, below: bool) -> Trail:
    """The trail with its variables numbered, so that equal readings of two shapes are equal."""
    names = {THIS: THIS}

    def renamed(pattern: Triple3) -> Triple3:
        subject, predicate, value = (
            names.setdefault(part, f"?v{len(names)}") if is_variable(part) else part for part in pattern
        )
        return subject, predicate, value

    first = renamed(read)
    return Trail(first, None if joins is None else tuple(renamed(join) for join in joins), below)
