"""Dumps at addresses that do not change: /exports/{state}/…, and /exports/latest/… for the present one."""

from __future__ import annotations

import json
from base64 import b64encode

from fastapi import APIRouter, Request, Response
from starlette.responses import FileResponse

from nqf_graph.api.context import VARY, Published, format_of, language_of
from nqf_graph.discovery import Export
from nqf_graph.discovery.document import version_document
from nqf_graph.discovery.dumps import File
from nqf_graph.discovery.exports import CHECKSUMS
from nqf_graph.formats import GRAPHS, HTML, JSON, write_graph
from nqf_graph.publication import Publication
from nqf_graph.web.described import export_page

router = APIRouter()

_FOREVER = {"Cache-Control": "public, max-age=31536000, immutable"}
_FRESH = {"Cache-Control": "public, no-cache"}


@router.get("/exports/", summary="The dumps of the present state, with checksums")
@router.head("/exports/", include_in_schema=False)
def index(request: Request, publication: Published) -> Response:
    """The files, their sizes and checksums; makes them if they are not there yet."""
    return _listed(request, publication, publication.exports.latest())


@router.get("/exports/latest/{name:path}", summary="A dump of the present state (307 to its versioned address)")
@router.head("/exports/latest/{name:path}", include_in_schema=False)
def latest(name: str, publication: Published) -> Response:
    """Where the file of the present state is."""
    export = publication.exports.latest()
    if name not in ("", CHECKSUMS):
        export.file(name)
    return Response(status_code=307, headers=_FRESH | {"Location": f"/exports/{export.state}/{name}"})


@router.get("/exports/{state}/", summary="The dumps of a state")
@router.head("/exports/{state}/", include_in_schema=False)
def version(state: str, request: Request, publication: Published) -> Response:
    """The files of a state, as long as they are kept."""
    return _listed(request, publication, publication.exports.of(state))


@router.get("/exports/{state}/{name}", summary="A dump, or the list of checksums", response_class=FileResponse)
@router.head("/exports/{state}/{name}", include_in_schema=False)
def dump(state: str, name: str, request: Request, publication: Published) -> Response:
    """A file that never changes; parts of it by `Range`."""
    export = publication.exports.of(state)
    if name == CHECKSUMS:
        return Response(export.sums, headers=_FOREVER, media_type="text/plain; charset=utf-8")
    file = export.file(name)
    headers = _FOREVER | {"ETag": f'"{file.sha256}"', "Repr-Digest": _digest(file)}
    if file.sha256 in {tag.strip().strip('W/"') for tag in request.headers.get("if-none-match", "").split(",")}:
        return Response(status_code=304, headers=headers)
    return FileResponse(
        export.folder / file.name,
        headers=headers,
        media_type=_types(publication)[file.name],
        filename=f"nqf-{export.state}{file.name.removeprefix('nqf')}",
    )


def _listed(request: Request, publication: Publication, export: Export) -> Response:
    form = format_of(request, (JSON, HTML, *GRAPHS))
    if form is HTML:
        language = language_of(request)
        headers = VARY | {"Content-Language": language}
        return Response(export_page(publication, export, language), headers=headers, media_type=form.content_type)
    if form is JSON:
        return Response(json.dumps(_document(publication, export)), headers=VARY, media_type=form.media_type)
    triples = version_document(publication.description, export, str(request.base_url).rstrip("/"))
    return Response(write_graph(triples, form, publication.prefixes), headers=VARY, media_type=form.content_type)


def _types(publication: Publication) -> dict[str, str]:
    """The content type of each file."""
    return {dump.name: dump.content_type for dump in publication.description.dumps}


def _document(publication: Publication, export: Export) -> dict[str, object]:
    types = _types(publication)
    profiles = {dump.name: dump.profile for dump in publication.description.dumps}
    files = [
        {
            "name": file.name,
            "href": f"/exports/{export.state}/{file.name}",
            "mediaType": types[file.name].partition(";")[0],
            "bytes": file.bytes,
            "sha256": file.sha256,
        }
        | ({"profile": profiles[file.name]} if profiles.get(file.name) else {})
        for file in export.files
    ]
    return {"state": export.state, "files": files, "checksums": f"/exports/{export.state}/{CHECKSUMS}"}


def _digest(file: File) -> str:
    """The value of a Repr-Digest header (RFC 9530)."""
    return f"sha-256=:{b64encode(bytes.fromhex(file.sha256)).decode()}:"
