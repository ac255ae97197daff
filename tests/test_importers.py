"""Reading packages of reference classifications that are small and made here: whole ones, and broken ones."""

from __future__ import annotations

import gzip
import re
import zipfile
from pathlib import Path

import pytest
from pyoxigraph import Literal

from nqf_graph.errors import CannotLoad
from nqf_graph.importers import esco_layout as layout
from nqf_graph.importers import read_esco, readers
from nqf_graph.terms import DCT, ESCO, ISO_THES, RDF, SKOS
from tests import esco_packages as made
from tests.conftest import ROOT
from tests.esco_packages import Told

NOWHERE = f"{made.ESCO}/skill/nowhere"


def test_a_small_package_as_folder_and_archive(tmp_path: Path) -> None:
    expected = read_esco(made.folder(tmp_path / "v9.1.0")).triples
    assert read_esco(made.archive(tmp_path / "flat.zip")).triples == expected
    nested = made.archive(tmp_path / "nested.zip", inside="ESCO dataset - v9.1.0/csv/")
    package = read_esco(nested)
    assert package.triples == expected
    assert package.version == "9.1.0"
    parts = {"one.zip": (tmp_path / "flat.zip").read_bytes()}
    assert read_esco(made.archive(tmp_path / "outer.zip", parts)).triples == expected
    zipped = {f"{name}.gz": gzip.compress(content) for name, content in made.texts().items()}
    assert read_esco(made.folder(tmp_path / "gzipped", zipped)).triples == expected
    with_mark = {name: b"\xef\xbb\xbf" + content for name, content in made.texts().items()}
    assert read_esco(made.folder(tmp_path / "marked", with_mark)).triples == expected


def test_the_archives_of_the_portal_side_by_side(tmp_path: Path) -> None:
    """The portal hands out classification and relations apart, and each again for every language."""
    texts = made.texts()
    expected = read_esco(made.folder(tmp_path / "whole")).triples
    relations = {name: content for name, content in texts.items() if "elations" in name}
    concepts = {name: content for name, content in texts.items() if name not in relations}
    folder = tmp_path / "download"
    folder.mkdir()
    made.archive(folder / "ESCO dataset - v9.1.0 - classification - en - csv.zip", concepts)
    made.archive(folder / "ESCO dataset - v9.1.0 - relations - en - csv.zip", relations)
    made.archive(folder / "ESCO dataset - v9.1.0 - relations - fr - csv.zip", relations)
    package = read_esco(folder)
    assert package.triples == expected
    assert package.version == "9.1.0"
    (folder / "ESCO dataset - v9.1.0 - relations - fr - csv.zip").unlink()
    relations_en = folder / "ESCO dataset - v9.1.0 - relations - en - csv.zip"
    relations_en.rename(folder / "ESCO dataset - v9.2.0 - relations - en - csv.zip")
    with pytest.raises(CannotLoad, match=r"parts of one version, found 9\.1\.0, 9\.2\.0"):
        read_esco(folder)
    assert read_esco(folder, version="9").version == "9", "who says the version answers for it"


@pytest.mark.parametrize(
    ("name", "version"),
    [
        ("esco-1.2.1", "1.2.1"), ("ESCO dataset - v1.1.1 - classification - en - csv", "1.1.1"),
        ("ESCO_v1.2", "1.2"), ("package", ""), ("python3.12", ""), ("esco", ""),
    ],
)  # fmt: skip
def test_the_version_is_what_the_name_says(name: str, version: str, tmp_path: Path) -> None:
    assert read_esco(made.folder(tmp_path / name)).version == version
    assert read_esco(tmp_path / name, version="7.0").version == "7.0"


def test_what_a_small_package_states(tmp_path: Path) -> None:
    told = Told(read_esco(made.folder(tmp_path / "esco-9.1.0")))
    assert told.values(made.FERRY, SKOS["altLabel"]) == {"deckhand of a ferry"}
    assert told.values(made.FERRY, ESCO["memberOfISCOGroup"]) == {f"{made.ESCO}/isco/C8350"}
    assert told.values(made.PILOT, ESCO["memberOfISCOGroup"]) == {f"{made.ESCO}/isco/C0110"}
    schemes = {f"{made.SCHEME}/occupations", f"{made.SCHEME}/member-occupations"}
    assert told.values(made.FERRY, SKOS["inScheme"]) == schemes
    assert told.values(made.KNOT, DCT["description"]) == {"Ties knots,\nalso at night."}
    assert not told.package.skipped and not told.package.lost


def test_progress_is_told_for_each_file(tmp_path: Path) -> None:
    seen: dict[str, list[tuple[int, int]]] = {}
    package = read_esco(
        made.folder(tmp_path / "package"),
        progress=lambda what, done, all_: seen.setdefault(what, []).append((done, all_)),
    )
    assert set(seen) == set(package.rows)
    assert all(steps[0][0] == 0 and steps[-1] == (package.rows[name],) * 2 for name, steps in seen.items())


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
        (without("skills_en.csv", "skills.csv"), "skills_en.csv", "skills.csv"),
        (without("skillSkillRelations.csv"), "expected skillSkillRelations.csv", "skillGroups_en.csv"),
        (broken("skills_en.csv", b"reuseLevel", b"reuse_level"), "expected the columns reuseLevel", "reuse_level"),
        (broken("skills_en.csv", b"altLabels", b"alternative"), "expected the columns altLabels", "skills_en.csv:1"),
        (broken("skills_en.csv", b"scopeNote", b"status"), "expected the columns scopeNote", "skills_en.csv:1"),
        (broken("skills_en.csv", b"definition,", b"definition,status,"), "expected each column once", "skills_en.csv:1"),
        (broken("skills_en.csv", b"tie knots", b"\xff\xfe"), "expected UTF-8", "skills_en.csv:2"),
        (broken("skills_en.csv", b"tie knots", b"tie,knots"), "expected 13 cells in the row", "found 14"),
        (broken("skills_en.csv", b"cross-sector,tides,", b"cross-sector"), "found 11", "skills_en.csv:4"),
        (broken("skills_en.csv", b"tie knots", b'"tie knots'), "expected a row of 13 cells", "skills_en.csv:2"),
        ({}, "expected ISCOGroups_en.csv", "nothing"),
        ({"readme.txt": b"hello"}, "expected ISCOGroups_en.csv", "nothing"),
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


def test_a_language_asked_for_must_be_there(tmp_path: Path) -> None:
    texts = made.texts()
    source = made.folder(tmp_path / "package", texts | {
        name.replace("_en", "_fr"): content.replace(b"tie knots", b"nouer") for name, content in texts.items() if "_en" in name
    })  # fmt: skip
    both = read_esco(source)
    assert both.languages == ("en", "fr")
    assert both.counts == read_esco(source, languages=["fr"]).counts
    assert not both.lost
    french = Told(read_esco(source, languages=["fr"]))
    assert french.values(made.KNOT, SKOS["prefLabel"]) == {"nouer"}
    with pytest.raises(CannotLoad, match=r"expected ISCOGroups_de\.csv.*found"):
        read_esco(source, languages=["de"])
    (source / "skills_fr.csv").unlink()
    with pytest.raises(CannotLoad, match=r"expected skills_fr\.csv, found"):
        read_esco(source)


def test_cut_off_archives_and_what_is_none(tmp_path: Path) -> None:
    whole = made.archive(tmp_path / "whole.zip").read_bytes()
    for number, content in enumerate((whole[: len(whole) // 2], b"not an archive")):
        file = tmp_path / f"{number}.zip"
        file.write_bytes(content)
        with pytest.raises(CannotLoad, match=f"{number}.zip: expected a whole ZIP"):
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
    with pytest.raises(CannotLoad, match=r"skills_en\.csv\.gz: expected a whole gzip"):
        read_esco(made.folder(tmp_path / "cut", cut))


def test_rows_that_point_nowhere_are_listed_with_file_and_line(tmp_path: Path) -> None:
    content = made.rows()
    content["occupationSkillRelations.csv"].insert(
        1, {"occupationUri": made.FERRY, "relationType": "essential", "skillUri": NOWHERE}
    )
    content["occupationSkillRelations.csv"].append(
        {"occupationUri": made.FERRY, "relationType": "vital", "skillUri": made.KNOT}
    )
    content["occupationSkillRelations.csv"].append(content["occupationSkillRelations.csv"][0])
    content["broaderRelationsSkillPillar.csv"].append(
        {"conceptType": "KnowledgeSkillCompetence", "conceptUri": made.TIDE, "broaderUri": NOWHERE}
    )
    content["skills_en.csv"][1] |= {"skillType": "attitude", "modifiedDate": "yesterday"}
    content["skills_en.csv"].append(content["skills_en.csv"][0] | {"conceptUri": "not an iri"})
    content["skills_en.csv"].append(content["skills_en.csv"][0] | {"conceptType": "SkillGroup", "conceptUri": NOWHERE})
    content["occupations_en.csv"][0]["iscoGroup"] = "9999"
    content["occupations_en.csv"][1]["iscoGroup"] = "eleven"
    package = read_esco(made.folder(tmp_path / "package", made.texts(content)))
    listed = {(entry.file, entry.line, entry.column): entry.reason for entry in package.skipped}
    assert listed.keys() == {
        ("occupationSkillRelations.csv", 3, ""), ("occupationSkillRelations.csv", 5, ""),
        ("occupationSkillRelations.csv", 6, ""), ("broaderRelationsSkillPillar.csv", 3, ""),
        ("skills_en.csv", 4, "skillType"), ("skills_en.csv", 4, "modifiedDate"), ("skills_en.csv", 5, ""),
        ("skills_en.csv", 7, ""), ("occupations_en.csv", 2, "iscoGroup"), ("occupations_en.csv", 5, "iscoGroup"),
    }  # fmt: skip
    assert NOWHERE in listed["occupationSkillRelations.csv", 3, ""]
    assert "vital" in listed["occupationSkillRelations.csv", 5, ""]
    assert "already" in listed["occupationSkillRelations.csv", 6, ""]
    assert NOWHERE in listed["broaderRelationsSkillPillar.csv", 3, ""]
    assert "attitude" in listed["skills_en.csv", 4, "skillType"], "the row above has a line break inside a cell"
    assert "not an iri" in listed["skills_en.csv", 5, ""]
    assert "9999" in listed["occupations_en.csv", 2, "iscoGroup"]
    assert package.counts["occupation-skill relations"] == 2
    assert not any(NOWHERE in str(t) for t in package.triples)
    assert not package.lost


def test_the_newest_of_two_rows_for_one_concept_counts(tmp_path: Path) -> None:
    content = made.rows()
    first = content["occupations_en.csv"][1]
    content["occupations_en.csv"].append(first | {"modifiedDate": "2020-01-01T00:00:00.5Z", "preferredLabel": "pilot"})
    content["occupations_en.csv"].append(first | {"modifiedDate": "2019-01-01T00:00:00Z", "preferredLabel": "old"})
    told = Told(read_esco(made.folder(tmp_path / "package", made.texts(content))))
    assert told.values(made.PILOT, SKOS["prefLabel"]) == {"pilot"}
    assert len(told.package.skipped) == 2
    assert not told.package.lost


def test_a_column_that_nobody_knows_is_told(tmp_path: Path) -> None:
    files = made.texts()
    rows = files["skillGroups_en.csv"].replace(b",code\r\n", b",code,colour\r\n").replace(b",S9\r\n", b",S9,blue\r\n")
    package = read_esco(made.folder(tmp_path / "package", files | {"skillGroups_en.csv": rows}))
    assert Told(package).mended("not known, left out: colour of skillGroups_en.csv") == 1


def test_an_incomplete_package_is_taken_if_asked(tmp_path: Path) -> None:
    files = without("skills_en.csv") | {
        "derived__skill_labels_en.csv": f"conceptUri,preferredLabel,skillType,reuseLevel\n{made.KNOT},tie knots,,\n".encode()
    }
    source = made.folder(tmp_path / "package", files)
    with pytest.raises(CannotLoad, match="--partial"):
        read_esco(source)
    package = read_esco(source, partial=True)
    assert package.missing == ("skills_en.csv",)
    assert Told(package).mended("not ESCO's own") == 1
    assert package.counts["skills"] == 1
    assert {entry.file for entry in package.skipped} == {"occupationSkillRelations.csv", "skillSkillRelations.csv"}


def test_an_archive_of_the_publisher_may_hold_odd_entries(tmp_path: Path) -> None:
    file = made.archive(tmp_path / "odd.zip")
    with zipfile.ZipFile(file, "a") as opened:
        opened.writestr("__MACOSX/._skills_en.csv", b"\0")
        opened.writestr("readme.txt", b"hello")
        opened.writestr("regions.csv", b"code\r\n1\r\n")
        opened.writestr("dictionary_en.csv", b"filename,data header\r\n")
    told = Told(read_esco(file))
    assert told.mended("left alone: regions.csv") == 1
    assert told.mended("left alone") == 1
    assert "regions.csv" not in told.package.rows


_TURTLE = """
@prefix esco: <http://data.europa.eu/esco/model#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix skosxl: <http://www.w3.org/2008/05/skos-xl#> .
@prefix dct: <http://purl.org/dc/terms/> .
@base <http://data.europa.eu/esco/> .
<skill/knot> a esco:Skill, skos:Concept ; skos:prefLabel "tie knots"@en, "tie ropes"@en ;
    skosxl:altLabel [ a skosxl:Label ; skosxl:literalForm "knotting\u200b "@en ] , <label/1> ;
    dct:description <node-literal/1> , <node-literal/2> ; esco:editorialStatus "prepared" .
<label/1> a skosxl:Label ; skosxl:literalForm "tie knots"@en .
<node-literal/1> a esco:NodeLiteral ; esco:language "en" ; esco:nodeLiteral "Ties." .
<relation/1> a esco:AssociationObject ; esco:isAssociationFor <occupation/ferry> ; esco:target <skill/knot> .
"""


@pytest.mark.parametrize("name", ["esco.ttl", "esco.ttl.gz"])
def test_rdf_with_faults_is_read_as_far_as_it_says_something(name: str, tmp_path: Path) -> None:
    file = tmp_path / name
    content = _TURTLE.encode()
    file.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    told = Told(read_esco(file))
    assert told.values(made.KNOT, SKOS["prefLabel"]) == {"tie knots"}
    assert told.values(made.KNOT, SKOS["altLabel"]) == {"knotting"}
    assert told.values(made.KNOT, DCT["description"]) == {"Ties."}
    assert told.values(made.KNOT, RDF["type"]) == {ESCO["Skill"].value, SKOS["Concept"].value}
    reasons = " ".join(entry.reason for entry in told.package.skipped)
    for words in ("second preferred label", "node-literal/2", "dct:type"):
        assert words in reasons
    assert told.mended("statement left out: http://data.europa.eu/esco/model#editorialStatus") == 1
    with pytest.raises(CannotLoad, match="expected texts in ky, found en"):
        read_esco(file, languages=["ky"])


def test_rdf_that_is_none_is_refused_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "esco.ttl"
    file.write_text(_TURTLE.replace("esco:NodeLiteral ;", "esco:NodeLiteral"), encoding="utf-8")
    with pytest.raises(CannotLoad, match=r"esco\.ttl:1[0-9].*expected Turtle"):
        read_esco(file)
    file.write_text("<http://example.org/a> <http://example.org/b> 1 .")
    with pytest.raises(CannotLoad, match="expected concepts"):
        read_esco(file)


def test_a_code_list_names_its_faults(tmp_path: Path) -> None:
    file = tmp_path / "isced-2011.csv"
    one = "1,,http://example.org/1,One"
    file.write_text(
        f"code,parent,uri,label_en,label_ru\n{one},Один\n{one},Один\n2,9,no iri,x,y\n"
        "3,1,http://example.org/1,x,y\n4,9,http://example.org/4,Four,\n5,1,http://example.org/5,Five,Пять\n",
        encoding="utf-8",
    )
    told = Told(readers["isced"](file))
    assert told.package.counts == {"codes": 3}
    assert [(entry.line, entry.column) for entry in told.package.skipped] == [(3, ""), (4, ""), (5, ""), (6, "parent")]
    assert told.values("http://example.org/5", SKOS["prefLabel"]) == {"Five", "Пять"}
    assert told.values("http://example.org/5", SKOS["broader"]) == {"http://example.org/1"}
    assert not told.package.lost
    assert readers["isced"](file, languages=["ru"]).languages == ("ru",)
    file.write_text("code,parent,uri\n1,,http://example.org/1\n")
    with pytest.raises(CannotLoad, match="label_en"):
        readers["isced"](file)
    (tmp_path / "isced-f-2013.csv").write_text("code,parent,uri,label_en\n")
    with pytest.raises(CannotLoad, match=r"one file, isced-2019\.csv"):
        readers["isced"](tmp_path, version="2019")


def test_isco_from_a_table_names_its_faults(tmp_path: Path) -> None:
    file = tmp_path / "isco-08.csv"
    rows = ["0,{0}/C0,Forces", "01,{0}/C01,Officers", "1,{0}/C2,x", "x1,{0}/C2,x", "0,{0}/C0,Again", "111,{0}/C111,Far"]
    file.write_text("code,uri,label_en\n" + "\n".join(rows).format(f"{made.ESCO}/isco") + "\n")
    told = Told(readers["isco"](file))
    assert told.package.counts["ISCO groups"] == 3
    assert [entry.line for entry in told.package.skipped] == [4, 5, 6, 0]
    assert told.values(f"{made.ESCO}/isco/C01", SKOS["broader"]) == {f"{made.ESCO}/isco/C0"}
    assert Literal("0") in [t.object for t in told.package.triples]
    assert not told.package.lost


def test_files_and_columns_are_documented_as_they_are_read() -> None:
    text = (ROOT / "docs" / "imports.md").read_text(encoding="utf-8")
    files = text[text.index("### Files") : text.index("### Columns")]
    told = {
        stem: line.endswith("| needed |")
        for line in files.splitlines()
        if line.startswith("| `")
        for stem in re.findall(r"`(\w+)`", line.split("|")[1])
    }
    read = [each for each in layout.ALL if each not in layout.RECONSTRUCTED]
    assert told == {each.stem: each.core for each in read} | {layout.DICTIONARY: False}
    assert all(f"`{each.stem}" in files for each in layout.RECONSTRUCTED)
    rows = dict(
        re.findall(r"^\| `(\w+)` \| `([\w:-]+)`", text[text.index("### Columns") : text.index("### What is put")], re.M)
    )
    prefixes = {"skos": SKOS, "dct": DCT, "esco": ESCO, "iso-thes": ISO_THES}
    documented = {
        column: prefixes[name.split(":")[0]][name.split(":")[1]] for column, name in rows.items() if ":" in name
    }
    tables = (
        layout.LABELS,
        layout.LABEL_LISTS,
        layout.TEXTS,
        layout.ADDRESSES,
        layout.CODES,
        layout.MODIFIED,
        layout.TAGS,
    )
    meant = {column: property_ for table in tables for column, property_ in table.items()}
    assert documented == meant | {"iscoGroup": ESCO["memberOfISCOGroup"]}


def test_the_extract_of_the_project_is_a_whole_package() -> None:
    package = read_esco(ROOT / "data" / "reference" / "esco")
    assert package.counts["occupations"] and package.counts["skills"]
    assert not package.skipped and not package.missing and not package.lost
    assert not any(t.predicate == DCT["description"] for t in package.triples), "facts only, no texts of ESCO"
