"""Dumps stand at addresses that do not change, and the same state gives the same bytes."""

from __future__ import annotations

import gzip
import hashlib
import re
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyld import jsonld
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat, Triple, parse
from starlette.testclient import TestClient

from nqf_graph.app import create_app
from nqf_graph.discovery import Export, Exports, Names, ProfileFiles
from nqf_graph.discovery.dumps import DUMPS, Dump, write_dumps
from nqf_graph.errors import NotFound
from nqf_graph.formats import JSON
from nqf_graph.publication import Publication, open_publication
from nqf_graph.questions import SystemQueries
from nqf_graph.store import OxigraphStore, Store
from nqf_graph.store.delta import has_blank_node
from tests.conftest import WORLD_BASE, published_world, world_settings

P, G, H = (NamedNode(f"https://example.org/{name}") for name in "pgh")


@pytest.fixture(scope="module")
def export(world: Publication) -> Export:
    """The dumps of the invented country."""
    return world.exports.latest()


def quad(subject: str, value: str, graph: NamedNode = G) -> Quad:
    return Quad(NamedNode(f"https://example.org/{subject}"), P, Literal(value), graph)


def lines(export: Export) -> list[str]:
    return gzip.decompress((export.folder / "nqf.nq.gz").read_bytes()).decode().splitlines(keepends=True)


def triples(export: Export, name: str, form: RdfFormat) -> list[Triple]:
    return [found.triple for found in parse(path=export.folder / name, format=form)]


def outline(statements: list[Triple] | list[Quad]) -> set[str]:
    """The statements, blank nodes without their labels."""
    return {re.sub(r"_:\w+", "_:", str(statement)) for statement in statements}


def test_the_same_state_gives_the_same_bytes(export: Export, world: Publication, tmp_path: Path) -> None:
    """Another store of the same files, in which blank nodes have other labels."""
    other = open_publication(world_settings(tmp_path / "data"))
    labels = [
        {t.subject for t in made.store.triples(f"{WORLD_BASE}/graph/prefixes") if isinstance(t.subject, BlankNode)}
        for made in (world, other)
    ]
    assert labels[0] and labels[0].isdisjoint(labels[1])
    again = other.exports.latest()
    assert again.state == export.state
    assert [file.sha256 for file in again.files] == [file.sha256 for file in export.files]


def test_quads_are_in_canonical_form(export: Export, world: Publication) -> None:
    """The labels are those that another implementation of RDFC-1.0 gives; the order is that of the lines."""
    found = lines(export)
    assert found == sorted(found)
    assert (
        len(found)
        == len(set(found))
        == int(world.store.select("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }").rows[0][0].value)
    )  # type: ignore[union-attr]
    nameless = [str(q) + " .\n" for n in world.store.names() for t in world.store.triples(n) if has_blank_node(t)
                for q in [Quad(t.subject, t.predicate, t.object, NamedNode(n))]]  # fmt: skip
    options = {"algorithm": "URDNA2015", "inputFormat": "application/n-quads", "format": "application/n-quads"}
    canonical = jsonld.normalize("".join(nameless), options)
    assert [line for line in found if "_:c14n" in line] == canonical.splitlines(keepends=True)
    assert len(nameless) > 100


def test_all_dumps_state_the_same(export: Export, world: Publication) -> None:
    everything = [
        Quad(t.subject, t.predicate, t.object, NamedNode(n))
        for n in world.store.names()
        for t in world.store.triples(n)
    ]
    for name, form in (("nqf.trig", RdfFormat.TRIG), ("nqf.jsonld", RdfFormat.JSON_LD)):
        found = list(parse(path=export.folder / name, format=form))
        assert len(found) == len(everything)
        assert outline(found) == outline(everything)
    for name, form in (("nqf.ttl", RdfFormat.TURTLE), ("nqf.nt", RdfFormat.N_TRIPLES)):
        union = triples(export, name, form)
        assert len(union) == len(everything)
        assert outline(union) == outline([q.triple for q in everything])
    blocks = re.findall(r"\{$", (export.folder / "nqf.trig").read_text(encoding="utf-8"), re.MULTILINE)
    assert len(blocks) == len(world.store.names()), "each graph is one block"


def test_a_triple_in_two_graphs_is_once_in_the_union(tmp_path: Path) -> None:
    files = {file.name: file for file in write_dumps([quad("a", "x", G), quad("a", "x", H)], tmp_path, {})}
    assert set(files) == {dump.name for dump in DUMPS} == {file.name for file in tmp_path.iterdir()}
    assert (tmp_path / "nqf.nt").read_bytes().count(b"\n") == 1
    assert gzip.decompress((tmp_path / "nqf.nq.gz").read_bytes()).count(b"\n") == 2


def test_many_lines_are_sorted_in_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nqf_graph.discovery.dumps._RUN", 7)
    shuffled = [quad(f"s{(37 * number) % 101}", "1") for number in range(101)]
    blank = [Quad(BlankNode(f"n{number}"), P, Literal(str(number)), G) for number in range(9)]
    write_dumps([*shuffled, *blank], tmp_path, {})
    found = gzip.decompress((tmp_path / "nqf.nq.gz").read_bytes()).splitlines()
    assert found == sorted(found) and len(found) == 110
    assert {line[:8] for line in found if line.startswith(b"_:")} == {b"_:c14n%d " % number for number in range(9)}


def make(folder: Path, keep: int = 2) -> tuple[OxigraphStore, Exports]:
    store = OxigraphStore(folder / "store")
    return store, Exports(store, {}, folder / "exports", keep)


def commit(store: OxigraphStore, name: str) -> str:
    with store.writing() as recorder:
        recorder.add([quad(name, "x")])
        store.commit(recorder)
    return store.state_id


def test_the_last_states_are_kept(tmp_path: Path) -> None:
    store, exports = make(tmp_path)
    made = []
    for name in "abc":
        made.append(commit(store, name))
        assert exports.latest().state == made[-1]
    never = commit(store, "d")
    present = commit(store, "e")
    assert exports.states() == (present, made[2], made[1])
    assert exports.of(made[1]).state == made[1]
    for gone in (made[0], never, "../../etc"):
        with pytest.raises(NotFound, match=present):
            exports.of(gone)
    (tmp_path / "exports" / ".draft-killed").mkdir()
    exports.latest()
    assert exports.states() == (present, made[2])
    assert {folder.name for folder in (tmp_path / "exports").iterdir()} == {present, made[2]}


def test_a_dump_is_not_made_twice_and_survives_a_restart(tmp_path: Path) -> None:
    store, exports = make(tmp_path)
    state = commit(store, "a")
    file = exports.latest().folder / "nqf.nt"
    before = file.stat()
    del store, exports
    _, exports = make(tmp_path)
    assert exports.latest().state == state
    assert file.stat() == before


class Restless(ProfileFiles):
    """Files by profile, while somebody writes to the store each time that they are made from it."""

    def contents(self, store: Store) -> Iterator[tuple[str, bytes]]:
        found = store.select("SELECT ?x { ?x <https://example.org/p> ?y } ORDER BY ?x").rows
        yield "nqf-things.json", str([str(thing) for (thing,) in found]).encode()
        if store is self.written:
            commit(self.written, f"w{len(found)}")

    written: OxigraphStore

    @property
    def dumps(self) -> tuple[Dump, ...]:
        return (Dump("nqf-things.json", JSON),)


def test_files_by_profile_are_of_the_same_state(tmp_path: Path) -> None:
    """Also when writers are always faster: then they are made from the dump."""
    store, _ = make(tmp_path)
    commit(store, "a")
    files = Restless(Names(WORLD_BASE, {}), SystemQueries(tmp_path), {})
    object.__setattr__(files, "written", store)
    exports = Exports(store, {}, tmp_path / "exports", 2, files)
    folder = exports._make()
    stated = {line.split()[0] for line in (folder / "nqf.nt").read_text().splitlines()}
    assert len(stated) == 4, "three attempts, a write after each"
    assert {name.strip("'") for name in (folder / "nqf-things.json").read_text()[1:-1].split(", ")} == stated


def test_a_folder_of_an_earlier_version_is_made_again(tmp_path: Path) -> None:
    store, before = make(tmp_path)
    state = commit(store, "a")
    assert before.latest().state == state
    files = Restless(Names(WORLD_BASE, {}), SystemQueries(tmp_path), {})
    object.__setattr__(files, "written", None)
    now = Exports(store, {}, tmp_path / "exports", 2, files).latest()
    assert "nqf-things.json" in {file.name for file in now.files} and now.state == state


@pytest.mark.parametrize("kind", ["memory", "disk"])
def test_a_dump_is_of_one_state(tmp_path: Path, kind: str) -> None:
    """What is written while the statements are read belongs to the next state."""
    store = OxigraphStore(tmp_path / "store" if kind == "disk" else None)
    state = commit(store, "a")
    named, statements = store.statements()
    after = commit(store, "b")
    assert (named, len(list(statements))) == (state, 1)
    named, statements = store.statements()
    assert (named, len(list(statements))) == (after, 2)


# ── addresses ───────────────────────────────────────────────────────────────


def test_files_come_with_their_checksums(client: TestClient, world: Publication) -> None:
    listed = client.get("/exports/", headers={"Accept": "application/json"}).json()
    assert listed["state"] == world.store.state_id
    assert [file["name"] for file in listed["files"]] == [dump.name for dump in world.description.dumps]
    assert len(listed["files"]) > len(DUMPS)
    sums = client.get(listed["checksums"])
    assert sums.headers["content-type"] == "text/plain; charset=utf-8"
    for file in listed["files"]:
        response = client.get(file["href"])
        digest = hashlib.sha256(response.content)
        assert (digest.hexdigest(), len(response.content)) == (file["sha256"], file["bytes"])
        assert response.headers["repr-digest"] == f"sha-256=:{b64encode(digest.digest()).decode()}:"
        assert response.headers["content-type"].partition(";")[0] == file["mediaType"]
        assert "immutable" in response.headers["cache-control"]
        assert f"{digest.hexdigest()}  {file['name']}\n" in sums.text
        tag = response.headers["etag"]
        assert client.get(file["href"], headers={"If-None-Match": f'"other", {tag}'}).status_code == 304
        assert client.get(file["href"], headers={"If-None-Match": '"other"'}).status_code == 200
        head = client.head(file["href"])
        assert (head.content, head.headers["content-length"]) == (b"", str(file["bytes"]))


def test_a_part_of_a_file(client: TestClient, world: Publication) -> None:
    address = f"/exports/{world.store.state_id}/nqf.nt"
    whole = client.get(address)
    part = client.get(address, headers={"Range": "bytes=100-199", "If-Range": whole.headers["etag"]})
    assert (part.status_code, part.content) == (206, whole.content[100:200])
    assert part.headers["repr-digest"] == whole.headers["repr-digest"]
    assert part.headers["content-range"] == f"bytes 100-199/{len(whole.content)}"


def test_latest_leads_to_the_present_state(client: TestClient, world: Publication) -> None:
    state = world.store.state_id
    for name in (*(dump.name for dump in world.description.dumps), "SHA256SUMS", ""):
        response = client.get(f"/exports/latest/{name}")
        assert (response.status_code, response.headers["location"]) == (307, f"/exports/{state}/{name}")
        assert client.head(response.headers["location"]).status_code == 200
    for address in ("/exports/latest/nqf.xlsx", f"/exports/{state}/nqf.xlsx", "/exports/0123456789abcdef/nqf.nt"):
        response = client.get(address)
        assert response.status_code == 404
        assert {"nqf.ttl", state} & set(response.json()["existing"])


def test_a_state_is_a_version_of_the_publication(client: TestClient, world: Publication) -> None:
    text = client.get(f"/exports/{world.store.state_id}/", headers={"Accept": "text/turtle"}).text
    assert "dcat:isVersionOf" in text and "spdx:checksumValue" in text and "dcat:byteSize" in text
    for file in world.exports.latest().files:
        assert f"http://testserver/exports/{world.store.state_id}/{file.name}" in text
        assert file.sha256 in text


@pytest.fixture
def writable(tmp_path: Path) -> Iterator[tuple[Publication, TestClient]]:
    publication = open_publication(published_world(tmp_path / "data"))
    with TestClient(create_app(publication)) as client:
        yield publication, client


def test_a_write_makes_a_new_address_and_leaves_the_old_one(writable: tuple[Publication, TestClient]) -> None:
    publication, client = writable
    old = client.get("/exports/latest/nqf.nt")
    with publication.store.writing() as recorder:
        recorder.add([quad("new", "x")])
        publication.store.commit(recorder, (), publication.description.follow)
    new = client.get("/exports/latest/nqf.nt")
    assert old.url.path != new.url.path
    assert b"https://example.org/new" in new.content
    assert client.get(old.url.path).content == old.content
