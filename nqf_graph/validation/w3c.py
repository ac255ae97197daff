"""A report as the W3C validation report, and as a table."""

from __future__ import annotations

import csv
import hashlib
import io

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from nqf_graph.terms import NQF, RDF, SH, SHAPES
from nqf_graph.validation.report import Finding, Report

COLUMNS = ("rule", "severity", "focusNode", "path", "value", "message_ky", "message_ru", "message_en")


def as_triples(report: Report, graph: str | None = None) -> list[Triple]:
    """The report as `sh:ValidationReport`; each result also names the rule it breaks (`nqf:enforces`).

    In a `graph` of its own the report and its results have names there; a result keeps its name from state to state.
    """
    whole = BlankNode("report") if graph is None else NamedNode(f"{graph}#report")
    triples = [
        Triple(whole, RDF["type"], SH["ValidationReport"]),
        Triple(whole, SH["conforms"], Literal(report.conforms)),
    ]
    for number, finding in enumerate(report.findings):
        result = BlankNode(f"result{number}") if graph is None else NamedNode(f"{graph}#{_digest(finding)}")
        triples.append(Triple(whole, SH["result"], result))
        triples += _result(result, finding)
    return triples


def as_csv(report: Report) -> str:
    """The findings as a CSV table with the columns COLUMNS."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\r\n")
    table.writerow(COLUMNS)
    for finding in report.findings:
        messages = dict(finding.messages)
        texts = [messages.get(tag, "") for tag in ("ky", "ru", "en")]
        table.writerow([finding.rule, finding.severity, finding.focus, finding.path or "", finding.value or "", *texts])
    return text.getvalue()


def _digest(finding: Finding) -> str:
    said = (finding.rule, finding.severity, finding.focus, finding.path, finding.value, finding.shape)
    return hashlib.sha256(repr(said).encode()).hexdigest()[:16]


def _result(result: BlankNode | NamedNode, finding: Finding) -> list[Triple]:
    triples = [
        Triple(result, RDF["type"], SH["ValidationResult"]),
        Triple(result, SH["focusNode"], _node(finding.focus)),
        Triple(result, SH["resultSeverity"], SH[finding.severity]),
    ]
    if finding.path is not None:
        triples.append(Triple(result, SH["resultPath"], _node(finding.path)))
    if finding.value is not None:
        triples.append(Triple(result, SH["value"], _node(finding.value)))
    if finding.shape:
        triples.append(Triple(result, SH["sourceShape"], _node(finding.shape)))
    if finding.rule:
        triples.append(Triple(result, NQF["enforces"], SHAPES[finding.rule]))
    triples += [Triple(result, SH["resultMessage"], Literal(text, language=tag)) for tag, text in finding.messages]
    return triples


def _node(text: str) -> NamedNode | Literal:
    """An IRI where the text is one, else a literal."""
    try:
        return NamedNode(text)
    except ValueError:
        return Literal(text)
