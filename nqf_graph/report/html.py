"""A document as one HTML page that needs nothing else: its style is in it, it prints well, it has no scripts."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from nqf_graph.report.document import Document

_HERE = Path(__file__).resolve().parent
Link = Callable[[str], str]


@cache
def style() -> str:
    """The style sheet that stands in every page."""
    return (_HERE / "report.css").read_text(encoding="utf-8")


def style_hash() -> str:
    """The hash by which a Content-Security-Policy allows the style sheet."""
    return "sha256-" + base64.b64encode(hashlib.sha256(style().encode()).digest()).decode()


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(_HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip


def to_html(
    document: Document, *, link: Link = str, formats: Mapping[str, str] | None = None,
    languages: Mapping[str, str] | None = None,
) -> bytes:  # fmt: skip
    """The page of a document.

    `link` says where an IRI is to lead (by default to itself); `formats` and `languages` are names and addresses of
    the same document in other formats and languages.
    """
    page = _environment().get_template("report.html").render(
        document=document.as_dict(), style=Markup(style()), link=link, formats=formats or {}, languages=languages or {}
    )  # fmt: skip
    return page.encode()
