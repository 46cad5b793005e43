"""Asking a provider's API: so many seconds, so many bytes, no redirects, and nothing but JSON."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from aiohttp import ClientError, ClientResponse, ClientSession, ClientTimeout, DummyCookieJar, TraceConfig

from errors import AnswerLost, ProviderDown, ProviderRejected
from providers.fetching import PUBLIC_ONLY, AddressPolicy, guarded_connector
from providers.fetching.answers import retry_after_seconds

_ASKS_TO_WAIT = frozenset({408, 425, 429})
_UNAVAILABLE = 503  # said instead of doing anything; every other 5xx may be said after


@dataclass(frozen=True, slots=True)
class Told:
    """A provider's answer that is no call to wait: its status, and its JSON, or None where it is none."""

    status: int
    said: Any

    @property
    def is_good(self) -> bool:
        return 200 <= self.status < 300


class Asker:
    """Each question in a session of its own, to permitted addresses alone."""

    def __init__(
        self,
        *,
        addresses: AddressPolicy = PUBLIC_ONLY,
        seconds: float = 20.0,
        most_bytes: int = 10 * 1024 * 1024,
    ) -> None:
        self._addresses = addresses
        self._seconds = seconds
        self._most_bytes = most_bytes

    async def get(self, url: str, *, query: Mapping[str, str], headers: Mapping[str, str]) -> Told:
        """Raises ProviderDown where there is no answer, or one that asks to wait; ProviderRejected for one that is too
        large, or comes from where only we can go."""
        try:
            async with (
                asyncio.timeout(self._seconds),
                self._session() as session,
                session.get(url, params=query, headers=headers, allow_redirects=False) as response,
            ):
                return await self._read(response)
        except TimeoutError:
            raise ProviderDown("The provider did not answer in time.") from None
        except (ClientError, OSError) as error:
            raise ProviderDown(f"The provider could not be reached ({type(error).__name__}).") from None

    async def post(self, url: str, body: bytes, *, headers: Mapping[str, str]) -> Told:
        """Ask for something that must not be done twice. Raises as `get` does where nothing was done, and AnswerLost
        where it may have been: from the moment that somebody listens, until all of the answer is there."""
        line = _Line()
        try:
            async with (
                asyncio.timeout(self._seconds),
                self._session(line.watched()) as session,
                session.post(url, data=body, headers=headers, allow_redirects=False) as response,
            ):
                return await self._read_outcome(response)
        except TimeoutError:
            raise line.trouble("The provider did not answer in time.") from None
        except (ClientError, OSError) as error:
            raise line.trouble(f"The provider could not be reached ({type(error).__name__}).") from None

    def _session(self, *watched: TraceConfig) -> ClientSession:
        return ClientSession(
            connector=guarded_connector(self._addresses),
            cookie_jar=DummyCookieJar(),
            timeout=ClientTimeout(total=None),  # one clock runs for all of it
            trust_env=False,
            headers={"User-Agent": "Frontdesk", "Accept": "application/json"},
            trace_configs=list(watched),
        )

    async def _read_outcome(self, response: ClientResponse) -> Told:
        if response.status >= 500 and response.status != _UNAVAILABLE:
            raise AnswerLost(f"The provider answered {response.status}.")
        try:
            return await self._read(response)
        except ProviderRejected:
            raise AnswerLost("The provider's answer is too large.") from None

    async def _read(self, response: ClientResponse) -> Told:
        if response.status >= 500 or response.status in _ASKS_TO_WAIT:
            wait = retry_after_seconds(response.headers.get("Retry-After"))
            raise ProviderDown(f"The provider answered {response.status}.", retry_after_seconds=wait)
        body = bytearray()
        async for chunk in response.content.iter_chunked(64 * 1024):
            body += chunk
            if len(body) > self._most_bytes:
                raise ProviderRejected("The provider's answer is too large.")
        try:
            return Told(response.status, orjson.loads(bytes(body)))
        except orjson.JSONDecodeError:
            return Told(response.status, None)


class _Line:
    """Whether there is somebody who has heard what we say. Each question has a connection of its own."""

    def __init__(self) -> None:
        self._is_open = False

    def watched(self) -> TraceConfig:
        async def opened(*_: object) -> None:
            self._is_open = True

        watched = TraceConfig()
        watched.on_connection_create_end.append(opened)
        return watched

    def trouble(self, message: str) -> ProviderDown | AnswerLost:
        return AnswerLost(message) if self._is_open else ProviderDown(message)


def objects(of: Any, name: str) -> list[Mapping[str, Any]]:
    """The objects of a list that should be there."""
    found = of.get(name) if isinstance(of, dict) else None
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
