"""The formats of a report, and its bytes in each: the same graph, language and day give the same bytes."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict

from nqf_graph.errors import BadParameter
from nqf_graph.formats import HTML, JSON, JSON_LD, MARKDOWN, PDF, Format
from nqf_graph.report.html import to_html
from nqf_graph.report.jsonld import to_json_ld
from nqf_graph.report.layout import lay_out
from nqf_graph.report.markdown import to_markdown
from nqf_graph.report.model import Report
from nqf_graph.report.pdf import HOW_TO_INSTALL, is_available, to_pdf

FORMATS = (HTML, JSON, JSON_LD, MARKDOWN, PDF)


def offered() -> tuple[Format, ...]:
    """The formats that can be written here: PDF only where typst is installed."""
    return FORMATS if is_available() else tuple(form for form in FORMATS if form is not PDF)


def write(
    report: Report, form: Format, *, link: Callable[[str], str] = str, formats: Mapping[str, str] | None = None,
    languages: Mapping[str, str] | None = None,
) -> bytes:  # fmt: skip
    """The bytes of a report; `link`, `formats` and `languages` are for HTML (see `to_html`).

    Raises BadParameter for PDF where typst is not installed.
    """
    if form is JSON:
        return (json.dumps(asdict(report), ensure_ascii=False, indent=1) + "\n").encode()
    if form is JSON_LD:
        return to_json_ld(report)
    document = lay_out(report)
    if form is MARKDOWN:
        return to_markdown(document)
    if form is PDF:
        if not is_available():
            raise BadParameter("format", HOW_TO_INSTALL, [other.suffix for other in offered()])
        return to_pdf(document)
    return to_html(document, link=link, formats=formats, languages=languages)
