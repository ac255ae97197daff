"""Jena's SHACL as a second opinion, from Debian's packages."""

from __future__ import annotations

import re
import shutil
import subprocess
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from pyoxigraph import Literal, NamedNode, Triple

SOURCE = Path(__file__).parent / "jena" / "ShaclReport.java"
JARS = Path("/usr/share/java")
NEEDED = (
    *("jena-core", "jena-arq", "jena-base", "jena-iri", "jena-shacl", "jena-rdfconnection", "jena-dboe-base"),
    *(
        "thrift",
        "protobuf",
        "slf4j-api",
        "slf4j-nop",
        "guava",
        "failureaccess",
        "caffeine",
        "commons-lang3",
        "commons-csv",
        "commons-io",
    ),
    *("commons-codec", "commons-compress", "jsonld-java", "jackson-core", "jackson-databind", "jackson-annotations"),
    *("httpclient", "httpclient-cache", "httpcore", "jcl-over-slf4j", "xercesImpl", "xml-apis"),
)
PACKAGES = "libapache-jena-java and default-jdk-headless"

Row = tuple[str, ...]
"""Focus node, path, value, source shape, component and severity, as plain text; "" for what is absent."""


def is_here() -> bool:
    return shutil.which("javac") is not None and (JARS / "jena-shacl.jar").exists()


def class_path(folder: Path) -> str:
    """The jars, and before them the message files that Debian 4.5.0-2 left where its moved classes do not look."""
    with zipfile.ZipFile(JARS / "jena-core.jar") as jar:
        for name in jar.namelist():
            if name.endswith(".properties") and "ext/xerces/" in name:
                target = folder / "xerces" / name.partition("ext/xerces/")[2]
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(jar.read(name))
    jars = [JARS / f"{name}.jar" for name in NEEDED]
    return ":".join(map(str, [folder, *(jar for jar in jars if jar.exists())]))


def reports(folder: Path, shapes: Path, data: Sequence[Path]) -> list[tuple[set[Row], float]]:
    """What Jena finds in each of `data`, all in one run of Java, and how many seconds each took."""
    command = ["java", "-Xmx4g", "-cp", class_path(folder), str(SOURCE), str(shapes), *map(str, data)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=900)
    if done.returncode:
        raise RuntimeError(done.stderr)
    found: list[set[Row]] = [set() for _ in data]
    for line in done.stdout.splitlines():
        number, *cells = map(_plain, line.split("\t"))
        found[int(number)].add(tuple(cells))
    times = [float(line.split()[-1]) for line in done.stderr.splitlines() if re.search(r" [\d.]+$", line)]
    return list(zip(found, times, strict=True))


def _plain(cell: str) -> str:
    return re.sub(r"\\(.)", lambda found: {"t": "\t", "n": "\n", "r": "\r"}.get(found[1], found[1]), cell)


def shapes_for_jena(triples: Iterable[Triple]) -> list[Triple]:
    """The shapes with English messages only: Jena 4.5 refuses a constraint with more than one message."""
    message = NamedNode("http://www.w3.org/ns/shacl#message")
    return [
        t for t in triples if t.predicate != message or not isinstance(t.object, Literal) or t.object.language == "en"
    ]
