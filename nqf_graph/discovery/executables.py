"""The questions as `sh:SPARQLExecutable`, which editors offer as examples."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pyoxigraph import Literal, NamedNode, Triple

from nqf_graph.discovery.names import Names
from nqf_graph.questions import Question
from nqf_graph.terms import FOAF, PROJECT, RDF, RDFS, SCHEMA, SH


def executables(names: Names, questions: Iterable[Question]) -> Iterator[Triple]:
    """Every question with its text, its titles, and the address that answers it."""
    for question in questions:
        node = NamedNode(f"{names.own}question/{question.id}")
        yield Triple(node, RDF["type"], SH["SPARQLExecutable"])
        yield Triple(node, RDF["type"], SH["SPARQLSelectExecutable"])
        yield from (Triple(node, RDFS["label"], Literal(text, language=tag)) for tag, text in question.title.items())
        for tag, text in question.question.items():
            yield Triple(node, RDFS["comment"], Literal(text, language=tag))
        yield Triple(node, SH["select"], Literal(question.text))
        yield Triple(node, SH["prefixes"], PROJECT["prefixes"])
        yield Triple(node, SCHEMA["keywords"], Literal(question.id.partition("/")[0]))
        yield Triple(node, SCHEMA["target"], names.at("sparql"))
        yield Triple(node, FOAF["page"], names.at(f"api/v1/questions/{question.id}"))
