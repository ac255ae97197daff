"""SERVICE by our own join: the same solutions as the engine's own SERVICE gives, from fewer and smaller answers."""

from __future__ import annotations

import re
import socket
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from http.server import BaseHTTPRequestHandler
from time import monotonic
from urllib.parse import parse_qs

import pyoxigraph as ox
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyoxigraph import BlankNode, Literal, NamedNode

from nqf_graph.errors import BadParameter, NqfError, QueryRefused, QuerySyntax, ServiceFailed
from nqf_graph.federation import Federation, Limits, read_json
from nqf_graph.federation.allowlist import AllowList
from nqf_graph.federation.client import Client
from nqf_graph.federation.places import Places
from nqf_graph.federation.reading import read_query
from nqf_graph.formats import RESULTS_JSON
from nqf_graph.guard import calls_a_service
from nqf_graph.settings import Settings
from nqf_graph.store import OxigraphStore, Rows
from tests.conftest import require
from tests.endpoints import Endpoint, http_server, respond, sparql_endpoint
from tests.w3c_results import Table, read_result, same
from tests.w3c_sparql import BASE, QT, entries, files, path_of, read_graph, suite, text_of

PREFIXES = "PREFIX : <http://e.example/>\nPREFIX xsd: <http://www.w3.org/2001/XMLSchema#>\n"
LOCAL = """@prefix : <http://e.example/> .
:l1 :means :билим ; :rank 1 . :l2 :means :s2 ; :rank 2 ; :also :s3 . :l3 :means :unknown ; :rank 3 .
:l4 :rank 4 . :l5 :means _:nobody ; :rank 5 . :l6 :means :s3 ; :rank 6 ; :code "7a" ."""
REMOTE = """@prefix : <http://e.example/> .
:билим :name "Билим деңгээли"@ky, "Knowledge"@en ; :broader :s2 ; :weight 1.5 .
:s2 :name "Көндүм: өүң"@ky ; :broader :s3 ; :rank 2 . :s3 :name "a \\"quoted\\"\\n\\\\ line" ; :rank 6 ; :code "7a" .
:s4 :name "far"@ky-KG ; :broader :билим . :s5 :broader [ :name "nameless" ] ."""


@dataclass
class Local:
    """The local store, and the texts it was asked."""

    data: str = LOCAL
    asked: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.engine = ox.Store()
        graph = NamedNode("http://e.example/graph")
        self.engine.load(self.data.encode(), format=ox.RdfFormat.TURTLE, to_graph=graph)
        self.store = OxigraphStore.around(self.engine)

    def __call__(self, text: str) -> Rows | None:
        self.asked.append(text)
        return self.store.query(text).rows()

    def by_the_engine(self, text: str) -> Rows:
        """The solutions as the engine finds them, which goes out by itself."""
        return self.store.select(text)


@pytest.fixture(scope="module")
def remote() -> Iterator[Endpoint]:
    with sparql_endpoint() as endpoint:
        yield endpoint


@pytest.fixture
def loaded(remote: Endpoint) -> Endpoint:
    remote.load(REMOTE)
    remote.forget()
    return remote


def federation(*addresses: str, **limits: float) -> Federation:
    allowed = ",".join(f"private+{address}" for address in addresses)
    return Federation(AllowList.read(allowed), Limits(**limits))  # type: ignore[arg-type]


def solve(text: str, endpoint: Endpoint, local: Local, **limits: float) -> str:
    """The rewritten text; EP in `text` stands for the endpoint."""
    query = PREFIXES + text.replace("EP", f"<{endpoint.address}>")
    return federation(endpoint.address, **limits).resolve(query, local, monotonic() + 60)


def solutions(text: str, endpoint: Endpoint, local: Local, **limits: float) -> Rows:
    rows = local(solve(text, endpoint, local, **limits))
    assert rows is not None
    return rows


def counted(rows: Rows) -> Counter[tuple[str, ...]]:
    """The solutions with how often each is there; all remote blank nodes are called alike."""
    blank = "urn:nqf:remote-blank-node:"

    def name(term: object) -> str:
        return blank if isinstance(term, BlankNode) or str(term).startswith(f"<{blank}") else str(term)

    return Counter(tuple(map(name, row)) for row in rows.rows)


JOINS = {
    "join": "SELECT * { ?l :means ?m . SERVICE EP { ?m :name ?n } }",
    "service first": "SELECT * { SERVICE EP { ?m :name ?n } ?l :means ?m . ?l :rank ?r }",
    "nothing shared": "SELECT * { ?l :code ?c . SERVICE EP { ?m :weight ?w } }",
    "alone": "SELECT * { SERVICE EP { ?m :weight ?w } }",
    "dots everywhere": "SELECT * { ?l :means ?m . SERVICE EP { ?m :name ?n . } . ?l :rank ?r . }",
    "optional": "SELECT * { ?l :means ?m OPTIONAL { SERVICE EP { ?m :name ?n } } }",
    "optional with more in it": "SELECT * { ?l :rank ?r OPTIONAL { ?l :means ?m SERVICE EP { ?m :name ?n } FILTER(LANG(?n) = 'ky') } }",
    "optional around an optional": "SELECT * { ?l :rank ?r OPTIONAL { ?l :means ?m OPTIONAL { SERVICE EP { ?m :name ?n } } } }",
    "left open here": "SELECT * { ?l :rank ?r OPTIONAL { ?l :means ?m FILTER(isIRI(?m)) } SERVICE EP { ?m :weight ?w } }",
    "left open there": "SELECT * { ?l :rank ?r . SERVICE EP { ?x :name ?n OPTIONAL { ?x :rank ?r } } }",
    "union": "SELECT * { ?l :means ?m { SERVICE EP { ?m :name ?n } } UNION { SERVICE EP { ?m :broader ?n } } }",
    "union with a local branch": "SELECT * { ?l :rank ?r { ?l :means ?m } UNION { ?l :also ?m SERVICE EP { ?m :name ?n } } }",
    "minus": "SELECT * { ?l :means ?m MINUS { SERVICE EP { ?m :name ?n } } }",
    "minus, nothing shared": "SELECT * { ?l :means ?m MINUS { SERVICE EP { ?x :name ?n } } }",
    "exists": "SELECT * { ?l :means ?m FILTER EXISTS { SERVICE EP { ?m :name ?n } } }",
    "not exists": "SELECT * { ?l :means ?m FILTER NOT EXISTS { ?l :rank ?r SERVICE EP { ?m :name ?n } } }",
    "exists in an expression": "SELECT * { ?l :means ?m FILTER(?m = :s2 || EXISTS { SERVICE EP { ?m :rank 6 } }) }",
    "exists in the projection": "SELECT ?l (EXISTS { SERVICE EP { ?m :rank 6 } } AS ?e) { ?l :means ?m }",
    "filter around": "SELECT * { ?l :means ?m ; :rank ?r FILTER(?r < 2) SERVICE EP { ?m :name ?n } FILTER(LANG(?n) = 'ky') }",
    "filter on the remote value": "SELECT * { ?l :rank ?r FILTER(?w > ?r) SERVICE EP { ?m :weight ?w } }",
    "filter in the body": "SELECT * { ?l :means ?m SERVICE EP { ?m :name ?n FILTER(STRLEN(?n) > 3 && !CONTAINS(?n, '{')) } }",
    "subquery around": "SELECT * { { SELECT DISTINCT ?m { ?l :means ?m SERVICE EP { ?m :name ?n } } } ?l :means ?m }",
    "subquery with aggregate around": "SELECT * { ?l :means ?m { SELECT ?m (COUNT(?n) AS ?k) { SERVICE EP { ?m :name ?n } } GROUP BY ?m } }",
    "subquery as barrier": "SELECT * { ?l :means ?m { SELECT * { SERVICE EP { ?m :name ?n } } ORDER BY ?n LIMIT 3 } }",
    "subquery before": "SELECT * { { SELECT ?m (COUNT(*) AS ?k) { ?l :means ?m } GROUP BY ?m } SERVICE EP { ?m :name ?n } }",
    "subquery in the body": "SELECT * { ?l :means ?m SERVICE EP { SELECT ?m (COUNT(*) AS ?k) { ?m :name ?n } GROUP BY ?m } }",
    "two services": "SELECT * { ?l :means ?m SERVICE EP { ?m :name ?n } SERVICE EP { ?m :broader ?b } }",
    "one service feeds another": "SELECT * { ?l :code ?c SERVICE EP { ?m :code ?c } SERVICE EP { ?x :broader ?m } SERVICE EP { ?x :name ?n } }",
    "bind before": "SELECT * { ?l :rank ?r BIND(?r * 2 AS ?double) SERVICE EP { ?m :rank ?double } }",
    "bind after": "SELECT * { ?l :means ?m SERVICE EP { ?m :name ?n } BIND(LCASE(?n) AS ?low) }",
    "bind in the body": "SELECT * { ?l :means ?m SERVICE EP { ?m :name ?n BIND(LANG(?n) AS ?tag) } }",
    "bind needs what is missing": "SELECT * { ?l :means ?m SERVICE EP { ?m :rank ?w } BIND(COALESCE(?w, 9) AS ?x) SERVICE EP { ?y :rank ?x } }",
    "values": "SELECT * { VALUES (?m ?x) { (:s2 1) (:s3 UNDEF) } SERVICE EP { ?m :name ?n } }",
    "values in the body": "SELECT * { ?l :means ?m SERVICE EP { VALUES (?m ?x) { (:s2 1) (UNDEF 2) } } }",
    "values at the end": "SELECT * { ?l :means ?m SERVICE EP { ?m :name ?n } } VALUES ?l { :l1 :l6 }",
    "nested groups": "SELECT * { { ?l :means ?m { { SERVICE EP { { ?m :name ?n } } } } } ?l :rank ?r }",
    "path": "SELECT * { ?l :means ?m SERVICE EP { ?m :broader+/^:broader|!:name ?x } }",
    "path local": "SELECT * { ?l :means|:also ?m SERVICE EP { ?m :broader* ?x } }",
    "kyrgyz literal sent": "SELECT * { VALUES ?n { 'Билим деңгээли'@ky 'Көндүм: өүң'@ky 'Knowledge' } SERVICE EP { ?m :name ?n } }",
    "odd literals sent back": "SELECT * { SERVICE EP { ?m :name ?n FILTER(isIRI(?m)) } SERVICE EP { ?m :name ?n } }",
    "numbers": "SELECT * { ?l :rank ?r SERVICE EP { ?m :rank ?r } }",
    "no variables": "SELECT * { ?l :rank ?r SERVICE EP { :s2 :broader :s3 } }",
    "no variables and no": "SELECT * { ?l :rank ?r SERVICE EP { :s2 :broader :s4 } }",
    "blank nodes as variables": "SELECT * { ?l :means ?m SERVICE EP { ?m :broader [ :name ?n ] } }",
    "the same variable by another sign": "SELECT * { $l :means $m SERVICE EP { ?m :name $n } }",
    "comments": "SELECT * { ?l :means ?m # SERVICE <x> { \n SERVICE # }\n EP # <y> {\n { ?m :name ?n # }\n} }",
    "silent and well": "SELECT * { ?l :means ?m SERVICE SILENT EP { ?m :name ?n } }",
    "modifiers": "SELECT DISTINCT ?m { ?l :means ?m SERVICE EP { ?m :name ?n } } ORDER BY DESC(?m) LIMIT 2 OFFSET 1",
    "grouped": "SELECT ?m (COUNT(*) AS ?k) { ?l :means ?m SERVICE EP { ?m :name ?n } } GROUP BY ?m HAVING(COUNT(*) > 1)",
    "graph without variable": "SELECT * { ?l :rank ?r GRAPH :graph { ?l :means ?m } SERVICE EP { ?m :name ?n } }",
    # each of these goes wrong if too much is believed to narrow the remote part down
    "outside of what is extended": "SELECT * { VALUES ?n { 'none' } { ?l :means ?m OPTIONAL { SERVICE EP { ?m :name ?n } } } }",
    "after what is extended": "SELECT * { ?l :means ?m OPTIONAL { SERVICE EP { ?m :name ?n } } VALUES ?n { 'none' } }",
    "optional after": "SELECT * { ?l :code ?c SERVICE EP { ?m :rank ?r } OPTIONAL { ?l :rank ?r } }",
    "optional that needs what is left out": "SELECT ?l ?m ?r { ?l :code ?c BIND(RAND() AS ?z) OPTIONAL { VALUES ?r { 2 } FILTER(!BOUND(?z)) } SERVICE EP { ?m :rank ?r } }",
    "optional in exists": "SELECT * { ?l :rank ?r FILTER EXISTS { { ?x :means ?m FILTER(?r = 2 && ?m IN (:s2, :s3)) } OPTIONAL { SERVICE EP { ?m :name ?n } } FILTER(!BOUND(?n)) } }",
    "bind that fails here": "SELECT * { ?l :rank ?r BIND(?r / 0 AS ?w) SERVICE EP { ?m :rank ?w } FILTER(?w > 3) }",
    "bind of what is left out": "SELECT * { ?l :rank ?r OPTIONAL { ?l :means ?x } BIND(COALESCE(?x, :s3) AS ?m) SERVICE EP { ?m :name ?n } }",
    "bind of what is bound later": "SELECT * { BIND(COALESCE(?r, 2) AS ?w) ?l :rank ?r SERVICE EP { ?m :rank ?w } }",
    "one of two is open": "SELECT * { VALUES (?m ?r) { (:s2 2) (:s2 UNDEF) (:s3 6) } SERVICE EP { ?m :rank ?r } }",
    "bound in one branch": "SELECT * { ?l :means ?m ; :rank ?r { SERVICE EP { { ?m :name ?n } UNION { ?x :rank ?r } } BIND(BOUND(?r) AS ?b) } }",
    "hidden in a subquery": "SELECT * { ?l :means ?m VALUES ?n { 1 2 } SERVICE EP { SELECT ?m { ?m :name ?n } } }",
    "only in minus": "SELECT * { ?l :means ?m SERVICE EP { ?m :name ?n MINUS { ?m :rank ?q FILTER(?q > 2) } } }",
    "lower case": "select * where { ?l :means ?m service EP { ?m :name ?n } optional { ?l :code ?c } }",
}


@pytest.mark.parametrize("text", JOINS.values(), ids=JOINS)
@pytest.mark.parametrize("batch", [100, 1], ids=["one batch", "batches of one"])
def test_the_same_solutions_as_the_engine_finds(loaded: Endpoint, text: str, batch: int) -> None:
    local = Local()
    ours = solutions(text, loaded, local, batch=batch)
    theirs = local.by_the_engine(PREFIXES + text.replace("EP", f"<{loaded.address}>"))
    assert ours.columns == theirs.columns
    assert counted(ours) == counted(theirs)
    if "ORDER BY" in text:
        assert ours.rows == theirs.rows or "barrier" in text


def test_these_queries_have_solutions(loaded: Endpoint) -> None:
    local = Local()
    empty = {name for name, text in JOINS.items() if not solutions(text, loaded, local).rows}
    assert empty == {"no variables and no", "optional in exists"}, "but for two, where that is the right answer"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("ASK { ?l :means ?m . SERVICE EP { ?m :rank 6 } }", True),
        ("ASK { ?l :means ?m . SERVICE EP { ?m :rank 7 } }", False),
    ],
    ids=["yes", "no"],
)
def test_ask(loaded: Endpoint, text: str, found: bool) -> None:
    local = Local()
    assert local.store.ask(solve(text, loaded, local)) is found


def test_construct_and_describe(loaded: Endpoint) -> None:
    local = Local()
    text = "CONSTRUCT { ?l :named ?n } WHERE { ?l :means ?m . SERVICE EP { ?m :name ?n } }"
    assert len(local.store.construct(solve(text, loaded, local))) == 4
    text = "DESCRIBE ?l WHERE { ?l :means ?m . SERVICE EP { ?m :rank 6 } }"
    assert {triple.subject for triple in local.store.construct(solve(text, loaded, local))} == {
        NamedNode("http://e.example/l6")
    }


def test_inside_graph_the_endpoint_is_still_asked_as_a_whole(loaded: Endpoint) -> None:
    """SPARQL 1.1 evaluates GRAPH for each graph by itself; the engine finds nothing here, so it cannot be compared."""
    text = "SELECT * { GRAPH ?g { ?l :means ?m SERVICE EP { ?m :name ?n } } }"
    assert len(solutions(text, loaded, Local()).rows) == 4
    assert "VALUES (?m)" in loaded.asked[0]


@pytest.mark.parametrize(
    "group",
    [
        "?l :means ?m OPTIONAL { SERVICE EP { ?m :name ?n } }",
        "{ SELECT ?m (COUNT(*) AS ?k) { ?l :means ?m SERVICE EP { ?m :name ?n } } GROUP BY ?m }",
        "?l :rank ?r { ?l :means ?m MINUS { SERVICE EP { ?m :name ?n } } }",
    ],
    ids=["optional", "subquery", "minus"],
)
def test_the_local_part_is_evaluated_in_its_graph(loaded: Endpoint, group: str) -> None:
    local = Local()
    inside = solutions(f"SELECT * FROM NAMED :graph {{ GRAPH :graph {{ {group} }} }}", loaded, local)
    assert inside.rows and "VALUES (?m)" in loaded.asked[0]
    assert counted(inside) == counted(solutions(f"SELECT * {{ {group} }}", loaded, local))


def test_the_dataset_clause_holds_for_the_local_part(loaded: Endpoint) -> None:
    text = "SELECT * FROM {graph} {{ ?l :means ?m SERVICE EP {{ ?m :name ?n }} }}"
    assert len(solutions(text.format(graph=":graph"), loaded, Local()).rows) == 4
    loaded.forget()
    assert solutions(text.format(graph=":other"), loaded, Local()).rows == ()
    assert loaded.asked == [], "nothing here, so nothing is asked there"


def many(count: int) -> str:
    lines = (f':s{number} :name "label {number}"@ky, "label {number}"@en .' for number in range(count))
    return "@prefix : <http://e.example/> .\n" + "\n".join(lines)


def test_few_rows_are_asked_for(remote: Endpoint) -> None:
    """The engine fetches everything there is; the join sends what it has and gets what fits."""
    remote.load(many(5000))
    wanted = " ".join(f":s{number}" for number in range(7, 2007, 8))
    text = f"SELECT * {{ VALUES ?m {{ {wanted} }} SERVICE EP {{ ?m :name ?n }} }}"
    local = Local()
    remote.forget()
    theirs = local.by_the_engine(PREFIXES + text.replace("EP", f"<{remote.address}>"))
    whole, requests = remote.sent, len(remote.asked)
    remote.forget()
    ours = solutions(text, remote, local)
    assert counted(ours) == counted(theirs)
    assert (requests, len(remote.asked)) == (1, 3), "250 solutions in batches of 100"
    assert len(ours.rows) == 500
    assert remote.sent * 15 < whole
    assert all(question.count("(<http://e.example/s") <= 100 for question in remote.asked)


def test_what_is_sent(loaded: Endpoint) -> None:
    local = Local()
    solutions("SELECT * { ?l :means ?m ; :rank ?r FILTER(?r < 3) SERVICE EP { ?m :name ?n } }", loaded, local)
    assert loaded.asked == [
        PREFIXES + "SELECT * WHERE { VALUES (?m) {\n(<http://e.example/s2>)\n(<http://e.example/билим>)\n} "
        "{ ?m :name ?n \n} } LIMIT 10001"
    ] or loaded.asked == [
        PREFIXES + "SELECT * WHERE { VALUES (?m) {\n(<http://e.example/билим>)\n(<http://e.example/s2>)\n} "
        "{ ?m :name ?n \n} } LIMIT 10001"
    ]


NARROWING = {
    "?l :means ?m SERVICE EP { ?m :p ?o }": "?l :means ?m {}",
    "SERVICE EP { ?m :p ?o } . ?l :means ?m . ?l :rank ?r": "{} . ?l :means ?m . ?l :rank ?r",
    "?l :means ?m FILTER(?r > 1) FILTER(?m != :x) SERVICE EP { ?m :p ?r }": "?l :means ?m FILTER(true) FILTER(?m != :x) {}",
    "?l :rank ?r BIND(?r + 1 AS ?w) OPTIONAL { ?l :means ?m } SERVICE EP { ?m :p ?w }": "?l :rank ?r BIND(?r + 1 AS ?w) {} {}",
    "?l :means ?m { SERVICE EP { ?m :p ?o } } UNION { ?m :q ?o }": "?l :means ?m { {} }",
    "?l :means ?m OPTIONAL { ?l :rank ?r SERVICE EP { ?m :p ?o } } ?l :code ?c": "?l :means ?m { ?l :rank ?r {} } {}",
    "?l :means ?m FILTER EXISTS { ?l :rank ?r SERVICE EP { ?m :p ?o } } ?l :code ?c": "?l :means ?m FILTER(true) ?l :code ?c",
    "?l :means ?m { SELECT ?m { SERVICE EP { ?m :p ?o } } LIMIT 1 }": None,
    "?l :means ?m FILTER EXISTS { OPTIONAL { SERVICE EP { ?m :p ?o } } }": None,
    "?l :means ?m FILTER EXISTS { ?l :rank ?r OPTIONAL { SERVICE EP { ?r :p ?o } } }": None,
    "?l :means ?m FILTER EXISTS { SELECT ?r { ?l :rank ?r SERVICE EP { ?r :p ?o } } }": None,
    "{ SELECT (EXISTS { ?l :rank ?r SERVICE EP { ?r :p ?o } } AS ?e) { ?l :means ?m } }": None,
    "?l :means ?m { ?l :rank ?r FILTER(?r > 1) } SERVICE EP { ?m :p ?o }": "?l :means ?m { ?l :rank ?r FILTER(?r > 1) } {}",
    "?l :means ?m { ?l :rank ?r FILTER(?q > 1) } SERVICE EP { ?m :p ?o }": "?l :means ?m {} {}",
    "?l :means ?m { ?l :rank ?r FILTER EXISTS { ?q ?q ?q } } SERVICE EP { ?m :p ?o }": "?l :means ?m {} {}",
    "?l :means ?m { ?l :rank ?r OPTIONAL { ?l :code ?c FILTER(?r > 1) } } SERVICE EP { ?m :p ?o }": "?l :means ?m { ?l :rank ?r OPTIONAL { ?l :code ?c FILTER(?r > 1) } } {}",
    "?l :means ?m { ?l :rank ?r OPTIONAL { ?l :code ?c BIND(?q AS ?w) } } SERVICE EP { ?m :p ?o }": "?l :means ?m {} {}",
    "?l :means ?m { SELECT ?l (EXISTS { ?q ?q ?q } AS ?e) { ?l :rank ?r } } SERVICE EP { ?m :p ?o }": "?l :means ?m {} {}",
}


@pytest.mark.parametrize(("text", "pattern"), NARROWING.items(), ids=[f"{number}" for number in range(len(NARROWING))])
def test_what_narrows_the_remote_part_down(text: str, pattern: str | None) -> None:
    found = Places(read_query(PREFIXES + f"SELECT * {{ {text.replace('EP', '<http://x.example/>')} }}"))
    part = found.local_part(found.all[0], [])
    assert (part and " ".join(part.pattern.split())) == (pattern and f"{{ {pattern} }}")
    assert part is None or part.variables == set(re.findall(r"\?(\w+)", part.pattern))


@pytest.mark.parametrize(
    ("text", "requests"),
    [
        ("SELECT * { ?l :nothing ?m SERVICE EP { ?m :name ?n } }", 0),
        ("SELECT * { ?l :means ?m FILTER(isBlank(?m)) SERVICE EP { ?m :name ?n } }", 0),
        ("SELECT * { ?l :nothing ?m OPTIONAL { SERVICE EP { ?m :name ?n } } }", 0),
        ("SELECT * { ?l :means ?m SERVICE EP { ?m :nothing ?n } SERVICE EP { ?n :name ?o } }", 1),
        ("SELECT * { ?l :means ?m { { SELECT * { SERVICE EP { ?m :name ?n } } } } }", 1),
    ],
    ids=["nothing here", "only blank nodes here", "nothing to extend", "nothing there", "subquery"],
)
def test_nothing_is_asked_in_vain(loaded: Endpoint, text: str, requests: int) -> None:
    local = Local()
    solutions(text, loaded, local)
    assert len(loaded.asked) == requests


def test_values_of_chance_narrow_nothing_down(loaded: Endpoint) -> None:
    """Evaluated a second time, they would be others."""
    text = "SELECT * { ?l :rank ?x BIND(FLOOR(RAND() * 2) AS ?r) SERVICE EP { ?m :rank ?r } }"
    solutions(text, loaded, Local())
    assert "VALUES" not in loaded.asked[0]
    loaded.forget()
    solutions(text.replace("RAND()", "1"), loaded, Local())
    assert "VALUES" in loaded.asked[0]


def test_a_remote_blank_node_has_a_name(loaded: Endpoint) -> None:
    """It cannot stand in inline data; the name is the same when the same is asked, and never a local node's."""
    text = "SELECT ?b { SERVICE EP { :s5 :broader ?b } }"
    first, second = (solutions(text, loaded, Local()).rows[0][0] for _ in range(2))
    assert isinstance(first, NamedNode) and first.value.startswith("urn:nqf:remote-blank-node:")
    assert first == second


def test_a_text_without_service_is_left_alone(loaded: Endpoint) -> None:
    local = Local()
    text = "SELECT ?service { ?service :p 'SERVICE <x> {}' } # SERVICE"
    assert solve(text, loaded, local) == PREFIXES + text
    assert local.asked == []


REFUSED = {
    "not listed": "SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }",
    "not listed, silent": "SELECT * { SERVICE SILENT <http://127.0.0.1:9/> { ?s ?p ?o } }",
    "variable": "SELECT * { ?l :means ?m SERVICE ?m { ?s ?p ?o } }",
    "variable bound by values": "SELECT * { VALUES ?e { EP } SERVICE ?e { ?s ?p ?o } }",
    "listed and not listed": "SELECT * { SERVICE EP { ?s ?p ?o } SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }",
    "inside another": "SELECT * { SERVICE EP { ?s ?p ?o SERVICE EP { ?s ?p ?o } } }",
    "prefixed": "SELECT * { SERVICE :sparql { ?s ?p ?o } }",
    "by an undeclared prefix": "SELECT * { SERVICE nowhere:sparql { ?s ?p ?o } }",
    "user in the address": "SELECT * { SERVICE <http://127.0.0.1@127.0.0.1:9/> { ?s ?p ?o } }",
    "too many": "SELECT * { " + "SERVICE EP { ?s ?p ?o } " * 51 + "}",
    "too deep": "SELECT * " + "{ " * 70 + "SERVICE EP { ?s ?p ?o }" + " }" * 70,
}


@pytest.mark.parametrize("text", REFUSED.values(), ids=REFUSED)
def test_refused(loaded: Endpoint, text: str) -> None:
    with pytest.raises(QueryRefused):
        solve(text, loaded, Local())
    assert loaded.asked == [], "before anything was asked"


def test_without_a_list_service_is_refused_as_ever(loaded: Endpoint) -> None:
    text = f"SELECT * {{ SERVICE <{loaded.address}> {{ ?s ?p ?o }} }}"
    with pytest.raises(QueryRefused, match="its own graphs only"):
        Federation.of(Settings(store=None)).resolve(text, Local(), monotonic() + 9)


BROKEN = {
    "in the pattern": ("SELECT * {\n ?s ?p . SERVICE EP { ?m :name ?n } }", 4),
    "in the body": ("SELECT * { SERVICE EP {\n ?m :name } }", 4),
    "after the pattern": ("SELECT * { SERVICE EP { ?m :name ?n } }\nLIMIT many", 4),
    "union of a service": ("SELECT * { SERVICE EP { ?m :name ?n }\nUNION { ?m :name ?n } }", 4),
    "optional service": ("SELECT * { OPTIONAL\n SERVICE EP { ?m :name ?n } }", 4),
    "no body": ("SELECT * {\n SERVICE EP }", 4),
    "no end": ("SELECT * { SERVICE EP { ?m :name ?n }\n", 4),
    "written together": ("SELECT * { ?m :name ?n\n SERVICESILENTEP { ?m :name ?n } SERVICE EP { ?m :name ?n } }", 4),
    "update": ("\nINSERT { ?s ?p ?o } WHERE { SERVICE EP { ?s ?p ?o } }", 4),
    "unknown prefix": ("SELECT * {\n ?x nowhere:p ?y SERVICE EP { ?m :name ?n } }", 4),
    "values at the end": ("SELECT * { SERVICE EP { ?m :name ?n } }\nVALUES m { 1 }", 4),
}


@pytest.mark.parametrize(("text", "line"), BROKEN.values(), ids=BROKEN)
def test_what_does_not_parse_is_told_with_its_place(loaded: Endpoint, text: str, line: int) -> None:
    with pytest.raises(QuerySyntax) as error:
        solve(text, loaded, Local())
    assert error.value.line == line
    assert loaded.asked == [], "before anything was asked"


def test_limits(remote: Endpoint) -> None:
    remote.load(many(300))
    local = Local("@prefix : <http://e.example/> .\n" + "".join(f":l{n} :means :s{n} ." for n in range(300)))
    text = "SELECT * { ?l :means ?m SERVICE EP { ?m :name ?n } }"
    assert len(solutions(text, remote, local).rows) == 600
    remote.forget()
    with pytest.raises(QueryRefused, match="more than 200 local solutions"):
        solve(text, remote, local, requests=2)
    assert remote.asked == []
    with pytest.raises(QueryRefused, match="more than 599 rows"):
        solve(text, remote, local, rows=599)
    assert len(solutions(text, remote, local, rows=600).rows) == 600
    with pytest.raises(QueryRefused, match="too large"):
        solve(text, remote, local, bytes=50_000)
    both = "SELECT * { ?l :means ?m SERVICE EP { ?m :name ?n } SERVICE EP { ?m :name ?o } }"
    with pytest.raises(QueryRefused, match="more than 250 local solutions"):
        solve(both, remote, local, requests=11, batch=50, rows=5000)


def test_more_requests_than_allowed(loaded: Endpoint) -> None:
    text = "SELECT * { SERVICE EP { ?m :name ?n } SERVICE EP { ?o :rank ?r } }"
    assert solutions(text, loaded, Local(), requests=2).rows
    text = "SELECT * { VALUES ?m { :s2 :s3 } SERVICE EP { ?m :name ?n } SERVICE EP { ?o :weight ?w } }"
    assert solutions(text, loaded, Local(), requests=3, batch=1).rows
    with pytest.raises(QueryRefused, match="more than 2 requests"):
        solve(text, loaded, Local(), requests=2, batch=1)


def test_silent_failure_is_one_solution_that_binds_nothing(loaded: Endpoint) -> None:
    local = Local()
    with http_server(lambda request: respond(request, b"no", "text/plain", 500)) as down:
        for text, rows in (
            ("SELECT * { ?l :means ?m SERVICE SILENT EP { ?m :name ?n } }", 5),
            ("SELECT * { ?l :means ?m MINUS { SERVICE SILENT EP { ?m :name ?n } } }", 5),
            ("SELECT * { SERVICE SILENT EP { :a :b :c } }", 1),
        ):
            query = PREFIXES + text.replace("EP", f"<{down}>")
            ours = local(federation(down).resolve(query, local, monotonic() + 9))
            theirs = local.by_the_engine(query)
            assert ours is not None and ours.columns == theirs.columns
            assert counted(ours) == counted(theirs)
            assert len(ours.rows) == rows
            with pytest.raises(ServiceFailed, match="status 500"):
                federation(down).resolve(query.replace("SILENT", ""), local, monotonic() + 9)


def test_silence_does_not_outlast_the_deadline(loaded: Endpoint) -> None:
    query = f"SELECT * {{ SERVICE SILENT <{loaded.address}> {{ ?s ?p ?o }} }}"
    with pytest.raises(ServiceFailed):
        federation(loaded.address).resolve(query, Local(), monotonic() - 1)


def test_what_an_endpoint_answers_cannot_leave_its_place(loaded: Endpoint) -> None:
    """A hostile answer would be text of the query if it were pasted."""
    inject = "http://x/> } UNION { ?s ?p ?o } SERVICE <http://127.0.0.1:9/> { ?a ?b ?c } #"
    harmless = '"} SERVICE <http://127.0.0.1:9/> { ?a ?b ?c } #'

    def answering(term: str) -> str:
        return f'{{"head":{{"vars":["m"]}},"results":{{"bindings":[{{"m":{term}}}]}}}}'

    def asked(term: str) -> str:
        content = answering(term).encode()
        with http_server(lambda request: respond(request, content, "application/sparql-results+json")) as hostile:
            query = f"SELECT * {{ SERVICE <{hostile}> {{ ?m <http://x/p> ?o }} }}"
            return federation(hostile).resolve(query, Local(), monotonic() + 9)

    for term in (
        f'{{"type":"uri","value":"{inject}"}}',
        f'{{"type":"literal","value":"a","datatype":"{inject}"}}',
        f'{{"type":"literal","value":"a","xml:lang":"{inject}"}}',
        '{"type":"uri","value":"relative"}',
        '{"type":"uri","value":5}',
        '{"type":"triple","value":{}}',
        '{"type":"literal"}',
        "[" * 100_000,
    ):
        with pytest.raises(ServiceFailed, match="cannot be read"):
            asked(term)
    rows = Local()(asked(f'{{"type":"literal","value":{harmless!r}}}'.replace("'", '"').replace('""', '"\\"', 1)))
    assert rows is not None and rows.rows == ((Literal(harmless), None),)


def test_results_are_read() -> None:
    data = (
        '{"head":{"vars":["a","b"]},"results":{"bindings":['
        '{"a":{"type":"literal","value":"Деңгээл","xml:lang":"ky"}},'
        '{"b":{"type":"typed-literal","value":"1","datatype":"http://www.w3.org/2001/XMLSchema#integer"}},'
        '{"a":{"type":"bnode","value":"x"}}]}}'
    )
    assert read_json(data.encode()).rows == (
        (Literal("Деңгээл", language="ky"), None),
        (None, Literal(1)),
        (BlankNode("x"), None),
    )
    for wrong in ('{"head":{},"boolean":true}', "<html>", "[]", '{"head":{"vars":["a"]},"results":{}}', ""):
        with pytest.raises(ValueError):
            read_json(wrong.encode())


def test_settings_make_a_federation(loaded: Endpoint) -> None:
    address = f"private+{loaded.address}"
    made = Federation.of(Settings(store=None, service_allow=f" {address} , https://query.example/sparql,"))
    text = f"{PREFIXES}SELECT * {{ ?l :means ?m SERVICE <{loaded.address}> {{ ?m :name ?n }} }}"
    assert "VALUES" in made.resolve(text, Local(), monotonic() + 9)
    with pytest.raises(BadParameter, match="NQF_SERVICE_ALLOW"):
        Federation.of(Settings(store=None, service_allow="query.example"))


def test_prefixed_and_relative_addresses(loaded: Endpoint) -> None:
    host = loaded.address.removesuffix("query")
    for head, name in (
        (f"PREFIX far: <{host}>", "far:query"),
        (f"PREFIX far: <{host}>", "far:que\\ry".replace("\\r", "%72")),
        (f"BASE <{host}other/>", "<../query>"),
    ):
        text = f"{head}\nSELECT * {{ SERVICE {name} {{ ?s ?p ?o }} }}"
        resolve = federation(loaded.address).resolve
        if "%" in name:
            with pytest.raises(QueryRefused):
                resolve(text, Local(), monotonic() + 9)
        else:
            assert not calls_a_service(resolve(text, Local(), monotonic() + 9))


def test_a_long_text_is_taken_apart_in_time() -> None:
    """A wait of minutes would show a search that begins anew at each part."""
    for shape in ("?s ?p ?o . ", "OPTIONAL { ?s ?p ?o } ", "FILTER(?s = 1) ", "{ } UNION { } ", "FILTER(NOW() = ?x) "):
        text = "SELECT * { " + shape * (50_000 // len(shape)) + " SERVICE <http://x.example/> { ?s ?p ?o } }"
        found = Places(read_query(text))
        assert found.local_part(found.all[0], []) is None or "?s" in shape


@pytest.mark.parametrize("name", ["service1", "service2", "service4a", "service7"])
def test_the_w3c_suite(name: str) -> None:
    """The others have SERVICE inside SERVICE (3, 6) or a variable for the address (5), which are refused here."""
    require(suite().exists(), f"the W3C SPARQL test suites ({suite()}; set NQF_SHARED)")
    [entry] = [entry for entry in entries()["service"] if entry.name == f"service/{name}"]
    here = ox.Store()
    here.extend(ox.Quad(*triple) for path in entry.default(entry.action) for triple in read_graph(path))
    with ExitStack() as servers:
        ports: dict[str, int] = {}
        for node in entry.graph.objects(entry.action, QT.serviceData):
            host = str(entry.graph.value(node, QT.endpoint)).split("/")[2]
            there = ox.Store()
            there.extend(ox.Quad(*triple) for path in entry.default(node) for triple in read_graph(path))
            address = servers.enter_context(http_server(partial(answer_from, there)))
            ports[host] = int(address.rpartition(":")[2])

        def lookup(host: str, port: int) -> list[tuple[int, int, int, str, tuple[str, int]]]:
            if host not in ports:
                raise socket.gaierror(host)
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", ports[host]))]

        hosts = [*ports, "invalid.endpoint.org"]
        allowed = AllowList.read(",".join(f"private+http://{host}/sparql" for host in hosts))
        local = OxigraphStore.around(here)
        query = text_of(entry.graph.value(entry.action, QT.query))
        text = Federation(allowed, client=Client(lookup)).resolve(
            query, lambda text: local.query(text).rows(), monotonic() + 20
        )
    rows = local.select(text)
    found = tuple({column: cell for column, cell in row.items() if cell is not None} for row in rows)
    wanted = read_result(files()[path_of(entry.result)], "srx", BASE)
    assert same(Table(frozenset(rows.columns), found), wanted)


def answer_from(store: ox.Store, request: BaseHTTPRequestHandler) -> None:
    """Answer a request of the SPARQL Protocol from a store."""
    body = request.rfile.read(int(request.headers["Content-Length"])).decode()
    solutions = store.query(parse_qs(body)["query"][0])
    assert isinstance(solutions, ox.QuerySolutions)
    respond(request, solutions.serialize(format=ox.QueryResultsFormat.JSON) or b"", RESULTS_JSON.media_type)


# Random groups against random data: the engine's own SERVICE is what counts.

THING = st.sampled_from([":x0", ":x1", ":x2"])
NAME = st.sampled_from(["?a", "?b", "?c", "?d"])
TERM = st.one_of(NAME, NAME, NAME, THING)
LOCAL_TRIPLE = st.builds("{} {} {} .".format, TERM, st.sampled_from([":p", ":q"]), TERM)
REMOTE_TRIPLE = st.builds("{} {} {} .".format, TERM, st.sampled_from([":p", ":q", ":p|^:q", ":p+"]), TERM)
FILTER = st.builds("FILTER({} {})".format, NAME, st.sampled_from(["!= ?a", "= :x1", "!= :x2"]))
VALUES = st.sampled_from(["VALUES ?b { :x1 :x2 }", "VALUES (?c ?d) { (:x0 :x1) (:x2 UNDEF) (UNDEF :x0) }"])


def joined(elements: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.lists(elements, min_size=1, max_size=3).map(" ".join)


def nested(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        joined(inner).map("OPTIONAL {{ {} }}".format),
        st.builds("{{ {} }} UNION {{ {} }}".format, joined(inner), joined(inner)),
        joined(inner).map("{{ {} }}".format),
    )


BODY = joined(st.recursive(st.one_of(REMOTE_TRIPLE, REMOTE_TRIPLE, FILTER, VALUES), nested, max_leaves=4))
SERVICE = BODY.map("SERVICE EP {{ {} }}".format)


def around(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    exists = st.builds("FILTER {} {{ {} }}".format, st.sampled_from(["EXISTS", "NOT EXISTS"]), joined(inner))
    select = st.builds("{{ SELECT {} {{ {} }} }}".format, st.sampled_from(["*", "?a ?b", "DISTINCT ?c"]), joined(inner))
    return st.one_of(nested(inner), joined(inner).map("MINUS {{ {} }}".format), exists, select)


LEAF = st.one_of(LOCAL_TRIPLE, LOCAL_TRIPLE, SERVICE, SERVICE, FILTER, VALUES)
GROUP = joined(st.recursive(LEAF, around, max_leaves=8)).filter(lambda group: "EP" in group)
DATA = st.lists(st.builds("{} {} {} .".format, THING, st.sampled_from([":p", ":q"]), THING), max_size=8).map(" ".join)


@settings(
    max_examples=100,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.function_scoped_fixture],
)
@given(here=DATA, there=DATA, group=GROUP)
def test_random_groups(remote: Endpoint, here: str, there: str, group: str) -> None:
    prefix = "@prefix : <http://e.example/> .\n"
    remote.load(prefix + there)
    local = Local(prefix + here)
    text = f"SELECT * {{ {group} }}"
    query = PREFIXES + text.replace("EP", f"<{remote.address}>")
    try:
        theirs = local.by_the_engine(query)
    except SyntaxError:
        with pytest.raises(NqfError):
            solve(text, remote, local)
        return
    ours = solutions(text, remote, local, batch=2)
    assert ours.columns == theirs.columns
    assert counted(ours) == counted(theirs)
