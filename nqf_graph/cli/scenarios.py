"""`nqf gaps`, `nqf pathways`, `nqf what-if`: what stands alone, how one gets on, what a change would bring."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nqf_graph.cli.answers import Answer, print_answer
from nqf_graph.cli.commands import FINDINGS, app, published
from nqf_graph.cli.output import known_language
from nqf_graph.errors import BadParameter

if TYPE_CHECKING:
    from nqf_graph.compare.what_if import WhatIf
    from nqf_graph.writes import Request

_Lang = Annotated[str, typer.Option("--lang", help="Language of names and sentences: ky, ru or en.")]
_Form = Annotated[str, typer.Option("--format", "-f", help="table, csv or json.")]
_Day = Annotated[str | None, typer.Option("--as-of", help="As of this day, for example 2026-01-01.")]


@app.command()
def gaps(
    sector: Annotated[str | None, typer.Option(help="Only what belongs to this sector.")] = None,
    as_of: _Day = None,
    lang: _Lang = "en",
    form: _Form = "table",
) -> None:
    """What stands alone: standards, tasks, occupations and levels without what should go with them."""
    from nqf_graph.compare.gaps import GAPS  # noqa: PLC0415
    from nqf_graph.compare.gaps import gaps as found_gaps  # noqa: PLC0415

    found = found_gaps(published(), sector=sector, language=known_language(lang), as_of=as_of)
    counts = "\n".join(f"{entry.title}: {entry.total}" for entry in found.lists)
    print_answer(
        form, Answer(found.as_dict(), found.as_records(), GAPS, ("list", "name", "level", "lacks", "status"), counts)
    )


@app.command()
def pathways(
    from_: Annotated[str, typer.Argument(metavar="FROM", help="Qualification type, qualification, level, position.")],
    to: Annotated[str, typer.Argument(metavar="TO", help="Where to.")],
    as_of: _Day = None,
    lang: _Lang = "en",
    form: _Form = "table",
) -> None:
    """How one gets from a qualification, level or position to another; or how far."""
    from nqf_graph.compare.pathways import PATHWAYS  # noqa: PLC0415
    from nqf_graph.compare.pathways import pathways as ways  # noqa: PLC0415

    found = ways(published(), from_, to, language=known_language(lang), as_of=as_of)
    shown = ("path", "step", "kind", "by_name", "to_name", "level", "credits", "status")
    told = [found.sentence]
    told += [f"  + {place.named.name} {place.level}".rstrip() for place in found.within_reach]
    told += [f"  - {step.by.name} ← {step.entry.named.name if step.entry else '?'}" for step in found.lacking]
    print_answer(form, Answer(found.as_dict(), found.as_records(), PATHWAYS, shown, "\n".join(told)))


@app.command("what-if")
def what_if(
    file: Annotated[str, typer.Argument(help="The change: .ru, .rdfp, .ttl, .nt … or - for Turtle on standard input.")],
    lang: _Lang = "en",
    form: Annotated[str, typer.Option("--format", "-f", help="text or json.")] = "text",
) -> None:
    """What a change would bring: findings, alignments, comparisons, programmes; nothing is stored."""
    from nqf_graph.compare.what_if import what_if as tried  # noqa: PLC0415

    if form not in ("text", "json"):
        raise BadParameter("--format", "expected text or json", ("text", "json"))
    if file != "-" and not Path(file).is_file():
        raise BadParameter("FILE", f"expected a file or -, found {file!r}")
    text = sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8")
    found = tried(published(), _change(file, text), language=known_language(lang))
    if form == "json":
        print(json.dumps(found.as_dict(), ensure_ascii=False, indent=1))
    else:
        _tell(found)
    if found.violations:
        raise SystemExit(FINDINGS)


def _change(file: str, text: str) -> Request:
    """The change of a file, by its ending."""
    from nqf_graph.formats import GRAPHS, TURTLE, named  # noqa: PLC0415
    from nqf_graph.writes import Request  # noqa: PLC0415

    ending = "" if file == "-" else Path(file).suffix[1:]
    if ending in ("ru", "rdfp"):
        return Request("update" if ending == "ru" else "patch", text)
    return Request("check", text, media_type=(named(ending, GRAPHS) if ending else TURTLE).media_type)


def _tell(found: WhatIf) -> None:
    print(found.sentence)
    for mark, findings in (("+", found.introduced), ("-", found.vanished)):
        for finding in findings:
            print(f"  {mark} {finding.rule} {finding.severity} {finding.focus.id}: {finding.message}")
    for change in found.alignments:
        relation = change.relation or "no match"
        print(f"  {change.effect}: {change.subject.name} — {relation} — {change.object.name if change.object else '?'}")
    for row in found.comparisons:
        before, after = (
            ", ".join(f"{place.level.id} {place.relation}" for place in side) or "—" for side in (row.before, row.after)
        )
        print(f"  {row.level.id} in {row.edition.id}: {before} → {after}")
    for programme in found.programmes:
        for aspect in programme.aspects:
            told = [f"-{thing.id}" for thing in aspect.lost] + [f"+{thing.id}" for thing in aspect.gained]
            counts = f"{aspect.before} → {aspect.after}"
            print(f"  {programme.effect}: {programme.programme.name}: {aspect.aspect} {counts}: {' '.join(told)}")
