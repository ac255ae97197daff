"""What can go wrong between us and an engine elsewhere is noticed, told without addresses or keys, and put right."""

from __future__ import annotations

import base64
import threading
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Triple
from starlette.testclient import TestClient

from nqf_graph.app import create_app
from nqf_graph.errors import (
    CannotLoad,
    EndpointFailed,
    EndpointLimit,
    EndpointTimeout,
    NqfError,
    QueryFailed,
    QueryLimit,
    StoreInUse,
)
from nqf_graph.publication import Publication, open_publication, open_published
from nqf_graph.settings import Settings
from nqf_graph.store import Change, RemoteStore
from nqf_graph.store.answers import RemoteResult
from nqf_graph.store.dialects import STANDARD, VIRTUOSO, recognise
from nqf_graph.store.endpoint import Addresses, Endpoint
from nqf_graph.store.engine import Engine as Spoken
from nqf_graph.store.ledger import Claim, Entries
from nqf_graph.store.statements import SAMPLES
from nqf_graph.terms import XSD
from tests.conftest import WORLD, WORLD_BASE, free_port
from tests.engines import Engine, Heard, oxigraph, passing_on, speaking

A, B = "https://example.org/graph/fa", "https://example.org/graph/fb"
P = NamedNode("https://example.org/p")
JSON = {"Content-Type": "application/sparql-results+json"}
ROW = b'{"head":{"vars":["x"]},"results":{"bindings":[{"x":{"type":"literal","value":"1"}}]}}'
at_oxigraph, at_virtuoso = pytest.mark.xdist_group("oxigraph"), pytest.mark.xdist_group("virtuoso")


def thing(name: str) -> NamedNode:
    return NamedNode(f"https://example.org/{name}")


def quad(name: str, value: str, graph: str = A) -> Quad:
    return Quad(thing(name), P, Literal(value, language="ky"), NamedNode(graph))


def endpoint(address: str, **more: object) -> Endpoint:
    return Endpoint(replace(Addresses(f"{address}/query", f"{address}/update", user="me", password="Сыр-1"), **more))  # type: ignore[arg-type]


def rows(asked: Endpoint) -> object:
    return RemoteResult(asked.ask("SELECT ?x {}", "SELECT"), "SELECT").rows()


def refusal(error: NqfError, *secrets: str) -> str:
    """What a client is told; it names neither address nor key."""
    told = str(error)
    assert not any(secret in told for secret in ("127.0.0.1", "localhost", "Сыр-1", "dba", *secrets)), told
    return told


@pytest.mark.parametrize(
    ("spoken", "kind", "reason"),
    [
        ((200, {"Content-Type": "text/html"}, b"<html>maintenance</html>"), EndpointFailed, "text/html"),
        ((200, JSON, ROW[:-20]), EndpointFailed, "breaks off"),
        ((200, JSON, b""), EndpointFailed, "breaks off"),
        ((200, JSON, ROW + b"\nerror: the query took too long"), EndpointFailed, "breaks off"),
        ((200, JSON | {"Content-Length": str(len(ROW) + 9)}, ROW), EndpointFailed, "broke off"),
        ((200, JSON, b'{"head":{},"boolean":true}'), EndpointFailed, "another kind"),
        ((200, JSON | {"X-SQL-State": "S1TAT"}, ROW), EndpointTimeout, "only a part"),
        ((200, JSON | {"X-SPARQL-MaxRows": "1"}, ROW), EndpointFailed, "cuts results"),
        ((302, {"Location": "http://127.0.0.1:1/elsewhere"}, b""), EndpointFailed, "another address"),
        ((400, {"Content-Type": "text/plain"}, b"syntax error"), QueryFailed, "did not take"),
        ((401, {"WWW-Authenticate": 'Basic realm="x"'}, b""), EndpointFailed, "credentials"),
        ((401, {}, b""), EndpointFailed, "credentials"),
        ((403, {}, b""), EndpointFailed, "credentials"),
        ((404, {}, b"no such page"), EndpointFailed, "404"),
        ((500, {}, b"at line 7 of /srv/engine.c"), EndpointFailed, "500"),
        ((503, {}, b""), EndpointFailed, "not ready"),
        ((504, {}, b""), EndpointTimeout, "within"),
        (None, EndpointFailed, "connection failed"),
    ],
    ids=lambda value: str(value)[:40] if isinstance(value, str) else "",
)
def test_a_bad_answer_is_no_answer(
    spoken: tuple[int, dict[str, str], bytes] | None, kind: type[NqfError], reason: str
) -> None:
    with speaking(lambda _: spoken) as address, pytest.raises(kind, match=reason) as error:
        rows(endpoint(address))
    assert type(error.value) is kind
    assert "engine.c" not in refusal(error.value)


def test_nobody_listens() -> None:
    with pytest.raises(EndpointFailed, match="reached") as error:
        rows(endpoint(f"http://127.0.0.1:{free_port()}"))
    refusal(error.value)


@pytest.mark.parametrize("failure", [(503, {}, b""), None])
def test_reading_is_tried_again_and_writing_is_not(failure: tuple[int, dict[str, str], bytes] | None) -> None:
    heard: list[Heard] = []

    def answer(request: Heard) -> tuple[int, dict[str, str], bytes] | None:
        heard.append(request)
        return failure if len(heard) < 3 else (200, JSON, ROW)

    with speaking(answer) as address:
        assert rows(endpoint(address))
        assert [request.path for request in heard] == ["/query"] * 3
        heard.clear()
        with pytest.raises(EndpointFailed):
            endpoint(address).update("DROP SILENT GRAPH <urn:x>")
        assert [request.path.rstrip("?") for request in heard] == ["/update"]


def test_what_takes_too_long_is_asked_once() -> None:
    asked, over = [], threading.Event()

    def answer(request: Heard) -> tuple[int, dict[str, str], bytes]:
        asked.append(request)
        over.wait(5)
        return 200, JSON, ROW

    with speaking(answer) as address:
        with pytest.raises(EndpointTimeout, match=r"within 0\.2 s"):
            rows(endpoint(address, seconds=0.2))
        over.set()
    assert len(asked) == 1


def test_an_answer_without_end_is_not_read_to_its_end() -> None:
    with speaking(lambda _: (200, JSON, ROW)) as address, pytest.raises(QueryLimit, match="50 bytes"):
        rows(endpoint(address, most=50))


def test_requests_say_what_the_protocol_says() -> None:
    heard: list[Heard] = []

    def answer(request: Heard) -> tuple[int, dict[str, str], bytes]:
        heard.append(request)
        return 200, JSON, ROW

    with speaking(answer) as address:
        asked = endpoint(address, data=f"{address}/data")
        asked.ask("# INSERT\nSELECT ?x { BIND('ү+&' AS ?x) }", "SELECT")
        asked.update("INSERT DATA { GRAPH <urn:x> { <urn:x> <urn:x> 'ү' } }")
        asked.put("urn:x", b"<urn:x> <urn:x> <urn:x> .\n")
    query, update, put = heard
    assert parse_qs(query.body.decode()) == {"query": ["# INSERT\nSELECT ?x { BIND('ү+&' AS ?x) }"]}
    assert (query.method, query.headers["Content-Type"]) == ("POST", "application/x-www-form-urlencoded")
    assert "sparql-results+json" in query.headers["Accept"]
    assert (update.method, update.headers["Content-Type"]) == ("POST", "application/sparql-update")
    assert "'ү'" in update.body.decode()
    assert (put.method, put.path, put.headers["Content-Type"]) == (
        "PUT",
        "/data?graph=urn%3Ax",
        "application/n-triples",
    )
    assert not any("Authorization" in request.headers for request in heard), "nobody asked for credentials"


def test_credentials_are_given_when_asked_for() -> None:
    heard: list[Heard] = []
    right = "Basic " + base64.b64encode("me:Сыр-1".encode()).decode()

    def answer(request: Heard) -> tuple[int, dict[str, str], bytes]:
        heard.append(request)
        if request.headers.get("Authorization") != right:
            return 401, {"WWW-Authenticate": 'Basic realm="store"'}, b""
        return 200, JSON, ROW

    with speaking(answer) as address:
        asked = endpoint(address, data=f"{address}/data")
        assert rows(asked) and rows(asked)
        assert len(heard) == 3, "asked for once, then known"
        asked.put("urn:x", b"")
        asked.put("urn:x", b"")
        assert len(heard) == 6
        with pytest.raises(EndpointFailed, match="credentials"):
            rows(endpoint(address, password="wrong"))


def test_the_password_comes_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("Сыр-1\n", encoding="utf-8")
    settings = Settings(endpoint="http://127.0.0.1/query", endpoint_user="me", endpoint_password_file=file)
    assert Addresses.of(settings).password == "Сыр-1"
    assert Addresses.of(settings).update == "http://127.0.0.1/query"
    with pytest.raises(CannotLoad, match="password"):
        Addresses.of(settings.model_copy(update={"endpoint_password_file": tmp_path / "none"}))


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"endpoint": "http://me:Сыр-1@127.0.0.1/query"}, "NQF_ENDPOINT_USER"),
        ({"endpoint": "ftp://127.0.0.1/"}, "http or https"),
        ({"endpoint_password": "Сыр-1", "endpoint_password_file": "x"}, "either"),
        ({"endpoint_dialect": "klingon"}, "virtuoso"),
    ],
    ids=["userinfo", "scheme", "two", "dialect"],
)  # fmt: skip
def test_settings_that_cannot_be_meant(given: dict[str, str], told: str) -> None:
    with pytest.raises(ValueError, match=told) as error:
        Settings(**given)  # type: ignore[arg-type]
    assert "Сыр-1" not in str(error.value)


# ── dialects


@at_oxigraph
def test_a_standard_engine_is_recognised(oxigraph_server: Engine) -> None:
    assert recognise(Endpoint(Addresses.of(oxigraph_server.settings()))) is STANDARD


@at_virtuoso
def test_virtuoso_is_recognised_and_still_needs_it(virtuoso_server: Engine) -> None:
    """When Virtuoso answers the samples right, it may answer for itself."""
    asked = Endpoint(Addresses.of(virtuoso_server.settings()))
    assert recognise(asked) is VIRTUOSO
    found = RemoteResult(asked.ask(SAMPLES, "SELECT"), "SELECT").rows()
    assert found is not None
    assert found.rows[0][0] == Literal(0) and found.rows[0][3] is None


def test_an_engine_that_divides_wrongly_is_not_asked_questions() -> None:
    def answer(request: Heard) -> tuple[int, dict[str, str], bytes]:
        is_ask = b"query=ASK" in request.body
        return 200, JSON, b'{"head":{},"boolean":true}' if is_ask else ROW

    with speaking(answer) as address:
        assert recognise(endpoint(address)) is VIRTUOSO


@at_virtuoso
def test_the_dialect_can_be_set(virtuoso_server: Engine) -> None:
    trusted = RemoteStore.open(
        virtuoso_server.settings(base="https://example.org/trusted", endpoint_dialect="standard")
    )
    with pytest.raises(EndpointFailed, match="another kind"):
        trusted.ask("ASK { ?s ?p ?o }")


@at_virtuoso
def test_results_that_virtuoso_cuts_are_refused(virtuoso_server: Engine) -> None:
    asked = Endpoint(Addresses.of(virtuoso_server.settings()))
    cross = "{ ?a ?b ?c . ?d ?e ?f . ?g ?h ?i FILTER(?c != ?f && ?f != ?i) }"
    with pytest.raises(EndpointFailed, match="cuts results"):
        asked.ask(f"SELECT ?a ?d {cross}", "SELECT")
    hurried = Endpoint(replace(Addresses.of(virtuoso_server.settings()), query=f"{virtuoso_server.query}?timeout=1000"))
    with pytest.raises(EndpointTimeout, match="only a part"):
        hurried.ask(f"SELECT (COUNT(*) AS ?n) {cross}", "SELECT")


@at_virtuoso
def test_a_wrong_password_is_refused(virtuoso_server: Engine) -> None:
    opener = urllib.request._opener  # type: ignore[attr-defined]
    store = RemoteStore.open(replace(virtuoso_server, password="wrong-1").settings(base="https://example.org/wrong"))
    assert store.names() == [], "reading needs none"
    with pytest.raises(EndpointFailed, match="credentials") as error:
        store.apply(Change({A: [Triple(thing("a"), P, Literal("x"))]}, checksums={A: "1"}))
    refusal(error.value, "wrong-1")
    assert urllib.request._opener is opener  # type: ignore[attr-defined]  # nothing is left behind for other requests


@at_virtuoso
@pytest.mark.parametrize(
    "value",
    [
        Literal("P1Y", datatype=XSD["duration"]),
        Literal("10:11:12", datatype=XSD["time"]),
        Literal("3.14159265358979", datatype=XSD["double"]),
        Literal("123456789012345678901234567890", datatype=XSD["integer"]),
        Literal("0.1234567890123456789", datatype=XSD["decimal"]),
        Literal("bad", datatype=XSD["integer"]),
        NamedNode(f"https://example.org/{'x' * 2000}"),
    ],
    ids=["duration", "time", "double", "integer", "decimal", "ill-typed", "iri"],
)  # fmt: skip
def test_what_would_be_kept_differently_is_not_written(virtuoso_server: Engine, value: NamedNode | Literal) -> None:
    store = RemoteStore.open(virtuoso_server.settings(base="https://example.org/kept"))
    with pytest.raises(EndpointLimit, match="would not keep"):
        store.apply(Change({A: [Triple(thing("a"), P, value)]}, checksums={A: "1"}))
    with pytest.raises(EndpointLimit, match="would not keep"), store.writing() as recorder:
        recorder.add([Quad(thing("a"), P, value, NamedNode(A))])
        store.commit(recorder)
    assert store.names() == []


@at_virtuoso
def test_what_is_kept_differently_all_the_same_is_noticed(virtuoso_server: Engine) -> None:
    """Virtuoso takes 2 and 2.0 for one value, so one of two statements is lost."""
    two = [Triple(thing("n"), P, Literal(2)), Triple(thing("n"), P, Literal("2", datatype=XSD["decimal"]))]
    store = RemoteStore.open(virtuoso_server.settings(base="https://example.org/two"))
    store.apply(Change({B: [Triple(thing("b"), P, Literal("x"))]}, checksums={B: "1"}))
    before = store.state_id
    with pytest.raises(EndpointFailed, match="does not hold what was sent"):
        store.apply(Change({A: two}, checksums={A: "1"}))
    assert (store.names(), store.state_id) == ([B], before)
    with pytest.raises(EndpointFailed, match="does not hold what was sent"), store.writing() as recorder:
        recorder.add(Quad(t.subject, t.predicate, t.object, NamedNode(B)) for t in two)
        store.commit(recorder)
    again = RemoteStore.open(virtuoso_server.settings(base="https://example.org/two"))
    assert (again.names(), again.state_id) == ([B], before)
    assert again.triples(B) == [Triple(thing("b"), P, Literal("x"))], "what was half done is taken back"
    store.apply(Change(drop=(B,)))


# ── writers beside each other, and writers that break off


def remote(engine: Engine, base: str, patience: float = 60) -> RemoteStore:
    settings = engine.settings(base=base)
    spoken = Spoken(
        Endpoint(Addresses.of(settings)), recognise(Endpoint(Addresses.of(settings))), f"urn:nqf:state:{base}"
    )
    return RemoteStore(spoken, settings.endpoint_copy, patience)


def content(store: RemoteStore) -> set[str]:
    return {str(triple) for graph in store.names() for triple in store.triples(graph)}


@at_oxigraph
def test_two_writers_do_not_overwrite_each_other(oxigraph_server: Engine) -> None:
    base = "https://example.org/both"
    one, two = remote(oxigraph_server, base), remote(oxigraph_server, base)
    one.apply(Change({A: [Triple(thing("a"), P, Literal("x"))]}, checksums={A: "1"}))
    assert two.state_id != one.state_id or two.look_again() is None
    two.look_again()
    assert two.state_id == one.state_id
    with pytest.raises(StoreInUse, match="another process"), one.writing() as recorder:
        recorder.add([quad("late", "x")])
        with two.writing() as faster:
            faster.add([quad("early", "x")])
            two.commit(faster)
        one.commit(recorder)
    assert one.state_id == two.state_id
    assert one.ask("ASK { <https://example.org/early> ?p ?o }")
    assert not one.ask("ASK { <https://example.org/late> ?p ?o }")
    one.apply(Change(drop=(A,)))


@at_oxigraph
def test_a_claim_keeps_others_out_until_its_writer_is_dead(oxigraph_server: Engine) -> None:
    base = "https://example.org/claimed"
    store = remote(oxigraph_server, base, patience=1)
    store.apply(Change({A: [Triple(thing("a"), P, Literal("x"))]}, checksums={A: "1"}))
    entries, changes = Entries(f"urn:nqf:state:{base}"), Endpoint(Addresses.of(oxigraph_server.settings()))
    claim = replace(Claim.new(is_loose=True), name="urn:nqf:claim:another-host:1:a:b")
    changes.update(entries.claimed(claim))
    store.look_again()
    with pytest.raises(StoreInUse):
        store.recover()
    with pytest.raises(StoreInUse, match="under way"):
        store.select("SELECT ?s { ?s ?p ?o }")  # waits for the writer first
    store.recover()
    assert store.ask("ASK { ?s ?p ?o }")
    ended = 2**22 + 7  # no process of this machine
    dead = Claim.new()
    changes.update(entries.claimed(replace(dead, name=":".join([*dead.name.split(":")[:4], str(ended), "a", "b"]))))
    remote(oxigraph_server, base, patience=3600).apply(Change(drop=(A,)))
    assert store.look_again() is None and store.names() == []


@at_oxigraph
def test_a_graph_of_somebody_else_is_not_written_to(oxigraph_server: Engine) -> None:
    """Nor read: several publications and others may share an engine."""
    foreign = "https://example.org/graph/foreign"
    changes = Endpoint(Addresses.of(oxigraph_server.settings()))
    changes.update(f"INSERT DATA {{ GRAPH <{foreign}> {{ <urn:x> <{P.value}> 'theirs' }} }}")
    store = remote(oxigraph_server, "https://example.org/mine")
    assert not store.ask(f"ASK {{ ?s <{P.value}> 'theirs' }}")
    assert not store.ask(f"ASK {{ GRAPH <{foreign}> {{ ?s ?p ?o }} }}")
    assert not store.ask(f"ASK FROM <{foreign}> {{ ?s ?p ?o }}")
    assert store.triples(foreign) == []
    with pytest.raises(EndpointLimit, match="not of this publication"), store.writing() as recorder:
        recorder.add([quad("a", "x", foreign)])
        store.commit(recorder)


BEFORE = [Triple(thing("a"), P, Literal("Эски", language="ky")), Triple(thing("a"), P, BlankNode("n"))]
BEFORE += [Triple(BlankNode("n"), P, Literal("nameless"))]


def cut_after(engine: Engine, updates: int, then: Callable[[int], bool] = lambda _: False) -> Callable[[Heard], bool]:
    """Lets so many updates pass, and after that only those for which `then` (of their number) is true."""
    seen = 0

    def may_pass(heard: Heard) -> bool:
        nonlocal seen
        if not heard.path.startswith(engine.update[engine.update.rindex("/") :]):
            return True
        if engine.user is not None and "Authorization" not in heard.headers:
            return True  # the engine asks who it is
        seen += 1
        return seen <= updates or then(seen)

    return may_pass


@at_virtuoso
@pytest.mark.parametrize("updates", range(1, 8))
def test_a_commit_that_breaks_off_is_completed_or_taken_back(virtuoso_server: Engine, updates: int) -> None:
    """The connection is lost for good after so many updates; the next start makes a whole state of what is there."""
    base = f"https://example.org/commit/{updates}"
    direct = remote(virtuoso_server, base, patience=0)
    direct.apply(Change({A: BEFORE, B: [Triple(thing("b"), P, Literal("x"))]}, checksums={A: "1", B: "1"}))
    before, held = direct.state_id, len(content(direct))
    with speaking(passing_on(virtuoso_server, cut_after(virtuoso_server, updates))) as address:
        cut = remote(virtuoso_server.at(address), base)
        with pytest.raises(NqfError), cut.writing() as recorder:
            recorder.add([quad("new", "Жаңы"), quad("new", "Жаңы-2", B)])
            recorder.remove(list(recorder.scratch.quads_for_pattern(None, None, Literal("nameless"))))
            after = cut.state_after(recorder.delta())
            cut.commit(recorder)
    direct.recover()
    direct.look_again()
    assert direct.state_id in (before, after)
    is_done = direct.state_id == after
    assert len(content(direct)) == held + is_done
    assert direct.ask("ASK { ?s ?p 'nameless' }") is not is_done
    assert direct.ask("ASK { ?s ?p 'Жаңы'@ky }") is is_done is direct.ask("ASK { ?s ?p 'Жаңы-2'@ky }")
    direct.apply(Change(drop=(A, B)))


@at_virtuoso
@pytest.mark.parametrize("failing", range(1, 6))
def test_a_commit_that_fails_once_leaves_a_whole_state(virtuoso_server: Engine, failing: int) -> None:
    """The same process puts it right, at once or before its next write."""
    base = f"https://example.org/once/{failing}"
    direct = remote(virtuoso_server, base)
    direct.apply(Change({A: BEFORE}, checksums={A: "1"}))
    before = direct.state_id
    passing = passing_on(virtuoso_server, cut_after(virtuoso_server, failing - 1, lambda number: number != failing))
    with speaking(passing) as address:
        shaky = remote(virtuoso_server.at(address), base)
        with pytest.raises(EndpointFailed), shaky.writing() as recorder:
            recorder.add([quad("new", "Жаңы")])
            after = shaky.state_after(recorder.delta())
            shaky.commit(recorder)
        shaky.recover()
    direct.look_again()
    is_done = direct.state_id == after
    assert is_done or direct.state_id == before
    assert direct.ask("ASK { ?s ?p 'Жаңы'@ky }") is is_done
    assert len(content(direct)) == len(BEFORE) + is_done
    direct.apply(Change(drop=(A,)))


@at_virtuoso
@pytest.mark.parametrize("updates", [3, 4, 5, 6, 7])
def test_a_load_that_breaks_off_is_loaded_again(virtuoso_server: Engine, updates: int) -> None:
    base = f"https://example.org/load/{updates}"
    direct = remote(virtuoso_server, base, patience=0)
    direct.apply(Change({A: BEFORE, B: [Triple(thing("b"), P, Literal("x"))]}, checksums={A: "1", B: "1"}))
    change = Change({A: [Triple(thing("a"), P, Literal("Жаңы", language="ky"))]}, checksums={A: "2"})
    with speaking(passing_on(virtuoso_server, cut_after(virtuoso_server, updates))) as address:
        cut = remote(virtuoso_server.at(address), base)
        with pytest.raises(NqfError):
            cut.apply(change)
    direct.recover()
    direct.look_again()
    if A in direct.graphs():
        held = {"1": len(BEFORE), "2": 1}[direct.graphs()[A]]
        assert len(direct.triples(A)) == held, "nothing was touched yet, or everything was done"
    else:
        assert content(direct) == {str(Triple(thing("b"), P, Literal("x")))}, "half a graph is none of ours"
    direct.apply(change)
    assert direct.triples(A) == list(change.replace[A])
    direct.apply(Change(drop=(A, B)))


@at_oxigraph
def test_a_change_whose_answer_is_lost_was_done_all_the_same(oxigraph_server: Engine) -> None:
    """The engine undoes a failure, so one request has everything: either it was done, or nothing was."""
    base = "https://example.org/lost"
    passes = passing_on(oxigraph_server, lambda _: True)

    def answer(heard: Heard) -> tuple[int, dict[str, str], bytes] | None:
        spoken = passes(heard)
        return None if b"Done" in heard.body and "update" in heard.path else spoken

    with speaking(answer) as address:
        store = remote(oxigraph_server.at(address), base)
        store.apply(Change({A: [Triple(thing("a"), P, Literal("x"))]}, checksums={A: "1"}))
        with store.writing() as recorder:
            recorder.add([Quad(thing("a"), P, Literal("Done"), NamedNode(A))])
            after = store.state_after(recorder.delta())
            store.commit(recorder)
        assert store.state_id == after
        assert store.ask("ASK { ?s ?p 'Done' }")
        store.apply(Change(drop=(A,)))


@at_oxigraph
def test_a_copy_is_of_one_state(oxigraph_server: Engine) -> None:
    """Somebody writes to both graphs when one of them has been fetched."""
    base = "https://example.org/moving"
    other = remote(oxigraph_server, base)
    other.apply(
        Change(
            {A: [Triple(thing("a"), P, Literal("x"))], B: [Triple(thing("b"), P, Literal("x"))]},
            checksums={A: "1", B: "1"},
        )
    )
    passes, has_written = passing_on(oxigraph_server, lambda _: True), False

    def answer(heard: Heard) -> tuple[int, dict[str, str], bytes] | None:
        nonlocal has_written
        spoken = passes(heard)
        asked = parse_qs(heard.body.decode()).get("query", [""])[0]
        if not has_written and asked.startswith("SELECT ?subject") and f"<{A}>" in asked:
            has_written = True
            with other.writing() as recorder:
                recorder.add([quad("a", "new"), quad("b", "new", B)])
                other.commit(recorder)
        return spoken

    with speaking(answer) as address:
        settings = oxigraph_server.at(address).settings(base=base, endpoint_dialect="virtuoso")
        reader = RemoteStore.open(settings)
        assert not reader.answers_itself
        assert len(reader.select("SELECT ?s ?o { ?s ?p ?o }").rows) == 4, "and not 3"
        assert has_written and reader.state_id == other.state_id
    other.apply(Change(drop=(A, B)))


# ── the service


@at_oxigraph
def test_what_is_too_much_to_copy_is_refused(oxigraph_server: Engine) -> None:
    base = "https://example.org/large"
    store = RemoteStore.open(oxigraph_server.settings(base=base, endpoint_copy=1))
    store.apply(Change({A: BEFORE}, checksums={A: "1"}))
    assert len(store.triples(A)) == 3, "reading needs no copy"
    with pytest.raises(EndpointLimit, match=r"copy of all 3 statements.*NQF_ENDPOINT_COPY"), store.writing():
        pass
    store.apply(Change(drop=(A,)))


@at_virtuoso
def test_an_engine_that_is_not_trusted_answers_only_as_a_copy(virtuoso_server: Engine) -> None:
    base = "https://example.org/large"
    store = RemoteStore.open(virtuoso_server.settings(base=base, endpoint_copy=1))
    store.apply(Change({A: BEFORE}, checksums={A: "1"}))
    with pytest.raises(EndpointLimit, match="NQF_ENDPOINT_COPY"):
        store.select("SELECT ?s { ?s ?p ?o }")
    store.apply(Change(drop=(A,)))


@pytest.fixture
def lone_server(tmp_path: Path) -> Iterator[Engine]:
    """A server of its own, for the invented country under its own base."""
    with oxigraph(tmp_path) as engine:
        yield engine


def test_a_service_whose_engine_is_gone_says_so(lone_server: Engine) -> None:
    is_there = True
    with speaking(passing_on(lone_server, lambda _: is_there)) as address:
        settings = lone_server.at(address).settings(base=WORLD_BASE, catalog=WORLD / "catalog.ttl")
        publication = open_publication(settings)
        assert isinstance(publication.store, RemoteStore)
        with TestClient(create_app(publication)) as client:
            assert client.get("/ready").status_code == 200
            is_there = False
            publication.store.look_again()
            assert client.get("/health").json() == {"status": "ok"}
            for path in ("/ready", "/sparql?query=ASK%7B%7D"):
                gone = client.get(path, headers={"Accept": "application/json"})
                assert gone.status_code == 502, path
                assert gone.json()["type"].endswith("#endpoint-failed")
                assert address.rpartition(":")[2] not in gone.text
            is_there = True
            assert client.get("/ready").status_code == 200, "and it is there again"


def test_a_large_publication_is_served_without_a_copy(lone_server: Engine, world: Publication) -> None:
    settings = lone_server.settings(base=WORLD_BASE, catalog=WORLD / "catalog.ttl", endpoint_copy=10)
    publication = open_publication(settings)
    assert publication.store.state_id == world.store.state_id
    assert set(publication.store.names()) == set(world.store.names()) - set(world.description.graphs)
    assert open_published(settings).store.graphs() == world.store.graphs()


@at_oxigraph
def test_nothing_is_published_there(oxigraph_server: Engine) -> None:
    settings = oxigraph_server.settings(base="https://example.org/empty", catalog=WORLD / "catalog.ttl")
    with pytest.raises(CannotLoad, match="start the service once"):
        open_published(settings)
    assert not RemoteStore.open(settings).ask("ASK { ?s ?p ?o }")
