"""Who is behind the proxies: X-Forwarded-For and X-Forwarded-Proto, the older kin of RFC 7239."""

from collections.abc import Sequence
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Networks = Sequence[IPv4Network | IPv6Network]
_MOST = 16  # proxies, one behind the other


def networks(text: str) -> tuple[IPv4Network | IPv6Network, ...]:
    """The addresses and networks that the text lists, with commas or spaces between them.

    Raises ValueError for what is neither.
    """
    return tuple(ip_network(each) for each in text.replace(",", " ").split())


def client(peer: str, forwarded: str | None, trusted: Networks) -> str:
    """The address of the client: the last that is not one of a trusted proxy.

    peer: the address of the connection. Each proxy adds at the end whom it was asked by, so what
    stands before an address that is not trusted is that client's own word. What is no address ends
    the chain too.
    """
    found = peer
    for member in reversed((forwarded or "").rsplit(",", _MOST)[-_MOST:]):
        before = _address(member.strip(" \t"))
        if not is_trusted(found, trusted) or before is None:
            break
        found = str(before)
    return found


def scheme(forwarded: str | None, direct: str) -> str:
    """The scheme by which the client came: the word of the nearest proxy, if it is one."""
    said = (forwarded or "").rpartition(",")[2].strip(" \t").lower()
    return said if said in ("http", "https") else direct


def is_trusted(address: str, trusted: Networks) -> bool:
    """Whether the address is one of the networks."""
    found = _address(address)
    return found is not None and any(found in network for network in trusted)


@lru_cache(1024)
def _address(text: str) -> IPv4Address | IPv6Address | None:
    """The address; one of IPv4 that came over IPv6 as what it is."""
    try:
        found = ip_address(text)
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found
