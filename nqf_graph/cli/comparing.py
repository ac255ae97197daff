"""`nqf compare`, `nqf coverage`, `nqf explain`: the answers that join several questions."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from nqf_graph.cli.answers import Answer, print_answer
from nqf_graph.cli.commands import app, published
from nqf_graph.cli.output import known_language
from nqf_graph.errors import BadParameter

_Lang = Annotated[str, typer.Option("--lang", help="Language of names and sentences: ky, ru or en.")]
_Form = Annotated[str, typer.Option("--format", "-f", help="table, csv or json.")]


@app.command()
def compare(
    with_: Annotated[str, typer.Option("--with", help="The framework compared with, for example eqf.")],
    framework: Annotated[str | None, typer.Option(help="The framework; default: the one that is published.")] = None,
    as_of: Annotated[str | None, typer.Option("--as-of", help="As of this day, for example 2026-01-01.")] = None,
    lang: _Lang = "en",
    form: _Form = "table",
) -> None:
    """Two frameworks, level by level, with evidence and what is not known."""
    from nqf_graph.compare.frameworks import compare as compared  # noqa: PLC0415
    from nqf_graph.compare.records import COMPARISON, of_comparison  # noqa: PLC0415

    found = compared(published(), framework, with_, language=known_language(lang), as_of=as_of)
    shown = ("notation", "name", "verdict", "counterpart_notation", "relation", "kind", "state", "status", "score")
    print_answer(form, Answer(found.as_dict(), of_comparison(found), COMPARISON, shown, found.sentence))


@app.command()
def coverage(
    programme: Annotated[str, typer.Argument(help="The programme, for example programme/illustrative-pedagogy-6.")],
    standard: Annotated[str | None, typer.Option(help="The standard; default: what the programme is based on.")] = None,
    lang: _Lang = "en",
    form: _Form = "table",
) -> None:
    """What a programme covers of a standard, and of ESCO behind it."""
    from nqf_graph.compare.coverage import coverage as covered  # noqa: PLC0415
    from nqf_graph.compare.records import COVERAGE, of_coverage  # noqa: PLC0415

    found = covered(published(), programme, standard, language=known_language(lang))
    counts = "\n".join(
        f"{entry.standard.name}: " + ", ".join(f"{number} {name}" for name, number in entry.counts.items())
        for entry in found.standards
    )
    print_answer(form, Answer(found.as_dict(), of_coverage(found), COVERAGE, ("about", "name", "verdict"), counts))


@app.command()
def explain(
    subject: Annotated[str, typer.Argument(help="One thing, for example level/2020/7a.")],
    object_: Annotated[str, typer.Argument(metavar="OBJECT", help="The other, for example level/eqf-2017/7.")],
    lang: _Lang = "en",
    form: _Form = "text",
) -> None:
    """How two things stand to one another: who says so, why, and why not exactly."""
    from nqf_graph.compare.explanation import explain as explained  # noqa: PLC0415

    found = explained(published(), subject, object_, language=known_language(lang))
    if form == "json":
        print(json.dumps(found.as_dict(), ensure_ascii=False, indent=1))
        return
    if form != "text":
        raise BadParameter("--format", "expected text or json", ("text", "json"))
    print(found.sentence)
    for said in found.statements:
        names = ", ".join(named.name for named in said.creators)
        print(
            f"  {said.alignment.id}: {said.relation or 'no match'}, {said.kind}, {said.state}, {said.status}; {names}"
        )
        for mark, items in (("+", said.evidence), ("-", said.counter_evidence)):
            for item in items:
                print(f"    {mark} {item.named.name}: {item.text}")
        for rule in said.rules:
            if not rule.holds:
                print(f"    {rule.number}: {rule.message}")
    for reason in found.why_not_exact:
        print(f"  * {reason.sentence}")
    for near in found.nearby:
        print(f"  {near.subject.name} — {near.relation} — {near.object.name}")
