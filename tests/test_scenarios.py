"""Gaps, pathways and what-if: worked out by hand on the invented country, and over REST, as pages and as commands."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient
from typer.testing import CliRunner

from nqf_graph.app import create_app
from nqf_graph.cli import app as cli
from nqf_graph.compare.gaps import Gaps, gaps
from nqf_graph.compare.pathways import Pathways, pathways
from nqf_graph.compare.steps import Edge, Network, shortest
from nqf_graph.compare.what_if import WhatIf, what_if
from nqf_graph.errors import BadParameter, DataSyntax, NotFound
from nqf_graph.publication import Publication, open_publication
from nqf_graph.terms import LANGUAGES
from nqf_graph.writes import Request
from tests.conftest import WORLD, WORLD_BASE, published_world, world_settings

HTML = {"Accept": "text/html"}
DAY = "2026-01-01"
PREFIXES = f"PREFIX nqf: <https://w3id.org/nqf/ontology#>\nBASE <{WORLD_BASE}/id/>\n"
UPDATE = "application/sparql-update"


# Gaps


def lists(found: Gaps) -> dict[str, list[str]]:
    return {entry.name: [gap.thing.id for gap in entry.gaps] for entry in found.lists}


def test_gaps_of_the_invented_country(world: Publication) -> None:
    """As the first lines of tests/world/standards.ttl and programmes.ttl say."""
    found = gaps(world, as_of=DAY)
    assert lists(found) == {
        "standards-without-programme": ["standard/bricklayer"],
        "tasks-without-outcome": ["task/check-tools", "task/check-tools"],  # a function that two standards share
        "occupations-without-standard": [],
        "standards-without-classification": ["standard/bricklayer", "standard/plumber"],
        "levels-without-standard": ["level/2020/3", "level/2020/3a", "level/2020/3b", "level/2020/4"],
        "levels-without-qualification-type": ["level/2020/4"],
    }
    assert all(entry.total == len(entry.gaps) for entry in found.lists)
    tasks = {
        gap.within[0].id: gap for entry in found.lists if entry.name == "tasks-without-outcome" for gap in entry.gaps
    }
    assert tasks.keys() == {"standard/bricklayer", "standard/plumber"}
    gap = tasks["standard/bricklayer"]
    assert (gap.level, gap.lacks, gap.status, gap.within[1].id) == (
        "1", ("outcome",), "reported", "function/prepare-workplace",
    )  # fmt: skip
    unclassified = {gap.thing.id: gap.lacks for entry in found.lists[3:4] for gap in entry.gaps}
    assert unclassified == {"standard/bricklayer": ("isco08", "esco"), "standard/plumber": ("esco",)}


def test_gaps_of_a_sector_and_of_a_day(world: Publication) -> None:
    hospitality = lists(gaps(world, sector="hospitality", as_of=DAY))
    assert hospitality["standards-without-programme"] == []
    assert hospitality["tasks-without-outcome"] == []
    assert "level/2020/1" in hospitality["levels-without-standard"], "only builders stand at level 1"
    earlier = lists(gaps(world, as_of="2020-06-01"))
    assert earlier["occupations-without-standard"] == ["occupation/waiter"], "the waiter's standard is of 2021"
    assert "standard/plumber" in earlier["standards-without-programme"], "its programme began in September"


def test_gaps_reuse_the_questions(world: Publication) -> None:
    for entry in gaps(world, as_of=DAY).lists:
        if entry.question:
            answer = world.asker.ask(
                world.questions[entry.question],
                {"as_of": DAY} | ({"framework": "framework/aqf"} if "level" in entry.name else {}),
            )
            asked = {getattr(row.get("standard") or row["level"], "value", "") for row in answer.rows}
            assert {gap.thing.iri for gap in entry.gaps} <= asked


# Pathways


def steps(found: Pathways) -> list[list[tuple[str, str, str]]]:
    return [[(step.kind, step.by.id, step.to.named.id) for step in path] for path in found.paths]


def test_a_way_by_two_programmes(world: Publication) -> None:
    """The pipe layer's qualification is partial: it is no craft diploma, so it does not open the bachelor's programme."""
    found = pathways(world, "basic-certificate", "type/bachelor", as_of=DAY)
    assert steps(found) == [
        [
            ("programme", "programme/waiter-day", "qualification/waiter"),
            ("programme", "programme/bachelor-hospitality", "qualification/bachelor-hospitality"),
        ]
    ]
    first, second = found.paths[0]
    assert (first.to.level, first.credits, first.years, first.status) == ("2", "90", "1.5", "reported")
    assert first.entry is not None
    assert first.entry.named.id == "type/basic-certificate"
    assert [accreditation.id for accreditation in first.accreditations] == ["accreditation/waiter-day"]
    assert [route.id for route in first.recognition] == ["route/craft-experience", "route/craft-validation"]
    assert (second.to.level, second.accreditations) == ("3a", ())
    assert found.within_reach == found.lacking == ()


def test_the_accreditation_and_the_programmes_are_those_of_the_day(world: Publication) -> None:
    later = pathways(world, "basic-certificate", "qualification/waiter", as_of="2027-01-01")
    assert later.paths[0][0].accreditations == ()
    both = pathways(world, "basic-certificate", "qualification/waiter", as_of="2022-01-01")
    assert [path[0].by.id for path in both.paths] == ["programme/waiter-day", "programme/waiter-evening"]


def test_recognition_where_no_programme_leads(world: Publication) -> None:
    found = pathways(world, "position/waiter", "type/bachelor", as_of=DAY)
    assert found.is_reached
    assert steps(found) == [
        [
            ("recognition", f"route/craft-{route}", "type/craft-diploma"),
            ("programme", "programme/bachelor-hospitality", "qualification/bachelor-hospitality"),
        ]
        for route in ("experience", "validation")
    ]
    assert found.paths[0][0].entry is None
    assert [place.named.id for place in found.within_reach] == ["position/head-waiter"]
    assert [step.by.id for step in found.lacking] == ["programme/bachelor-hospitality"]


def test_no_way_says_so_and_how_far_one_gets(world: Publication) -> None:
    found = pathways(world, "basic-certificate", "type/specialist", as_of=DAY)
    assert not found.is_reached
    assert found.paths == ()
    assert "states no way" in found.sentence
    assert [place.named.id for place in found.within_reach][:2] == [
        "qualification/bachelor-hospitality",
        "type/bachelor",
    ]
    assert found.lacking == (), "no programme leads to a specialist at all"


def test_levels_positions_and_being_there_already(world: Publication) -> None:
    assert len(pathways(world, "level/2020/1", "level/2020/3", as_of=DAY).paths) == 1
    assert steps(pathways(world, "position/waiter", "head-waiter")) == [
        [("position", "position/head-waiter", "position/head-waiter")]
    ]
    there = pathways(world, "qualification/waiter", "craft-diploma")
    assert there.paths == ((),)
    assert "already" in there.sentence


def test_what_was_asked_for_is_chosen_on_the_page(client: TestClient) -> None:
    asked = {"from": "level/2020/1", "to": "qualification/waiter", "lang": "en"}
    page = client.get("/api/v1/pathways", params=asked, headers={"Accept": "text/html"}).text
    assert re.findall(r'<option value="([^"]+)" selected>', page) == ["level/2020/1", "qualification/waiter"]


def test_names_of_pathways(world: Publication) -> None:
    with pytest.raises(NotFound) as unknown:
        pathways(world, "wizard", "craft-diploma")
    assert "type/craft-diploma" in unknown.value.existing
    with pytest.raises(BadParameter) as unclear:
        pathways(world, "waiter", "craft-diploma")
    assert set(unclear.value.existing) == {"position/waiter", "qualification/waiter"}
    with pytest.raises(BadParameter, match="as_of"):
        pathways(world, "craft-diploma", "type/bachelor", as_of="soon")


nodes = st.integers(0, 7).map(lambda number: f"urn:n{number}")


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(nodes, nodes), max_size=20), nodes, nodes)
def test_ways_are_shortest_complete_and_end(pairs: list[tuple[str, str]], start: str, end: str) -> None:
    """Held against a walk over all ways, on graphs full of circles."""
    edges = [Edge("position", one, other, other) for one, other in dict.fromkeys(pairs)]
    found, _ = shortest(Network(edges=edges), [start], [end], longest=10, recognition=False)
    walks: list[tuple[Edge, ...]] = [()]
    while walks and not any((walk[-1].end if walk else start) == end for walk in walks):
        walks = [
            (*walk, edge)
            for walk in walks
            for edge in edges
            if edge.start == (walk[-1].end if walk else start)
            and edge.end not in {start, *(before.end for before in walk)}
        ]
    expected = {walk for walk in walks if (walk[-1].end if walk else start) == end}
    assert set(found) == expected
    assert len(found) == len(expected)


# What if


def tried(publication: Publication, text: str, action: str = "update") -> WhatIf:
    return what_if(publication, Request(action, text))


def test_a_programme_that_would_teach_nothing(world: Publication) -> None:
    before = world.state_id
    found = tried(
        world,
        PREFIXES + "DELETE { GRAPH ?g { <outcome/waiter-day/orders> nqf:develops ?c } }"
        "WHERE { GRAPH ?g { <outcome/waiter-day/orders> nqf:develops ?c } }",
    )
    assert (found.added, found.removed, found.violations) == (0, 1, 1)
    assert [(finding.rule, finding.focus.id) for finding in found.introduced] == [("R32", "outcome/waiter-day/orders")]
    (programme,) = found.programmes
    (covered,) = programme.aspects
    assert (programme.programme.id, covered.aspect, covered.before, covered.after) == (
        "programme/waiter-day", "covered", 1, 0,
    )  # fmt: skip
    assert [competence.id for competence in covered.lost] == ["competence/menu"]
    assert found.alignments == found.comparisons == ()
    assert found.state == before == world.state_id != found.next_state
    assert "refused" in found.sentence


def test_an_alignment_that_would_go(world: Publication) -> None:
    """Level 3a loses its counterpart, and with it the sectoral level at 3a and the neighbour's level beside it."""
    found = tried(world, PREFIXES + "DELETE WHERE { GRAPH ?g { <alignment/3a-crf-3> ?p ?o } }")
    assert found.violations == 0
    assert [(change.alignment.id, change.effect) for change in found.alignments] == [("alignment/3a-crf-3", "removed")]
    rows = {(change.level.id, change.edition.id): change for change in found.comparisons}
    assert rows.keys() == {
        ("level/2020/3a", "framework/crf/2015"),
        ("level/2020/3a", "framework/lyf/2018"),
        ("level/lyf-2018/2", "framework/aqf/2020"),
        ("level/crf-2015/3", "framework/aqf/2020"),
        ("level/crf-2015/3", "framework/sqf-hospitality/2021"),
        ("level/sqf-hospitality-2021/h2", "framework/crf/2015"),
    }
    composed = rows["level/sqf-hospitality-2021/h2", "framework/crf/2015"]
    assert [place.via[0].id for place in composed.before] == ["level/2020/3a"]
    assert composed.after == ()
    assert found.programmes == ()


def test_evidence_that_changes_touches_its_alignments(world: Publication) -> None:
    found = tried(
        world, f'A <{WORLD_BASE}/id/evidence/credits> <http://purl.org/dc/terms/description> "New."@en .', "patch"
    )
    assert {(change.alignment.id, change.effect) for change in found.alignments} == {
        ("alignment/3a-crf-3", "touched"), ("alignment/3b-crf-3", "touched"), ("alignment/menu-esco", "touched"),
    }  # fmt: skip
    assert {thing.id for change in found.alignments for thing in change.because_of} == {"evidence/credits"}
    assert found.comparisons == ()


def test_a_qualification_type_that_would_move_moves_its_programmes(world: Publication) -> None:
    move = "DELETE { GRAPH ?g { <type/craft-diploma> nqf:atLevel ?l } } INSERT { GRAPH ?g { <type/craft-diploma> nqf:atLevel <level/2020/3> } } WHERE { GRAPH ?g { <type/craft-diploma> nqf:atLevel ?l } }"
    found = tried(world, PREFIXES + move)
    assert {finding.rule for finding in found.introduced} == {"R30", "R35"}
    moved = {change.programme.id: change.aspects for change in found.programmes}
    assert moved.keys() == {"programme/pipe-layer", "programme/waiter-day", "programme/waiter-evening"}
    assert all([aspect.aspect for aspect in aspects] == ["level"] for aspects in moved.values())


def test_findings_that_would_vanish(world: Publication) -> None:
    """More credits for the pipe layer's programme settle the advice that it has too few."""
    raised = "DELETE { GRAPH ?g { <programme/pipe-layer> nqf:credits ?c } } INSERT { GRAPH ?g { <programme/pipe-layer> nqf:credits 60.0 } } WHERE { GRAPH ?g { <programme/pipe-layer> nqf:credits ?c } }"
    found = tried(world, PREFIXES + raised)
    assert [(finding.rule, finding.focus.id) for finding in found.vanished] == [("R31", "programme/pipe-layer")]
    assert found.introduced == ()


def test_data_that_would_be_added(world: Publication) -> None:
    text = f"@prefix nqf: <https://w3id.org/nqf/ontology#> . @base <{WORLD_BASE}/id/> . <outcome/waiter-day/orders> nqf:develops <competence/courtesy> ."
    (programme,) = tried(world, text, "check").programmes
    assert [(aspect.aspect, [thing.id for thing in aspect.gained]) for aspect in programme.aspects] == [
        ("covered", ["competence/courtesy"])
    ]
    assert "changes nothing" not in tried(world, "", "patch").sentence
    assert "change nothing" in tried(world, "", "patch").sentence


def test_a_patch_is_read_line_by_line(world: Publication) -> None:
    develops = f"<{WORLD_BASE}/id/outcome/waiter-day/orders> <https://w3id.org/nqf/ontology#develops>"
    menu = f"{develops} <{WORLD_BASE}/id/competence/menu>"
    found = tried(world, f"H id <urn:x> .\nTX .\nD {menu} .\nTC .\n", "patch")
    assert (found.added, found.removed) == (0, 1)
    assert tried(world, f"D {menu} .\nA {menu} .", "patch").added == 1, "it would lie in another graph"
    for line, text in ((1, "X <urn:a> <urn:b> <urn:c> ."), (2, "TX .\nA <urn:a> <urn:b> .")):
        with pytest.raises(DataSyntax) as wrong:
            tried(world, text, "patch")
        assert wrong.value.line == line


def contents(folder: Path) -> dict[str, bytes]:
    """All files below a folder, without the engine's log and the scratch copy, which is no published data."""
    return {
        file.relative_to(folder).as_posix(): file.read_bytes()
        for file in sorted(folder.rglob("*"))
        if file.is_file() and "-scratch" not in file.as_posix() and not file.name.startswith(("LOG", "LOCK"))
    }


def test_nothing_is_stored_on_disk(tmp_path: Path) -> None:
    publication = open_publication(published_world(tmp_path / "data"))
    tried(publication, "", "patch")  # the scratch copy is made, for which the engine writes out what it has in memory
    graph = f"{WORLD_BASE}/graph/alignments"
    before, state, stated = contents(tmp_path), publication.state_id, publication.store.triples(graph)
    found = tried(publication, PREFIXES + "DELETE WHERE { GRAPH ?g { <alignment/3a-crf-3> ?p ?o } }")
    assert found.removed > 10
    assert publication.state_id == state
    assert publication.store.triples(graph) == stated
    assert contents(tmp_path) == before
    assert tried(publication, "", "patch").state == state


# Over REST, as pages and as commands


@pytest.fixture
def keyed(world: Publication, tmp_path: Path) -> Iterator[TestClient]:
    """A client of a service with one key."""
    from nqf_graph.writes.keys import make_key  # noqa: PLC0415

    file = tmp_path / "keys"
    key = make_key(file, "tester", ["submit"])
    publication = open_publication(world_settings().model_copy(update={"keys": file}))
    with TestClient(create_app(publication), headers={"Authorization": f"Bearer {key}"}) as client:
        yield client


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/gaps", f"/api/v1/gaps?sector=construction&as_of={DAY}", "/api/v1/pathways",
        "/api/v1/pathways?from=basic-certificate&to=type/bachelor", "/api/v1/pathways?from=position/waiter&to=type/bachelor",
        "/api/v1/pathways?from=type/bachelor&to=type/specialist", "/api/v1/what-if",
    ],
)  # fmt: skip
def test_pages(path: str, language: str, client: TestClient) -> None:
    response = client.get(f"{path}{'&' if '?' in path else '?'}lang={language}", headers=HTML)
    assert response.status_code == 200
    assert response.headers["content-language"] == language
    assert f'<html lang="{language}">' in response.text
    assert "None" not in response.text


def test_pages_warn_of_what_is_not_official(client: TestClient) -> None:
    page = client.get("/api/v1/gaps", params={"as_of": DAY}, headers=HTML).text
    assert '<p class="warning" role="note">' in page
    assert "/api/v1/questions/standards/without-programme" in page


@pytest.mark.parametrize(
    ("path", "status", "speaks_of"),
    [
        ("/api/v1/gaps?sector=magic", 404, "sector/construction"),
        ("/api/v1/gaps?as_of=soon", 400, "as_of"),
        ("/api/v1/gaps?colour=blue", 400, "colour"),
        ("/api/v1/pathways?from=wizard&to=type/bachelor", 404, "type/craft-diploma"),
        ("/api/v1/pathways?from=waiter&to=type/bachelor", 400, "position/waiter"),
        ("/api/v1/pathways?from=type/bachelor", 400, "to"),
    ],
)
def test_bad_requests_say_what_exists(path: str, status: int, speaks_of: str, client: TestClient) -> None:
    response = client.get(path, headers={"Accept": "application/json"})
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    assert speaks_of in response.text


def test_json_and_csv(client: TestClient) -> None:
    found = client.get("/api/v1/gaps", params={"as_of": DAY, "lang": "ky"}).json()
    assert found["state"] == client.get("/ready").json()["state"]
    assert found["lists"][0]["title"] == "Программасы жок стандарттар"
    assert "gaps-tasks" in found["queries"]
    table = client.get("/api/v1/gaps", params={"as_of": DAY}, headers={"Accept": "text/csv"}).text
    rows = list(csv.DictReader(io.StringIO(table)))
    assert len(rows) == sum(entry["total"] for entry in found["lists"])
    parameters = {"from": "basic-certificate", "to": "type/bachelor", "as_of": DAY}
    ways = client.get("/api/v1/pathways", params=parameters)
    assert ways.json()["total"] == 1
    assert ways.content == client.get("/api/v1/pathways", params=parameters).content
    table = client.get("/api/v1/pathways", params=parameters, headers={"Accept": "text/csv"}).text
    assert [row["level"] for row in csv.DictReader(io.StringIO(table))] == ["2", "3a"]


def test_what_if_over_rest(client: TestClient) -> None:
    state = client.get("/ready").json()["state"]
    data = f"DELETE DATA {{ GRAPH <{WORLD_BASE}/graph/programmes> {{ <outcome/waiter-day/orders> nqf:develops <competence/menu> }} }}"
    response = client.post("/api/v1/what-if?lang=ru", content=PREFIXES + data, headers={"Content-Type": UPDATE})
    assert response.status_code == 200
    found = response.json()
    assert (found["violations"], found["state"]) == (1, state)
    assert found["introduced"][0]["rule"] == "R32"
    assert found["sentence"].startswith("Изменение было бы отклонено")
    assert client.get("/ready").json()["state"] == state
    assert response.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_if_as_a_form(language: str, client: TestClient) -> None:
    text = f"D <{WORLD_BASE}/id/alignment/3a-crf-3> <https://w3id.org/nqf/ontology#alignedObject> <{WORLD_BASE}/id/level/crf-2015/3> ."
    fields = {"kind": "application/rdf-patch", "change": text}
    page = client.post(f"/api/v1/what-if?lang={language}", data=fields, headers=HTML)
    assert page.status_code == 200
    assert "R50" in page.text
    assert "/doc/level/sqf-hospitality-2021/h2" in page.text


def test_an_update_that_asks_needs_a_key(client: TestClient, keyed: TestClient) -> None:
    """It would run in this process, however long it takes: only who may write may ask for it."""
    text = PREFIXES + "DELETE WHERE { GRAPH ?g { <alignment/3a-crf-3> ?p ?o } }"
    refused = client.post("/api/v1/what-if", content=text, headers={"Content-Type": UPDATE})
    assert refused.status_code == 403
    allowed = keyed.post("/api/v1/what-if", content=text, headers={"Content-Type": UPDATE})
    assert allowed.status_code == 200
    assert allowed.json()["alignments"][0]["effect"] == "removed"
    for cleared in ("CLEAR ALL", f"DROP GRAPH <{WORLD_BASE}/graph/programmes>"):
        assert client.post("/api/v1/what-if", content=cleared, headers={"Content-Type": UPDATE}).status_code == 403


@pytest.mark.parametrize(
    ("media_type", "text", "status"),
    [
        ("text/plain", "x", 415), ("text/turtle", "<a", 400), (UPDATE, "INSERT DATA {", 400),
        ("application/rdf-patch", "A <urn:a> .", 400), ("text/turtle", "<urn:a> <urn:b> <urn:c> .", 422),
        (UPDATE, f"INSERT DATA {{ GRAPH <{WORLD_BASE}/graph/history> {{ <{WORLD_BASE}/id/x> <urn:b> 1 }} }}", 403),
    ],
)  # fmt: skip
def test_changes_that_cannot_be_tried(media_type: str, text: str, status: int, client: TestClient) -> None:
    response = client.post("/api/v1/what-if", content=text, headers={"Content-Type": media_type})
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("BASE", WORLD_BASE), ("CATALOG", str(WORLD / "catalog.ttl")), ("STORE", "")):
        monkeypatch.setenv(f"NQF_{name}", value)


@pytest.mark.usefixtures("environment")
def test_commands(tmp_path: Path) -> None:
    runner = CliRunner()
    shown = runner.invoke(cli, ["gaps", "--as-of", DAY, "--lang", "ru"])
    assert shown.exit_code == 0
    assert "Стандарты, которым не отвечает ни одна программа: 1" in shown.stdout
    ways = runner.invoke(cli, ["pathways", "basic-certificate", "type/bachelor", "--as-of", DAY, "-f", "csv"])
    assert [row["to"] for row in csv.DictReader(io.StringIO(ways.stdout))][-1].endswith("bachelor-hospitality")
    change = tmp_path / "change.ru"
    change.write_text(PREFIXES + "DELETE WHERE { GRAPH ?g { <outcome/waiter-day/orders> nqf:develops ?c } }")
    found = runner.invoke(cli, ["what-if", str(change)])
    assert found.exit_code == 1, "the change would break a rule"
    assert "R32" in found.stdout
    harmless = tmp_path / "change.rdfp"
    harmless.write_text("TX .\nTC .\n")
    assert json.loads(runner.invoke(cli, ["what-if", str(harmless), "-f", "json"]).stdout)["added"] == 0
