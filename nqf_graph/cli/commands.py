"""The command `nqf`.  Results go to stdout, talk to stderr; exit 0 fine, 1 findings, 2 usage, 3 cannot load.

What only some commands need is imported where they need it: the others answer at once.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from pyoxigraph import RdfFormat

from nqf_graph.cli.output import (
    REPORT_FORMATS,
    findings_as_text,
    known_language,
    print_table,
    show_call,
    talk,
    talk_if_terminal,
    texts,
    write,
    write_report,
)
from nqf_graph.errors import BadParameter, CannotLoad, DataInvalid, EndpointFailed, NqfError, StoreInUse
from nqf_graph.formats import CSV, GRAPHS, GRAPHS_AND_DATASETS, JSON, N_TRIPLES, ROWS, TRIG, TURTLE, named, to_bytes
from nqf_graph.settings import Settings
from nqf_graph.terms import LANGUAGES

if TYPE_CHECKING:
    from nqf_graph.publication import Publication
    from nqf_graph.questions import Question

FINDINGS, USAGE, CANNOT_LOAD = 1, 2, 3

app = typer.Typer(
    name="nqf", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False,
    help="A national qualifications framework as a checked knowledge graph.",
)  # fmt: skip
_Lang = Annotated[str, typer.Option("--lang", help="Language of names and messages: ky, ru or en.")]
_Form = Annotated[str, typer.Option("--format", "-f", help="How the result is written.")]


def main() -> None:
    """Run the command line; an error of ours is one sentence on stderr and an exit code."""
    try:
        app()
    except DataInvalid as error:
        from nqf_graph.validation import Report  # noqa: PLC0415

        total = sum(error.counts.values())
        talk(findings_as_text(Report.from_list(error.findings), LANGUAGES, total, total))
        talk(f"nqf: {error}")
        raise SystemExit(FINDINGS) from None
    except (CannotLoad, EndpointFailed, StoreInUse) as error:
        talk(f"nqf: {error}")
        raise SystemExit(CANNOT_LOAD) from None
    except NqfError as error:
        talk(f"nqf: {error}")
        raise SystemExit(USAGE) from None
    except BrokenPipeError:
        raise SystemExit(0) from None


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on; 0 takes a free one.")] = None,
) -> None:
    """Load the data, check every rule, and serve SPARQL, REST and pages."""
    from nqf_graph import __version__  # noqa: PLC0415
    from nqf_graph.publication import open_publication  # noqa: PLC0415
    from nqf_graph.serving import listen  # noqa: PLC0415

    settings = Settings()
    changes = {"host": host, "port": port}
    settings = settings.model_copy(update={name: value for name, value in changes.items() if value is not None})
    publication = open_publication(settings, talk_if_terminal)
    listen(publication, lambda address: talk(f"nqf-graph {__version__} answers on {address}"))


@app.command()
def check(
    files: Annotated[list[Path] | None, typer.Argument(help="Turtle or CSV files to check beside the data.")] = None,
    form: _Form = "text",
    lang: Annotated[str | None, typer.Option("--lang", help="One language only; otherwise all three.")] = None,
) -> None:
    """Check the catalogue's data, and FILES if given, against every rule; nothing is stored."""
    from nqf_graph.publication import check_files  # noqa: PLC0415

    if form not in REPORT_FORMATS:
        raise BadParameter("--format", "no such format", REPORT_FORMATS)
    for file in files or []:
        if not file.is_file():
            raise CannotLoad(str(file), "expected a file here")
    report = check_files(Settings(), files or [])
    write_report(report, form, (lang,) if lang else LANGUAGES)
    if report.violations:
        raise SystemExit(FINDINGS)


@app.command()
def load(
    files: Annotated[list[Path] | None, typer.Argument(help="Turtle or CSV files; none: the catalogue's.")] = None,
    graph: Annotated[str, typer.Option(help="Named graph to load into; default: one for each file.")] = "",
    replace: Annotated[bool, typer.Option("--replace", help="Replace the graph instead of adding to it.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what it would do; store nothing.")] = False,
    owner: Annotated[str, typer.Option(help="Who answers for the write, as kept in its record.")] = "nqf load",
) -> None:
    """Load FILES through the gate of the rules; without FILES, the catalogue's, dropping edits made since."""
    from nqf_graph.publication import open_publication  # noqa: PLC0415
    from nqf_graph.store.loading import read  # noqa: PLC0415
    from nqf_graph.validation import Report  # noqa: PLC0415
    from nqf_graph.writes import Request  # noqa: PLC0415

    settings = Settings()
    publication = open_publication(settings, talk_if_terminal, replace_edits=not files)
    for file in files or []:
        if not file.is_file():
            raise CannotLoad(str(file), "expected a file here")
        triples = read(file, str(file), settings.base, publication.prefixes)
        name = graph or f"{settings.base}/graph/{file.stem}"
        text = to_bytes(triples, RdfFormat.N_TRIPLES).decode()
        asked = Request("put" if replace else "post", text, name, N_TRIPLES.media_type, foreign=True)
        outcome = publication.write(asked, owner, dry_run=dry_run)
        brought = Report.of(outcome.findings)
        if brought.findings:
            print(findings_as_text(brought.first(), LANGUAGES, len(brought.violations), len(brought.findings)))
        print(f"{name}: {outcome.added} added, {outcome.removed} removed, state {outcome.next_state}")
        if brought.violations:
            raise SystemExit(FINDINGS)
    if not files:
        print(f"state {publication.store.state_id}")


@app.command()
def key(
    owner: Annotated[str, typer.Argument(help="Who answers for what is written with the key.")],
    scope: Annotated[list[str], typer.Option(help="read, submit or publish; may be given several times.")],
) -> None:
    """Make an API key for OWNER, add its hash to the file NQF_KEYS, and print the key, this once."""
    from nqf_graph.writes.keys import make_key  # noqa: PLC0415

    file = Settings().keys
    if file is None:
        raise BadParameter("NQF_KEYS", "expected the name of a key file in this setting")
    print(make_key(file, owner, scope))


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def ask(
    context: typer.Context,
    question: Annotated[str, typer.Argument(help="For example frameworks/levels; see `nqf questions`.")],
    form: _Form = "table",
    lang: _Lang = "en",
    show: Annotated[bool, typer.Option("--show", help="Print the SPARQL, URL and curl line; do not run.")] = False,
) -> None:
    """Answer QUESTION; its parameters are given as `--name value`."""
    publication = published()
    asked = publication.questions[question]
    values = _parameters(context.args, asked)
    if show:
        show_call(asked, values | {"lang": lang})
        return
    answer = publication.asker.ask(asked, values, lang)
    if form == "table":
        print_table(publication, answer.rows, asked, lang)
    elif form == JSON.suffix:
        print(json.dumps([texts(row) for row in answer.rows], ensure_ascii=False, indent=1))
    else:
        write(publication.store.query(answer.query).write(named(form, ROWS)))


@app.command()
def query(
    file: Annotated[str, typer.Argument(help="A file with a SPARQL query, or - for standard input.")],
    form: Annotated[str | None, typer.Option("--format", "-f", help="A media type or suffix, e.g. csv or ttl.")] = None,
) -> None:
    """Run a SPARQL query against the published data."""
    if file != "-" and not Path(file).is_file():
        raise BadParameter("FILE", f"expected a file or -, found {file!r}")
    text = sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8")
    result = published().store.query(text)
    default = CSV if CSV in result.formats else TURTLE if TURTLE in result.formats else result.formats[0]
    write(result.write(named(form, result.formats) if form else default))


@app.command()
def export(
    form: Annotated[str | None, typer.Option("--format", "-f", help="nq, trig, ttl, nt, jsonld or rdf.")] = None,
    profile: Annotated[str, typer.Option(help="Only what a profile has a place for: elm, ctdl, schema or skos.")] = "",
    left_out: Annotated[bool, typer.Option("--left-out", help="With --profile: what it leaves out, and why.")] = False,
) -> None:
    """Write everything that is published, or what a profile says of it; trig and nq keep the named graphs."""
    publication = published()
    if profile:
        write(_profile(publication, profile, form, what_is_left_out=left_out))
    elif left_out:
        raise BadParameter("--left-out", "goes with --profile")
    else:
        write(publication.store.dump(named(form or TRIG.suffix, GRAPHS_AND_DATASETS)))


@app.command()
def questions(lang: _Lang = "en") -> None:
    """List the questions with their parameters."""
    for question in published().questions.values():
        names = " ".join(f"--{p.name}" if p.required else f"[--{p.name}]" for p in question.parameters.values())
        print(f"{question.id} {names}\n    {question.question[known_language(lang)]}")


@app.command()
def rules(lang: _Lang = "en", form: _Form = "text") -> None:
    """List the rules with severity, text, basis and owner."""
    from nqf_graph.validation.rules import register_as_markdown  # noqa: PLC0415

    register = published().rules
    tag = known_language(lang)
    match form:
        case "json":
            print(json.dumps([rule.__dict__ for rule in register.values()], ensure_ascii=False, indent=1))
        case "markdown":
            print(register_as_markdown(register, tag), end="")
        case "text":
            for rule in register.values():
                print(f"{rule.number} {rule.severity}: {rule.title[tag]}")
                print(f"    {rule.description[tag]}\n    {rule.basis[tag]}")
        case _:
            raise BadParameter("--format", "expected text, json or markdown")


@app.command()
def settings() -> None:
    """List the settings: variable, present value, what it is for."""
    present = Settings()
    for name, field in sorted(Settings.model_fields.items()):
        print(f"NQF_{name.upper()}={getattr(present, name) or ''}\n    {field.description}")


@app.command()
def version() -> None:
    """Print the version of package, ontology and rules."""
    from nqf_graph import __version__  # noqa: PLC0415

    print(__version__)


def published() -> Publication:
    """The published state; read beside a running service when one holds the data folder, or at an endpoint."""
    from nqf_graph.publication import open_publication, open_published  # noqa: PLC0415

    settings = Settings()
    if settings.endpoint is not None:
        return open_published(settings)
    try:
        return open_publication(settings, talk_if_terminal)
    except StoreInUse:
        return open_published(settings)


def _profile(publication: Publication, token: str, form: str | None, *, what_is_left_out: bool) -> bytes:
    """What a profile says of all that it has a place for, or the list of what it leaves out."""
    from nqf_graph.discovery.profile_files import left_out, written  # noqa: PLC0415
    from nqf_graph.discovery.profiles import everything  # noqa: PLC0415

    offered = {name: each for name, each in publication.description.profiles.items() if each.files}
    if token not in offered:
        raise BadParameter("--profile", f"no profile {token!r} for files", tuple(offered))
    asked = offered[token]
    selection = everything(publication.store, publication.system, asked, publication.description.names.own)
    if what_is_left_out:
        return left_out(asked, selection)
    return written(asked, selection, named(form, GRAPHS) if form else asked.files[0], publication.prefixes)


def _parameters(arguments: Sequence[str], question: Question) -> dict[str, str]:
    """`--name value` and `--name=value` as a mapping."""
    values: dict[str, str] = {}
    rest = list(arguments)
    while rest:
        name, given, value = rest.pop(0).partition("=")
        if not name.startswith("--"):
            raise BadParameter(name, "expected --name value", tuple(f"--{known}" for known in question.parameters))
        if not given:
            if not rest:
                raise BadParameter(name, "expected a value after it")
            value = rest.pop(0)
        values[name[2:].replace("-", "_")] = value
    return values
