"""Those who open lines to the site, and how they ask it for what they need first."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import ClientSession

from models.agent.agent import Agent

VIEWER = "{ viewer { agent { name } guest { name } } }"

SignIn = Callable[[Agent], Awaitable[str]]


@dataclass(frozen=True, slots=True)
class Booked:
    """What a guest got for booking with Anna; ids are the API's."""

    conversation: str
    token: str


async def post(
    browser: ClientSession, query: str, *, token: str | None = None, **variables: Any
) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with browser.post(
        "/graphql", json={"query": query, "variables": variables}, headers=headers
    ) as answer:
        shown = await answer.json(content_type=None)
    assert "errors" not in shown, shown
    return dict(shown["data"])
