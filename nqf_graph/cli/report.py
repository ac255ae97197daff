"""`nqf report comparison`: the framework beside another one, as a document; and what differs from an earlier one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from nqf_graph.cli.commands import FINDINGS, app, published
from nqf_graph.cli.output import talk, write
from nqf_graph.errors import BadParameter

report_app = typer.Typer(name="report", no_args_is_help=True, help="Reports made from the graph.")
app.add_typer(report_app)
_DIFFERENCES = ("text", "md", "json")


@report_app.command()
def comparison(  # noqa: PLR0913, PLR0917 - the options of a command
    with_: Annotated[str, typer.Option("--with", help="The framework to compare with, for example eqf.")],
    lang: Annotated[str, typer.Option("--lang", help="Language of the report: ky, ru or en.")] = "en",
    as_of: Annotated[str | None, typer.Option("--as-of", help="Day of the report; else that of the graph.")] = None,
    framework: Annotated[str | None, typer.Option(help="The framework reported on; else the main one.")] = None,
    form: Annotated[str | None, typer.Option("--format", "-f", help="html, md, jsonld, json or pdf.")] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="File to write; else standard output.")] = None,
    against: Annotated[
        Path | None, typer.Option(help="An earlier report as JSON-LD: print what differs; --format text, md or json.")
    ] = None,
) -> None:
    """The comparison report on the framework beside another one."""
    from nqf_graph.formats import HTML, named  # noqa: PLC0415 - see commands.py
    from nqf_graph.report import FORMATS, build, differences, read_edition, read_edition_file  # noqa: PLC0415
    from nqf_graph.report import write as written  # noqa: PLC0415
    from nqf_graph.report.jsonld import to_json_ld  # noqa: PLC0415

    if against is not None:
        if (form or "text") not in _DIFFERENCES:
            raise BadParameter("--format", "no such format of differences", _DIFFERENCES)
        old = read_edition_file(against)
        report = build(published(), with_, framework=framework, language=lang, as_of=as_of)
        found = differences(old, read_edition(to_json_ld(report), "the new report"))
        _put(found.as_json() if form == "json" else found.as_text(markdown=form == "md"), output)
        if found:
            raise SystemExit(FINDINGS)
        return
    known = {other.suffix for other in FORMATS}
    if form is None and output is not None and output.suffix[1:] in known:
        form = output.suffix[1:]
    chosen = named(form, FORMATS) if form else HTML
    report = build(published(), with_, framework=framework, language=lang, as_of=as_of)
    _put(written(report, chosen), output)


def _put(data: bytes, output: Path | None) -> None:
    """Write to the file, or to standard output."""
    if output is None:
        write(data)
        return
    try:
        output.write_bytes(data)
    except OSError as error:
        raise BadParameter("--output", f"{output} cannot be written ({error.strerror})") from error
    talk(f"{output}: {len(data)} bytes")
