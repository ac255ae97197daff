"""A document as PDF, by typst, which is an optional part of the installation (`pip install 'nqf-graph[report]'`)."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path

from nqf_graph.report.document import Document

HOW_TO_INSTALL = "PDF needs typst: pip install 'nqf-graph[report]'"
_TEMPLATE = Path(__file__).resolve().parent / "report.typ"


def is_available() -> bool:
    """Is typst installed?"""
    return find_spec("typst") is not None


def to_pdf(document: Document) -> bytes:
    """The PDF of a document: tagged (PDF/UA-1), with the fonts that typst brings along, dated by the document."""
    import typst  # noqa: PLC0415 - optional

    day = datetime.fromisoformat(document.date).replace(tzinfo=UTC)
    written = typst.compile(
        _TEMPLATE.read_bytes(),
        format="pdf",
        ignore_system_fonts=True,
        sys_inputs={"document": json.dumps(document.as_dict(), ensure_ascii=False)},
        pdf_standards=["ua-1"],
        timestamp=day,
    )
    assert isinstance(written, bytes)
    return written
