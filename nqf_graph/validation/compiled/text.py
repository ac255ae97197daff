"""Small pieces of SPARQL text: terms, fresh variables, and the reason why a shape cannot be compiled."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import count

from rdflib import Literal, URIRef
from rdflib.term import Node, Variable


class CannotCompileError(ValueError):
    """A shape says what SPARQL on the store cannot express.

    `supported` is False when no engine of this project can evaluate it, so that sending it to pySHACL is no help.
    """

    def __init__(self, reason: str, *, supported: bool = True) -> None:
        super().__init__(reason)
        self.reason = reason
        self.supported = supported


class Names:
    """Variables that no author of a query uses: SPARQL allows a leading underscore, people do not write it."""

    def __init__(self, mark: str = "") -> None:
        self._mark = mark
        self._numbers = count(1)

    def fresh(self) -> str:
        """A variable that was not given out before."""
        return f"?_{self._mark}{next(self._numbers)}"


def term(node: Node) -> str:
    """An IRI, a literal or a variable as SPARQL writes it.  A blank node of the shapes names nothing in the data."""
    if isinstance(node, URIRef | Literal | Variable):
        return node.n3()
    raise CannotCompileError(f"names a blank node ({node}), which has no identity outside the shapes")


class Denial(str):
    """A condition that denies another one, and remembers which."""

    __slots__ = ("denied",)
    denied: str


def negation(condition: str) -> str:
    """True when the condition is false; twice denied is as before, so that conditions stay readable, and fast."""
    if isinstance(condition, Denial):
        return condition.denied
    found = Denial(f"!({condition})")
    found.denied = condition
    return found


def conjunction(conditions: Iterable[str]) -> str:
    """True when every condition is; true when there is none."""
    return _joined(list(conditions), " && ", "true")


def disjunction(conditions: Iterable[str]) -> str:
    """True when one condition is; false when there is none."""
    return _joined(list(conditions), " || ", "false")


def _joined(conditions: list[str], operator: str, nothing: str) -> str:
    if len(conditions) == 1:
        return conditions[0]
    return operator.join(f"({condition})" for condition in conditions) or nothing


def chain(*patterns: str) -> str:
    """Patterns evaluated one after the other, each seeing what those before it have bound.

    LATERAL (SPARQL 1.2 proposal SEP-0006, which Oxigraph has) keeps the order of evaluation.  A plain join leaves it
    to the engine, which then scans a whole predicate for each of a few nodes.
    """
    first, *rest = [pattern for pattern in patterns if pattern] or [""]
    return first + "".join(f" LATERAL {{ {pattern} }}" for pattern in rest)


def exists(pattern: str, condition: str = "") -> str:
    """Whether `pattern` has a solution for which `condition` is true; without a pattern, whether the condition is."""
    if not pattern:
        return condition or "true"
    return f"EXISTS {{ {pattern}{f' FILTER({condition})' if condition else ''} }}"


def whole_number(node: Node) -> int:
    """The value of a count or length.  Raises CannotCompileError for what is none."""
    if isinstance(node, Literal) and isinstance(node.value, int) and node.value >= 0:
        return int(node.value)
    raise CannotCompileError(f"expected a whole number, found {node}", supported=False)
