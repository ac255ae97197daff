"""Reading the official files of reference classifications, in all their oddities; figures are counted by other code."""

from __future__ import annotations

import csv
import gzip
import io
import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Triple

from nqf_graph.errors import CannotLoad
from nqf_graph.importers import read_esco, readers
from nqf_graph.importers.esco_layout import ADDRESSES, ALL, CODES, LABEL_LISTS, LABELS, MODIFIED, TAGS, TEXTS
from nqf_graph.terms import DCT, ESCO, ESCO_THINGS, RDF, SKOS
from tests import esco_packages as made
from tests.conftest import SHARED, require
from tests.esco_packages import Told

pytestmark = pytest.mark.xdist_group("esco")  # each package is read once

DATA = SHARED / "data"
NO_DESCRIPTION = f"{made.ESCO}/occupation/a9e54177-a185-404d-b6e6-15663d31137e"
"""The occupation of v1.1.1 that other files speak of and occupations_en.csv does not have."""


def official(folder: str) -> Path:
    require((DATA / folder).is_dir(), f"reference data ({DATA / folder}; set NQF_SHARED)")
    return DATA / folder


@cache
def official_rows(folder: str, name: str) -> tuple[dict[str, str], ...]:
    """The rows of an official file, read without our code."""
    csv.field_size_limit(1 << 24)
    packed, plain = official(folder) / f"{name}.csv.gz", official(folder) / f"{name}.csv"
    content = gzip.decompress(packed.read_bytes()) if packed.exists() else plain.read_bytes()
    return tuple(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


@pytest.fixture(scope="session")
def esco() -> Told:
    """ESCO v1.1.1, the whole of it."""
    return Told(read_esco(official("esco-1.1.1")))


@pytest.fixture(scope="session")
def esco_1_2_0() -> Told:
    return Told(read_esco(official("esco-1.2.0"), partial=True))


@pytest.fixture(scope="session")
def esco_1_2_1() -> Told:
    return Told(read_esco(official("esco-1.2.1"), partial=True))


@pytest.fixture(scope="session")
def esco_1_0() -> Told:
    return Told(read_esco(official("esco-1.0-multilingual"), partial=True))


def test_the_whole_of_esco_arrives(esco: Told) -> None:
    """The figures are those of the publisher's own description of v1.1.1."""
    package = esco.package
    assert package.version == "1.1.1"
    assert package.languages == ("en",)
    assert package.missing == ()
    assert len(esco.subjects(ESCO["Occupation"])) == package.counts["occupations"] == 3007
    assert len(esco.subjects(ESCO["Skill"])) == package.counts["skills"] == 13896
    assert package.counts["ISCO groups"] == 619
    assert package.counts["skill groups"] == 640
    assert package.counts["occupation-skill relations"] == 123855
    by_property = Counter(t.predicate for t in package.triples if "/esco/occupation/" in str(t.subject))
    expected = Counter(row["relationType"] for row in official_rows("esco-1.1.1", "occupationSkillRelations"))
    assert by_property[ESCO["relatedEssentialSkill"]] == expected["essential"]
    assert by_property[ESCO["relatedOptionalSkill"]] == expected["optional"]
    assert len(package.triples) == len(set(package.triples))


@pytest.mark.parametrize("version", ["esco", "esco_1_2_0", "esco_1_2_1", "esco_1_0"])
def test_no_row_is_lost_silently(version: str, request: pytest.FixtureRequest) -> None:
    """Rows, as other code counts them = rows that state something + rows that repeat + rows that are listed."""
    package = request.getfixturevalue(version).package
    folder = {"esco": "esco-1.1.1", "esco_1_0": "esco-1.0-multilingual"}.get(version) or version.replace(
        "_", "."
    ).replace("esco.", "esco-")
    listed = Counter(entry.file for entry in package.skipped if not entry.column)
    read = 0
    for path in official(folder).iterdir():
        name = path.name.removesuffix(".gz")
        if name.startswith(("dictionary", "derived__skills_text")):
            continue
        rows = len(official_rows(folder, name.removesuffix(".csv")))
        assert package.rows[name] == rows, name
        assert package.used.get(name, 0) + package.repeated.get(name, 0) + listed[name] == rows, name
        read += 1
    assert read == len(package.rows)
    assert not package.lost


def test_each_row_of_a_relation_is_a_statement_or_listed(esco: Told) -> None:
    assert esco.package.counts["broader relations"] == 3617 + 20656
    assert esco.package.counts["skill-skill relations"] == 5899 - 1
    stated = set(esco.package.triples)
    for name in ("broaderRelationsOccPillar", "broaderRelationsSkillPillar"):
        for row in official_rows("esco-1.1.1", name):
            assert Triple(NamedNode(row["conceptUri"]), SKOS["broader"], NamedNode(row["broaderUri"])) in stated
    for name, first, second in (
        ("occupationSkillRelations", "occupationUri", "skillUri"),
        ("skillSkillRelations", "originalSkillUri", "relatedSkillUri"),
    ):
        for row in official_rows("esco-1.1.1", name):
            one, other = NamedNode(row[first]), NamedNode(row[second])
            kind = row["relationType"].capitalize()
            if one != other:
                assert Triple(one, ESCO[f"related{kind}Skill"], other) in stated
                assert Triple(other, ESCO[f"is{kind}SkillFor"], one) in stated


def test_a_skill_related_to_itself_is_listed(esco: Told) -> None:
    (entry,) = esco.package.skipped
    assert entry.file == "skillSkillRelations.csv"
    assert "related to itself" in entry.reason
    rows = official_rows("esco-1.1.1", "skillSkillRelations")
    (place,) = [n for n, row in enumerate(rows, 2) if row["originalSkillUri"] == row["relatedSkillUri"]]
    assert entry.line == place, "rows of this file have one line each, the header is the first"


def test_an_occupation_without_description_keeps_its_place_and_its_skills(esco: Told) -> None:
    """It is in the hierarchy, so it is ESCO's own; a name is not invented for it."""
    assert NO_DESCRIPTION not in esco.subjects(ESCO["Occupation"])
    assert not esco.values(NO_DESCRIPTION, SKOS["prefLabel"])
    related = esco.values(NO_DESCRIPTION, ESCO["relatedEssentialSkill"])
    related |= esco.values(NO_DESCRIPTION, ESCO["relatedOptionalSkill"])
    rows = [r for r in official_rows("esco-1.1.1", "occupationSkillRelations") if r["occupationUri"] == NO_DESCRIPTION]
    assert len(related) == len(rows) == 67
    places = [
        r["broaderUri"]
        for r in official_rows("esco-1.1.1", "broaderRelationsOccPillar")
        if r["conceptUri"] == NO_DESCRIPTION
    ]
    assert esco.values(NO_DESCRIPTION, SKOS["broader"]) == set(places)
    assert f"concept with a place in the hierarchy and no description: {NO_DESCRIPTION}" in esco.package.mended


def test_labels_are_clean_and_disjoint(esco: Told) -> None:
    """Zero-width characters, no-break spaces and blanks at the edges are gone; SKOS S13 holds."""
    labels: dict[NamedNode, set[tuple[object, str]]] = {}
    for t in esco.package.triples:
        if t.predicate in (SKOS["prefLabel"], SKOS["altLabel"], SKOS["hiddenLabel"]):
            assert isinstance(t.object, Literal)
            assert not re.search("[\u200b\u200c\u200d\ufeff\u00a0\r\n]", t.object.value)
            assert t.object.value == t.object.value.strip()
            labels.setdefault(t.predicate, set()).add((t.subject, t.object.value))
    assert not labels[SKOS["prefLabel"]] & labels[SKOS["altLabel"]]
    assert not labels[SKOS["prefLabel"]] & labels[SKOS["hiddenLabel"]]
    assert len(labels[SKOS["prefLabel"]]) == 3007 + 13896 + 619 + 640 + 19 + 7


def test_a_preferred_label_among_the_others_is_counted(esco: Told) -> None:
    repeated = 0
    for name in ("skills_en", "occupations_en", "skillGroups_en", "ISCOGroups_en"):
        for row in official_rows("esco-1.1.1", name):
            others = {
                re.sub("[ \u00a0]+", " ", each.replace("\u200b", "")).strip() for each in row["altLabels"].split("\n")
            }
            repeated += re.sub("[ \u00a0]+", " ", row["preferredLabel"].replace("\u200b", "")).strip() in others
    assert esco.mended("preferred label again among altLabels") == repeated > 12187


def test_invisible_characters_and_stray_blanks_are_taken_away(esco: Told) -> None:
    rows = official_rows("esco-1.1.1", "skills_en")
    edges = [r for r in rows if r["preferredLabel"] != r["preferredLabel"].strip(" ")]
    hard = [r for r in rows if "\u00a0" in r["preferredLabel"]]
    zero = [r for r in rows if any("\u200b" in cell for cell in r.values())]
    assert edges and hard and zero, "the package has all three"
    for row in (*edges, *hard):
        expected = row["preferredLabel"].replace("\u00a0", " ").replace("\u200b", "").strip()
        assert esco.values(row["conceptUri"], SKOS["prefLabel"]) == {re.sub(" +", " ", expected)}
    for row in zero:
        for text in esco.values(row["conceptUri"], DCT["description"]):
            assert "\u200b" not in text


def test_texts_of_several_lines_stay_whole(esco: Told) -> None:
    rows = {r["conceptUri"]: r["description"] for r in official_rows("esco-1.1.1", "ISCOGroups_en")}
    (found,) = esco.values(f"{made.ESCO}/isco/C0", DCT["description"])
    assert "\n" in found and "\r" not in found
    assert found.split() == rows[f"{made.ESCO}/isco/C0"].replace("\u200b", "").split()


def test_codes_are_texts(esco: Told) -> None:
    assert esco.values(f"{made.ESCO}/isco/C0110", SKOS["notation"]) == {"0110"}
    assert esco.values(f"{made.ESCO}/isco/C0", SKOS["notation"]) == {"0"}
    soldiers = [r["conceptUri"] for r in official_rows("esco-1.1.1", "occupations_en") if r["iscoGroup"] == "0110"]
    assert soldiers
    for occupation in soldiers:
        assert esco.values(occupation, ESCO["memberOfISCOGroup"]) == {f"{made.ESCO}/isco/C0110"}


def test_a_group_and_its_only_child_may_have_one_name(esco: Told) -> None:
    names = Counter(r["preferredLabel"] for r in official_rows("esco-1.1.1", "ISCOGroups_en"))
    shared = {name for name, number in names.items() if number > 1}
    assert len(shared) == 34
    for row in official_rows("esco-1.1.1", "ISCOGroups_en"):
        if row["preferredLabel"] in shared:
            assert len(esco.values(row["conceptUri"], SKOS["prefLabel"])) == 1


def test_a_skill_may_stand_in_several_places(esco: Told) -> None:
    parents = Counter(r["conceptUri"] for r in official_rows("esco-1.1.1", "broaderRelationsSkillPillar"))
    several = {skill: number for skill, number in parents.items() if number > 1}
    assert len(several) > 1000
    for skill, number in several.items():
        assert len(esco.values(skill, SKOS["broader"])) == number


def test_what_is_not_given_is_not_stated(esco: Told) -> None:
    rows = official_rows("esco-1.1.1", "skills_en")
    typed = {t.subject for t in esco.package.triples if t.predicate == ESCO["skillType"]}
    reused = {t.subject for t in esco.package.triples if t.predicate == ESCO["skillReuseLevel"]}
    assert len(typed) == sum(bool(r["skillType"]) for r in rows) == 13896 - 6
    assert len(reused) == sum(bool(r["reuseLevel"]) for r in rows) == 13896 - 5
    empty = [r["conceptUri"] for r in rows if not r["definition"]]
    assert empty
    assert not any(esco.values(iri, SKOS["definition"]) for iri in empty)


def test_ragged_rows_of_the_hierarchy_are_read(esco: Told) -> None:
    assert esco.mended("row with too few cells, the others taken as empty: skillsHierarchy_en.csv") == 189
    for row in official_rows("esco-1.1.1", "skillsHierarchy_en"):
        path = [iri for number in range(4) if (iri := row[f"Level {number} URI"])]
        if len(path) > 1:
            assert path[-2] in esco.values(path[-1], SKOS["broader"])


def test_the_kind_of_skill_is_that_of_the_skill_not_of_the_relation(esco: Told) -> None:
    """skillSkillRelations repeats the kind of the related skill where that of the first should stand."""
    kinds = {r["conceptUri"]: r["skillType"] for r in official_rows("esco-1.1.1", "skills_en")}
    wrong = [
        r for r in official_rows("esco-1.1.1", "skillSkillRelations")
        if kinds[r["originalSkillUri"]] == "skill/competence" and r["originalSkillType"] == "knowledge"
    ]  # fmt: skip
    assert wrong
    for row in wrong:
        assert esco.values(row["originalSkillUri"], ESCO["skillType"]) == {ESCO_THINGS["skill-type/skill"].value}


def test_collections_say_what_skills_say_already(esco: Told, esco_1_2_1: Told) -> None:
    """A collection is a scheme that its concepts are in, also where no skills_en.csv says so."""
    for told, folder in ((esco, "esco-1.1.1"), (esco_1_2_1, "esco-1.2.1")):
        for name, scheme in (
            ("digCompSkillsCollection", "DigComp"), ("digitalSkillsCollection", "Digital"),
            ("greenSkillsCollection", "Green"), ("languageSkillsCollection", "Language"),
            ("researchSkillsCollection", "Research"), ("researchOccupationsCollection", "Research occupations"),
            ("transversalSkillsCollection", "ESCO transversal skill groups"),
        ):  # fmt: skip
            schemes = official_rows(folder, "conceptSchemes_en")
            (iri,) = [r["conceptSchemeUri"] for r in schemes if r["preferredLabel"] == scheme]
            rows = official_rows(folder, f"{name}_en")
            assert rows and all(iri in told.values(r["conceptUri"], SKOS["inScheme"]) for r in rows), name
            if folder == "esco-1.1.1":
                assert esco.package.repeated[f"{name}_en.csv"] == len(rows)


def test_columns_mean_what_escos_own_dictionary_says() -> None:
    """`iscoGroup` is the exception: the dictionary gives skos:notation, the model has esco:memberOfISCOGroup."""
    ours = {
        column: property_.value
        for table in (LABELS, LABEL_LISTS, TEXTS, ADDRESSES, CODES, MODIFIED, TAGS)
        for column, property_ in table.items()
    }
    layouts = {layout.stem: layout for layout in ALL}
    checked = set()
    for row in official_rows("esco-1.2.1", "dictionary_en"):
        column, property_ = row["data header"], row["property"] or ""
        if row["filename"] in layouts and property_.startswith("http") and " " not in property_ and column in ours:
            assert ours[column] == property_, (row["filename"], column)
            checked.add(column)
    assert checked == set(ours) - {"broaderConceptUri"}, "for that one the dictionary has no property"


def test_headers_are_those_of_the_dictionary() -> None:
    layouts = {layout.stem: layout for layout in ALL}
    told: dict[str, set[str]] = {}
    for row in official_rows("esco-1.2.1", "dictionary_en"):
        told.setdefault(row["filename"], set()).add(row["data header"])
    assert len(set(told) & set(layouts)) == 17
    for stem in set(told) & set(layouts):
        assert set(layouts[stem].needed) <= set(layouts[stem].columns) <= told[stem], stem


def test_version_1_2_0_with_files_that_others_have_put_together(esco_1_2_0: Told) -> None:
    package = esco_1_2_0.package
    assert package.version == "1.2.0"
    assert package.missing == ("skills_en.csv", "occupationSkillRelations.csv")
    assert package.counts["occupations"] == 3039
    assert package.counts["skills"] == 13939
    assert package.counts["occupation-skill relations"] == 129004
    assert esco_1_2_0.mended("not ESCO's own but put together by others") == 2
    assert esco_1_2_0.mended("row with too few cells") == 188
    assert esco_1_2_0.mended("left alone: derived__skills_text_en.csv") == 1
    with pytest.raises(CannotLoad, match=r"expected skills_en\.csv, occupationSkillRelations\.csv, found"):
        read_esco(official("esco-1.2.0"))


def test_version_1_2_1_names_four_occupations_twice(esco_1_2_1: Told) -> None:
    package = esco_1_2_1.package
    again = [entry for entry in package.skipped if "stands here again" in entry.reason]
    assert len(again) == 4
    assert len(esco_1_2_1.subjects(ESCO["Occupation"])) == package.counts["occupations"] == 3039
    rows = official_rows("esco-1.2.1", "occupations_en")
    twice = [uri for uri, number in Counter(r["conceptUri"] for r in rows).items() if number == 2]
    assert len(twice) == 4
    for uri in twice:
        newest = max(r["modifiedDate"] for r in rows if r["conceptUri"] == uri)
        assert esco_1_2_1.values(uri, DCT["modified"]) == {newest}


def test_version_1_2_1_names_industries(esco_1_2_1: Told) -> None:
    rows = {
        r["conceptUri"]: set(re.split(r"[,\s]+", r["naceCode"])) - {""}
        for r in official_rows("esco-1.2.1", "occupations_en")
    }
    assert sum(len(codes) > 1 for codes in rows.values()) > 700
    for occupation, codes in rows.items():
        assert esco_1_2_1.values(occupation, ESCO["hasNACECode"]) == codes


def test_what_escos_model_has_no_word_for_is_listed(esco_1_2_1: Told) -> None:
    shares = [entry for entry in esco_1_2_1.package.skipped if entry.file == "greenShareOcc_en.csv"]
    assert len(shares) == 3590
    assert {entry.reason for entry in shares} == {"ESCO's model has no property for a green share"}


def test_several_languages_side_by_side(esco_1_0: Told) -> None:
    package = esco_1_0.package
    assert package.languages == ("en", "en-us", "es", "fr")
    assert package.counts["skills"] == 13485
    assert package.counts["occupations"] == 2942
    names = {t.object.language for t in package.triples if t.predicate == SKOS["prefLabel"]}  # type: ignore[union-attr]
    assert names == {"en", "en-us", "es", "fr"}
    spoken = {t.object.language for t in package.triples if t.predicate == DCT["description"]}  # type: ignore[union-attr]
    assert not spoken & {"es", "fr"}, "these descriptions are empty in every row"
    nameless = [entry for entry in package.skipped if "no preferred label" in entry.reason]
    assert Counter(entry.file for entry in nameless) == {"skills_en-us.csv": 13}
    again = [entry for entry in package.skipped if entry.file == "broaderRelationsSkillPillar.csv"]
    pairs = {
        (r["conceptUri"], r["broaderUri"])
        for r in official_rows("esco-1.0-multilingual", "broaderRelationsSkillPillar")
    }
    assert len(again) == 7161 - len(pairs) > 0


def test_a_skill_of_version_1_0_has_two_kinds(esco_1_0: Told) -> None:
    rows = official_rows("esco-1.0-multilingual", "skills_fr")
    (skill,) = [r["conceptUri"] for r in rows if r["skillType"] == "skill/competence knowledge"]
    kinds = {ESCO_THINGS["skill-type/skill"].value, ESCO_THINGS["skill-type/knowledge"].value}
    assert esco_1_0.values(skill, ESCO["skillType"]) == kinds


def test_a_language_that_is_not_there_is_named() -> None:
    with pytest.raises(CannotLoad, match=r"expected .*occupations_ky\.csv.*, found .*occupations_en\.csv"):
        read_esco(official("esco-1.1.1"), languages=["ky"])
    with pytest.raises(CannotLoad, match=r"label_ru, found .*label_fr"):
        readers["isco"](official("isco-isced"), languages=["ru"])
    with pytest.raises(CannotLoad, match=r"ISCOGroups_ru\.csv, found ISCOGroups_es\.csv"):
        readers["isco"](official("esco-1.0-multilingual"), languages=["ru"])
    french = readers["isco"](official("isco-isced"), languages=["fr"])
    assert french.languages == ("fr",)
    assert {t.object.language for t in french.triples if isinstance(t.object, Literal) and t.object.language} == {"fr"}


def test_another_layout_is_told_by_its_name() -> None:
    with pytest.raises(CannotLoad, match="Tabiya"):
        read_esco(official("esco-1.1.2-fr"), partial=True)


@pytest.mark.parametrize("name", ["esco-v1.0-excerpt", "esco-v1.1.1-shaped-skill", "esco-authoring-example"])
def test_esco_in_rdf_becomes_plain_statements(name: str) -> None:
    package = read_esco(official("esco-rdf-shapes") / f"{name}.ttl")
    for t in package.triples:
        assert "skos-xl" not in t.predicate.value
        assert "node-literal" not in str(t.object)
        assert isinstance(t.subject, NamedNode)
        if t.predicate == SKOS["notation"]:
            assert t.object == Literal(t.object.value)  # type: ignore[union-attr]
    assert package.counts["skills"] == 1
    assert not package.lost


def test_esco_in_rdf_keeps_associations_and_codes() -> None:
    told = Told(read_esco(official("esco-rdf-shapes") / "esco-v1.0-excerpt.ttl"))
    occupation = f"{made.ESCO}/occupation/773753ad-c4f7-4052-b3b4-440435199d6b"
    skill = f"{made.ESCO}/skill/a6d697d1-80ba-4175-82d4-43440ed04270"
    assert told.values(occupation, ESCO["relatedEssentialSkill"]) == {skill}
    assert told.values(skill, ESCO["isEssentialSkillFor"]) == {occupation}
    group = f"{made.ESCO}/isco/C6112"
    assert [
        t.object for t in told.package.triples if t.subject == NamedNode(group) and t.predicate == SKOS["notation"]
    ] == [Literal("6112")], "typed and untyped alike"
    assert told.values(f"{made.ESCO}/occupation/b865693a-eb11-44cc-bf6c-38e5b4d7e169", SKOS["broader"]) == {group}
    assert [entry.file for entry in told.package.skipped] == ["esco-v1.0-excerpt.ttl"] * 3, (
        "texts cut off by the excerpt"
    )


def test_esco_in_rdf_keeps_texts_and_disjoint_labels() -> None:
    told = Told(read_esco(official("esco-rdf-shapes") / "esco-v1.1.1-shaped-skill.ttl"))
    skill = "http://par-tec.it/esco/skill/8534efcf-7e31-4e56-bcfc-4f380cec7ab0"
    (text,) = [t.object for t in told.package.triples if t.predicate == DCT["description"]]
    assert isinstance(text, Literal) and text.language == "en"
    assert text.value.startswith("The computer program MongoDB")
    assert told.values(skill, SKOS["altLabel"]) == {"Mongo Atlas"}


def test_isco_has_all_its_groups() -> None:
    told = Told(readers["isco"](official("isco-isced")))
    assert told.package.counts == {"ISCO groups": 10 + 43 + 130 + 436, "unit groups": 436}
    assert told.package.languages == ("en", "es", "fr")
    assert told.values(f"{made.ESCO}/isco/C0110", SKOS["broader"]) == {f"{made.ESCO}/isco/C011"}
    tops = {f"{made.ESCO}/isco/C{digit}" for digit in range(10)}
    assert {s for s in told.subjects(SKOS["Concept"]) if not told.values(s, SKOS["broader"])} == tops
    own = readers["isco"](official("esco-1.1.1"))
    assert own.counts == told.package.counts
    assert not own.lost and not told.package.lost and not own.skipped


def test_isced_and_its_fields() -> None:
    fields = Told(readers["isced-f"](official("isco-isced")))
    assert fields.package.counts == {"codes": 12 + 58 + 150}
    assert fields.values("http://data.europa.eu/snb/isced-f/0011", SKOS["broader"]) == {
        "http://data.europa.eu/snb/isced-f/001"
    }
    assert not fields.package.skipped and not fields.package.lost
    levels = readers["isced"](official("isco-isced") / "isced-2011.ttl")
    assert levels.counts == {"codes": 10}
    assert levels.version == "2011"
    assert readers["isced"](official("isco-isced")) == levels, "found in its folder by its name"


def test_the_official_wording_of_the_eqf() -> None:
    told = Told(readers["eqf"](official("eqf-nqf")))
    assert told.package.counts == {"levels": 8, "descriptors": 24}
    for row in official_rows("eqf-nqf", "eqf-level-descriptors"):
        wording = f"{row['uri']}#{row['domain']}"
        assert told.values(wording, DCT["description"]) == {row["descriptor_en"]}
        assert told.values(wording, DCT["isPartOf"]) == {row["uri"]}
        assert "32017H0615(01)" in "".join(told.values(wording, DCT["source"]))
    assert not told.subjects(NamedNode(f"{RDF.iri}Statement"))


def test_a_messy_table_is_refused_by_name() -> None:
    with pytest.raises(CannotLoad, match=r"messy\.csv:1: expected the columns level, uri, domain, found Level"):
        readers["eqf"](official("eqf-nqf") / "eqf-level-descriptors-messy.csv")


_KNOWLEDGE = "6,http://data.europa.eu/snb/eqf/6,knowledge"


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("\n6,", "\n9,", "level 1 to 8"),
        (_KNOWLEDGE, _KNOWLEDGE.replace("knowledge", "wisdom"), "domain"),
        (_KNOWLEDGE, _KNOWLEDGE.replace("knowledge", "skills"), "once"),
        (_KNOWLEDGE, _KNOWLEDGE.replace("eqf/6", "eqf/7"), "expected the uri http://data.europa.eu/snb/eqf/6"),
        (f"{_KNOWLEDGE},", f"{_KNOWLEDGE},\n", "expected 4 cells|expected a text in descriptor_en"),
    ],
)  # fmt: skip
def test_a_wrong_row_of_the_eqf_is_named(old: str, new: str, expected: str, tmp_path: Path) -> None:
    text = (official("eqf-nqf") / "eqf-level-descriptors.csv").read_text(encoding="utf-8")
    assert old in text
    file = tmp_path / "eqf-level-descriptors.csv"
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(CannotLoad, match=expected) as error:
        readers["eqf"](file)
    assert error.value.line


def test_a_row_too_few_for_the_eqf(tmp_path: Path) -> None:
    lines = (official("eqf-nqf") / "eqf-level-descriptors.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    file = tmp_path / "eqf-level-descriptors.csv"
    file.write_text("".join(lines[:-1]), encoding="utf-8")
    with pytest.raises(CannotLoad, match="responsibility_and_autonomy of level 8"):
        readers["eqf"](file)
    assert readers["eqf"](file, partial=True).missing == ("responsibility_and_autonomy of level 8",)
