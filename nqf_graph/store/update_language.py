"""SPARQL Update as a recorded delta: what would these operations add and remove?

The engine does the work (it answers the WHERE clauses and fills the templates), on a scratch store.  Refused are
operations that reach out (LOAD, SERVICE).  Every statement of ours lives in a named graph: what an operation says of
the default graph goes to the graph that stands for it, or is refused where none does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import pyoxigraph as ox
from pyoxigraph import BlankNode, NamedNode, Quad

from nqf_graph.errors import BadParameter, QueryRefused
from nqf_graph.guard import refuse_remote_calls
from nqf_graph.store.delta import Recorder, graph_of
from nqf_graph.store.protocol import STORE_DECIDES, DatasetClause
from nqf_graph.store.update_syntax import Operation, check_syntax, split

_BLANK = "urn:nqf:blank-node:"
_NO_DEFAULT = "no graph stands for the default graph here (the operator may name one in NQF_DEFAULT_GRAPH)"
_Term = TypeVar("_Term")


@dataclass(frozen=True)
class GraphStore:
    """What updates act on, beside the graphs themselves."""

    default: str | None = None
    """The named graph that stands for the default graph in what is written."""
    base: str | None = None
    """What relative IRIs resolve against."""
    fixed: Callable[[str], bool] = lambda _: False
    """Which graphs do CLEAR and DROP leave alone when told ALL or NAMED?"""

    def default_graph(self, advice: str) -> NamedNode:
        """The graph that stands for the default graph.  Raises QueryRefused with `advice` where there is none."""
        if self.default is None:
            raise QueryRefused(f"{advice}; {_NO_DEFAULT}")
        return NamedNode(self.default)


NAMED_GRAPHS_ONLY = GraphStore()
"""Nothing stands for the default graph: every statement written names its graph."""


def record_update(
    text: str, recorder: Recorder, dataset: DatasetClause = STORE_DECIDES, target: GraphStore = NAMED_GRAPHS_ONLY
) -> None:
    """Run an update on the recorder's scratch store.

    WHERE reads the union of all graphs unless WITH, USING or the request names others.  Raises QuerySyntax for a
    text that does not parse, BadParameter where text and request both name the graphs to read, QueryRefused for an
    operation that is not allowed; the scratch store is then as it was.
    """
    refuse_remote_calls(text)
    operations = split(text)
    check_syntax(operations, text, target.base)
    if dataset and any({"WITH", "USING"} & set(operation.words) for operation in operations):
        raise BadParameter("using-graph-uri", "expected the graphs to read either here or by WITH and USING")
    try:
        for operation in operations:
            _run(operation, recorder, dataset, target)
    except BaseException:
        recorder.revert()
        raise


def _run(operation: Operation, recorder: Recorder, dataset: DatasetClause, target: GraphStore) -> None:
    match operation.words:
        case ("INSERT", "DATA"):
            recorder.add(_placed(_data(operation, target), target))
        case ("DELETE", "DATA"):
            recorder.remove(_placed(_data(operation, target), target))
        case ("CLEAR" | "DROP", *_, "ALL" | "NAMED" as which):
            _clear_many(which, recorder, target)
        case ("CLEAR" | "DROP", *_, name):
            recorder.clear(_graph(operation, name, target))
        case ("CREATE", *silent, _, name):
            graph = _graph(operation, name, target)
            if not silent and any(recorder.scratch.quads_for_pattern(None, None, None, graph)):
                raise QueryRefused(f"{graph} is there already")
        case ("LOAD", *words):
            if "SILENT" not in words:
                raise QueryRefused("LOAD is not allowed here: data come with the request")
        case ("ADD" | "COPY" | "MOVE", *words):
            _transfer(operation, recorder, [word for word in words if word not in ("SILENT", "GRAPH", "TO")], target)
        case _:
            _modify(operation, recorder, dataset, target)


def _clear_many(which: str, recorder: Recorder, target: GraphStore) -> None:
    default = target.default_graph("name the graph: CLEAR GRAPH <…> or DROP GRAPH <…>")
    for graph in list(recorder.scratch.named_graphs()):
        if isinstance(graph, NamedNode) and not target.fixed(graph.value) and (which == "ALL" or graph != default):
            recorder.clear(graph)


def _modify(operation: Operation, recorder: Recorder, dataset: DatasetClause, target: GraphStore) -> None:
    """DELETE … INSERT … WHERE …: the rows of WHERE fill both templates; removal comes first."""
    words, blocks = operation.words, operation.blocks
    within = f"WITH {words[1]}" if words[0] == "WITH" else ""
    rows = _where(operation, recorder.scratch, dataset, within, target)
    gone = blocks.get("DELETE", blocks["WHERE"] if words[:2] == ("DELETE", "WHERE") else "")
    removed = _placed(_fill(operation, within, gone, rows, target), target)
    added = _placed(_fill(operation, within, blocks.get("INSERT", ""), rows, target), target)
    recorder.remove(removed)
    recorder.add(added)


def _where(operation: Operation, scratch: ox.Store, dataset: DatasetClause, within: str, target: GraphStore) -> str:
    """The solutions of the WHERE clause, as a VALUES block (blank nodes under names of their own)."""
    words = operation.words
    using = [words[at + 1] for at, word in enumerate(words) if word == "USING" and words[at + 1] != "NAMED"]
    named = [words[at + 2] for at, word in enumerate(words) if word == "USING" and words[at + 1] == "NAMED"]
    clauses = "".join(f"FROM {iri}\n" for iri in using) + "".join(f"FROM NAMED {iri}\n" for iri in named)
    text = f"{operation.prologue}SELECT * {clauses}WHERE {{ {operation.blocks['WHERE']} }}"
    options: dict[str, object] = {"use_default_graph_as_union": True}
    if dataset:
        options = {
            "default_graph": [NamedNode(iri) for iri in dataset.default_graphs],
            "named_graphs": [NamedNode(iri) for iri in dataset.named_graphs],
        }
    elif clauses:
        options = {}
    elif within:
        options = {"default_graph": [_graph(operation, words[1], target)]}
    solutions = scratch.query(text, base_iri=target.base, **options)  # type: ignore[arg-type]
    assert isinstance(solutions, ox.QuerySolutions)
    names = [variable.value for variable in solutions.variables]
    rows = ("(" + " ".join(_value(solution[name]) for name in names) + ")" for solution in solutions)
    return f"VALUES ({' '.join(f'?{name}' for name in names)}) {{ {' '.join(rows)} }}"


def _value(term: object) -> str:
    if term is None:
        return "UNDEF"
    return f"<{_BLANK}{term.value}>" if isinstance(term, BlankNode) else str(term)


def _fill(operation: Operation, within: str, template: str, rows: str, target: GraphStore) -> list[Quad]:
    if not template.strip():
        return []
    return _instantiate(operation, f"{within} INSERT {{ {template} }} WHERE {{ {rows} }}", target)


def _data(operation: Operation, target: GraphStore) -> list[Quad]:
    """The statements of INSERT DATA or DELETE DATA."""
    return _instantiate(operation, f"INSERT DATA {{ {operation.blocks['DATA']} }}", target)


def _instantiate(operation: Operation, text: str, target: GraphStore) -> list[Quad]:
    """The statements that an insertion makes, without the store it would go to."""
    filled = ox.Store()
    filled.update(operation.prologue + text, base_iri=target.base)
    return [Quad(_unmask(q.subject), q.predicate, _unmask(q.object), q.graph_name) for q in filled]


def _unmask(term: _Term) -> _Term | BlankNode:
    """The blank node that stands behind a name of `_value`, or the term itself."""
    if isinstance(term, NamedNode) and term.value.startswith(_BLANK):
        return BlankNode(term.value.removeprefix(_BLANK))
    return term


def _placed(quads: Iterable[Quad], target: GraphStore) -> list[Quad]:
    """The statements, each in a named graph: those of the default graph in the one that stands for it."""
    advice = "name the graph of every statement: GRAPH <…> { … } or WITH <…>"
    return [
        quad if graph_of(quad) else Quad(quad.subject, quad.predicate, quad.object, target.default_graph(advice))
        for quad in quads
    ]


def _transfer(operation: Operation, recorder: Recorder, names: Sequence[str], target: GraphStore) -> None:
    """ADD, COPY and MOVE from one graph to another."""
    origin, goal = (_graph(operation, name, target) for name in names)
    if origin == goal:
        return
    quads = list(recorder.scratch.quads_for_pattern(None, None, None, origin))
    if operation.words[0] != "ADD":
        recorder.clear(goal)
    if operation.words[0] == "MOVE":
        recorder.clear(origin)
    recorder.add(Quad(q.subject, q.predicate, q.object, goal) for q in quads)


def _graph(operation: Operation, name: str, target: GraphStore) -> NamedNode:
    """The graph that a word means: DEFAULT, or an IRI that may be relative or prefixed."""
    if name == "DEFAULT":
        return target.default_graph("name the graph instead of DEFAULT")
    rows = ox.Store().query(f"{operation.prologue}SELECT ?iri WHERE {{ BIND({name} AS ?iri) }}", base_iri=target.base)
    assert isinstance(rows, ox.QuerySolutions)
    found = next(rows)["iri"]
    assert isinstance(found, NamedNode)
    return found
