"""Many who try something at once."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Sequence
from typing import TypeVar

from errors import Refused
from models.agent.presence import AgentPresence
from models.conversation.offer import Offer, OfferRecipient
from models.words import OfferStatus, Presence
from tests.models.conversation.invariants import check_conversations

T = TypeVar("T")


async def at_once(*tries: Awaitable[T]) -> list[T | Refused]:
    """What came of each: a refusal is an answer, anything else that is raised is none."""

    async def outcome(one: Awaitable[T]) -> T | Refused:
        try:
            return await one
        except Refused as refused:
            return refused

    return list(await asyncio.gather(*map(outcome, tries)))


def kinds(outcomes: Sequence[object]) -> Counter[str]:
    """How often what came of it."""
    return Counter(type(one).__name__ for one in outcomes)


async def check() -> None:
    """As ever; and nobody who is not there is asked, or can take what is over."""
    await check_conversations()
    present = AgentPresence.filter(presence=Presence.ONLINE).values_list("agent_id", flat=True)
    assert set(await OfferRecipient.filter(is_open=True).values_list("agent_id", flat=True)) <= set(
        await present
    )
    pending = Offer.filter(status=OfferStatus.PENDING).values_list("id", flat=True)
    assert set(await OfferRecipient.filter(is_open=True).values_list("offer_id", flat=True)) == set(
        await pending
    )
