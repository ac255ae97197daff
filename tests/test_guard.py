"""No text reaches out: whatever the engine reads as SERVICE is seen before it is run."""

from __future__ import annotations

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler

import pyoxigraph as ox
import pytest

from nqf_graph.errors import QueryRefused
from nqf_graph.guard import TOKEN, calls_a_service, keywords, refuse_remote_calls, syntax_error
from tests.endpoints import http_server, respond

PREFIXES = "PREFIX : <EP> PREFIX e: <EP> PREFIX odd: <http://a:> "
NUMBERS = "{ BIND(1 AS ?a) BIND(2 AS ?b) } "

# EP stands for an address that is listened at.
CALLS = {
    "plain": "SERVICE <EP> {}",
    "silent": "SERVICE SILENT <EP> {}",
    "any case": "sErViCe<EP>{}",
    "no space before": "OPTIONAL {}SERVICE<EP>{}",
    "the empty prefix": "SERVICE:x{}",
    "the empty prefix alone": "SERVICE:{}",
    "a prefix": "SERVICEe:x{}",
    "silent written together": "SERVICESILENT<EP>{}",
    "silent and prefix written together": "SERVICESILENTe:x{}",
    "a name with an escaped hash": "OPTIONAL { e:a\\#b ?p ?o } SERVICE <EP> {}",
    "a name with an escaped quote": "OPTIONAL { e:a\\'b ?p ?o } SERVICE <EP> {} OPTIONAL { ?s ?p 'x' }",
    "a name with an escaped hash, called": "SERVICE e:a\\#b {}",
    "an escaped letter before a hash": "OPTIONAL { <http://a\\u0065#> ?p ?o } SERVICE <EP> {}",
    "an escaped letter in the address": "SERVICE <EP\\u0061> {}",
    "less than, then a string": NUMBERS + "FILTER(?a<?b&&'x>y'='x>y') SERVICE <EP> {} FILTER('a'='a')",
    "less than, then a comment": NUMBERS + "FILTER(?a<?b#>'''\n) SERVICE <EP> {} #'''\n",
    "less than, then the call": NUMBERS + "FILTER(?a<?b)SERVICE:x#>\n{}",
    "a comment in between": "SERVICE # { \n # <x>\n <EP> # \n {}",
    "a comment ended by a carriage return": "#x\rSERVICE <EP> {}",
    "after a boolean": "{ VALUES ?z { true } } VALUES ?z {true}SERVICE<EP>{}",
    "after a string": "BIND('''a''b''' AS ?z) SERVICE <EP> {} BIND('''c''' AS ?y)",
    "after an escaped quote": "BIND('a\\'b' AS ?z) SERVICE <EP> {} BIND('c' AS ?y)",
    "after an IRI with a quote": "OPTIONAL { <http://a/'> ?p ?o } SERVICE <EP> {} OPTIONAL { <http://a/'> ?p ?o }",
    "after a language": "OPTIONAL { ?s ?p 'x'@en }SERVICE<EP>{}",
}
# In these, it is the object of a triple that is there, so that the call is made.
GLUED = {
    "true": "?s ?p trueSERVICE<EP>{}",
    "integer": "?s ?p 3SERVICE<EP>{}",
    "double": "?s ?p 3.e1SERVICE<EP>{}",
    "second dot of a name": "?s ?p e:a.b.SERVICE<EP>{}",
    "a prefix that a name cannot follow": "?s ?p odd:SERVICE<EP>{}",
    "after a semicolon": "?s ?p true;SERVICEe:x{}",
}
NO_CALLS = [
    "?service :service :SERVICE",
    "?s :p 'SERVICE <EP> {}'",
    '?s :p """SERVICE <EP> { " ""}"""',
    "?s :p '\\'SERVICE <EP> {}'",
    "?s :p ?o # SERVICE <EP> {}\n",
    "<http://x.example/SERVICE> ?p ?o . GRAPH ?service { ?s a :Service }",
    "?s :p <http://x.example/service#SERVICE> ; :service ?o . { ?s ?p 'service'@en }",
    "VALUES ?service { :service } ?service a :Service ; ?p <http://service.example/>",
    "FILTER(?service<?b && ?c>?d)",
    "?s ?p 'x'@service",
]


@pytest.fixture(scope="module")
def listener() -> Iterator[tuple[str, list[str]]]:
    """An address and the requests that came to it."""
    seen: list[str] = []

    def answer(request: BaseHTTPRequestHandler) -> None:
        seen.append(request.path)
        respond(request, b'{"head":{"vars":[]},"results":{"bindings":[]}}', "application/sparql-results+json")

    with http_server(answer) as address:
        yield f"{address}/", seen


def query(pattern: str, address: str) -> str:
    return (PREFIXES + "SELECT * { " + pattern + " }").replace("EP", address)


@pytest.mark.parametrize("pattern", [*CALLS.values(), *GLUED.values()], ids=[*CALLS, *GLUED])
def test_what_the_engine_would_ask_is_refused(listener: tuple[str, list[str]], pattern: str) -> None:
    address, seen = listener
    text = query(pattern, address)
    store = ox.Store()
    for value in ("true", "3", "3.e1", f"<{address}a.b>", "<http://a:>"):
        store.update(f"INSERT DATA {{ <http://a/s> <http://a/p> {value} }}")
    before = len(seen)
    solutions = store.query(text)
    assert isinstance(solutions, ox.QuerySolutions)
    list(solutions)
    assert len(seen) > before, "the engine has asked, so there is something to refuse"
    with pytest.raises(QueryRefused):
        refuse_remote_calls(text)


def test_a_variable_for_an_address_is_refused() -> None:
    with pytest.raises(QueryRefused):
        refuse_remote_calls("SELECT * { VALUES ?x { <http://x.example/> } SERVICE?x{} }")


@pytest.mark.parametrize("pattern", NO_CALLS)
def test_what_only_names_it_is_not_refused(pattern: str) -> None:
    text = query(pattern, "http://x.example/")
    ox.Store().query(text)
    assert not calls_a_service(text)


def test_where_it_is_unclear_what_a_comment_is_the_whole_text_counts() -> None:
    """The price of never missing a call: a commented-out one beside an odd IRI is refused."""
    text = query("?s <urn:x#y> ?o # SERVICE <EP> {}", "http://x.example/")
    assert calls_a_service(text)
    assert not calls_a_service(text.replace("urn:x#y", "http://x/#y"))


def test_a_long_text_is_scanned_in_one_go() -> None:
    """Minutes instead of moments would show a search that begins anew at each place."""
    parts = (
        "a-",
        "1.",
        "service ",
        "service",
        "service:",
        "service<",
        "service?a",
        "service#\n",
        "# ",
        "'",
        "service\\",
        ":a.",
    )
    for part in parts:
        text = "service " + part * (200_000 // len(part))
        calls_a_service(text)
        assert "SERVICE" in keywords(text)


def test_tokens() -> None:
    text = "e:a\\#b e:a.b.c 'x'@en-GB <http://a\\u0065#x> ?a·b _:b1.c #c\n:"
    tokens = [match[0] for match in TOKEN.finditer(text) if not match[0].isspace()]
    assert tokens == ["e:a\\#b", "e:a.b", ".", "c", "'x'", "@en-GB", "<http://a\\u0065#x>", "?a·b", "_:b1.c", "#c", ":"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("SELECT ?x WHERE { ?x", 'line 1, column 21: expected one of "!", "$", "(", ":", "<", "?", "^", "a"'),
        ("SELEC", "line 1, column 6: expected a letter or a digit"),
    ],
)
def test_messages_of_syntax_are_for_people(text: str, message: str) -> None:
    """The engine lists the ranges of letters that names are made of."""
    with pytest.raises(SyntaxError) as caught:
        ox.Store().query(text)
    assert "..=" in caught.value.msg or "[_]" in caught.value.msg
    assert str(syntax_error(caught.value)) == message
