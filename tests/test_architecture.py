"""Habits that keep the code clean; each check is shown an input that makes it speak."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT

PACKAGE = ROOT / "nqf_graph"
MODULES = sorted(PACKAGE.rglob("*.py"))
LONGEST = 300
SPARQL = re.compile(
    r"\b(SELECT|CONSTRUCT|DESCRIBE|ASK)\b[^.]*\{|\b(INSERT|DELETE) (DATA|WHERE)\b|\bDROP (SILENT )?GRAPH\b"
)
# These write SPARQL by nature: changes of the store are updates to the engine, and rules are compiled to queries.
MAY_HOLD_SPARQL = (
    "store/oxigraph.py",
    "store/statements.py",
    "store/update_language.py",
    "validation/compiled/",
    "validation/walks.py",
    "federation/texts.py",
)
# The prefix list names the first instance, for those who query it.
NAMES_A_COUNTRY = {"prefixes.ttl"}
COUNTRY = re.compile(
    r"kyrgyz (rep|nat)|kyrgyzstan|кыргыз респ|кыргызстан|кыргызской|бишкек|bishkek|/nqf/kg/", re.IGNORECASE
)


def strings(source: str) -> Iterator[str]:
    """The string literals of a module that are not docstrings."""
    tree = ast.parse(source)
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, documented) and node.body and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            yield node.value


def has_sparql(source: str) -> bool:
    return any(SPARQL.search(text) for text in strings(source))


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.relative_to(PACKAGE).as_posix())
def test_no_sparql_in_python(module: Path) -> None:
    name = module.relative_to(PACKAGE).as_posix()
    assert name.startswith(MAY_HOLD_SPARQL) or not has_sparql(module.read_text(encoding="utf-8"))


def test_sparql_in_python_is_noticed() -> None:
    assert has_sparql('query = "SELECT ?s WHERE { ?s ?p ?o }"')
    assert not has_sparql('"""SELECT ?s { } in a docstring is prose."""\nx = "select one"')


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.relative_to(PACKAGE).as_posix())
def test_modules_stay_small(module: Path) -> None:
    assert len(module.read_text(encoding="utf-8").splitlines()) <= LONGEST
    assert module.stem not in ("utils", "helpers", "common", "manager", "misc")


def test_the_country_is_data() -> None:
    """Code, ontology and shapes serve any country (Kyrgyz is also a language, and languages may be named)."""
    files = [*MODULES, *(ROOT / "ontology").glob("*.ttl"), *(ROOT / "shapes").glob("*.ttl"), *PACKAGE.rglob("*.html")]
    named = {file.name for file in files if COUNTRY.search(file.read_text(encoding="utf-8"))}
    assert named == NAMES_A_COUNTRY
    assert COUNTRY.search("Кыргыз Республикасы")


def test_layers_are_kept_and_can_break(tmp_path: Path) -> None:
    """`lint-imports` is part of the gate; here it is shown an import that goes the wrong way."""
    package = tmp_path / "nqf_graph"
    package.mkdir()
    config = ROOT / "pyproject.toml"
    contracts = tomllib.loads(config.read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]
    layers = re.findall(r"\w+", " ".join(contracts[0]["layers"]))
    for name in ("__init__", *layers):
        (package / f"{name}.py").write_text('"""Stub."""\n')
    (tmp_path / "pyproject.toml").write_bytes(config.read_bytes())
    assert lint_imports(tmp_path).returncode == 0
    (package / "store.py").write_text("import nqf_graph.questions\n")
    assert "nqf_graph.store is not allowed to import nqf_graph.questions" in lint_imports(tmp_path).stdout
    (package / "store.py").write_text("import fastapi\n")
    assert lint_imports(tmp_path).returncode == 1
    (package / "store.py").write_text("")
    (package / "newcomer.py").write_text("")
    assert lint_imports(tmp_path).returncode == 1


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    return subprocess.run(
        command,
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONPATH": str(folder), "COLUMNS": "200"},
    )


def test_every_error_has_a_status_and_is_drawn_in_the_tree() -> None:
    from nqf_graph import errors  # noqa: PLC0415
    from nqf_graph.api.problems import KINDS  # noqa: PLC0415

    kinds = {value for value in vars(errors).values() if isinstance(value, type) and issubclass(value, errors.NqfError)}
    assert kinds - {errors.NqfError} == set(KINDS), "every error has a status, also one that HTTP never sees"
    assert all(kind.__name__ in (errors.__doc__ or "") for kind in kinds)
    fragments = [fragment for _, fragment, _ in KINDS.values()]
    assert len(set(fragments)) == len(fragments)
