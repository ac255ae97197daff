"""What a SPARQL text would do beyond reading our own graphs, told from its tokens, before it is run.

Oxigraph sends SERVICE requests to any address by default, so a text that has the keyword is refused here.
"""

from __future__ import annotations

import re

from nqf_graph.errors import QueryRefused, QuerySyntax

# Strings, IRIs and comments are skipped whole, so that a keyword inside them does not count; names with a colon,
# a sigil or an @ are one token, so that ?service, ex:service and @from are names, not keywords.
TOKEN = re.compile(
    r'''"""(?:[^"\\]|\\.|"(?!""))*"""|\'\'\'(?:[^'\\]|\\.|'(?!''))*\'\'\'|"(?:[^"\\\n\r]|\\.)*"|'(?:[^'\\\n\r]|\\.)*\''''
    r"""|<[^<>"{}|^`\\\x00-\x20]*>|\#[^\n\r]*|[?$@]\w+|\w[\w.-]*:[\w.:%-]*|:[\w.:%-]*|(?P<word>[A-Za-z_]\w*)|.""",
    re.DOTALL,
)


def keywords(text: str) -> set[str]:
    """Which bare words, in upper case, does a SPARQL text have outside strings, IRIs, names and comments?"""
    return {match["word"].upper() for match in TOKEN.finditer(text) if match["word"]}


def refuse_remote_calls(text: str) -> None:
    """Raise QueryRefused for a text that would reach out over the network."""
    if "SERVICE" in keywords(text):
        raise QueryRefused("SERVICE is not allowed here: this endpoint answers from its own graphs only")


def names_its_dataset(text: str) -> bool:
    """Does the text say itself, by FROM, which graphs it reads?"""
    return "FROM" in keywords(text)


def syntax_error(error: SyntaxError) -> QuerySyntax:
    """Oxigraph's message as ours: the place as numbers, what was expected as text."""
    if place := re.match(r"error at (\d+):(\d+): ", error.msg):
        return QuerySyntax(error.msg[place.end() :], int(place[1]), int(place[2]))
    return QuerySyntax(error.msg, error.lineno, error.offset)
