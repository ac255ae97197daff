"""Reading reference classifications: the official files in all their oddities, and packages that are broken."""

from __future__ import annotations

import csv
import gzip
import re
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Triple

from nqf_graph.errors import CannotLoad
from nqf_graph.importers import Package, read_esco, readers
from nqf_graph.importers.esco_layout import ADDRESSES, ALL, CODES, LABEL_LISTS, LABELS, MODIFIED, NOTE, TAGS, TEXTS
from nqf_graph.terms import DCT, ESCO, ESCO_THINGS, RDF, SKOS
from tests import esco_packages as made
from tests.conftest import SHARED, require

DATA = SHARED / "data"


def official(folder: str) -> Path:
    require((DATA / folder).is_dir(), f"reference data ({DATA / folder}; set NQF_SHARED)")
    return DATA / folder


def official_rows(folder: str, name: str) -> Iterator[dict[str, str]]:
    """The rows of an official file, read without our code."""
    with gzip.open(official(folder) / f"{name}.csv.gz", "rt", encoding="utf-8-sig", newline="") as file:
        yield from csv.DictReader(file)


@pytest.fixture(scope="session")
def esco() -> Package:
    """ESCO v1.1.1, the whole of it."""
    return read_esco(official("esco-1.1.1"))


def values(package: Package, subject: str, property_: NamedNode) -> set[str]:
    return {
        str(getattr(t.object, "value", t.object))
        for t in package.triples
        if t.subject == NamedNode(subject) and t.predicate == property_
    }


def subjects(package: Package, type_: NamedNode) -> set[str]:
    return {t.subject.value for t in package.triples if t.predicate == RDF["type"] and t.object == type_}  # type: ignore[union-attr]


def speaks(package: Package, words: str) -> int:
    """How often the package says this of itself."""
    return sum(number for text, number in package.mended.items() if words in text)


def test_the_whole_of_esco_arrives(esco: Package) -> None:
    """The figures are those of the publisher's own description of v1.1.1 and of the files, counted by other code."""
    assert esco.version == "1.1.1"
    assert esco.languages == ("en",)
    assert len(subjects(esco, ESCO["Occupation"])) == esco.counts["occupations"] == 3007
    assert len(subjects(esco, ESCO["Skill"])) == esco.counts["skills"] == 13896
    assert esco.counts["ISCO groups"] == 619
    assert esco.counts["skill groups"] == 640
    assert esco.counts["occupation-skill relations"] == 123855
    by_property = Counter(t.predicate for t in esco.triples if "/esco/occupation/" in str(t.subject))
    relations = list(official_rows("esco-1.1.1", "occupationSkillRelations"))
    expected = Counter(row["relationType"] for row in relations)
    assert by_property[ESCO["relatedEssentialSkill"]] == expected["essential"]
    assert by_property[ESCO["relatedOptionalSkill"]] == expected["optional"]
    assert len(esco.triples) == len(set(esco.triples))


def test_every_relation_is_stated_both_ways(esco: Package) -> None:
    stated = set(esco.triples)
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


def test_no_row_is_lost_silently(esco: Package) -> None:
    """Rows read = things or relations stated + rows listed as skipped + rows that repeat what another file says."""
    kinds = {
        "occupations": "occupations_en.csv", "skills": "skills_en.csv", "ISCO groups": "ISCOGroups_en.csv",
        "skill groups": "skillGroups_en.csv", "concept schemes": "conceptSchemes_en.csv",
        "occupation-skill relations": "occupationSkillRelations.csv",
        "skill-skill relations": "skillSkillRelations.csv",
    }  # fmt: skip
    skipped = Counter(entry.file for entry in esco.skipped)
    for kind, file in kinds.items():
        assert esco.counts[kind] + skipped[file] == esco.rows[file], file
        assert esco.rows[file] == sum(1 for _ in official_rows("esco-1.1.1", file.removesuffix(".csv"))), file
    broader = ("broaderRelationsOccPillar.csv", "broaderRelationsSkillPillar.csv")
    assert esco.counts["broader relations"] == sum(esco.rows[file] for file in broader)
    repeated = speaks(esco, "row that repeats")
    others = [file for file in esco.rows if file not in (*kinds.values(), *broader)]
    named = esco.counts["skill groups that only the hierarchy names"]
    assert repeated + named == sum(esco.rows[file] for file in others)


def test_a_skill_related_to_itself_is_listed(esco: Package) -> None:
    (entry,) = esco.skipped
    assert entry.file == "skillSkillRelations.csv"
    assert "related to itself" in entry.reason
    rows = list(official_rows("esco-1.1.1", "skillSkillRelations"))
    (place,) = [n for n, row in enumerate(rows, 2) if row["originalSkillUri"] == row["relatedSkillUri"]]
    assert entry.line == place, "rows of this file have one line each, the header is the first"


def test_an_occupation_without_description_keeps_its_place_and_its_skills(esco: Package) -> None:
    missing = "http://data.europa.eu/esco/occupation/a9e54177-a185-404d-b6e6-15663d31137e"
    assert missing not in subjects(esco, ESCO["Occupation"])
    related = values(esco, missing, ESCO["relatedEssentialSkill"]) | values(esco, missing, ESCO["relatedOptionalSkill"])
    rows = [r for r in official_rows("esco-1.1.1", "occupationSkillRelations") if r["occupationUri"] == missing]
    assert len(related) == len(rows) == 67
    assert f"concept with a place in the hierarchy and no description: {missing}" in esco.mended


def test_labels_are_clean_and_disjoint(esco: Package) -> None:
    """Zero-width characters, no-break spaces and blanks at the edges are gone; SKOS S13 holds."""
    labels: dict[NamedNode, set[tuple[object, str]]] = {}
    for t in esco.triples:
        if t.predicate in (SKOS["prefLabel"], SKOS["altLabel"], SKOS["hiddenLabel"]):
            assert isinstance(t.object, Literal)
            assert not re.search("[\u200b\u200c\u200d\ufeff\u00a0\r\n]", t.object.value)
            assert t.object.value == t.object.value.strip()
            labels.setdefault(t.predicate, set()).add((t.subject, t.object.value))
    assert not labels[SKOS["prefLabel"]] & labels[SKOS["altLabel"]]
    assert len(labels[SKOS["prefLabel"]]) >= 3007 + 13896 + 619 + 640
    assert speaks(esco, "preferred label again among altLabels") >= 12187, "the figure of the skills alone"


def test_texts_of_several_lines_stay_whole(esco: Package) -> None:
    long = {r["conceptUri"]: r["description"] for r in official_rows("esco-1.1.1", "ISCOGroups_en")}
    (found,) = values(esco, f"{made.ESCO}/isco/C0", DCT["description"])
    assert "\n" in found
    assert found.split() == long[f"{made.ESCO}/isco/C0"].replace("\u200b", "").split()


def test_codes_are_texts(esco: Package) -> None:
    assert values(esco, f"{made.ESCO}/isco/C0110", SKOS["notation"]) == {"0110"}
    assert values(esco, f"{made.ESCO}/isco/C0", SKOS["notation"]) == {"0"}


def test_a_skill_may_stand_in_several_places(esco: Package) -> None:
    parents = Counter(r["conceptUri"] for r in official_rows("esco-1.1.1", "broaderRelationsSkillPillar"))
    skill, number = parents.most_common(1)[0]
    assert number > 1
    assert len(values(esco, skill, SKOS["broader"])) == number


def test_what_is_not_given_is_not_stated(esco: Package) -> None:
    rows = list(official_rows("esco-1.1.1", "skills_en"))
    typed = {t.subject for t in esco.triples if t.predicate == ESCO["skillType"]}
    reused = {t.subject for t in esco.triples if t.predicate == ESCO["skillReuseLevel"]}
    assert len(typed) == sum(bool(r["skillType"]) for r in rows) == 13896 - 6
    assert len(reused) == sum(bool(r["reuseLevel"]) for r in rows) == 13896 - 5


def test_ragged_rows_of_the_hierarchy_are_read(esco: Package) -> None:
    assert speaks(esco, "row with too few cells, the others taken as empty: skillsHierarchy_en.csv") == 189


def test_the_kind_of_skill_is_that_of_the_skill_not_of_the_relation(esco: Package) -> None:
    """skillSkillRelations repeats the kind of the related skill where that of the first should stand."""
    kinds = {r["conceptUri"]: r["skillType"] for r in official_rows("esco-1.1.1", "skills_en")}
    wrong = [
        r for r in official_rows("esco-1.1.1", "skillSkillRelations")
        if kinds[r["originalSkillUri"]] == "skill/competence" and r["originalSkillType"] == "knowledge"
    ]  # fmt: skip
    assert wrong
    skill = wrong[0]["originalSkillUri"]
    assert values(esco, skill, ESCO["skillType"]) == {ESCO_THINGS["skill-type/skill"].value}


def test_columns_mean_what_escos_own_dictionary_says() -> None:
    """`iscoGroup` is the exception: the dictionary gives skos:notation, the model has esco:memberOfISCOGroup."""
    text = (official("esco-1.2.1") / "dictionary_en.csv").read_text(encoding="utf-8-sig")
    ours = {
        column: property_.value
        for table in (LABELS, LABEL_LISTS, TEXTS, ADDRESSES, CODES, MODIFIED, NOTE, TAGS)
        for column, property_ in table.items()
    }
    stems = {layout.stem for layout in ALL}
    checked = set()
    for row in csv.DictReader(text.splitlines()):
        column, property_ = row.get("data header"), row.get("property") or ""
        if row["filename"] in stems and property_.startswith("http") and " " not in property_ and column in ours:
            assert ours[column] == property_, (row["filename"], column)
            checked.add(column)
    assert checked >= set(ours) - {"broaderConceptUri"}


def test_version_1_2_0_with_files_that_others_have_put_together() -> None:
    package = read_esco(official("esco-1.2.0"), partial=True)
    assert package.missing == ("skills_en.csv", "occupationSkillRelations.csv")
    assert package.counts["occupations"] == 3039
    assert package.counts["skills"] == 13939
    assert package.counts["occupation-skill relations"] == 129004
    assert speaks(package, "not ESCO's own but put together by others") == 2
    assert speaks(package, "row with too few cells") == 188


def test_version_1_2_1_names_four_occupations_twice() -> None:
    package = read_esco(official("esco-1.2.1"), partial=True)
    again = [entry for entry in package.skipped if "stands here again" in entry.reason]
    assert len(again) == 4
    assert len(subjects(package, ESCO["Occupation"])) == package.counts["occupations"] == 3039
    rows = list(official_rows("esco-1.2.1", "occupations_en"))
    twice = [uri for uri, number in Counter(r["conceptUri"] for r in rows).items() if number == 2]
    for uri in twice:
        newest = max(r["modifiedDate"] for r in rows if r["conceptUri"] == uri)
        assert values(package, uri, DCT["modified"]) == {newest}
    nace = {r["conceptUri"]: r["naceCode"].replace(",", " ").split() for r in rows}
    several = next(uri for uri, codes in nace.items() if len(codes) > 1)
    assert values(package, several, ESCO["hasNACECode"]) == set(nace[several])


def test_several_languages_side_by_side() -> None:
    package = read_esco(official("esco-1.0-multilingual"), partial=True)
    assert package.languages == ("en", "en-us", "es", "fr")
    assert package.counts["skills"] == 13485
    nameless = [entry for entry in package.skipped if "no preferred label" in entry.reason]
    assert Counter(entry.file for entry in nameless)["skills_en-us.csv"] == 13
    names = {t.object.language for t in package.triples if t.predicate == SKOS["prefLabel"]}  # type: ignore[union-attr]
    assert names == {"en", "en-us", "es", "fr"}


def test_another_layout_is_told_by_its_name() -> None:
    with pytest.raises(CannotLoad, match="Tabiya"):
        read_esco(official("esco-1.1.2-fr"), partial=True)


@pytest.mark.parametrize("name", ["esco-v1.0-excerpt", "esco-v1.1.1-shaped-skill", "esco-authoring-example"])
def test_esco_in_rdf_becomes_plain_statements(name: str) -> None:
    package = read_esco(official("esco-rdf-shapes") / f"{name}.ttl")
    for t in package.triples:
        assert "skos-xl" not in t.predicate.value
        assert "node-literal" not in str(t.object)
        if t.predicate == SKOS["notation"]:
            assert t.object == Literal(t.object.value)  # type: ignore[union-attr]
    assert package.counts["skills"] == 1


def test_esco_in_rdf_keeps_associations_and_texts() -> None:
    package = read_esco(official("esco-rdf-shapes") / "esco-v1.0-excerpt.ttl")
    occupation = "http://data.europa.eu/esco/occupation/773753ad-c4f7-4052-b3b4-440435199d6b"
    skill = "http://data.europa.eu/esco/skill/a6d697d1-80ba-4175-82d4-43440ed04270"
    assert values(package, occupation, ESCO["relatedEssentialSkill"]) == {skill}
    assert values(package, skill, ESCO["isEssentialSkillFor"]) == {occupation}
    assert values(package, f"{made.ESCO}/isco/C6112", SKOS["notation"]) == {"6112"}


def test_a_small_package_as_folder_and_archive(tmp_path: Path) -> None:
    expected = read_esco(made.folder(tmp_path / "v9.1.0")).triples
    assert read_esco(made.archive(tmp_path / "flat.zip")).triples == expected
    nested = made.archive(tmp_path / "nested.zip", inside="ESCO dataset - v9.1.0/csv/")
    package = read_esco(nested)
    assert package.triples == expected
    parts = {"one.zip": (tmp_path / "flat.zip").read_bytes()}
    assert read_esco(made.archive(tmp_path / "outer.zip", parts)).triples == expected
    zipped = {f"{name}.gz": gzip.compress(content) for name, content in made.texts().items()}
    assert read_esco(made.folder(tmp_path / "gzipped", zipped)).triples == expected
    with_mark = {name: b"\xef\xbb\xbf" + content for name, content in made.texts().items()}
    assert read_esco(made.folder(tmp_path / "marked", with_mark)).triples == expected


def test_what_a_small_package_states(tmp_path: Path) -> None:
    package = read_esco(made.folder(tmp_path / "esco-9.1.0"))
    assert package.version == "9.1.0"
    assert values(package, made.FERRY, SKOS["altLabel"]) == {"deckhand of a ferry"}
    assert values(package, made.FERRY, ESCO["memberOfISCOGroup"]) == {f"{made.ESCO}/isco/C8350"}
    assert values(package, made.PILOT, ESCO["memberOfISCOGroup"]) == {f"{made.ESCO}/isco/C0110"}
    assert values(package, made.FERRY, SKOS["inScheme"]) == {
        f"{made.SCHEME}/occupations",
        f"{made.SCHEME}/member-occupations",
    }
    assert values(package, made.KNOT, DCT["description"]) == {"Ties knots,\nalso at night."}
    assert not package.skipped


def broken(name: str, old: bytes, new: bytes) -> dict[str, bytes]:
    files = made.texts()
    assert old in files[name]
    return files | {name: files[name].replace(old, new, 1)}


def without(name: str, other: str = "") -> dict[str, bytes]:
    files = made.texts()
    content = files.pop(name)
    return files | ({other: content} if other else {})


@pytest.mark.parametrize(
    ("files", "expected", "found"),
    [
        (without("skills_en.csv"), "expected skills_en.csv", "occupations_en.csv"),
        (without("skills_en.csv", "skill_list.csv"), "expected skills_en.csv", "skill_list.csv"),
        (without("skills_en.csv", "skills_fr.csv"), "skills_en.csv", "skills_fr.csv"),
        (broken("skills_en.csv", b"reuseLevel", b"reuse_level"), "expected the columns reuseLevel", "reuse_level"),
        (broken("skills_en.csv", b"tie knots", b"\xff\xfe"), "expected UTF-8", "skills_en.csv:2"),
        (broken("skills_en.csv", b"tie knots", b"tie,knots"), "expected 13 cells in the row", "found 14"),
        (broken("skills_en.csv", b"tie knots", b'"tie knots'), "expected a row of 13 cells", "skills_en.csv:2"),
        ({}, "expected ISCOGroups_en.csv", "nothing"),
        (made.texts() | {"skills_en.csv.gz": gzip.compress(b"x" * 99)[:-9]}, "once", "skills_en.csv"),
    ],
)  # fmt: skip
def test_a_broken_package_says_what_was_expected_and_found(
    files: dict[str, bytes], expected: str, found: str, tmp_path: Path
) -> None:
    (tmp_path / "package").mkdir()
    for name, content in files.items():
        (tmp_path / "package" / name).write_bytes(content)
    with pytest.raises(CannotLoad) as error:
        read_esco(tmp_path / "package")
    assert expected in str(error.value)
    assert found in str(error.value)


def test_cut_off_archives_and_what_is_none(tmp_path: Path) -> None:
    whole = made.archive(tmp_path / "whole.zip").read_bytes()
    for number, content in enumerate((whole[: len(whole) // 2], b"not an archive")):
        file = tmp_path / f"{number}.zip"
        file.write_bytes(content)
        with pytest.raises(CannotLoad, match="whole ZIP"):
            read_esco(file)
    damaged = bytearray(whole)
    damaged[len(whole) // 3] ^= 0xFF
    (tmp_path / "damaged.zip").write_bytes(damaged)
    with pytest.raises(CannotLoad):
        read_esco(tmp_path / "damaged.zip")
    with pytest.raises(CannotLoad, match="folder, a ZIP"):
        read_esco(tmp_path / "nowhere")
    cut = made.texts() | {"skills_en.csv.gz": gzip.compress(made.texts()["skills_en.csv"])[:-9]}
    del cut["skills_en.csv"]
    with pytest.raises(CannotLoad, match="whole gzip"):
        read_esco(made.folder(tmp_path / "cut", cut))


def test_rows_that_point_nowhere_are_listed_with_file_and_line(tmp_path: Path) -> None:
    content = made.rows()
    nowhere = f"{made.ESCO}/skill/nowhere"
    content["occupationSkillRelations.csv"].insert(
        1, {"occupationUri": made.FERRY, "relationType": "essential", "skillUri": nowhere}
    )
    content["occupationSkillRelations.csv"].append(
        {"occupationUri": made.FERRY, "relationType": "vital", "skillUri": made.KNOT}
    )
    content["skills_en.csv"][1]["skillType"] = "attitude"
    content["skills_en.csv"].append(content["skills_en.csv"][0] | {"conceptUri": "not an iri"})
    package = read_esco(made.folder(tmp_path / "package", made.texts(content)))
    listed = {(entry.file, entry.line): entry.reason for entry in package.skipped}
    assert nowhere in listed["occupationSkillRelations.csv", 3]
    assert "vital" in listed["occupationSkillRelations.csv", 5]
    assert "attitude" in listed["skills_en.csv", 4], "the row above has a line break inside a cell"
    assert "not an iri" in listed["skills_en.csv", 5]
    assert package.counts["occupation-skill relations"] == 2
    assert not any(nowhere in str(t) for t in package.triples)


def test_isco_has_all_its_groups() -> None:
    package = readers["isco"](official("isco-isced"))
    assert package.counts == {"ISCO groups": 619, "unit groups": 436}
    assert package.languages == ("en", "es", "fr")
    assert values(package, f"{made.ESCO}/isco/C0110", SKOS["broader"]) == {f"{made.ESCO}/isco/C011"}
    tops = {f"{made.ESCO}/isco/C{digit}" for digit in range(10)}
    assert {s for s in subjects(package, SKOS["Concept"]) if not values(package, s, SKOS["broader"])} == tops
    own = readers["isco"](official("esco-1.1.1"))
    assert own.counts == package.counts


def test_isced_and_its_fields() -> None:
    fields = readers["isced-f"](official("isco-isced"))
    assert fields.counts == {"codes": 12 + 58 + 150}
    assert values(fields, "http://data.europa.eu/snb/isced-f/0011", SKOS["broader"]) == {
        "http://data.europa.eu/snb/isced-f/001"
    }
    assert not fields.skipped
    levels = readers["isced"](official("isco-isced") / "isced-2011.ttl")
    assert levels.counts["codes"] >= 9


def test_a_code_list_names_its_faults(tmp_path: Path) -> None:
    file = tmp_path / "isced-2011.csv"
    file.write_text(
        "code,parent,uri,label_en\n1,,http://example.org/1,One\n1,,http://example.org/1,One\n2,9,no iri,x\n"
    )
    package = readers["isced"](file)
    assert package.counts == {"codes": 1}
    assert [(entry.line, "once" in entry.reason) for entry in package.skipped] == [(3, True), (4, False)]
    file.write_text("code,parent,uri\n1,,http://example.org/1\n")
    with pytest.raises(CannotLoad, match="label_en"):
        readers["isced"](file)


def test_the_official_wording_of_the_eqf() -> None:
    package = readers["eqf"](official("eqf-nqf"))
    assert package.counts == {"levels": 8, "descriptors": 24}
    with (official("eqf-nqf") / "eqf-level-descriptors.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            assert values(package, f"{row['uri']}#{row['domain']}", DCT["description"]) == {row["descriptor_en"]}


def test_a_messy_table_is_refused_by_name() -> None:
    with pytest.raises(CannotLoad, match=r"messy\.csv:1: expected the columns level, uri, domain, found Level"):
        readers["eqf"](official("eqf-nqf") / "eqf-level-descriptors-messy.csv")


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("\n6,", "\n9,", "level 1 to 8"),
        ("6,http://data.europa.eu/snb/eqf/6,knowledge", "6,http://data.europa.eu/snb/eqf/6,wisdom", "domain"),
        ("6,http://data.europa.eu/snb/eqf/6,knowledge", "6,http://data.europa.eu/snb/eqf/6,skills", "once"),
    ],
)
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


def test_an_archive_of_the_publisher_may_hold_odd_entries(tmp_path: Path) -> None:
    file = made.archive(tmp_path / "odd.zip")
    with zipfile.ZipFile(file, "a") as opened:
        opened.writestr("__MACOSX/._skills_en.csv", b"\0")
        opened.writestr("readme.txt", b"hello")
    assert speaks(read_esco(file), "left alone: readme.txt") == 1
