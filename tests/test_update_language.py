"""SPARQL Update as a recorded delta: the same effect as the engine's own, and a way back."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pyoxigraph as ox
import pytest

from nqf_graph.errors import QueryRefused, QuerySyntax
from nqf_graph.store import DatasetClause
from nqf_graph.store.delta import Recorder
from nqf_graph.store.update_language import record_update, split

START = """
<http://e/a> <http://e/p> "1" <http://e/g> .
<http://e/a> <http://e/q> _:b <http://e/g> .
_:b <http://e/r> "x"@ky <http://e/g> .
<http://e/b> <http://e/p> "2" <http://e/h> .
"""


def filled() -> ox.Store:
    store = ox.Store()
    store.load(START.encode(), format=ox.RdfFormat.N_QUADS)
    return store


def canonical(store: ox.Store) -> list[str]:
    dataset = ox.Dataset(store)
    dataset.canonicalize(ox.CanonicalizationAlgorithm.UNSTABLE)
    return sorted(map(str, dataset))


@pytest.mark.parametrize(
    "update",
    [
        "INSERT DATA { GRAPH <http://e/g> { <http://e/c> <http://e/p> 1, 'a } b', '''; {''' } }",
        "DELETE DATA { GRAPH <http://e/g> { <http://e/a> <http://e/p> '1' } }",
        "DELETE DATA { GRAPH <http://e/g> { <http://e/a> <http://e/p> 'not there' } }",
        "PREFIX e: <http://e/> INSERT DATA { GRAPH e:g { e:c e:p 1 } } ; DELETE DATA { GRAPH e:g { e:c e:p 1 } }",
        "DELETE WHERE { GRAPH <http://e/g> { ?s <http://e/p> ?o } }",
        "DELETE WHERE { GRAPH ?g { ?s <http://e/p> ?o } }",
        "DELETE { GRAPH ?g { ?s ?p ?o } } INSERT { GRAPH ?g { ?s ?p 'new' } } WHERE { GRAPH ?g { ?s ?p ?o FILTER(isLiteral(?o)) } }",
        "INSERT { GRAPH <http://e/n> { ?s <http://e/was> ?o } } WHERE { GRAPH ?g { ?s <http://e/q>/<http://e/r> ?o } }",
        "INSERT { GRAPH <http://e/n> { ?s <http://e/has> [ <http://e/v> ?o ] } } WHERE { GRAPH ?g { ?s <http://e/p> ?o } }",
        "WITH <http://e/g> DELETE { ?s <http://e/p> ?o } INSERT { ?s <http://e/p2> ?o } WHERE { ?s <http://e/p> ?o }",
        "INSERT { GRAPH <http://e/n> { ?s ?p ?o } } USING <http://e/h> WHERE { ?s ?p ?o }",
        "INSERT { GRAPH <http://e/n> { ?s ?p ?o } } USING NAMED <http://e/h> WHERE { GRAPH ?g { ?s ?p ?o } }",
        "INSERT { GRAPH <http://e/n> { <http://e/s> <http://e/p> 1 } } WHERE { }",
        "INSERT { GRAPH <http://e/n> { ?s <http://e/p> ?none } } WHERE { GRAPH ?g { ?s <http://e/p> ?o } }",
        "CLEAR GRAPH <http://e/g>",
        "DROP SILENT GRAPH <http://e/nowhere>",
        "CREATE SILENT GRAPH <http://e/g>",
        "COPY <http://e/h> TO <http://e/n>",
        "ADD <http://e/h> TO <http://e/g>",
        "MOVE SILENT GRAPH <http://e/h> TO GRAPH <http://e/g>",
        "DELETE { GRAPH <http://e/g> { ?s ?p ?o } } WHERE { GRAPH <http://e/g> { ?s ?p ?o } } ; "
        "INSERT { GRAPH <http://e/g> { <http://e/n> <http://e/n> ?n } } WHERE { SELECT (COUNT(*) AS ?n) { GRAPH <http://e/g> { ?s ?p ?o } } }",
    ],
)
def test_same_effect_as_the_engine(update: str) -> None:
    reference, scratch = filled(), filled()
    reference.update(update)
    recorder = Recorder(scratch)
    record_update(update, recorder)
    assert canonical(scratch) == canonical(reference)
    delta = recorder.delta()
    assert all(quad in scratch for quad in delta.added)
    assert not any(quad in scratch for quad in delta.removed)
    recorder.revert()
    assert canonical(scratch) == canonical(filled())
    assert not recorder.delta()


def test_a_prefix_may_come_after_a_semicolon() -> None:
    recorder = Recorder(filled())
    text = "PREFIX e: <http://e/> INSERT DATA { GRAPH e:g { e:c e:p 1 } } ;\nPREFIX f: <http://f/> INSERT DATA { GRAPH f:g { e:c f:p 1 } }"
    record_update(text, recorder)
    assert recorder.delta().graphs == ("http://e/g", "http://f/g")


def test_where_reads_the_union_unless_told_otherwise() -> None:
    text = "INSERT { GRAPH <http://e/n> { ?s <http://e/copy> ?o } } WHERE { ?s <http://e/p> ?o }"
    recorder = Recorder(filled())
    record_update(text, recorder)
    assert len(recorder.delta().added) == 2
    recorder.revert()
    record_update(text, recorder, DatasetClause(("http://e/h",)))
    assert len(recorder.delta().added) == 1


@pytest.mark.parametrize(
    "text",
    [
        "LOAD <http://127.0.0.1:1/x> INTO GRAPH <http://e/g>",
        "INSERT { GRAPH <http://e/g> { ?s ?p ?o } } WHERE { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }",
        "INSERT DATA { <http://e/a> <http://e/p> 1 }",
        "DELETE WHERE { ?s ?p ?o }",
        "CLEAR ALL",
        "DROP DEFAULT",
        "COPY DEFAULT TO <http://e/g>",
        "INSERT DATA { GRAPH <http://e/g> { <http://e/z> <http://e/p> 1 } } ; INSERT DATA { <http://e/a> <http://e/p> 1 }",
    ],
)
def test_refused_and_nothing_changes(text: str) -> None:
    scratch = filled()
    with pytest.raises(QueryRefused):
        record_update(text, Recorder(scratch))
    assert canonical(scratch) == canonical(filled())


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """A port of this machine that nobody should call."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server


def is_called(listener: socket.socket, seconds: float) -> bool:
    """Does somebody call within some seconds?  0: has somebody called?"""
    listener.settimeout(seconds)
    try:
        listener.accept()[0].close()
    except (TimeoutError, BlockingIOError):
        return False
    return True


@pytest.mark.parametrize(
    "text",
    [
        "LOAD <http://x/>",
        "lOaD#\n<http://x/>INTO GRAPH<a:g>",
        "LOADSILENT<http://x/>",
        "LOAD SILENT<http://x/>INTOGRAPH<a:g>",
        "PREFIX : <http://x/> LOAD:y",
        "BASE <http://x/>LOAD<y>",
        "PREFIX LOAD: <http://x/> LOAD LOAD:y",
        "INSERT DATA { GRAPH <a:g> { <a:a> <a:b> '\\'' } };LOAD <http://x/>",
        "INSERT DATA { GRAPH <a:g> { <a:a> <a:b> 1 } } ; # a comment ends here\rLOAD <http://x/>",
        "DELETE { GRAPH ?g { ?a ?b ?c } } WHERE { GRAPH ?g { ?a ?b ?c FILTER(?a<?b&&'x>y') } } ; LOAD <http://x/> #')",
        "INSERT { GRAPH <a:g> { ?a ?b ?c } } WHERE { SERVICESILENT<http://x/> { ?a ?b ?c } }",
    ],
)
def test_no_update_calls_anybody(listener: socket.socket, text: str) -> None:
    """Each of these would make the engine send a request."""
    update = text.replace("http://x/", f"http://127.0.0.1:{listener.getsockname()[1]}/")
    with ThreadPoolExecutor() as threads:
        engine = threads.submit(ox.Store().update, update)
        assert is_called(listener, 20)
        engine.exception()
    scratch = filled()
    with pytest.raises((QueryRefused, QuerySyntax)):
        record_update(update, Recorder(scratch))
    assert not is_called(listener, 0)
    assert canonical(scratch) == canonical(filled())


@pytest.mark.parametrize(
    "text",
    [
        "INSERT DATA { GRAPH <http://e/g> { <http://e/workload> <http://e/load> 'LOAD <http://x/>' } }",
        "PREFIX load: <http://e/> INSERT DATA { GRAPH load:g { load:a load:load 1 } }",
        "DELETE { GRAPH ?g { ?load ?p ?o } } WHERE { GRAPH ?g { ?load ?p ?o } } # LOAD",
    ],
)
def test_load_may_be_a_name(text: str) -> None:
    recorder = Recorder(filled())
    record_update(text, recorder)
    assert recorder.delta()


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("INSERT DATA { GRAPH <http://e/g> { <http://e/a> } }", 1, 49),
        ("CREATE GRAPH <http://e/n> ;\n ; CREATE GRAPH <http://e/m>", 2, 2),
        (
            "INSERT DATA { GRAPH <http://e/g> { _:b <a:p> 1 } } ; INSERT DATA { GRAPH <http://e/g> { _:b <a:p> 2 } }",
            None,
            None,
        ),
        ("PREFIX a <http://e/> CLEAR GRAPH a:g", None, None),
        ("INSERT DATA { GRAPH <http://e/g> { <http://e/a> <http://e/b> 1 } } ;\n INSERT DATA { GRAPH }", 2, 22),
        ("\n\nCLEAR", 3, 6),
    ],
)
def test_syntax_errors_say_where(text: str, line: int | None, column: int | None) -> None:
    with pytest.raises(QuerySyntax) as error:
        record_update(text, Recorder(filled()))
    assert (error.value.line, error.value.column) == (line, column)


def test_split_knows_strings_comments_and_names() -> None:
    text = "INSERT DATA { GRAPH <g:g> { <a:a#x> <a:b> ';', \"}\" } } # ; {\n; DELETE WHERE { GRAPH ?g { ?delete <a:insert> ?where } }"
    assert [operation.words for operation in split(text)] == [("INSERT", "DATA"), ("DELETE", "WHERE")]


def test_the_digest_does_not_depend_on_order() -> None:
    first, second = Recorder(filled()), Recorder(filled())
    one = "INSERT DATA { GRAPH <http://e/g> { <http://e/c> <http://e/p> 1 } }"
    two = "INSERT DATA { GRAPH <http://e/g> { <http://e/d> <http://e/p> 1 } }"
    record_update(f"{one} ; {two}", first)
    record_update(f"{two} ; {one}", second)
    assert first.delta().digest == second.delta().digest
    assert first.delta().as_patch().startswith("A <http://e/c>")
