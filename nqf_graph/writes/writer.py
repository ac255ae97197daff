"""One way for every write: stage → validate → commit atomically, or raise DataInvalid and change nothing."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol, TypeVar

from pyoxigraph import Literal, NamedNode, Quad

from nqf_graph.errors import BadParameter, PreconditionFailed
from nqf_graph.store import DatasetClause, OxigraphStore, Store, WritableStore
from nqf_graph.store.delta import Delta, Follow, Recorder
from nqf_graph.store.exchange import Contents
from nqf_graph.store.patches import SUBMITTED, record_patch
from nqf_graph.store.protocol import STORE_DECIDES
from nqf_graph.store.update_language import record_update
from nqf_graph.terms import DCT, FOAF, NQF, PROV, RDF, XSD
from nqf_graph.validation import Finding, Report
from nqf_graph.writes.payload import Document, triples_of
from nqf_graph.writes.policy import Policy

ACTIONS = ("update", "put", "post", "delete", "check", "patch")
_Seen = TypeVar("_Seen")


@dataclass(frozen=True)
class Request:
    """A write as it came.

    `update` runs a SPARQL Update text, `patch` the lines of an RDF Patch; `put`, `post` and `delete` act on one named
    graph; `check` adds what is not published yet, to see what it would bring.
    """

    action: str
    text: str = ""
    graph: str = ""
    media_type: str = "text/turtle"
    dataset: DatasetClause = STORE_DECIDES
    foreign: bool = False
    """Whether it may state things of IRIs that are not ours (reference data that the operator loads)."""


@dataclass(frozen=True)
class Outcome:
    """What a write did, or would do: the state before and after, the statements, and the findings it brings."""

    state: str
    next_state: str
    added: int
    removed: int
    findings: tuple[Finding, ...] = field(default=())


@dataclass(frozen=True)
class Rehearsal:
    """A write that is tried and taken back: its statements, the states before and after it, the findings of both."""

    delta: Delta
    state: str
    next_state: str
    before: Store
    after: Store
    introduced: tuple[Finding, ...]
    vanished: tuple[Finding, ...]


class Gate(Protocol):
    """What decides whether a write may pass."""

    @property
    def report(self) -> Report:
        """The findings of the present state."""

    def check(self, delta: Delta, before: Store, after: Store) -> Report:
        """The findings that the state after `delta` would have."""

    def check_whole(self, before: Store, after: Store) -> Report:
        """The same for a change of more statements than are worth following."""

    def accept(self, report: Report, state: str) -> None:
        """The write whose report this is has been committed and made `state`."""


class Following(Protocol):
    """What gives the rest of a commit: what has to change in the store with a write."""

    def __call__(self, appeared: Iterable[Finding], gone: Iterable[Finding], *, conforms: bool) -> Follow:
        """The rest of a write that brings and removes these findings; then the state conforms, or not."""


class Writer:
    """Writes to a store, each through the gate."""

    def __init__(
        self, store: WritableStore, gate: Gate, policy: Policy, folder: Path | None, following: Following
    ) -> None:
        self._store, self._gate, self._policy, self._folder, self._following = store, gate, policy, folder, following

    def write(self, request: Request, owner: str, *, dry_run: bool = False, if_match: str | None = None) -> Outcome:
        """Make the next state, or with `dry_run` only say what it would be.

        Raises DataInvalid when the write would bring a violation, DataSyntax or QuerySyntax for what does not parse,
        QueryRefused or CannotLoad for what may not be written, PreconditionFailed when the state is not `if_match`.
        """
        with self._store.writing() as recorder:
            state = self._store.state_id
            if if_match is not None and if_match != state:
                raise PreconditionFailed(if_match, state)
            delta, report = self._tried(request, recorder)
            known = set(self._gate.report.findings)
            introduced = tuple(finding for finding in report.findings if finding not in known)
            next_state = self._state_after(delta)
            outcome = Outcome(state, next_state, len(delta.added), len(delta.removed), introduced)
            if dry_run:
                return outcome
            Report(introduced).refuse_violations()
            if delta:
                self._keep_patch(delta, next_state)
                gone = known - set(report.findings)
                follow = self._following(introduced, gone, conforms=report.conforms)
                self._store.commit(recorder, self._record_of(delta, owner, next_state), follow)
                self._gate.accept(report, next_state)
            return outcome

    def exchange(  # noqa: PLR0913 - what comes with the statements is made when the state has a name
        self,
        contents: Contents,
        owner: str,
        record: Callable[[str], list[Quad]],
        following: Callable[[Report], Follow],
        *,
        dry_run: bool = False,
        talk: Callable[[str], None] = lambda _: None,
    ) -> Outcome:
        """Make the next state by putting `contents` in place of what these graphs hold, each statement counted.

        `record` says, for the name of the state, what is kept in the history beside the commit; `following` gives the
        rest of the commit for the findings of the new state.  Raises as `write`
        does; contents that are there already by an earlier exchange, and unedited, make no new state.
        """
        for graph in contents:
            self._policy.refuse_fixed(graph)
        if self._are_there(contents):
            return Outcome(self._store.state_id, self._store.state_id, 0, 0)
        talk("loading")
        with self._store.exchanging(contents) as made:
            present, before = self._store.state_id, self._store.before()
            talk("checking the rules")
            report = self._gate.check_whole(before, OxigraphStore.around(made.made))
            known = set(self._gate.report.findings)
            introduced = tuple(finding for finding in report.findings if finding not in known)
            outcome = Outcome(present, made.state, made.added, made.removed, introduced)
            if not dry_run:
                Report(introduced).refuse_violations()
                talk("counting what there is")
                commit = self._commit(made.added, made.removed, tuple(contents), owner, made.state)
                self._store.accept(made, [*commit, *record(made.state)], following(report))
                self._gate.accept(report, made.state)
        return outcome

    def _are_there(self, contents: Contents) -> bool:
        """Have the graphs this content by an exchange, and no edits since?"""
        edited, known = self._store.edited_graphs(), self._store.imported_graphs()
        return not edited & contents.keys() and all(known.get(g) == content.digest for g, content in contents.items())

    def rehearse(self, request: Request, look: Callable[[Rehearsal], _Seen]) -> _Seen:
        """What does `look` see in the states before and after a write?  Then the write is taken back.

        Raises what `write` raises for a request that does not parse or may not be written.
        """
        with self._store.writing() as recorder:
            delta, report = self._tried(request, recorder)
            before, after = set(self._gate.report.findings), set(report.findings)
            return look(
                Rehearsal(
                    delta, self._store.state_id, self._state_after(delta), self._store.before(),
                    OxigraphStore.around(recorder.scratch),
                    tuple(finding for finding in report.findings if finding not in before),
                    tuple(finding for finding in self._gate.report.findings if finding not in after),
                )
            )  # fmt: skip

    def _tried(self, request: Request, recorder: Recorder) -> tuple[Delta, Report]:
        """The statements of a write, and the findings of the state that it would make."""
        self._record(request, recorder)
        delta = recorder.delta()
        self._policy.check(delta, recorder, foreign=request.foreign)
        return delta, self._gate.check(delta, self._store.before(), OxigraphStore.around(recorder.scratch))

    def _state_after(self, delta: Delta) -> str:
        return self._store.state_after(delta) if delta else self._store.state_id

    def _record(self, request: Request, recorder: Recorder) -> None:
        if request.action == "update":
            record_update(request.text, recorder, request.dataset, self._policy.graph_store)
            return
        if request.action == "patch":
            record_patch(request.text, recorder)
            return
        if request.action not in ACTIONS:
            raise BadParameter("action", f"no action {request.action!r}", ACTIONS)
        graph = _graph_name(request.graph) if request.graph else SUBMITTED
        document = Document(request.text, request.media_type)
        triples = [] if request.action == "delete" else triples_of(document, self._policy.things)
        if request.action == "check":
            known = recorder.scratch.quads_for_pattern
            triples = [t for t in triples if not any(known(t.subject, t.predicate, t.object))]
        if request.action in ("put", "delete"):
            recorder.clear(graph)
        recorder.add(Quad(t.subject, t.predicate, t.object, graph) for t in triples)

    def _record_of(self, delta: Delta, owner: str, state: str) -> list[Quad]:
        return self._commit(len(delta.added), len(delta.removed), delta.graphs, owner, state)

    def _commit(self, added: int, removed: int, graphs: Iterable[str], owner: str, state: str) -> list[Quad]:
        """Who, when, what: the commit as a PROV-O activity."""
        history = NamedNode(self._policy.history)
        commit = NamedNode(f"{self._policy.things}commit/{state}")
        agent = agent_of(owner, self._policy.things)
        now = Literal(
            datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"), datatype=XSD["dateTime"]
        )
        statements: list[tuple[NamedNode, NamedNode, NamedNode | Literal]] = [
            (commit, RDF["type"], NQF["Commit"]),
            (commit, PROV["endedAtTime"], now),
            (commit, PROV["wasAssociatedWith"], agent),
            (commit, DCT["identifier"], Literal(state)),
            (commit, NQF["statementsAdded"], Literal(added)),
            (commit, NQF["statementsRemoved"], Literal(removed)),
            (commit, NQF["previousState"], Literal(self._store.state_id)),
            *((commit, PROV["used"], NamedNode(graph)) for graph in graphs),
            (agent, RDF["type"], PROV["Agent"]),
            (agent, FOAF["name"], Literal(owner)),
        ]
        return [Quad(subject, predicate, value, history) for subject, predicate, value in statements]

    def _keep_patch(self, delta: Delta, state: str) -> None:
        """The statements themselves, as RDF Patch, beside the store; written before the commit, named by its state."""
        if self._folder is not None:
            folder = self._folder / "history"
            folder.mkdir(parents=True, exist_ok=True)
            (folder / f"{state}.rdfp").write_text(delta.as_patch(), encoding="utf-8")


def agent_of(owner: str, things: str) -> NamedNode:
    """The node of who answers for a write; `things` is what our IRIs begin with."""
    return NamedNode(f"{things}agent/{_slug(owner)}")


def _graph_name(iri: str) -> NamedNode:
    try:
        return NamedNode(iri)
    except ValueError as error:
        raise BadParameter("graph", f"expected an absolute IRI, found {iri!r}") from error


def _slug(owner: str) -> str:
    """An owner's name as the last part of an IRI."""
    return re.sub(r"[^a-z0-9]+", "-", owner.lower()).strip("-") or owner.encode().hex()[:40]
