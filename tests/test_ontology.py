"""The ontology: each hygiene query is silent on ours and speaks on its own bad example; names are closed."""

import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import pytest
from rdflib import OWL, RDF, RDFS, SH, Graph, URIRef

ROOT = Path(__file__).parents[1]
ONTOLOGY = ROOT / "ontology"
HYGIENE = Path(__file__).parent / "hygiene"
NAMESPACE = "https://w3id.org/nqf/ontology#"
WHOLE = URIRef("https://w3id.org/nqf/ontology")

MODULES = sorted(path for path in ONTOLOGY.glob("*.ttl") if path.name != "prefixes.ttl")
QUERIES = sorted(HYGIENE.glob("*.rq"))

TERM = re.compile(r"^nqf:(\w+) a owl:(Class|ObjectProperty|DatatypeProperty|AnnotationProperty) ;$", re.MULTILINE)
NAME = re.compile(rf"(?:\bnqf:|{re.escape(NAMESPACE)})([A-Za-z]\w*)")
PREFIX = re.compile(r"(?i)^@?prefix\s+(\w+):\s*<([^>]*)>", re.MULTILINE)


def stem(path: Path) -> str:
    return path.stem


@cache
def read(path: Path) -> Graph:
    return Graph().parse(path, format="turtle")


@cache
def ontology() -> Graph:
    graph = Graph()
    for module in MODULES:
        graph += read(module)
    return graph


def findings(graph: Graph, query: Path) -> list[str]:
    return [str(row) for row in graph.query(query.read_text(encoding="utf-8"))]


def texts(root: Path) -> Iterator[Path]:
    """The files of the release in which names of the ontology may stand."""
    for folder in ("ontology", "shapes", "data", "queries"):
        for suffix in ("ttl", "trig", "rq", "csv", "tsv"):
            yield from sorted((root / folder).rglob(f"*.{suffix}"))


def defined() -> set[str]:
    return {str(term).removeprefix(NAMESPACE) for term in ontology().subjects(RDFS.isDefinedBy, WHOLE)}


def invented(files: Iterable[Path]) -> set[str]:
    """The names of our namespace that the ontology does not define, each with the file that uses it."""
    known = defined()
    return {
        f"{path.name}: {name}"
        for path in files
        for name in NAME.findall(path.read_text(encoding="utf-8"))
        if name not in known
    }


@pytest.mark.parametrize("module", MODULES, ids=stem)
def test_module_stands_alone(module: Path) -> None:
    graph = read(module)
    expected = WHOLE if module.stem == "nqf" else URIRef(f"{WHOLE}/{module.stem}")
    assert list(graph.subjects(RDF.type, OWL.Ontology)) == [expected]


@pytest.mark.parametrize("module", MODULES, ids=stem)
def test_terms_of_a_module_stand_in_order(module: Path) -> None:
    terms = TERM.findall(module.read_text(encoding="utf-8"))
    kinds = list(dict.fromkeys(kind for _, kind in terms))
    assert terms == sorted(terms, key=lambda term: (kinds.index(term[1]), term[0]))


def test_whole_imports_every_module() -> None:
    parts = {URIRef(f"{WHOLE}/{module.stem}") for module in MODULES if module.stem != "nqf"}
    assert set(ontology().objects(WHOLE, OWL.imports)) == parts


@pytest.mark.parametrize("query", QUERIES, ids=stem)
def test_hygiene_is_silent_on_ours(query: Path) -> None:
    assert findings(ontology(), query) == []


@pytest.mark.parametrize("query", QUERIES, ids=stem)
def test_hygiene_speaks_on_its_bad_example(query: Path) -> None:
    assert findings(read(query.with_suffix(".bad.ttl")), query) != []


def test_every_bad_example_has_its_query() -> None:
    examples = {path.name.removesuffix(".bad.ttl") for path in HYGIENE.glob("*.ttl")}
    assert examples == {query.stem for query in QUERIES} != set()


def test_every_name_in_use_is_defined() -> None:
    assert invented(texts(ROOT)) == set()


def test_an_invented_name_is_caught(tmp_path: Path) -> None:
    (tmp_path / "queries").mkdir()
    for name, text in {
        "short.rq": "ASK { ?x nqf:Level/nqf:levelOff ?y }",
        "long.rq": f"ASK {{ ?x a <{NAMESPACE}Levl> }}",
        "right.rq": f"PREFIX nqf: <{NAMESPACE}> ASK {{ ?x a nqf:Level }}",
    }.items():
        (tmp_path / "queries" / name).write_text(text, encoding="utf-8")
    assert invented(texts(tmp_path)) == {"short.rq: levelOff", "long.rq: Levl"}


def test_prefixes_are_those_of_the_list() -> None:
    graph = read(ONTOLOGY / "prefixes.ttl")
    listed = {
        str(graph.value(entry, SH.prefix)): str(graph.value(entry, SH.namespace))
        for entry in graph.objects(URIRef("https://w3id.org/nqf/prefixes"), SH.declare)
    }
    others = {
        f"{path.name}: {prefix} <{namespace}>"
        for path in texts(ROOT)
        for prefix, namespace in PREFIX.findall(path.read_text(encoding="utf-8"))
        if listed.get(prefix) != namespace
    }
    assert listed and others == set()
