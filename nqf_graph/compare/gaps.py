"""Gaps: what stands alone in the graph, where a national system would want a link."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from pyoxigraph import Literal

from nqf_graph.compare.comparison import Named
from nqf_graph.compare.coverage import thing
from nqf_graph.compare.editions import choose_edition, day_of
from nqf_graph.compare.reading import Reader, iris
from nqf_graph.compare.records import Record, ids
from nqf_graph.compare.standing import Standing, standings
from nqf_graph.compare.wording import sentence
from nqf_graph.publication import Publication
from nqf_graph.store import text_of
from nqf_graph.terms import NQF, XSD

GAPS = ("list", "thing", "name", "within", "sectors", "level", "lacks", "status", "sources")


@dataclass(frozen=True)
class Gap:
    """One thing that stands alone."""

    thing: Named
    within: tuple[Named, ...]
    """What it is part of, or belongs to: the standard and the function of a task, the occupation of a standard."""
    sectors: tuple[Named, ...]
    level: str
    """The notation of its level; empty where it has none."""
    lacks: tuple[str, ...]
    """What is missing."""
    status: str
    sources: tuple[Named, ...]


@dataclass(frozen=True)
class GapList:
    """All gaps of one kind."""

    name: str
    title: str
    total: int
    question: str
    """The id of the question whose rows these are; empty where queries of the service find them."""
    is_of_sector: bool
    """Whether a sector that was asked for narrows the list; what has no sector is listed whole."""
    gaps: tuple[Gap, ...]


@dataclass(frozen=True)
class Gaps:
    """What is missing, kind by kind."""

    language: str
    as_of: str
    state: str
    framework: Named
    edition: Named | None
    sector: Named | None
    lists: tuple[GapList, ...]
    queries: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """As JSON has it."""
        return asdict(self)

    def as_records(self) -> list[Record]:
        """One record for each gap, with the columns GAPS."""
        return [_record(found.name, gap) for found in self.lists for gap in found.gaps]


def gaps(
    publication: Publication, *, sector: str | None = None, language: str = "en", as_of: str | None = None
) -> Gaps:
    """Which standards, tasks, occupations and levels stand alone on a day?

    With `sector`, only what belongs to it.  Raises NotFound naming the sectors that exist, BadParameter for what is
    no date.
    """
    reader = Reader(publication, language)
    day = day_of(as_of)
    asked = thing(reader, sector, NQF["Sector"], "sector") if sector else None
    return _Looking(reader, day, asked).gaps()


class _Looking:
    def __init__(self, reader: Reader, day: str, sector: str | None) -> None:
        self._reader, self._day, self._sector = reader, day, sector
        self._date = str(Literal(day, datatype=XSD["date"]))
        self._chosen = choose_edition(reader, None, day)
        self._sectors: dict[str, list[str]] = {}
        self._notations: dict[str, dict[str, str]] = {}
        self._levels: dict[str, set[str]] = {}
        self._occupations: set[str] = set()
        for row in reader.rows("gaps-standards", as_of=self._date):
            standard = row["standard"]
            self._sectors.setdefault(standard, []).append(row["sector"])
            self._levels.setdefault(standard, set()).add(row["level"])
            self._occupations.add(row["occupation"])
            notations = self._notations.setdefault(standard, {})  # its own level comes first, then those of functions
            if row["notation"] and (row["own"] == "true" or not notations.get("own")):
                notations.setdefault("own" if row["own"] == "true" else row["notation"], row["notation"])

    def gaps(self) -> Gaps:
        named = self._reader.named
        lists = (
            self._list("standards-without-programme", self._of_question("standards/without-programme"), sector=True),
            self._list("tasks-without-outcome", self._tasks(), sector=True),
            self._list("occupations-without-standard", self._without_standard(), sector=False),
            self._list(
                "standards-without-classification", self._of_question("standards/without-classification"), sector=True
            ),
            self._list("levels-without-standard", self._levels_without_standard(), sector=True),
            self._list("levels-without-qualification-type", self._levels_without_type(), sector=False),
        )
        return Gaps(
            self._reader.language, self._day, self._reader.publication.state_id, named(self._chosen.framework),
            named(self._chosen.edition) if self._chosen.edition else None,
            named(self._sector) if self._sector else None, lists, tuple(self._reader.asked),
        )  # fmt: skip

    def _ask(self, id: str, **values: str) -> list[dict[str, str]]:
        publication = self._reader.publication
        answer = publication.asker.ask(publication.questions[id], {"as_of": self._day, **values}, self._reader.language)
        return [{name: text_of(term) for name, term in row.items()} for row in answer.rows]

    def _of_question(self, id: str) -> tuple[str, list[_Found]]:
        found = {}
        for row in self._ask(id):
            lacks: list[str] = [name for name in ("isco08", "esco") if name in row and not row[name]]
            lacks = lacks or ["programme"]
            within = (row["occupation"],) if row.get("occupation") else ()
            found[row["standard"]] = _Found(row["standard"], row["standard"], within, "", tuple(lacks))
        return id, list(found.values())

    def _tasks(self) -> tuple[str, list[_Found]]:
        rows = self._reader.rows("gaps-tasks", as_of=self._date)
        found = {
            (row["standard"], row["function"], row["task"]): _Found(
                row["task"], row["standard"], (row["standard"], row["function"]), row["notation"], ("outcome",)
            )
            for row in rows
        }
        return "", list(found.values())

    def _without_standard(self) -> tuple[str, list[_Found]]:
        rows = self._reader.rows("all-members", type=str(NQF["Occupation"]))
        alone = [row["member"] for row in rows if row["member"] not in self._occupations]
        return "", [_Found(occupation, "", (), "", ("standard",)) for occupation in alone]

    def _levels_without_standard(self) -> tuple[str, list[_Found]]:
        """A level is taken when a standard of the sector, or a function of one, stands at it or at a sub-level."""
        rows = list(self._reader.rows("compare-levels", edition=iris([self._chosen.edition])))
        taken = {level for standard, levels in self._levels.items() if self._is_asked_for(standard) for level in levels}
        taken |= {row["whole"] for row in rows if row["level"] in taken}
        alone = {row["level"]: row for row in rows if row["level"] not in taken}
        return "", [_Found(level, "", (), row["notation"], ("standard",)) for level, row in alone.items()]

    def _levels_without_type(self) -> tuple[str, list[_Found]]:
        id = "frameworks/level-gaps"
        rows = self._ask(id, framework=self._chosen.framework)
        alone = {row["level"]: row for row in rows if row["missing"] == NQF["QualificationType"].value}
        return id, [_Found(level, "", (), row["notation"], ("qualificationType",)) for level, row in alone.items()]

    def _is_asked_for(self, standard: str) -> bool:
        return self._sector is None or self._sector in self._sectors.get(standard, ())

    def _list(self, name: str, found: tuple[str, Sequence[_Found]], *, sector: bool) -> GapList:
        question, entries = found
        kept = [entry for entry in entries if not entry.standard or self._is_asked_for(entry.standard)]
        sectors = {entry.standard: [s for s in self._sectors.get(entry.standard, ()) if s] for entry in kept}
        standing = standings(self._reader, (entry.thing for entry in kept))
        self._reader.learn(iri for entry in kept for iri in (entry.thing, *entry.within, *sectors[entry.standard]))
        gaps = tuple(self._gap(entry, sectors[entry.standard], standing) for entry in kept)
        title = sentence(name, self._reader.language)
        return GapList(name, title, len(gaps), question, sector, gaps)

    def _gap(self, found: _Found, sectors: Iterable[str], standing: Mapping[str, Standing]) -> Gap:
        named, of = self._reader.named, standing.get(found.thing, Standing())
        notation = found.notation or ", ".join(self._notations.get(found.thing, {}).values())
        return Gap(
            named(found.thing), tuple(map(named, found.within)), tuple(map(named, dict.fromkeys(sectors))), notation,
            found.lacks, of.status, of.sources,
        )  # fmt: skip


@dataclass(frozen=True)
class _Found:
    thing: str
    standard: str
    """The standard whose sectors count; empty for what has no sector."""
    within: tuple[str, ...]
    notation: str
    lacks: tuple[str, ...]


def _record(name: str, gap: Gap) -> Record:
    values = (
        name, gap.thing.iri, gap.thing.name, ids(gap.within), ids(gap.sectors), gap.level, " ".join(gap.lacks),
        gap.status, ids(gap.sources),
    )  # fmt: skip
    return dict(zip(GAPS, values, strict=True))
