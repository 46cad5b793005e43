"""A bounded GET, and a bounded POST: so many seconds, so many bytes, so many hops, and nothing of ours sent along."""

import asyncio
from base64 import b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from aiohttp import (
    ClientError,
    ClientResponse,
    ClientSession,
    ClientTimeout,
    DummyCookieJar,
    InvalidURL,
)
from aiohttp.abc import AbstractResolver
from yarl import URL

from errors import ProviderDown, ProviderRejected
from providers.fetching.addresses import PUBLIC_ONLY, AddressPolicy
from providers.fetching.answers import (
    NOTHING_KNOWN,
    Answered,
    Fetched,
    Validators,
    raise_for_status,
    retry_after_seconds,
    validators_of,
)
from providers.fetching.connecting import guarded_connector
from providers.fetching.targets import safe_url

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_BEGINNING_BYTES = 1_000
_BEGINNING_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class FetchLimits:
    seconds: float = 10.0  # in all, hops included
    bytes: int = 10 * 1024 * 1024  # after decompression
    redirects: int = 5


class Fetcher:
    """Fetches from permitted addresses; each fetch in a session of its own, sharing no cookie or connection."""

    def __init__(
        self,
        *,
        addresses: AddressPolicy = PUBLIC_ONLY,
        resolver: AbstractResolver | None = None,
        limits: FetchLimits = FetchLimits(),
    ) -> None:
        self._addresses = addresses
        self._resolver = resolver
        self._limits = limits

    async def get(self, url: str, *, known: Validators = NOTHING_KNOWN) -> Fetched:
        """The body at the URL, or `not_modified` if `known` still holds.

        Raises ProviderRejected for what is unsafe, forbidden, gone or too large; ProviderDown for the rest.
        A password in the URL is sent to that origin only, never on to where it redirects.
        """
        target = safe_url(url)
        with _as_provider_errors():
            async with asyncio.timeout(self._limits.seconds), self._session(self._addresses) as session:
                return await self._follow(session, target, known)

    async def post(self, url: str, body: bytes, *, headers: Mapping[str, str]) -> Answered:
        """Send the body to the URL, whatever the answer; where it redirects to is not gone to.

        By http it is sent to the networks that are named beside the public internet alone. Raises ProviderRejected for
        what is unsafe or forbidden, ProviderDown where there is no answer.
        """
        target = safe_url(url)
        addresses = self._addresses.sending_by(target.scheme)
        with _as_provider_errors():
            async with (
                asyncio.timeout(self._limits.seconds),
                self._session(addresses) as session,
                session.post(
                    target.with_user(None), data=body, headers=headers, allow_redirects=False
                ) as response,
            ):
                return await _heard(response)

    def _session(self, addresses: AddressPolicy) -> ClientSession:
        return ClientSession(
            connector=guarded_connector(addresses, resolver=self._resolver),
            cookie_jar=DummyCookieJar(),
            timeout=ClientTimeout(total=None),  # one clock runs for all hops together
            trust_env=False,  # neither a proxy nor .netrc
            headers={"User-Agent": "Frontdesk", "Accept-Encoding": "gzip, deflate"},
        )

    async def _follow(self, session: ClientSession, target: URL, known: Validators) -> Fetched:
        origin, credentials = target.origin(), _credentials(target)
        for _ in range(self._limits.redirects + 1):
            bare = target.with_user(None)
            async with session.get(
                bare,
                headers=known.headers() | (credentials if bare.origin() == origin else {}),
                allow_redirects=False,
            ) as response:
                if response.status not in _REDIRECTS:
                    return await self._read(response, known)
                target = _next_hop(bare, response.headers.get("Location"))
        raise ProviderRejected("The address redirects too often.")

    async def _read(self, response: ClientResponse, known: Validators) -> Fetched:
        validators = validators_of(response)
        if response.status == 304 and known != NOTHING_KNOWN:
            return Fetched(body=b"", validators=validators.or_else(known), not_modified=True)
        raise_for_status(response)
        if (response.content_length or 0) > self._limits.bytes:
            raise ProviderRejected("The answer is too large.")
        body = bytearray()
        # aiohttp decompresses in bounded steps, as they are read: a bomb ends at the limit, not in memory.
        async for chunk in response.content.iter_chunked(64 * 1024):
            body += chunk
            if len(body) > self._limits.bytes:
                raise ProviderRejected("The answer is too large.")
        return Fetched(body=bytes(body), validators=validators)


@contextmanager
def _as_provider_errors() -> Iterator[None]:
    try:
        yield
    except TimeoutError as error:
        raise ProviderDown("The server did not answer in time.") from error
    except InvalidURL as error:
        raise ProviderRejected("The address is not a URL.") from error
    except (ClientError, OSError) as error:
        raise ProviderDown(f"The server could not be read ({type(error).__name__}).") from error


async def _heard(response: ClientResponse) -> Answered:
    """Of a success nothing needs to be read. Of another answer a slow server gives as much as it gives at once; it is
    text that a database keeps."""
    if 200 <= response.status < 300:
        return Answered(response.status)
    beginning = bytearray()
    with suppress(TimeoutError, ClientError):
        async with asyncio.timeout(_BEGINNING_SECONDS):
            while len(beginning) < _BEGINNING_BYTES:
                if not (chunk := await response.content.read(_BEGINNING_BYTES - len(beginning))):
                    break
                beginning += chunk
    wait = retry_after_seconds(response.headers.get("Retry-After"))
    said = bytes(beginning).decode(errors="replace").replace("\0", "\N{REPLACEMENT CHARACTER}")
    return Answered(response.status, said, wait)


def _credentials(url: URL) -> dict[str, str]:
    """The header that the URL's name and password ask for (RFC 7617)."""
    if not url.user:
        return {}
    pair = f"{url.user}:{url.password or ''}".encode()
    return {"Authorization": f"Basic {b64encode(pair).decode()}"}


def _next_hop(url: URL, location: str | None) -> URL:
    """Where the answer points, judged like any other URL."""
    if not location:
        raise ProviderRejected("The address redirects to nowhere.")
    try:
        joined = str(url.join(URL(location)))
    except ValueError as error:
        raise ProviderRejected("The address redirects to no URL.") from error
    return safe_url(joined)
