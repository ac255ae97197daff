"""The comparison report: what it says of the invented country, that it hides nothing, and that it is the same twice."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
from pyld import jsonld
from pyoxigraph import Literal, NamedNode, RdfFormat
from starlette.testclient import TestClient

from nqf_graph.app import create_app
from nqf_graph.errors import BadParameter, CannotLoad, NotFound
from nqf_graph.formats import HTML, JSON, JSON_LD, MARKDOWN
from nqf_graph.publication import Publication, open_publication
from nqf_graph.report import Report, build, differences, read_edition, read_edition_file, write
from nqf_graph.report.document import Box, Document, Section, Span, Statement, Table, text_of
from nqf_graph.report.facts import Facts
from nqf_graph.report.items import checks_of
from nqf_graph.report.layout import lay_out
from nqf_graph.report.markdown import escaped
from nqf_graph.report.model import Judgement, Query, Text
from nqf_graph.report.wording import phrases
from nqf_graph.settings import Settings
from nqf_graph.terms import LANGUAGES, NQF
from nqf_graph.writes import Request
from tests.conftest import ROOT, WORLD, WORLD_BASE, published_world

ID = f"{WORLD_BASE}/id/"


@pytest.fixture(scope="module")
def report(world: Publication) -> Report:
    return build(world, "crf")


@pytest.fixture(scope="module")
def document(report: Report) -> Document:
    return lay_out(report)


def by_item(report: Report) -> dict[str, Any]:
    return {item.iri.removeprefix(ID): item for item in report.items}


# What it says


def test_findings_are_those_of_the_edition_and_the_day(report: Report) -> None:
    found = {name: item.result for name, item in by_item(report).items()}
    assert found == {
        "topic/levels": "met",
        "topic/legal": "met",
        "topic/validation": "partlyMet",
        "topic/outcomes": "met",
        "topic/quality": "met",
        "topic/recognition": "notEvidenced",
        "topic/registers": "open",
        "criterion/1": "notEvidenced",
        "criterion/2": "met",
    }
    legal = by_item(report)["topic/legal"]
    assert legal.judgement.iri == f"{ID}finding/legal"
    assert [earlier.iri for earlier in legal.earlier] == [f"{ID}finding/legal-first"], "2010's is of another edition"
    assert [author.name for author in legal.judgement.authors] == ["Qualifications Council"]


def test_a_finding_of_a_later_day_does_not_count_yet(world: Publication) -> None:
    early = by_item(build(world, "crf", as_of="2020-06-01"))
    assert early["topic/legal"].judgement.iri == f"{ID}finding/legal-first"
    assert early["topic/levels"].judgement is None


def test_misfits_between_finding_and_evidence_are_found(report: Report) -> None:
    found = {name: [check.kind for check in item.checks] for name, item in by_item(report).items()}
    assert found == {
        "topic/levels": [],
        "topic/legal": [],
        "topic/validation": [],
        "topic/outcomes": ["nothing-official"],
        "topic/quality": ["no-rows"],
        "topic/recognition": ["no-finding"],
        "topic/registers": ["no-question"],
        "criterion/1": ["rows-after-all"],
        "criterion/2": [],
    }


def test_evidence_counts_as_of_the_day(world: Publication) -> None:
    """The accreditation ended in August 2026: before, the finding on quality had a row, though no official one."""
    quality = by_item(build(world, "crf", as_of="2022-06-01"))["topic/quality"]
    assert [check.kind for check in quality.checks] == ["nothing-official"]


JUDGEMENT = Judgement("urn:x", "met", Text(""), (), "2020-01-01", "", "", "", (), (), ())


def asked(total: int, official: int, problem: str = "") -> Query:
    return Query("Q1", "a/b", "", "", "", (), "", (), (), total, official, (), problem)


def judged(result: str, date: str = "2020-01-01") -> Judgement:
    return Judgement(f"urn:{result}", result, Text(""), (), date, "", "", "", (), (), ())


@pytest.mark.parametrize(
    ("judgement", "earlier", "queries", "kinds"),
    [
        (judged("met"), [], [asked(2, 1)], []),
        (judged("met"), [], [asked(2, 0)], ["nothing-official"]),
        (judged("partlyMet"), [], [asked(0, 0)], ["no-rows"]),
        (judged("open"), [], [asked(0, 0)], []),
        (judged("notEvidenced"), [], [asked(2, 0)], []),
        (judged("notEvidenced"), [], [asked(2, 1)], ["rows-after-all"]),
        (judged("met"), [judged("open")], [asked(1, 1)], ["two-findings"]),
        (judged("met"), [judged("open", "2019-01-01")], [asked(1, 1)], []),
        (judged("met"), [], [], ["no-question"]),
        (judged("met"), [], [asked(0, 0, "is required")], ["not-answerable", "no-rows"]),
        (None, [], [asked(1, 1)], ["no-finding"]),
    ],
)
def test_checks(judgement: Judgement | None, earlier: list[Judgement], queries: list[Query], kinds: list[str]) -> None:
    assert [check.kind for check in checks_of(judgement, earlier, queries)] == kinds


def test_levels_are_side_by_side(report: Report) -> None:
    rows = {row.notation: row for row in report.levels.rows}
    assert list(rows) == ["1", "2", "3", "3a", "3b", "4"]
    verdicts = {notation: row.verdict for notation, row in rows.items()}
    assert verdicts == {
        "1": "matched", "2": "nothing-said", "3": "in-sub-levels", "3a": "matched", "3b": "matched", "4": "no-match",
    }  # fmt: skip
    assert rows["3a"].shared_with == ("3b",) and rows["3b"].shared_with == ("3a",) and rows["1"].shared_with == ()
    [third] = rows["3b"].counterparts
    assert (third.notation, third.relation, third.score) == ("3", "broadMatch", "0.5")
    assert [against.name for against in third.counter_evidence] == ["Comparison of credits"]
    assert [level.name for level in report.levels.unmatched] == ["Reference level 2"]
    assert [alignment.name for alignment in rows["4"].rejected] == ["Level 4 to reference level 2"]
    assert report.levels.order == () and report.levels.sentence.endswith("direct alignments: 4.")
    assert [(d.dimension, d.left and d.left.text) for d in rows["4"].descriptors] == [
        ("Autonomy", "Opens new directions"), ("Knowledge", "Frontier of a discipline"),
    ]  # fmt: skip


def test_open_questions_say_where_they_come_from(report: Report) -> None:
    found = {(one.kind, one.about.name) for one in report.open}
    assert found >= {
        ("finding-open", "Registers"),
        ("no-finding", "Recognition of qualifications"),
        ("check-no-rows", "Quality assurance"),
        ("finding-notEvidenced", "Responsible bodies are known"),
        ("level-nothing-said", "Level 2"),
        ("level-no-match", "Level 4"),
        ("disputed", "Act on amendments"),
    }
    assert all(one.queries or one.rules or one.records for one in report.open)


def test_advice_of_the_rules_is_among_the_open_questions(tmp_path: Path) -> None:
    """A second close match of an occupation to another unit group is advice of R56."""
    publication = open_publication(published_world(tmp_path))
    occupation = "http://data.europa.eu/esco/occupation/test"
    text = f"""
        <{ID}alignment/of-another-group> a <{NQF["Alignment"].value}> ;
            <http://www.w3.org/2004/02/skos/core#prefLabel> "ky"@ky , "ру"@ru , "Plumber to an occupation of another group"@en ;
            <{NQF["alignedSubject"].value}> <{ID}occupation/plumber> ; <{NQF["alignedObject"].value}> <{occupation}> ;
            <{NQF["relation"].value}> <http://www.w3.org/2004/02/skos/core#closeMatch> ;
            <{NQF["alignmentKind"].value}> <{NQF["analystMapping"].value}> ;
            <{NQF["alignmentStatus"].value}> <{NQF["proposed"].value}> ;
            <{NQF["justification"].value}> <{NQF["expertJudgement"].value}> ;
            <http://purl.org/dc/terms/creator> <{ID}body/council> ;
            <http://purl.org/dc/terms/date> "2022-01-01"^^<http://www.w3.org/2001/XMLSchema#date> ;
            <{NQF["dataStatus"].value}> <{NQF["inferred"].value}> ;
            <http://purl.org/dc/terms/source> <{ID}source/project> .
        <{occupation}> <http://data.europa.eu/esco/model#memberOfISCOGroup> <http://data.europa.eu/esco/isco/C5131> .
    """
    outcome = publication.write(
        Request("post", text, f"{WORLD_BASE}/graph/advice", "text/turtle", foreign=True), "a test"
    )
    assert outcome.next_state != outcome.state
    told = build(publication, "crf")
    advice = [one for one in told.open if one.kind == "advice"]
    assert ("Plumber to an occupation of another group", ("R56",)) in [(one.about.name, one.rules) for one in advice]
    assert told.comparison.as_of > "2026-11-23", "a commit is a change of the graph"


# Every sentence has its reference


def test_a_statement_without_a_reference_cannot_be_made() -> None:
    with pytest.raises(ValueError, match="needs a reference"):
        Statement((Span("The framework is good."),), ())


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reference_leads_somewhere(world: Publication, language: str) -> None:
    document = lay_out(build(world, "crf", language=language))
    blocks = list(document.blocks())
    anchors = {block.anchor for block in blocks if isinstance(block, Section)}
    spans = [
        span for block in blocks if isinstance(block, Table) for row in block.rows for cell in row for span in cell
    ]
    anchors |= {span.anchor for span in spans if span.anchor}
    cited = {one.anchor for block in blocks if isinstance(block, Statement | Table) for one in block.references}
    linked = {span.link[1:] for span in spans if span.link.startswith("#")}
    assert cited and cited | linked <= anchors


def test_only_fixed_phrases_stand_without_a_reference(report: Report, document: Document) -> None:
    fixed = set(phrases("en").values())
    free = [text_of(block.spans) for block in document.blocks() if type(block).__name__ == "Paragraph"]
    patterns = [re.sub(r"\\\{\w+\\\}", ".+", re.escape(phrase)) for phrase in fixed]
    assert free and all(any(re.fullmatch(pattern, text) for pattern in patterns) for text in free)


def test_misfits_and_what_is_not_official_are_in_plain_sight(document: Document) -> None:
    warning = next(block for block in document.cover if isinstance(block, Box))
    told = " ".join(text_of(block.spans) for block in warning.blocks if isinstance(block, Statement))
    assert "Findings that do not fit their evidence: 3" in told
    assert "Descriptors of the levels: 9 (draft: 1, illustrative: 1, official: 7)" in told
    problems = [block for block in document.blocks() if isinstance(block, Box) and block.tone == "problem"]
    assert len(problems) == 3


def test_phrases_are_in_three_languages_with_the_same_gaps() -> None:
    with (ROOT / "nqf_graph" / "report" / "words.toml").open("rb") as file:
        words = tomllib.load(file)
    cyrillic_and_latin = re.compile(r"[А-Яа-яЁёӨөҮүҢң][A-Za-z]|[A-Za-z][А-Яа-яЁёӨөҮүҢң]")
    assert cyrillic_and_latin.search("сoздано"), "a Latin o among Cyrillic letters is seen"
    for name, texts in words.items():
        assert list(texts) == list(LANGUAGES), name
        gaps = {tag: sorted(re.findall(r"\{(\w+)\}", text)) for tag, text in texts.items()}
        assert gaps["ky"] == gaps["ru"] == gaps["en"], name
        assert not any(cyrillic_and_latin.search(texts[tag]) for tag in ("ky", "ru")), name


def test_every_phrase_is_used() -> None:
    """By its name, or by its family with a word that the code or the vocabulary has."""
    sources = [file.read_text(encoding="utf-8") for file in (ROOT / "nqf_graph" / "report").glob("*.py")]
    said = "\n".join([*sources, *(file.read_text(encoding="utf-8") for file in (ROOT / "ontology").glob("*.ttl"))])
    said += "topic_intro criterion_intro Violation Warning Info skos:narrowMatch skos:relatedMatch"
    families = ("check_", "open_finding-", "open_", "verdict_", "relation_", "severity_", "col_", "diff_", "what_")
    for name in phrases("en"):
        family = next((prefix for prefix in families if name.startswith(prefix)), "")
        assert name in said or (family and name.removeprefix(family) in said), name


# Frameworks, days and languages


def test_names_of_frameworks(world: Publication) -> None:
    names = ("crf", "framework/crf", "framework/crf/2015", f"{ID}framework/crf", f"{ID}framework/crf/2015")
    assert {build(world, name).comparison.reference_edition.iri for name in names} == {f"{ID}framework/crf/2015"}
    older = build(world, "crf", framework="framework/aqf/2010")
    assert older.comparison.edition.iri == f"{ID}framework/aqf/2010"
    assert by_item(older)["topic/legal"].judgement.iri == f"{ID}finding/legal-2010"


def test_what_cannot_be_reported(world: Publication) -> None:
    with pytest.raises(NotFound) as unknown:
        build(world, "nowhere")
    assert "framework/crf" in unknown.value.existing
    with pytest.raises(NotFound, match="edition on 2014-12-31"):
        build(world, "crf", as_of="2014-12-31")
    with pytest.raises(BadParameter, match="the framework itself"):
        build(world, "aqf")
    with pytest.raises(BadParameter, match="date"):
        build(world, "crf", as_of="yesterday")
    with pytest.raises(BadParameter, match="language"):
        build(world, "crf", language="de")


def test_nothing_connects_the_two(world: Publication) -> None:
    """The edition of 2010 is aligned with nothing: the report says so, and shows no empty table."""
    report = build(world, "crf", framework="framework/aqf/2010")
    assert not report.levels.is_connected
    document = lay_out(report)
    levels = next(part for part in document.sections if part.anchor == "levels")
    assert not any(isinstance(block, Table) for block in levels.blocks)
    [told] = levels.blocks
    assert isinstance(told, Statement) and "Nothing connects these two frameworks" in text_of(told.spans)


def test_the_day_is_that_of_the_newest_change_and_not_today(report: Report) -> None:
    dates = re.findall(r'dct:modified "([\d-]+)"', (WORLD / "catalog.ttl").read_text(encoding="utf-8"))
    assert report.comparison.as_of == max(dates)


def test_texts_in_another_language_say_so(world: Publication) -> None:
    facts = Facts(world, "ru")
    only_english = [Literal("text", language="en")]
    assert facts.best(only_english) == Text("text", "en")
    assert facts.best([*only_english, Literal("текст", language="ru")]) == Text("текст")
    assert b'<span class="tag">en</span>' in write(build(world, "crf", language="ky"), HTML), "sources are in English"


# Formats


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("form", [HTML, JSON, JSON_LD, MARKDOWN], ids=lambda form: form.suffix)
def test_the_same_report_in_every_text_format(world: Publication, form: Any, language: str) -> None:
    told = build(world, "crf", language=language)
    text = write(told, form).decode()
    plain = text.replace("\\", "") if form is MARKDOWN else text
    for item in told.items:
        assert item.name.text in plain
        if item.judgement:
            assert item.judgement.text.text.replace("'", "&#39;" if form is HTML else "'") in plain
    assert told.state in text and told.comparison.as_of in text


def test_the_page_is_whole_and_has_no_scripts(report: Report) -> None:
    page = write(report, HTML).decode()
    assert page.startswith("<!doctype html>") and '<html lang="en">' in page and "<script" not in page
    assert not re.search(r'(?:src|href)="(?!#|https?://|/)', page)
    anchors = set(re.findall(r'id="([^"]+)"', page))
    assert set(re.findall(r'href="#([^"]+)"', page)) <= anchors
    assert len(re.findall(r'id="([^"]+)"', page)) == len(anchors), "no anchor twice"


def test_what_a_text_holds_means_nothing_to_html_or_markdown() -> None:
    hostile = Span("<b>*x*|[y](z)`")
    from nqf_graph.report.document import Document as Whole  # noqa: PLC0415
    from nqf_graph.report.document import Paragraph  # noqa: PLC0415
    from nqf_graph.report.html import to_html  # noqa: PLC0415

    whole = Whole("en", "T", "S", "2020-01-01", {"contents": "C", "page": "p"}, (Paragraph((hostile,)),), ())
    assert b"<b>" not in to_html(whole) and b"&lt;b&gt;" in to_html(whole)
    assert escaped(hostile.text) == r"\<b\>\*x\*\|\[y\](z)\`"


def test_json_ld_says_the_same_to_others(report: Report) -> None:
    document = json.loads(write(report, JSON_LD))
    triples = jsonld.to_rdf(document)["@default"]
    said = {(t["subject"]["value"], t["predicate"]["value"], t["object"]["value"]) for t in triples}
    assert (f"{ID}finding/legal", NQF["findingResult"].value, NQF["met"].value) in said
    assert (f"{ID}finding/legal", NQF["findingOn"].value, f"{ID}topic/legal") in said
    assert (f"{ID}finding/levels", NQF["hasEvidence"].value, f"{ID}evidence/credits") in said
    findings = {subject for subject, predicate, _ in said if predicate == NQF["findingResult"].value}
    assert len(findings) == len(report.items)
    assert any(value == report.state for _, _, value in said)
    assert any("SELECT" in value for _, _, value in said), "the queries are in it"


def test_json_ld_loses_nothing_to_its_context(report: Report) -> None:
    """Every word of the document is in the context: a word that is not would be dropped by a reader."""
    document = json.loads(write(report, JSON_LD))
    context = document.pop("@context")
    todo, used = [document], set()
    while todo:
        node = todo.pop()
        if isinstance(node, dict):
            used |= node.keys()
            todo += node.values()
        elif isinstance(node, list):
            todo += node
    assert used <= context.keys()


def test_same_bytes_in_another_process(tmp_path: Path, report: Report) -> None:
    """Hashes, time zone and working directory differ; the bytes do not."""
    found = []
    for seed, zone in (("1", "Asia/Bishkek"), ("2", "America/Los_Angeles")):
        settings = {
            "BASE": WORLD_BASE,
            "CATALOG": str(WORLD / "catalog.ttl"),
            "STORE": "",
            "QUERIES": str(ROOT / "queries"),
        }
        environment = os.environ | {f"NQF_{name}": value for name, value in settings.items()}
        environment |= {"PYTHONHASHSEED": seed, "TZ": zone}
        code = (
            "import sys; from nqf_graph.publication import open_publication; from nqf_graph.settings import Settings;"
            "from nqf_graph.report import build, offered, write; r = build(open_publication(Settings()), 'crf', language='ky');"
            "[sys.stdout.buffer.write(write(r, form)) for form in offered()]"
        )
        done = subprocess.run(
            [sys.executable, "-c", code], env=environment, capture_output=True, check=True, cwd=tmp_path
        )
        found.append(done.stdout)
    assert found[0] == found[1]
    assert found[0].count(b"%PDF-") == 1


# Two editions


@pytest.fixture(scope="module")
def edition(report: Report) -> bytes:
    return write(report, JSON_LD)


def test_no_differences(edition: bytes, world: Publication) -> None:
    other_language = write(build(world, "crf", language="ky"), JSON_LD)
    assert not differences(read_edition(edition, "a"), read_edition(edition, "b"))
    assert not differences(read_edition(edition, "a"), read_edition(other_language, "b")), "words are no difference"


def test_differences_are_named(edition: bytes) -> None:
    changed = json.loads(edition)
    on = {finding["findingOn"]["id"].removeprefix(ID): finding for finding in changed["findings"]}
    on["topic/registers"] |= {"result": NQF["partlyMet"].value, "text": "There is a register."}
    on["topic/levels"]["evidence"] = [f"{ID}evidence/descriptor-table"]
    levels = {level["notation"]: level for level in changed["levels"]}
    levels["3b"]["counterparts"][0]["relation"] = "http://www.w3.org/2004/02/skos/core#closeMatch"
    gone = [one for one in changed["openQuestions"] if one["about"]["name"] != "Level 2"]
    changed["openQuestions"] = gone
    found = differences(read_edition(edition, "old"), read_edition(json.dumps(changed).encode(), "new"))
    told = {(change.part, change.name, change.old, change.new) for change in found.changes}
    assert told == {
        ("findings", "Registers", "open", "partlyMet"),
        ("evidence", "Levels and descriptors", "", f"{ID}evidence/descriptor-table"),
        ("evidence", "Levels and descriptors", f"{ID}evidence/credits", ""),
        ("levels", "Level 3b", "Reference level 3 (broadMatch)", "Reference level 3 (closeMatch)"),
        ("open", "Level 2", "level-nothing-said", ""),
    }
    text = found.as_text().decode()
    assert (
        "Registers: open → partlyMet (reason: The act on the register is in preparation. → There is a register.)"
        in text
    )
    assert "## Findings" in found.as_text(markdown=True).decode()
    assert len(json.loads(found.as_json())["changes"]) == 5


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b"{", "line|Expecting"),
        (b"[]", "no Report"),
        (b'{"type": "Report"}', "queries"),
        (b'{"name": "\xff"}', "UTF-8"),
        (b'{"@context": {}, "type": "ItemList"}', "no Report"),
    ],
)
def test_what_is_no_report_is_refused(text: bytes, reason: str, tmp_path: Path) -> None:
    file = tmp_path / "old.jsonld"
    file.write_bytes(text)
    with pytest.raises(CannotLoad, match=reason) as refused:
        read_edition_file(file)
    assert str(file) in str(refused.value)
    with pytest.raises(CannotLoad, match="expected a file"):
        read_edition_file(tmp_path / "none.jsonld")


# Over HTTP


@pytest.mark.parametrize(
    ("accept", "starts"),
    [
        ("text/html", b"<!doctype html>"),
        ("application/json", b"{"),
        ("application/ld+json", b"{"),
        ("text/markdown", b"# "),
        ("application/pdf", b"%PDF-"),
    ],
)
def test_formats_by_accept(client: TestClient, accept: str, starts: bytes) -> None:
    response = client.get("/api/v1/report", params={"with": "crf", "lang": "ru"}, headers={"Accept": accept})
    assert response.status_code == 200, response.text
    assert response.headers["content-type"].startswith(accept) and response.content.startswith(starts)
    assert response.headers["content-language"] == "ru" and response.headers["etag"]
    again = client.get(
        "/api/v1/report", params={"with": "crf", "lang": "ru"},
        headers={"Accept": accept, "If-None-Match": response.headers["etag"]},
    )  # fmt: skip
    assert again.status_code == 304


def test_the_page_of_the_service_leads_to_the_service(client: TestClient) -> None:
    page = client.get("/api/v1/report?with=crf&_mediatype=html")
    assert 'href="/doc/level/2020/3a"' in page.text and "_mediatype=md" in page.text
    policy = page.headers["content-security-policy"]
    assert policy.count("style-src") == 1 and "sha256-" in policy, "only the style of the page itself is allowed"


@pytest.mark.parametrize(
    ("query", "status", "names"),
    [
        ("with=nowhere", 404, "framework/crf"),
        ("with=crf&lang=de", 400, "ky"),
        ("with=crf&as_of=soon", 400, None),
        ("with=crf&colour=blue", 400, "as_of"),
        ("lang=en", 400, None),
        ("with=crf&_mediatype=docx", 406, None),
    ],
)
def test_errors_name_what_exists(client: TestClient, query: str, status: int, names: str | None) -> None:
    response = client.get(f"/api/v1/report?{query}", headers={"Accept": "application/json"})
    assert response.status_code == status
    problem = response.json()
    assert names is None or names in problem["existing"]


def test_home_leads_to_the_report(client: TestClient) -> None:
    assert "/api/v1/report?with=framework/crf" in client.get("/?lang=ky").text


def test_the_real_country_has_a_finding_on_everything(country: Publication) -> None:
    """Eleven topics, ten criteria; nothing official is claimed, and every evidence question can be asked."""
    with TestClient(create_app(country)) as client:
        told = client.get("/api/v1/report?with=eqf&lang=ky", headers={"Accept": "application/json"}).json()
    assert [len([i for i in told["items"] if i["set"] == set_]) for set_ in ("topic", "criterion")] == [11, 10]
    assert all(query["problem"] == "" for query in told["queries"])
    assert all(item["judgement"] is not None for item in told["items"])
    assert {row["notation"] for row in told["levels"]["rows"]} >= {"7a", "7b", "9"}


def test_settings_of_the_store_do_not_matter(tmp_path: Path, edition: bytes) -> None:
    """A store on disk gives the bytes of the store in memory."""
    on_disk = open_publication(Settings(base=WORLD_BASE, catalog=WORLD / "catalog.ttl", store=tmp_path))
    assert write(build(on_disk, "crf"), JSON_LD) == edition
    assert NamedNode(ID) and RdfFormat.TURTLE
