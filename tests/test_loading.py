"""Loading: by catalogue, only what changed, all or nothing; and what bad input is told."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode

from nqf_graph.errors import CannotLoad, DataInvalid, UnsupportedFormat
from nqf_graph.publication import open_publication, open_published
from nqf_graph.settings import Settings
from nqf_graph.store import OxigraphStore, read_catalogue
from nqf_graph.store.csvw import read_csv
from nqf_graph.store.loading import plan, read
from tests.conftest import ROOT, WORLD, WORLD_BASE


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the invented country (and of ontology and shapes) that a test may break."""
    for folder in ("ontology", "shapes"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    shutil.copytree(WORLD, tmp_path / "tests" / "world")
    return tmp_path / "tests" / "world"


def settings_of(copy: Path, store: Path | None = None) -> Settings:
    return Settings(base=WORLD_BASE, catalog=copy / "catalog.ttl", store=store)


def append(file: Path, text: str) -> None:
    file.write_text(file.read_text(encoding="utf-8") + text, encoding="utf-8")


def test_a_restart_reads_only_what_changed(copy: Path) -> None:
    catalogue = read_catalogue(copy / "catalog.ttl", WORLD_BASE)
    store = OxigraphStore()
    first = plan(catalogue, store, WORLD_BASE)
    assert len(first.replace) == len(catalogue.datasets) + 1
    store.apply(first)
    assert not plan(catalogue, store, WORLD_BASE)
    append(copy / "sectors.ttl", "\n# a remark\n")
    assert set(plan(catalogue, store, WORLD_BASE).replace) == {f"{WORLD_BASE}/graph/sectors"}
    metadata = copy / "providers.csv-metadata.json"
    append(metadata, "\n")
    assert f"{WORLD_BASE}/graph/providers" in plan(catalogue, store, WORLD_BASE).replace


def test_a_file_no_longer_listed_is_dropped(copy: Path, tmp_path: Path) -> None:
    store = tmp_path / "data"
    before = open_publication(settings_of(copy, store)).store.graphs()
    catalogue = copy / "catalog.ttl"
    text = catalogue.read_text(encoding="utf-8")
    catalogue.write_text(text.replace("<graph/alignments> ,\n", ""), encoding="utf-8")
    after = open_publication(settings_of(copy, store)).store.graphs()
    assert set(before) - set(after) == {f"{WORLD_BASE}/graph/alignments"}


def test_a_broken_file_says_where_and_nothing_changes(copy: Path, tmp_path: Path) -> None:
    store = tmp_path / "data"
    state = open_publication(settings_of(copy, store)).store.state_id
    sectors = copy / "sectors.ttl"
    lines = sectors.read_text(encoding="utf-8").splitlines()
    append(copy / "standards.ttl", "\n# changed, and good\n")
    append(sectors, "\n<sector/broken> a nqf:Sector\n<sector/next> a nqf:Sector .\n")
    with pytest.raises(CannotLoad) as error:
        open_publication(settings_of(copy, store))
    assert error.value.file == "sectors.ttl"
    assert error.value.line == len(lines) + 3
    assert error.value.column == 1
    assert "dot is expected" in error.value.expected
    assert open_published(settings_of(copy, store)).store.state_id == state


def test_data_that_break_a_rule_are_not_published(copy: Path, tmp_path: Path) -> None:
    store = tmp_path / "data"
    state = open_publication(settings_of(copy, store)).store.state_id
    append(copy / "sectors.ttl", "\n<https://example.org/avalon/id/sector/mute> a nqf:Sector .\n")
    with pytest.raises(DataInvalid) as error:
        open_publication(settings_of(copy, store))
    broken = [finding for finding in error.value.findings if finding["severity"] == "Violation"]
    assert {finding["rule"] for finding in broken} == {"R60", "R62"}
    for finding in broken:
        assert finding["focusNode"].endswith("/sector/mute")
        assert list(finding["messages"]) == ["ky", "en", "ru"]
        assert finding["path"]
    assert open_published(settings_of(copy, store)).store.state_id == state


def test_a_statement_in_two_files_is_refused(copy: Path) -> None:
    sectors = copy / "sectors.ttl"
    shutil.copy(sectors, copy / "standards.ttl")
    with pytest.raises(CannotLoad, match="in one file only"):
        open_publication(settings_of(copy))


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("dct:license <https://creativecommons.org/licenses/by/4.0/> ;", "", "licence"),
        ('spdx:fileName "sectors.ttl"', 'spdx:fileName "nowhere.ttl"', "nowhere.ttl"),
        ("a dcat:Catalog", "a dcat:Dataset", "exactly one dcat:Catalog"),
        ("@base", "@bass", "catalog.ttl:2"),
    ],
)
def test_a_broken_catalogue_is_refused(copy: Path, old: str, new: str, expected: str) -> None:
    catalogue = copy / "catalog.ttl"
    text = catalogue.read_text(encoding="utf-8")
    assert old in text
    catalogue.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(CannotLoad, match=expected):
        open_publication(settings_of(copy))


def test_a_missing_catalogue_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CannotLoad, match="catalogue"):
        open_publication(Settings(catalog=tmp_path / "none.ttl", store=None))


def test_other_formats_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "list.xlsx"
    file.write_bytes(b"PK")
    with pytest.raises(UnsupportedFormat, match=r"\.csv"):
        read(file, "list.xlsx", WORLD_BASE, {})


def test_text_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_bytes("code\nМ\n".encode("cp1251"))
    (tmp_path / "list.csv-metadata.json").write_text("{}")
    with pytest.raises(CannotLoad, match="UTF-8") as error:
        read(file, "list.csv", WORLD_BASE, {})
    assert error.value.line == 2


METADATA = {
    "url": "list.csv",
    "tableSchema": {
        "aboutUrl": "https://example.org/{code}",
        "columns": [
            {"name": "code", "required": True, "propertyUrl": "skos:notation"},
            {"name": "name_ky", "propertyUrl": "skos:prefLabel", "lang": "ky"},
            {"name": "credits", "propertyUrl": "https://example.org/credits", "datatype": "decimal"},
            {"name": "start", "propertyUrl": "https://example.org/start", "datatype": "date"},
            {
                "name": "sources",
                "propertyUrl": "dct:source",
                "separator": "|",
                "valueUrl": "https://example.org/s/{sources}",
            },
            {"name": "type", "virtual": True, "propertyUrl": "rdf:type", "valueUrl": "https://example.org/T"},
        ],
    },
}
PREFIXES = {
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "dct": "http://purl.org/dc/terms/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
}
HEADER = "code,name_ky,credits,start,sources\n"


def rows(text: str, metadata: object = METADATA) -> set[tuple[str, str]]:
    triples = read_csv(Path("list.csv"), text, json.dumps(metadata), PREFIXES, "list.csv")
    return {(t.predicate.value.rpartition("/")[2].rpartition("#")[2], str(t.object)) for t in triples}


def test_a_list_becomes_triples() -> None:
    assert rows(HEADER + '550700,"Педагогика, негизги",240,2021-07-28,a|b\n') == {
        ("notation", '"550700"'),
        ("prefLabel", '"Педагогика, негизги"@ky'),
        ("credits", '"240"^^<http://www.w3.org/2001/XMLSchema#decimal>'),
        ("start", '"2021-07-28"^^<http://www.w3.org/2001/XMLSchema#date>'),
        ("source", "<https://example.org/s/a>"),
        ("source", "<https://example.org/s/b>"),
        ("type", "<https://example.org/T>"),
    }


def test_an_empty_cell_states_nothing() -> None:
    assert {name for name, _ in rows(HEADER + "1,,,,\n")} == {"notation", "type"}


def test_a_byte_order_mark_and_windows_line_ends_are_read() -> None:
    assert rows("\ufeff" + HEADER.replace("\n", "\r\n") + "1,,,,\r\n") == rows(HEADER + "1,,,,\n")


@pytest.mark.parametrize(
    ("text", "line", "column", "expected"),
    [
        ("code,name\n", 1, 2, "'name_ky'"),
        ("code,name_ky,credits,start\n", 1, 5, "5 headers"),
        (HEADER + "1,a\n", 2, 3, "5 cells, found 2"),
        (HEADER + "1,,,,\n\n2,,many,,\n", 4, 3, "a number"),
        (HEADER + '1,"a\nb",,,\n2,,,28.07.2021,\n', 4, 4, "a date"),
        (HEADER + ",,,,\n", 2, 1, "a value in column 'code'"),
        (HEADER + "1,,,,\n1,,,,\n", 3, 1, "again (first in line 2)"),
        (HEADER + '1,"open,,,\n', 2, None, "quoting"),
    ],
)
def test_a_broken_list_says_line_column_and_what_was_expected(text: str, line: int, column: int, expected: str) -> None:
    with pytest.raises(CannotLoad) as error:
        rows(text)
    assert expected in error.value.expected
    assert (error.value.file, error.value.line, error.value.column) == ("list.csv", line, column)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"notes": []}, "notes"),
        ({"tableSchema": {"columns": []}}, "aboutUrl"),
        ({"tableSchema": {"aboutUrl": "x", "columns": [{"name": "a", "null": "-"}]}}, "null"),
        ({"tableSchema": {"aboutUrl": "x", "columns": [{"name": "a", "datatype": "gYear"}]}}, "datatype"),
        ({"tableSchema": {"aboutUrl": "x", "columns": [{"titles": "a"}]}}, "name"),
    ],
)
def test_metadata_that_ask_for_more_than_is_read_are_refused(change: dict[str, object], expected: str) -> None:
    with pytest.raises(CannotLoad, match=expected):
        rows(HEADER, METADATA | change)


def test_metadata_that_are_not_json_say_where() -> None:
    with pytest.raises(CannotLoad, match="JSON") as error:
        read_csv(Path("list.csv"), HEADER, '{"url": }', {}, "list.csv")
    assert (error.value.file, error.value.line, error.value.column) == ("list.csv-metadata.json", 1, 9)


def test_values_keep_their_kind() -> None:
    triples = read_csv(Path("list.csv"), HEADER + "007,,,,\n", json.dumps(METADATA), PREFIXES, "list.csv")
    assert triples[0].subject == NamedNode("https://example.org/007")
    assert triples[0].object == Literal("007")
