"""Jena's SHACL on the same shapes and data, where Debian's libapache-jena-java and a Java compiler are installed."""

from __future__ import annotations

import shutil
import subprocess
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rdflib import RDF, SH, Graph

from nqf_graph.validation.engine import _finding as finding_of
from nqf_graph.validation.report import Finding

JARS = Path("/usr/share/java")
PROGRAM = Path(__file__).with_name("JenaValidation.java")
MOVED = "org/apache/jena/ext/xerces/"


@dataclass(frozen=True)
class JenaRun:
    """Seconds of each round after loading, and what was found."""

    seconds: list[float]
    findings: set[Finding]


def is_here() -> bool:
    """Whether Jena can be run on this machine."""
    return bool(shutil.which("java") and shutil.which("javac") and (JARS / "jena-shacl.jar").exists())


def validate(shapes: Graph, files: Sequence[Path], rounds: int, folder: Path, memory: str = "6g") -> JenaRun:
    """Validate the data of `files` in a Java process of its own; the first round includes the compiler's warming up.

    Jena 4.5 takes one message only for a SPARQL constraint, so it gets the shapes without their messages.
    """
    bare = Graph()
    bare += shapes
    bare.remove((None, SH.message, None))
    bare.serialize(folder / "shapes.ttl")
    command = [
        "java", f"-Xmx{memory}", "-cp", f"{_resources(folder)}:{JARS}/*", str(PROGRAM), str(rounds),
        str(folder / "jena.nt"), str(folder / "shapes.ttl"), *map(str, files),
    ]  # fmt: skip
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    seconds = [float(line.split()[1]) for line in told.splitlines() if line.startswith("validate ")]
    results = Graph().parse(folder / "jena.nt", format="nt")
    return JenaRun(
        seconds, {finding_of(results, node, shapes) for node in results.subjects(RDF.type, SH.ValidationResult)}
    )


def _resources(folder: Path) -> Path:
    """Debian's jar has Xerces' classes in another package than their texts; here these are where they are sought."""
    with zipfile.ZipFile(JARS / "jena-core.jar") as jar:
        for name in jar.namelist():
            if name.startswith(MOVED) and not name.endswith(("/", ".class")):
                target = folder / "resources" / "xerces" / name.removeprefix(MOVED)
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(jar.read(name))
    return folder / "resources"
