"""Invented data that look like a national qualifications framework, of any size, with faults of a known number.

    python -m benchmarks.generate 100000 data.nt --faults 3

Clean data break no rule.  Each fault is one more record (or a few) that breaks one rule; the table says how many
findings per rule a validation must give.  The ontology is not repeated: load `ontology/*.ttl` beside the data.
"""

from __future__ import annotations

import argparse
from collections import Counter
from itertools import count
from pathlib import Path
from typing import TextIO

from benchmarks.faults import add_faults
from benchmarks.records import Records, date, decimal, in_languages, text, whole

LEVELS = tuple(str(rank) for rank in range(1, 10))
DIMENSIONS = ("knowledge", "skills", "autonomy")
OPENED, OFFICIAL = "2020-09-01", "source/gazette"
NATION = ("улуттук", "национальный", "national")


def generate(triples: int, out: TextIO, faults: int = 0, seed: int = 7) -> Counter[str]:
    """Write about `triples` triples (within one standard and its programmes) and `faults` faults per rule.

    Returns how many findings each rule must give; deterministic.
    """
    records = Records(out, seed)
    country = Country(records, sectors=max(3, min(50, triples // 20_000)))
    country.frame()
    for number in count():
        if records.triples >= triples:
            break
        country.standard(number)
        if number % 8 == 0:
            country.policy(number // 8)
    return add_faults(records, faults)


class Country:
    """The invented country, written part by part."""

    def __init__(self, records: Records, sectors: int) -> None:
        self.records = records
        self.sectors = sectors
        self._competence = count()
        self._programme = count()

    def frame(self) -> None:
        """What exists once: sources, bodies, the national framework, the reference framework, sectors."""
        self.sources()
        self.bodies()
        self.national_framework()
        self.reference_framework()
        self.qualification_types()
        for number in range(self.sectors):
            self.sector(number)
        self.findings()

    def sources(self) -> None:
        kinds = {
            "gazette": "officialPublication",
            "page": "press",
            "handbook": "referenceBody",
            "project": "projectWork",
        }
        for number, (name, kind) in enumerate(kinds.items()):
            self.source(f"source/{name}", kind, f"B{number}")
        self.source("source/reports", "programmeReporting", "B9")
        self.records.add("source/reports", ("nqf:reportsOn", "measure/0"))

    def source(self, subject: str, kind: str, code: str) -> str:
        self.records.add(
            subject,
            ("rdf:type", "nqf:Source"), ("skos:prefLabel", text(f"Source {code}", "en")),
            ("dct:identifier", text(code)),
            ("foaf:page", f"https://example.org/benchmark/{subject}"), ("nqf:sourceKind", f"nqf:{kind}"),
        )  # fmt: skip
        return subject

    def bodies(self) -> None:
        record, name = self.records.record, self.records.name
        record("duty/framework", "Duty", name(("Милдет", "Обязанность", "Duty")))
        record(
            "body/government",
            "Body",
            name(("Өкмөт", "Правительство", "Government")),
            ("nqf:validFrom", date("1995-01-01")),
        )
        record(
            "body/ministry-old", "Body", name(("Мурунку министрлик", "Прежнее министерство", "Former ministry")),
            ("nqf:validFrom", date("1995-01-01")), ("nqf:validUntil", date("2015-12-31")),
        )  # fmt: skip
        record(
            "body/ministry", "Body", name(("Министрлик", "Министерство", "Ministry")),
            ("nqf:validFrom", date("2016-01-01")), ("nqf:hasDuty", "duty/framework"),
        )  # fmt: skip
        record(
            "body/council", "Council Body", name(("Кеңеш", "Совет", "Council")),
            ("nqf:validFrom", date("2016-01-01")), ("nqf:hasDuty", "duty/framework"),
            status="official", source=OFFICIAL,
        )  # fmt: skip
        record("body/agency", "Body", name(("Агенттик", "Агентство", "Agency")))
        record("group/employers", "StakeholderGroup", name(("Иш берүүчүлөр", "Работодатели", "Employers")))
        record(
            "succession/ministry", "Succession", name(("Кайра түзүү", "Реорганизация", "Reorganisation")),
            ("org:originalOrganization", "body/ministry-old"), ("org:resultingOrganization", "body/ministry"),
            ("dct:date", date("2016-01-01")), ("nqf:byAct", "act/frame"),
        )  # fmt: skip
        self.act("act/frame", "1", "2015-11-02", "nqf:approves", "framework/national/2020")
        record(
            "methodology/sectors", "Methodology", name(("Методология", "Методология", "Methodology")),
            ("nqf:legalBasis", "act/frame"), ("nqf:validFrom", date("2016-01-01")), status="official", source=OFFICIAL,
        )  # fmt: skip
        for number in range(4):
            record(f"measure/{number}", "PolicyMeasure", name(("Чара", "Мера", "Measure"), number))

    def act(self, subject: str, number: str, day: str, *link: str) -> str:
        links = [(link[0], link[1])] if link else []
        return self.records.record(
            subject, "LegalAct", self.records.name(("Токтом", "Постановление", "Resolution"), number),
            ("eli:type_document", "nqf:governmentResolution"), ("eli:number", text(number)),
            ("eli:date_document", date(day)), ("eli:passed_by", "body/government"), ("nqf:validFrom", date(day)),
            *links, status="official", source=OFFICIAL,
        )  # fmt: skip

    def national_framework(self) -> None:
        record, name = self.records.record, self.records.name
        record(
            "framework/national", "Framework", name(NATION), ("nqf:competentAuthority", "body/council"),
            status="official", source=OFFICIAL,
        )  # fmt: skip
        for dimension in DIMENSIONS:
            record(f"dimension/{dimension}", "DescriptorDimension", name(("Категория", "Категория", "Dimension")))
        record(
            "framework/national/2020", "FrameworkEdition", name(NATION, 2020),
            ("nqf:editionOf", "framework/national"), ("nqf:validFrom", date(OPENED)), ("nqf:legalBasis", "act/frame"),
            ("nqf:numberOfLevels", whole(len(LEVELS))),
            *(("nqf:hasDimension", f"dimension/{dimension}") for dimension in DIMENSIONS),
            status="official", source=OFFICIAL,
        )  # fmt: skip
        for code in LEVELS:
            self.level("level/2020", "Level", code, int(code), "framework/national/2020")
        for letter in "ab":
            self.level(
                "level/2020", "Level", f"7{letter}", 7, "framework/national/2020", ("nqf:subLevelOf", "level/2020/7")
            )

    def level(self, folder: str, classes: str, code: str, rank: int, edition: str, *links: tuple[str, str]) -> None:
        """A level and, unless it is a sub-level, its descriptors."""
        record, name = self.records.record, self.records.name
        subject = f"{folder}/{code}"
        record(
            subject, classes, name(("Деңгээл", "Уровень", "Level"), code),
            ("nqf:levelOf", edition), ("nqf:rank", whole(rank)), ("skos:notation", text(code)), *links,
        )  # fmt: skip
        if any(prop == "nqf:subLevelOf" for prop, _ in links):
            return
        for dimension in DIMENSIONS:
            record(
                subject.replace("level", "descriptor", 1) + f"/{dimension}", "LevelDescriptor",
                name(("Дескриптор", "Дескриптор", "Descriptor"), code),
                ("nqf:describesLevel", subject), ("nqf:dimension", f"dimension/{dimension}"),
                described=name(("Талап", "Требование", "Expectation"), topics=5),
            )  # fmt: skip

    def reference_framework(self) -> None:
        record, name = self.records.record, self.records.name
        record("framework/reference", "Framework", name(("Таяныч алкак", "Справочная рамка", "Reference framework")))
        record(
            "framework/reference/2017", "FrameworkEdition",
            name(("Таяныч алкак", "Справочная рамка", "Reference framework")),
            ("nqf:editionOf", "framework/reference"), ("nqf:validFrom", date("2017-05-22")),
            *(("nqf:hasDimension", f"dimension/{dimension}") for dimension in DIMENSIONS),
        )  # fmt: skip
        for rank in range(1, 9):
            self.level("level/reference-2017", "Level", str(rank), rank, "framework/reference/2017")
        record(
            "profile/2020/1/knowledge", "ProfileStatement", name(("Профиль", "Профиль", "Profile")),
            ("nqf:profileOf", "level/2020/1"), ("nqf:dimension", "dimension/knowledge"), ("nqf:stage", text("A1")),
        )  # fmt: skip
        record("evidence/0", "Evidence", name(("Далил", "Свидетельство", "Evidence")))
        for rank in range(1, 9):
            self.alignment(
                f"alignment/level/{rank}", "Alignment", f"level/2020/{rank}",
                ("nqf:relation", "skos:closeMatch"), ("nqf:alignedObject", f"level/reference-2017/{rank}"),
                ("nqf:hasEvidence", "evidence/0"), kind="referencing" if rank == 1 else "comparison",
            )  # fmt: skip
        self.alignment(
            "alignment/level/9", "NoMatch Alignment", "level/2020/9", ("nqf:noMatchIn", "framework/reference/2017")
        )

    def alignment(
        self, subject: str, classes: str, aligned: str, *links: tuple[str, str], kind: str = "comparison"
    ) -> None:
        self.records.record(
            subject, classes, self.records.name(("Шайкештик", "Соответствие", "Alignment")),
            ("nqf:alignedSubject", aligned), ("nqf:alignmentKind", f"nqf:{kind}"),
            ("nqf:alignmentStatus", "nqf:accepted"), ("nqf:justification", "nqf:expertJudgement"),
            ("dct:creator", "body/council"), ("nqf:reviewedBy", "body/agency"), ("dct:date", date("2021-05-01")),
            ("nqf:confidenceScore", decimal(0.8)), *links,
        )  # fmt: skip

    def qualification_types(self) -> None:
        record, name = self.records.record, self.records.name
        for code in LEVELS:
            record(
                f"route/{code}", "Route", name(("Жол", "Путь", "Route"), code), ("nqf:routeKind", "nqf:educationRoute")
            )
            record(
                f"type/{code}", "QualificationType",
                name(("Квалификация түрү", "Вид квалификации", "Qualification type"), code),
                ("nqf:atLevel", f"level/2020/{code}"), ("nqf:isced", text(str(min(int(code), 8)))),
                ("nqf:minCredits", decimal(60)), ("nqf:maxCredits", decimal(240)), ("nqf:hasRoute", f"route/{code}"),
            )  # fmt: skip

    def sector(self, number: int) -> None:
        """A sector, its framework with levels 3 to 8 of the national one, and a career path."""
        record, name = self.records.record, self.records.name
        words = ("Тармак", "Отрасль", "Sector")
        sector = record(
            f"sector/{number}", "Sector", name(words, number), ("nqf:economicActivity", text("ABCDEFGHIJ"[number % 10]))
        )
        framework = f"framework/sector-{number}"
        record(
            framework, "SectoralFramework Framework", name(("Алкак", "Рамка", "Framework"), number),
            ("nqf:sector", sector),
            status="official", source=OFFICIAL,
        )  # fmt: skip
        self.act(f"act/sector-{number}", f"S{number}", "2021-02-01", "nqf:approves", f"{framework}/2021")
        record(
            f"{framework}/2021", "SectoralFrameworkEdition FrameworkEdition",
            name(("Редакция", "Редакция", "Edition"), number),
            ("nqf:editionOf", framework), ("nqf:validFrom", date("2021-03-01")),
            ("nqf:legalBasis", f"act/sector-{number}"),
            ("nqf:specialises", "framework/national/2020"), ("nqf:followsMethodology", "methodology/sectors"),
            ("nqf:numberOfLevels", whole(6)),
            *(("nqf:hasDimension", f"dimension/{dimension}") for dimension in DIMENSIONS),
            status="official", source=OFFICIAL,
        )  # fmt: skip
        for rank in range(1, 7):
            self.level(
                f"level/sector-{number}", "SectoralLevel Level", str(rank), rank, f"{framework}/2021",
                ("nqf:correspondsTo", f"level/2020/{rank + 2}"),
            )  # fmt: skip
            onward = [("nqf:nextPosition", f"position/{number}-{rank + 1}")] if rank < 6 else []
            group = self.occupation_group(100 + number * 6 + rank)
            record(
                f"position/{number}-{rank}", "Position", name(("Кызмат орду", "Должность", "Position"), rank),
                ("nqf:sector", sector), ("nqf:positionAt", f"level/sector-{number}/{rank}"), ("nqf:isco08", group),
                *onward,
            )  # fmt: skip

    def occupation_group(self, number: int) -> str:
        """A unit group; every ten of them lie in one minor group."""
        record, name = self.records.record, self.records.name
        unit, minor = f"isco/C{1000 + number}", f"isco/C{100 + number // 10}"
        words = ("Кесиптик топ", "Профессиональная группа", "Occupation group")
        if number % 10 == 0 or number == 101:
            record(minor, "OccupationGroup", name(words), ("skos:notation", text(str(100 + number // 10))))
        code = str(1000 + number)
        return record(
            unit, "OccupationGroup", name(words, code), ("skos:notation", text(code)), ("skos:broader", minor)
        )

    def findings(self) -> None:
        record, name = self.records.record, self.records.name
        record("topic/0", "ComparisonTopic", name(("Тема", "Тема", "Topic")))
        record("criterion/0", "ReferencingCriterion", name(("Критерий", "Критерий", "Criterion")))
        record(
            "finding/0", "TopicFinding", name(("Корутунду", "Вывод", "Finding")),
            ("nqf:findingOn", "topic/0"), ("nqf:findingResult", "nqf:met"),
        )  # fmt: skip

    def standard(self, number: int) -> None:
        """An occupation, its standard down to competences, and the programmes based on it."""
        record, name, random = self.records.record, self.records.name, self.records.random
        sector, level = number % self.sectors, 3 + number % 6
        source = (
            self.source(f"source/{number}", "press", f"P{number}")
            if number % 20 == 0
            else f"source/{number // 20 * 20}"
        )
        position = 100 + sector * 6 + 1 + number % 6
        occupation = record(
            f"occupation/{number}", "Occupation", name(("Кесип", "Профессия", "Occupation"), number),
            ("nqf:isco08", f"isco/C{1000 + position}"), ("nqf:nationalCode", text(f"K-{number:06d}")), source=source,
        )  # fmt: skip
        self.alignment(
            f"alignment/occupation/{number}", "Alignment", occupation, ("nqf:relation", "skos:closeMatch"),
            ("nqf:alignedObject", self.esco_occupation(number, position)),
        )  # fmt: skip
        standard = f"standard/{number}"
        functions = [f"function/{number}-{part}" for part in range(random.randint(2, 4))]
        record(
            standard, "OccupationalStandard", name(("Стандарт", "Стандарт", "Standard"), number),
            ("nqf:forOccupation", occupation), ("nqf:sector", f"sector/{sector}"),
            ("nqf:atLevel", f"level/2020/{level}"),
            ("nqf:developer", "body/council"), ("schema:version", text("1")), ("nqf:validFrom", date("2021-03-01")),
            ("nqf:reviewDue", date("2096-03-01")),
            *(("nqf:hasFunction", function) for function in functions), source=source,
        )  # fmt: skip
        competences: list[str] = []
        for function in functions:
            tasks = [f"{function.replace('function', 'task')}-{part}" for part in range(random.randint(2, 3))]
            record(
                function, "WorkFunction", name(("Функция", "Функция", "Function")),
                ("nqf:atLevel", f"level/2020/{level}"),
                *(("nqf:hasTask", task) for task in tasks), source=source,
            )  # fmt: skip
            for task in tasks:
                required = [self.competence(source) for _ in range(random.randint(1, 3))]
                competences += required
                links = [("nqf:requiresCompetence", competence) for competence in required]
                record(task, "Task", name(("Тапшырма", "Задача", "Task")), *links, source=source)
        record(
            f"validation/{number}", "Validation", name(("Таануу", "Признание", "Validation"), number),
            ("nqf:validates", occupation), ("nqf:validatedBy", "body/agency"), ("nqf:validFrom", date("2022-01-01")),
            ("nqf:usesTool", f"tool/{number}"), source=source,
        )  # fmt: skip
        record(f"tool/{number}", "AssessmentTool", name(("Курал", "Средство", "Tool"), number), source=source)
        record(
            f"count/{number}", "ReportedCount", name(("Сан", "Число", "Count"), number),
            ("nqf:countKind", "nqf:validatedPersons"), ("nqf:count", whole(number)),
            ("nqf:countedFor", occupation), ("nqf:validFrom", date("2022-01-01")), source=source,
        )  # fmt: skip
        self.programmes(number, level, competences, source)

    def esco_occupation(self, number: int, position: int) -> str:
        subject = f"esco/{number}"
        self.records.add(
            subject,
            ("rdf:type", "esco:Occupation"),
            *in_languages("skos:prefLabel", self.records.name(("Кесип", "Профессия", "Occupation"), number)),
            ("skos:inScheme", "esco/scheme"),
            ("esco:memberOfISCOGroup", f"isco/C{1000 + position}"),
        )
        return subject

    def competence(self, source: str) -> str:
        number = next(self._competence)
        kind = ("Knowledge", "Skill", "PersonalCompetence")[number % 3]
        described = self.records.name(("Мааниси", "Значение", "Meaning"), topics=4) if number % 4 == 0 else None
        return self.records.record(
            f"competence/{number}", f"{kind} Competence",
            self.records.name(("Компетенция", "Компетенция", "Competence"), number),
            source=source, described=described,
        )  # fmt: skip

    def programmes(self, number: int, level: int, competences: list[str], source: str) -> None:
        record, name, random = self.records.record, self.records.name, self.records.random
        provider = f"body/provider-{number // 10}"
        if number % 10 == 0:
            record(
                provider, "Body", name(("Колледж", "Колледж", "College"), number), ("nqf:validFrom", date("2001-09-01"))
            )
        at_level = ("nqf:atLevel", f"level/2020/{level}")
        qualification = record(
            f"qualification/{number}", "Qualification",
            name(("Квалификация", "Квалификация", "Qualification"), number), at_level,
            ("nqf:qualificationType", f"type/{level}"), ("nqf:qualificationScope", "nqf:fullQualification"),
            ("nqf:awardedBy", provider), ("nqf:validFrom", date("2021-03-01")), source=source,
        )  # fmt: skip
        for _ in range(random.randint(1, 3)):
            code = next(self._programme)
            outcomes = [f"outcome/{code}-{part}" for part in range(random.randint(4, 9))]
            programme = record(
                f"programme/{code}", "EducationProgramme", name(("Программа", "Программа", "Programme"), code),
                at_level,
                ("skos:notation", text(f"{100000 + code}")), ("nqf:fieldOfEducation", text("0111")),
                ("nqf:provider", provider),
                ("nqf:leadsTo", qualification), ("nqf:basedOn", f"standard/{number}"),
                ("nqf:requiresEntry", f"type/{level - 1}"),
                ("nqf:credits", decimal(random.choice((60, 120, 180, 240)))), ("nqf:durationYears", decimal(2)),
                ("dct:language", "http://publications.europa.eu/resource/authority/language/KIR"),
                ("nqf:validFrom", date("2023-09-01")), *(("nqf:hasOutcome", outcome) for outcome in outcomes),
                source=source,
            )  # fmt: skip
            for outcome in outcomes:
                link = ("nqf:develops", random.choice(competences))
                record(outcome, "LearningOutcome", name(("Натыйжа", "Результат", "Outcome")), link, source=source)
            record(
                f"accreditation/{code}", "Accreditation", name(("Аккредитация", "Аккредитация", "Accreditation"), code),
                ("nqf:accredits", programme), ("nqf:accreditedBy", "body/agency"),
                ("nqf:validFrom", date("2023-09-01")), ("nqf:validUntil", date("2090-08-31")), source=source,
            )  # fmt: skip
            record(
                f"licence/{code}", "Licence", name(("Лицензия", "Лицензия", "Licence"), code),
                ("nqf:licenses", programme), ("nqf:licensedBy", "body/ministry"),
                ("nqf:validFrom", date("2023-09-01")), source=source,
            )  # fmt: skip

    def policy(self, number: int) -> None:
        """A document that a measure has to produce, its steps, its act, a consultation, and a disputed act."""
        record, name = self.records.record, self.records.name
        document = f"document/{number}"
        act = self.act(f"act/{number}", f"{number + 2}", "2022-06-01", "nqf:approves", document)
        kinds = {
            "drafted": "2022-01-10",
            "discussed": "2022-03-01",
            "submitted": "2022-04-15",
            "approved": "2022-06-01",
        }
        steps = {kind: f"step/{number}-{position}" for position, kind in enumerate(kinds, 1)}
        record(
            document, "PolicyDocument Deliverable", name(("Документ", "Документ", "Document"), number),
            ("nqf:deliverableOf", f"measure/{number % 4}"), ("nqf:developedBy", "body/ministry"),
            *(("nqf:hasStep", step) for step in steps.values()),
        )  # fmt: skip
        for position, (kind, step) in enumerate(steps.items(), 1):
            by_act = [("nqf:byAct", act)] if kind == "approved" else []
            record(
                step, "LifecycleStep", name(("Кадам", "Шаг", "Step"), position),
                ("nqf:stepType", f"nqf:{kind}"), ("nqf:stepPosition", whole(position)), ("dct:date", date(kinds[kind])),
                ("nqf:actor", "body/ministry"), ("nqf:addressee", "body/government"), *by_act,
            )  # fmt: skip
        record(
            f"event/{number}", "ConsultationEvent", name(("Талкуу", "Обсуждение", "Consultation"), number),
            ("nqf:discusses", document), ("nqf:participantGroup", "group/employers"), ("dct:date", date("2022-03-01")),
        )  # fmt: skip
        disputed = record(
            f"act/disputed-{number}", "LegalAct", name(("Акт", "Акт", "Act"), number),
            ("eli:number", text(f"D{number}")), ("eli:date_document", date("2019-05-06")),
            ("eli:passed_by", "body/government"),
            ("nqf:disputedProperty", "eli:type_document"),
        )  # fmt: skip
        for kind, source in (("law", "source/project"), ("presidentialDecree", "source/page")):
            record(
                f"assertion/{number}-{kind}", "Assertion", name(("Ырастоо", "Утверждение", "Assertion")),
                ("nqf:about", disputed), ("nqf:aboutProperty", "eli:type_document"),
                ("nqf:assertedValue", f"nqf:{kind}"), source=source,
            )  # fmt: skip


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("triples", type=int)
    parser.add_argument("file", type=Path)
    parser.add_argument("--faults", type=int, default=0, help="faults per rule")
    parser.add_argument("--seed", type=int, default=7)
    given = parser.parse_args()
    with given.file.open("w", encoding="utf-8") as out:
        expected = generate(given.triples, out, given.faults, given.seed)
    for rule, findings in sorted(expected.items()):
        print(rule, findings)


if __name__ == "__main__":
    main()
