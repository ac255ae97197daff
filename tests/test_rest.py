"""The questions over REST, as JSON and as pages; the operations; the OpenAPI document."""

from __future__ import annotations

import re

import pytest
from starlette.testclient import TestClient

from nqf_graph.publication import Publication
from nqf_graph.questions import Question, Questions
from nqf_graph.terms import LANGUAGES
from nqf_graph.web.pages import words
from tests.conftest import ROOT, WORLD_BASE
from tests.test_questions import given

LEVELS = "/api/v1/questions/frameworks/levels"
FRAMEWORK = {"framework": "framework/aqf"}
each_question = pytest.mark.parametrize("question", Questions(ROOT / "queries").values(), ids=lambda q: q.id)


@each_question
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_question_has_a_page(client: TestClient, question: Question, language: str) -> None:
    url = f"/api/v1/questions/{question.id}"
    headers = {"Accept": "text/html"}
    asked = client.get(url, params=given(question) | {"lang": language}, headers=headers)
    assert asked.status_code == 200
    assert question.title[language] in asked.text
    assert "<table>" in asked.text
    assert 'role="alert"' not in asked.text
    assert client.get(url, params={"lang": language}, headers=headers).status_code == 200


def test_the_answer_says_how_to_get_it_again(client: TestClient, world: Publication) -> None:
    answer = client.get(LEVELS, params=FRAMEWORK | {"as_of": "2021-01-01", "lang": "ru"}).json()
    assert answer["question"] == "frameworks/levels"
    assert answer["state"] == world.store.state_id
    assert answer["parameters"]["framework"] == f"<{WORLD_BASE}/id/framework/aqf>"
    assert answer["total"] == len(answer["rows"]) > 3
    again = client.get("/sparql", params={"query": answer["query"]}).json()
    assert len(again["results"]["bindings"]) == answer["total"]


def test_levels_come_in_rank_order_with_their_sub_levels(client: TestClient) -> None:
    rows = client.get(LEVELS, params=FRAMEWORK | {"as_of": "2021-01-01"}).json()["rows"]
    assert [row["rank"] for row in rows] == sorted(row["rank"] for row in rows)
    subs = [row for row in rows if row["parent"]]
    assert {row["notation"] for row in subs} == {"3a", "3b"}
    assert {row["rank"] for row in subs} == {3}


@pytest.mark.parametrize("value", ["framework/aqf", f"{WORLD_BASE}/id/framework/aqf", "/framework/aqf"])
def test_things_can_be_named_short_or_long(client: TestClient, value: str) -> None:
    assert client.get(LEVELS, params={"framework": value}).json()["total"] > 3


def test_pages_of_rows(client: TestClient) -> None:
    whole = client.get(LEVELS, params=FRAMEWORK)
    first = client.get(LEVELS, params=FRAMEWORK | {"limit": 2})
    assert first.headers["x-total-count"] == str(whole.json()["total"])
    assert len(first.json()["rows"]) == 2
    following = first.headers["link"].partition(">")[0].lstrip("<")
    assert client.get(following).json()["rows"] == whole.json()["rows"][2:4]
    last = client.get(LEVELS, params=FRAMEWORK | {"offset": whole.json()["total"] - 1})
    assert len(last.json()["rows"]) == 1
    assert "link" not in last.headers
    as_csv = client.get(LEVELS, params=FRAMEWORK | {"limit": 2}, headers={"Accept": "text/csv"})
    assert len(as_csv.text.splitlines()) == 3


@pytest.mark.parametrize(
    ("status", "url", "mentions"),
    [
        (404, "/api/v1/questions/frameworks/nothing", "frameworks/levels"),
        (404, "/api/v1/questions/nothing", "frameworks"),
        (404, "/api/v1/questions/nothing/at-all", "frameworks/levels"),
        (404, f"{LEVELS}?framework=framework/none", "framework/aqf"),
        (400, LEVELS, "framework"),
        (400, f"{LEVELS}?framework=framework/aqf&colour=blue", "as_of"),
        (400, f"{LEVELS}?framework=framework/aqf&as_of=18.09.2020", "2020-09-18"),
        (400, f"{LEVELS}?framework=framework/aqf&as_of=2020-02-30", "2020-09-18"),
        (400, f"{LEVELS}?framework=not%20an%20iri", "IRI"),
        (400, f"{LEVELS}?framework=framework/aqf&lang=de", "ky"),
        (400, f"{LEVELS}?framework=framework/aqf&limit=0", "limit"),
        (400, f"{LEVELS}?framework=framework/aqf&limit=%C2%B2", "limit"),
    ],
)
def test_bad_requests_name_what_exists(client: TestClient, status: int, url: str, mentions: str) -> None:
    response = client.get(url)
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    assert mentions in response.text
    page = client.get(url, headers={"Accept": "text/html"})
    assert page.status_code in (status, 200)


def test_another_language_is_said_so(client: TestClient) -> None:
    answer = client.get(LEVELS, params=FRAMEWORK | {"lang": "ky"})
    assert answer.headers["content-language"] == "ky"
    assert answer.json()["otherLanguages"] == {}
    source = client.get("/api/v1/questions/governance/incomplete-statements", params={"lang": "ky"}).json()
    assert isinstance(source["otherLanguages"], dict)


def test_the_list_of_questions(client: TestClient, world: Publication) -> None:
    listed = client.get("/api/v1/questions").json()
    assert {question["id"] for question in listed["questions"]} == set(world.questions)
    group = client.get("/api/v1/questions/law", params={"lang": "ru"}).json()["questions"]
    assert {question["id"].partition("/")[0] for question in group} == {"law"}
    assert all(question["title"] for question in group)
    assert "<h1>" in client.get("/api/v1/questions", headers={"Accept": "text/html"}).text


def test_openapi_describes_every_question(client: TestClient, world: Publication) -> None:
    document = client.get("/openapi.json").json()
    for question in world.questions.values():
        operation = document["paths"][f"/api/v1/questions/{question.id}"]["get"]
        assert operation["summary"] == question.title["en"]
        described = {parameter["name"]: parameter for parameter in operation["parameters"]}
        for parameter in question.parameters.values():
            assert described[parameter.name]["required"] is (parameter.required and parameter.default is None)
    identifiers = [op["operationId"] for path in document["paths"].values() for op in path.values()]
    assert len(identifiers) == len(set(identifiers))


def test_operations(client: TestClient, world: Publication) -> None:
    assert client.get("/health").json() == {"status": "ok"}
    ready = client.get("/ready").json()
    assert ready["state"] == world.store.state_id
    assert ready["graphs"] == len(world.store.graphs())
    assert client.head("/health").status_code == client.head("/ready").status_code == 200
    home = client.get("/", headers={"Accept-Language": "ky"})
    assert home.headers["content-language"] == "ky"
    assert "/api/v1/questions/frameworks/levels" in home.text
    assert client.get("/static/style.css").status_code == 200


def test_an_unforeseen_error_tells_no_secrets(world: Publication, monkeypatch: pytest.MonkeyPatch) -> None:
    from nqf_graph.app import create_app  # noqa: PLC0415

    def fail(*_: object) -> None:
        raise RuntimeError("secret /path")

    with TestClient(create_app(world), raise_server_exceptions=False) as client:
        monkeypatch.setattr(type(world.store), "select", fail)
        response = client.get("/doc/level/any")
    assert response.status_code == 500
    assert response.headers["content-type"] == "application/problem+json"
    assert "secret" not in response.text


def test_each_group_of_questions_has_a_heading(client: TestClient, world: Publication) -> None:
    for language in LANGUAGES:
        names = [words(language)[f"group_{group}"] for group in world.questions.groups()]
        for address, heading in (("/", "h3"), ("/api/v1/questions", "h2")):
            page = client.get(address, params={"lang": language}, headers={"Accept": "text/html"}).text
            assert re.findall(rf"<{heading}[^>]*>([^<]+)</{heading}>", page)[: len(names)] == names


def test_the_words_of_the_pages_are_in_three_languages() -> None:
    assert set(words("ky")) == set(words("ru")) == set(words("en"))
    assert all(words(language)[name].strip() for language in LANGUAGES for name in words(language))
