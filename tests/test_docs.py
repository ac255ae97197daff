"""What is listed is documented, what is documented is listed."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib

from typer.models import TyperInfo

from nqf_graph import __version__
from nqf_graph.api.problems import KINDS
from nqf_graph.cli import app
from nqf_graph.publication import Publication
from nqf_graph.questions import Questions
from nqf_graph.settings import Settings
from nqf_graph.validation.rules import register_as_markdown
from tests.conftest import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
REFERENCE = (ROOT / "docs" / "reference.md").read_text(encoding="utf-8")


def test_settings_are_documented() -> None:
    documented = set(re.findall(r"`NQF_([A-Z_]+)`", REFERENCE))
    assert documented == {name.upper() for name in Settings.model_fields}


def test_problems_are_documented() -> None:
    documented = {(int(status), name) for status, name in re.findall(r"\| (\d{3}) \| `([a-z-]+)`", REFERENCE)}
    assert documented == {(status, fragment) for status, fragment, _ in KINDS.values()}


def name_of(group: TyperInfo) -> str:
    return str(group.name or group.typer_instance.info.name)  # type: ignore[union-attr]


def test_commands_are_documented() -> None:
    documented = set(re.findall(r"`nqf ([a-z]+(?:-[a-z]+)*)", REFERENCE))
    commands = {command.name or command.callback.__name__ for command in app.registered_commands}  # type: ignore[union-attr]
    assert documented == commands | {name_of(group) for group in app.registered_groups}


def test_commands_of_groups_are_documented() -> None:
    documented = set(re.findall(r"`nqf ([a-z]+ [a-z]+)(?=[ `])", REFERENCE))
    for group in app.registered_groups:
        names = {
            f"{name_of(group)} {command.name or command.callback.__name__}"
            for command in group.typer_instance.registered_commands
        }  # type: ignore[union-attr]
        assert names == {name for name in documented if name.startswith(f"{name_of(group)} ")}


def test_questions_are_documented() -> None:
    text = (ROOT / "docs" / "questions.md").read_text(encoding="utf-8")
    assert set(re.findall(r"`([a-z]+/[a-z-]+)`", text)) == set(Questions(ROOT / "queries"))


def test_profiles_are_documented(country: Publication) -> None:
    text = (ROOT / "docs" / "exports.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \| `([^`]+)` \| (.+?) \|", text, re.MULTILINE)
    profiles = country.description.profiles
    assert {token: iri for token, iri, _ in rows} == {token: profile.iri for token, profile in profiles.items()}
    files = {name for _, _, names in rows for name in re.findall(r"`(nqf-[\w.-]+)`", names)}
    assert files == {dump.name for dump in country.description.dumps if dump.title}
    assert files <= set(re.findall(r"`(nqf-[\w.-]+)`", REFERENCE))


def test_the_rule_register_is_the_one_of_the_shapes(country: Publication) -> None:
    """`nqf rules --format markdown` writes it."""
    text = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
    assert text.endswith(register_as_markdown(country.rules, "en"))


def test_readme_names_the_two_commands_and_they_exist() -> None:
    for command in ("python3 run.py serve", "python3 run.py test"):
        assert command in README
    done = subprocess.run([sys.executable, ROOT / "run.py", "--help"], capture_output=True, text=True, check=True)
    assert "serve" in done.stdout and "test" in done.stdout
    assert "python3 run.py test" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def test_folders_of_the_readme_exist() -> None:
    named = re.findall(r"^\| `([\w./]+)/` \|", README, re.MULTILINE)
    assert len(named) >= 8
    assert [name for name in named if not (ROOT / name).is_dir()] == []


def test_one_version() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    assert project == __version__
    newest = re.search(r"^## \[?(\d+\.\d+\.\d+)", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert newest is not None and newest[1] == project
    for file in [*(ROOT / "ontology").glob("*.ttl"), *(ROOT / "shapes").glob("*.ttl")]:
        versions = set(re.findall(r'owl:versionInfo "([^"]+)"', file.read_text(encoding="utf-8")))
        assert versions <= {project}, file.name


def test_no_package_host_and_no_local_path_in_any_file() -> None:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False).stdout
    hosts = re.compile(r"pypi\.org|pythonhosted|registry\.npmjs|deb\.debian|(?<![\w.])/(?:root|home)/\w")
    for name in filter(None, listed.split("\0")):
        file = ROOT / name
        if file.is_file() and file.name != "test_docs.py":
            found = hosts.search(file.read_text(encoding="utf-8", errors="replace"))
            assert found is None, f"{name}: {found}"
