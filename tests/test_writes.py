"""Gated writes: /update, /data, /validate and `nqf load` go one way, all or nothing."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
from pyoxigraph import RdfFormat, parse
from starlette.testclient import TestClient

from nqf_graph.app import create_app
from nqf_graph.errors import BadParameter, CannotLoad, DataInvalid
from nqf_graph.publication import open_publication, open_published
from nqf_graph.settings import Settings
from nqf_graph.writes import Request
from nqf_graph.writes.keys import KeyRing, make_key
from tests.conftest import ROOT, WORLD, WORLD_BASE, published_world
from tests.test_cli import Nqf

GRAPH = f"{WORLD_BASE}/graph/submitted"
SECTOR = f"{WORLD_BASE}/id/sector/beekeeping"
NQF = "https://w3id.org/nqf/ontology#"
GOOD = f"""
@prefix nqf: <{NQF}> . @prefix skos: <http://www.w3.org/2004/02/skos/core#> . @prefix dct: <http://purl.org/dc/terms/> .
<{SECTOR}> a nqf:Sector ; skos:prefLabel "Бал чарбасы"@ky , "Пчеловодство"@ru , "Beekeeping"@en ;
  nqf:dataStatus nqf:illustrative ; dct:source ?source ; nqf:economicActivity "A" .
"""
MUTE = f"<{WORLD_BASE}/id/sector/mute> a <{NQF}Sector> ."
TURTLE = {"Content-Type": "text/turtle"}
UPDATE = {"Content-Type": "application/sparql-update"}


class Caller:
    """A client with a key."""

    def __init__(self, client: TestClient, key: str) -> None:
        self._client, self.authorization = client, {"Authorization": f"Bearer {key}"}

    def __call__(self, method: str, url: str, content: str | bytes = b"", **headers: str):
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        body = content.encode() if isinstance(content, str) else content
        return self._client.request(method, url, content=body, headers=self.authorization | given)


class Service:
    """A service of the invented country that can be written to, and its callers."""

    def __init__(self, folder: Path) -> None:
        keys = folder / "keys.toml"
        self.publisher_key = make_key(keys, "Ministry of Avalon", ["publish"])
        submitter, other = make_key(keys, "College", ["submit"]), make_key(keys, "Reader", ["read"])
        self.settings = Settings(base=WORLD_BASE, catalog=WORLD / "catalog.ttl", store=folder / "data", keys=keys)
        self.publication = open_publication(self.settings)
        self.client = TestClient(create_app(self.publication), follow_redirects=False)
        self.publish = Caller(self.client, self.publisher_key)
        self.submit, self.read = Caller(self.client, submitter), Caller(self.client, other)

    @property
    def state(self) -> str:
        return str(self.client.get("/ready").json()["state"])

    def ask(self, pattern: str) -> bool:
        return bool(self.client.get("/sparql", params={"query": f"ASK {{ {pattern} }}"}).json()["boolean"])


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    service = Service(tmp_path_factory.mktemp("writes"))
    with service.client:
        yield service


@pytest.fixture
def good(service: Service) -> str:
    """A record that breaks no rule."""
    source = next(iter(service.publication.store.select(f"SELECT ?s {{ ?s a <{NQF}Source> }} ORDER BY ?s")))["s"]
    return GOOD.replace("?source", str(source))


@pytest.fixture(autouse=True)
def clean(service: Service) -> Iterator[None]:
    """Leave no submitted graph behind."""
    yield
    if GRAPH in service.publication.store.names():
        assert service.publish("DELETE", f"/data?graph={quote(GRAPH, safe='')}").status_code == 200


DATA = f"/data?graph={quote(GRAPH, safe='')}"


def test_a_good_record_is_published(service: Service, good: str) -> None:
    before = service.state
    response = service.publish("PUT", DATA, good, **TURTLE)
    assert response.status_code == 201, response.text
    document = response.json()
    assert (document["state"], document["added"], document["removed"]) == (before, 7, 0)
    assert response.headers["etag"] == f'"{service.state}"'
    assert document["nextState"] == service.state != before
    assert service.ask(f"<{SECTOR}> a <{NQF}Sector>")
    page = service.client.get("/doc/sector/beekeeping", headers={"Accept": "text/turtle"})
    assert "Бал чарбасы" in page.text
    assert service.publish("PUT", DATA, good, **TURTLE).json()["added"] == 0, "the same again changes nothing"


def test_a_commit_is_a_record_in_the_graph(service: Service, good: str) -> None:
    service.publish("POST", DATA, good, **TURTLE)
    state = service.state
    text = service.client.get(f"/doc/commit/{state}.ttl").text
    assert "nqf:Commit" in text and "prov:endedAtTime" in text and "nqf:statementsAdded 7" in text
    assert f"<{GRAPH}>" in text
    agent = service.client.get("/doc/agent/ministry-of-avalon.ttl").text
    assert "Ministry of Avalon" in agent
    patch = service.settings.store / "history" / f"{state}.rdfp"  # type: ignore[operator]
    assert patch.read_text(encoding="utf-8").count("A <") == 7


def test_a_bad_record_is_refused_with_rule_field_and_three_languages(service: Service) -> None:
    before = service.state
    response = service.publish("POST", DATA, MUTE, Accept_Language="ky", **TURTLE)
    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"
    errors = response.json()["errors"]
    assert {"R60", "R62"} <= {error["rule"] for error in errors}
    for error in errors:
        assert error["focusNode"] == f"{WORLD_BASE}/id/sector/mute"
        assert set(error["messages"]) == {"ky", "ru", "en"}
        assert error["message"] == error["messages"]["ky"]
    assert service.state == before
    assert GRAPH not in service.publication.store.names()
    kept = service.publish("GET", response.json()["submission"]).json()
    assert kept["status"] == "rejected"
    assert kept["request"]["text"] == MUTE


def test_update_through_the_gate(service: Service, good: str) -> None:
    service.publish("PUT", DATA, good, **TURTLE)
    label = "<http://www.w3.org/2004/02/skos/core#prefLabel>"
    rename = f"""DELETE {{ GRAPH ?g {{ <{SECTOR}> {label} ?old }} }}
        INSERT {{ GRAPH ?g {{ <{SECTOR}> {label} "Apiculture"@en }} }}
        WHERE {{ GRAPH ?g {{ <{SECTOR}> {label} ?old FILTER(LANG(?old) = "en") }} }}"""
    response = service.publish("POST", "/update", rename, **UPDATE)
    assert response.status_code == 200, response.text
    assert (response.json()["added"], response.json()["removed"]) == (1, 1)
    assert service.ask(f'<{SECTOR}> {label} "Apiculture"@en')
    unname = f"DELETE WHERE {{ GRAPH <{GRAPH}> {{ <{SECTOR}> {label} ?name }} }}"
    refused = service.publish(
        "POST", "/update", urlencode({"update": unname}), **{"Content-Type": "application/x-www-form-urlencoded"}
    )
    assert refused.status_code == 422
    assert {error["rule"] for error in refused.json()["errors"]} == {"R62"}
    assert service.ask(f'<{SECTOR}> {label} "Apiculture"@en')


def test_a_deletion_can_break_a_rule_elsewhere(service: Service) -> None:
    """Removing what others rest on is noticed at those others."""
    source = next(
        iter(
            service.publication.store.select(
                f"SELECT ?s {{ ?r <http://purl.org/dc/terms/source> ?s . ?s a <{NQF}Source> }} LIMIT 1"
            )
        )
    )["s"]
    before = service.state
    response = service.publish(
        "POST", "/update", f"DELETE WHERE {{ GRAPH ?g {{ {source} a <{NQF}Source> }} }}", **UPDATE
    )
    assert response.status_code == 422
    assert {error["rule"] for error in response.json()["errors"]} >= {"R60"}
    assert service.state == before


def test_dry_run_changes_nothing(service: Service, good: str) -> None:
    before = service.state
    response = service.publish("PUT", f"{DATA}&dry_run=true", good, **TURTLE)
    assert (response.status_code, response.json()["added"]) == (200, 7)
    broken = service.publish("PUT", f"{DATA}&dry_run=true", MUTE, **TURTLE)
    assert broken.status_code == 200
    assert broken.json()["findings"]
    assert service.state == before


def test_if_match_guards_the_state(service: Service, good: str) -> None:
    stale = service.publish("PUT", DATA, good, If_Match='"0000000000000000"', **TURTLE)
    assert (stale.status_code, stale.json()["state"]) == (412, service.state)
    assert service.publish("PUT", DATA, good, If_Match=f'"{service.state}"', **TURTLE).status_code == 201


def test_graph_store_protocol(service: Service, good: str) -> None:
    assert service.client.get(DATA).status_code == 404
    assert service.publish("PUT", DATA, good, **TURTLE).status_code == 201
    got = service.client.get(DATA, headers={"Accept": "application/n-triples"})
    assert len(got.text.splitlines()) == 7
    assert got.headers["etag"] == f'"{service.state}"'
    assert service.client.head(DATA).status_code == 200
    more = good.replace("sector/beekeeping", "sector/hunting")
    assert service.publish("POST", DATA, more, **TURTLE).status_code == 200
    assert len(service.client.get(DATA, headers={"Accept": "application/n-triples"}).text.splitlines()) == 14
    assert service.publish("PUT", DATA, good, **TURTLE).json()["removed"] == 7
    assert service.publish("DELETE", DATA).status_code == 200
    assert service.client.get(DATA).status_code == 404
    assert service.publish("DELETE", DATA).status_code == 404
    whole = service.client.get("/data?default", headers={"Accept": "application/n-quads"})
    assert len(list(parse(whole.content, format=RdfFormat.N_QUADS))) > 2000


@pytest.mark.parametrize(
    ("status", "method", "url", "content", "content_type", "mentions"),
    [
        (400, "PUT", "/data", "", "text/turtle", "graph"),
        (400, "PUT", "/data?default", "", "text/turtle", "named graph"),
        (400, "PUT", "/data?graph=not%20an%20iri", "", "text/turtle", "IRI"),
        (400, "POST", "/update", "INSERT DATA {", "application/sparql-update", "column"),
        (400, "POST", "/update", "", "application/x-www-form-urlencoded", "update"),
        (400, "POST", "/update", b"\xff", "application/sparql-update", "UTF-8"),
        (403, "POST", "/update", "INSERT DATA { <a:a> <a:b> 1 }", "application/sparql-update", "name the graph"),
        (403, "POST", "/update", "LOAD <http://127.0.0.1:1/> INTO GRAPH <a:g>", "application/sparql-update", "LOAD"),
        (403, "PUT", f"/data?graph={quote(WORLD_BASE + '/graph/shapes-law', safe='')}", MUTE, "text/turtle", "release"),
        (403, "PUT", f"/data?graph={quote(WORLD_BASE + '/graph/history', safe='')}", MUTE, "text/turtle", "history"),
        (403, "PUT", "/data?graph=urn:nqf:other", MUTE, "text/turtle", "urn:nqf:other"),
        (415, "PUT", DATA, "x", "text/csv", "text/turtle"),
        (415, "POST", "/update", "x", "text/plain", "sparql-update"),
        (400, "PUT", DATA, "<a:a> <a:b>\n oops .", "text/turtle", '"line": 2'),
    ],
)
def test_bad_writes(
    service: Service, *, status: int, method: str, url: str, content: str | bytes, content_type: str, mentions: str
) -> None:
    before = service.state
    response = service.publish(method, url, content, **{"Content-Type": content_type})
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    assert mentions in response.text
    assert service.state == before


def test_a_statement_is_stated_once(service: Service, good: str) -> None:
    service.publish("PUT", DATA, good, **TURTLE)
    other = f"/data?graph={quote(GRAPH + '2', safe='')}"
    response = service.publish("PUT", other, good, **TURTLE)
    assert response.status_code == 422
    assert "already stated" in response.text
    checked = service.client.post("/validate", content=good.encode(), headers=TURTLE)
    assert checked.json()["conforms"], "what is published already may be checked again"


def test_keys_are_needed_and_have_scopes(service: Service, good: str) -> None:
    anonymous = service.client.put(DATA, content=good.encode(), headers=TURTLE)
    assert anonymous.status_code == 401
    assert anonymous.headers["www-authenticate"].startswith("Bearer")
    assert Caller(service.client, "nqf_wrong")("PUT", DATA, good, **TURTLE).status_code == 401
    assert service.read("PUT", DATA, good, **TURTLE).status_code == 403
    kept = (service.settings.keys or Path()).read_text(encoding="utf-8")
    assert service.publisher_key not in kept
    assert "Ministry of Avalon" in kept


def test_without_keys_nothing_is_written(client: TestClient) -> None:
    response = client.post("/update", content=b"CLEAR GRAPH <a:g>", headers=UPDATE)
    assert response.status_code == 403
    assert "NQF_KEYS" in response.text


def test_submissions_wait_for_a_publisher(service: Service, good: str) -> None:
    before = service.state
    handed_in = service.submit("PUT", DATA, good, **TURTLE)
    assert handed_in.status_code == 202
    assert service.state == before
    place = handed_in.headers["location"]
    assert service.submit("GET", place).json()["status"] == "pending"
    assert service.read("GET", place).status_code == 403
    assert service.submit("POST", place).status_code == 403
    published = service.publish("POST", place)
    assert published.status_code == 200, published.text
    assert service.state != before
    assert service.submit("GET", place).json()["status"] == "published"
    assert service.publish("POST", place).status_code == 400
    assert (
        "College"
        in service.client.get(f"/doc/commit/{service.state}.ttl").text
        + service.client.get("/doc/agent/college.ttl").text
    )
    rejected = service.submit("PUT", DATA, MUTE, **TURTLE)
    assert rejected.status_code == 422
    assert service.submit("GET", rejected.json()["submission"]).json()["findings"]
    assert service.publish("GET", "/submissions/0123456789abcdef").status_code == 404
    assert service.publish("GET", "/submissions/..%2Fkeys").status_code == 404


def test_validate_answers_in_many_formats_and_stores_nothing(service: Service, good: str) -> None:
    before = service.state
    fine = service.client.post("/validate", content=good.encode(), headers=TURTLE)
    assert fine.json()["violations"] == 0
    found = service.client.post("/validate", content=MUTE.encode(), headers=TURTLE | {"Accept-Language": "ru"})
    assert (found.status_code, found.json()["conforms"]) == (200, False)
    assert found.json()["findings"][0]["message"] == found.json()["findings"][0]["messages"]["ru"]
    expected = len(found.json()["findings"])
    for media_type in ("text/turtle", "application/ld+json", "application/n-triples", "application/rdf+xml"):
        report = service.client.post("/validate", content=MUTE.encode(), headers=TURTLE | {"Accept": media_type})
        form = RdfFormat.from_media_type(media_type)
        assert form is not None
        results = [q for q in parse(report.content, format=form) if q.predicate.value.endswith("#focusNode")]
        assert len(results) == expected, media_type
    table = service.client.post("/validate", content=MUTE.encode(), headers=TURTLE | {"Accept": "text/csv"})
    assert len(table.text.splitlines()) == expected + 1
    page = service.client.post("/validate?lang=ky", content=MUTE.encode(), headers=TURTLE | {"Accept": "text/html"})
    assert "R60" in page.text and "Эмне кылуу керек" in page.text
    assert service.client.post("/validate", content=b"<a:a>", headers=TURTLE).status_code == 400
    assert service.client.post("/validate", content=b"x", headers={"Content-Type": "text/csv"}).status_code == 415
    assert service.state == before


def test_an_unknown_word_of_the_vocabulary_is_reported(service: Service, good: str) -> None:
    misspelt = good.replace("nqf:economicActivity", "nqf:economicActivty")
    found = service.client.post("/validate", content=misspelt.encode(), headers=TURTLE).json()
    assert any("economicActivty" in (finding["path"] or "") for finding in found["findings"])
    assert service.publish("PUT", DATA, misspelt, **TURTLE).status_code == 422


def test_edits_survive_a_restart_and_are_not_overwritten(tmp_path: Path, good: str) -> None:
    for folder in ("ontology", "shapes"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    shutil.copytree(WORLD, tmp_path / "tests" / "world")
    settings = Settings(base=WORLD_BASE, catalog=tmp_path / "tests" / "world" / "catalog.ttl", store=tmp_path / "data")
    publication = open_publication(settings)
    edited = f"{WORLD_BASE}/graph/sectors"
    publication.write(Request("post", good, edited), "Ministry")
    state = publication.store.state_id
    del publication
    assert open_publication(settings).store.state_id == state
    assert open_published(settings).store.state_id == state
    sectors = tmp_path / "tests" / "world" / "sectors.ttl"
    sectors.write_text(sectors.read_text(encoding="utf-8") + "\n# changed\n", encoding="utf-8")
    with pytest.raises(CannotLoad, match="edited through the service"):
        open_publication(settings)
    taken = open_publication(settings, replace_edits=True)
    assert not taken.store.ask(f"ASK {{ <{SECTOR}> ?p ?o }}")


def test_load_on_the_command_line(tmp_path: Path, good: str) -> None:
    nqf = Nqf(tmp_path / "data")
    fine, broken = tmp_path / "mine.ttl", tmp_path / "mute.ttl"
    fine.write_text(good, encoding="utf-8")
    broken.write_text(MUTE, encoding="utf-8")
    assert "7 added" in nqf("load", str(fine), "--dry-run").stdout
    assert "7 added, 0 removed" in nqf("load", str(fine)).stdout
    assert "0 added, 0 removed" in nqf("load", str(fine)).stdout
    query = f"SELECT ?name WHERE {{ <{SECTOR}> <http://www.w3.org/2004/02/skos/core#prefLabel> ?name }}"
    assert "Beekeeping" in nqf("query", "-", stdin=query).stdout
    assert "R60" in nqf("load", str(broken), code=1).stderr
    assert "none.ttl" in nqf("load", str(tmp_path / "none.ttl"), code=3).stderr


def test_keys_on_the_command_line(tmp_path: Path) -> None:
    nqf = Nqf(tmp_path / "data")
    nqf.environment["NQF_KEYS"] = ""
    assert "NQF_KEYS" in nqf("key", "Somebody", "--scope", "read", code=2).stderr
    nqf.environment["NQF_KEYS"] = str(tmp_path / "keys.toml")
    secret = nqf("key", 'College "Аймак"', "--scope", "submit").stdout.strip()
    ring = KeyRing(tmp_path / "keys.toml")
    assert ring.find(f"Bearer {secret}").owner == 'College "Аймак"'
    assert (tmp_path / "keys.toml").stat().st_mode & 0o077 == 0
    assert "publish" in nqf("key", "X", "--scope", "all", code=2).stderr


@pytest.mark.parametrize(
    "text", ["nonsense", "[[key]]\nowner = 'x'", "[[key]]\nowner='x'\nscopes=['fly']\nsha256='" + "0" * 64 + "'"]
)
def test_a_broken_key_file_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "keys.toml"
    file.write_text(text)
    with pytest.raises(CannotLoad, match=r"keys\.toml"):
        KeyRing(file)


def test_unknown_actions_are_refused(service: Service) -> None:
    with pytest.raises(BadParameter):
        service.publication.write(Request("sing"), "x")
    with pytest.raises(DataInvalid):
        service.publication.write(Request("post", MUTE, GRAPH), "x")


def test_a_submission_about_another_authoritys_things_is_refused(service: Service) -> None:
    before = service.state
    foreign = '<http://data.europa.eu/snb/eqf/6> <http://www.w3.org/2004/02/skos/core#prefLabel> "mine"@en .'
    response = service.publish("PUT", DATA, foreign, **TURTLE)
    assert response.status_code == 422
    assert "http://data.europa.eu/snb/eqf/6" in response.text
    assert service.state == before


def test_ten_thousand_violations_get_a_bounded_answer(service: Service) -> None:
    before = service.state
    # Each has neither source nor status: two violations of R60.
    many = "".join(f"<{WORLD_BASE}/id/sector/mute-{n}> a <{NQF}Sector> .\n" for n in range(5_000))
    response = service.publish("PUT", DATA, many, **TURTLE)
    assert response.status_code == 422
    document = response.json()
    assert document["counts"]["R60"] >= 10_000
    assert len(response.content) < 500_000
    assert len([error for error in document["errors"] if error["rule"] == "R60"]) == 20
    report = service.client.post("/validate", content=many.encode(), headers=TURTLE)
    assert report.json()["counts"]["R60"] >= 10_000
    assert len(report.content) < 500_000
    assert service.state == before


@pytest.mark.parametrize(
    ("status", "content"),
    [
        (413, b"#" * 20_000_001),
        (400, b"\x89PNG\r\n\x1a\n\x00\xff"),
        (400, '<a:a> <a:b> "М" .'.encode("cp1251")),
        (400, b"\x00\x01\x02"),
        (422, b"_:a <a:p> _:b . _:b <a:p> _:a . _:a a <https://w3id.org/nqf/ontology#Sector> ."),
    ],
    ids=["too long", "a picture", "another encoding", "rubbish", "a cycle of nameless things"],
)
def test_rubbish_gets_an_answer_and_nothing_is_stored(service: Service, status: int, content: bytes) -> None:
    before = service.state
    response = service.publish("PUT", DATA, content, **TURTLE)
    assert response.status_code == status, response.text[:300]
    assert service.client.post("/validate", content=content, headers=TURTLE).status_code in (status, 200)
    assert service.state == before
    assert service.client.get("/health").status_code == 200


def test_two_writers_come_one_after_the_other(service: Service, good: str) -> None:
    """The later one is checked against the earlier one's result."""
    rival = good.replace("sector/beekeeping", "sector/falconry")
    requests = [Request("post", good, GRAPH), Request("post", rival, GRAPH)]
    with ThreadPoolExecutor(max_workers=2) as threads:
        outcomes = list(threads.map(lambda request: service.publication.write(request, "both"), requests))
    assert {outcomes[0].state, outcomes[1].state} & {outcomes[0].next_state, outcomes[1].next_state}
    assert service.ask(f"<{SECTOR}> a <{NQF}Sector>")
    second_name = f'<{SECTOR}> <http://www.w3.org/2004/02/skos/core#prefLabel> "Bees"@en .'
    first_name = f'<{SECTOR}> <http://www.w3.org/2004/02/skos/core#prefLabel> "Bee-keeping"@en .'
    unname = f"""DELETE WHERE {{ GRAPH ?g {{ <{SECTOR}> <http://www.w3.org/2004/02/skos/core#prefLabel> "Beekeeping"@en }} }} ;
        INSERT DATA {{ GRAPH <{GRAPH}> {{ %s }} }}"""

    def rename(statement: str) -> bool:
        try:
            service.publication.write(Request("update", unname % statement), "both")
        except DataInvalid:
            return False
        return True

    with ThreadPoolExecutor(max_workers=2) as threads:
        passed = list(threads.map(rename, [first_name, second_name]))
    assert sorted(passed) == [False, True], "two English names at once would break R62"


def test_a_shape_that_no_engine_reads_stops_the_start(tmp_path: Path) -> None:
    for folder in ("ontology", "shapes"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    shutil.copytree(WORLD, tmp_path / "tests" / "world")
    shapes = tmp_path / "shapes" / "law.ttl"
    strange = """
nqfsh:R40-strange a sh:NodeShape ; nqf:enforces nqfsh:R40 ; sh:targetClass nqf:LegalAct ;
    <http://www.w3.org/ns/shacl#js> [ <http://www.w3.org/ns/shacl#jsFunctionName> "check" ] .
"""
    shapes.write_text(shapes.read_text(encoding="utf-8") + strange, encoding="utf-8")
    settings = Settings(base=WORLD_BASE, catalog=tmp_path / "tests" / "world" / "catalog.ttl", store=None)
    with pytest.raises(CannotLoad, match="R40-strange"):
        open_publication(settings)


KILLED = """
import sys
from pathlib import Path
from nqf_graph.publication import open_publication
from nqf_graph.settings import Settings
from nqf_graph.writes import Request
base, catalog, folder, good = sys.argv[1:5]
publication = open_publication(Settings(base=base, catalog=Path(catalog), store=Path(folder)))
print(publication.store.state_id, flush=True)
for number in range(100_000):
    text = good.replace("sector/beekeeping", f"sector/killed-{number}")
    print(publication.write(Request("post", text, base + "/graph/killed"), "x").next_state, flush=True)
"""


@pytest.mark.parametrize("delay", [0.05, 0.12, 0.2, 0.31])
def test_kill_leaves_the_old_state_or_the_new_one(tmp_path: Path, good: str, delay: float) -> None:
    settings = published_world(tmp_path / "data")
    command = [sys.executable, "-c", KILLED, WORLD_BASE, str(WORLD / "catalog.ttl"), str(tmp_path / "data"), good]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    acknowledged = [process.stdout.readline().strip(), process.stdout.readline().strip()]
    time.sleep(delay)
    process.send_signal(signal.SIGKILL)
    acknowledged += process.stdout.read().split()
    process.wait()
    process.stdout.close()
    store = open_publication(settings).store
    written = store.triples(f"{WORLD_BASE}/graph/killed")
    records = {triple.subject for triple in written}
    assert len(written) == 7 * len(records), "no record is there by halves"
    assert len(records) in (len(acknowledged) - 1, len(acknowledged)), "what was acknowledged is there"
    assert store.state_id == acknowledged[-1] or len(records) == len(acknowledged)
    json.dumps(acknowledged)
