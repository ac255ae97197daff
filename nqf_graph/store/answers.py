"""Results of an engine elsewhere: read as they came, written in the format that is wanted."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TypeVar

import pyoxigraph as ox
from pyoxigraph import Triple

from nqf_graph.errors import EndpointFailed
from nqf_graph.formats import BOOLEANS, GRAPHS_AND_DATASETS, ROWS, Format, to_bytes
from nqf_graph.store.endpoint import Reply
from nqf_graph.store.protocol import Rows

_log = logging.getLogger("nqf_graph.endpoint")
_Outcome = ox.QuerySolutions | ox.QueryBoolean
_Used = TypeVar("_Used")
_READABLE = {
    "application/sparql-results+json": ox.QueryResultsFormat.JSON,
    "application/json": ox.QueryResultsFormat.JSON,
    "application/sparql-results+xml": ox.QueryResultsFormat.XML,
}


class RemoteResult:
    """Rows or a yes or no, from the bytes of a whole answer.  What does not parse raises EndpointFailed.

    Oxigraph's own objects are let go of where they were made: an error that goes to another thread must not hold one.
    """

    def __init__(self, reply: Reply, kind: str) -> None:
        if reply.media_type not in _READABLE:
            raise EndpointFailed(f"it answered with {reply.media_type} instead of a result")
        self._reply = reply
        self._yes = self._use(lambda outcome: outcome if isinstance(outcome, ox.QueryBoolean) else None)
        if (self._yes is not None) != (kind == "ASK"):
            raise EndpointFailed("it answered with another kind of result than was asked for")
        self.formats = BOOLEANS if kind == "ASK" else ROWS

    def __bool__(self) -> bool:
        return bool(self._yes)

    def write(self, form: Format) -> bytes:
        """The whole result in `form`, one of `self.formats`."""
        assert isinstance(form.engine, ox.QueryResultsFormat)
        engine = form.engine
        return self._use(lambda outcome: outcome.serialize(format=engine)) or b""

    def rows(self) -> Rows | None:
        """The solutions, or None when the query was not a SELECT."""
        return None if self._yes is not None else self._use(_rows)

    def close(self) -> None:
        """Nothing to let go of."""

    def _use(self, use: Callable[[_Outcome], _Used]) -> _Used:
        try:
            return use(ox.parse_query_results(self._reply.body, format=_READABLE[self._reply.media_type]))
        except (SyntaxError, ValueError) as error:
            broken = _broken(error)
        raise broken  # here, where nothing of Oxigraph's hangs on it


def _rows(outcome: _Outcome) -> Rows:
    assert isinstance(outcome, ox.QuerySolutions)
    columns = tuple(variable.value for variable in outcome.variables)
    return Rows(columns, tuple(tuple(solution[column] for column in columns) for solution in outcome))


class RemoteGraph:
    """A graph, from the bytes of a whole answer; each triple once.  What does not parse raises EndpointFailed."""

    formats = GRAPHS_AND_DATASETS

    def __init__(self, reply: Reply) -> None:
        form = ox.RdfFormat.from_media_type(reply.media_type)
        if form is None:
            raise EndpointFailed(f"it answered with {reply.media_type} instead of a graph")
        try:
            quads = ox.parse(reply.body, format=form, rename_blank_nodes=True)
            self.triples: list[Triple] = list(dict.fromkeys(quad.triple for quad in quads))
        except (SyntaxError, ValueError) as error:
            broken = _broken(error)
        else:
            return
        raise broken

    def write(self, form: Format) -> bytes:
        """The whole graph in `form`, one of `self.formats`."""
        assert isinstance(form.engine, ox.RdfFormat)
        return to_bytes(self.triples, form.engine)

    def rows(self) -> Rows | None:
        """None: these are no solutions."""
        return None

    def close(self) -> None:
        """Nothing to let go of."""


def _broken(error: Exception) -> EndpointFailed:
    _log.warning("an answer that cannot be read: %.200s", error)
    return EndpointFailed("its answer breaks off or is no answer")
