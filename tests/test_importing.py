"""Reference data become part of the publication: one transaction, recorded, and what is ours stays."""

from __future__ import annotations

import hashlib
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Triple
from starlette.testclient import TestClient

from nqf_graph.app import create_app
from nqf_graph.errors import BadParameter, CannotLoad, DataInvalid, QueryRefused
from nqf_graph.importers import Package, readers
from nqf_graph.importing import ImportOutcome, import_reference
from nqf_graph.publication import Publication, last_report, open_publication, open_published
from nqf_graph.settings import Settings
from nqf_graph.store.exchange import Content
from nqf_graph.terms import NQF, RDF, SKOS
from nqf_graph.writes import Request
from tests import esco_packages as tiny
from tests.conftest import ROOT, WORLD, WORLD_BASE, published_world, world_settings
from tests.test_cli import Nqf

ESCO_GRAPH = f"{WORLD_BASE}/graph/esco"
LABEL = SKOS["prefLabel"]
ISCO = f"{tiny.ESCO}/isco"
SKIPPED = "this row states nothing"


def package(folder: Path) -> Package:
    return readers["esco"](tiny.folder(folder))


def bring(publication: Publication, folder: Path, **options: object) -> ImportOutcome:
    return import_reference(publication, package(folder), owner="Tester", **options)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the invented country, never written to."""
    folder = tmp_path_factory.mktemp("published") / "data"
    published_world(folder)
    return folder


@pytest.fixture
def home(published: Path, tmp_path: Path) -> Path:
    """A copy of it, to be written to."""
    shutil.copytree(published, tmp_path / "data")
    return tmp_path / "data"


@pytest.fixture
def avalon(home: Path) -> Publication:
    """The invented country on disk, to be written to."""
    return open_publication(world_settings(home))


def test_an_import_is_one_state_that_everything_knows_of(avalon: Publication, tmp_path: Path) -> None:
    before = avalon.store.state_id
    read = package(tmp_path / "esco")
    sources = sorted((tmp_path / "esco").iterdir())
    phases: list[str] = []
    done = import_reference(avalon, read, owner="Office", sources=sources, talk=phases.append)
    assert (done.state, done.next_state) == (before, avalon.store.state_id)
    assert done.changes and done.statements + done.repeated + len(done.left_out) == len(read.triples)
    assert set(avalon.store.triples(ESCO_GRAPH)) <= set(read.triples)
    assert avalon.store.ask(f'ASK {{ <{tiny.FERRY}> <{LABEL.value}> "ferry hand"@en }}')
    assert phases == ["comparing with what is there", "loading", "checking the rules", "counting what there is"]
    assert avalon.state_id == done.next_state, "readers in other processes see it"
    assert open_published(avalon.settings).store.state_id == done.next_state


def test_the_record_answers_like_other_commits(avalon: Publication, tmp_path: Path) -> None:
    read = package(tmp_path / "esco")
    file = tmp_path / "esco" / "skills_en.csv"
    state = import_reference(avalon, read, owner="Office of Avalon", sources=[file]).next_state
    with TestClient(create_app(avalon), follow_redirects=False) as client:
        commit = client.get(f"/doc/commit/{state}.ttl").text
        told = client.get(f"/doc/import/{state}.ttl").text
        page = client.get(f"/doc/import/{state}", headers={"Accept": "text/html"})
        source = client.get(f"/doc/import/{state}/file-1.ttl").text
    assert "nqf:Commit" in commit and f"import/{state}" in commit
    for part in ("nqf:Import", "skills_en.csv", "2 occupations"):
        assert part in told, part
    assert f"<{ESCO_GRAPH}>" in told
    assert hashlib.sha256(file.read_bytes()).hexdigest() in source.lower()
    assert page.status_code == 200


def test_the_description_is_right_and_stays_right(avalon: Publication, tmp_path: Path) -> None:
    bring(avalon, tmp_path / "esco")
    assert not avalon.description.renew(avalon.store), "nothing has to be written anew"
    avalon.write(
        Request("update", f"DELETE WHERE {{ GRAPH <{ESCO_GRAPH}> {{ <{tiny.KNOT}> ?p ?o }} }}", foreign=True), "x"
    )
    graphs = {name.value for name in map(NamedNode, avalon.description.graphs)}
    kept = {name: set(avalon.store.triples(name)) for name in graphs}
    avalon.description.renew(avalon.store, always=True)
    assert kept == {name: set(avalon.store.triples(name)) for name in graphs}


def test_what_is_ours_goes_before_it(avalon: Publication, tmp_path: Path) -> None:
    ours = f"{WORLD_BASE}/graph/ours"
    record = f"""<{tiny.KNOT}> <{LABEL.value}> "knotting"@en .
        <{tiny.TIDE}> <{LABEL.value}> "tides"@en .
        <{tiny.GROUP}> a <{NQF["Sector"].value}Ish> ."""
    record = record.replace(f"<{tiny.GROUP}> a <{NQF['Sector'].value}Ish> .", "")
    avalon.write(Request("post", record, ours, foreign=True), "x")
    done = bring(avalon, tmp_path / "esco")
    assert [(each.thing, each.text) for each in done.left_out] == [(tiny.KNOT, "tie knots")]
    assert "knotting" in done.left_out[0].reason
    assert done.repeated >= 1
    rows = avalon.store.select(f"SELECT ?name {{ <{tiny.KNOT}> <{LABEL.value}> ?name }}").rows
    assert rows == ((Literal("knotting", language="en"),),)
    once = avalon.store.select(f"SELECT ?name {{ <{tiny.TIDE}> <{LABEL.value}> ?name }}").rows
    assert len(once) == 1, "a statement lives in one graph"


def test_the_same_package_again_makes_no_new_state(avalon: Publication, tmp_path: Path) -> None:
    first = bring(avalon, tmp_path / "esco")
    again = bring(avalon, tmp_path / "esco")
    assert not again.changes
    assert again.state == first.next_state == avalon.store.state_id
    avalon.write(Request("delete", graph=ESCO_GRAPH, foreign=True), "x")
    assert bring(avalon, tmp_path / "esco").changes, "what was edited since is brought back"


def test_a_later_version_replaces_the_earlier_one(avalon: Publication, tmp_path: Path) -> None:
    first = bring(avalon, tmp_path / "esco")
    content = tiny.rows()
    content["skills_en.csv"][0]["preferredLabel"] = "tie every knot"
    read = readers["esco"](tiny.folder(tmp_path / "later", tiny.texts(content)))
    later = import_reference(avalon, read, owner="x")
    assert later.removed == first.statements
    names = avalon.store.select(f"SELECT ?name {{ <{tiny.KNOT}> <{LABEL.value}> ?name }}").rows
    assert names == ((Literal("tie every knot", language="en"),),)


def test_a_dry_run_stores_nothing(avalon: Publication, tmp_path: Path) -> None:
    before = avalon.store.state_id
    done = bring(avalon, tmp_path / "esco", dry_run=True)
    assert done.changes and done.statements
    assert avalon.store.state_id == before and ESCO_GRAPH not in avalon.store.names()
    assert folders(avalon) == ["store"]


def folders(publication: Publication) -> list[str]:
    home = publication.settings.store
    assert home is not None
    names = (path.name for path in home.iterdir() if path.is_dir() and not path.name.endswith("-scratch"))
    return sorted(name for name in names if name.startswith("store"))


def test_what_breaks_a_rule_is_refused(avalon: Publication, tmp_path: Path) -> None:
    before, seen = avalon.store.state_id, set(avalon.store.names())
    sector = NamedNode(f"{WORLD_BASE}/id/sector/mute")
    broken = Package("esco", "0", ("en",), (Triple(sector, RDF["type"], NQF["Sector"]),))
    with pytest.raises(DataInvalid, match="R60"):
        import_reference(avalon, broken, owner="x")
    told = import_reference(avalon, broken, owner="x", dry_run=True)
    assert {finding.rule for finding in told.findings} >= {"R60"}
    assert (avalon.store.state_id, set(avalon.store.names()), folders(avalon)) == (before, seen, ["store"])


def test_rules_see_what_was_imported(avalon: Publication, tmp_path: Path) -> None:
    """An exact match with an ESCO occupation of another major group contradicts itself (R56)."""
    occupation = avalon.store.select(
        f"SELECT ?o ?g {{ ?o a <{NQF['Occupation'].value}> ; <{NQF['isco08'].value}> ?g }} ORDER BY ?o LIMIT 1"
    ).rows[0]
    other = "0110" if not str(occupation[1]).endswith("/C0110>") else "8350"
    alignment = f"{occupation[0]} <{SKOS['exactMatch'].value}> <{tiny.PILOT}> ."
    assert other == "0110"
    avalon.write(Request("post", alignment, f"{WORLD_BASE}/graph/mine"), "x")
    with pytest.raises(DataInvalid, match="R56"):
        bring(avalon, tmp_path / "esco")


def test_unknown_schemes_and_empty_packages_are_refused(avalon: Publication) -> None:
    with pytest.raises(BadParameter, match="isced-f"):
        import_reference(avalon, Package("onet", "1", (), ()), owner="x")
    with pytest.raises(CannotLoad, match="none"):
        import_reference(avalon, Package("esco", "1", (), ()), owner="x")
    with pytest.raises(QueryRefused, match="release"):
        avalon.exchange({avalon.policy.history: Content([])}, "x")


def test_a_start_leaves_the_import_and_load_takes_the_file(tmp_path: Path) -> None:
    catalog = world_with_extract(tmp_path)
    settings = Settings(base=WORLD_BASE, catalog=catalog, store=tmp_path / "data")
    publication = open_publication(settings)
    extract = set(publication.store.triples(ESCO_GRAPH))
    assert extract, "the catalogue's package is loaded"
    content = tiny.rows()
    content["occupations_en.csv"][0]["preferredLabel"] = "ferry master"
    read = readers["esco"](tiny.folder(tmp_path / "whole", tiny.texts(content)))
    state = import_reference(publication, read, owner="x").next_state
    del publication
    changed = tiny.rows()
    changed["skills_en.csv"][1]["preferredLabel"] = "ebb and flow"
    tiny.folder(catalog.parent / "esco", tiny.texts(changed))
    again = open_publication(settings)
    assert again.store.state_id == state, "a release with another extract changes nothing"
    assert again.store.ask('ASK { ?s ?p "ferry master"@en }')
    del again
    back = open_publication(settings, replace_edits=True)
    assert not back.store.ask('ASK { ?s ?p "ferry master"@en }')
    assert back.store.ask('ASK { ?s ?p "ebb and flow"@en }')


def world_with_extract(folder: Path, files: dict[str, bytes] | None = None) -> Path:
    """The catalogue of a copy of the invented country that lists a package of ESCO, in `esco` beside it."""
    for name in ("ontology", "shapes"):
        shutil.copytree(ROOT / name, folder / name)
    shutil.copytree(WORLD, folder / "tests" / "world")
    catalog = folder / "tests" / "world" / "catalog.ttl"
    tiny.folder(catalog.parent / "esco", files or tiny.texts())
    text = catalog.read_text(encoding="utf-8").replace("<graph/alignments> ,", "<graph/alignments> , <graph/esco> ,")
    entry = """
<graph/esco> a dcat:Dataset ; dct:title "ESCO"@en ; dct:creator <https://w3id.org/nqf> ;
    dct:modified "2026-11-28"^^xsd:date ; dct:license <https://creativecommons.org/licenses/by/4.0/> ;
    dct:conformsTo <http://data.europa.eu/esco/model> ; spdx:fileName "esco" .
"""
    catalog.write_text(text + entry, encoding="utf-8")
    return catalog


def test_a_package_of_the_catalogue_is_read_again_when_a_file_of_it_changes(tmp_path: Path) -> None:
    settings = Settings(base=WORLD_BASE, catalog=world_with_extract(tmp_path), store=None)
    before = open_publication(settings).store
    content = tiny.rows()
    content["skills_en.csv"][1]["preferredLabel"] = "ebb and flow"
    tiny.folder(settings.catalog.parent / "esco", tiny.texts(content))
    after = open_publication(settings).store
    assert before.graphs()[ESCO_GRAPH] != after.graphs()[ESCO_GRAPH]
    assert after.ask('ASK { ?s ?p "ebb and flow"@en }')


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (shutil.rmtree, "folder 'esco'"),
        (lambda folder: rewrite(folder / "skills_en.csv", "conceptUri", "conceptUrl"), "skills_en.csv"),
        (lambda folder: rewrite(folder / "skills_en.csv", f"{tiny.ESCO}/skill/tide", "tide"), r"skills_en.csv:\d"),
    ],
    ids=["no folder", "another header", "a row without an IRI"],
)
def test_a_package_of_the_catalogue_that_cannot_be_read(
    tmp_path: Path, spoil: Callable[[Path], None], told: str
) -> None:
    catalog = world_with_extract(tmp_path)
    spoil(catalog.parent / "esco")
    with pytest.raises(CannotLoad, match=told):
        open_publication(Settings(base=WORLD_BASE, catalog=catalog, store=None))


def rewrite(file: Path, old: str, new: str) -> None:
    text = file.read_bytes()
    assert old.encode() in text
    file.write_bytes(text.replace(old.encode(), new.encode()))


KILLED = """
import os, signal, sys
from pathlib import Path
from nqf_graph.importers import readers
from nqf_graph.importing import import_reference
from nqf_graph.publication import open_publication
from nqf_graph.settings import Settings
from nqf_graph.store import oxigraph
base, catalog, folder, package, moment = sys.argv[1:6]
publication = open_publication(Settings(base=base, catalog=Path(catalog), store=Path(folder)))
def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)
if moment in ("loading", "checking the rules", "counting what there is"):
    talk = lambda phase: die() if phase == moment else None
else:
    talk = lambda phase: None
    holder, name = {
        "marks": (oxigraph, "remember"), "switch": (oxigraph.Places, "switch"), "switched": (oxigraph.Places, "switch"),
        "tidying": (oxigraph, "remove"),
    }[moment]
    real = getattr(holder, name)
    setattr(holder, name, die if moment != "switched" else lambda *a: (real(*a), die()))
import_reference(publication, readers["esco"](Path(package)), owner="x", talk=talk)
"""


@pytest.mark.parametrize(
    ("moment", "is_there"),
    [
        ("loading", False), ("checking the rules", False), ("counting what there is", False), ("marks", False),
        ("switch", False), ("switched", True), ("tidying", True),
    ],
)  # fmt: skip
def test_kill_leaves_the_graph_as_it_was_or_whole(home: Path, tmp_path: Path, moment: str, is_there: bool) -> None:
    settings = world_settings(home)
    before = open_published(settings).store.state_id
    tiny.folder(tmp_path / "esco")
    arguments = [WORLD_BASE, str(WORLD / "catalog.ttl"), str(tmp_path / "data"), str(tmp_path / "esco"), moment]
    done = subprocess.run([sys.executable, "-c", KILLED, *arguments], check=False, capture_output=True, text=True)
    assert done.returncode == -signal.SIGKILL, done.stderr
    publication = open_publication(settings)
    expected = package(tmp_path / "esco")
    held = publication.store.triples(ESCO_GRAPH)
    assert len(held) == (len(expected.triples) if is_there else 0)
    assert (publication.store.state_id != before) is is_there
    assert not publication.description.renew(publication.store), "what is said of the state is right"
    assert len(folders(publication)) == 1, "what was left behind is gone"
    assert open_published(settings).store.state_id == publication.store.state_id
    assert not last_report(publication).violations
    assert import_reference(publication, expected, owner="x").changes is not is_there


def test_a_failure_on_the_way_leaves_everything_as_it_was(
    avalon: Publication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = avalon.store.state_id

    def fail(*_: object) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr("nqf_graph.store.places.Places.switch", fail)
    with pytest.raises(OSError, match="no space"):
        bring(avalon, tmp_path / "esco")
    monkeypatch.undo()
    assert (avalon.store.state_id, folders(avalon)) == (before, ["store"])
    assert bring(avalon, tmp_path / "esco").changes


def test_small_writes_go_on_after_an_import(home: Path, tmp_path: Path) -> None:
    avalon = open_publication(world_settings(home))
    bring(avalon, tmp_path / "esco")
    text = f'<{WORLD_BASE}/id/note/1> <http://www.w3.org/2000/01/rdf-schema#comment> "x" .'
    outcome = avalon.write(Request("post", text, f"{WORLD_BASE}/graph/notes"), "x")
    assert avalon.store.state_id == outcome.next_state
    state, settings = avalon.store.state_id, avalon.settings
    del avalon
    again = open_publication(settings)
    assert again.store.state_id == state
    assert again.store.ask('ASK { ?s ?p "x" }') and again.store.ask('ASK { ?s ?p "ferry hand"@en }')


# --- the command --------------------------------------------------------------------------------------------------


def test_import_on_the_command_line(home: Path, tmp_path: Path) -> None:
    nqf = Nqf(home)
    content = tiny.rows()
    content["skillSkillRelations.csv"][0]["relatedSkillUri"] = tiny.KNOT
    source, skipped = tiny.archive(tmp_path / "esco.zip", tiny.texts(content)), tmp_path / "skipped.csv"
    state = open_published(world_settings(home)).store.state_id
    dry = nqf("import", "esco", str(source), "--dry-run").stdout
    assert "nothing was stored" in dry and state == open_published(world_settings(home)).store.state_id
    done = nqf("import", "esco", str(source), "--skipped", str(skipped), "--as-version", "9.9", "--owner", "Me")
    for part in ("esco 9.9", "2 occupations", "2 skills", "skillSkillRelations.csv:2: ", "in place of 0", ESCO_GRAPH):
        assert part in done.stdout, done.stdout
    assert done.stderr.splitlines() == [f"every skipped row is in {skipped}"], "no bars without a terminal"
    assert skipped.read_text(encoding="utf-8").splitlines()[0] == "file,line,reason"
    assert len(skipped.read_text(encoding="utf-8").splitlines()) == 2
    assert "9.9" in nqf("query", "-", stdin=f"SELECT ?v {{ ?i a <{NQF['Import'].value}> ; ?p ?v }}").stdout
    assert "holds this already" in nqf("import", "esco", str(source)).stdout


def wrong_language(folder: Path) -> Path:
    for file in list(folder.iterdir()):
        if file.name == "skills_en.csv":
            file.rename(folder / "skills_xx.csv")
    return folder


def truncated(folder: Path) -> Path:
    file = tiny.archive(folder.parent / "cut.zip")
    file.write_bytes(file.read_bytes()[:-200])
    return file


def without(folder: Path) -> Path:
    (folder / "skills_en.csv").unlink()
    return folder


def renamed(folder: Path) -> Path:
    (folder / "skills_en.csv").rename(folder / "abilities_en.csv")
    return folder


def headed(folder: Path) -> Path:
    rewrite(folder / "skills_en.csv", "conceptUri", "conceptUrl")
    return folder


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (without, "skills"), (renamed, "skills"), (headed, "conceptUri"), (truncated, "cut.zip"),
        (lambda folder: folder / "nowhere", "nowhere"),
    ],
    ids=["a file missing", "a file renamed", "another header", "a truncated ZIP", "no source"],
)  # fmt: skip
def test_bad_packages_change_nothing(nqf_world: Nqf, tmp_path: Path, spoil: Callable[[Path], Path], told: str) -> None:
    before = state_of(nqf_world)
    source = spoil(tiny.folder(tmp_path / "esco"))
    assert told in nqf_world("import", "esco", str(source), code=3).stderr
    assert state_of(nqf_world) == before


def test_rows_that_point_nowhere_are_listed(nqf_world: Nqf, tmp_path: Path) -> None:
    before = state_of(nqf_world)
    content = tiny.rows()
    content["occupationSkillRelations.csv"][0]["skillUri"] = "not an address"
    source = tiny.folder(tmp_path / "esco", tiny.texts(content))
    assert "occupationSkillRelations.csv:2: " in nqf_world("import", "esco", str(source), "--dry-run").stdout
    assert state_of(nqf_world) == before


def test_usage_errors_and_rules_have_their_exit_codes(nqf_world: Nqf, tmp_path: Path) -> None:
    source = tiny.folder(tmp_path / "esco")
    assert "isced-f" in nqf_world("import", "onet", str(source), code=2).stderr
    content = tiny.rows()
    content["skills_en.csv"][0]["conceptUri"] = f"{WORLD_BASE}/id/skill/knot"
    before = state_of(nqf_world)
    nqf_world.environment["NQF_STORE"] = ""
    assert "NQF_STORE" in nqf_world("import", "esco", str(source), code=2).stderr
    nqf_world.environment["NQF_STORE"] = str(nqf_world.folder)  # type: ignore[attr-defined]
    assert state_of(nqf_world) == before


def test_a_running_service_keeps_its_folder(nqf_world: Nqf, tmp_path: Path) -> None:
    source = tiny.folder(tmp_path / "esco")
    holder = open_publication(world_settings(nqf_world.folder))  # type: ignore[attr-defined]
    assert "already running" in nqf_world("import", "esco", str(source), code=3).stderr
    assert holder.store.state_id == state_of(nqf_world)


@pytest.fixture(scope="module")
def nqf_world(published: Path) -> Nqf:
    """The command on a published country of which only reading and refused commands are asked."""
    nqf = Nqf(published)
    nqf.folder = published  # type: ignore[attr-defined]
    return nqf


def state_of(nqf: Nqf) -> str:
    return open_published(world_settings(nqf.folder)).store.state_id  # type: ignore[attr-defined]
