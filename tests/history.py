"""A publication on disk whose state has a history: what a college handed in, and what it took back."""

from __future__ import annotations

from pathlib import Path

from nqf_graph.publication import Publication, open_publication
from nqf_graph.writes import Request
from tests.conftest import WORLD_BASE, published_world, world_settings

GRAPH = f"{WORLD_BASE}/graph/a-college"
PREFIXES = """
@prefix nqf: <https://w3id.org/nqf/ontology#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
"""


def duty(name: str, english: str, more: str = "") -> str:
    """A duty, as Turtle."""
    return f"""<{WORLD_BASE}/id/duty/{name}> a nqf:Duty ; {more}
        skos:prefLabel "Милдет"@ky , "Обязанность"@ru , "{english}"@en ;
        nqf:dataStatus nqf:illustrative ; dct:source <{WORLD_BASE}/id/source/project> .
"""


def open_with_history(folder: Path) -> Publication:
    """The publication of the invented country in a data folder, which is filled if it is empty."""
    is_new = not any(folder.iterdir())
    return open_publication(published_world(folder) if is_new else world_settings(folder))


def put(publication: Publication, *records: str) -> str:
    """Make the college's graph these records; the state that this makes."""
    request = Request("put", PREFIXES + "".join(records), GRAPH)
    return publication.write(request, "A college").next_state
