"""The only door out: every address is judged as it is connected to, so no name changes in between."""

import socket
from typing import TYPE_CHECKING

from aiohttp import TCPConnector, ThreadedResolver
from aiohttp.abc import AbstractResolver, ResolveResult

from errors import ProviderRejected
from providers.fetching.addresses import AddressPolicy, is_localhost

if TYPE_CHECKING:
    from aiohappyeyeballs import AddrInfoType

_FORBIDDEN = "The address leads into a network that is not public."


class GuardedResolver(AbstractResolver):
    """Asks another resolver, and refuses the name if any of its addresses is forbidden."""

    def __init__(self, resolver: AbstractResolver, addresses: AddressPolicy) -> None:
        self._resolver = resolver
        self._addresses = addresses

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        if is_localhost(host) and not self._addresses.permits("127.0.0.1"):
            raise ProviderRejected(_FORBIDDEN)
        found = await self._resolver.resolve(host, port, family)
        if not all(self._addresses.permits(result["host"]) for result in found):
            raise ProviderRejected(_FORBIDDEN)
        if not found:
            raise OSError(None, "The name has no address.")
        return found

    async def close(self) -> None:
        await self._resolver.close()


def guarded_connector(addresses: AddressPolicy, *, resolver: AbstractResolver | None = None) -> TCPConnector:
    """A connector that opens sockets to permitted addresses only, named or literal; raises ProviderRejected."""

    def open_socket(info: "AddrInfoType") -> socket.socket:
        # aiohttp skips the resolver for literal addresses; no connection skips this.
        if not addresses.permits(str(info[4][0])):
            raise ProviderRejected(_FORBIDDEN)
        return socket.socket(family=info[0], type=info[1], proto=info[2])

    return TCPConnector(
        resolver=GuardedResolver(resolver or ThreadedResolver(), addresses),
        use_dns_cache=False,
        force_close=True,  # each hop asks and is judged anew
        socket_factory=open_socket,
    )
