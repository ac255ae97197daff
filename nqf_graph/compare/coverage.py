"""Coverage: what of a standard, and of ESCO behind it, does a programme teach?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from pyoxigraph import NamedNode

from nqf_graph.compare.comparison import Named
from nqf_graph.compare.reading import Reader, iris, local, number
from nqf_graph.errors import NotFound
from nqf_graph.publication import Publication
from nqf_graph.terms import NQF


@dataclass(frozen=True)
class Match:
    """A concept of ESCO that one of our things is aligned with; rejected alignments are left out."""

    concept: Named
    relation: str
    alignment: str
    """The IRI of the alignment; empty for a match that is stated without one."""
    kind: str
    state: str
    status: str
    score: float | None


@dataclass(frozen=True)
class Required:
    """A competence that the standard asks for."""

    competence: Named
    kind: str
    """Knowledge, Skill or PersonalCompetence."""
    function: Named
    task: Named
    level: Named | None
    """The level of the function."""
    verdict: str
    """covered, wrong-level (an outcome develops it, but the function stands above the programme) or missing."""
    outcomes: tuple[Named, ...]
    matches: tuple[Match, ...]
    status: str


@dataclass(frozen=True)
class Surplus:
    """An outcome beside the standard: it develops competences of no function of it, or none at all."""

    outcome: Named
    competences: tuple[Named, ...]
    status: str


@dataclass(frozen=True)
class EssentialSkill:
    """A skill that ESCO calls essential for the occupation of the standard."""

    skill: Named
    occupations: tuple[Named, ...]
    verdict: str
    """reached (a covered competence is aligned with it), asked (only the standard asks for it) or outside."""
    competences: tuple[Named, ...]


@dataclass(frozen=True)
class StandardCoverage:
    """A programme beside one standard."""

    standard: Named
    status: str
    is_claimed: bool
    """Whether the programme itself says that it is based on the standard."""
    required: tuple[Required, ...]
    surplus: tuple[Surplus, ...]
    occupations: tuple[Match, ...]
    essential: tuple[EssentialSkill, ...]
    counts: dict[str, int]


@dataclass(frozen=True)
class Coverage:
    """What a programme covers of standards."""

    language: str
    state: str
    programme: Named
    status: str
    levels: tuple[Named, ...]
    """The level of the programme, or of the qualification that it leads to."""
    standards: tuple[StandardCoverage, ...]
    queries: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """As JSON has it."""
        return asdict(self)


def coverage(
    publication: Publication, programme: str, standard: str | None = None, *, language: str = "en"
) -> Coverage:
    """Which competences of a standard does a programme develop, which are missing, and what does it teach besides?

    `standard` None means each standard that the programme is based on.  Names are IRIs or ids below the base.  Raises
    NotFound naming the programmes, or the standards, that exist.
    """
    reader = Reader(publication, language)
    found = thing(reader, programme, NQF["EducationProgramme"], "programme")
    columns = ("standard", "rank", "level", "outcome", "competence")
    rows = reader.sorted_rows("coverage-programme", *columns, programme=iris([found]))
    claimed = list(dict.fromkeys(row["standard"] for row in rows if row["standard"]))
    asked = [thing(reader, standard, NQF["OccupationalStandard"], "standard")] if standard else claimed
    reader.learn([found, *asked, *(row["level"] for row in rows)])
    status = next((row["status"] for row in rows if row["status"]), "")
    return Coverage(
        language, publication.state_id, reader.named(found), local(status),
        reader.several(row["level"] for row in rows),
        tuple(_standard(reader, rows, iri, iri in claimed) for iri in asked), tuple(reader.asked),
    )  # fmt: skip


def thing(reader: Reader, name: str, type_: NamedNode, kind: str) -> str:
    """The IRI of a thing of the class `type_` that is called `name`.  Raises NotFound naming some that exist."""
    publication = reader.publication
    base = f"{publication.settings.base}/id/"
    short = name.strip().lstrip("/")
    for iri in (short, f"{base}{short}", f"{base}{kind}/{short}"):
        try:
            node = NamedNode(iri)
        except ValueError:
            continue
        if publication.store.ask(publication.system("is-a", thing=str(node), type=str(type_))):
            return iri
    members = reader.rows("members", type=str(type_))
    raise NotFound(kind, name, [publication.asker.shorten(row["member"]) for row in members])


def _distinct(values: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(value for value in values if value))


def _standard(reader: Reader, programme: Sequence[dict[str, str]], standard: str, is_claimed: bool) -> StandardCoverage:
    rows = list(reader.rows("coverage-standard", standard=iris([standard])))
    competences = _distinct(row["competence"] for row in rows)
    occupations = _distinct(row["occupation"] for row in rows)
    aligned = _matches(reader, [*competences, *occupations])
    developed: dict[str, list[str]] = {}
    for row in programme:
        if row["outcome"] and row["competence"]:
            developed.setdefault(row["competence"], []).append(row["outcome"])
    reader.learn(value for row in (*rows, *programme) for value in row.values() if "://" in value)
    exit_rank = max((int(row["rank"]) for row in programme if row["rank"]), default=None)
    required = tuple(_required(reader, row, developed, exit_rank, aligned) for row in _one_each(rows))
    surplus = _surplus(reader, programme, set(competences))
    matches = tuple(match for occupation in occupations for match in aligned.get(occupation, ()))
    essential = _essential(reader, matches, required)
    counts = {"required": len(required), "surplus": len(surplus), "essential": len(essential)}
    for name in ("covered", "wrong-level", "missing"):
        counts[name] = sum(entry.verdict == name for entry in required)
    for name in ("reached", "asked", "outside"):
        counts[name] = sum(entry.verdict == name for entry in essential)
    return StandardCoverage(
        reader.named(standard), local(rows[0]["standard_status"]) if rows else "", is_claimed, required, surplus,
        matches, essential, counts,
    )  # fmt: skip


def _one_each(rows: Iterable[dict[str, str]]) -> list[dict[str, str]]:
    """One row for each place of a competence in the standard."""
    return list({(row["function"], row["task"], row["competence"]): row for row in rows}.values())


def _required(
    reader: Reader,
    row: dict[str, str],
    developed: dict[str, list[str]],
    exit_rank: int | None,
    aligned: dict[str, list[Match]],
) -> Required:
    outcomes = _distinct(developed.get(row["competence"], ()))
    too_high = bool(row["rank"]) and exit_rank is not None and int(row["rank"]) > exit_rank
    verdict = "missing" if not outcomes else "wrong-level" if too_high else "covered"
    return Required(
        reader.named(row["competence"]), local(row["class"]), reader.named(row["function"]), reader.named(row["task"]),
        reader.named(row["level"]) if row["level"] else None, verdict, tuple(map(reader.named, outcomes)),
        tuple(aligned.get(row["competence"], ())), local(row["status"]),
    )  # fmt: skip


def _surplus(reader: Reader, programme: Iterable[dict[str, str]], asked: set[str]) -> tuple[Surplus, ...]:
    develops: dict[str, list[str]] = {}
    statuses: dict[str, str] = {}
    for row in programme:
        if row["outcome"]:
            statuses[row["outcome"]] = local(row["outcome_status"])
            develops.setdefault(row["outcome"], []).extend([row["competence"]] if row["competence"] else [])
    return tuple(
        Surplus(reader.named(outcome), reader.several(found), statuses[outcome])
        for outcome, found in develops.items()
        if not asked & set(found)
    )


def _matches(reader: Reader, subjects: Sequence[str]) -> dict[str, list[Match]]:
    """The concepts elsewhere that each thing is aligned with."""
    if not subjects:
        return {}
    rows = list(reader.rows("coverage-aligned", subject=iris(subjects)))
    reader.learn(row["object"] for row in rows)
    stated = {(row["subject"], row["object"], row["relation"]) for row in rows if row["alignment"]}
    found: dict[str, list[Match]] = {}
    for row in rows:
        is_repeated = not row["alignment"] and (row["subject"], row["object"], row["relation"]) in stated
        if row["state"] != NQF["rejected"].value and not is_repeated:
            match = Match(
                reader.named(row["object"]), local(row["relation"]), row["alignment"], local(row["kind"]),
                local(row["state"]), local(row["status"]), number(row["score"]),
            )  # fmt: skip
            found.setdefault(row["subject"], []).append(match)
    return found


def _essential(
    reader: Reader, occupations: Iterable[Match], required: Sequence[Required]
) -> tuple[EssentialSkill, ...]:
    near = [match.concept.iri for match in occupations if match.relation in ("exactMatch", "closeMatch")]
    if not near:
        return ()
    of: dict[str, list[str]] = {}
    for row in reader.rows("coverage-skills", occupation=iris(near)):
        of.setdefault(row["skill"], []).append(row["occupation"])
    reader.learn(of)
    found = []
    for skill, needed in of.items():
        asking = [entry for entry in required if any(match.concept.iri == skill for match in entry.matches)]
        verdict = "outside" if not asking else "reached" if any(e.verdict == "covered" for e in asking) else "asked"
        competences = tuple(dict.fromkeys(entry.competence for entry in asking))
        found.append(EssentialSkill(reader.named(skill), tuple(map(reader.named, needed)), verdict, competences))
    return tuple(found)
