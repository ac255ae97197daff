"""Which format and which language a caller gets.

Negotiation follows RFC 9110: the most specific range that matches an offer gives its quality, the best quality
wins, and of equals the one offered first.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from nqf_graph.errors import NotAcceptable
from nqf_graph.formats.media_types import Format
from nqf_graph.terms import LANGUAGES

_UTF8 = re.compile(r""";\s*charset=(?:utf-?8|"utf-?8")(?=\s*(?:[;,]|$))""", re.IGNORECASE)
"""A parameter of media ranges that all our text satisfies."""
_PROFILE = re.compile(r"""\s*;\s*profile\s*=\s*("(?:[^"\\]|\\.)*"|[^;,"\s]*)""", re.IGNORECASE)
"""The form of JSON-LD that a caller would like (compacted, expanded): a wish, not a media type of its own."""


def choose(accept: str | None, offers: Sequence[Format], weights: Mapping[Format, float] | None = None) -> Format:
    """Which of `offers` does an `Accept` header want?  No header means the first.

    `weights` says of offers that they serve less well than their quality, by which factor.  Raises NotAcceptable
    when the header rules out every offer.
    """
    if not accept or not accept.strip():
        return offers[0]
    from werkzeug.datastructures import MIMEAccept  # noqa: PLC0415 - the command line starts faster without it
    from werkzeug.http import parse_accept_header  # noqa: PLC0415

    ranges = parse_accept_header(_PROFILE.sub("", _UTF8.sub("", accept)), MIMEAccept)
    best = max(offers, key=lambda offer: ranges.quality(offer.media_type) * (weights or {}).get(offer, 1))
    if ranges.quality(best.media_type) <= 0:
        raise NotAcceptable(accept, [offer.media_type for offer in offers])
    return best


def named(name: str, offers: Sequence[Format]) -> Format:
    """Which offer is called `name`, a media type or a suffix?  Raises NotAcceptable for any other."""
    for offer in offers:
        if name in (offer.media_type, offer.suffix):
            return offer
    raise NotAcceptable(name, [offer.media_type for offer in offers])


def choose_language(accept_language: str | None, default: str = "en") -> str:
    """Which of LANGUAGES does an `Accept-Language` header want?  `default` when it wants none of them.

    A range counts by its primary subtag: a reader of `ru-RU` is served Russian.
    """
    from werkzeug.datastructures import LanguageAccept  # noqa: PLC0415 - see `choose`
    from werkzeug.http import parse_accept_header  # noqa: PLC0415

    quality = dict.fromkeys(LANGUAGES, 0.0)
    for tag, q in parse_accept_header(accept_language, LanguageAccept):
        primary = tag.split("-")[0].lower()
        if primary in quality:
            quality[primary] = max(quality[primary], q)
    best = max(quality, key=lambda tag: (quality[tag], tag == default))
    return best if quality[best] > 0 else default
