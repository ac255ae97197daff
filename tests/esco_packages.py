"""A small ESCO package in the official layout, made for tests: every file, a few rows, all of them invented."""

from __future__ import annotations

import csv
import io
import zipfile
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

from pyoxigraph import NamedNode, Triple

from nqf_graph.importers import Package
from nqf_graph.terms import RDF

ESCO = "http://data.europa.eu/esco"
HEADERS = {
    "occupations_en.csv": "conceptType,conceptUri,iscoGroup,preferredLabel,altLabels,hiddenLabels,status,modifiedDate,"
    "regulatedProfessionNote,scopeNote,definition,inScheme,description,code",
    "skills_en.csv": "conceptType,conceptUri,skillType,reuseLevel,preferredLabel,altLabels,hiddenLabels,status,"
    "modifiedDate,scopeNote,definition,inScheme,description",
    "ISCOGroups_en.csv": "conceptType,conceptUri,code,preferredLabel,status,altLabels,inScheme,description",
    "skillGroups_en.csv": "conceptType,conceptUri,preferredLabel,altLabels,hiddenLabels,status,modifiedDate,scopeNote,"
    "inScheme,description,code",
    "broaderRelationsOccPillar.csv": "conceptType,conceptUri,broaderType,broaderUri",
    "broaderRelationsSkillPillar.csv": "conceptType,conceptUri,broaderType,broaderUri",
    "occupationSkillRelations.csv": "occupationUri,relationType,skillType,skillUri",
    "skillSkillRelations.csv": "originalSkillUri,originalSkillType,relationType,relatedSkillType,relatedSkillUri",
}
FERRY, PILOT = f"{ESCO}/occupation/ferry", f"{ESCO}/occupation/pilot"
KNOT, TIDE = f"{ESCO}/skill/knot", f"{ESCO}/skill/tide"
GROUP = f"{ESCO}/skill/group-sea"
SCHEME = f"{ESCO}/concept-scheme"


def rows() -> dict[str, list[dict[str, str]]]:
    """The rows of every file, free to be changed."""
    return {
        "occupations_en.csv": [
            {
                "conceptType": "Occupation", "conceptUri": FERRY, "iscoGroup": "8350", "preferredLabel": "ferry hand",
                "altLabels": "deckhand of a ferry\nferry hand", "status": "released", "code": "8350.1",
                "modifiedDate": "2020-01-01T00:00:00Z",
                "inScheme": f"{SCHEME}/occupations,\r\n{SCHEME}/member-occupations",
            },
            {
                "conceptType": "Occupation", "conceptUri": PILOT, "iscoGroup": "0110", "preferredLabel": "sea pilot",
                "status": "released", "code": "0110.1", "modifiedDate": "2020-01-01T00:00:00Z",
            },
        ],
        "skills_en.csv": [
            {
                "conceptType": "KnowledgeSkillCompetence", "conceptUri": KNOT, "skillType": "skill/competence",
                "reuseLevel": "sector-specific", "preferredLabel": "tie knots",
                "description": "Ties knots,\nalso at night.",
            },
            {
                "conceptType": "KnowledgeSkillCompetence", "conceptUri": TIDE, "skillType": "knowledge",
                "reuseLevel": "cross-sector", "preferredLabel": "tides",
            },
        ],
        "ISCOGroups_en.csv": [
            {"conceptType": "ISCOGroup", "conceptUri": f"{ESCO}/isco/C{code}", "code": code, "preferredLabel": name}
            for code, name in (("0", "Forces"), ("01", "Officers"), ("011", "Officers"), ("0110", "Officers"),
                               ("8", "Operators"), ("83", "Drivers"), ("835", "Crews"), ("8350", "Crews"))
        ],
        "skillGroups_en.csv": [
            {"conceptType": "SkillGroup", "conceptUri": GROUP, "preferredLabel": "at sea", "code": "S9"},
        ],
        "broaderRelationsOccPillar.csv": [
            {"conceptType": "ISCOGroup", "conceptUri": f"{ESCO}/isco/C{code}", "broaderType": "ISCOGroup",
             "broaderUri": f"{ESCO}/isco/C{code[:-1]}"}
            for code in ("01", "011", "0110", "83", "835", "8350")
        ] + [{"conceptType": "Occupation", "conceptUri": FERRY, "broaderType": "ISCOGroup",
              "broaderUri": f"{ESCO}/isco/C8350"}],
        "broaderRelationsSkillPillar.csv": [
            {"conceptType": "KnowledgeSkillCompetence", "conceptUri": KNOT, "broaderType": "SkillGroup",
             "broaderUri": GROUP},
        ],
        "occupationSkillRelations.csv": [
            {"occupationUri": FERRY, "relationType": "essential", "skillType": "skill/competence", "skillUri": KNOT},
            {"occupationUri": FERRY, "relationType": "optional", "skillType": "knowledge", "skillUri": TIDE},
        ],
        "skillSkillRelations.csv": [
            {"originalSkillUri": KNOT, "originalSkillType": "knowledge", "relationType": "optional",
             "relatedSkillType": "knowledge", "relatedSkillUri": TIDE},
        ],
    }  # fmt: skip


def texts(content: Mapping[str, list[dict[str, str]]] | None = None) -> dict[str, bytes]:
    """The files as ESCO writes them: CRLF between rows, LF inside cells."""
    found = {}
    for name, entries in (content or rows()).items():
        columns = HEADERS[name].split(",")
        written = io.StringIO(newline="")
        writer = csv.writer(written)
        writer.writerow(columns)
        writer.writerows([entry.get(column, "") for column in columns] for entry in entries)
        found[name] = written.getvalue().encode()
    return found


def folder(path: Path, files: Mapping[str, bytes] | None = None) -> Path:
    """A folder with the files of a package."""
    path.mkdir(parents=True, exist_ok=True)
    for name, content in (files or texts()).items():
        (path / name).write_bytes(content)
    return path


def archive(path: Path, files: Mapping[str, bytes] | None = None, inside: str = "") -> Path:
    """A ZIP with the files of a package, below the folder `inside`."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, content in (files or texts()).items():
            opened.writestr(f"{inside}{name}", content)
    return path


class Told:
    """What a package states, by what it is stated of."""

    def __init__(self, package: Package) -> None:
        self.package = package
        self._about: dict[str, list[Triple]] = defaultdict(list)
        for triple in package.triples:
            assert isinstance(triple.subject, NamedNode)
            self._about[triple.subject.value].append(triple)

    def values(self, subject: str, property_: NamedNode) -> set[str]:
        """The values of a property, IRIs and texts alike."""
        return {
            str(getattr(triple.object, "value", triple.object))
            for triple in self._about.get(subject, [])
            if triple.predicate == property_
        }

    def subjects(self, type_: NamedNode) -> set[str]:
        """What is of a class."""
        return {
            iri
            for iri, told in self._about.items()
            if any(t.predicate == RDF["type"] and t.object == type_ for t in told)
        }

    def mended(self, words: str) -> int:
        """How often the package says this of itself."""
        return sum(number for text, number in self.package.mended.items() if words in text)
