"""From the graph to the report: which findings, levels and open questions there are, and what they rest on."""

from __future__ import annotations

import shlex
from urllib.parse import urlencode

from pyoxigraph import NamedNode

from nqf_graph.compare.frameworks import compare
from nqf_graph.errors import BadParameter
from nqf_graph.publication import Publication
from nqf_graph.report.asking import Asked
from nqf_graph.report.facts import Facts
from nqf_graph.report.frameworks import compared_of, day_of
from nqf_graph.report.items import items_of
from nqf_graph.report.levels import levels_of
from nqf_graph.report.model import Comparison, Meaning, Report
from nqf_graph.report.openness import open_of, rules_of
from nqf_graph.terms import DCT, LANGUAGES, NQF, SKOS

FINDINGS, OFFICIAL = "comparison/findings", "comparison/official-alignments"
_GROUPS = ("findingResults", "dataStatuses", "alignmentKinds", "alignmentStatuses", "confidences", "sourceKinds")


def build(
    publication: Publication, with_: str, *, framework: str | None = None, language: str = "en",
    as_of: str | None = None,
) -> Report:  # fmt: skip
    """What is there to report on the framework beside `with_`, in `language`, as of the day?

    Frameworks are named as `compare` has it; without a day, it is that of the graph (`day_of`).  Raises BadParameter
    for a language that is not one of ours, NotFound naming what exists for an unknown framework.
    """
    if language not in LANGUAGES:
        raise BadParameter("lang", f"no language {language!r}", LANGUAGES)
    if not with_:
        raise BadParameter("with", "is required: the framework to compare with, for example eqf")
    facts = Facts(publication, language)
    day = day_of(publication, as_of)
    comparison = compare(publication, framework, with_, language=language, as_of=day)
    compared = compared_of(facts, comparison)
    asked = Asked(facts, compared)
    findings, official = asked(FINDINGS), asked(OFFICIAL)
    items = items_of(facts, compared, asked)
    levels = levels_of(facts, comparison, asked)
    rules = rules_of(asked)
    still_open = open_of(asked, items, levels, rules)
    catalogue, publisher, licence = _publisher(facts)
    return Report(
        language=language,
        comparison=compared,
        state=publication.store.state_id,
        catalogue=catalogue,
        publisher=publisher,
        licence=licence,
        address=_address(publication, compared, framework, language),
        command=_command(publication, compared, framework, language),
        base=publication.settings.base,
        items=items,
        levels=levels,
        open=still_open,
        rules=rules,
        sources=facts.sources(),
        queries=asked.all(),
        meanings=_meanings(facts),
        official_alignments=official.key,
        findings_query=findings.key,
    )


def _publisher(facts: Facts) -> tuple[str, str, str]:
    """The title of the catalogue, its publisher and its licence."""
    texts: list[object] = []
    found: dict[NamedNode, str] = {}
    for row in facts.publication.store.select(facts.publication.system("report-publisher")):
        property_, value = row["property"], row["value"]
        if property_ == DCT["title"]:
            texts.append(value)
        elif isinstance(property_, NamedNode) and isinstance(value, NamedNode):
            found.setdefault(property_, value.value)
    title = facts.best(texts)  # type: ignore[arg-type]
    return title.text if title else "", found.get(DCT["publisher"], ""), found.get(DCT["license"], "")


def _parameters(publication: Publication, compared: Comparison, framework: str | None, language: str) -> dict[str, str]:
    """What is asked for, so that asking again gives the same: the edition compared with, and the day."""
    shorten = publication.asker.shorten
    given = {"with": shorten(compared.reference_edition.iri), "lang": language, "as_of": compared.as_of}
    return given | ({"framework": shorten(compared.edition.iri)} if framework else {})


def _address(publication: Publication, compared: Comparison, framework: str | None, language: str) -> str:
    parameters = _parameters(publication, compared, framework, language)
    return f"{publication.settings.base}/api/v1/report?{urlencode(parameters, safe='/:')}"


def _command(publication: Publication, compared: Comparison, framework: str | None, language: str) -> str:
    parameters = _parameters(publication, compared, framework, language)
    options = [f"--{name.replace('_', '-')} {shlex.quote(value)}" for name, value in parameters.items()]
    return f"nqf report comparison {' '.join(options)}"


def _meanings(facts: Facts) -> tuple[Meaning, ...]:
    """The words for results, statuses and kinds, with their definitions."""
    publication = facts.publication
    found = []
    for group in _GROUPS:
        scheme = NQF[group]
        members = publication.store.select(publication.system("report-scheme", scheme=str(scheme)))
        iris = [row["member"].value for row in members if isinstance(row["member"], NamedNode)]
        facts.read([scheme.value, *iris])
        for iri in iris:
            definition = facts.text(iri, SKOS["definition"])
            name, told = facts.name(iri).text, definition.text if definition else ""
            found.append(Meaning(facts.name(scheme.value).text, name, told, iri))
    return tuple(found)
