"""The report as PDF: readable text in three languages, tagged, dated by the graph; and what happens without typst."""

from __future__ import annotations

import gc
import io
import sys
from pathlib import Path

import pytest
from pypdf import PdfReader
from starlette.testclient import TestClient

from nqf_graph.cli import main
from nqf_graph.errors import BadParameter
from nqf_graph.formats import PDF
from nqf_graph.publication import Publication
from nqf_graph.report import build, offered, write, writing
from nqf_graph.terms import LANGUAGES
from tests.conftest import WORLD, WORLD_BASE


def text_of(data: bytes) -> str:
    reader = PdfReader(io.BytesIO(data))
    return " ".join("\n".join(page.extract_text() for page in reader.pages).split())


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_text_of_the_pdf_is_that_of_the_report(world: Publication, language: str) -> None:
    report = build(world, "crf", language=language)
    data = write(report, PDF)
    reader = PdfReader(io.BytesIO(data))
    assert reader.trailer["/Root"]["/Lang"] == language
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"] is True or reader.trailer["/Root"]["/MarkInfo"]["/Marked"]
    assert reader.metadata is not None and report.comparison.framework.name in str(reader.metadata.title)
    assert str(reader.metadata.creation_date).startswith(report.comparison.as_of)
    text = text_of(data)
    for item in report.items:
        assert item.name.text in text
        assert item.judgement is None or item.judgement.text.text in text
    assert report.state in text


def test_kyrgyz_letters(world: Publication) -> None:
    text = text_of(write(build(world, "crf", language="ky"), PDF))
    for word in ("салыштыруу отчёту", "Укуктук негиз", "Окутуунун натыйжалары", "Өз алдынчалык", "деңгээлдер", "үчүн"):
        assert word.casefold() in text.casefold(), word
    assert all(letter in text for letter in "өүңӨ"), "the letters are themselves, not look-alikes"


def test_pages_have_numbers_and_contents(world: Publication) -> None:
    reader = PdfReader(io.BytesIO(write(build(world, "crf"), PDF)))
    count = len(reader.pages)
    assert count > 5
    assert f"page 1 / {count}" in reader.pages[0].extract_text().replace("\n", " ")
    assert "Contents" in reader.pages[1].extract_text()
    assert len(reader.outline) > 5, "headings are bookmarks"


def test_without_typst(world: Publication, client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "is_available", lambda: False)
    assert PDF not in offered()
    with pytest.raises(BadParameter, match=r"pip install 'nqf-graph\[report\]'"):
        write(build(world, "crf"), PDF)
    response = client.get("/api/v1/report?with=crf&as_of=2022-01-01", headers={"Accept": "application/pdf"})
    assert response.status_code == 406
    assert "text/html" in response.json()["offered"] and "application/pdf" not in response.json()["offered"]


def test_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    for name, value in {"BASE": WORLD_BASE, "CATALOG": WORLD / "catalog.ttl", "STORE": tmp_path / "store"}.items():
        monkeypatch.setenv(f"NQF_{name}", str(value))
    monkeypatch.chdir(tmp_path)

    def nqf(*arguments: str) -> tuple[int, bytes, bytes]:
        """Exit code, standard output and standard error of the command."""
        monkeypatch.setattr(sys, "argv", ["nqf", "report", "comparison", *arguments])
        with pytest.raises(SystemExit) as end:
            main()
        gc.collect()  # closes the store
        captured = capfdbinary.readouterr()
        return int(end.value.code or 0), captured.out, captured.err

    assert nqf("--with", "crf", "--lang", "ky", "-o", "report.pdf")[:2] == (0, b"")
    assert (tmp_path / "report.pdf").read_bytes().startswith(b"%PDF-")
    code, kept, _ = nqf("--with", "crf", "--format", "jsonld")
    (tmp_path / "old.jsonld").write_bytes(kept)
    code, out, _ = nqf("--with", "crf", "--against", "old.jsonld")
    assert (code, b"No differences." in out) == (0, True)
    code, out, _ = nqf("--with", "crf", "--as-of", "2022-06-01", "--against", "old.jsonld", "--format", "md")
    assert code == 1 and b"## Evidence" in out
    assert nqf("--with", "crf", "--against", "store")[0] == 3
    assert nqf("--with", "nowhere")[0] == 2
    assert nqf("--with", "crf", "--format", "docx")[0] == 2
    monkeypatch.setattr(writing, "is_available", lambda: False)
    code, _, words = nqf("--with", "crf", "--format", "pdf")
    assert code == 2 and b"nqf-graph[report]" in words
