"""Every module, with its imports, is OWL 2 DL in the eyes of the OWL API."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.conftest import ROOT, require

OWL = Path(__file__).parent / "owl"
JARS = Path("/usr/share/java")
MODULES = sorted(path for path in (ROOT / "ontology").glob("*.ttl") if path.name != "prefixes.ttl")


@pytest.fixture(scope="module")
def java() -> str:
    program = shutil.which("java")
    require(program is not None and shutil.which("javac") is not None, "a Java development kit")
    require((JARS / "owlapi-apibinding.jar").exists(), "the OWL API (Debian package libowlapi-java)")
    return str(program)


def check(java: str, files: list[Path]) -> subprocess.CompletedProcess[str]:
    command = [java, "-cp", f"{JARS}/*", str(OWL / "ProfileCheck.java"), *map(str, files)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def test_modules_are_owl_2_dl(java: str) -> None:
    result = check(java, MODULES)
    assert MODULES and (result.returncode, result.stdout) == (0, ""), result.stdout + result.stderr


def test_what_is_not_owl_2_dl_is_reported(java: str) -> None:
    result = check(java, [OWL / "not-dl.bad.ttl"])
    assert result.returncode == 1
    for finding in ("non-simple property", "undeclared annotation property", "undeclared datatype"):
        assert f"Use of {finding}" in result.stdout, result.stdout + result.stderr


def test_a_missing_import_is_an_error(java: str, tmp_path: Path) -> None:
    alone = tmp_path / "sector.ttl"
    shutil.copy(ROOT / "ontology" / "sector.ttl", alone)
    result = check(java, [alone])
    assert result.returncode == 1 and "UnloadableImportException" in result.stderr
