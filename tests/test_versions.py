"""What persists and its versions: persistent IRIs, `as_of`, and Memento (RFC 7089)."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest
from pyoxigraph import NamedNode, RdfFormat, parse
from starlette.testclient import TestClient

from nqf_graph.app import create_app
from nqf_graph.publication import Publication
from nqf_graph.web.versions import Lineage, Version, versions_of
from tests.conftest import WORLD_BASE
from tests.history import open_with_history, put

OWN = f"{WORLD_BASE}/id/"
DCT = "http://purl.org/dc/terms/"
LINK = re.compile(r'<([^>]*)>((?:\s*;\s*[\w-]+="[^"]*")*)')


def links(header: str) -> dict[str, list[tuple[str, dict[str, str]]]]:
    """The links of a header by relation: target and further attributes."""
    found: dict[str, list[tuple[str, dict[str, str]]]] = {}
    for target, told in LINK.findall(header):
        attributes = dict(re.findall(r'([\w-]+)="([^"]*)"', told))
        for rel in attributes.pop("rel").split():
            found.setdefault(rel, []).append((target, attributes))
    return found


def triples(content: bytes) -> set[tuple[str, str, str]]:
    found = (quad.triple for quad in parse(content, format=RdfFormat.N_TRIPLES))
    return {(str(t.subject)[1:-1], str(t.predicate)[1:-1], str(t.object).strip("<>")) for t in found}


def day(*parts: int) -> date:
    return date(*parts)


@pytest.mark.parametrize(
    ("persistent", "as_of", "version"),
    [
        ("framework/aqf", "2015-06-30", "framework/aqf/2010"),
        ("framework/aqf", "2010-01-01", "framework/aqf/2010"),
        ("framework/aqf", "2019-12-31", "framework/aqf/2010"),
        ("framework/aqf", "2020-01-01", "framework/aqf/2020"),
        ("level/1", "2015-06-30", "level/2010/1"),
        ("level/1", "2026-01-01", "level/2020/1"),
        ("level/3b", "2021-01-01", "level/2020/3b"),
        ("level/crf/2", "2021-01-01", "level/crf-2015/2"),
        ("level/sqf-hospitality/h1", "2022-01-01", "level/sqf-hospitality-2021/h1"),
        ("descriptor/2/knowledge", "2011-01-01", "descriptor/2010/2/knowledge"),
    ],
)
def test_as_of_leads_to_the_version_in_force(client: TestClient, persistent: str, as_of: str, version: str) -> None:
    thing = client.get(f"/id/{persistent}", params={"as_of": as_of, "lang": "ru"})
    assert (thing.status_code, thing.headers["location"]) == (303, f"/doc/{version}?lang=ru")
    document = client.get(f"/doc/{persistent}.ttl", params={"as_of": as_of})
    assert (document.status_code, document.headers["location"]) == (302, f"/doc/{version}.ttl")
    assert client.get(document.headers["location"]).status_code == 200


def test_a_persistent_iri_points_to_what_is_in_force_now(client: TestClient) -> None:
    assert client.get("/id/level/1").headers["location"] == "/doc/level/2020/1"
    assert client.get("/doc/level/1").headers["location"] == "/doc/level/2020/1"
    assert client.get("/id/framework/aqf").headers["location"] == "/doc/framework/aqf"
    told = triples(client.get("/doc/framework/aqf.nt").content)
    aqf = f"{OWN}framework/aqf"
    assert {o for s, p, o in told if (s, p) == (aqf, f"{DCT}hasVersion")} == {f"{aqf}/2010", f"{aqf}/2020"}
    assert (aqf, "http://www.w3.org/ns/dcat#hasCurrentVersion", f"{aqf}/2020") in told
    found = links(client.get("/doc/framework/aqf").headers["link"])
    assert found["latest-version"] == [("/doc/framework/aqf/2020", {})]
    page = client.get("/doc/framework/aqf.html?lang=en").text
    assert "In force now:" in page and "/doc/framework/aqf/2010" in page


def test_a_day_without_any_version_is_not_found_and_says_what_there_is(client: TestClient) -> None:
    for address in ("/id/framework/aqf", "/doc/framework/aqf", "/id/level/1", "/doc/level/1.ttl"):
        response = client.get(address, params={"as_of": "2009-12-31"})
        assert response.status_code == 404, address
        problem = response.json()
        assert "in force on 2009-12-31" in problem["detail"]
        assert any("(2010-01-01" in version for version in problem["existing"])
    assert client.get("/id/level/3a", params={"as_of": "2015-01-01"}).status_code == 404
    assert client.get("/id/level/9").status_code == 404


@pytest.mark.parametrize(
    "as_of", ["2020-13-01", "2020", "yesterday", "", "20200101", "2020-W01-1", "2020-01-01T00:00:00"]
)
@pytest.mark.parametrize("address", ["/id/framework/aqf", "/doc/level/1", "/doc/body/council"])
def test_what_is_no_day_is_refused(client: TestClient, address: str, as_of: str) -> None:
    response = client.get(address, params={"as_of": as_of})
    assert response.status_code == 400
    assert "as_of" in response.json()["detail"]


@pytest.mark.parametrize(
    ("wanted", "version"),
    [
        ("Wed, 01 Jan 2014 12:00:00 GMT", "2010"),
        ("Tue, 31 Dec 2019 23:59:59 GMT", "2010"),
        ("Wed, 01 Jan 2020 00:00:00 GMT", "2020"),
        ("Fri, 01 Jan 1999 00:00:00 GMT", "2010"),  # before the first: the first
        ("Sat, 01 Jan 2099 00:00:00 GMT", "2020"),  # after the last: the last
    ],
)
def test_the_timegate_leads_to_the_nearest_version(client: TestClient, wanted: str, version: str) -> None:
    asked = {"Accept-Datetime": wanted, "Accept": "text/turtle"}
    gate = client.get("/doc/framework/aqf", headers=asked)
    assert (gate.status_code, gate.headers["location"]) == (302, f"/doc/framework/aqf/{version}")
    assert "Accept-Datetime" in gate.headers["vary"]
    assert "memento-datetime" not in gate.headers
    assert links(gate.headers["link"])["original"] == [(f"{OWN}framework/aqf", {})]
    thing = client.get("/id/framework/aqf", headers=asked)
    assert (thing.status_code, thing.headers["location"]) == (303, f"/doc/framework/aqf/{version}")
    memento = client.get(gate.headers["location"], headers=asked)
    assert memento.status_code == 200
    assert memento.headers["memento-datetime"].endswith("GMT")
    assert client.head("/doc/framework/aqf", headers=asked).headers["location"] == gate.headers["location"]


@pytest.mark.parametrize("wanted", ["2014-01-01", "long ago", "Wed, 99 Jan 2014 00:00:00 GMT"])
def test_what_is_no_http_date_is_refused(client: TestClient, wanted: str) -> None:
    response = client.get("/doc/framework/aqf", headers={"Accept-Datetime": wanted})
    assert response.status_code == 400
    assert "Accept-Datetime" in response.json()["detail"]


def test_a_version_is_a_memento(client: TestClient) -> None:
    response = client.get("/doc/level/2010/2.nt", headers={"Accept-Datetime": "Sat, 01 Jan 2099 00:00:00 GMT"})
    assert response.status_code == 200, "a version stays what it is, whatever time is preferred"
    moment = parsedate_to_datetime(response.headers["memento-datetime"])
    assert moment == datetime(2010, 1, 1, tzinfo=UTC)
    assert "Accept-Datetime" not in response.headers["vary"]
    found = links(response.headers["link"])
    assert found["original"] == [(f"{OWN}level/2", {})]
    assert found["timegate"] == [("/doc/level/2", {})]
    assert found["timemap"] == [("/timemap/level/2", {"type": "application/link-format"})]
    assert found["memento"] == [("/doc/level/2020/2", {"datetime": "Wed, 01 Jan 2020 00:00:00 GMT"})]
    assert not {"next", "prev", "first", "last"} & found.keys(), "those lead to pages of this document"
    assert found["successor-version"] == found["latest-version"] == [("/doc/level/2020/2", {})]
    told = triples(response.content)
    assert (f"{OWN}level/2010/2", f"{DCT}isVersionOf", f"{OWN}level/2") in told
    assert (f"{OWN}level/2010/2", f"{DCT}isReplacedBy", f"{OWN}level/2020/2") in told
    later = links(client.get("/doc/level/2020/2").headers["link"])
    assert later["predecessor-version"] == [("/doc/level/2010/2", {})]
    assert "successor-version" not in later


def test_the_iri_of_a_version_means_that_version(client: TestClient) -> None:
    asked = {"Accept-Datetime": "Wed, 01 Jan 2014 12:00:00 GMT"}
    for name in ("level/2020/1", "framework/aqf/2020"):
        for query in ("", "?as_of=2012-01-01", "?as_of=1999-01-01"):
            assert (
                client.get(f"/id/{name}{query}", headers=asked).headers["location"].partition("?")[0] == f"/doc/{name}"
            )
            assert client.get(f"/doc/{name}{query}", headers=asked).status_code == 200


def test_things_without_versions_have_no_place_in_time(client: TestClient) -> None:
    response = client.get("/doc/body/council.nt", params={"as_of": "2015-01-01"})
    assert response.status_code == 200
    assert "memento-datetime" not in response.headers
    assert "Accept-Datetime" not in response.headers["vary"]
    assert not {"original", "timegate", "timemap"} & links(response.headers["link"]).keys()
    assert client.get("/timemap/body/council").status_code == 404


def test_timemaps(client: TestClient) -> None:
    response = client.get("/timemap/framework/aqf")
    assert response.headers["content-type"] == "application/link-format"
    found = links(response.text.replace("\n", " "))
    assert found["original"] == [(f"{OWN}framework/aqf", {})]
    assert found["timegate"] == [("http://testserver/doc/framework/aqf", {})]
    [(itself, told)] = found["self"]
    assert itself == "http://testserver/timemap/framework/aqf"
    assert told["from"] == "Fri, 01 Jan 2010 00:00:00 GMT"
    assert [target for target, _ in found["memento"]] == [
        "http://testserver/doc/framework/aqf/2010",
        "http://testserver/doc/framework/aqf/2020",
    ]
    for target, told in found["memento"]:
        assert client.get(target).headers["memento-datetime"] == told["datetime"]
    as_json = client.get("/timemap/framework/aqf", headers={"Accept": "application/json"}).json()
    assert as_json == client.get("/timemap/framework/aqf.json").json()
    assert [entry["uri"] for entry in as_json["mementos"]["list"]] == [target for target, _ in found["memento"]]
    assert client.get(as_json["timemap_uri"]["link_format"]).text.startswith("<")
    assert client.get("/timemap/framework/aqf", headers={"Accept": "image/png"}).status_code == 406
    assert client.head("/timemap/framework/aqf").status_code == 200
    assert client.get("/timemap/nothing").status_code == 404


def test_every_version_is_found_from_what_persists(world: Publication, country: Publication) -> None:
    for publication, least in ((world, 20), (country, 60)):
        found = versions_of(publication)
        assert len(found.by_original) >= least
        with TestClient(create_app(publication), follow_redirects=False) as client:
            for iri, lineage in found.by_original.items():
                path = iri.removeprefix(f"{publication.settings.base}/id/")
                for version in lineage.versions:
                    target = version.thing.value.removeprefix(f"{publication.settings.base}/id/")
                    response = client.get(f"/id/{path}", params={"as_of": version.start.isoformat()})
                    assert response.headers["location"] == f"/doc/{target}"


def test_drafts_are_no_versions(world: Publication) -> None:
    assert f"{OWN}framework/sqf-fishing" not in versions_of(world).by_original


def lineage(*spans: tuple[str, date, date | None]) -> Lineage:
    versions = [Version(NamedNode(f"https://example.org/{name}"), start, end) for name, start, end in spans]
    return Lineage(NamedNode("https://example.org/x"), tuple(versions))


def test_gaps_ends_and_changes_of_guard() -> None:
    two = lineage(
        ("a", day(2000, 1, 1), day(2001, 12, 31)), ("b", day(2005, 1, 1), day(2010, 1, 1)), ("c", day(2010, 1, 1), None)
    )
    a, b, c = two.versions
    assert two.in_force(day(2001, 12, 31)) == a
    assert two.in_force(day(2003, 1, 1)) is None
    assert two.in_force(day(2010, 1, 1)) == c, "the later one, where one ends on the day that another starts"
    assert two.nearest(day(2003, 1, 1)) == a
    assert two.nearest(day(1990, 1, 1)) == a
    assert (two.beside(a.thing), two.beside(b.thing)) == ((None, b), (a, c))


def test_two_frameworks_never_share_a_persistent_level(tmp_path: Path) -> None:
    """Were another framework to call its levels `level/2030/1`, `level/1` would be neither's."""
    publication = open_with_history(tmp_path)
    assert f"{OWN}level/1" in versions_of(publication).by_original
    words = 'skos:prefLabel "Алкак"@ky , "Рамка"@ru , "Framework"@en ; nqf:dataStatus nqf:illustrative ; dct:source <{0}source/project> .'
    record = words.format(OWN)
    put(
        publication,
        f"<{OWN}framework/other> a nqf:Framework ; {record}",
        f'<{OWN}framework/other/2030> a nqf:FrameworkEdition ; nqf:editionOf <{OWN}framework/other> ; nqf:numberOfLevels 1 ; nqf:validFrom "2030-01-01"^^<http://www.w3.org/2001/XMLSchema#date> ; {record}',
        f'<{OWN}level/2030/1> a nqf:Level ; nqf:levelOf <{OWN}framework/other/2030> ; nqf:rank 1 ; skos:notation "1" ; {record}',
    )
    assert f"{OWN}level/1" not in versions_of(publication).by_original
    assert f"{OWN}level/2" in versions_of(publication).by_original
    with TestClient(create_app(publication), follow_redirects=False) as client:
        assert client.get("/id/level/1").status_code == 404
        assert client.get("/doc/level/2030/1").status_code == 200
