"""Records that break one rule each; a validation must find exactly these."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from benchmarks.records import Records, date, decimal, in_languages, text, whole

Fault = Callable[[Records, str], dict[str, int]]
"""Writes a faulty record whose names end in the given number; returns rule → findings."""
FAULTS: list[Fault] = []


def add_faults(records: Records, number: int) -> Counter[str]:
    """Add each fault `number` times; returns how many findings each rule must give."""
    expected: Counter[str] = Counter()
    for copy in range(number):
        for fault in FAULTS:
            expected.update(fault(records, f"{fault.__name__}-{copy}"))
    return expected


def fault(write: Fault) -> Fault:
    """Register a fault."""
    FAULTS.append(write)
    return write


def _name(records: Records) -> tuple[str, str, str]:
    return records.name(("Ката", "Ошибка", "Fault"))


def _edition(records: Records, key: str, *links: tuple[str, str]) -> str:
    """A framework of its own with one edition."""
    records.record(f"framework/{key}", "Framework", _name(records))
    return records.record(
        f"framework/{key}/1", "FrameworkEdition", _name(records), ("nqf:editionOf", f"framework/{key}"), *links
    )


def _level(  # noqa: PLR0913
    records: Records, key: str, code: str, rank: int, edition: str, *, classes: str = "Level"
) -> str:
    return records.record(
        f"level/{key}/{code}", classes, _name(records),
        ("nqf:levelOf", edition), ("nqf:rank", whole(rank)), ("skos:notation", text(code)),
    )  # fmt: skip


@fault
def start_missing(records: Records, key: str) -> dict[str, int]:
    _edition(records, key)
    return {"R01": 1}


@fault
def rank_skipped(records: Records, key: str) -> dict[str, int]:
    edition = _edition(records, key, ("nqf:validFrom", date("2020-01-01")))
    for rank in (1, 3):
        _level(records, key, str(rank), rank, edition)
    return {"R02": 1}


@fault
def descriptor_missing(records: Records, key: str) -> dict[str, int]:
    edition = _edition(records, key, ("nqf:validFrom", date("2020-01-01")), ("nqf:hasDimension", "dimension/knowledge"))
    _level(records, key, "1", 1, edition)
    return {"R03": 1}


@fault
def dimension_foreign(records: Records, key: str) -> dict[str, int]:
    edition = _edition(records, key, ("nqf:validFrom", date("2020-01-01")))
    level = _level(records, key, "1", 1, edition)
    records.record(
        f"descriptor/{key}", "LevelDescriptor", _name(records),
        ("nqf:describesLevel", level), ("nqf:dimension", "dimension/knowledge"),
    )  # fmt: skip
    return {"R04": 1}


@fault
def term_reversed(records: Records, key: str) -> dict[str, int]:
    days = ("nqf:validFrom", date("2021-01-01")), ("nqf:validUntil", date("2020-01-01"))
    records.record(f"duty/{key}", "Duty", _name(records), *days)
    return {"R05": 1}


@fault
def profile_without_stage(records: Records, key: str) -> dict[str, int]:
    records.record(
        f"profile/{key}", "ProfileStatement", _name(records),
        ("nqf:profileOf", "level/2020/1"), ("nqf:dimension", "dimension/skills"),
    )  # fmt: skip
    return {"R06": 1}


@fault
def act_without_number(records: Records, key: str) -> dict[str, int]:
    records.record(
        f"act/{key}", "LegalAct", _name(records), ("eli:type_document", "nqf:law"),
        ("eli:date_document", date("2019-01-01")), ("eli:passed_by", "body/government"),
    )  # fmt: skip
    return {"R40": 1}


@fault
def official_without_act(records: Records, key: str) -> dict[str, int]:
    records.record(f"document/{key}", "PolicyDocument", _name(records), status="official", source="source/gazette")
    return {"R41": 1}


@fault
def step_before_draft(records: Records, key: str) -> dict[str, int]:
    steps = [f"step/{key}-{position}" for position in (1, 2)]
    for position, (step, kind) in enumerate(zip(steps, ("approved", "drafted"), strict=True), 1):
        records.record(
            step,
            "LifecycleStep",
            _name(records),
            ("nqf:stepType", f"nqf:{kind}"),
            ("nqf:stepPosition", whole(position)),
        )
    records.record(f"document/{key}", "PolicyDocument", _name(records), *(("nqf:hasStep", step) for step in steps))
    return {"R42": 1}


@fault
def issuer_before_its_time(records: Records, key: str) -> dict[str, int]:
    records.record(
        f"act/{key}", "LegalAct", _name(records), ("eli:type_document", "nqf:ministerialOrder"),
        ("eli:number", text("7")), ("eli:date_document", date("2014-01-01")), ("eli:passed_by", "body/ministry"),
    )  # fmt: skip
    return {"R43": 1}


@fault
def deliverable_of_nothing(records: Records, key: str) -> dict[str, int]:
    step = records.record(
        f"step/{key}", "LifecycleStep", _name(records),
        ("nqf:stepType", "nqf:drafted"), ("nqf:stepPosition", whole(1)),
    )  # fmt: skip
    records.record(f"document/{key}", "PolicyDocument Deliverable", _name(records), ("nqf:hasStep", step))
    return {"R44": 1}


@fault
def source_is_no_source(records: Records, key: str) -> dict[str, int]:
    records.record(f"duty/{key}", "Duty", _name(records), source="body/agency")
    return {"R60": 1}


@fault
def official_by_the_press(records: Records, key: str) -> dict[str, int]:
    records.record(f"duty/{key}", "Duty", _name(records), status="official")
    return {"R61": 1}


@fault
def count_of_nothing(records: Records, key: str) -> dict[str, int]:
    records.record(f"count/{key}", "ReportedCount", _name(records), ("nqf:count", whole(1)))
    return {"R66": 1}


@fault
def letters_mixed(records: Records, key: str) -> dict[str, int]:
    ky, ru, en = _name(records)
    records.record(f"duty/{key}", "Duty", (ky.replace("К", "K", 1), ru, en))
    return {"R62": 1}


@fault
def name_twice(records: Records, key: str) -> dict[str, int]:
    subject = records.record(f"duty/{key}", "Duty", _name(records))
    records.add(subject, ("skos:prefLabel", text("a second name", "en")))
    return {"R62": 1}


@fault
def dispute_of_one(records: Records, key: str) -> dict[str, int]:
    records.record(f"duty/{key}", "Duty", _name(records), ("nqf:disputedProperty", "skos:notation"))
    return {"R63": 1}


@fault
def example_with_legal_basis(records: Records, key: str) -> dict[str, int]:
    records.record(f"duty/{key}", "Duty", _name(records), ("nqf:legalBasis", "act/frame"), status="illustrative")
    return {"R64": 1}


@fault
def word_unknown(records: Records, key: str) -> dict[str, int]:
    records.record(f"duty/{key}", "Duty", _name(records), ("nqf:dutyOff", "body/ministry"))
    return {"R65": 1}


# --- sectors and standards ------------------------------------------------------------------------------------------


def _sectoral(records: Records, key: str, *links: tuple[str, str], status: str, source: str) -> str:
    """A sectoral framework and its edition."""
    framework = f"framework/{key}"
    records.record(framework, "SectoralFramework Framework", _name(records), ("nqf:sector", "sector/0"))
    return records.record(
        f"{framework}/1", "SectoralFrameworkEdition FrameworkEdition", _name(records), ("nqf:editionOf", framework),
        ("nqf:specialises", "framework/national/2020"), ("nqf:followsMethodology", "methodology/sectors"),
        ("nqf:validFrom", date("2021-01-01")), *links, status=status, source=source,
    )  # fmt: skip


def _standard(records: Records, key: str, *links: tuple[str, str], sector: str = "sector/0") -> str:
    """A standard that lacks only what `links` give it."""
    records.record(f"occupation/{key}", "Occupation", _name(records), ("nqf:isco08", "isco/C1101"))
    return records.record(
        f"standard/{key}", "OccupationalStandard", _name(records), ("nqf:forOccupation", f"occupation/{key}"),
        ("nqf:sector", sector), ("schema:version", text("1")), ("nqf:validFrom", date("2021-03-01")), *links,
    )  # fmt: skip


def _function(records: Records, key: str, *competences: str) -> str:
    task = records.record(
        f"task/{key}", "Task", _name(records), *(("nqf:requiresCompetence", competence) for competence in competences)
    )
    return records.record(
        f"function/{key}", "WorkFunction", _name(records), ("nqf:atLevel", "level/2020/4"), ("nqf:hasTask", task)
    )


def _competence(records: Records, key: str, names: tuple[str, str, str] | None = None) -> str:
    return records.record(f"competence/{key}", "Skill Competence", names or _name(records))


@fault
def sector_missing(records: Records, key: str) -> dict[str, int]:
    records.record(f"framework/{key}", "SectoralFramework Framework", _name(records))
    return {"R10": 1}


@fault
def counterpart_missing(records: Records, key: str) -> dict[str, int]:
    edition = _edition(records, key, ("nqf:validFrom", date("2020-01-01")))
    _level(records, key, "1", 1, edition, classes="SectoralLevel Level")
    return {"R11": 1}


@fault
def order_reversed(records: Records, key: str) -> dict[str, int]:
    edition = _edition(records, key, ("nqf:validFrom", date("2020-01-01")))
    for rank, general in ((1, 5), (2, 4)):
        level = _level(records, key, str(rank), rank, edition, classes="SectoralLevel Level")
        records.add(level, ("nqf:correspondsTo", f"level/2020/{general}"))
    return {"R12": 1}


@fault
def dimension_invented(records: Records, key: str) -> dict[str, int]:
    dimension = records.record(f"dimension/{key}", "DescriptorDimension", _name(records))
    _sectoral(records, key, ("nqf:hasDimension", dimension), status="reported", source="source/page")
    return {"R13": 1}


@fault
def approval_missing(records: Records, key: str) -> dict[str, int]:
    _sectoral(records, key, ("nqf:legalBasis", "act/frame"), status="official", source="source/gazette")
    return {"R14": 1}


@fault
def sector_without_framework(records: Records, key: str) -> dict[str, int]:
    sector = records.record(f"sector/{key}", "Sector", _name(records))
    _standard(records, key, ("nqf:developer", "body/council"), sector=sector)
    return {"R15": 1}


@fault
def developer_missing(records: Records, key: str) -> dict[str, int]:
    _standard(records, key)
    return {"R20": 1}


@fault
def function_without_level(records: Records, key: str) -> dict[str, int]:
    records.record(f"function/{key}", "WorkFunction", _name(records), ("nqf:hasTask", "task/0-0-0"))
    return {"R21": 1}


@fault
def task_without_competence(records: Records, key: str) -> dict[str, int]:
    records.record(f"task/{key}", "Task", _name(records))
    return {"R22": 1}


@fault
def level_outside_sector(records: Records, key: str) -> dict[str, int]:
    _standard(records, key, ("nqf:developer", "body/council"), ("nqf:atLevel", "level/2020/1"))
    return {"R23": 1}


@fault
def review_overdue(records: Records, key: str) -> dict[str, int]:
    _standard(records, key, ("nqf:developer", "body/council"), ("nqf:reviewDue", date("2023-01-01")))
    return {"R24": 1}


@fault
def competence_twice(records: Records, key: str) -> dict[str, int]:
    names = _name(records)
    function = _function(records, key, *(_competence(records, f"{key}-{part}", names) for part in "ab"))
    _standard(records, key, ("nqf:developer", "body/council"), ("nqf:hasFunction", function))
    return {"R25": 1}


# --- programmes -----------------------------------------------------------------------------------------------------


def _programme(records: Records, key: str, level: int, *links: tuple[str, str], leads_to: int = 0) -> str:
    """A programme and its qualification, from 2023 on unless `links` say otherwise."""
    qualification = records.record(
        f"qualification/{key}", "Qualification", _name(records), ("nqf:atLevel", f"level/2020/{leads_to or level}"),
        ("nqf:qualificationType", f"type/{leads_to or level}"),
    )  # fmt: skip
    given = {prop for prop, _ in links}
    usual = (("nqf:provider", "body/provider-0"), ("nqf:validFrom", date("2023-09-01")))
    return records.record(
        f"programme/{key}", "EducationProgramme", _name(records), ("nqf:atLevel", f"level/2020/{level}"),
        ("nqf:leadsTo", qualification), *(link for link in usual if link[0] not in given), *links,
    )  # fmt: skip


@fault
def level_of_programme(records: Records, key: str) -> dict[str, int]:
    _programme(records, key, 5, leads_to=4)
    return {"R30": 1}


@fault
def credits_above_norm(records: Records, key: str) -> dict[str, int]:
    _programme(records, key, 4, ("nqf:credits", decimal(500)))
    return {"R31": 1}


@fault
def outcome_of_nothing(records: Records, key: str) -> dict[str, int]:
    records.record(f"outcome/{key}", "LearningOutcome", _name(records))
    return {"R32": 1}


@fault
def standard_of_other_level(records: Records, key: str) -> dict[str, int]:
    _programme(records, key, 5, ("nqf:basedOn", "standard/0"))
    return {"R33": 1}


@fault
def programme_before_standard(records: Records, key: str) -> dict[str, int]:
    _programme(records, key, 3, ("nqf:basedOn", "standard/0"), ("nqf:validFrom", date("2020-01-01")))
    return {"R34": 1}


@fault
def entry_at_exit(records: Records, key: str) -> dict[str, int]:
    _programme(records, key, 4, ("nqf:requiresEntry", "type/4"))
    return {"R35": 1}


@fault
def provider_closed(records: Records, key: str) -> dict[str, int]:
    _programme(records, key, 4, ("nqf:provider", "body/ministry-old"))
    return {"R36": 1}


@fault
def standard_withdrawn(records: Records, key: str) -> dict[str, int]:
    competence = _competence(records, key)
    _standard(
        records, key, ("nqf:developer", "body/council"), ("nqf:validUntil", date("2022-01-01")),
        ("nqf:hasFunction", _function(records, key, competence)),
    )  # fmt: skip
    outcome = records.record(f"outcome/{key}", "LearningOutcome", _name(records), ("nqf:develops", competence))
    _programme(records, key, 4, ("nqf:hasOutcome", outcome))
    return {"R37": 1}


# --- alignments -----------------------------------------------------------------------------------------------------


def _alignment(records: Records, key: str, aligned: str, to: str, relation: str, *links: tuple[str, str]) -> None:
    """An accepted comparison by the council, except for what `links` say."""
    usual = (
        ("nqf:alignmentKind", "nqf:comparison"), ("nqf:alignmentStatus", "nqf:accepted"),
        ("nqf:justification", "nqf:expertJudgement"), ("dct:creator", "body/council"),
        ("nqf:reviewedBy", "body/agency"), ("dct:date", date("2021-05-01")),
    )  # fmt: skip
    given = {prop for prop, _ in links}
    records.record(
        f"alignment/{key}", "Alignment", _name(records), ("nqf:alignedSubject", aligned), ("nqf:alignedObject", to),
        ("nqf:relation", f"skos:{relation}"), *(link for link in usual if link[0] not in given),
        *(link for link in links if link[1]),
    )  # fmt: skip


@fault
def date_missing(records: Records, key: str) -> dict[str, int]:
    _alignment(records, key, "occupation/0", "esco/0", "closeMatch", ("dct:date", ""))
    return {"R50": 1}


def _concept(records: Records, key: str, *broader: str) -> str:
    """An occupation of another classification, which nobody else is aligned with."""
    subject = f"esco/{key}"
    named, above = in_languages("skos:prefLabel", _name(records)), [("skos:broader", other) for other in broader]
    records.add(subject, ("rdf:type", "esco:Occupation"), ("skos:inScheme", "esco/scheme"), *named, *above)
    return subject


@fault
def exact_twice(records: Records, key: str) -> dict[str, int]:
    occupation = records.record(f"occupation/{key}", "Occupation", _name(records))
    for number in (0, 1):
        _alignment(records, f"{key}-{number}", occupation, _concept(records, f"{key}-{number}"), "exactMatch")
    return {"R51": 1}


@fault
def exact_and_broad(records: Records, key: str) -> dict[str, int]:
    occupation = records.record(f"occupation/{key}", "Occupation", _name(records))
    concept = _concept(records, key)
    for relation in ("exactMatch", "broadMatch"):
        _alignment(records, f"{key}-{relation}", occupation, concept, relation)
    return {"R52": 1}


@fault
def alignments_crossed(records: Records, key: str) -> dict[str, int]:
    edition = _edition(records, key, ("nqf:validFrom", date("2020-01-01")))
    for rank, other in ((1, 3), (2, 2)):
        level = _level(records, key, str(rank), rank, edition)
        _alignment(records, f"{key}-{rank}", level, f"level/reference-2017/{other}", "closeMatch")
    return {"R53": 1}


@fault
def referencing_by_others(records: Records, key: str) -> dict[str, int]:
    _alignment(
        records, key, "level/2020/2", "level/reference-2017/2", "closeMatch", ("nqf:alignmentKind", "nqf:referencing"),
        ("dct:creator", "body/agency"), ("nqf:reviewedBy", "body/council"),
    )  # fmt: skip
    return {"R54": 1}


@fault
def reviewer_missing(records: Records, key: str) -> dict[str, int]:
    _alignment(records, key, "occupation/0", "esco/0", "closeMatch", ("nqf:reviewedBy", ""))
    return {"R55": 1}


@fault
def group_of_other_kind(records: Records, key: str) -> dict[str, int]:
    group = records.record(f"isco/C2{key}", "OccupationGroup", _name(records), ("skos:notation", text("2000")))
    occupation = records.record(f"occupation/{key}", "Occupation", _name(records), ("nqf:isco08", group))
    concept = _concept(records, key)
    records.add(concept, ("esco:memberOfISCOGroup", "isco/C1101"))
    _alignment(records, key, occupation, concept, "exactMatch")
    return {"R56": 1}


@fault
def object_unknown(records: Records, key: str) -> dict[str, int]:
    _alignment(records, key, "occupation/0", f"esco/{key}", "closeMatch")
    return {"R57": 1}


@fault
def concept_and_the_one_above(records: Records, key: str) -> dict[str, int]:
    occupation = records.record(f"occupation/{key}", "Occupation", _name(records))
    above = _concept(records, f"{key}-above")
    for concept in (above, _concept(records, f"{key}-below", above)):
        _alignment(records, concept.removeprefix("esco/"), occupation, concept, "closeMatch")
    return {"R58": 1}


@fault
def concept_shared(records: Records, key: str) -> dict[str, int]:
    concept = _concept(records, key)
    for number in (0, 1):
        occupation = records.record(f"occupation/{key}-{number}", "Occupation", _name(records))
        _alignment(records, f"{key}-{number}", occupation, concept, "exactMatch")
    return {"R59": 1}
