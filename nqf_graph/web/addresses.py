"""Where on this service an IRI answers."""

from __future__ import annotations

import re
from urllib.parse import quote

from pyoxigraph import NamedNode

from nqf_graph.terms import PROJECT

_KEPT = "/:@!$&'()*+,;=~%"
"""What a path may hold as it is (RFC 3986), and the sign of what is already encoded."""


_NOT_IN_IRIS = re.compile(r'[\x00-\x20<>"{}|\\^`]')


def node_at(root: str, path: str) -> NamedNode | None:
    """The IRI below `root` that has a decoded path; None if no IRI has.

    What no IRI can hold was encoded in the IRI too.
    """
    try:
        return NamedNode(root + _NOT_IN_IRIS.sub(lambda found: quote(found[0]), path))
    except ValueError:
        return None


def path_of(text: str) -> str:
    """A path, or the part of an IRI that becomes one, with everything encoded that a path cannot hold."""
    return quote(text, safe=_KEPT)


def uri_of(iri: str) -> str:
    """The URI of an IRI: what HTTP headers can hold."""
    return quote(iri, safe=_KEPT + "#?[]")


def local(iri: str, base: str) -> str | None:
    """The address on this service at which an IRI of ours answers; None for IRIs of others.

    Ours are those below `base` (a thing's IRI leads to its document) and below that of the vocabulary.
    """
    if iri.startswith(f"{base}/id/"):
        return f"/doc/{path_of(iri.removeprefix(f'{base}/id/'))}"
    for root in (base, PROJECT.iri.rstrip("/")):
        if iri == root or iri.startswith((f"{root}/", f"{root}#")):
            path, mark, fragment = iri.removeprefix(root).partition("#")
            return (path_of(path) or "/") + mark + fragment
    return None
