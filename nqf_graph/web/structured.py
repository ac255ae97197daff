"""What a page tells crawlers: the thing in schema.org's words and the page's language, as JSON-LD inside the HTML."""

from __future__ import annotations

import json
from collections.abc import Iterable

from markupsafe import Markup
from pyoxigraph import Literal, NamedNode, Triple

from nqf_graph.publication import Publication
from nqf_graph.terms import RDF, SCHEMA, XSD, language_order
from nqf_graph.web.description import Description
from nqf_graph.web.profiles import profiles_of, view

_TOKEN = "schema"
_ADDRESSES = frozenset({SCHEMA["url"], SCHEMA["sameAs"], SCHEMA["targetUrl"], SCHEMA["inCodeSet"]})
"""Properties whose values are addresses, which crawlers want as texts."""
_IN_MARKUP = str.maketrans({sign: f"\\u{ord(sign):04x}" for sign in "<>&\u2028\u2029"})
"""No text can end the script element, or start another one."""


def structured_data(publication: Publication, description: Description, language: str) -> Markup | None:
    """The JSON-LD for the page of a described thing; None if it is of no class whose things go to schema.org."""
    thing, profile = description.thing, profiles_of(publication).get(_TOKEN)
    if profile is None or not set(profile.classes) & set(description.objects(RDF["type"])):
        return None
    triples = view(publication, thing, profile)
    subjects = {triple.subject for triple in triples if isinstance(triple.subject, NamedNode)}
    nodes = sorted(subjects, key=lambda node: (node != thing, node.value))
    graph = [_node(node, (t for t in triples if t.subject == node), language) for node in nodes]
    document = {"@context": SCHEMA.iri.rstrip("/"), "@graph": graph}
    return Markup(json.dumps(document, ensure_ascii=False).translate(_IN_MARKUP))


def _node(node: NamedNode, triples: Iterable[Triple], language: str) -> dict[str, object]:
    """A node with its values in one language."""
    values: dict[NamedNode, list[object]] = {}
    texts: dict[NamedNode, dict[str, list[str]]] = {}
    kinds = []
    for triple in sorted(triples, key=str):
        name, value = triple.predicate, triple.object
        if name == RDF["type"] and isinstance(value, NamedNode):
            kinds.append(_local(value))
        elif isinstance(value, NamedNode):
            values.setdefault(name, []).append(value.value if name in _ADDRESSES else {"@id": value.value})
        elif isinstance(value, Literal) and value.language:
            texts.setdefault(name, {}).setdefault(value.language, []).append(value.value)
        elif isinstance(value, Literal):
            values.setdefault(name, []).append(int(value.value) if value.datatype == XSD["integer"] else value.value)
    for name, by_language in texts.items():
        tag = next((tag for tag in (*language_order(language), *sorted(by_language)) if tag in by_language), "")
        values.setdefault(name, []).extend(by_language[tag])
    told: dict[str, object] = (
        {"@id": node.value, "@type": kinds if len(kinds) > 1 else kinds[0]} if kinds else {"@id": node.value}
    )
    for name in sorted(values, key=str):
        told[_local(name)] = values[name] if len(values[name]) > 1 else values[name][0]
    return told


def _local(term: NamedNode) -> str:
    return term.value.removeprefix(SCHEMA.iri)
