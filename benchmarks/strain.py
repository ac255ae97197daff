"""Our service alone: what its layers add to the engine's time, and how it holds when queries are heavy or endless."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import pyoxigraph as ox

from benchmarks.client import Client, Timed, WrongAnswer
from benchmarks.peers import OURS, Running, our_settings
from benchmarks.same_data import SameData
from benchmarks.workloads import POINT
from nqf_graph.publication import open_published
from nqf_graph.store import OxigraphStore

HEAVY = "SELECT (COUNT(*) AS ?rows) WHERE {{ ?s ?p ?o FILTER(CONTAINS(STR(?o), 'no such text {number}')) }}"
HEAVY_AT_ONCE = 4
TASKS = """PREFIX nqf: <https://w3id.org/nqf/ontology#> PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT ?competence@NUMBER@ ?name WHERE {
  <@VALUE@> nqf:hasFunction/nqf:hasTask/nqf:requiresCompetence ?competence@NUMBER@ .
  ?competence@NUMBER@ skos:prefLabel ?name FILTER(LANG(?name) = "ky")
}"""
TEN_TO_THE_TWELFTH = " ".join(f"VALUES ?digit{place} {{ 0 1 2 3 4 5 6 7 8 9 }}" for place in range(12))
ENDLESS = {
    "lists of digits crossed and counted: much time": f"SELECT (COUNT(*) AS ?rows) WHERE {{ {TEN_TO_THE_TWELFTH} }}",
    "all statements crossed and sorted: much memory": "SELECT * WHERE { ?a ?b ?c . ?d ?e ?f } ORDER BY ?c ?f ?a",
}
PATIENCE = 30  # seconds after the limit, until we stop waiting for a query to be ended
PAUSE = 0.005  # seconds between two probes


@dataclass
class Layer:
    """Milliseconds of the same queries in the engine alone and through the service, for each service."""

    title: str
    alone: dict[str, list[float]] = field(default_factory=dict)
    through: dict[str, list[float]] = field(default_factory=dict)

    def added(self, service: str) -> list[float]:
        """What a service adds, query by query."""
        return [asked - alone for asked, alone in zip(self.through[service], self.alone[service], strict=True)]


@dataclass(frozen=True)
class Probe:
    """Milliseconds of the answers that were right, and how many answers had which status."""

    title: str
    times: list[float]
    statuses: Counter[int]


@dataclass(frozen=True)
class Ended:
    """How a query without end was ended: after how many seconds, with which answer; does the service still answer?"""

    title: str
    seconds: float
    answer: str
    answers_after: bool


def layers(services: Sequence[Running], data: SameData, number: int) -> list[Layer]:
    """The time of `number` queries of each kind; every text is new, and asked in turn of each engine and service.

    Each engine reads the database that its service reads, and writes JSON as the service does.  For those services
    that are Oxigraph inside.
    """
    kinds = {
        "point look-up": (POINT, data.things(number, seed=8)),
        "competences of a standard": (TASKS, data.things(number, "standard/", seed=8)),
    }
    asked = [(running.name, running, Client(running.port), _engine(running, data)) for running in services]
    found = []
    for title, (query, things) in kinds.items():
        layer = Layer(title)
        for place in range(number):
            text = query.replace("@VALUE@", things[place % len(things)]).replace("@NUMBER@", f"l{place}")
            for name, running, client, engine in asked:
                start = time.perf_counter()
                alone = _asked(engine, text, union=name == OURS)
                layer.alone.setdefault(name, []).append((time.perf_counter() - start) * 1e3)
                answer = client.get(running.query_path(text))
                layer.through.setdefault(name, []).append(answer.total)
                if _rows(answer.json()) != _rows(json.loads(alone)):
                    raise WrongAnswer(f"{name}, {title}: not what the engine alone gives for {text}")
        found.append(layer)
    for _, _, client, _ in asked:
        client.close()
    return found


def _engine(running: Running, data: SameData) -> ox.Store:
    """A service's database, opened beside it: the published snapshot of ours."""
    if running.name != OURS:
        return ox.Store.read_only(str(data.folder / running.name))
    store = open_published(our_settings(data)).store
    assert isinstance(store, OxigraphStore)
    return store._store


def _asked(engine: ox.Store, text: str, *, union: bool) -> bytes:
    solutions = engine.query(text, use_default_graph_as_union=union)
    assert isinstance(solutions, ox.QuerySolutions)
    return solutions.serialize(format=ox.QueryResultsFormat.JSON) or b""


def _rows(results: Any) -> list[str]:
    return sorted(map(str, results["results"]["bindings"]))


def probes(running: Running, data: SameData, seconds: float) -> tuple[list[Probe], Counter[int]]:
    """How long do /health and a point look-up take, idle and beside heavy queries?  And: answers of these by status."""
    things = data.things(1000, seed=9)
    numbers = count()

    def look_up() -> str:
        number = next(numbers)
        text = POINT.replace("@VALUE@", things[number % len(things)]).replace("@NUMBER@", f"p{number}")
        return running.query_path(text)

    def both(state: str) -> list[Probe]:
        return [
            _probe(f"/health, {state}", running, lambda: "/health", seconds),
            _probe(f"point look-up, {state}", running, look_up, seconds),
        ]

    idle = both("nothing else asked")
    with _heavy_queries(running) as statuses:
        busy = both(f"beside {HEAVY_AT_ONCE} heavy queries")
    return [idle[0], busy[0], idle[1], busy[1]], statuses


def _probe(title: str, running: Running, path: Callable[[], str], seconds: float) -> Probe:
    client, times, statuses = Client(running.port), [], Counter[int]()
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        answer = client.get(path())
        statuses[answer.status] += 1
        if answer.status == http.client.OK:
            times.append(answer.total)
        time.sleep(PAUSE)
    client.close()
    return Probe(title, times, statuses)


@contextmanager
def _heavy_queries(running: Running) -> Iterator[Counter[int]]:
    """Some clients that ask one heavy query after the other; gives how many answers had which status."""
    over, numbers, statuses, faults = threading.Event(), count(), Counter[int](), list[Exception]()

    def ask() -> None:
        client = Client(running.port)
        try:
            while not over.is_set():
                answer = client.get(running.query_path(HEAVY.format(number=next(numbers))))
                statuses[answer.status] += 1
                if answer.status == http.client.OK and answer.rows()[0]["rows"]["value"] != "0":
                    raise WrongAnswer(f"the heavy query found something: {answer.body!r}")
        except (OSError, http.client.HTTPException, WrongAnswer) as error:
            faults.append(error)
        finally:
            client.close()

    threads = [threading.Thread(target=ask) for _ in range(HEAVY_AT_ONCE)]
    for thread in threads:
        thread.start()
    time.sleep(0.2)
    try:
        yield statuses
    finally:
        over.set()
        for thread in threads:
            thread.join()
    if faults:
        raise WrongAnswer(f"a heavy query was not answered: {faults[0]}")


def endless(running: Running, limit: float, check: Callable[[], object]) -> list[Ended]:
    """What becomes of queries without end where `limit` seconds are allowed?

    `check` raises where the service no longer answers rightly.
    """
    found = []
    for title, text in ENDLESS.items():
        client, start = Client(running.port, limit + PATIENCE), time.perf_counter()
        try:
            answer = client.get(running.query_path(text))
            said = _said(answer)
        except TimeoutError:
            said = "not ended"
        except (OSError, http.client.HTTPException) as error:
            said = f"no answer ({type(error).__name__})"
        seconds = time.perf_counter() - start
        client.close()
        try:
            check()
            answers_after = True
        except (OSError, http.client.HTTPException, WrongAnswer):
            answers_after = False
        found.append(Ended(title, seconds, said, answers_after))
    return found


def _said(answer: Timed) -> str:
    """The status, and the reason that a problem document gives."""
    try:
        return f"{answer.status}: {json.loads(answer.body)['detail']}"
    except (ValueError, KeyError, TypeError):
        return f"{answer.status}, {len(answer.body)} bytes"
