"""What every store must do, and the engine's traps that the store is built around."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pytest
from pyoxigraph import Literal, NamedNode, Triple

from nqf_graph.errors import QueryRefused, QuerySyntax, StoreInUse
from nqf_graph.formats import N_QUADS, RESULTS_JSON, TURTLE
from nqf_graph.guard import keywords, names_its_dataset, refuse_remote_calls
from nqf_graph.store import Change, DatasetClause, OxigraphStore, Store

A, B = "https://example.org/graph/a", "https://example.org/graph/b"
P = NamedNode("https://example.org/p")


def triple(name: str, value: str = "x") -> Triple:
    return Triple(NamedNode(f"https://example.org/{name}"), P, Literal(value))


@pytest.fixture(params=["memory", "disk"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    made = OxigraphStore(tmp_path / "store" if request.param == "disk" else None)
    made.apply(Change({A: [triple("a")], B: [triple("b")]}, checksums={A: "1", B: "2"}))
    return made


def count(store: Store, where: str = "?s <https://example.org/p> ?o") -> int:
    return len(store.select(f"SELECT * WHERE {{ {where} }}").rows)


def test_the_default_graph_is_the_union(store: Store) -> None:
    assert count(store) == 2
    assert count(store, f"GRAPH <{A}> {{ ?s ?p ?o }}") == 1


def test_columns_keep_the_order_of_the_query(store: Store) -> None:
    rows = store.select("SELECT ?o ?s ?none WHERE { ?s <https://example.org/p> ?o } ORDER BY ?s")
    assert rows.columns == ("o", "s", "none")
    assert rows.rows[0] == (Literal("x"), NamedNode("https://example.org/a"), None)
    assert next(iter(rows))["s"] == NamedNode("https://example.org/a")


def test_from_and_the_request_choose_graphs(store: Store) -> None:
    everything = "SELECT ?s {} WHERE {{ ?s <https://example.org/p> ?o }}"

    def found(text: str, dataset: DatasetClause | None = None) -> int:
        result = store.query(text, dataset) if dataset else store.query(text)
        rows = result.rows()
        assert rows is not None
        return len(rows.rows)

    assert found(everything.format("")) == 2
    assert found(everything.format(f"FROM <{A}>")) == 1
    assert found(everything.format("FROM <https://example.org/none>")) == 0
    assert found(everything.format(f"FROM <{A}>"), DatasetClause((B, A))) == 2, "the request wins over the text"
    assert found(everything.format(""), DatasetClause(("https://example.org/none",))) == 0
    assert found("SELECT ?s WHERE { GRAPH ?g { ?s ?p ?o } }", DatasetClause((), (A,))) == 1


def test_a_change_replaces_and_drops(store: Store) -> None:
    before = store.state_id
    store.apply(Change({A: [triple("a2"), triple("a3")]}, drop=(B,), checksums={A: "3"}))
    assert count(store) == 2
    assert store.graphs() == {A: "3"}
    assert store.state_id != before


def test_equal_content_has_an_equal_state_id(store: Store) -> None:
    other = OxigraphStore()
    other.apply(Change({B: [triple("b")]}, checksums={B: "2"}))
    assert other.state_id != store.state_id
    other.apply(Change({A: [triple("a")]}, checksums={A: "1"}))
    assert other.state_id == store.state_id


def test_a_failing_change_leaves_everything_as_it_was(store: Store) -> None:
    before, broken = (
        store.state_id,
        Change({A: [triple("new")], "not an iri": []}, checksums={A: "9", "not an iri": "9"}),
    )
    with pytest.raises(SyntaxError):
        store.apply(broken)
    assert store.state_id == before
    assert count(store, "<https://example.org/new> ?p ?o") == 0
    assert count(store) == 2


def test_construct_gives_each_triple_once(store: Store) -> None:
    text = "CONSTRUCT { <https://example.org/x> <https://example.org/p> 1 } WHERE { ?s <https://example.org/p> ?o }"
    assert len(store.construct(text)) == 1


def test_ask(store: Store) -> None:
    assert store.ask("ASK { ?s ?p 'x' }")
    assert not store.ask("ASK { ?s ?p 'y' }")


def test_syntax_errors_say_where(store: Store) -> None:
    with pytest.raises(QuerySyntax) as error:
        store.query("SELECT *\nWHERE { ?s ?p }")
    assert (error.value.line, error.value.column) == (2, 16)


@pytest.mark.parametrize("text", ["INSERT DATA { <a:a> <a:b> 1 }", "DROP ALL", "LOAD <http://127.0.0.1:1/x>"])
def test_updates_are_not_queries(store: Store, text: str) -> None:
    with pytest.raises(QuerySyntax):
        store.query(text)
    assert count(store) == 2


def test_results_know_their_formats(store: Store) -> None:
    assert store.query("SELECT ?s { ?s ?p ?o }").formats[0] is RESULTS_JSON
    assert store.query("CONSTRUCT WHERE { ?s ?p ?o }").formats[0] is TURTLE
    assert b'"boolean":true' in store.query("ASK { ?s ?p ?o }").write(RESULTS_JSON)
    assert store.query("ASK { ?s ?p ?o }").rows() is None


def test_a_dump_has_the_graphs_and_not_the_bookkeeping(store: Store) -> None:
    text = store.dump(N_QUADS).decode()
    assert A in text
    assert "urn:nqf" not in text
    assert len(store.dump(TURTLE).splitlines()) >= 2


def test_the_state_survives_a_restart(tmp_path: Path) -> None:
    first = OxigraphStore(tmp_path / "store")
    first.apply(Change({A: [triple("a")]}, checksums={A: "1"}))
    state = first.state_id
    with pytest.raises(StoreInUse):
        OxigraphStore(tmp_path / "store")
    first.snapshot(tmp_path / "snapshot")
    assert OxigraphStore(tmp_path / "snapshot", read_only=True).state_id == state
    del first
    assert OxigraphStore(tmp_path / "store").state_id == state


def test_the_engine_still_needs_disjoint_graphs() -> None:
    """Oxigraph 0.5 gives a triple once for each graph of the union; when it no longer does, loading may relax."""
    raw = ox.Store()
    for graph in (A, B):
        raw.add(ox.Quad(NamedNode("https://example.org/a"), P, Literal("x"), NamedNode(graph)))
    rows = list(raw.query("SELECT * { ?s ?p ?o }", use_default_graph_as_union=True))  # type: ignore[arg-type]
    assert len(rows) == 2


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { SERVICE <http://127.0.0.1/> { ?s ?p ?o } }",
        "SELECT * { service silent ?x { ?s ?p ?o } }",
        "SELECT * { ?s ?p '''a'''. SERVICE<http://x/>{?s ?p ?o} }",
        'SELECT * { ?s ?p "it\'s" SERVICE <http://x/> {} }',
        "SELECT * { ?s ?p 'a\\'b' . SeRvIcE <http://x/> {} }",
        "SELECT * { <http://x#y> ?p ?o SERVICE <http://x/> {} }",
        "# comment\nSELECT * { SERVICE <http://x/> {} }",
        "SELECT * { FILTER(?a <?b) SERVICE <http://x/> {} FILTER(?c>?d) }",
    ],
)
def test_remote_calls_are_refused(text: str) -> None:
    with pytest.raises(QueryRefused):
        refuse_remote_calls(text)


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { ?s ?p 'SERVICE <http://x/> {}' }",
        "SELECT ?service { ?service ?p ?o }",
        "SELECT * { ?s ex:service ?o . ?s service:x ?o }",
        "SELECT * { ?s ?p ?o } # SERVICE <http://x/>",
        "SELECT * { ?s <http://example.org/SERVICE> ?o }",
        'SELECT * { ?s ?p """SERVICE " quoted""" }',
        'SELECT * { ?s ?p "x"@service }',
    ],
)
def test_the_word_alone_is_no_call(text: str) -> None:
    refuse_remote_calls(text)


def test_keywords_are_told_from_names() -> None:
    assert "FROM" in keywords("SELECT * FROM <http://x/> { }")
    assert names_its_dataset("SELECT * from named <http://x/> { }")
    assert not names_its_dataset("SELECT ?from { ?from ex:from 'FROM' }")


def test_a_blank_node_that_two_graphs_share_stays_one() -> None:
    """No update can name it, so both graphs are written anew when one of them loses a statement about it."""
    store = OxigraphStore()
    here, there = NamedNode(A), NamedNode(B)
    with store.writing() as recorder:
        recorder.add(
            ox.Quad(ox.BlankNode("x"), P, Literal(value), graph)
            for value, graph in (("1", here), ("2", here), ("3", there))
        )
        store.commit(recorder)
    with store.writing() as recorder:
        recorder.remove([quad for quad in recorder.scratch if quad.object == Literal("1")])
        store.commit(recorder)
    subjects = [t.subject for graph in (A, B) for t in store.triples(graph)]
    assert len(subjects) == 2 and subjects[0] == subjects[1]
