"""Comparison over REST, as pages and as commands."""

from __future__ import annotations

import csv
import io
import json
import re

import pytest
from starlette.testclient import TestClient
from typer.testing import CliRunner

from nqf_graph.app import create_app
from nqf_graph.cli import app as cli
from nqf_graph.compare.explanation import explain
from nqf_graph.errors import NotFound
from nqf_graph.publication import Publication
from nqf_graph.terms import LANGUAGES
from tests.conftest import WORLD, WORLD_BASE

HTML = {"Accept": "text/html"}


def test_compare_as_json_and_csv(client: TestClient) -> None:
    response = client.get("/api/v1/compare", params={"with": "crf", "as_of": "2026-01-01", "lang": "ru"})
    assert response.status_code == 200
    found = response.json()
    assert found["state"] == client.get("/ready").json()["state"]
    assert found["language"] == "ru"
    assert [row["verdict"] for row in found["rows"]] == [
        "matched", "nothing-said", "in-sub-levels", "matched", "matched", "no-match",
    ]  # fmt: skip
    assert "compare-alignments" in found["queries"]
    table = client.get("/api/v1/compare", params={"with": "crf", "as_of": "2026-01-01"}, headers={"Accept": "text/csv"})
    rows = list(csv.DictReader(io.StringIO(table.text)))
    assert [(row["notation"], row["counterpart_notation"]) for row in rows] == [
        ("1", "1"), ("2", ""), ("3", ""), ("3a", "3"), ("3b", "3"), ("4", ""),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("path", "status", "speaks_of"),
    [
        ("/api/v1/compare?with=atlantis", 404, "framework/crf"),
        ("/api/v1/compare?with=crf&framework=atlantis", 404, "framework/aqf"),
        ("/api/v1/compare", 400, "with"),
        ("/api/v1/compare?with=crf&as_of=soon", 400, "as_of"),
        ("/api/v1/compare?with=crf&lang=xx", 400, "lang"),
        ("/api/v1/compare?with=crf&colour=blue", 400, "colour"),
        ("/api/v1/coverage?programme=alchemy", 404, "programme/waiter-day"),
        ("/api/v1/coverage?programme=waiter-day&standard=alchemist", 404, "standard/waiter"),
        ("/api/v1/coverage", 400, "programme"),
        ("/api/v1/alignments?kind=magic", 400, "analystMapping"),
        ("/api/v1/alignments/explain?subject=level/2020/1", 400, "object"),
        ("/api/v1/alignments/explain?subject=level/2020/1&object=level/nowhere", 404, "level/nowhere"),
    ],
)
def test_bad_requests_say_what_exists(path: str, status: int, speaks_of: str, client: TestClient) -> None:
    response = client.get(path, headers={"Accept": "application/json"})
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    assert speaks_of in response.text


def test_coverage_as_json_and_csv(client: TestClient) -> None:
    params = {"programme": "programme/waiter-day"}
    found = client.get("/api/v1/coverage", params=params).json()
    assert found["standards"][0]["counts"]["covered"] == 1
    table = client.get("/api/v1/coverage", params=params, headers={"Accept": "text/csv"})
    rows = list(csv.DictReader(io.StringIO(table.text)))
    assert {row["thing"].rpartition("/")[2]: row["verdict"] for row in rows} == {
        "menu": "covered", "courtesy": "missing",
    }  # fmt: skip


def test_alignments_are_listed_by_kind_and_in_pages(client: TestClient) -> None:
    everything = client.get("/api/v1/alignments").json()
    assert everything["total"] == len(everything["alignments"]) >= 5
    rejected = client.get("/api/v1/alignments", params={"state": "rejected"}).json()["alignments"]
    assert [entry["alignment"]["id"] for entry in rejected] == ["alignment/4-crf-2"]
    of_four = client.get("/api/v1/alignments", params={"subject": "level/2020/4"}).json()["alignments"]
    assert {entry["alignment"]["id"]: entry["none_in"] is not None for entry in of_four} == {
        "alignment/4-crf-2": False,
        "alignment/4-none": True,
    }
    exact = client.get("/api/v1/alignments", params={"relation": "exactMatch"}).json()["alignments"]
    assert [entry["alignment"]["id"] for entry in exact] == ["alignment/1-crf-1", "alignment/menu-esco"]
    page = client.get("/api/v1/alignments", params={"limit": "2"})
    assert len(page.json()["alignments"]) == 2
    assert 'rel="next"' in page.headers["Link"]
    there = client.get("/api/v1/alignments?limit=2&offset=2&lang=en", headers={"Accept": "text/html"})
    assert re.findall(r'<a href="([^"]+)" rel="(\w+)"', there.text) == [
        ("/api/v1/alignments?limit=2&amp;offset=0&amp;lang=en", "prev"),
        ("/api/v1/alignments?limit=2&amp;offset=4&amp;lang=en", "next"),
    ]
    assert there.headers["Link"] == '</api/v1/alignments?limit=2&offset=4&lang=en>; rel="next"'


def test_what_is_no_iri_is_named_by_its_side(client: TestClient) -> None:
    for side in ("subject", "object"):
        wrong = client.get("/api/v1/alignments", params={side: "https://a b"})
        assert wrong.status_code == 400
        assert wrong.json()["detail"].startswith(f"parameter '{side}'")


def test_an_alignment_explained(client: TestClient, world: Publication) -> None:
    """3a is close to reference level 3: 3b shares it, descriptors are missing there, the council and the agency agree."""
    params = {"subject": "level/2020/3a", "object": "level/crf-2015/3"}
    found = client.get("/api/v1/alignments/explain", params=params).json()
    assert found["is_aligned"]
    (said,) = found["statements"]
    assert (said["relation"], said["kind"], said["state"], said["score"]) == (
        "closeMatch", "comparison", "accepted", 0.8,
    )  # fmt: skip
    assert [named["id"] for named in said["reviewers"]] == ["body/quality-agency"]
    assert {rule["number"] for rule in said["rules"]} >= {"R50", "R51", "R53", "R55"}
    assert all(rule["holds"] for rule in said["rules"])
    why = {reason["name"] for reason in found["why_not_exact"]}
    assert {"not-claimed", "different-number-of-levels", "object-shared", "not-official"} <= why
    assert "not-reviewed" not in why
    again = client.get("/api/v1/alignments/explain", params=params)
    assert again.json() == found
    backwards = explain(world, "level/crf-2015/3", "level/2020/3b")
    assert [said.relation for said in backwards.statements] == ["narrowMatch"], "seen from the other side"


@pytest.mark.parametrize(
    ("language", "relation"), [("ky", "жакын"), ("ru", "близкое соответствие"), ("en", "close match")]
)
def test_sentences_are_in_the_readers_words(world: Publication, language: str, relation: str) -> None:
    found = explain(world, "level/2020/3a", "level/crf-2015/3", language=language)
    sentences = [found.sentence, *(reason.sentence for reason in found.why_not_exact)]
    assert relation in sentences[0] and relation in sentences[1]
    codes = re.compile("(exact|close|broad|narrow|related)Match" + ("" if language == "en" else "|reported|official"))
    assert not any(codes.search(sentence) for sentence in sentences)


def test_an_exact_match_needs_no_excuse(world: Publication) -> None:
    found = explain(world, "level/2020/1", "level/crf-2015/1")
    assert found.is_aligned
    assert found.why_not_exact == ()


def test_no_match_and_nothing_said_are_told_apart(world: Publication) -> None:
    none = explain(world, "level/2020/4", "level/crf-2015/1", language="ru")
    assert not none.is_aligned
    assert none.statements[0].is_no_match
    assert "нет соответствия" in none.sentence
    nothing = explain(world, "level/2020/2", "level/crf-2015/1")
    assert nothing.statements == ()
    assert "says nothing" in nothing.sentence
    assert [near.alignment.id for near in nothing.nearby] == ["alignment/1-crf-1", "alignment/lyf-1-crf-1"]
    with pytest.raises(NotFound, match=r"there is: level/2020/1, level/2020/2, level/2020/3, "):
        explain(world, "level/2020/77", "level/crf-2015/1")
    with pytest.raises(NotFound):
        explain(world, "level/2020/2", "level/nowhere")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/compare",
        "/api/v1/compare?with=crf",
        "/api/v1/compare?with=sqf-fishing",
        "/api/v1/coverage",
        "/api/v1/coverage?programme=programme/waiter-day",
        "/api/v1/coverage?programme=programme/waiter-day&standard=standard/plumber",
        "/api/v1/alignments",
        "/api/v1/alignments/explain",
        "/api/v1/alignments/explain?subject=level/2020/3b&object=level/crf-2015/3",
        "/api/v1/alignments/explain?subject=level/2020/4&object=level/crf-2015/1",
    ],
)
def test_pages_in_every_language(path: str, language: str, client: TestClient) -> None:
    response = client.get(f"{path}{'&' if '?' in path else '?'}lang={language}", headers=HTML)
    assert response.status_code == 200, response.text
    assert f'<html lang="{language}">' in response.text
    assert "word_" not in response.text


def test_what_is_not_official_says_so(client: TestClient) -> None:
    assert 'class="warning"' in client.get("/api/v1/compare?with=crf&lang=en", headers=HTML).text


def test_openapi_knows_them(world: Publication) -> None:
    with TestClient(create_app(world)) as fresh:
        paths = fresh.get("/openapi.json").json()["paths"]
    assert {"/api/v1/compare", "/api/v1/coverage", "/api/v1/alignments", "/api/v1/alignments/explain"} <= set(paths)
    assert [p["name"] for p in paths["/api/v1/compare"]["get"]["parameters"]] == ["with", "framework", "as_of", "lang"]


def test_commands(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("BASE", WORLD_BASE), ("CATALOG", str(WORLD / "catalog.ttl")), ("STORE", "")):
        monkeypatch.setenv(f"NQF_{name}", value)
    run = CliRunner().invoke
    table = run(cli, ["compare", "--with", "crf", "--as-of", "2026-01-01"])
    assert table.exit_code == 0, table.output
    assert "closeMatch" in table.output
    found = json.loads(run(cli, ["coverage", "waiter-day", "--format", "json"]).output)
    assert found["standards"][0]["counts"]["missing"] == 1
    assert run(cli, ["coverage", "waiter-day", "--format", "csv"]).output.startswith("standard,about,thing")
    told = run(cli, ["explain", "level/2020/3b", "level/crf-2015/3"])
    assert "Nobody but its author has reviewed" in told.output
    assert run(cli, ["compare", "--with", "crf", "--format", "poem"]).exit_code != 0
