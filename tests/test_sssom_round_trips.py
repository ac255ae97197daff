"""SSSOM without loss: any set, with any texts, survives TSV and RDF; another implementation reads and writes the same."""

from __future__ import annotations

from dataclasses import replace
from io import StringIO
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyoxigraph import NamedNode

from nqf_graph.formats import JSON_LD, N_TRIPLES, RDF_XML, TRIG, TURTLE, Format
from nqf_graph.sssom import Extension, MappingSet, Record, read_rdf, read_tsv, write_rdf, write_tsv
from nqf_graph.sssom.metadata import Block, write_block
from nqf_graph.sssom.model import condensed, propagated, several
from nqf_graph.sssom.reading import incomplete
from nqf_graph.sssom.slots import DATE, ENTITY, ENUMERATIONS, LITERAL, MAPPING_SLOTS, NUMBER, SET_SLOTS, URI, Slot
from nqf_graph.sssom.values import BUILT_IN, Prefixes, number

PREFIXES = {"a": "https://a.example/", "ab": "https://a.example/b/", "кг": "https://кг.example/ид#", "x.y": "urn:x:"}
XSD = "http://www.w3.org/2001/XMLSchema#"
DEFINITIONS = (
    Extension("ext_n", "https://a.example/n", f"{XSD}integer"),
    Extension("ext_text", "https://a.example/text"),
    Extension("ext_who", "https://a.example/who", "https://w3id.org/linkml/Uriorcurie"),
)
NASTY = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12),
    st.sampled_from(
        [
            "\t", "\n", "\r\n", "\r", '"', '""', "|", "\\", "\\|", "a|b", "a\\\\|", "# no comment", " ", "  led and trailed ",
            "Деңгээл үчүн өтүү", "ё", "null", "~", "true", "1.0", "2026-11-28", "a: b", "- a", "{", "[x]", "@", "%", "'", "&a", "*a",
            "!t", "? k", "x #y", "x:", "\u0085", "\u2028", "\ufeff", "\x00", "\x1b", "🪡", "0x1F", "1e5", "yes", "<<", "=", "---", "...",
        ]
    ),
)  # fmt: skip
LOCAL = st.text(st.sampled_from("aZ0_-.~/:#?=&'()[],;өүңё"), min_size=1, max_size=6)


def is_iri(text: str) -> bool:
    try:
        return bool(NamedNode(text))
    except ValueError:
        return False


IRIS = st.builds(lambda prefix, local: PREFIXES[prefix] + local, st.sampled_from(sorted(PREFIXES)), LOCAL)
IRIS = IRIS.filter(is_iri)
NUMBERS = st.decimals(0, 1, places=4, allow_nan=False).map(lambda value: number(str(value)))


def values_of(slot: Slot) -> st.SearchStrategy[Any]:
    if slot.kind in (ENTITY, URI):
        one: st.SearchStrategy[str] = IRIS
    elif slot.kind == NUMBER:
        one = NUMBERS
    elif slot.kind == DATE:
        one = st.dates().map(str)
    elif slot.kind in ENUMERATIONS:
        one = st.sampled_from([value for value in ENUMERATIONS[slot.kind] if value not in (LITERAL, "1.0")])
    else:
        one = NASTY
    return st.lists(one, min_size=1, max_size=3).map(several) if slot.multivalued else one


def some(slots: dict[str, Slot]) -> st.SearchStrategy[dict[str, Any]]:
    """Up to seven slots with values."""
    names = st.lists(st.sampled_from(sorted(slots)), max_size=7, unique=True)
    return names.flatmap(lambda chosen: st.fixed_dictionaries({name: values_of(slots[name]) for name in chosen}))


EXTENSIONS = st.fixed_dictionaries({}, optional={"ext_n": st.integers().map(str), "ext_text": NASTY, "ext_who": IRIS})
REQUIRED = st.fixed_dictionaries(
    dict.fromkeys(("subject_id", "predicate_id", "object_id", "mapping_justification"), IRIS)
)
LITERALS = st.fixed_dictionaries({"object_label": NASTY, "object_type": st.just(LITERAL)})


@st.composite
def sets(draw: st.DrawFn) -> MappingSet:
    """Any mapping set: some with record identifiers, some literals, some texts that no format likes."""
    with_ids = draw(st.booleans())
    records = []
    for position in range(draw(st.integers(0, 4))):
        slots = draw(some({name: slot for name, slot in MAPPING_SLOTS.items() if name != "record_id"})) | draw(REQUIRED)
        if draw(st.integers(0, 4)) == 0:
            slots |= draw(LITERALS)
            slots.pop("object_id")
        slots |= {"reviewer_label": ("R",)} if slots.keys() & {"review_date", "reviewer_agreement"} else {}
        slots |= {"record_id": f"https://a.example/r{position}"} if with_ids else {}
        assert incomplete(slots, 0) is None
        records.append(Record(slots, draw(EXTENSIONS)))
    slots = draw(some({name: slot for name, slot in SET_SLOTS.items() if name != "sssom_version"}))
    slots |= {"mapping_set_id": draw(IRIS), "license": draw(IRIS)}
    extensions = draw(EXTENSIONS)
    used = set(extensions).union(*(record.extensions for record in records))
    return MappingSet(slots, tuple(records), PREFIXES, tuple(d for d in DEFINITIONS if d.name in used), extensions)


def as_told(given: MappingSet) -> MappingSet:
    """What remains of a set when order, form and unused prefixes are told away."""
    whole = propagated(condensed(propagated(given)))
    slots = {name: value for name, value in whole.slots.items() if name != "sssom_version"}
    records = tuple(
        sorted(
            whole.records, key=lambda record: repr((sorted(record.slots.items()), sorted(record.extensions.items())))
        )
    )
    return replace(whole, slots=slots, records=records, prefixes={})


RUNS = settings(
    max_examples=40, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much], deadline=None
)


@RUNS
@given(sets())
def test_tsv_keeps_everything_and_is_canonical(whole: MappingSet) -> None:
    text = write_tsv(whole)
    read = read_tsv(text).strict()
    assert as_told(read) == as_told(whole)
    assert write_tsv(read) == text


@pytest.mark.parametrize("form", [TURTLE, TRIG, N_TRIPLES, RDF_XML, JSON_LD], ids=lambda form: form.suffix)
@RUNS
@given(sets())
def test_rdf_keeps_everything(form: Format, whole: MappingSet) -> None:
    if form is RDF_XML and not _has_only_xml_letters(whole):
        return
    data = write_rdf(whole, form)
    read = read_rdf(data, form).strict()
    assert as_told(read) == as_told(whole)
    assert write_tsv(replace(read, prefixes=PREFIXES)) == write_tsv(whole)
    if form in (TURTLE, TRIG):
        assert write_tsv(read) == write_tsv(whole), "the prefixes are there too"


def _has_only_xml_letters(whole: MappingSet) -> bool:
    """XML has no way to write control characters and keeps no carriage returns as they are."""
    text = repr(whole)
    return not any(mark in text for mark in ("\\x", "\\r", "\\u", "\\n", "\\t", "\\ufe", "�")) and all(
        ord(c) >= 32 for c in text
    )


@RUNS
@given(NASTY)
def test_any_text_of_the_metadata_is_read_back_by_any_yaml_reader(text: str) -> None:
    block = write_block({"comment": text, "creator_label": (text,)})
    assert block.count("\n") == 3, "one line a value"
    bare = "".join(line.removeprefix("#") for line in block.splitlines(keepends=True))
    assert yaml.safe_load(bare) == {"comment": text, "creator_label": [text]}
    assert Block(bare, "f").entries()["comment"].value == text


@RUNS
@given(IRIS)
def test_a_curie_is_the_iri_it_was_made_of(iri: str) -> None:
    prefixes = Prefixes(PREFIXES)
    assert prefixes.expand(prefixes.contract(iri)) == iri


# Another implementation


def oracle() -> Any:
    import sssom_pydantic  # noqa: PLC0415 - slow to import

    return sssom_pydantic


PLAIN = MappingSet(
    {
        "mapping_set_id": "https://a.example/set",
        "mapping_set_version": "2026-11-28",
        "mapping_set_title": 'Levels: "ours" and theirs',
        "creator_id": ("https://a.example/me",),
        "license": "https://creativecommons.org/licenses/by/4.0/",
    },
    (
        Record(
            {
                "record_id": "https://a.example/1",
                "subject_id": "https://a.example/level/7a",
                "subject_label": '7a деңгээли\tthe "second" half\nof level 7',
                "predicate_id": "http://www.w3.org/2004/02/skos/core#closeMatch",
                "object_id": "https://a.example/b/7",
                "object_label": "level 7",
                "mapping_justification": "https://w3id.org/semapv/vocab/ManualMappingCuration",
                "author_id": ("https://a.example/me", "https://a.example/you"),
                "reviewer_id": ("https://a.example/them",),
                "review_date": "2026-11-28",
                "mapping_date": "2026-11-27",
                "subject_source": "https://a.example/f",
                "object_source": "https://a.example/b/eqf",
                "object_type": "skos concept",
                "confidence": "0.85",
                "comment": "x: y # z",
                "see_also": ("https://a.example/e1", "https://a.example/e2"),
            },
            {"ext_text": "one", "ext_n": "7", "ext_who": "https://a.example/who"},
        ),
        Record(
            {
                "record_id": "https://a.example/2",
                "subject_id": "https://a.example/level/9",
                "predicate_id": "http://www.w3.org/2004/02/skos/core#exactMatch",
                "predicate_modifier": "Not",
                "object_id": "https://w3id.org/sssom/NoTermFound",
                "mapping_justification": "https://w3id.org/semapv/vocab/LexicalMatching",
                "mapping_date": "2026-11-27",
                "subject_source": "https://a.example/f",
                "object_source": "https://a.example/b/eqf",
                "object_type": "skos concept",
            },
        ),
    ),
    {"a": "https://a.example/", "ab": "https://a.example/b/"},
    DEFINITIONS,
)


def test_sssom_pydantic_reads_what_we_write() -> None:
    from sssom_pydantic.io import read_unprocessed  # noqa: PLC0415

    read = read_unprocessed(StringIO(write_tsv(PLAIN)))
    assert str(read.mapping_set.id) == PLAIN.id or "https://a.example/set" in str(read.mapping_set)
    assert len(read.records) == len(PLAIN.records)
    prefixes = Prefixes(PREFIXES)
    for theirs, ours in zip(read.records, PLAIN.records, strict=True):
        told = theirs.model_dump(exclude_none=True, exclude={"extensions"})
        assert told.keys() == ours.slots.keys()
        for name, value in told.items():
            kind = MAPPING_SLOTS[name].kind
            texts = [
                number(str(v)) if kind == NUMBER else str(v) for v in (value if isinstance(value, list) else [value])
            ]
            assert {prefixes.expand(t) if kind == ENTITY else t for t in texts} == set(ours.texts(name)), name
        extensions = {name: slot.value for name, slot in (theirs.extensions or {}).items()}
        if extensions:
            assert (extensions["ext_text"], extensions["ext_n"], extensions["ext_who"].curie) == ("one", 7, "a:who")
        assert extensions.keys() == ours.extensions.keys()


def test_we_read_what_sssom_pydantic_writes() -> None:
    """Their own reading of our file, written by them and read by us, is the set that we began with."""
    given = StringIO(write_tsv(PLAIN))
    mappings, converter, metadata = oracle().read(given)
    written = StringIO()
    oracle().write(mappings, written, metadata=metadata, converter=converter)
    assert as_told(read_tsv(written.getvalue()).strict()) == as_told(PLAIN)


def test_we_read_the_examples_of_sssom_pydantic(tmp_path: Any) -> None:
    from sssom_pydantic.api import MappingSetRecord  # noqa: PLC0415
    from sssom_pydantic.examples import EXAMPLES, TEST_CONVERTER  # noqa: PLC0415

    head = MappingSetRecord(mapping_set_id="https://a.example/set", license="https://a.example/l")
    for example in EXAMPLES:
        mapping = example.semantic_mapping
        if mapping.extensions:
            continue  # their writer wants the definitions from elsewhere
        file = tmp_path / "example.sssom.tsv"
        oracle().write([mapping], file, metadata=head, converter=TEST_CONVERTER)
        read = read_tsv(file.read_text(encoding="utf-8")).strict()
        assert len(read.records) == 1
        told = mapping.to_record().model_dump(exclude_none=True, exclude={"derived_from"})
        assert read.records[0].slots.keys() == told.keys(), example.description
        assert BUILT_IN  # what they call built-in is ours too, but for orcid
