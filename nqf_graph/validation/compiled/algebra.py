"""The query of a SPARQL-based constraint, rewritten so that it starts at the focus node.

SHACL evaluates such a query once per focus node, with $this bound before (SHACL, section 5.3.2).  Written back from
rdflib's algebra as one chain of LATERAL steps, each seeing the bindings of those before, it has the same meaning for
all focus nodes at once, and the engine walks along the links of each focus node instead of scanning predicates.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from rdflib import URIRef
from rdflib.paths import AlternativePath, InvPath, MulPath, Path, SequencePath
from rdflib.plugins.sparql.parserutils import CompValue
from rdflib.term import Identifier, Variable

from nqf_graph.validation.compiled.paths import expression, is_simple, pattern
from nqf_graph.validation.compiled.scope import sensitive
from nqf_graph.validation.compiled.text import Names, term
from nqf_graph.validation.parsing import NOTHING, Variables, mentioned

# The arguments of SPARQL's functions under the names that rdflib gives them, in the order in which they are written.
_ARGUMENTS = ("arg", "arg1", "arg2", "arg3", "text", "pattern", "replacement", "start", "length", "flags")
_SIGNS = {"UnaryNot": "!", "UnaryMinus": "-", "UnaryPlus": "+"}


_Predicate = Identifier | Path
_Triple = tuple[Identifier, _Predicate, Identifier]


class CannotRewriteError(ValueError):
    """The query uses what has no such form; it is then run as its author wrote it."""


@dataclass(frozen=True)
class _Filter:
    """A condition on a group, and which of the group's variables it needs."""

    condition: object
    needs: Variables


@dataclass
class Rewriter:
    """Writes patterns and expressions.  `known` says what to write for a variable that is bound before the query.

    Any other variable keeps its name, or gets a fresh one if `rename` is set (for a query inside another one).
    """

    known: Mapping[str, str]
    names: Names
    rename: bool = False

    def __post_init__(self) -> None:
        self._renamed: dict[str, str] = {}

    def pattern(self, node: CompValue, seen: Variables = NOTHING, filters: list[_Filter] | None = None) -> str:
        """The elements of a group that follows what binds the variables of `known` and `seen`.

        Of `filters`, conditions on the group, those that can be tested within are put there and taken off the list.
        """
        writers: dict[str, Callable[[CompValue, Variables, list[_Filter]], str]] = {
            "BGP": self._triples,
            "Join": self._join,
            "Filter": self._filtered,
            "LeftJoin": self._optional,
            "Union": self._union,
            "Extend": self._assigned,
            "ToMultiSet": self._subquery,
        }
        if node.name not in writers:
            raise CannotRewriteError(f"uses {node.name}")
        return writers[node.name](node, seen, [] if filters is None else filters)

    def _join(self, node: CompValue, seen: Variables, filters: list[_Filter]) -> str:
        seen_left = seen | mentioned(node.p1)
        self._check(node.p2, seen_left)
        return self._wrapped(node.p1, seen, filters) + self._wrapped(node.p2, seen_left, [])

    def _optional(self, node: CompValue, seen: Variables, filters: list[_Filter]) -> str:
        seen_left = seen | mentioned(node.p1)
        self._check(node.p2, seen_left)
        inside = seen_left | mentioned(node.p2)
        condition = "" if _is_true(node.expr) else f" FILTER({self.expression(node.expr, inside)})"
        optional = f" LATERAL {{ OPTIONAL {{{self.pattern(node.p2, seen_left)}{condition} }} }}"
        return self._wrapped(node.p1, seen, filters) + optional

    def _union(self, node: CompValue, seen: Variables, filters: list[_Filter]) -> str:
        self._check(node, seen)
        branches = (f"{{{self.pattern(branch, seen)} }}" for branch in (node.p1, node.p2))
        return f" LATERAL {{ {' UNION '.join(branches)} }}"

    def _assigned(self, node: CompValue, seen: Variables, filters: list[_Filter]) -> str:
        if str(node.var) in self.known or str(node.var) in seen:
            raise CannotRewriteError(f"binds ?{node.var} again")
        value = self.expression(node.expr, seen | mentioned(node.p))
        return f"{self.pattern(node.p, seen)} BIND({value} AS {self.variable(node.var)})"

    def _filtered(self, node: CompValue, seen: Variables, above: list[_Filter]) -> str:
        """The pattern, and each condition as soon as what it speaks of is bound: what fails early costs little."""
        inside = mentioned(node.p)
        filters = [_Filter(part, mentioned(part) & inside) for part in _conjuncts(node.expr)]
        return self.pattern(node.p, seen, filters) + self._tests(filters, seen | inside)

    def _tests(self, filters: Iterable[_Filter], seen: Variables) -> str:
        """The conditions, those that look into the data last: the engine would begin with them."""
        tests = [self.expression(each.condition, seen) for each in filters]
        return "".join(f" LATERAL {{ FILTER({test}) }}" for test in sorted(tests, key=lambda test: "EXISTS" in test))

    def _wrapped(self, node: CompValue, seen: Variables, filters: list[_Filter]) -> str:
        """The pattern as part of a larger group: its filters stay with it."""
        text = self.pattern(node, seen, filters)
        return f" LATERAL {{{text} }}" if node.name in ("Filter", "Extend") else text

    def _subquery(self, nested: CompValue, seen: Variables, filters: list[_Filter]) -> str:
        node = nested.p
        if not isinstance(node, CompValue):
            raise CannotRewriteError("uses VALUES")
        self._check(node, seen)
        distinct = ""
        if node.name == "Distinct":
            distinct, node = "DISTINCT ", node.p
        if node.name != "Project":
            raise CannotRewriteError(f"uses {node.name} in a nested query")
        inner = self.pattern(node.p, seen)
        outside = {value for value in self.known.values() if value.startswith("?")}
        columns = sorted(outside | {self.variable(each) for each in node.PV if str(each) not in self.known})
        return f" LATERAL {{ SELECT {distinct}{' '.join(columns)} {{{inner} }} }}"

    def _check(self, node: CompValue, outer: Variables) -> None:
        if unclear := (sensitive(node) & outer) - set(self.known):
            raise CannotRewriteError(f"reads ?{min(unclear)} where it is not bound")

    def variable(self, variable: Identifier) -> str:
        """What stands for a variable."""
        name = str(variable)
        if name in self.known:
            return self.known[name]
        if self.rename or name.startswith("_"):
            return self._renamed.setdefault(name, self.names.fresh())
        return f"?{name}"

    def _triples(self, node: CompValue, seen: Variables, filters: list[_Filter]) -> str:
        """The triples, each as near as possible to what is bound by then."""
        steps = [step for triple in node.triples for step in self._steps(*triple)]
        bound: Variables = frozenset()
        taken: set[tuple[object, object]] = set()
        text = ""
        while steps:
            step = min(steps, key=lambda each: _distance(each, bound | seen | set(self.known), taken))
            steps.remove(step)
            forward = not mentioned(step[0]) - (bound | seen | set(self.known))
            taken.add((step[0], step[1]) if forward else (step[1], step[2]))
            bound |= mentioned([step[0], step[2]])
            ready = [each for each in filters if each.needs <= bound | set(self.known)]
            filters[:] = [each for each in filters if each not in ready]
            text += f" LATERAL {{ {self._step(*step)} }}" + self._tests(ready, seen | bound)
        return text

    def _steps(
        self, subject: Identifier, path: Identifier | Path, target: Identifier
    ) -> Iterator[tuple[Identifier, Identifier | Path, Identifier]]:
        if isinstance(path, SequencePath):
            stations = [subject, *(Variable(self.names.fresh()[1:]) for _ in path.args[1:]), target]
            for start, step, end in zip(stations, path.args, stations[1:], strict=False):
                yield from self._steps(start, step, end)
        elif isinstance(path, InvPath) and isinstance(path.arg, URIRef):
            yield target, path.arg, subject
        else:
            yield subject, path, target

    def _step(self, subject: Identifier, path: _Predicate, target: Identifier) -> str:
        start, end = self._node(subject), self._node(target)
        if isinstance(path, AlternativePath) and is_simple(path):
            return pattern(path, start, end, self.names)
        return f"{start} {expression(path) if isinstance(path, Path) else self._node(path)} {end} ."

    def _node(self, node: Identifier) -> str:
        if isinstance(node, Variable):
            return self.variable(node)
        if isinstance(node, URIRef) or hasattr(node, "datatype"):
            return term(node)
        return self._renamed.setdefault(f" {node}", self.names.fresh())

    def expression(self, part: object, seen: Variables = NOTHING) -> str:
        """An expression, fully bracketed."""
        if not isinstance(part, CompValue):
            assert isinstance(part, Identifier)
            return self._node(part)
        if part.name in _SIGNS:
            return f"({_SIGNS[part.name]}{self.expression(part.expr, seen)})"
        if part.name.startswith("Builtin_"):
            return self._builtin(part, seen)
        if part.name == "Function":
            return f"{term(part.iri)}({self._listed(part.expr or [], seen)})"
        first, others = self.expression(part.expr, seen), part.other
        match part.name:
            case "ConditionalOrExpression" | "ConditionalAndExpression":
                operators = ["||" if "Or" in part.name else "&&"] * len(others)
            case "AdditiveExpression" | "MultiplicativeExpression":
                operators = part.op
            case "RelationalExpression" if isinstance(others, list):
                return f"({first} {part.op} ({self._listed(others, seen)}))"
            case "RelationalExpression":
                operators, others = [part.op], [others]
            case _:
                raise CannotRewriteError(f"uses {part.name}")
        rest = (f" {op} {self.expression(each, seen)}" for op, each in zip(operators, others, strict=True))
        return f"({first}{''.join(rest)})"

    def _builtin(self, part: CompValue, seen: Variables) -> str:
        name = part.name.removeprefix("Builtin_")
        if name in ("EXISTS", "NOTEXISTS"):
            return f"({'!' if name == 'NOTEXISTS' else ''}EXISTS {{{self.pattern(part.graph, seen)} }})"
        if name == "BOUND" and not self._node(part.arg).startswith("?"):
            return "true"
        given = (part[argument] for argument in _ARGUMENTS if argument in part)
        flat = [each for value in given for each in (value if isinstance(value, list) else [value])]
        return f"{name}({self._listed([each for each in flat if each is not None], seen)})"

    def _listed(self, parts: Iterable[object], seen: Variables) -> str:
        return ", ".join(self.expression(each, seen) for each in parts)


def _conjuncts(part: object) -> list[object]:
    """The conditions that hold together exactly when `part` holds."""
    if isinstance(part, CompValue) and part.name == "ConditionalAndExpression":
        return [each for inner in (part.expr, *part.other) for each in _conjuncts(inner)]
    return [part]


def _is_true(part: object) -> bool:
    return isinstance(part, CompValue) and part.name == "TrueFilter"


def _distance(step: _Triple, bound: Variables, taken: Collection[tuple[object, object]]) -> int:
    """How dear it is to follow a triple: 0 to look it up, more to search from one end, most to scan.

    The same property of the same node a second time gives every pair of its values, so that is put off.
    """
    subject, path, target = (not (mentioned(part) - bound) for part in step)
    far = 4 if isinstance(step[1], MulPath) else 0
    if subject and target:
        return far
    if subject:
        return (4 if (step[0], step[1]) in taken else 1) + far
    if target:
        again = (step[1], step[2]) in taken
        return (5 if again else 3 if not mentioned(step[2]) else 2) + far
    return 9 if path else 10
