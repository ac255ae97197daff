"""Which endpoints may be asked, and at which network addresses."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import unquote

from nqf_graph.errors import BadParameter, QueryRefused

SETTING = "NQF_SERVICE_ALLOW"
_PRIVATE = "private+"
_PORTS = {"http": 80, "https": 443}
# Only what reads one way: no user, no query, no fragment, no letters outside ASCII, numbers of ports in decimal.
_URL = re.compile(
    r"(?P<scheme>https?)://(?P<host>[a-z0-9._-]+|\[[0-9a-f:.]+\])(?::(?P<port>[0-9]{1,5}))?(?P<path>/[!$%&'()*+,./:;=@\w~-]*)?",
    re.IGNORECASE | re.ASCII,
)
_GLOBAL_IPV6 = IPv6Network("2000::/3")
_EMBEDS_IPV4 = (IPv6Network("2001::/32"), IPv6Network("2002::/16"))  # Teredo, 6to4
_INTRANET = tuple(map(ip_network, ("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "::1", "fc00::/7")))


@dataclass(frozen=True)
class Endpoint:
    """The address of an endpoint in its parts, host in lower case; `private`: may be inside a private network."""

    scheme: str
    host: str
    port: int
    path: str
    private: bool = False

    @classmethod
    def read(cls, url: str) -> Endpoint | None:
        """The parts of `url`; None for one that is not plainly an address of the web."""
        parts = _URL.fullmatch(url)
        if parts is None:
            return None
        scheme, path = parts["scheme"].lower(), parts["path"] or "/"
        port = int(parts["port"] or _PORTS[scheme])
        if not 0 < port < 1 << 16 or any(_is_tricky(segment) for segment in path.split("/")):
            return None
        return cls(scheme, parts["host"].lower().strip("[]"), port, path)

    @property
    def authority(self) -> str:
        """Host and port as in a Host header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"

    def covers(self, other: Endpoint) -> bool:
        """Is `other` this endpoint, or one below its path?"""
        below = self.path if self.path.endswith("/") else f"{self.path}/"
        same = (self.scheme, self.host, self.port) == (other.scheme, other.host, other.port)
        return same and (other.path == self.path or other.path.startswith(below))

    def may_be_at(self, address: str) -> bool:
        """May the endpoint be reached at this numeric address, to which its host name resolved?"""
        found = ip_address(address.partition("%")[0])
        return is_public(found) or (self.private and any(found in network for network in _INTRANET))


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Is it an address of a machine on the internet, and not another way to write one that is not?"""
    if isinstance(address, IPv6Address) and (
        address not in _GLOBAL_IPV6 or any(address in network for network in _EMBEDS_IPV4)
    ):
        return False
    return address.is_global and not address.is_multicast and not address.is_reserved


class AllowList:
    """The endpoints that queries may name after SERVICE: URLs, each with everything below its path."""

    def __init__(self, entries: tuple[Endpoint, ...] = ()) -> None:
        self._entries = entries

    @classmethod
    def read(cls, text: str) -> AllowList:
        """The list that a setting spells: URLs separated by commas, `private+` before one in a private network.

        Raises BadParameter for an entry that is not plainly such a URL.
        """
        return cls(tuple(_entry(entry) for entry in map(str.strip, text.split(",")) if entry))

    def __bool__(self) -> bool:
        return bool(self._entries)

    def endpoint(self, url: str) -> Endpoint:
        """The endpoint that `url` names.  Raises QueryRefused for one that is not on the list."""
        named = Endpoint.read(url)
        for entry in self._entries:
            if named and entry.covers(named):
                return Endpoint(named.scheme, named.host, named.port, named.path, entry.private)
        raise QueryRefused(f"SERVICE <{url}> is not allowed here: the operator has not listed this endpoint")


def _entry(text: str) -> Endpoint:
    url = text.removeprefix(_PRIVATE)
    if (found := Endpoint.read(url)) is None:
        raise BadParameter(SETTING, f"expected http(s)://host[:port][/path], maybe after {_PRIVATE}, found {text!r}")
    return Endpoint(found.scheme, found.host, found.port, found.path, private=url != text)


def _is_tricky(segment: str) -> bool:
    """Could a server take this part of a path for another one?"""
    plain = unquote(segment)
    return plain in (".", "..") or any(sign in plain for sign in "/\\%")
