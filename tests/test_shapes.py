"""The rules: each has been seen to pass and to fail, speaks three languages and is registered.

The manifests under `shapes/` are in the W3C SHACL test format.  As everywhere in this project the ontology is part of
the data graph, and the shapes are parsed before pySHACL sees them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit
from urllib.request import url2pathname

import pyshacl
import pytest
from rdflib import DCTERMS, OWL, RDF, SH, SKOS, Graph, Literal, Namespace, URIRef
from rdflib.collection import Collection
from rdflib.plugins.sparql import prepareQuery
from rdflib.plugins.sparql.sparql import Query
from rdflib.query import Result
from rdflib.term import Node

ROOT = Path(__file__).resolve().parent.parent
CASES = ROOT / "tests" / "shapes"
FILES = sorted((ROOT / "shapes").glob("*.ttl"))
MF = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
SHT = Namespace("http://www.w3.org/ns/shacl-test#")
NQF = Namespace("https://w3id.org/nqf/ontology#")
NQFSH = Namespace("https://w3id.org/nqf/shapes#")
LANGUAGES = ["en", "ky", "ru"]
MIXED_SCRIPT = re.compile("[A-Za-zÀ-ÖØ-öø-ʯ][Ѐ-ӿ]|[Ѐ-ӿ][A-Za-zÀ-ÖØ-öø-ʯ]")

# The parameters of SHACL Core that make a constraint; sh:property, sh:node and sh:sparql lead to others.
PARAMETERS = [
    SH[name]
    for name in (
        *("class", "datatype", "nodeKind", "in", "hasValue", "closed", "not", "and", "or", "xone"),
        *("minCount", "maxCount", "qualifiedMinCount", "qualifiedMaxCount", "equals", "disjoint"),
        *("minExclusive", "minInclusive", "maxExclusive", "maxInclusive", "lessThan", "lessThanOrEquals"),
        *("minLength", "maxLength", "pattern", "languageIn", "uniqueLang"),
    )
]
TARGETS = [SH[name] for name in ("targetClass", "targetNode", "targetSubjectsOf", "targetObjectsOf")]

Finding = tuple[str | None, ...]
"""Focus node, path, value, constraint or shape, component and severity of one validation result."""


# --- reading -------------------------------------------------------------------------------------------------------


class ParsedOnce(Graph):
    """A graph that parses each query text once: pySHACL repeats the text of a constraint for every focus node."""

    def query(self, query_object: str | Query, *args: Any, **options: Any) -> Result:
        query = prepared(query_object) if isinstance(query_object, str) else query_object
        return super().query(query, *args, **options)


@cache
def prepared(text: str) -> Query:
    return prepareQuery(text)


@cache
def ontology() -> Graph:
    return ParsedOnce() + merged(sorted((ROOT / "ontology").glob("*.ttl")))


@contextmanager
def beside_the_ontology(path: Path) -> Iterator[Graph]:
    """One graph with the ontology and a case, without the case again afterwards: a copy of the ontology takes longer."""
    graph = ontology()
    size, case = len(graph), [triple for triple in Graph().parse(path) if triple not in graph]
    for triple in case:
        graph.add(triple)
    try:
        yield graph
    finally:
        for triple in case:
            graph.remove(triple)
    assert len(graph) == size, "the validator wrote into the data"


@cache
def shapes_of(*paths: Path) -> Graph:
    return merged([*paths, ROOT / "ontology" / "prefixes.ttl"])


def all_shapes() -> Graph:
    return shapes_of(*FILES)


def merged(paths: Iterable[Path]) -> Graph:
    graph = Graph()
    for path in paths:
        graph.parse(path)
    return graph


class Case(NamedTuple):
    """One entry of a manifest."""

    name: str
    data: Path
    shapes: Path
    conforms: bool
    expected: Counter[Finding]


@cache
def cases() -> list[Case]:
    return [case for manifest in sorted(CASES.glob("*/manifest.ttl")) for case in read_manifest(manifest)]


def read_manifest(path: Path) -> Iterator[Case]:
    graph = Graph().parse(path)
    for entry in graph.items(required(graph, URIRef(path.as_uri()), MF.entries)):
        action, report = required(graph, entry, MF.action), required(graph, entry, MF.result)
        data, shapes = (local(required(graph, action, prop)) for prop in (SHT.dataGraph, SHT.shapesGraph))
        conforms = required(graph, report, SH.conforms) == Literal(True)
        name = f"{path.parent.name}-{str(entry).partition('#')[2]}"
        yield Case(name, data, shapes, conforms, findings(graph, report))


def local(node: Node) -> Path:
    return Path(url2pathname(urlsplit(str(node)).path)).resolve()


def required(graph: Graph, node: Node, prop: URIRef) -> Node:
    value = graph.value(node, prop)
    assert value is not None, f"{node} has no {prop}"
    return value


def findings(graph: Graph, report: Node) -> Counter[Finding]:
    return Counter(finding(graph, result) for result in graph.objects(report, SH.result))


def finding(graph: Graph, result: Node) -> Finding:
    source = graph.value(result, SH.sourceConstraint) or graph.value(result, SH.sourceShape)
    focus, value, component, severity = (
        graph.value(result, SH[name]) for name in ("focusNode", "value", "sourceConstraintComponent", "resultSeverity")
    )
    path = graph.value(result, SH.resultPath)
    others = [text(node) for node in (value, source, component, severity)]
    return (text(focus), None if path is None else path_text(graph, path), *others)


def text(node: Node | None) -> str | None:
    return None if node is None else node.n3()


def path_text(graph: Graph, path: Node) -> str:
    if (inner := graph.value(path, SH.inversePath)) is not None:
        return "^" + path_text(graph, inner)
    if (options := graph.value(path, SH.alternativePath)) is not None:
        return "|".join(path_text(graph, option) for option in graph.items(options))
    return path.n3()


# --- every rule passes and fails as its manifest says ----------------------------------------------------------------


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.name)
def test_the_report_is_the_expected_one(case: Case) -> None:
    shapes = shapes_of(case.shapes)
    with beside_the_ontology(case.data) as data:
        conforms, graph, _ = pyshacl.validate(data, shacl_graph=shapes, inplace=True, do_owl_imports=False)
    assert isinstance(graph, Graph), graph
    [report] = graph.subjects(RDF.type, SH.ValidationReport)
    assert findings(graph, report) == case.expected
    assert conforms is case.conforms


def test_every_file_of_a_rule_is_in_its_manifest() -> None:
    found = {path for path in CASES.glob("*/*.ttl") if path.name != "manifest.ttl"}
    assert found == {case.data for case in cases()}


def test_every_rule_has_a_passing_and_a_failing_case() -> None:
    assert registered() == {case.data.parent.name for case in cases() if case.conforms}
    assert registered() == {case.data.parent.name for case in cases() if not case.conforms}


def test_every_constraint_has_been_seen_to_fail_for_its_own_rule() -> None:
    seen = {(case.data.parent.name, row[3], row[4]) for case in cases() for row in case.expected}
    assert sorted(constraints(all_shapes()) - seen) == []


def constraints(graph: Graph) -> set[Finding]:
    """Rule, constraint or shape, and component of everything that can report."""
    found: set[Finding] = set()
    for shape in reporting(graph):
        pairs = [(shape, component(name)) for name in PARAMETERS if (shape, name, None) in graph]
        pairs += [(constraint, SH.SPARQLConstraintComponent) for constraint in graph.objects(shape, SH.sparql)]
        for node, made in pairs:
            rule = required(graph, required(graph, node, NQF.enforces), DCTERMS.identifier)
            found.add((str(rule), text(node), text(made)))
    return found


def component(parameter: URIRef) -> URIRef:
    name = parameter.removeprefix(str(SH))
    return URIRef(f"{SH}{name[0].upper()}{name[1:]}ConstraintComponent")


def reporting(graph: Graph) -> set[Node]:
    """The shapes whose results reach a report: those with a target and the property shapes below them."""
    found = {shape for target in TARGETS for shape in graph.subjects(target)}
    while below := {part for shape in found for part in graph.objects(shape, SH.property)} - found:
        found |= below
    return found


def alternatives(graph: Graph) -> set[Node]:
    """The shapes that only stand in lists of alternatives: what is reported is the shape that has the list."""
    lists = {found for logic in (SH["or"], SH["and"], SH.xone) for found in graph.objects(None, logic)}
    return {shape for found in lists for shape in Collection(graph, found)} - reporting(graph)


# --- the shapes are well made; each of these checks has been seen to speak -------------------------------------------


def shapes_in(graph: Graph) -> set[Node]:
    typed = {shape for kind in (SH.NodeShape, SH.PropertyShape) for shape in graph.subjects(RDF.type, kind)}
    parts = {part for prop in (SH.property, SH.node, SH["not"]) for part in graph.objects(None, prop)}
    return typed | parts | set(graph.subjects(SH.path))


def says_nothing(graph: Graph) -> Iterator[str]:
    """Shapes without a constraint, and counts that cannot fail."""
    leads_on = [*PARAMETERS, SH.sparql, SH.property, SH.node]
    for shape in shapes_in(graph):
        if not any((shape, parameter, None) in graph for parameter in leads_on):
            yield f"{shape} has no constraint"
    for shape in graph.subjects(SH.minCount, Literal(0)):
        yield f"{shape} demands at least nothing"
    for shape in shapes_in(graph) - reporting(graph):
        if not any(True for _ in graph.subjects(None, shape)):
            yield f"{shape} has no target and no user"


def is_nameless(graph: Graph) -> Iterator[str]:
    """Shapes and constraints without an IRI that starts with the number of the rule that they enforce."""
    for node in shapes_in(graph) | set(graph.subjects(SH.select)):
        rule = graph.value(node, NQF.enforces)
        if (rule, RDF.type, NQF.Rule) not in graph:
            yield f"{node} enforces no rule of the register"
        elif not str(node).startswith(f"{rule}-"):
            yield f"{node} is not named after {rule}"


def lacks_message(graph: Graph) -> Iterator[str]:
    """Whatever speaks without a severity, or not in exactly three languages, or in mixed letters."""
    own = {node for node in reporting(graph) if any((node, parameter, None) in graph for parameter in PARAMETERS)}
    for node in own | set(graph.subjects(SH.path)) - alternatives(graph) | set(graph.subjects(SH.select)):
        yield from not_trilingual(graph, node, SH.message)
        if graph.value(node, SH.severity) is None:
            yield f"{node} has no severity"


def not_trilingual(graph: Graph, node: Node, prop: URIRef) -> Iterator[str]:
    values = [value for value in graph.objects(node, prop) if isinstance(value, Literal)]
    if sorted(value.language or "" for value in values) != LANGUAGES:
        yield f"{node}: {prop} is not in exactly ky, ru and en"
    for value in values:
        if value.language != "en" and MIXED_SCRIPT.search(value):
            yield f"{node}: Latin and Cyrillic letters in one word: {value}"


def is_unregistered(graph: Graph) -> Iterator[str]:
    """Entries of the register that lack a text, a basis, a date or the gravest severity of their shapes."""
    for rule in graph.subjects(RDF.type, NQF.Rule):
        for prop in (SKOS.prefLabel, DCTERMS.description, DCTERMS.bibliographicCitation, NQF.ruleOwner):
            yield from not_trilingual(graph, rule, prop)
        for prop in (DCTERMS.source, NQF.validFrom):
            if graph.value(rule, prop) is None:
                yield f"{rule} has no {prop}"
        if rule != NQFSH[str(graph.value(rule, DCTERMS.identifier))]:
            yield f"{rule} is not its own number"
        severities = {graph.value(node, SH.severity) for node in graph.subjects(NQF.enforces, rule)}
        gravest = next((grade for grade in (SH.Violation, SH.Warning, SH.Info) if grade in severities), None)
        if graph.value(rule, SH.severity) != gravest:
            yield f"{rule} and its shapes differ in severity"
    for shape, constraint in graph.subject_objects(SH.sparql):
        if graph.value(shape, SH.severity) != graph.value(constraint, SH.severity):
            yield f"{constraint} reports with the severity of {shape}, not with its own"


def names_a_country(graph: Graph) -> Iterator[str]:
    """Identifiers of one country's data in the rules."""
    for node in {node for triple in graph for node in triple}:
        if re.search(r"w3id\.org/nqf/[a-z]+/id/|\bkg:", str(node)):
            yield f"{node} is data of one country"


Lint = Callable[[Graph], Iterator[str]]
PREFIXES = """
@prefix dct: <http://purl.org/dc/terms/> . @prefix nqf: <https://w3id.org/nqf/ontology#> .
@prefix nqfsh: <https://w3id.org/nqf/shapes#> . @prefix sh: <http://www.w3.org/ns/shacl#> .
"""
SPEAKERS: list[tuple[Lint, str, str]] = [
    (says_nothing, "has no constraint", "nqfsh:R1-a sh:property nqfsh:R1-b . nqfsh:R1-b sh:path nqf:rank ."),
    (says_nothing, "at least nothing", "nqfsh:R1-a a sh:PropertyShape ; sh:path nqf:rank ; sh:minCount 0 ."),
    (says_nothing, "no target and no user", "nqfsh:R1-a a sh:NodeShape ; sh:class nqf:Level ."),
    (is_nameless, "enforces no rule", "nqfsh:R1-a a sh:NodeShape ; nqf:enforces nqfsh:R1 ."),
    (is_nameless, "not named after", "nqfsh:R1 a nqf:Rule . nqfsh:R2-a a sh:NodeShape ; nqf:enforces nqfsh:R1 ."),
    (lacks_message, "not in exactly", 'nqfsh:R1-a sh:path nqf:rank ; sh:message "Write it."@en .'),
    (lacks_message, "no severity", 'nqfsh:R1-a sh:select "" ; sh:message "a"@en , "а"@ky , "а"@ru .'),
    (lacks_message, "in one word", 'nqfsh:R1-a sh:path nqf:rank ; sh:message "a"@en , "ж\\u0061з"@ky , "а"@ru .'),
    (is_unregistered, "not in exactly", 'nqfsh:R1 a nqf:Rule ; dct:description "It demands."@en .'),
    (is_unregistered, "has no", "nqfsh:R1 a nqf:Rule ."),
    (is_unregistered, "not its own number", 'nqfsh:R1 a nqf:Rule ; dct:identifier "R2" .'),
    (is_unregistered, "differ in severity", "nqfsh:R1 a nqf:Rule ; sh:severity sh:Violation ."),
    (is_unregistered, "not with its own", "nqfsh:R1-a sh:severity sh:Info ; sh:sparql nqfsh:R1-b ."),
    (names_a_country, "one country", "nqfsh:R1 a nqf:Rule ; dct:source <https://w3id.org/nqf/av/id/act/law-7> ."),
]


@pytest.mark.parametrize("lint", dict.fromkeys(lint for lint, _, _ in SPEAKERS), ids=lambda lint: lint.__name__)
def test_no_shape_or_rule(lint: Lint) -> None:
    rules = merged(FILES)
    assert (None, RDF.type, NQF.Rule) in rules
    assert sorted(lint(rules)) == []


@pytest.mark.parametrize(("lint", "complaint", "turtle"), SPEAKERS, ids=lambda value: getattr(value, "__name__", None))
def test_the_check_speaks(lint: Lint, complaint: str, turtle: str) -> None:
    assert any(complaint in line for line in lint(Graph().parse(data=PREFIXES + turtle, format="turtle")))


@pytest.fixture(scope="module")
def shacl_shacl() -> Graph:
    return Graph().parse(data=(files(pyshacl) / "assets" / "shacl-shacl.ttl").read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_shapes_are_valid_shacl(path: Path, shacl_shacl: Graph) -> None:
    conforms, _, told = pyshacl.validate(Graph().parse(path), shacl_graph=shacl_shacl, inplace=True)
    assert conforms, told


def test_invalid_shacl_is_refused(shacl_shacl: Graph) -> None:
    graph = Graph().parse(data=PREFIXES + 'nqfsh:R1-a sh:path nqf:rank ; sh:minCount "one" .', format="turtle")
    assert not pyshacl.validate(graph, shacl_graph=shacl_shacl, inplace=True)[0]


# --- the register ---------------------------------------------------------------------------------------------------


def registered() -> set[str]:
    return {str(all_shapes().value(rule, DCTERMS.identifier)) for rule in all_shapes().subjects(RDF.type, NQF.Rule)}


def register_rows() -> set[tuple[str, ...]]:
    """Number, title, severity, basis and file of every rule, as the shapes say."""
    rows: set[tuple[str, ...]] = set()
    for path in FILES:
        graph = Graph().parse(path)
        for rule in graph.subjects(RDF.type, NQF.Rule):
            title, basis = (english(graph, rule, prop) for prop in (SKOS.prefLabel, DCTERMS.bibliographicCitation))
            severity = str(graph.value(rule, SH.severity)).removeprefix(str(SH))
            rows.add((str(graph.value(rule, DCTERMS.identifier)), title, severity, basis.rstrip("."), path.name))
    return rows


def english(graph: Graph, node: Node, prop: URIRef) -> str:
    return next(str(value) for value in graph.objects(node, prop) if getattr(value, "language", None) == "en")


def readme_rows() -> list[tuple[str, ...]]:
    lines = (ROOT / "shapes" / "README.md").read_text(encoding="utf-8").splitlines()
    rows = [line.strip("|").split("|") for line in lines if re.match(r"\| R\d\d ", line)]
    return [tuple(cell.strip() for cell in row) for row in rows]


def test_the_readme_lists_the_rules_as_they_are() -> None:
    listed = [(*row[:4], re.sub(r"\[(.+)\]\(\1\)", r"\1", row[4])) for row in readme_rows()]
    assert listed == sorted(register_rows())


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_file_has_a_header(path: Path) -> None:
    graph = Graph().parse(path)
    header = URIRef(f"https://w3id.org/nqf/shapes/{path.stem}")
    assert (header, RDF.type, OWL.Ontology) in graph
    assert not list(not_trilingual(graph, header, DCTERMS.title))
    assert graph.value(header, DCTERMS.license) and graph.value(header, OWL.versionInfo)
