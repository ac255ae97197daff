"""What is asked of the services, and how their answers are checked before and after any of them is timed.

A `@NUMBER@` in a text makes each text new, so that no cache of texts or answers helps; `@VALUE@` is what is asked
about.  See requests.lua.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from statistics import fmean
from urllib.parse import urlencode

from benchmarks.client import RESULTS, Client, Timed, WrongAnswer
from benchmarks.peers import OURS, Running
from benchmarks.records import BASE
from benchmarks.same_data import NAME, ROOT, Name, SameData
from nqf_graph.questions import read_question

POINT = f"SELECT ?name@NUMBER@ WHERE {{ <@VALUE@> <{NAME}> ?name@NUMBER@ }}"
POINT_AGAIN = POINT.replace("@NUMBER@", "")
ALL_NAMES = f"SELECT ?thing@NUMBER@ ?name WHERE {{ ?thing@NUMBER@ <{NAME}> ?name }} LIMIT @VALUE@"
ROWS = 100_000
FRAMEWORK, LEVELS = f"{BASE}framework/national", f"{BASE}level/2020/"
LEVELS_QUESTION = "frameworks/levels"
DIFFERENT = 5_000  # things that are asked about, in random order
AGAIN = 100  # texts that are asked again and again
MANY = 100_000  # questions and pages that differ, if the data have so many
SAMPLE = 5


@dataclass(frozen=True)
class Checked:
    """Right answers to a single client: their mean size in bytes, and the mean seconds that one took."""

    size: float
    seconds: float


@dataclass(frozen=True)
class Work:
    """One kind of request: its address at a service, the values it goes through, and what a right answer is.

    `wrong` tells what is wrong with the answer of a service (its name) for a value, or gives an empty text.
    `for_all` is False for what only our service has; `share` is the part of the given seconds that it is timed.
    `is_again` says that a service which keeps its answers is meant to find them.
    """

    title: str
    template: Callable[[Running], str]
    values: Sequence[str]
    wrong: Callable[[str, str, Timed], str]
    accept: str = RESULTS
    for_all: bool = True
    share: float = 0.5
    is_again: bool = False

    def check(self, running: Running, mark: str, begin: int = 0, samples: int = SAMPLE) -> Checked:
        """Ask for some answers.  Raises WrongAnswer for the first that is not right.

        `mark` (a letter) keeps the texts different from those that are timed.
        """
        client, answers = Client(running.port), []
        for place in range(samples):
            value = self.values[(begin - 1 - place) % len(self.values)]
            path = self.template(running).replace("@VALUE@", value).replace("@NUMBER@", f"{mark}{begin}{place}")
            answer = client.get(path, self.accept)
            try:
                reason = self.wrong(running.name, value, answer)
            except WrongAnswer as error:
                reason = str(error)
            if reason:
                raise WrongAnswer(f"{running.name}, {self.title}, {value}, after {answer.total:.0f} ms: {reason}")
            answers.append(answer)
        client.close()
        return Checked(fmean(len(answer.body) for answer in answers), fmean(answer.total for answer in answers) / 1e3)


def works(data: SameData) -> dict[str, Work]:
    """The kinds of requests, by a short name."""
    things, days = data.things(DIFFERENT), _days()
    pages = [iri.removeprefix(BASE) for iri in data.things(MANY, "competence/")]
    question = _bound_question()

    def point(service: str, value: str, answer: Timed) -> str:
        found = {name_in(row, next(iter(row))) for row in answer.rows()}
        return "" if found == data.names[value] else f"expected {data.names[value]}, found {found}"

    def levels(service: str, value: str, answer: Timed) -> str:
        found = levels_in(service, answer)
        expected = {(iri, text) for iri in data.names if iri.startswith(LEVELS) for text in kyrgyz(data.names[iri])}
        return "" if found == expected else f"expected {expected}, found {found}"

    def page(service: str, value: str, answer: Timed) -> str:
        text = answer.body.decode()
        missing = [name for name, _ in data.names[BASE + value] if name not in text]
        return "" if answer.status == 200 and not missing else f"answered {answer.status} without {missing}"

    def asked(running: Running) -> str:
        return _rest(framework=FRAMEWORK, lang="ky") if running.name == OURS else running.query_path(question)

    def address(_: Running) -> str:
        return "/doc/@VALUE@"

    new = Work("point look-up, every text new", lambda at: at.query_path(POINT), things, point, share=1)
    again = replace(new, title="point look-up, the same texts again", template=lambda at: at.query_path(POINT_AGAIN))
    asked_new = Work("question, every one new", asked, days, levels, f"application/json, {RESULTS}")
    html = Work(f"page of a record, {len(pages):,} in turn", address, pages, page, "text/html", for_all=False)
    return {
        "new": new,
        "again": _again(again, AGAIN),
        "question": asked_new,
        "question again": _again(replace(asked_new, title="question, the same again"), 1),
        "page": html,
        "page again": _again(replace(html, title="page of a record, the same again"), 1),
        "turtle": replace(html, title=f"record in Turtle, {len(pages):,} in turn", accept="text/turtle"),
    }


def _again(work: Work, different: int) -> Work:
    return replace(work, values=work.values[:different], share=0.5, is_again=True)


def check_rows(service: str, answer: Timed, data: SameData, number: int, limit: int) -> int:
    """How many rows has the answer to ALL_NAMES?  Raises WrongAnswer unless they are different, true and enough."""
    found = {(row[f"thing{number}"]["value"], *name_in(row, "name")) for row in answer.rows()}
    rows = len(answer.rows())
    expected = min(limit, sum(map(len, data.names.values())))
    untrue = (row for row in found if row[1:] not in data.names.get(row[0], ()))
    if rows != expected or len(found) != rows or (first := next(untrue, None)):
        wrong = f"{len(found)} different rows of {rows}" if rows != expected or len(found) != rows else f"{first}"
        raise WrongAnswer(f"expected {expected} rows, found {wrong}")
    return rows


def name_in(row: dict[str, dict[str, str]], variable: str) -> Name:
    """The text and language of a solution's name."""
    return row[variable]["value"], row[variable].get("xml:lang", "")


def kyrgyz(names: set[Name]) -> list[str]:
    """The texts that are in Kyrgyz."""
    return [text for text, language in names if language == "ky"]


def levels_in(service: str, answer: Timed) -> set[tuple[str, str]]:
    """Level and name of each row: our service answers questions with a document of its own."""
    if service == OURS:
        return {(row["level"], row["name"]) for row in answer.json()["rows"]}
    return {(row["level"]["value"], row["name"]["value"]) for row in answer.rows()}


def _bound_question() -> str:
    """The question's query as our service runs it, for the services that know no questions."""
    question = read_question(ROOT / "queries" / f"{LEVELS_QUESTION}.rq", LEVELS_QUESTION)
    day = '"@VALUE@"^^<http://www.w3.org/2001/XMLSchema#date>'
    return question.bind({"framework": f"<{FRAMEWORK}>", "as_of": day, "lang": '"ky"'})


def _rest(**parameters: str) -> str:
    return f"/api/v1/questions/{LEVELS_QUESTION}?{urlencode(parameters)}&as_of=@VALUE@"


def _days() -> list[str]:
    first = date(2021, 1, 1)
    return [(first + timedelta(days=day)).isoformat() for day in range(MANY)]
