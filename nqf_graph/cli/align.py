"""`nqf align`: mapping sets listed, written out and read in."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nqf_graph.cli.commands import FINDINGS, app, published
from nqf_graph.cli.output import findings_as_text, known_language, talk_if_terminal, write
from nqf_graph.errors import BadParameter
from nqf_graph.settings import Settings
from nqf_graph.terms import LANGUAGES, NQF

if TYPE_CHECKING:
    from nqf_graph.exchange import Import
    from nqf_graph.publication import Publication

align = typer.Typer(no_args_is_help=True, help="Alignments as SSSOM mapping sets.")
app.add_typer(align, name="align")


@align.command("list")
def list_sets(
    lang: Annotated[str, typer.Option("--lang", help="Language of names: ky, ru or en.")] = "en",
) -> None:
    """List the mapping sets: name, title, how many mappings, and between which schemes."""
    from nqf_graph.exchange import mapping_sets  # noqa: PLC0415

    publication = published()
    tag = known_language(lang)
    for summary in mapping_sets(publication):
        title = summary.title.get(tag) or next(iter(summary.title.values()), summary.graph)
        print(f"{summary.name}\t{summary.mappings}\t{title}")
        for pair in summary.pairs:
            sides = " → ".join(publication.asker.shorten(side) if side else "?" for side in (pair.source, pair.target))
            print(f"    {pair.mappings}\t{sides}" + (f"\t{pair.no_match} without match" if pair.no_match else ""))


@align.command("export")
def export_set(
    name: Annotated[str, typer.Option("--set", help="Name of the mapping set; see `nqf align list`.")] = "",
    graph: Annotated[str, typer.Option(help="Named graph of the set, instead of its name.")] = "",
    form: Annotated[str, typer.Option("--format", "-f", help="tsv, ttl, jsonld, nt, rdf or trig.")] = "tsv",
) -> None:
    """Write a mapping set as SSSOM; without a name the only set there is."""
    from nqf_graph.exchange import mapping_set  # noqa: PLC0415
    from nqf_graph.exchange.files import form_named, written  # noqa: PLC0415

    chosen = form_named(form)
    publication = published()
    write(written(mapping_set(publication, name or graph or _only(publication)), chosen))


def _only(publication: Publication) -> str:
    from nqf_graph.exchange import mapping_sets  # noqa: PLC0415

    sets = mapping_sets(publication)
    if len(sets) != 1:
        raise BadParameter("--set", "expected the name of a mapping set", tuple(s.name for s in sets))
    return sets[0].name


@align.command("import")
def import_set(  # noqa: PLR0913, PLR0917 - each is an option of the command
    file: Annotated[Path, typer.Argument(help="SSSOM/TSV or SSSOM/RDF file.")],
    graph: Annotated[str, typer.Option(help="Named graph; default: the one the set came from or is named by.")] = "",
    metadata: Annotated[Path | None, typer.Option(help="Metadata of the table; default: the .yml beside it.")] = None,
    form: Annotated[str, typer.Option("--format", "-f", help="tsv, ttl, jsonld, nt, rdf, trig; default: suffix.")] = "",
    direction: Annotated[str, typer.Option(help="Our things stand first, theirs, or either: auto.")] = "auto",
    kind: Annotated[str, typer.Option(help="Kind of the alignments: referencing, comparison, …")] = "analystMapping",
    data_status: Annotated[str, typer.Option(help="Data status of what does not say it.")] = "reported",
    author: Annotated[str, typer.Option(help="IRI of who made the mappings, where the file does not say.")] = "",
    date: Annotated[str, typer.Option(help="Day of the mappings, where the file does not say.")] = "",
    justification: Annotated[str, typer.Option(help="Ours, for SEMAPV terms that are not known.")] = "",
    unknown_objects: Annotated[bool, typer.Option("--unknown-objects", help="Objects need not be known.")] = False,
    lenient: Annotated[bool, typer.Option("--lenient", help="Leave out rows with problems, and list them.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what it would do; store nothing.")] = False,
    owner: Annotated[str, typer.Option(help="Who answers for the write.")] = "nqf align import",
) -> None:
    """Make the mappings of FILE alignments of the graph, through the gate of the rules; all rows or none."""
    from nqf_graph.exchange import Options, bring  # noqa: PLC0415
    from nqf_graph.exchange.files import read_file  # noqa: PLC0415
    from nqf_graph.publication import open_publication  # noqa: PLC0415

    reading = read_file(file, metadata, form)
    publication = open_publication(Settings(), talk_if_terminal)
    options = Options(
        direction,
        _concept(publication, "--kind", kind, "AlignmentKind"),
        _concept(publication, "--data-status", data_status, "DataStatus"),
        _iri(publication, author, "id"),
        date,
        _concept(publication, "--justification", justification, "Justification") if justification else "",
        unknown_objects,
        lenient,
        owner,
    )
    done = bring(publication, reading, options, _iri(publication, graph, "graph"), dry_run=dry_run)
    _tell(file.name, done)
    if done.is_refused:
        raise SystemExit(FINDINGS)


def _tell(name: str, done: Import) -> None:
    """Say what became of the rows, and what the rules say of them."""
    from nqf_graph.validation import Report  # noqa: PLC0415

    for problem in done.problems:
        print(f"{name}:{problem.line or '?'}: {problem}")
    lines = sorted({found.line for found in done.findings})
    for line in lines:
        report = Report.of(found.finding for found in done.findings if found.line == line)
        print(f"{name}:{line or '?'}:")
        print(findings_as_text(report, LANGUAGES, len(report.violations), len(report.findings)))
    if done.dropped:
        print("not kept: " + ", ".join(f"{slot} ({rows})" for slot, rows in done.dropped.items()))
    left_out = len({problem.line for problem in done.problems})
    if done.outcome is None or done.is_refused:
        print(f"{done.graph}: refused, nothing was stored; {left_out} of {done.rows} rows have problems")
        return
    outcome = done.outcome
    rows = f"{done.rows - len(done.problems)} of {done.rows} rows"
    print(f"{done.graph}: {rows}, {outcome.added} added, {outcome.removed} removed, state {outcome.next_state}")


def _concept(publication: Publication, option: str, name: str, class_: str) -> str:
    """The IRI of a member of a closed list, by its name.  Raises BadParameter naming the members."""
    members = publication.store.select(publication.system("members", type=str(NQF[class_])))
    names = {str(row["member"]).strip("<>").removeprefix(NQF.iri) for row in members}
    if name not in names:
        raise BadParameter(option, f"no {class_} {name!r}", tuple(sorted(names)))
    return NQF[name].value


def _iri(publication: Publication, name: str, folder: str) -> str:
    """The IRI that a name on the command line stands for: whole, prefixed, or in a folder below the base."""
    if not name or "://" in name or name.startswith("urn:"):
        return name
    prefix, colon, local = name.partition(":")
    known = publication.prefixes.get(prefix) if colon else None
    return known + local if known else f"{publication.settings.base}/{folder}/{name.lstrip('/')}"
