"""The questions over REST: one path for each file of `queries/`, with an OpenAPI entry made from its header."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from fastapi import APIRouter, FastAPI, Request, Response
from pyoxigraph import Literal, NamedNode

from nqf_graph.api.context import VARY, Published, format_of, language_of, number_of, strict_language_of
from nqf_graph.api.paging import pages
from nqf_graph.api.problems import problem_of
from nqf_graph.errors import NotFound, NqfError
from nqf_graph.formats import HTML, JSON, ROWS
from nqf_graph.publication import Publication
from nqf_graph.questions import Answer, Question
from nqf_graph.store import Rows, Term
from nqf_graph.terms import XSD
from nqf_graph.web.pages import render
from nqf_graph.web.resource import Value
from nqf_graph.web.tables import names_of, table_of

ROOT = "/api/v1/questions"
PAGE = 1000
_OFFERS = (JSON, *ROWS, HTML)
_RESERVED = ("limit", "offset", "_mediatype", "lang")

router = APIRouter(tags=["Questions"])


@router.get(ROOT, summary="All questions")
@router.head(ROOT, include_in_schema=False)
def list_questions(request: Request, publication: Published) -> Response:
    """Every question with title, text, parameters and address."""
    return _list(request, publication, publication.questions.groups())


@router.get(ROOT + "/{group}", summary="The questions of one group")
def list_group(group: str, request: Request, publication: Published) -> Response:
    """The questions of one group, such as `frameworks` or `law`."""
    groups = publication.questions.groups()
    if group not in groups:
        raise NotFound("group of questions", group, tuple(groups))
    return _list(request, publication, {group: groups[group]})


def add_question_routes(app: FastAPI, publication: Publication) -> None:
    """Give every question its own path and OpenAPI entry."""
    for question in publication.questions.values():
        endpoint = _endpoint(question.id)
        app.add_api_route(f"{ROOT}/{question.id}", endpoint, methods=["HEAD"], include_in_schema=False)
        app.add_api_route(
            f"{ROOT}/{question.id}",
            endpoint,
            methods=["GET"],
            operation_id=question.id.replace("/", "_").replace("-", "_"),
            summary=question.title["en"],
            description="\n\n".join(question.question[tag] for tag in ("en", "ru", "ky")),
            tags=["Questions"],
            openapi_extra={"parameters": _openapi_parameters(question)},
            responses={400: {"description": "Unusable parameter"}, 404: {"description": "No such thing"}},
        )
    app.include_router(router)
    app.add_api_route(ROOT + "/{group}/{name}", _unknown, methods=["GET", "HEAD"], include_in_schema=False)


def _unknown(group: str, name: str, publication: Published) -> Response:
    publication.questions[f"{group}/{name}"]  # raises NotFound
    raise AssertionError("a known question has its own route")


def _endpoint(id: str) -> Callable[..., Response]:
    def answer_question(request: Request, publication: Published) -> Response:
        return _answer(request, publication, publication.questions[id])

    return answer_question


def _answer(request: Request, publication: Publication, question: Question) -> Response:
    form = format_of(request, _OFFERS)
    language = strict_language_of(request)
    given = {name: value for name, value in request.query_params.items() if name not in _RESERVED and value}
    if form is HTML:
        return _page(request, publication, question, given)
    limit, offset = number_of(request, "limit", PAGE, 1), number_of(request, "offset", 0, 0)
    answer = publication.asker.ask(question, given, language)
    if form is JSON:
        document = answer_document(answer, language, limit, offset)
        body = json.dumps(document, ensure_ascii=False).encode()
    else:
        body = publication.store.query(f"{answer.query}LIMIT {limit} OFFSET {offset}").write(form)
    headers = VARY | {"Content-Language": language} | pages(request, len(answer.rows.rows), limit, offset).headers
    return Response(body, headers=headers, media_type=form.content_type)


def answer_document(answer: Answer, language: str, limit: int = PAGE, offset: int = 0) -> dict[str, Any]:
    """An answer as plain JSON: rows of column → value, and what it takes to get them again."""
    question = answer.question
    columns = answer.rows.columns
    rows = answer.rows.rows[offset : offset + limit]
    return {
        "question": question.id,
        "title": question.title[language],
        "text": question.question[language],
        "language": language,
        "parameters": {name: None if term == "UNDEF" else term for name, term in answer.parameters.items()},
        "columns": [{"name": name, "label": question.columns[name][language]} for name in columns],
        "rows": [{name: plain(term) for name, term in zip(columns, row, strict=True)} for row in rows],
        "total": len(answer.rows.rows),
        "otherLanguages": _other_languages(Rows(columns, rows), language),
        "state": answer.state_id,
        "query": answer.query,
    }


def plain(term: Term | None) -> str | int | float | bool | None:
    """The JSON value of a term: numbers and booleans as such, everything else as text, unbound as null."""
    if isinstance(term, Literal):
        if term.datatype in (XSD["integer"], XSD["int"]):
            return int(term.value)
        if term.datatype in (XSD["decimal"], XSD["double"], XSD["float"]):
            return float(term.value)
        return term.value == "true" if term.datatype == XSD["boolean"] else term.value
    return None if term is None else term.value if isinstance(term, NamedNode) else str(term)


def _other_languages(rows: Rows, language: str) -> dict[str, list[str]]:
    """In which columns does a text come in another language than asked for, and in which ones?"""
    found: dict[str, set[str]] = {}
    for row in rows:
        for name, term in row.items():
            if isinstance(term, Literal) and term.language and term.language != language:
                found.setdefault(name, set()).add(term.language)
    return {name: sorted(tags) for name, tags in found.items()}


def _list(request: Request, publication: Publication, groups: Mapping[str, list[Question]]) -> Response:
    language = strict_language_of(request)
    form = format_of(request, (JSON, HTML))
    headers = VARY | {"Content-Language": language}
    if form is HTML:
        page = render("questions", language, request.url.path, groups=groups)
        return Response(page, headers=headers, media_type=HTML.content_type)
    listed = [_summary(question, language) for questions in groups.values() for question in questions]
    body = json.dumps({"questions": listed, "total": len(listed)}, ensure_ascii=False)
    return Response(body, headers=headers, media_type=JSON.media_type)


def _summary(question: Question, language: str) -> dict[str, Any]:
    return {
        "id": question.id,
        "href": f"{ROOT}/{question.id}",
        "competency": question.competency,
        "title": question.title[language],
        "question": question.question[language],
        "parameters": [
            {
                "name": p.name, "kind": p.kind, "of": p.of, "required": p.required, "default": p.default,
                "example": p.example, "help": p.help.get(language),
            }
            for p in question.parameters.values()
        ],
    }  # fmt: skip


def _page(request: Request, publication: Publication, question: Question, given: dict[str, str]) -> Response:
    """The question's form and, when it can be answered with what is given, its rows."""
    language = language_of(request)
    problem, status, answer = "", 200, None
    missing = [name for name, p in question.parameters.items() if p.required and not p.default and name not in given]
    if not missing:
        try:
            answer = publication.asker.ask(question, given, language)
        except NqfError as error:
            document = problem_of(error)
            problem, status = document["detail"], document["status"]
    columns, rows = table_of(publication, answer.rows, language) if answer else ((), [])
    page = render(
        "question",
        language,
        str(request.url.replace(scheme="", netloc="")) if request.url.query else request.url.path,
        question=question,
        given=given,
        choices=_choices(publication, question, language),
        problem=problem,
        columns=[question.columns[name][language] for name in columns],
        rows=rows,
        asked=answer is not None,
        query=answer.query if answer else "",
    )
    return Response(page, status, VARY | {"Content-Language": language}, HTML.content_type)


def _choices(publication: Publication, question: Question, language: str) -> dict[str, list[Value]]:
    """The things a person can pick for each parameter that takes one, named in the reader's language."""
    found = {}
    for parameter in question.parameters.values():
        if parameter.kind == "iri" and parameter.of:
            type_ = f"<{publication.asker.expand(parameter, parameter.of).value}>"
            members = publication.store.select(publication.system("members", type=type_))
            name = names_of(publication, [row["member"] for row in members], language)
            things = [row["member"] for row in members]
            found[parameter.name] = [
                Value(name(thing).text, publication.asker.shorten(thing.value))
                for thing in things
                if isinstance(thing, NamedNode)
            ]
    return found


def _openapi_parameters(question: Question) -> list[dict[str, Any]]:
    kinds = {
        "iri": {"type": "string"},
        "date": {"type": "string", "format": "date"},
        "integer": {"type": "integer"},
        "string": {"type": "string"},
        "language": {"type": "string", "enum": ["ky", "ru", "en"]},
    }
    own = [
        {
            "name": p.name,
            "in": "query",
            "required": p.required and p.default is None,
            "description": p.help.get("en", p.name) + (f" ({p.of})" if p.of else ""),
            "schema": kinds[p.kind],
            "example": p.example.strip('<>"').partition('"^^')[0],
        }
        for p in question.parameters.values()
    ]
    names = {p["name"] for p in own}
    shared: list[dict[str, Any]] = [
        {
            "name": "lang",
            "in": "query",
            "description": "Language of names and texts",
            "schema": kinds["language"],
        },
        {
            "name": "limit",
            "in": "query",
            "description": "Rows of a page",
            "schema": {"type": "integer", "default": PAGE},
        },
        {
            "name": "offset",
            "in": "query",
            "description": "Rows to pass over",
            "schema": {"type": "integer", "default": 0},
        },
    ]
    return own + [parameter for parameter in shared if parameter["name"] not in names]
