"""The footprint of the shapes: which records can a change of the data concern?

Derived once from the text of the shapes.  For a change, the statements that were added and removed are matched against
every reading of every shape, and each match is followed back to the records it was read for: added statements in the
state after, removed ones in the state before (`trails` says why that is enough).  The cost follows the change and the
number of records it concerns, not the size of the graph.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Literal as Only

from pyoxigraph import BlankNode, NamedNode, Triple
from rdflib import Graph

from nqf_graph.store import Term
from nqf_graph.terms import RDFS
from nqf_graph.validation.readings import Readings, Target, target_shapes
from nqf_graph.validation.trails import NoFootprintError, Trail, is_variable, variables
from nqf_graph.validation.walks import LostError, Select, Walk, drop_dead_ends, subclass_links, types_of


class Everything(Enum):
    """Instead of a set of records: all that the shape has for targets."""

    ALL = "all"


ALL = Everything.ALL
Records = set[Term] | Only[Everything.ALL]
"""The records to check by a shape."""
_SUBCLASS = str(RDFS["subClassOf"])
_Classes = Mapping[str, frozenset[str]]
_Written = tuple[str, str, str]


@dataclass(frozen=True)
class Footprint:
    """What every target shape reads, ready to be matched with changes.

    `targets` are what the shapes are about, by IRI of the shape; `full` says which shapes run in full after every
    change, and why; `daily` which ones compare with the present day.
    """

    targets: Mapping[str, Target]
    full: Mapping[str, str]
    daily: frozenset[str]
    trails: Mapping[str | None, Mapping[Trail, frozenset[str]]] = field(repr=False)
    """Predicate (None: any) → reading → the shapes that have it."""
    classes: _Classes = field(repr=False)
    """Class → all classes below it and itself."""

    @classmethod
    def of(cls, shapes: Graph, subclasses: Mapping[str, Collection[str]]) -> Footprint:
        """Which statements can each target shape read?  `subclasses`: class IRI → IRIs of all classes below it."""
        targets: dict[str, Target] = {}
        full: dict[str, str] = {}
        daily: set[str] = set()
        trails: dict[str | None, dict[Trail, frozenset[str]]] = {}
        for shape, target in target_shapes(shapes):
            name, readings = str(shape), Readings(shapes)
            targets[name] = target
            try:
                found = readings.of(shape, target)
            except NoFootprintError as error:
                full[name] = str(error)
                continue
            if readings.today:
                daily.add(name)
            for trail in found:
                readers = trails.setdefault(None if is_variable(trail.read[1]) else trail.read[1], {})
                readers[trail] = readers.get(trail, frozenset()) | {name}
        return cls(targets, full, frozenset(daily), trails, {}).with_classes(subclasses)

    def with_classes(self, subclasses: Mapping[str, Collection[str]]) -> Footprint:
        """The footprint of the same shapes under another class hierarchy."""
        return replace(self, classes={name: frozenset((name, *below)) for name, below in subclasses.items()})

    def affected(
        self, added: Iterable[Triple], removed: Iterable[Triple], before: Select, after: Select, *, new_day: bool = True
    ) -> dict[str, Records]:
        """Which records may have other findings after a change?  Shapes that it cannot concern are left out.

        `before` and `after` answer SELECT queries on the two states.  `new_day` False: the findings to compare with
        were made on the present day, so that shapes that compare with it need not run in full.
        """
        found: dict[str, Records] = dict.fromkeys((*self.full, *(self.daily if new_day else ())), ALL)
        sides = ((list(added), after), (list(removed), before))
        classes = self.classes
        if any(str(triple.predicate) == _SUBCLASS for triples, _ in sides for triple in triples):
            classes = _closure(classes, (before, after))
        for triples, select in sides:
            self._follow(triples, select, classes, found)
        self._leave_out_strangers(found, (before, after), classes)
        return {shape: records for shape, records in found.items() if records}

    def _follow(self, triples: list[Triple], select: Select, classes: _Classes, found: dict[str, Records]) -> None:
        """Add to `found` the records for which the triples were read."""
        changed: dict[str | None, list[tuple[_Written, Triple]]] = {None: []}
        for triple in triples:
            written = (str(triple.subject), str(triple.predicate), str(triple.object))
            changed.setdefault(written[1], []).append((written, triple))
            changed[None].append((written, triple))
        walks: dict[Trail, Walk] = {}
        for predicate, statements in changed.items():
            for trail, readers in self.trails.get(predicate, {}).items():
                matching = _matching(trail, statements, classes)
                if matching and any(found.get(shape) is not ALL for shape in readers):
                    walks[trail] = Walk.of(trail, matching)
        drop_dead_ends(walks.values(), select)
        for trail, walk in walks.items():
            records = _records(walk, select)
            for shape in self.trails[None if is_variable(trail.read[1]) else trail.read[1]][trail]:
                known = found.get(shape, set())
                found[shape] = ALL if records is ALL or known is ALL else known | records

    def _leave_out_strangers(self, found: dict[str, Records], states: tuple[Select, Select], classes: _Classes) -> None:
        """Leave out the records that a shape has for targets neither before nor after."""
        sets: dict[str, set[Term]] = {
            shape: records
            for shape, records in found.items()
            if records is not ALL and not (self.targets[shape].subjects_of or self.targets[shape].objects_of)
        }
        nodes = {node for records in sets.values() for node in records if isinstance(node, NamedNode)}
        types: dict[Term, set[str]] = {}
        for select in states if nodes else ():
            for node, kind in types_of(nodes, select):
                types.setdefault(node, set()).add(kind)
        for shape, records in sets.items():
            target = self.targets[shape]
            wanted = {kind for name in target.classes for kind in classes.get(name, (name,))}
            found[shape] = {
                node for node in records
                if not wanted.isdisjoint(types.get(node, ())) or getattr(node, "value", "") in target.nodes
            }  # fmt: skip


def _matching(trail: Trail, statements: list[tuple[_Written, Triple]], classes: _Classes) -> list[Triple]:
    """The statements that the trail can have read, of those with its predicate.

    A literal counts as equal to any: stores rewrite numbers.
    """
    subject, _, value = trail.read
    found = statements
    if not is_variable(subject):
        found = [each for each in found if each[0][0] == subject]
    if trail.below:
        names = {f"<{name}>" for name in classes.get(value[1:-1], (value[1:-1],))}
        found = [each for each in found if each[0][2] in names]
    elif not is_variable(value) and not value.startswith('"'):
        found = [each for each in found if each[0][2] == value]
    places = [[place for place, name in enumerate(trail.read) if name == wanted] for wanted in variables(trail.read)]
    for one, *others in places:  # a variable that occurs twice stands for one thing
        found = [each for each in found if all(each[0][one] == each[0][other] for other in others)] if others else found
    return [triple for _, triple in found]


def _records(walk: Walk, select: Select) -> Records:
    """The records that a trail leads back to from what was changed."""
    try:
        records = walk.back(select)
    except LostError:
        return ALL
    return ALL if any(isinstance(record, BlankNode | Triple) for record in records) else records


def _closure(classes: _Classes, states: tuple[Select, Select]) -> _Classes:
    """The classes below each class, before or after the change: more than in either of them does no harm."""
    links = {link for select in states for link in subclass_links(select)}
    links |= {(lower, upper) for upper, below in classes.items() for lower in below}
    lower: dict[str, set[str]] = {}
    for low, high in links:
        lower.setdefault(high, {high}).add(low)
    closed: dict[str, frozenset[str]] = {}
    for name in lower:
        found, todo = {name}, [name]
        while todo:
            more = lower.get(todo.pop(), set()) - found
            found |= more
            todo += more
        closed[name] = frozenset(found)
    return closed
