"""The publication's description of itself, kept in the store and true for the state that it is in.

Nothing is counted anew for a write: what a change touches is counted before and after it, and the difference goes to
the numbers.  The description is part of what is described, so its own statements count too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property, partial

import pyoxigraph as ox
from pyoxigraph import Literal, NamedNode, Quad, Triple

from nqf_graph.discovery.counts import Counts, Key, Kind, Tally, difference
from nqf_graph.discovery.dcat import services
from nqf_graph.discovery.draft import Draft
from nqf_graph.discovery.dumps import DUMPS
from nqf_graph.discovery.examples import Examples
from nqf_graph.discovery.executables import executables
from nqf_graph.discovery.facts import Facts
from nqf_graph.discovery.names import GENERATED, Names
from nqf_graph.discovery.profile_files import profile_dumps
from nqf_graph.discovery.profiles import Profile
from nqf_graph.discovery.void import Void
from nqf_graph.questions import Questions, SystemQueries
from nqf_graph.store import Catalogue, WritableStore
from nqf_graph.store.delta import Follow, Recorder
from nqf_graph.terms import SH, VOID, XSD
from nqf_graph.validation import Finding, Report
from nqf_graph.validation.w3c import as_triples

_TOTAL = {Kind.CLASS: Key(Kind.CLASSES), Kind.PROPERTY: Key(Kind.PROPERTIES)}
"""How many parts of a kind there are is a number too."""


class Description:
    """Describes the publication of `catalogue` under `names`."""

    def __init__(
        self,
        names: Names,
        catalogue: Catalogue,
        questions: Questions,
        system: SystemQueries,
        profiles: Mapping[str, Profile],
    ) -> None:
        self.names, self._catalogue, self._questions, self._system = names, catalogue, questions, system
        self.profiles = profiles
        self.dumps = (*DUMPS, *profile_dumps(profiles))

    @property
    def graphs(self) -> tuple[str, ...]:
        """The named graphs that hold it."""
        return tuple(self.names.graph(name).value for name in GENERATED)

    @cached_property
    def facts(self) -> Facts:
        """What the editor's catalogue says."""
        return Facts.of(self._catalogue, self.names.base)

    def renew(self, store: WritableStore, report: Callable[[], Report] | None = None, *, always: bool = False) -> bool:
        """Count everything and write the description from the beginning, unless it is right; was that needed?

        `report` gives the findings of the present state; without it, those that the description states stay.
        """
        if not always and self._is_right(store):
            return False
        store.restate(partial(self._rewrite, report=report and report()))
        return True

    def following(self, appeared: Iterable[Finding], gone: Iterable[Finding], *, conforms: bool) -> Follow:
        """A `follow` for a write that brings findings and removes findings; then the state `conforms`, or not."""

        def follow(recorder: Recorder, before: ox.Store, state: str) -> None:
            said = self._findings(Report(tuple(appeared)), conforms=conforms)
            recorder.remove(self._findings(Report(tuple(gone)), conforms=not conforms) - said)
            recorder.add(said)
            self.follow(recorder, before, state)

        return follow

    def follow(self, recorder: Recorder, before: ox.Store, state: str) -> None:
        """Bring the description in line with what `recorder` recorded on its scratch store; `before` is without it."""
        delta, after, draft = recorder.delta(), recorder.scratch, Draft(self._void.graph)
        for said in self._void.state(state):
            for old in after.quads_for_pattern(said.subject, said.predicate, None, self._void.graph):
                draft.exchange(old.triple, said)
        self._examples.follow(delta, before, after, draft)
        self._settle(recorder, difference(self._tally.after(delta, after), self._tally.before(delta, before)), draft)

    @cached_property
    def _void(self) -> Void:
        return Void(self.names, self.facts, frozenset(dataset.graph for dataset in self._catalogue))

    @cached_property
    def _tally(self) -> Tally:
        return Tally(self.names.own, self.facts.spaces())

    @cached_property
    def _examples(self) -> Examples:
        return Examples(self._void, self._system)

    def _is_right(self, store: WritableStore) -> bool:
        expected = {*self._void.header(), *self._void.state(store.state_id)}
        findings = self.names.graph("findings").value
        if not any(triple.object == SH["ValidationReport"] for triple in store.triples(findings)):
            return False
        return expected <= set(store.triples(self._void.graph.value)) and all(
            set(triples) == set(store.triples(graph.value)) for graph, triples in self._lasting()
        )

    def _lasting(self) -> Iterable[tuple[NamedNode, list[Triple]]]:
        """What does not depend on the state, by graph."""
        listed = sorted(dataset.graph for dataset in self._catalogue)
        yield self.names.graph("dcat"), list(services(self.names, self.facts, listed, self.dumps))
        yield self.names.graph("questions"), list(executables(self.names, self._questions.values()))

    def rewriting(self, known: Mapping[str, bytes]) -> Callable[[Report], Follow]:
        """What writes the description of a state with these findings, whose graphs of `known` hold just these lines."""
        return lambda report: partial(self._rewrite, report=report, known=known)

    def _findings(self, report: Report, *, conforms: bool) -> set[Quad]:
        """What the graph of the findings says of these; whether there are others too is for the caller to say."""
        graph = self.names.graph("findings")
        stated = {Quad(t.subject, t.predicate, t.object, graph) for t in as_triples(report, graph.value)}
        node, name = NamedNode(f"{graph.value}#report"), SH["conforms"]
        told = {Quad(node, name, Literal(value), graph) for value in (True, False)}
        return (stated - told) | {Quad(node, name, Literal(conforms), graph)}

    def _rewrite(
        self,
        recorder: Recorder,
        before: ox.Store,
        state: str,
        *,
        report: Report | None,
        known: Mapping[str, bytes] | None = None,
    ) -> None:
        """Write the description of `recorder`'s scratch store, whatever was there."""
        findings = self.names.graph("findings")
        for name in self.graphs:
            if report is not None or name != findings.value:
                recorder.clear(NamedNode(name))
        if report is not None:
            recorder.add(self._findings(report, conforms=report.conforms))
        for graph, triples in self._lasting():
            recorder.add(Quad(t.subject, t.predicate, t.object, graph) for t in triples)
        draft = Draft(self._void.graph)
        draft.add([*self._void.header(), *self._void.state(state)])
        self._examples.begin(recorder.scratch, draft)
        self._settle(recorder, self._tally.whole(recorder.scratch, known or {}), draft)

    def _settle(self, recorder: Recorder, changes: Counts, draft: Draft) -> None:
        """Make the changes of `draft` and of the numbers, then those that follow from them, until none does."""
        while changes or draft:
            has_new_terms = self._number(recorder.scratch, changes, draft)
            delta = draft.delta()
            before = self._tally.before(delta, recorder.scratch)
            for made in (draft.exchanges(), delta):
                recorder.remove(made.removed)
                recorder.add(made.added)
            changes, draft = difference(self._tally.after(delta, recorder.scratch), before), Draft(self._void.graph)
            if has_new_terms:
                self._list_vocabularies(recorder.scratch, draft)

    def _number(self, store: ox.Store, changes: Counts, draft: Draft) -> bool:
        """Put changed numbers into the draft, with the parts that come or go; have classes or properties changed?"""
        totals: Counts = Counter()
        for key, change in changes.items():
            old = self._stated_number(store, key)
            new = old + change
            if old and new:
                for stated, said in zip(self._numbered(key, old), self._numbered(key, new), strict=True):
                    draft.exchange(stated, said)
            else:
                state = draft.add if new else draft.remove
                state([*self._numbered(key, new or old), *self._void.statements(key)])
                if key.kind in _TOTAL:
                    totals[_TOTAL[key.kind]] += 1 if new else -1
        if totals:
            self._number(store, totals, draft)
        return bool(totals)

    def _numbered(self, key: Key, number: int) -> list[Triple]:
        """The statements with a number."""
        value = Literal(str(number), datatype=XSD["integer"])
        return [Triple(node, name, value) for node, name in self._void.places(key)]

    def _stated_number(self, store: ox.Store, key: Key) -> int:
        node, name = self._void.places(key)[0]
        found = next(store.quads_for_pattern(node, name, None, self._void.graph), None)
        return int(found.object.value) if found and isinstance(found.object, Literal) else 0

    def _list_vocabularies(self, store: ox.Store, draft: Draft) -> None:
        """State which namespaces the classes and properties in use come from."""
        graph, whole, name = self._void.graph, self.names.dataset, VOID["vocabulary"]
        quads = [q for term in ("class", "property") for q in store.quads_for_pattern(None, VOID[term], None, graph)]
        spaces = {self.names.vocabulary(q.object.value) for q in quads if isinstance(q.object, NamedNode)}
        draft.remove(quad.triple for quad in store.quads_for_pattern(whole, name, None, graph))
        draft.add(Triple(whole, name, NamedNode(space)) for space in spaces)
