"""Which view (profile) of a thing a caller wants: Content Negotiation by Profile (W3C)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from fastapi import Request

from nqf_graph.api.links import Link
from nqf_graph.discovery.profiles import Profile
from nqf_graph.errors import BadParameter, NotAcceptable
from nqf_graph.terms import PROF
from nqf_graph.web.profiles import NATIVE

_ACCEPTED = re.compile(r"<([^<>]*)>\s*(?:;\s*q\s*=\s*([\d.]+))?")


def profile_of(request: Request, profiles: Mapping[str, Profile]) -> Profile:
    """The profile of `_profile=` (a token or an IRI), else the best one of Accept-Profile, else NATIVE.

    Raises BadParameter for a `_profile` that does not exist, NotAcceptable when Accept-Profile names none that does.
    """
    asked = request.query_params.get("_profile")
    if asked is not None:
        found = next((p for p in profiles.values() if asked in (p.token, p.iri)), None)
        if found is None:
            raise BadParameter("_profile", f"no profile {asked!r}", tuple(profiles))
        return found
    accepted = request.headers.get("accept-profile", "")
    wanted = [(iri, _quality(q)) for iri, q in _ACCEPTED.findall(accepted)]
    if not wanted:
        return NATIVE
    known = {profile.iri: profile for profile in profiles.values()}
    offered = [(q, known[iri]) for iri, q in wanted if q > 0 and iri in known]
    if not offered:
        raise NotAcceptable(accepted, [profile.iri for profile in profiles.values()])
    return max(offered, key=lambda offer: offer[0])[1]


def token_links(profiles: Iterable[Profile]) -> list[Link]:
    """Which token stands for which profile, as links whose context is the profile."""
    return [
        Link(PROF["Profile"].value, "type", {"token": profile.token, "anchor": profile.iri}) for profile in profiles
    ]


def _quality(text: str) -> float:
    try:
        return float(text) if text else 1.0
    except ValueError:
        return 0.0
