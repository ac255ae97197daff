"""What may be written where, whoever writes: the graphs that writes leave alone, whose IRIs they speak of."""

from __future__ import annotations

from dataclasses import dataclass

from pyoxigraph import NamedNode

from nqf_graph.errors import CannotLoad, QueryRefused
from nqf_graph.store.delta import Delta, Recorder, graph_of
from nqf_graph.store.update_language import GraphStore


@dataclass(frozen=True)
class Policy:
    """The rules of a publication about writes, beside those about its content."""

    base: str
    protected: frozenset[str] = frozenset()
    """Graphs that change by release only: rules, vocabulary, catalogue."""
    default_graph: str | None = None
    """The named graph that stands for the default graph; None: every write names its graph."""
    own_only: bool = True
    """Whether each statement is about an IRI below the base and in one graph only."""

    @property
    def history(self) -> str:
        """The graph in which commits are recorded."""
        return f"{self.base}/graph/history"

    @property
    def things(self) -> str:
        """What our own IRIs begin with; relative IRIs resolve against it."""
        return f"{self.base}/id/"

    @property
    def graph_store(self) -> GraphStore:
        """What an update acts on."""
        return GraphStore(self.default_graph, self.things, self.is_fixed)

    def is_fixed(self, graph: str) -> bool:
        """Whether writes leave a graph alone."""
        return graph in self.protected or graph == self.history or graph.startswith("urn:nqf:")

    def check(self, delta: Delta, recorder: Recorder, *, foreign: bool) -> None:
        """May `delta`, which is on the recorder's scratch store, be written?

        With `foreign` it may speak of IRIs that are not ours.  Raises QueryRefused for a graph that is left alone,
        CannotLoad for a statement that does not belong here.
        """
        for graph in delta.graphs:
            self.refuse_fixed(graph)
        if self.own_only:
            self._refuse_repeated(delta, recorder)
            if not foreign:
                self._refuse_foreign(delta)

    def refuse_fixed(self, graph: str) -> None:
        """Raises QueryRefused for a graph that writes leave alone."""
        if self.is_fixed(graph):
            raise QueryRefused(f"{graph} is not written this way: rules, vocabulary and catalogue change by release")

    def _refuse_repeated(self, delta: Delta, recorder: Recorder) -> None:
        """Each statement lives in one graph: the union would otherwise show it twice."""
        for quad in delta.added:
            for other in recorder.scratch.quads_for_pattern(quad.subject, quad.predicate, quad.object):
                if other.graph_name != quad.graph_name:
                    found = f"{quad.triple} is already stated in {graph_of(other)}"
                    raise CannotLoad("request", f"expected each statement in one graph: {found}")

    def _refuse_foreign(self, delta: Delta) -> None:
        """Whose namespace it is, states what its IRIs mean."""
        for quad in delta.added:
            if isinstance(quad.subject, NamedNode) and not quad.subject.value.startswith(self.things):
                found = f"found {quad.subject.value}"
                raise CannotLoad("request", f"expected statements about IRIs below {self.things}, {found}")
