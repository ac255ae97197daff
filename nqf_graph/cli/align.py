"""`nqf align`: mapping sets listed, written out and read in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from nqf_graph.cli.commands import app, published
from nqf_graph.cli.output import known_language, write

if TYPE_CHECKING:
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
    from nqf_graph.errors import BadParameter  # noqa: PLC0415
    from nqf_graph.exchange import mapping_sets  # noqa: PLC0415

    sets = mapping_sets(publication)
    if len(sets) != 1:
        raise BadParameter("--set", "expected the name of a mapping set", tuple(s.name for s in sets))
    return sets[0].name
