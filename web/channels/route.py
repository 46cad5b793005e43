"""The secret address of a connected number. Whoever asks must know it, and show that they are its provider."""

from __future__ import annotations

import structlog
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from models.channel.account import ChannelAccount
from models.channel.address import PATH, account_at, webhook_url
from models.channel.credentials import Credentials, opened
from models.channel.hearing import hear
from providers.messaging import meta_news, twilio_news
from providers.messaging.protocol import MetaCredentials, News
from resolvers.context import World
from web.graphql.reading import HTTPRefused, bounded_body, in_time

logger = structlog.get_logger(__name__)

LARGEST_NEWS = 3 * 1_048_576  # what Meta sends at most
SECONDS = 20.0
# Nothing here is for browsers or caches, and the address is a secret.
_HEADERS = {"cache-control": "no-store", "referrer-policy": "no-referrer", "x-content-type-options": "nosniff"}


def channel_routes(world: World) -> list[BaseRoute]:
    async def challenge(request: Request) -> Response:
        found = await _find(request, world)
        if found is None or not isinstance(found[1], MetaCredentials):
            return _refuse("There is nothing here.", 404)
        answer = meta_news.challenge_of(request.query_params, found[1])
        return (
            _refuse("Who asks is not Meta.", 403)
            if answer is None
            else PlainTextResponse(answer, 200, _HEADERS)
        )

    async def take(request: Request) -> Response:
        found = await _find(request, world)
        if found is None:
            return _refuse("There is nothing here.", 404)
        account, credentials = found
        try:
            body = await in_time(bounded_body(request, LARGEST_NEWS), seconds=SECONDS)
        except HTTPRefused as refused:
            return PlainTextResponse(refused.message + "\n", refused.status, {**_HEADERS, **refused.headers})
        news = _news(request, body, account, credentials, world)
        if news is None:
            logger.warning("channel.not_signed", account_id=account.id)
            return _refuse("This is not signed by the provider.", 403)
        await hear(account, news, now=world.clock())
        return Response(status_code=200, headers=_HEADERS)

    path = f"{PATH}{{secret}}"
    return [Route(path, challenge, methods=["GET"]), Route(path, take, methods=["POST"])]


async def _find(request: Request, world: World) -> tuple[ChannelAccount, Credentials] | None:
    account = await account_at(request.path_params["secret"], keys=world.keys)
    if account is None:
        return None
    known = opened(account.sealed_credentials, provider=account.provider, keys=world.keys)
    return None if known is None else (account, known)


def _news(
    request: Request, body: bytes, account: ChannelAccount, credentials: Credentials, world: World
) -> News | None:
    """None where it is not the provider who says it."""
    if isinstance(credentials, MetaCredentials):
        shown = request.headers.get("x-hub-signature-256", "")
        signed = meta_news.is_signed(body, shown, credentials)
        return meta_news.read_news(body, credentials) if signed else None
    # As the provider knows it: a proxy in front may have made another address of it.
    url = webhook_url(account.id, keys=world.keys, public_url=world.public_url)
    if request.url.query:
        url = f"{url}?{request.url.query}"
    shown = request.headers.get("x-twilio-signature", "")
    signed = twilio_news.is_signed(url, body, shown, credentials)
    reference = request.query_params.get(twilio_news.REFERENCE)
    return twilio_news.read_news(body, credentials, reference=reference) if signed else None


def _refuse(message: str, status: int) -> Response:
    return PlainTextResponse(message + "\n", status, _HEADERS)
