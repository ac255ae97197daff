"""`nqf diff`: what distinguishes two versions of a classification, and which alignments that touches."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from nqf_graph.cli.commands import FINDINGS, app, published
from nqf_graph.cli.output import write
from nqf_graph.cli.reference import phases, read_package
from nqf_graph.errors import BadParameter

if TYPE_CHECKING:
    from nqf_graph.importing.versions import Concept, Difference, Successor

_FORMATS = ("text", "json", "csv")


@app.command()
def diff(  # noqa: PLR0913, PLR0917 - the options of a command
    scheme: Annotated[str, typer.Argument(help="esco, isco, isced, isced-f or eqf.")],
    old: Annotated[Path, typer.Argument(help="A package; alone, it is compared with what was imported.")],
    new: Annotated[Path | None, typer.Argument(help="A second package, which is compared with the first.")] = None,
    form: Annotated[str, typer.Option("--format", "-f", help="text, json or csv.")] = "text",
    partial: Annotated[bool, typer.Option("--partial", help="Take what is there of incomplete packages.")] = False,
    everything: Annotated[bool, typer.Option("--all", help="In text, list every concept, not the first 20.")] = False,
) -> None:
    """Compare the imported graph with a package, or two packages; exit 1 if an alignment loses its object."""
    from nqf_graph.importing import graph_of_scheme, to_state  # noqa: PLC0415 - see commands.py
    from nqf_graph.importing.versions import compare_versions, read_version, silence_of, with_alignments  # noqa: PLC0415

    if form not in _FORMATS:
        raise BadParameter("--format", "no such format", _FORMATS)
    publication = published()
    graph = graph_of_scheme(publication, scheme)
    with phases() as phase:
        first = read_package(scheme, old, phase, partial=partial)
        second = None if new is None else read_package(scheme, new, phase, partial=partial)
        phase.begin("comparing")
        if second is None:
            before = read_version(publication.store.triples(graph), first.languages)
            after = read_version(to_state(publication, first), first.languages)
            names = (graph, f"{scheme} {first.version}".strip())
        else:
            before, after = read_version(first.triples, first.languages), read_version(second.triples, second.languages)
            names = (f"{scheme} {first.version}".strip(), f"{scheme} {second.version}".strip())
        silence = silence_of(first) | silence_of(second or first)
        found = with_alignments(publication, compare_versions(before, after, silence))
    if form == "json":
        print(json.dumps(_document(found, names, publication.store.state_id), ensure_ascii=False, indent=1))
    elif form == "csv":
        write(_table(found).encode())
    else:
        _print(found, names, None if everything else 20)
    if found.breaks_an_alignment:
        raise SystemExit(FINDINGS)


def _document(found: Difference, names: tuple[str, str], state: str) -> dict[str, Any]:
    return {
        "old": names[0],
        "new": names[1],
        "state": state,
        "notCompared": {
            "missing": found.silence.files,
            "kinds": sorted(found.silence.kinds),
            "properties": [" ".join(each) for each in sorted(found.silence.properties)],
        },
        "counts": _counts(found),
        "added": [_concept(each) for each in found.added],
        "removed": [
            _concept(each.concept) | {"successors": [_successor(one) for one in each.successors]}
            for each in found.removed
        ],
        "retired": [
            _concept(each.concept) | {"successors": [_successor(one) for one in each.successors]}
            for each in found.retired
        ],
        "changed": [
            _concept(each.concept)
            | {"properties": {name: {"new": new, "gone": gone} for name, (new, gone) in each.properties.items()}}
            for each in found.changed
        ],
        "alignments": [
            {
                "alignment": each.alignment,
                "subject": each.subject,
                "object": each.object,
                "happened": each.happened,
                "properties": each.properties,
                "successors": [_successor(one) for one in each.successors],
            }
            for each in found.touched
        ],
    }


def _counts(found: Difference) -> dict[str, int]:
    parts = {"added": found.added, "removed": found.removed, "retired": found.retired}
    more = {"superseded": found.superseded, "changed": found.changed, "alignments": found.touched}
    return {name: len(part) for name, part in (parts | more).items()}


def _concept(concept: Concept) -> dict[str, Any]:
    return {"iri": concept.iri, "label": concept.label, "kind": concept.kind}


def _successor(successor: Successor) -> dict[str, Any]:
    return _concept(successor.concept) | {"reason": successor.reason, "probable": successor.is_probable}


def _table(found: Difference) -> str:
    """One row for each concept that is added, gone or changed, and for each alignment that this touches."""
    out = io.StringIO()
    rows = csv.writer(out)
    rows.writerow(("change", "iri", "kind", "label", "properties", "successor", "probable", "alignment", "subject"))

    def row(change: str, concept: Concept, properties: str = "", successor: Successor | None = None) -> None:
        probable = "" if successor is None else str(successor.is_probable).lower()
        told = successor.concept.iri if successor else ""
        rows.writerow((change, concept.iri, concept.kind, concept.label, properties, told, probable, "", ""))

    for concept in found.added:
        row("added", concept)
    for each in found.gone:
        for successor in each.successors or (None,):
            row("retired" if each.is_retired else "removed", each.concept, "", successor)
    for changed in found.changed:
        row("changed", changed.concept, "; ".join(changed.properties))
    for touched in found.touched:
        properties = "; ".join(touched.properties)
        rows.writerow(
            (f"alignment {touched.happened}", touched.object, "", "", properties, "", "", touched.alignment,
             touched.subject)
        )  # fmt: skip
    return out.getvalue()


def _print(found: Difference, names: tuple[str, str], most: int | None) -> None:
    print(f"{names[0]} → {names[1]}")
    for name, number in _counts(found).items():
        print(f"  {number:>7,} {name}")
    if found.silence.files:
        parts = [f"all {kind}s" for kind in sorted(found.silence.kinds)]
        parts += [f"{name} of {kind}s" for kind, name in sorted(found.silence.properties)]
        print(f"not compared, for {', '.join(found.silence.files)} is missing: {', '.join(parts)}")
    _print_part("added", [f"{each.iri} {each.label}" for each in found.added], most)
    for name, part in (("removed", found.removed), ("retired", found.retired)):
        lines = []
        for gone in part:
            told = "; ".join(
                f"{'probable successor' if one.is_probable else 'replaced by'}: {one.concept.iri} {one.concept.label}"
                f"{f' ({one.reason})' if one.is_probable else ''}"
                for one in gone.successors
            )
            lines.append(f"{gone.concept.iri} {gone.concept.label}{f' → {told}' if told else ''}")
        _print_part(name, lines, most)
    _print_part(
        "changed", [f"{each.concept.iri} {each.concept.label}: {', '.join(each.properties)}" for each in found.changed],
        most,
    )  # fmt: skip
    kinds = Counter(name for each in found.changed for name in each.properties)
    for name, number in kinds.most_common():
        print(f"  {number:>7,} × {name}")
    lines = [
        f"{each.alignment}: {each.subject} → {each.object}, {each.happened}"
        f"{f' ({chr(44).join(each.properties)})' if each.properties else ''}"
        for each in found.touched
    ]
    _print_part("alignments touched", lines, None)


def _print_part(name: str, lines: list[str], most: int | None) -> None:
    if not lines:
        return
    print(f"{name}:")
    for line in lines[:most]:
        print(f"  {line}")
    if most is not None and len(lines) > most:
        print(f"  … and {len(lines) - most:,} more (--all, --format json)")
