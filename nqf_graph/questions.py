"""Questions people ask, each a file of `queries/`: plain SPARQL under a TOML header.

A parameter is exactly one `VALUES ?name { … }` in the text.  The value in the file is the example; the caller's
value replaces the braces as serialised RDF terms, so no value can become query text.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

from pyoxigraph import Literal, NamedNode

from nqf_graph.errors import BadParameter, CannotLoad, NotFound
from nqf_graph.store import Rows, Store
from nqf_graph.terms import LANGUAGES, XSD

KINDS = ("iri", "date", "integer", "string", "language")
_HEADER = re.compile(r"^#\+ ?(.*)$", re.MULTILINE)
_UNBOUND = "UNDEF"


@dataclass(frozen=True)
class Parameter:
    """What a caller may set.  `of` is the class (prefixed name) an IRI must belong to; `example` is as in the file."""

    name: str
    kind: str
    of: str | None
    required: bool
    default: str | None
    help: dict[str, str]
    example: str


@dataclass(frozen=True)
class Question:
    """One file of `queries/`; its id is its path without ending, e.g. `frameworks/levels`."""

    id: str
    competency: int | None
    title: dict[str, str]
    question: dict[str, str]
    parameters: dict[str, Parameter]
    columns: dict[str, dict[str, str]]
    text: str

    def bind(self, terms: Mapping[str, str]) -> str:
        """The query text with the values of `terms` (name → serialised RDF terms) in place of the examples."""
        text = self.text
        for name, term in terms.items():
            text = _values(name).sub(lambda match, term=term: f"{match[1]}{{ {term} }}", text)  # type: ignore[misc]
        return text


@dataclass(frozen=True)
class Answer:
    """Rows, with all that is needed to get them again: the question, its bound parameters, the query, the state."""

    question: Question
    parameters: dict[str, str]
    query: str
    rows: Rows
    state_id: str


class Questions(Mapping[str, Question]):
    """The questions of a folder, by id; `questions[id]` raises NotFound naming what exists."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @cached_property
    def _all(self) -> dict[str, Question]:
        files = sorted(f for f in self._folder.rglob("*.rq") if "system" not in f.parts)
        found = (read_question(file, file.relative_to(self._folder).with_suffix("").as_posix()) for file in files)
        return {question.id: question for question in found}

    def __getitem__(self, id: str) -> Question:
        try:
            return self._all[id]
        except KeyError:
            raise NotFound("question", id, tuple(self._all)) from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._all)

    def __len__(self) -> int:
        return len(self._all)

    def groups(self) -> dict[str, list[Question]]:
        """The questions by folder."""
        found: dict[str, list[Question]] = {}
        for question in self._all.values():
            found.setdefault(question.id.partition("/")[0], []).append(question)
        return found


class SystemQueries:
    """The queries the service itself needs (`queries/system/`): no SPARQL is kept in Python."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "system"
        self._texts: dict[str, str] = {}

    def __call__(self, name: str, **terms: str) -> str:
        """The text of `name`.rq with serialised RDF terms in its VALUES blocks."""
        if name not in self._texts:
            self._texts[name] = (self._folder / f"{name}.rq").read_text(encoding="utf-8")
        text = self._texts[name]
        for parameter, term in terms.items():
            text = _values(parameter).sub(lambda match, term=term: f"{match[1]}{{ {term} }}", text)  # type: ignore[misc]
        return text


@dataclass(frozen=True)
class Asker:
    """Answers questions from a store.  `base` completes short ids such as `level/2020/7a`."""

    store: Store
    system: SystemQueries
    prefixes: Mapping[str, str]
    base: str

    def ask(self, question: Question, values: Mapping[str, str], language: str = "en") -> Answer:
        """What are the rows of `question` for these parameter values (texts, as a person or a URL gives them)?

        A parameter left out takes its default, or any value if it is optional; `language` is used where a question
        has a `lang` parameter that is left out.  Raises BadParameter for an unknown, missing or unusable value,
        NotFound for a thing that does not exist.
        """
        if unknown := set(values) - set(question.parameters):
            raise BadParameter(sorted(unknown)[0], "no such parameter", tuple(question.parameters))
        given = {name: values.get(name) or self._default(p, language) for name, p in question.parameters.items()}
        terms = {name: self._term(question.parameters[name], value) for name, value in given.items()}
        query = question.bind(terms)
        return Answer(question, terms, query, self.store.select(query), self.store.state_id)

    def _default(self, parameter: Parameter, language: str) -> str | None:
        if parameter.kind == "language":
            return language
        if parameter.default == "today":
            return date.today().isoformat()
        if parameter.required and parameter.default is None:
            raise BadParameter(parameter.name, f"is required; for example {parameter.example}")
        return parameter.default

    def _term(self, parameter: Parameter, value: str | None) -> str:
        if value is None:
            return _UNBOUND
        match parameter.kind:
            case "iri":
                return str(self._thing(parameter, value))
            case "date":
                return _typed(parameter, value, date.fromisoformat, "date", "a date such as 2020-09-18")
            case "integer":
                return _typed(parameter, value, int, "integer", "a whole number")
            case "language" if value not in LANGUAGES:
                raise BadParameter(parameter.name, f"no language {value!r}", LANGUAGES)
        return str(Literal(value))

    def _thing(self, parameter: Parameter, value: str) -> NamedNode:
        node = self.expand(parameter, value)
        if parameter.of is not None:
            type_ = f"<{self._expand_name(parameter.of)}>"
            if not self.store.ask(self.system("is-a", thing=str(node), type=type_)):
                members = [row["member"] for row in self.store.select(self.system("members", type=type_))]
                existing = [self.shorten(member.value) for member in members if isinstance(member, NamedNode)]
                raise NotFound(parameter.of.partition(":")[2], value, existing)
        return node

    def expand(self, parameter: Parameter, value: str) -> NamedNode:
        """The IRI that `value` stands for: an IRI, a prefixed name, or an id below the base."""
        try:
            return NamedNode(self.iri_of(value))
        except ValueError as error:
            raise BadParameter(parameter.name, f"{value!r} is not an IRI ({error})") from error

    def iri_of(self, value: str) -> str:
        """What `value` stands for (see `expand`), as text; nothing checks that it is an IRI."""
        name = self._expand_name(value)
        return name if "://" in name or name.startswith("urn:") else f"{self.base}/id/{value.lstrip('/')}"

    def shorten(self, iri: str) -> str:
        """The id of an IRI of ours below the base, the prefixed name of one with a known prefix, else the IRI."""
        own = f"{self.base}/id/"
        if iri.startswith(own):
            return iri.removeprefix(own)
        for prefix, namespace in self.prefixes.items():
            if iri.startswith(namespace) and re.fullmatch(r"\w[\w.-]*", iri[len(namespace) :]):
                return f"{prefix}:{iri[len(namespace) :]}"
        return iri

    def _expand_name(self, name: str) -> str:
        prefix, colon, local = name.partition(":")
        return self.prefixes[prefix] + local if colon and prefix in self.prefixes else name


def read_question(file: Path, id: str) -> Question:
    """The question in a file.  Raises CannotLoad when header and query do not fit each other."""
    text = file.read_text(encoding="utf-8")
    try:
        header = tomllib.loads("\n".join(_HEADER.findall(text)))
    except tomllib.TOMLDecodeError as error:
        raise CannotLoad(f"{id}.rq", f"expected TOML in the #+ lines: {error}") from error
    for key in ("title", "question", "columns"):
        if key not in header:
            raise CannotLoad(f"{id}.rq", f"expected [{key}] in the header")
    body = _HEADER.sub("", text).strip() + "\n"
    parameters = {name: _parameter(name, given, body, id) for name, given in header.get("parameters", {}).items()}
    return Question(
        id, header.get("competency"), header["title"], header["question"], parameters, header["columns"], body
    )


def _parameter(name: str, given: dict[str, Any], body: str, id: str) -> Parameter:
    blocks = _values(name).findall(body)
    if len(blocks) != 1:
        raise CannotLoad(f"{id}.rq", f"expected one VALUES ?{name} {{ … }} for the parameter, found {len(blocks)}")
    if given.get("kind") not in KINDS:
        raise CannotLoad(f"{id}.rq", f"expected kind {', '.join(KINDS)} for parameter {name}")
    return Parameter(
        name, given["kind"], given.get("of"), given.get("required", False), given.get("default"),
        given.get("help", {}), blocks[0][1].strip(),
    )  # fmt: skip


def _values(name: str) -> re.Pattern[str]:
    return re.compile(rf"(VALUES\s+\?{re.escape(name)}\s*)\{{([^}}]*)\}}")


def _typed(parameter: Parameter, value: str, parse: Any, datatype: str, expected: str) -> str:
    try:
        normal = str(parse(value))
    except ValueError:
        raise BadParameter(parameter.name, f"expected {expected}, found {value!r}") from None
    return str(Literal(normal, datatype=XSD[datatype]))
