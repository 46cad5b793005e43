"""Which addresses may be connected to on a stranger's word: only those of the public internet."""

from __future__ import annotations

from dataclasses import dataclass, replace
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

# The IANA special-purpose registries, written out: what `ipaddress` calls global differs from one
# patch release of Python to the next.
_NOT_PUBLIC_V4 = tuple(
    IPv4Network(text)
    for text in (
        "0.0.0.0/8",  # this network, unspecified
        "10.0.0.0/8",
        "100.64.0.0/10",  # carrier-grade NAT
        "127.0.0.0/8",
        "169.254.0.0/16",  # link-local; clouds keep their metadata here
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.31.196.0/24",
        "192.52.193.0/24",
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",
        "192.175.48.0/24",
        "198.18.0.0/15",  # benchmarking
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, broadcast
    )
)
_GLOBAL_UNICAST_V6 = IPv6Network("2000::/3")
_NOT_PUBLIC_V6 = tuple(
    IPv6Network(text)
    for text in (
        "2001::/23",  # protocol assignments: Teredo, ORCHID, benchmarking
        "2001:db8::/32",
        "2620:4f:8000::/48",
        "3fff::/20",  # documentation
    )
)
_NAT64 = IPv6Network("64:ff9b::/96")
_ISATAP = (0x00005EFE, 0x02005EFE)


def _carried(address: IPv6Address) -> IPv4Address | None:
    """The IPv4 address that packets to this one end at: mapped, NAT64, 6to4 or ISATAP."""
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address in _NAT64 or (int(address) >> 32) & 0xFFFFFFFF in _ISATAP:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.sixtofour


def _is_public(address: Address) -> bool:
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _NOT_PUBLIC_V4)
    return address in _GLOBAL_UNICAST_V6 and not any(address in network for network in _NOT_PUBLIC_V6)


def is_localhost(host: str) -> bool:
    """The names that mean this machine everywhere (RFC 6761, 6.3), which not every resolver knows."""
    return f".{host.rstrip('.').lower()}".endswith(".localhost")


@dataclass(frozen=True, slots=True)
class AddressPolicy:
    """Public addresses, unless they are not permitted, and those of the networks in `also`, which the composition root
    or a test names."""

    also: tuple[Network, ...] = ()
    public: bool = True

    def permits(self, host: str) -> bool:
        """Whether to connect to this IP address; False for what is none or names a link (`fe80::1%eth0`)."""
        try:
            address = ip_address(host)
        except ValueError:
            return False
        if isinstance(address, IPv6Address):
            if address.scope_id is not None:
                return False
            address = _carried(address) or address
        return self._is_named(address) or (self.public and _is_public(address))

    def sending_by(self, scheme: str) -> AddressPolicy:
        """Where something is sent: without TLS, to the named networks alone."""
        return self if scheme == "https" else replace(self, public=False)

    def permits_host(self, host: str) -> bool:
        """Whether a URL may name this host, as far as can be said without asking for names."""
        if is_localhost(host):
            return self.permits("127.0.0.1")
        try:
            ip_address(host)
        except ValueError:
            return True
        return self.permits(host)

    def _is_named(self, address: Address) -> bool:
        return any(address.version == network.version and address in network for network in self.also)


PUBLIC_ONLY = AddressPolicy()
LOOPBACK_TOO = AddressPolicy(also=(ip_network("127.0.0.0/8"), ip_network("::1/128")))
