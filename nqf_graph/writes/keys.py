"""API keys: who may write, and how far.  Only hashes are kept; a key is shown once, when it is made."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import tomllib
from dataclasses import dataclass
from pathlib import Path

from nqf_graph.errors import BadParameter, CannotLoad, Forbidden, Unauthorized

SCOPES = ("read", "submit", "publish")
"""What a key may do, each including the ones before: read, hand in data for review, publish."""


@dataclass(frozen=True)
class Key:
    """A key that was presented: its owner and its scopes."""

    owner: str
    scopes: frozenset[str]

    def require(self, scope: str) -> None:
        """Raise Forbidden unless the key has `scope` or one that includes it."""
        wanted = SCOPES.index(scope)
        if not any(SCOPES.index(own) >= wanted for own in self.scopes):
            raise Forbidden(f"the key of {self.owner} has no scope {scope!r}")


class KeyRing:
    """The keys of a file: `[[key]]` tables with `owner`, `scopes` and `sha256`."""

    def __init__(self, file: Path | None) -> None:
        self._keys: list[tuple[str, Key]] = []
        if file is not None:
            self._keys = [_read(entry, file) for entry in _tables(file)]

    def __bool__(self) -> bool:
        return bool(self._keys)

    def find(self, authorization: str | None) -> Key:
        """Whose key does an `Authorization: Bearer …` header carry?  Raises Unauthorized for none or a wrong one."""
        scheme, _, secret = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or not secret.strip():
            raise Unauthorized("a key is needed: Authorization: Bearer <key>")
        digest = _digest(secret.strip())
        found = [key for known, key in self._keys if hmac.compare_digest(known, digest)]
        if not found:
            raise Unauthorized("this key is not known")
        return found[0]


def make_key(file: Path, owner: str, scopes: list[str]) -> str:
    """Add a key for `owner` to `file` and return it; only its hash is written.

    A random key of 256 bits needs no slow hash: it cannot be guessed, and it is used nowhere else.
    """
    if unknown := set(scopes) - set(SCOPES):
        raise BadParameter("--scope", f"no scope {sorted(unknown)[0]!r}", SCOPES)
    if not owner.strip() or any(ord(letter) < 32 for letter in owner):
        raise BadParameter("OWNER", "expected a name in one line")
    secret = f"nqf_{secrets.token_urlsafe(32)}"
    quoted = owner.replace("\\", "\\\\").replace('"', '\\"')
    entry = f'[[key]]\nowner = "{quoted}"\nscopes = {sorted(set(scopes))!r}\nsha256 = "{_digest(secret)}"\n\n'
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "a", encoding="utf-8") as keys:
        keys.write(entry)
    return secret


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _tables(file: Path) -> list[dict[str, object]]:
    try:
        found = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise CannotLoad(file.name, f"expected a file of [[key]] tables ({error})") from error
    tables: list[dict[str, object]] = found.get("key", [])
    return tables


def _read(entry: dict[str, object], file: Path) -> tuple[str, Key]:
    owner, scopes, digest = entry.get("owner"), entry.get("scopes"), entry.get("sha256")
    if not (isinstance(owner, str) and isinstance(scopes, list) and isinstance(digest, str) and len(digest) == 64):
        raise CannotLoad(file.name, "expected owner, scopes and sha256 in every [[key]]")
    if unknown := set(scopes) - set(SCOPES):
        raise CannotLoad(file.name, f"expected scopes of {', '.join(SCOPES)}, found {sorted(unknown)[0]!r}")
    return digest, Key(owner, frozenset(scopes))
