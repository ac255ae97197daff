"""Two versions of ESCO: what was added, removed, changed, replaced, and which alignments that touches.

The numbers on the real packages are worked out here from the tables themselves, with sets.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from nqf_graph.importers import Package, readers
from nqf_graph.importing import import_reference
from nqf_graph.importing.versions import (
    Difference,
    compare_versions,
    read_version,
    silence_of,
    with_alignments,
)
from nqf_graph.publication import Publication, open_publication
from nqf_graph.terms import DCT, NQF
from nqf_graph.writes import Request
from tests import esco_packages as tiny
from tests.conftest import SHARED, WORLD_BASE, published_world, require
from tests.test_cli import Nqf

csv.field_size_limit(2**24)
INVISIBLE = re.compile("[\u200b\u200c\u200d\ufeff]")


def tiny_package(folder: Path, change: Callable[[dict[str, list[dict[str, str]]]], None]) -> Package:
    content = tiny.rows()
    change(content)
    return readers["esco"](tiny.folder(folder, tiny.texts(content)))


def later(content: dict[str, list[dict[str, str]]]) -> None:
    """The ferry hand is gone, and a new concept has its name; a skill has another one, and a relation has gone."""
    for name in ("occupations_en.csv", "broaderRelationsOccPillar.csv", "occupationSkillRelations.csv"):
        for row in content[name]:
            for column, value in row.items():
                row[column] = value.replace(tiny.FERRY, f"{tiny.ESCO}/occupation/ferry-2")
    content["skills_en.csv"][0]["preferredLabel"] = "tie every knot"
    content["skillSkillRelations.csv"].clear()


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> tuple[Package, Package]:
    folder = tmp_path_factory.mktemp("versions")
    return tiny_package(folder / "old", lambda _: None), tiny_package(folder / "new", later)


def difference(old: Package, new: Package) -> Difference:
    return compare_versions(read_version(old.triples), read_version(new.triples), silence_of(old) | silence_of(new))


def test_what_is_added_removed_and_changed(two: tuple[Package, Package]) -> None:
    found = difference(*two)
    assert [each.iri for each in found.added] == [f"{tiny.ESCO}/occupation/ferry-2"]
    (gone,) = found.removed
    assert (gone.concept.iri, gone.concept.label, gone.concept.kind) == (tiny.FERRY, "ferry hand", "occupation")
    (successor,) = gone.successors
    assert (successor.concept.iri, successor.is_probable) == (f"{tiny.ESCO}/occupation/ferry-2", True)
    assert successor.reason == "same label"
    changed = {each.concept.iri: dict(each.properties) for each in found.changed}
    assert changed == {
        tiny.KNOT: {"label": (("tie every knot@en",), ("tie knots@en",)), "relations": ((), (f"optional {tiny.TIDE}",))}
    }
    assert found.retired == () and found.superseded == found.removed
    same = difference(two[0], two[0])
    assert (same.added, same.gone, same.changed) == ((), (), ())


def test_what_the_data_say_goes_before_what_is_likely(two: tuple[Package, Package]) -> None:
    old, new = (read_version(package.triples) for package in two)
    told = dict(new)
    retired = {"status": frozenset({"obsolete"}), "replaced by": frozenset({tiny.PILOT})}
    told[tiny.FERRY] = type(old[tiny.FERRY])(tiny.FERRY, "ferry hand", "occupation", old[tiny.FERRY].values | retired)
    (gone,) = compare_versions(old, told).gone
    assert gone.is_retired and not compare_versions(old, told).removed
    assert [(one.concept.iri, one.is_probable) for one in gone.successors] == [(tiny.PILOT, False)]
    assert DCT["isReplacedBy"].value.endswith("isReplacedBy")


def test_a_code_under_another_name_is_a_probable_successor(tmp_path: Path) -> None:
    def moved(content: dict[str, list[dict[str, str]]]) -> None:
        later(content)
        content["occupations_en.csv"][0]["preferredLabel"] = "hand on a ferry"

    old, new = tiny_package(tmp_path / "old", lambda _: None), tiny_package(tmp_path / "new", moved)
    (gone,) = difference(old, new).removed
    assert [one.reason for one in gone.successors] == ["same code"]


def test_what_an_incomplete_package_does_not_tell_is_not_compared(two: tuple[Package, Package], tmp_path: Path) -> None:
    files = tiny.texts()
    del files["skills_en.csv"], files["occupationSkillRelations.csv"]
    part = readers["esco"](tiny.folder(tmp_path / "part", files), partial=True)
    found = difference(two[0], part)
    assert not found.removed and not found.changed
    assert set(found.silence.files) == {"skills_en.csv", "occupationSkillRelations.csv"}
    assert found.silence.kinds == {"skill"}
    assert difference(two[1], part).silence == found.silence


ALIGNMENT = f"{WORLD_BASE}/id/alignment/test/"


@pytest.fixture(scope="module")
def aligned(two: tuple[Package, Package], tmp_path_factory: pytest.TempPathFactory) -> Publication:
    """The invented country with the old version, and alignments with three of its things."""
    publication = open_publication(published_world(tmp_path_factory.mktemp("aligned") / "data"))
    import_reference(publication, two[0], owner="x")
    some = publication.store.select(f"SELECT ?a ?p ?o {{ ?a a <{NQF['Alignment'].value}> ; ?p ?o }} ORDER BY ?a").rows
    model = {(row[1], row[2]) for row in some if row[0] == some[0][0]}
    text = ""
    for number, thing in enumerate((tiny.FERRY, tiny.KNOT, tiny.TIDE)):
        for name, value in model:
            stated = f"<{thing}>" if str(name).endswith("alignedObject>") else str(value)
            text += f"<{ALIGNMENT}{number}> {name} {stated} .\n"
    publication.write(Request("post", text, f"{WORLD_BASE}/graph/test-alignments"), "x")
    return publication


def test_alignments_that_are_touched(aligned: Publication, two: tuple[Package, Package]) -> None:
    found = with_alignments(aligned, difference(*two))
    told = {each.alignment.removeprefix(ALIGNMENT): (each.object, each.happened) for each in found.touched}
    assert told == {"0": (tiny.FERRY, "removed"), "1": (tiny.KNOT, "changed")}
    assert found.breaks_an_alignment
    removal = next(each for each in found.touched if each.happened == "removed")
    assert [one.concept.iri for one in removal.successors] == [f"{tiny.ESCO}/occupation/ferry-2"]
    assert not with_alignments(aligned, difference(two[0], two[0])).touched


def test_diff_on_the_command_line(aligned: Publication, two: tuple[Package, Package], tmp_path: Path) -> None:
    home = aligned.settings.store
    assert home is not None
    nqf = Nqf(home)
    content = tiny.rows()
    same = tiny.folder(tmp_path / "same", tiny.texts(content))
    later(content)
    new = tiny.folder(tmp_path / "new", tiny.texts(content))
    document = json.loads(nqf.again("diff", "esco", str(new), "--format", "json", code=1))
    assert document["counts"] == {
        "added": 1, "removed": 1, "retired": 0, "superseded": 1, "changed": 1, "alignments": 2,
    }  # fmt: skip
    assert document["removed"][0]["successors"][0]["probable"] is True
    assert {each["happened"] for each in document["alignments"]} == {"removed", "changed"}
    text = nqf("diff", "esco", str(same), str(new), code=1).stdout
    for part in ("probable successor", "tie every knot: label, relations", f"{ALIGNMENT}0: "):
        assert part in text, text
    rows = list(csv.DictReader(nqf.again("diff", "esco", str(new), "--format", "csv", code=1).splitlines()))
    assert [row["change"] for row in rows] == ["added", "removed", "changed", "alignment removed", "alignment changed"]
    assert json.loads(nqf.again("diff", "esco", str(same), "--format", "json"))["counts"]["changed"] == 0
    assert nqf("diff", "esco", str(same), "--format", "xml", code=2).stdout == ""
    assert "nowhere" in nqf("diff", "esco", str(tmp_path / "nowhere"), code=3).stderr


# --- the real versions --------------------------------------------------------------------------------------------


def table(version: str, name: str) -> list[dict[str, str]]:
    """A table of a package, as the publisher wrote it."""
    folder = SHARED / "data" / f"esco-{version}"
    file = next((path for path in folder.glob(f"{name}*") if path.name.split(".")[0] in (name, f"{name}_en")), None)
    require(file is not None, f"{name} of ESCO v{version}")
    assert file is not None
    content = gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def name_of(text: str) -> str:
    return " ".join(INVISIBLE.sub("", text).replace("\u00a0", " ").split())


@cache
def read(version: str) -> Package:
    folder = SHARED / "data" / f"esco-{version}"
    require(folder.is_dir(), f"ESCO v{version}")
    return readers["esco"](folder, partial=version != "1.1.1")


@pytest.mark.xdist_group("esco")
@pytest.mark.parametrize("new", ["1.2.0", "1.2.1"])
def test_the_real_versions(new: str) -> None:
    found = difference(read("1.1.1"), read(new))
    before = {row["conceptUri"]: row for row in table("1.1.1", "occupations")}
    after = {row["conceptUri"]: row for row in table(new, "occupations")}
    added = {each.iri for each in found.added if each.kind == "occupation"}
    removed = {each.concept.iri for each in found.removed if each.concept.kind == "occupation"}
    assert added == after.keys() - before.keys() and removed == before.keys() - after.keys()
    assert added and removed, "else this says nothing"
    renamed = {
        iri for iri in before.keys() & after.keys()
        if name_of(before[iri]["preferredLabel"]) != name_of(after[iri]["preferredLabel"])
    }  # fmt: skip
    told = {
        each.concept.iri for each in found.changed if each.concept.kind == "occupation" and "label" in each.properties
    }
    assert told == renamed
    skills = {row["conceptUri"] for row in table("1.1.1", "skills")}
    gone = {each.concept.iri for each in found.removed if each.concept.kind == "skill"}
    if new == "1.2.0":
        known = {row["conceptUri"] for row in table("1.2.0", "derived__skill_labels")}
        assert gone == skills - known
        assert {each.iri for each in found.added if each.kind == "skill"} == known - skills
        relations = [
            {(row["occupationUri"], row["relationType"], row["skillUri"]) for row in table(version, name)}
            for version, name in (("1.1.1", "occupationSkillRelations"), ("1.2.0", "derived__occupationSkillRelations"))
        ]
        touched = {one[0] for one in relations[0] ^ relations[1]} & before.keys() & after.keys()
        assert touched == {
            each.concept.iri
            for each in found.changed
            if each.concept.kind == "occupation" and "relations" in each.properties
        }
    else:
        assert not gone, "the table of skills is missing, so nothing is said of them"
        assert "skill" in found.silence.kinds
