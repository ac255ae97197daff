"""SPARQL Update as a recorded delta: what would these operations add and remove?

The engine does the work (it answers the WHERE clauses and fills the templates), on a scratch store; this module
takes the operations apart by their tokens.  Refused are operations that reach out (LOAD, SERVICE) and operations
that name no graph: every statement of ours lives in a named graph.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import pyoxigraph as ox
from pyoxigraph import BlankNode, NamedNode, Quad

from nqf_graph.errors import QueryRefused, QuerySyntax
from nqf_graph.guard import TOKEN, keywords, syntax_error
from nqf_graph.store.delta import Recorder, graph_of
from nqf_graph.store.protocol import STORE_DECIDES, DatasetClause

_BLANK = "urn:nqf:blank-node:"
_Term = TypeVar("_Term")


@dataclass(frozen=True)
class _Token:
    text: str
    start: int
    end: int

    @property
    def word(self) -> str:
        return self.text.upper()


@dataclass(frozen=True)
class Operation:
    """One operation: the PREFIX and BASE lines that hold for it, its words, and its `{…}` blocks by keyword."""

    prologue: str
    text: str
    start: int
    """Where in the update its text begins."""
    words: tuple[str, ...]
    """The tokens outside the blocks, keywords in upper case."""
    blocks: dict[str, str]
    """DELETE, INSERT, DATA (of INSERT DATA or DELETE DATA) and WHERE → the text inside the braces."""


def record_update(text: str, recorder: Recorder, dataset: DatasetClause = STORE_DECIDES) -> None:
    """Run an update on the recorder's scratch store.

    WHERE reads the union of all graphs unless WITH, USING or the request names others.  Raises QuerySyntax for a
    text that does not parse, QueryRefused for an operation that is not allowed; the scratch store is then as it
    was.
    """
    if refused := keywords(text) & {"SERVICE", "LOAD"}:
        raise QueryRefused(f"{', '.join(sorted(refused))} is not allowed here: data come with the request")
    operations = split(text)
    for operation in operations:
        _check_syntax(operation, text)
    try:
        for operation in operations:
            _run(operation, recorder, dataset)
    except BaseException:
        recorder.revert()
        raise


def split(text: str) -> list[Operation]:
    """The operations of an update, which may still have errors of syntax inside."""
    tokens = [
        _Token(match[0], match.start(), match.end())
        for match in TOKEN.finditer(text)
        if not match[0].isspace() and not match[0].startswith("#")
    ]
    operations: list[Operation] = []
    prologue, at = "", 0
    while at < len(tokens):
        while at < len(tokens) and tokens[at].word in ("PREFIX", "BASE"):
            width = 3 if tokens[at].word == "PREFIX" else 2
            prologue += text[tokens[at].start : tokens[at + width - 1].end] + "\n"
            at += width
        words: list[str] = []
        blocks: dict[str, str] = {}
        last, first = "", at
        while at < len(tokens) and tokens[at].text != ";":
            if tokens[at].text == "{":
                close = _closing(tokens, at)
                blocks[last or "WHERE"] = text[tokens[at].end : tokens[close].start]
                at = close + 1
                last = ""
                continue
            words.append(tokens[at].text if tokens[at].text.startswith("<") else tokens[at].word)
            if tokens[at].word in ("DELETE", "INSERT", "DATA", "WHERE"):
                last = tokens[at].word
            at += 1
        if at > first:
            start = tokens[first].start
            operations.append(Operation(prologue, text[start : tokens[at - 1].end], start, tuple(words), blocks))
        at += 1
    return operations


def _closing(tokens: Sequence[_Token], opening: int) -> int:
    depth = 0
    for at in range(opening, len(tokens)):
        depth += {"{": 1, "}": -1}.get(tokens[at].text, 0)
        if depth == 0:
            return at
    return len(tokens) - 1  # the engine will say what is missing


def _check_syntax(operation: Operation, whole: str) -> None:
    """Let the engine parse an operation; on an empty store there is nothing it could change.

    Operations are parsed one by one, because Oxigraph 0.5 does not take PREFIX after a semicolon.
    """
    prologue = operation.prologue.replace("\n", " ") + "\n"
    try:
        ox.Store().update(prologue + operation.text)
    except SyntaxError as error:
        found = syntax_error(error)
        before = whole[: operation.start]
        line, column = (found.line or 2) - 1, found.column or 1
        column += len(before.rpartition("\n")[2]) if line == 1 else 0
        raise QuerySyntax(found.reason, max(line, 1) + before.count("\n"), column) from error
    except (OSError, RuntimeError, ValueError):
        return  # a graph that is not there, say: not a matter of syntax


def _run(operation: Operation, recorder: Recorder, dataset: DatasetClause) -> None:
    match operation.words:
        case ("INSERT", "DATA"):
            recorder.add(_named(_instantiate(operation, f"INSERT DATA {{ {operation.blocks['DATA']} }}")))
        case ("DELETE", "DATA"):
            recorder.remove(_named(_instantiate(operation, f"INSERT DATA {{ {operation.blocks['DATA']} }}")))
        case ("CLEAR" | "DROP", *_, "GRAPH", graph) | ("CLEAR" | "DROP", "GRAPH", graph):
            recorder.clear(_iri(operation, graph))
        case ("CREATE", *_):
            return
        case ("ADD" | "COPY" | "MOVE", *rest):
            _transfer(operation, recorder, [word for word in rest if word not in ("SILENT", "GRAPH", "TO")])
        case ("CLEAR" | "DROP", *_):
            raise QueryRefused("name the graph: CLEAR GRAPH <…> or DROP GRAPH <…>")
        case _:
            _modify(operation, recorder, dataset)


def _modify(operation: Operation, recorder: Recorder, dataset: DatasetClause) -> None:
    """DELETE … INSERT … WHERE …: the rows of WHERE fill both templates; removal comes first."""
    words, blocks = operation.words, operation.blocks
    within = f"WITH {words[1]}" if words[0] == "WITH" else ""
    rows = _where(operation, recorder.scratch, dataset, within)
    gone = blocks.get("DELETE", blocks["WHERE"] if words[:2] == ("DELETE", "WHERE") else "")
    removed = _fill(operation, within, gone, rows)
    added = _fill(operation, within, blocks.get("INSERT", ""), rows)
    recorder.remove(_named(removed))
    recorder.add(_named(added))


def _where(operation: Operation, scratch: ox.Store, dataset: DatasetClause, within: str) -> str:
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
        options = {"default_graph": [NamedNode(_iri(operation, words[1]))]}
    solutions = scratch.query(text, **options)  # type: ignore[arg-type]
    assert isinstance(solutions, ox.QuerySolutions)
    names = [variable.value for variable in solutions.variables]
    rows = ("(" + " ".join(_value(solution[name]) for name in names) + ")" for solution in solutions)
    return f"VALUES ({' '.join(f'?{name}' for name in names)}) {{ {' '.join(rows)} }}"


def _value(term: object) -> str:
    if term is None:
        return "UNDEF"
    return f"<{_BLANK}{term.value}>" if isinstance(term, BlankNode) else str(term)


def _fill(operation: Operation, within: str, template: str, rows: str) -> list[Quad]:
    if not template.strip():
        return []
    return _instantiate(operation, f"{within} INSERT {{ {template} }} WHERE {{ {rows} }}")


def _instantiate(operation: Operation, text: str) -> list[Quad]:
    """The statements that an insertion makes, without the store it would go to."""
    filled = ox.Store()
    filled.update(operation.prologue + text)
    return [Quad(_unmask(q.subject), q.predicate, _unmask(q.object), q.graph_name) for q in filled]


def _unmask(term: _Term) -> _Term | BlankNode:
    """The blank node that stands behind a name of `_value`, or the term itself."""
    if isinstance(term, NamedNode) and term.value.startswith(_BLANK):
        return BlankNode(term.value.removeprefix(_BLANK))
    return term


def _named(quads: list[Quad]) -> list[Quad]:
    if any(not graph_of(quad) for quad in quads):
        raise QueryRefused("name the graph of every statement: GRAPH <…> { … } or WITH <…>")
    return quads


def _transfer(operation: Operation, recorder: Recorder, names: Sequence[str]) -> None:
    """ADD, COPY and MOVE between two named graphs."""
    if "DEFAULT" in names:
        raise QueryRefused("name both graphs")
    source, target = (_iri(operation, name) for name in names)
    if source == target:
        return
    quads = list(recorder.scratch.quads_for_pattern(None, None, None, NamedNode(source)))
    if operation.words[0] != "ADD":
        recorder.clear(target)
    if operation.words[0] == "MOVE":
        recorder.clear(source)
    recorder.add(Quad(q.subject, q.predicate, q.object, NamedNode(target)) for q in quads)


def _iri(operation: Operation, name: str) -> str:
    """The absolute IRI of a graph name, which may be relative or prefixed."""
    rows = ox.Store().query(f"{operation.prologue}SELECT ?iri WHERE {{ BIND({name} AS ?iri) }}")
    assert isinstance(rows, ox.QuerySolutions)
    found = next(rows)["iri"]
    assert isinstance(found, NamedNode)
    return found.value
