"""`nqf import`: reference classifications of others become part of the publication."""

from __future__ import annotations

import csv
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from textwrap import shorten
from typing import TYPE_CHECKING, Annotated

import typer

from nqf_graph.cli.commands import FINDINGS, app
from nqf_graph.cli.output import findings_as_text, talk, talk_if_terminal
from nqf_graph.errors import BadParameter, CannotLoad
from nqf_graph.settings import Settings
from nqf_graph.terms import LANGUAGES

if TYPE_CHECKING:
    from rich.progress import TaskID

    from nqf_graph.importers import Package
    from nqf_graph.importing import ImportOutcome

_SHOWN = 20  # rows for each reason, names that were kept


@app.command("import")
def import_(  # noqa: PLR0913, PLR0917 - the options of a command
    scheme: Annotated[str, typer.Argument(help="esco, isco, isced, isced-f or eqf.")],
    source: Annotated[Path, typer.Argument(help="The package as it was published: a folder, a ZIP or a file.")],
    partial: Annotated[bool, typer.Option("--partial", help="Take what is there of an incomplete package.")] = False,
    as_version: Annotated[str, typer.Option(help="The version, where the files do not say it.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what it would do; store nothing.")] = False,
    skipped: Annotated[Path | None, typer.Option(help="File to write every skipped row to, as CSV.")] = None,
    owner: Annotated[str, typer.Option(help="Who answers for the import, as kept in its record.")] = "nqf import",
) -> None:
    """Import a classification of others from its official files, in place of the version that is there."""
    from nqf_graph.importing import graph_of_scheme, import_reference  # noqa: PLC0415 - see commands.py
    from nqf_graph.importing.sources import files_of  # noqa: PLC0415
    from nqf_graph.publication import open_publication  # noqa: PLC0415

    settings = Settings()
    if settings.store is None and settings.endpoint is None and not dry_run:
        raise BadParameter("NQF_STORE", "expected a data folder: an import into memory would be lost at once")
    publication = open_publication(settings, talk_if_terminal)
    graph_of_scheme(publication, scheme)
    with phases() as phase:
        package = read_package(scheme, source, phase, partial=partial, as_version=as_version)
        outcome = import_reference(
            publication, package, owner=owner, dry_run=dry_run, sources=files_of(source, package), talk=phase.begin
        )
    if skipped is not None:
        write_skipped(skipped, package)
    print_outcome(outcome, dry_run=dry_run)
    if any(finding.severity == "Violation" for finding in outcome.findings):
        raise SystemExit(FINDINGS)


def read_package(scheme: str, source: Path, phase: Phases, *, partial: bool = False, as_version: str = "") -> Package:
    """Which package is there?  Raises BadParameter for an unknown scheme, CannotLoad for what cannot be read."""
    from nqf_graph.importers import readers  # noqa: PLC0415 - see commands.py

    if scheme not in readers:
        raise BadParameter("scheme", f"no scheme {scheme!r}", tuple(readers))
    if not source.exists():
        raise CannotLoad(str(source), "expected a folder or file here")
    package = readers[scheme](source, partial=partial, version=as_version, progress=phase.read)
    return replace(package, version=as_version) if as_version else package


class Phases:
    """Progress on a terminal: a bar for each file that is read, then one line for each phase."""

    def __init__(self) -> None:
        from rich.console import Console  # noqa: PLC0415 - see commands.py
        from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn  # noqa: PLC0415

        columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
        self.bars = Progress(*columns, console=Console(stderr=True), disable=not sys.stderr.isatty())
        self._files: dict[str, TaskID] = {}
        self._present: TaskID | None = None

    def read(self, file: str, done: int, total: int) -> None:
        """So much of a file has been read."""
        if self.bars.disable:
            return
        if file not in self._files:
            self._files[file] = self.bars.add_task(f"reading {file}", total=total)
        self.bars.update(self._files[file], completed=done, total=total)

    def begin(self, phase: str) -> None:
        """The next phase begins, and the one before is over."""
        if self.bars.disable:
            return
        if self._present is not None:
            self.bars.update(self._present, completed=1, total=1)
        self._present = self.bars.add_task(phase, total=None)


@contextmanager
def phases() -> Iterator[Phases]:
    """Progress while something runs; nothing when stderr is no terminal."""
    shown = Phases()
    with shown.bars:
        yield shown


def print_outcome(outcome: ImportOutcome, *, dry_run: bool) -> None:
    """Print what an import did, or would do."""
    package = outcome.package
    print(f"{package.scheme} {package.version or '(version not stated)'}, {', '.join(package.languages)}")
    for kind, number in package.counts.items():
        print(f"  {number:>9,} {kind}")
    print("rows read")
    for file, rows in package.rows.items():
        print(f"  {rows:>9,} {file}")
    _print_skipped(package)
    for words, number in package.mended.items():
        print(f"  {number:>9,} × {words}")
    if package.missing:
        print(f"missing in the package: {', '.join(package.missing)}")
    if outcome.repeated:
        print(f"{outcome.repeated:,} statements that other graphs state were left out")
    if outcome.left_out:
        print(f"{len(outcome.left_out):,} texts were left out for those of other graphs")
    for each in outcome.left_out[:_SHOWN]:
        print(f"  {each.thing} {shorten(each.text, 60)!r}@{each.language}: {each.reason}")
    if outcome.findings:
        violations = sum(finding.severity == "Violation" for finding in outcome.findings)
        from nqf_graph.validation import Report  # noqa: PLC0415 - see commands.py

        brought = Report.of(outcome.findings)
        print(findings_as_text(brought.first(), LANGUAGES, violations, len(brought.findings)))
    if not outcome.changes:
        print(f"{outcome.graph} holds this already, state {outcome.state}")
        return
    would = "would hold" if dry_run else "holds"
    print(f"{outcome.graph} {would} {outcome.statements:,} statements in place of {outcome.removed:,}")
    print(f"state {outcome.next_state}{' (nothing was stored)' if dry_run else ''}")


def _print_skipped(package: Package) -> None:
    if not package.skipped:
        print("no row was skipped")
        return
    print(f"{len(package.skipped):,} rows or cells skipped")
    shown: Counter[str] = Counter()
    for each in package.skipped:
        reason = each.reason.partition(":")[0]
        shown[reason] += 1
        if shown[reason] <= _SHOWN:
            print(f"  {each.file}:{each.line}: {each.reason}")
    for reason, number in shown.items():
        if number > _SHOWN:
            print(f"  … and {number - _SHOWN:,} more: {reason}")


def write_skipped(file: Path, package: Package) -> None:
    """Write every skipped row with its reason.  Raises CannotLoad where the file cannot be written."""
    try:
        with file.open("w", encoding="utf-8", newline="") as out:
            rows = csv.writer(out)
            rows.writerow(("file", "line", "reason"))
            rows.writerows((each.file, each.line, each.reason) for each in package.skipped)
    except OSError as error:
        raise CannotLoad(str(file), f"expected a file that can be written ({error.strerror})") from error
    talk(f"every skipped row is in {file}")
