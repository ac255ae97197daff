"""Every question: a complete header, plain SPARQL, the expected rows on the invented country, on every engine."""

from __future__ import annotations

import csv
import io
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import rdflib
from pyoxigraph import RdfFormat
from starlette.testclient import TestClient

from nqf_graph.errors import BadParameter, CannotLoad, NotFound
from nqf_graph.formats import CSV, N_QUADS
from nqf_graph.guard import keywords
from nqf_graph.publication import Publication, open_publication
from nqf_graph.questions import Question, Questions, read_question
from nqf_graph.terms import LANGUAGES
from tests.conftest import ROOT, world_settings

EXPECTED = ROOT / "tests" / "questions"
QUESTIONS = Questions(ROOT / "queries")
PARAMETERS: dict[str, dict[str, Any]] = tomllib.loads((EXPECTED / "parameters.toml").read_text(encoding="utf-8"))

each_question = pytest.mark.parametrize("question", QUESTIONS.values(), ids=lambda question: question.id)


def given(question: Question) -> dict[str, str]:
    """The parameter values that the expected rows belong to."""
    return {name: str(value) for name, value in PARAMETERS.get(question.id, {}).items()}


def expected_rows(question: Question) -> list[list[str]]:
    text = (EXPECTED / f"{question.id}.csv").read_text(encoding="utf-8")
    return list(csv.reader(io.StringIO(text)))


def as_csv_rows(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text)))


@each_question
def test_answers_on_the_invented_country(question: Question, world: Publication) -> None:
    answer = world.asker.ask(question, given(question))
    rows = as_csv_rows(world.store.query(answer.query).write(CSV).decode())
    assert rows == expected_rows(question)
    assert len(rows) > 1, "a question whose expected answer is empty shows nothing"


@each_question
def test_same_rows_over_http(question: Question, client: TestClient) -> None:
    path = f"/api/v1/questions/{question.id}"
    response = client.get(path, params=given(question), headers={"Accept": "text/csv", "Accept-Language": "en"})
    assert response.status_code == 200, response.text
    assert as_csv_rows(response.text) == expected_rows(question)


@pytest.fixture(scope="session")
def disk(tmp_path_factory: pytest.TempPathFactory) -> Publication:
    return open_publication(world_settings(tmp_path_factory.mktemp("disk")))


@each_question
def test_same_rows_from_disk(question: Question, disk: Publication) -> None:
    answer = disk.asker.ask(question, given(question))
    assert as_csv_rows(disk.store.query(answer.query).write(CSV).decode()) == expected_rows(question)


@pytest.fixture(scope="session")
def plain_engine(world: Publication) -> rdflib.Dataset:
    """An engine that shares no code with the store: rdflib, all graphs as one."""
    dataset = rdflib.Dataset(default_union=True)
    dataset.parse(data=world.store.dump(N_QUADS), format="nquads")
    return dataset


@each_question
def test_same_rows_from_another_engine(question: Question, world: Publication, plain_engine: rdflib.Dataset) -> None:
    query = world.asker.ask(question, given(question)).query
    written = plain_engine.query(query).serialize(format="csv")
    assert written is not None
    assert as_csv_rows(written.decode()) == expected_rows(question)


@each_question
def test_runs_as_it_stands(question: Question, country: Publication) -> None:
    country.store.select(question.text)


@each_question
def test_header_is_complete(question: Question) -> None:
    assert question.competency in range(1, 48)
    for texts in (question.title, question.question, *question.columns.values()):
        assert set(texts) == set(LANGUAGES)
    for parameter in question.parameters.values():
        assert set(parameter.help) == set(LANGUAGES), parameter.name
        assert parameter.example != "UNDEF"


@each_question
def test_columns_are_those_of_the_header(question: Question, world: Publication) -> None:
    assert world.store.select(question.text).columns == tuple(question.columns)


def lint(text: str) -> list[str]:
    """What is wrong with a query text, by the habits that keep answers comparable, portable and fast."""
    found = []
    words = keywords(text)
    if "ORDER" not in words:
        found.append("no ORDER BY")
    if words & {"SERVICE", "LATERAL", "RAND", "NOW", "UUID", "STRUUID", "BNODE"}:
        found.append("not repeatable on every engine")
    for body in re.findall(r"NOT\s+EXISTS\s*\{([^{}]*)\}", text):
        without_filter = re.sub(r"FILTER\s*\(.*", "", body)
        if len(re.findall(r"[;.]\s+\S", without_filter.strip().rstrip("."))):
            found.append("NOT EXISTS over joined patterns is quadratic: use OPTIONAL and !BOUND")
    return found


@each_question
def test_lint(question: Question) -> None:
    assert lint(question.text) == []


@pytest.mark.parametrize(
    ("text", "speaks_of"),
    [
        ("SELECT ?s WHERE { ?s ?p ?o }", "ORDER BY"),
        ("SELECT ?s WHERE { ?s ?p ?o } ORDER BY RAND()", "repeatable"),
        ("SELECT ?s WHERE { ?s ?p ?o FILTER NOT EXISTS { ?s ?q ?x . ?x ?r ?y } } ORDER BY ?s", "quadratic"),
    ],
)
def test_lint_speaks(text: str, speaks_of: str) -> None:
    assert any(speaks_of in sentence for sentence in lint(text))


def test_every_file_has_an_expectation_and_the_other_way_round() -> None:
    answers = {file.relative_to(EXPECTED).with_suffix("").as_posix() for file in EXPECTED.rglob("*.csv")}
    assert answers == set(QUESTIONS)
    assert set(PARAMETERS) <= set(QUESTIONS)


def test_every_competency_question_is_answered() -> None:
    assert {question.competency for question in QUESTIONS.values()} == set(range(1, 48))


def test_a_value_cannot_become_query_text(world: Publication) -> None:
    question = QUESTIONS["frameworks/levels"]
    hostile = "x> } SERVICE <http://127.0.0.1:1/> { ?a ?b ?c } #"
    with pytest.raises((BadParameter, NotFound)):
        world.asker.ask(question, {"framework": hostile})


def test_unknown_things_are_named_with_what_exists(world: Publication) -> None:
    with pytest.raises(NotFound, match="frameworks/levels"):
        world.questions["frameworks/nothing"]
    question = world.questions["frameworks/level-descriptors"]
    with pytest.raises(NotFound) as unknown_level:
        world.asker.ask(question, {"level": "level/nowhere"})
    assert any(name.startswith("level/") for name in unknown_level.value.existing)
    with pytest.raises(BadParameter, match="level"):
        world.asker.ask(question, {"colour": "blue"})
    with pytest.raises(BadParameter, match="required"):
        world.asker.ask(question, {})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("#+ title = \nSELECT ?s {}", "TOML"),
        ("#+ [title]\n#+ en = 'x'\nSELECT ?s {}", "question"),
        (
            "#+ title = {}\n#+ question = {}\n#+ columns = {}\n#+ [parameters.level]\n#+ kind = 'iri'\nSELECT ?s {}",
            "VALUES",
        ),
        (
            "#+ title = {}\n#+ question = {}\n#+ columns = {}\n#+ [parameters.x]\n#+ kind = 'colour'\n"
            "SELECT ?s { VALUES ?x { 1 } }",
            "kind",
        ),
    ],
)
def test_a_broken_file_says_what_was_expected(text: str, expected: str, tmp_path: Path) -> None:
    file = tmp_path / "broken.rq"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(CannotLoad, match=expected):
        read_question(file, "broken")


def test_a_dump_is_what_the_graphs_hold(world: Publication) -> None:
    assert N_QUADS.engine is RdfFormat.N_QUADS
    assert world.store.dump(N_QUADS).count(b"\n") == sum(len(world.store.triples(g)) for g in world.store.names())
