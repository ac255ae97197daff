"""What a query text asks, told before it goes to an engine elsewhere: its kind, its faults, the graphs it reads."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

import pyoxigraph as ox

from nqf_graph.guard import TOKEN, refuse_remote_calls, syntax_error
from nqf_graph.store.protocol import DatasetClause
from nqf_graph.store.statements import absolute

_KINDS = ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE")
_NOWHERE = ("urn:nqf:nowhere",)
"""A graph without statements: an empty list in a request would mean all graphs to some engines."""


@dataclass(frozen=True)
class Asked:
    """A query text that parses, without FROM; its kind; and the graphs that it may read."""

    text: str
    kind: str
    dataset: DatasetClause


def read_query(text: str, dataset: DatasetClause, ours: Collection[str]) -> Asked:
    """What does a text ask of the graphs `ours`?

    The request's `dataset` wins over FROM in the text; without both, the default graph is the union of all of ours,
    said graph by graph, because engines disagree on the default graph of a request that names none.  Other graphs
    that the engine may keep are never read.  Raises QuerySyntax, and QueryRefused for a call to another endpoint.
    """
    refuse_remote_calls(text)
    _check_syntax(text)
    tokens = [match for match in TOKEN.finditer(text) if not match[0].isspace() and not match[0].startswith("#")]
    start = next(match for match in tokens if match["word"] and match["word"].upper() in _KINDS)
    clauses = list(_from_clauses([match for match in tokens if match.start() >= start.start()]))
    named = _iris(text[: start.start()], clauses)
    if not dataset and clauses:
        dataset = DatasetClause(
            tuple(iri for clause, iri in zip(clauses, named, strict=True) if not clause.is_named),
            tuple(iri for clause, iri in zip(clauses, named, strict=True) if clause.is_named),
        )
    for clause in clauses:
        text = text[: clause.start] + " " * (clause.end - clause.start) + text[clause.end :]
    return Asked(text, start["word"].upper(), _within(dataset, ours))


@dataclass(frozen=True)
class _From:
    """FROM or FROM NAMED: where it stands in the text, and the graph as it is written there."""

    start: int
    end: int
    graph: str
    is_named: bool


def _check_syntax(text: str) -> None:
    """Let Oxigraph parse the text and nothing more: the two options exclude each other, which it says after parsing."""
    try:
        ox.Store().query(text, use_default_graph_as_union=True, default_graph=ox.DefaultGraph())
    except SyntaxError as error:
        raise syntax_error(error) from error
    except ValueError:
        return
    raise AssertionError("the query was run")


def _from_clauses(tokens: list[re.Match[str]]) -> Iterator[_From]:
    """The dataset clauses, which stand before the first brace that opens a WHERE clause."""
    for at, match in enumerate(tokens):
        if match["word"] and match["word"].upper() == "FROM":
            is_named = tokens[at + 1]["word"] is not None and tokens[at + 1]["word"].upper() == "NAMED"
            graph = tokens[at + 2 if is_named else at + 1]
            yield _From(match.start(), graph.end(), graph[0], is_named)


def _iris(prologue: str, clauses: list[_From]) -> list[str]:
    found = []
    for clause in clauses:
        rows = ox.Store().query(absolute(prologue, clause.graph))
        assert isinstance(rows, ox.QuerySolutions)
        iri = next(rows)["iri"]
        assert isinstance(iri, ox.NamedNode)
        found.append(iri.value)
    return found


def _within(dataset: DatasetClause, ours: Collection[str]) -> DatasetClause:
    if not dataset:
        everything = tuple(sorted(ours)) or _NOWHERE
        return DatasetClause(everything, everything)
    kept = [tuple(iri for iri in graphs if iri in ours) for graphs in (dataset.default_graphs, dataset.named_graphs)]
    return DatasetClause(kept[0] or _NOWHERE, kept[1] or _NOWHERE)
