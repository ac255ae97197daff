"""The command `nqf`: results on stdout, talk on stderr, exit codes 0 fine, 1 findings, 2 usage, 3 cannot load."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, parse
from typer.testing import CliRunner

from nqf_graph.cli import app
from nqf_graph.publication import open_publication
from tests.conftest import ROOT, WORLD, WORLD_BASE, published_world, world_settings

MUTE = "@prefix nqf: <https://w3id.org/nqf/ontology#> .\n<https://example.org/avalon/id/sector/mute> a nqf:Sector .\n"


@pytest.fixture(scope="module")
def data_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the invented country published in it."""
    folder = tmp_path_factory.mktemp("cli")
    published_world(folder)
    return folder


@pytest.fixture
def nqf(data_folder: Path) -> Nqf:
    return Nqf(data_folder)


class Nqf:
    """Runs the command as a user would."""

    def __init__(self, store: Path) -> None:
        self.environment = os.environ | {
            "NQF_BASE": WORLD_BASE,
            "NQF_CATALOG": str(WORLD / "catalog.ttl"),
            "NQF_STORE": str(store),
        }

    def __call__(self, *arguments: str, stdin: str = "", code: int = 0) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "nqf_graph", *arguments]
        done = subprocess.run(
            command, input=stdin, capture_output=True, text=True, env=self.environment, check=False, timeout=60
        )
        assert done.returncode == code, done.stderr
        assert "Traceback" not in done.stderr
        if code > 1:
            assert done.stdout == ""
            assert done.stderr.startswith(("nqf: ", "Usage"))
        return done

    def again(self, *arguments: str, code: int = 0) -> str:
        """What a command prints, run in this process, which has loaded and parsed what each new one has to."""
        done = CliRunner().invoke(app, arguments, env=self.environment)
        assert done.exit_code == code, done.output
        return done.stdout


def test_check_gives_advice_on_good_data_and_exits_with_0(nqf: Nqf) -> None:
    assert "\n0 violation(s), " in nqf("check").stdout
    findings = json.loads(nqf.again("check", "--format", "json"))["findings"]
    assert findings and {finding["severity"] for finding in findings} <= {"Warning", "Info"}


def test_check_names_rule_record_path_and_says_it_in_three_languages(nqf: Nqf, tmp_path: Path) -> None:
    file = tmp_path / "mine.ttl"
    file.write_text(MUTE, encoding="utf-8")
    text = nqf("check", str(file), code=1).stdout
    assert "R15" not in text, "only what the file brings is told"
    for part in ("R60 Violation", "sector/mute", "dataStatus", "    ky     ", "    ru     ", "    en     "):
        assert part in text
    findings = json.loads(nqf.again("check", str(file), "--format", "json", code=1))["findings"]
    assert {finding["rule"] for finding in findings} == {"R60", "R62"}
    assert "    ru  " not in nqf.again("check", str(file), "--lang", "ky", code=1)
    assert "sh:ValidationReport" in nqf.again("check", str(file), "--format", "ttl", code=1)
    assert nqf.again("check", str(file), "--format", "csv", code=1).startswith("rule,severity")


def test_check_cannot_load(nqf: Nqf, tmp_path: Path) -> None:
    broken = tmp_path / "broken.ttl"
    broken.write_text("<a:a> <a:b>\n  oops .", encoding="utf-8")
    assert "broken.ttl:2:3" in nqf("check", str(broken), code=3).stderr
    assert "none.ttl" in nqf("check", str(tmp_path / "none.ttl"), code=3).stderr


def test_ask(nqf: Nqf) -> None:
    arguments = ("ask", "frameworks/levels", "--framework", "framework/aqf", "--as_of=2021-01-01")
    rows = list(csv.DictReader(io.StringIO(nqf(*arguments, "--format", "csv").stdout)))
    assert {"3a", "3b"} <= {row["notation"] for row in rows}
    assert len(json.loads(nqf(*arguments, "--format", "json").stdout)) == len(rows)
    assert "level/" in nqf(*arguments).stdout
    shown = nqf(*arguments, "--show").stdout
    assert "SELECT" in shown and "curl" in shown and "framework%2Faqf" in shown


@pytest.mark.parametrize(
    ("arguments", "mentions"),
    [
        (("ask", "frameworks/nothing"), "frameworks/levels"),
        (("ask", "frameworks/levels"), "required"),
        (("ask", "frameworks/levels", "--framework", "framework/none"), "framework/aqf"),
        (("ask", "frameworks/levels", "--framework"), "a value"),
        (("ask", "frameworks/levels", "stray"), "--framework"),
        (("ask", "frameworks/levels", "--framework", "framework/aqf", "--as_of", "soon"), "a date"),
        (("ask", "frameworks/levels", "--framework", "framework/aqf", "--format", "xls"), "csv"),
        (("check", "--format", "xls"), "json"),
        (("query", "none.rq"), "none.rq"),
        (("questions", "--lang", "de"), "ky"),
        (("sing",), ""),
    ],
)
def test_usage(nqf: Nqf, arguments: tuple[str, ...], mentions: str) -> None:
    assert mentions in nqf(*arguments, code=2).stderr


def test_query(nqf: Nqf, tmp_path: Path) -> None:
    text = "SELECT ?level WHERE { ?level a <https://w3id.org/nqf/ontology#Level> }"
    file = tmp_path / "mine.rq"
    file.write_text(text, encoding="utf-8")
    assert nqf("query", str(file)).stdout == nqf("query", "-", stdin=text).stdout
    assert len(nqf("query", "-", stdin=text).stdout.splitlines()) > 5
    assert json.loads(nqf("query", "-", "-f", "srj", stdin="ASK {?s ?p ?o}").stdout)["boolean"] is True
    assert "line 1, column" in nqf("query", "-", stdin="SELECT", code=2).stderr
    assert "SERVICE" in nqf("query", "-", stdin="ASK { SERVICE <http://127.0.0.1:1/> {} }", code=2).stderr


@pytest.mark.parametrize(
    ("name", "form"), [("trig", RdfFormat.TRIG), ("nq", RdfFormat.N_QUADS), ("ttl", RdfFormat.TURTLE)]
)
def test_export(nqf: Nqf, name: str, form: RdfFormat) -> None:
    quads = list(parse(nqf("export", "--format", name).stdout.encode(), format=form))
    assert len(quads) > 2000


def test_export_by_profile(nqf: Nqf) -> None:
    """The same bytes as the files of the state; the formats are those of graphs."""
    publication = open_publication(world_settings())
    folder = publication.exports.latest().folder
    for arguments, name in (
        (("elm",), "nqf-elm.ttl"),
        (("elm", "--format", "jsonld"), "nqf-elm.jsonld"),
        (("elm", "--left-out"), "nqf-elm.left-out.json"),
        (("ctdl",), "nqf-ctdl.jsonld"),
    ):
        assert nqf.again("export", "--profile", *arguments) == (folder / name).read_text(encoding="utf-8")
    assert "elm" in nqf("export", "--profile", "esco", code=2).stderr
    assert nqf("export", "--left-out", code=2).stderr
    nqf("export", "--profile", "skos", "--format", "trig", code=2)


def test_lists(nqf: Nqf) -> None:
    assert "frameworks/levels --framework" in nqf("questions").stdout
    assert "R05 Violation" in nqf("rules", "--lang", "ky").stdout
    assert json.loads(nqf("rules", "--format", "json").stdout)[0]["number"] == "R01"
    assert "NQF_STORE=" in nqf("settings").stdout
    assert nqf("version").stdout.strip()
    assert "serve" in nqf("--help").stdout


@pytest.mark.parametrize(
    ("module", "not_yet"),
    [
        ("nqf_graph.cli", ("fastapi", "pyparsing", "pyshacl", "rdflib", "uvicorn", "werkzeug")),
        ("nqf_graph.publication", ("fastapi", "pyparsing", "pyshacl", "uvicorn", "werkzeug")),
    ],
)
def test_what_takes_long_to_load_is_loaded_when_it_is_needed(module: str, not_yet: tuple[str, ...]) -> None:
    program = f"import sys, {module}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert "pyoxigraph" in loaded
    assert loaded.isdisjoint(not_yet)


def test_asking_beside_a_running_service(tmp_path: Path) -> None:
    """A second process reads the last published state while the first holds the folder open."""
    folder = tmp_path / "shared"
    holder = open_publication(published_world(folder))
    shown = Nqf(folder)("ask", "frameworks/levels", "--framework", "framework/aqf", "--format", "csv").stdout
    assert "3a" in shown
    assert "another process" in Nqf(folder)("serve", "--port", "0", code=3).stderr
    assert holder.store.state_id


def test_bad_data_are_not_served(tmp_path: Path) -> None:
    catalogue = (WORLD / "catalog.ttl").read_text(encoding="utf-8").replace("../../", f"{ROOT}/")
    for file in WORLD.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "catalog.ttl").write_text(catalogue, encoding="utf-8")
    sectors = tmp_path / "sectors.ttl"
    sectors.write_text(sectors.read_text(encoding="utf-8") + MUTE, encoding="utf-8")
    nqf = Nqf(tmp_path / "store")
    nqf.environment["NQF_CATALOG"] = str(tmp_path / "catalog.ttl")
    assert "nothing was published" in nqf("serve", "--port", "0", code=1).stderr
