"""Load → check → publish: a `Publication` is a store that holds the catalogue's data and has passed the rules."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TypeVar

from pyoxigraph import Quad, Triple
from rdflib import Graph

from nqf_graph.discovery import Description, Exports, Names, ProfileFiles, Sitemap
from nqf_graph.discovery.profiles import read_profiles
from nqf_graph.errors import CannotLoad
from nqf_graph.questions import Asker, Questions, SystemQueries
from nqf_graph.settings import Settings
from nqf_graph.store import Catalogue, Change, OxigraphStore, RemoteStore, Store, WritableStore, read_catalogue
from nqf_graph.store.exchange import Contents
from nqf_graph.store.loading import disjoint, plan, read, read_prefixes
from nqf_graph.store.notice import Board, Notice
from nqf_graph.store.snapshots import Snapshots
from nqf_graph.validation import Report, Rule, RuleBook, as_graph, read_rules, validate
from nqf_graph.writes import KeyRing, Outcome, Policy, Rehearsal, Request, Submissions, Writer
from nqf_graph.writes.gate import RuleGate

Talk = Callable[[str], None]
_Seen = TypeVar("_Seen")


def _silent(_: str) -> None:
    """Say nothing."""


@dataclass(frozen=True)
class Publication:
    """A loaded and checked state, ready to be asked."""

    settings: Settings
    catalogue: Catalogue
    store: WritableStore
    prefixes: dict[str, str]

    @cached_property
    def questions(self) -> Questions:
        """The questions of the queries folder."""
        return Questions(self.settings.queries)

    @cached_property
    def system(self) -> SystemQueries:
        """The service's own queries."""
        return SystemQueries(self.settings.queries)

    @cached_property
    def asker(self) -> Asker:
        """What answers questions from this state."""
        return Asker(self.store, self.system, self.prefixes, self.settings.base)

    @cached_property
    def keys(self) -> KeyRing:
        """The API keys; none means that nothing is written over HTTP."""
        return KeyRing(self.settings.keys)

    @cached_property
    def submissions(self) -> Submissions:
        """What was handed in and not (yet) published."""
        return Submissions(self.settings.store and self.settings.store / "submissions")

    @cached_property
    def description(self) -> Description:
        """What the publication says of itself, in the store."""
        profiles = read_profiles(self.settings.queries)
        names = Names(self.settings.base, self.prefixes)
        return Description(names, self.catalogue, self.questions, self.system, profiles)

    @cached_property
    def exports(self) -> Exports:
        """The dumps of its states."""
        home = self.settings.store and self.settings.store / "exports"
        described = self.description
        files = ProfileFiles(described.names, self.system, described.profiles)
        return Exports(self.store, self.prefixes, home, self.settings.exports_keep, files)

    @cached_property
    def sitemap(self) -> Sitemap:
        """The pages that crawlers are told of."""
        described = self.description
        return Sitemap(self.store, described.names, described.facts, self.questions, self.system)

    @cached_property
    def _gate(self) -> RuleGate:
        state = self.store.state_id
        return RuleGate(RuleBook.of(self.shapes, self.store.select), last_report(self), state)

    @property
    def findings(self) -> Report:
        """The findings of the present state: advice, as a state with violations is not published."""
        return self._gate.report

    @cached_property
    def policy(self) -> Policy:
        """What may be written where."""
        protected = {dataset.graph for dataset in self.catalogue if dataset.is_shapes or dataset.is_vocabulary}
        return Policy(
            self.settings.base,
            frozenset({*protected, self.catalogue.itself.graph, *self.description.graphs}),
            self.settings.default_graph,
            self.settings.writes == "own",
        )

    @cached_property
    def _writer(self) -> Writer:
        return Writer(self.store, self._gate, self.policy, self.settings.store, self.description.following)

    def write(self, request: Request, owner: str, *, dry_run: bool = False, if_match: str | None = None) -> Outcome:
        """Make the next state by one write, through the gate; see `Writer.write`."""
        outcome = self._writer.write(request, owner, dry_run=dry_run, if_match=if_match)
        if not dry_run and outcome.next_state != outcome.state:
            _keep(self, self._gate.report)
        return outcome

    def rehearse(self, request: Request, look: Callable[[Rehearsal], _Seen]) -> _Seen:
        """What does `look` see in the states before and after a write?  Nothing is stored; see `Writer.rehearse`."""
        return self._writer.rehearse(request, look)

    def exchange(
        self,
        contents: Contents,
        owner: str,
        record: Callable[[str], list[Quad]] = lambda _: [],
        *,
        dry_run: bool = False,
        talk: Talk = _silent,
    ) -> Outcome:
        """Make the next state by putting `contents` in place of what these graphs hold; see `Writer.exchange`."""
        following = self.description.rewriting({graph: content.lines for graph, content in contents.items()})
        outcome = self._writer.exchange(contents, owner, record, following, dry_run=dry_run, talk=talk)
        if not dry_run and outcome.next_state != outcome.state:
            _keep(self, self._gate.report)
        return outcome

    @property
    def board(self) -> Board | None:
        """Where other processes are told of the published state; None for a publication in memory."""
        return Board.of(self.settings.store, is_remote=self.is_remote) if self.settings.store else None

    @property
    def is_remote(self) -> bool:
        """Whether another engine keeps the data."""
        return self.settings.endpoint is not None

    @property
    def state_id(self) -> str:
        """The state that readers see."""
        return self.snapshots.present()[0] if self.settings.store and not self.is_remote else self.store.state_id

    @cached_property
    def snapshots(self) -> Snapshots:
        """The published states as folders, for readers in other processes."""
        return Snapshots(self.store, None if self.is_remote else self.settings.store)

    @cached_property
    def shapes(self) -> Graph:
        """The rules as SHACL shapes."""
        return as_graph(_triples_of(self.store, self.catalogue, shapes=True))

    @cached_property
    def rules(self) -> dict[str, Rule]:
        """The rule register, by number."""
        return read_rules(self.shapes)


def open_publication(settings: Settings, talk: Talk = _silent, *, replace_edits: bool = False) -> Publication:
    """Which state do the catalogue's files make?  Loads what changed since the last start, checks it, commits it.

    `talk` is told what takes time.  A file that changed is not loaded over edits made through the service, unless
    `replace_edits`.  Raises CannotLoad for a file that cannot be read, DataInvalid for data that
    break a rule, StoreInUse when another process publishes from the same data folder; the store stays as it was.
    """
    catalogue = read_catalogue(settings.catalog, settings.base)
    store = _open_store(settings)
    kept = ((), ()) if replace_edits else (store.edited_graphs(), store.imported_graphs())
    change = plan(catalogue, store, settings.base, *kept)
    publication = Publication(settings, catalogue, store, read_prefixes(catalogue, settings.base))
    if change:
        change = replace(change, drop=(*change.drop, *publication.description.graphs))  # written anew below
        talk(f"loading {len(change.replace)} of {len(catalogue.datasets) + 1} files")
        staged = stage(store, change, once=settings.writes == "own")
        talk("checking the rules")
        report = check(staged, catalogue)
        report.refuse_violations()
        store.apply(change)
        talk("counting what there is")
    found = report if change else None
    renewed = publication.description.renew(store, lambda: found or last_report(publication))
    if renewed and settings.store:
        publication.snapshots.forget()
    if renewed or not (publication.board is None or publication.board.tells_of(store.state_id)):
        _keep(publication, found or last_report(publication))
    return publication


def open_published(settings: Settings) -> Publication:
    """The last published state, read-only; works while a service has the data folder open for writing."""
    if settings.store is None and settings.endpoint is None:
        raise ValueError("a store in memory cannot be opened a second time")
    catalogue = read_catalogue(settings.catalog, settings.base)
    store: WritableStore
    if settings.endpoint is not None:
        store = RemoteStore.open(settings)
        if not store.graphs():
            raise CannotLoad("endpoint", "expected a published state there; start the service once")
    else:
        assert settings.store is not None
        store = OxigraphStore(settings.store / Board.of(settings.store, is_remote=False).read().folder, read_only=True)
    return Publication(settings, catalogue, store, read_prefixes(catalogue, settings.base))


def _open_store(settings: Settings) -> WritableStore:
    """The store of the settings, ready to be written to."""
    if settings.endpoint is None:
        return OxigraphStore(settings.store / "store" if settings.store else None)
    store = RemoteStore.open(settings)
    store.recover()
    return store


def stage(store: Store, change: Change, *, once: bool = True) -> OxigraphStore:
    """A store in memory that holds what `store` would hold after `change`.

    Raises CannotLoad for a triple in two graphs; with `once` False, edits may have stated again what files state.
    """
    kept = [graph for graph in store.names() if graph not in change.replace and graph not in change.drop]
    contents = {graph: store.triples(graph) for graph in kept} | dict(change.replace)
    disjoint((contents if once else change.replace).items())
    staged = OxigraphStore()
    staged.apply(Change(contents, checksums={graph: store.graphs().get(graph, "staged") for graph in contents}))
    return staged


def check(store: Store, catalogue: Catalogue) -> Report:
    """Which rules do the catalogue's data, and what was written since, break?"""
    return validate(store, as_graph(_triples_of(store, catalogue, shapes=True)))


def check_files(settings: Settings, files: Iterable[Path]) -> Report:
    """Which findings do the catalogue's data have, or which ones would these files bring to them?

    Raises CannotLoad for a file that cannot be read.  Nothing is stored.
    """
    catalogue = read_catalogue(settings.catalog, settings.base)
    prefixes = read_prefixes(catalogue, settings.base)
    known = {dataset.file for dataset in catalogue}
    added: dict[Triple, None] = {}
    for file in files:
        if file.resolve() not in known:
            added |= dict.fromkeys(read(file, str(file), settings.base, prefixes))
    staged = stage(OxigraphStore(), plan(catalogue, OxigraphStore(), settings.base))
    rules = RuleBook.of(as_graph(_triples_of(staged, catalogue, shapes=True)), staged.select)
    present = rules.check(staged)
    if not added:
        return present
    for name in staged.names():
        for triple in staged.triples(name):
            added.pop(triple, None)
    graph = "urn:nqf:submitted"
    staged.apply(Change({graph: list(added)}, checksums={graph: ""}))
    found = rules.check(staged)
    return Report(tuple(finding for finding in found.findings if finding not in set(present.findings)))


def last_report(publication: Publication) -> Report:
    """The findings of the present state (advice: a state with violations is not published)."""
    board = publication.board
    if board is not None and board.tells_of(publication.store.state_id):
        return Report.from_list(board.read().findings)
    return check(publication.store, publication.catalogue)


def _triples_of(store: Store, catalogue: Catalogue, *, shapes: bool) -> list[Triple]:
    rules = {dataset.graph for dataset in catalogue if dataset.is_shapes}
    return [triple for graph in store.names() if (graph in rules) is shapes for triple in store.triples(graph)]


def _keep(publication: Publication, report: Report) -> None:
    """Make the present state the published one for readers in other processes, in one step; drop earlier ones."""
    board = publication.board
    if board is None:
        return
    state, snapshot = publication.store.state_id, ""
    if not publication.is_remote:
        state, snapshot = publication.snapshots.publish()
    board.put_up(Notice(state, Path(snapshot).name, [finding.as_dict() for finding in report.findings]))
    if not publication.is_remote:
        publication.snapshots.tidy()
