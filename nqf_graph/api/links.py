"""The Link header (RFC 8288)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from nqf_graph.web.addresses import uri_of


@dataclass(frozen=True)
class Link:
    """A link to `target` (an IRI or an address here) by one or more relations, with further attributes."""

    target: str
    rel: str
    attributes: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        """The link as it stands in a header; also an entry of the link format (RFC 6690)."""
        told = {"rel": self.rel, **self.attributes}
        return f"<{uri_of(self.target)}>" + "".join(f'; {name}="{value}"' for name, value in told.items())


def header_of(links: Iterable[Link]) -> str:
    """The value of a Link header."""
    return ", ".join(str(link) for link in links)
