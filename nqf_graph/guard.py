"""What a SPARQL text would do beyond reading our own graphs, told from its tokens, before it is run.

Oxigraph sends SERVICE requests to any address by default, so a text that can have one is refused here.  Its parser
knows no tokens (SERVICE:x, SERVICESILENT<…> and true.SERVICE<…> are calls), so the word alone does not settle it.
"""

from __future__ import annotations

import re

from nqf_graph.errors import QueryRefused, QuerySyntax

_CHAR = r"\w\u00B7\u0300-\u036F\u200C\u200D\u203F\u2040"
_LOCAL = rf"(?:(?:[{_CHAR}:%-]|\\.)+(?:\.+(?:[{_CHAR}:%-]|\\.)+)?)?"  # dots in one place only, as the engine reads it
# Strings, IRIs and comments are skipped whole, so that a keyword inside them does not count; names with a colon,
# a sigil or an @ are one token, so that ?service, ex:service and @from are names, not keywords.
TOKEN = re.compile(
    r'''(?P<string>"""(?:[^"\\]|\\.|"(?!""))*"""|\'\'\'(?:[^'\\]|\\.|'(?!''))*\'\'\''''
    r"""|"(?:[^"\\\n\r]|\\.)*"|'(?:[^'\\\n\r]|\\.)*')"""
    r"""|(?P<iri><(?:[^<>"{}|^`\\\x00-\x20]|\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8})*>)|(?P<comment>\#[^\n\r]*)"""
    rf"|[?$][{_CHAR}]+|@[\w-]+|\w[{_CHAR}.-]{{0,99}}:{_LOCAL}|:{_LOCAL}|(?P<word>[A-Za-z_]\w*)|.",
    re.DOTALL,
)
# What reads one way only: a string with plain escapes; an IRI without quote or #, or with the // that no operator
# and operand could have (in FILTER(?a<?b&&'x>y') there is no IRI, but a string that begins inside it).
_PLAIN = {
    "string": re.compile(r"""(?:[^\\]|\\[tbnrf"'\\])*"""),
    "iri": re.compile(r"<(?:[A-Za-z][A-Za-z0-9+.-]*://[^\\]*|[^'#\\]*)>"),
}
# A call is the word, perhaps with its neighbours written together, then an IRI, a variable or a name, then a brace.
_NAMED = r"(?:[^ \t\r\n{}<>#?$\\]|\\.)"
_GAP = r"(?:[ \t\r\n]++|#[^\r\n]*+)*+"
_RUN = re.compile(rf"{_NAMED}++", re.DOTALL)
_BODY = re.compile(rf"{_GAP}\{{(?!\|)")
_TARGET = re.compile(
    rf"{_GAP}(?:SILENT)?{_GAP}(?:<[^<>\x00-\x20]*+>|[?$]{_NAMED}++|(?:(?!:){_NAMED})*+:{_NAMED}*+){_BODY.pattern}",
    re.DOTALL | re.IGNORECASE,
)

_LETTERS = re.compile(r"(?:, )?\[(?:'[^']+'(?:\s*(?:\.\.=|\|)\s*'[^']+')*|_)\]")


def keywords(text: str) -> set[str]:
    """Which bare words, in upper case, does a SPARQL text have outside strings, IRIs, names and comments?"""
    return {match["word"].upper() for match in TOKEN.finditer(text) if match["word"]}


def calls_a_service(text: str) -> bool:
    """Could the engine read a SERVICE call in the text?  Never wrongly no; yes for some texts that only look like it.

    Strings and comments are left out of account, unless something in the text makes it unclear where they are.
    """
    if "service" not in text.lower():
        return False
    tokens = list(TOKEN.finditer(text))
    if all(_is_plain(token) for token in tokens):
        blanks = {"string": '""', "comment": " "}
        text = "".join(blanks.get(token.lastgroup or "", token[0]) for token in tokens)
        if any(token["word"] and token["word"].upper() == "SERVICE" for token in tokens):
            return True
    for run in _RUN.finditer(text):
        _, found, rest = run[0].lower().partition("service")
        if found and (_TARGET.match(text, run.end()) or (":" in rest and _BODY.match(text, run.end()))):
            return True
    return False


def reads_one_way(text: str) -> bool:
    """Is it beyond doubt where the strings, IRIs and comments of a SPARQL text are?"""
    return all(_is_plain(token) for token in TOKEN.finditer(text))


def _is_plain(token: re.Match[str]) -> bool:
    if token.lastgroup in _PLAIN:
        return _PLAIN[token.lastgroup].fullmatch(token[0]) is not None
    return token[0] not in ("'", '"', "\\")


def refuse_remote_calls(text: str) -> None:
    """Raise QueryRefused for a text that would reach out over the network."""
    if calls_a_service(text):
        raise QueryRefused("SERVICE is not allowed here: this endpoint answers from its own graphs only")


def names_its_dataset(text: str) -> bool:
    """Does the text say itself, by FROM, which graphs it reads?"""
    return "FROM" in text.upper() and "FROM" in keywords(text)


def syntax_error(error: SyntaxError) -> QuerySyntax:
    """Oxigraph's message as ours: the place as numbers, what was expected as text."""
    if place := re.match(r"error at (\d+):(\d+): ", error.msg):
        return QuerySyntax(_readable(error.msg[place.end() :]), int(place[1]), int(place[2]))
    return QuerySyntax(_readable(error.msg), error.lineno, error.offset)


def _readable(expected: str) -> str:
    """What was expected, without the classes of letters that names are made of."""
    shorter = _LETTERS.sub("", expected).replace("one of ,", "one of").strip(", ")
    return "expected a letter or a digit" if shorter in ("expected", "expected one of") else shorter
